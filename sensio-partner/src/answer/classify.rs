//! From a status to a class (Partner API reference 8.2, and 4.4 for 404, 409 and 410).

use super::{Class, Effect, Refusal};
use crate::request::Call;

pub(super) fn classify(call: Call, status: u16) -> Class {
    match status {
        200..=299 => Class::Done(Effect::Accepted),
        401 if call == Call::Token => Class::Permanent(Refusal::Refused),
        401 => Class::Token,
        403 => Class::Permission,
        404 => missing(call),
        // 410 is only named with DELETE and, by likeness, PUT of an event.
        410 if matches!(call, Call::PostEvent | Call::PutStatus | Call::PutStatuses) => {
            Class::Permanent(Refusal::Refused)
        }
        410 => missing(call),
        409 if call == Call::PostEvent => Class::Done(Effect::AlreadyActive),
        408 | 425 | 429 => Class::Transient,
        413 => Class::TooLarge,
        407 => Class::Configuration,
        400..=499 => Class::Permanent(Refusal::Refused),
        500 => Class::ServerFault,
        501..=599 => Class::Transient,
        _ => Class::Configuration,
    }
}

fn missing(call: Call) -> Class {
    match call {
        Call::DeleteEvent => Class::Done(Effect::WasNotActive),
        Call::PutEvent => Class::Permanent(Refusal::NoActiveEvent),
        Call::PostEvent | Call::PutStatus | Call::PutStatuses => {
            Class::Permanent(Refusal::UnknownDevice)
        }
        Call::Token | Call::Provisioning(_) => Class::Permanent(Refusal::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_has_its_class() {
        let post = |status| classify(Call::PostEvent, status);
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(post(status), Class::Done(Effect::Accepted));
        }
        for status in [300, 301, 302, 307, 308, 407, 100, 600, 0] {
            assert_eq!(post(status), Class::Configuration, "{status}");
        }
        for status in [400, 402, 405, 406, 411, 415, 418, 422, 410] {
            assert_eq!(post(status), Class::Permanent(Refusal::Refused), "{status}");
        }
        for status in [408, 425, 429, 501, 502, 503, 504, 599] {
            assert_eq!(post(status), Class::Transient, "{status}");
        }
        assert_eq!(post(401), Class::Token);
        assert_eq!(post(403), Class::Permission);
        assert_eq!(post(413), Class::TooLarge);
        assert_eq!(post(500), Class::ServerFault);
    }

    #[test]
    fn conflict_and_missing_depend_on_the_call() {
        use Call::{DeleteEvent, PostEvent, PutEvent, PutStatus, PutStatuses};
        for (call, status, class) in [
            (PostEvent, 409, Class::Done(Effect::AlreadyActive)),
            (PutEvent, 409, Class::Permanent(Refusal::Refused)),
            (DeleteEvent, 409, Class::Permanent(Refusal::Refused)),
            (PostEvent, 404, Class::Permanent(Refusal::UnknownDevice)),
            (PutStatus, 404, Class::Permanent(Refusal::UnknownDevice)),
            (PutStatuses, 404, Class::Permanent(Refusal::UnknownDevice)),
            (PutEvent, 404, Class::Permanent(Refusal::NoActiveEvent)),
            (PutEvent, 410, Class::Permanent(Refusal::NoActiveEvent)),
            (DeleteEvent, 404, Class::Done(Effect::WasNotActive)),
            (DeleteEvent, 410, Class::Done(Effect::WasNotActive)),
        ] {
            assert_eq!(classify(call, status), class, "{call} {status}");
        }
    }
}
