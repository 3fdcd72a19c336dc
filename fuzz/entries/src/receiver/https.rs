//! Messages over HTTPS, beside those over SIP.

use scaip::https::{self, Received};
use scaip::receiver::{Answer, Seen};
use scaip::{Reference, Response, StatusNumber};

use super::World;
use super::repeats::{Kept, Said};
use super::units::{Kind, cid};

impl World {
    /// A message over HTTPS, decided at once.
    pub(super) fn posted(&mut self, said: &Said, number: StatusNumber, voice: bool) {
        let mut config = https::Config::default();
        config.accept_unknown_message_types = true;
        let content_type = Some(https::CONTENT_TYPE.as_bytes());
        let Received::Request(incoming) =
            https::receive(content_type, said.body.as_bytes(), &config)
        else {
            panic!("a clean request is refused");
        };
        let request = incoming.decoded.message();
        let own = Answer::from(Response::new(Reference::new("another"), number));
        let mut answer = World::voice(own, voice);
        let mut repeat = false;
        self.forget();
        if let Some(duplicates) = self.receiver.duplicates_mut() {
            let kept = self.kept.iter().find(|kept| kept.is(said));
            match duplicates.see(self.now, &incoming.decoded) {
                Seen::Accepted {
                    first,
                    answer: before,
                } => {
                    let kept = kept.expect("nothing like it was accepted");
                    assert_eq!(first, kept.first);
                    answer = before.clone();
                    repeat = true;
                }
                Seen::Undecided { first } => {
                    assert!(kept.is_none());
                    let known = self.incoming.get(&first).expect("it was handed out");
                    assert_eq!(known.body, said.body.as_bytes(), "another content");
                    assert!(known.waits());
                    // It hears the same, later.
                    return;
                }
                Seen::New => {
                    let kind = said.kind;
                    let known = kind != Kind::Heartbeat && kind != Kind::Adjustable;
                    let same = self.kept.iter().any(|kept| kept.is_of(said));
                    assert!(!known || !same, "it is known");
                }
                Seen::ReferenceReused => {
                    assert!(kept.is_none(), "it is a repeat");
                    let waits = self.incoming.values().any(|one| one.is_of(said));
                    let same = self.kept.iter().any(|kept| kept.is_of(said));
                    assert!(same || waits, "nobody has used it");
                }
                other => panic!("a finding that is not known here: {other:?}"),
            }
        }
        let number = answer.response.status_number;
        if !repeat {
            if let Some(response) = self.receiver.turn_away(request) {
                assert!(self.settings.busy && self.in_call);
                assert_eq!(response.status_number, StatusNumber::BUSY);
                assert_eq!(response.reference, request.reference);
                return;
            }
        }
        if let Some(duplicates) = self.receiver.duplicates_mut() {
            duplicates.keep(self.now, &incoming.decoded, &answer);
        }
        let response = self.receiver.complete(self.now, request, answer);
        assert_eq!(response.reference, request.reference);
        assert_eq!(response.status_number, number);
        assert!(!repeat || number.is_accepted());
        self.right_interval(&response, &cid(said.unit), said.kind == Kind::Adjustable);
        incoming
            .answer(&response, &config.encode)
            .expect("what is completed can be written");
        if number.is_accepted() {
            self.vouched.insert(cid(said.unit));
            if !repeat {
                self.keep(Kept {
                    controller: cid(said.unit),
                    reference: said.reference.clone(),
                    body: said.body.clone().into_bytes(),
                    heartbeat: matches!(said.kind, Kind::Heartbeat | Kind::Adjustable),
                    at: self.now,
                    first: None,
                    text: 0,
                });
            }
        }
    }
}
