//! What is turned away: counted, logged without personal data, and kept as evidence while there is
//! room for it.

use bytes::Bytes;
use metrics::counter;
use scaip::receiver::{RefusalReason, RefusedRequest};
use scaip::sip::{Path, RawBytes, SipError, StatusCode};
use scaip::{Request, Response, StatusNumber, Text, https};

use super::super::entry;
use super::super::origin::Origin;
use super::Work;

impl Work {
    /// A sender that speaks for a controller which its certificate does not name.
    pub(super) fn unlike_certificate(
        &mut self,
        request: &Request<'_>,
        raw: Bytes,
        origin: &Origin,
    ) -> Response<'static> {
        let reference = request.reference.clone().into_owned();
        let mut response = Response::new(reference, StatusNumber::NOT_TREATED);
        response.status_text = Some(Text::new("the certificate does not name the cid"));
        let (code, number) = ("certificate-unlike-controller", response.status_number);
        if self.refusal(code, 200, Some(number), raw.len()) {
            self.keeper
                .evidence(entry::unlike_certificate(request, &response, origin, raw));
        }
        response
    }

    pub(super) fn refuse(&mut self, refusal: &RefusedRequest) {
        self.context.counters.received.increment(1);
        let length = refusal.raw.0.len();
        if self.refusal(
            refusal.reason.code(),
            refusal.status.get(),
            refusal.status_number,
            length,
        ) {
            let origin = Origin::of(&refusal.path, &self.certificates);
            self.keeper.evidence(entry::refused(refusal, &origin));
        }
    }

    pub(super) fn refuse_post(
        &mut self,
        refusal: &https::RefusedPost,
        raw: Bytes,
        origin: &Origin,
    ) {
        self.context.counters.received.increment(1);
        if self.refusal(
            refusal.reason.code(),
            refusal.status.code(),
            refusal.status_number,
            raw.len(),
        ) {
            self.keeper
                .evidence(entry::refused_post(refusal, origin, raw));
        }
    }

    /// Counts and logs a refusal; `true` when its evidence may be kept.
    fn refusal(
        &mut self,
        reason: &'static str,
        status: u16,
        snu: Option<StatusNumber>,
        bytes: usize,
    ) -> bool {
        self.context.counters.refused.increment(1);
        counter!("alarm_scaip_refused_total", "reason" => reason).increment(1);
        let may_log = match reason == RefusalReason::Busy.code() {
            true => self.keeper.busy(),
            false => self.keeper.rubbish(),
        };
        let Some(held_back) = may_log else {
            return false;
        };
        let snu = snu.map(StatusNumber::number);
        tracing::warn!(reason, status, snu, bytes, held_back, "refused a message");
        true
    }

    pub(super) fn bad(
        &mut self,
        path: &Path,
        error: SipError,
        answered: Option<StatusCode>,
        raw: RawBytes,
    ) {
        self.context.counters.malformed.increment(1);
        if let Some(held_back) = self.keeper.rubbish() {
            tracing::warn!(%error, bytes = raw.0.len(), held_back, "not a SIP message");
            self.keeper.evidence(entry::bad(
                &Origin::of(path, &self.certificates),
                error,
                answered.map(StatusCode::get),
                raw.0,
            ));
        }
    }
}
