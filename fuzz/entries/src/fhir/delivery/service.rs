//! A service that answers as it is told to, and knows what it has taken.

use std::collections::BTreeSet;
use std::time::SystemTime;

use fhir_vkp::answer::{Failure, Outcome};
use fhir_vkp::delivery::DeliveryCall;
use fhir_vkp::request::{Action, Resource};

/// As servers of FHIR say that there is nothing at a path.
const EXPLAINED: &str =
    r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found"}]}"#;

/// What the service knows, by the number of the document.
#[derive(Default)]
pub(super) struct Service {
    pub(super) taken: BTreeSet<usize>,
    pub(super) journaled: BTreeSet<usize>,
    pub(super) failed: BTreeSet<usize>,
}

impl Service {
    /// `None`: no answer comes. 0: it does what it should.
    pub(super) fn answer(&mut self, call: &DeliveryCall, jft: bool, kind: u8) -> Option<Outcome> {
        let request = &call.request;
        let read = |status, headers: &[(&str, &str)], body: &str| {
            let headers = headers
                .iter()
                .map(|(name, value)| (*name, value.as_bytes()));
            let body = body.as_bytes().to_vec();
            Outcome::read(
                request.call(),
                status,
                headers,
                body,
                SystemTime::UNIX_EPOCH,
            )
        };
        if request.call().action == Action::Write {
            let number = number_of(request.body());
            let had = self.taken.contains(&number);
            let takes = kind % 16 < 2 || (8..13).contains(&(kind % 16));
            if takes {
                self.taken.insert(number);
            }
            let location = format!("/v1/Bundle/{number}/$status");
            let good = || match jft {
                true => read(202, &[("Location", &location)], ""),
                false => read(200, &[], ""),
            };
            return Some(match kind % 16 {
                2 => Outcome::failed(request.call(), Failure::NotSent),
                3 => read(503, &[("Retry-After", "30")], ""),
                4 => read(401, &[], ""),
                5 => read(400, &[], ""),
                6 => read(403, &[], ""),
                7 => read(302, &[], ""),
                8 => Outcome::failed(request.call(), Failure::ConnectionLost),
                9 => return None,
                10 => read(202, &[], ""),
                11 => read(202, &[("Location", "https://evil.example.net/1")], ""),
                // A proxy says 503 as well, after it has handed the document on.
                12 if kind & 16 != 0 => read(503, &[], ""),
                12 => read(500, &[], ""),
                13 => read(413, &[], ""),
                // The path of one type is wrong, or that of all.
                14 if kind & 16 != 0 && !is_dispense(call) => {
                    self.taken.insert(number);
                    good()
                }
                14 if kind & 32 != 0 => read(404, &[], EXPLAINED),
                14 => read(404, &[], "<html>not here</html>"),
                15 if had => read(409, &[], ""),
                _ => {
                    self.taken.insert(number);
                    good()
                }
            });
        }
        let number = request
            .url()
            .split('/')
            .nth(5)
            .and_then(|text| text.parse().ok());
        let number: usize = number.expect("the address that was handed out");
        if kind % 8 == 1 || (kind == 0 && !self.failed.contains(&number)) {
            self.journaled.insert(number);
        } else if kind % 32 == 2 {
            self.failed.insert(number);
        }
        let said = |known: bool| {
            if known {
                "\"2026-03-14T02:21:00Z\""
            } else {
                "null"
            }
        };
        let body = format!(
            r#"{{"registered":"2026-03-14T02:20:00Z","journaled":{},"failed":{}}}"#,
            said(self.journaled.contains(&number)),
            said(self.failed.contains(&number))
        );
        Some(match kind / 32 {
            3 => return None,
            4 => read(404, &[], ""),
            5 => read(200, &[], "<html>journaled</html>"),
            6 => Outcome::failed(request.call(), Failure::ConnectionLost),
            7 => read(403, &[], ""),
            _ => read(200, &[], &body),
        })
    }
}

pub(super) fn number_of(body: &[u8]) -> usize {
    let text = std::str::from_utf8(body).expect("as it was handed in");
    let (_, rest) = text.split_once("urn:uuid:").expect("an identifier");
    rest.split('"')
        .next()
        .and_then(|digits| digits.parse().ok())
        .expect("a number")
}

fn is_dispense(call: &DeliveryCall) -> bool {
    call.request.resource() == Some(Resource::MedicationDispense)
}

pub(super) fn is_write(call: &DeliveryCall) -> bool {
    call.request.call().action == Action::Write
}
