//! What the client core says, as what the queue wants to know.

use crate::answer::{Class, Effect, Refusal};
use crate::client_core::CallError;
use crate::token::Problem;

use super::call::Outcome;

impl From<&crate::Outcome> for Outcome {
    fn from(outcome: &crate::Outcome) -> Self {
        match outcome.class {
            Class::Transient => Self::Repeat {
                after: outcome.pause,
            },
            Class::Permanent(Refusal::Refused) => Self::Permanent {
                status: outcome.status,
            },
            class => class.into(),
        }
    }
}

impl From<&CallError> for Outcome {
    fn from(error: &CallError) -> Self {
        match error {
            CallError::Outcome(outcome) => outcome.as_ref().into(),
            // The operator is told of the credentials, not of a permission.
            CallError::NoToken(Problem::CredentialsRefused) => Self::Token,
            error => error.class().into(),
        }
    }
}

/// Without what the class does not know: the status and the pause.
impl From<Class> for Outcome {
    fn from(class: Class) -> Self {
        match class {
            Class::Done(Effect::Accepted) => Self::Done,
            Class::Done(Effect::AlreadyActive) => Self::AlreadyActive,
            Class::Done(Effect::WasNotActive) => Self::WasNotActive,
            Class::NotSent => Self::NotSent,
            Class::Ambiguous => Self::Ambiguous,
            Class::Transient => Self::Repeat { after: None },
            Class::ServerFault => Self::ServerFault,
            Class::TooLarge => Self::TooLarge,
            Class::Permanent(Refusal::Refused) => Self::Permanent { status: None },
            Class::Permanent(
                Refusal::UnknownDevice | Refusal::NoActiveEvent | Refusal::NotFound,
            ) => Self::NotFound,
            Class::Token => Self::Token,
            Class::Permission => Self::Permission,
            Class::Configuration => Self::Configuration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Call;
    use core::time::Duration;
    use std::time::SystemTime;

    #[test]
    fn every_row_of_the_table_arrives_in_the_queue() {
        let none = Outcome::Repeat { after: None };
        let permanent = |status| Outcome::Permanent {
            status: Some(status),
        };
        for (call, status, expected) in [
            (Call::PostEvent, 204, Outcome::Done),
            (Call::PostEvent, 302, Outcome::Configuration),
            (Call::PostEvent, 400, permanent(400)),
            (Call::PostEvent, 405, permanent(405)),
            (Call::PostEvent, 422, permanent(422)),
            (Call::PostEvent, 401, Outcome::Token),
            (Call::PostEvent, 403, Outcome::Permission),
            (Call::PostEvent, 404, Outcome::NotFound),
            (Call::PutEvent, 404, Outcome::NotFound),
            (Call::DeleteEvent, 404, Outcome::WasNotActive),
            (Call::DeleteEvent, 410, Outcome::WasNotActive),
            (Call::PostEvent, 409, Outcome::AlreadyActive),
            (Call::PutEvent, 409, permanent(409)),
            (Call::PostEvent, 408, none),
            (Call::PostEvent, 503, none),
            (Call::PostEvent, 413, Outcome::TooLarge),
            (Call::PostEvent, 500, Outcome::ServerFault),
            (Call::PostEvent, 507, none),
        ] {
            let answer = crate::Outcome::read(call, status, [], b"", SystemTime::UNIX_EPOCH);
            assert_eq!(Outcome::from(&answer), expected, "{call} {status}");
        }
        for (problem, expected) in [
            (Problem::CredentialsRefused, Outcome::Token),
            (Problem::Forbidden, Outcome::Permission),
            (Problem::Misconfigured, Outcome::Configuration),
            (Problem::EndpointDown, Outcome::NotSent),
            (Problem::TokensRejected, Outcome::NotSent),
        ] {
            let outcome = Outcome::from(&CallError::NoToken(problem));
            assert_eq!(outcome, expected, "{problem}");
        }
        let headers = [("Retry-After", &b"7"[..])];
        let now = SystemTime::UNIX_EPOCH;
        let busy = crate::Outcome::read(Call::PostEvent, 429, headers, b"", now);
        let after = Some(Duration::from_secs(7));
        assert_eq!(Outcome::from(&busy), Outcome::Repeat { after });
    }
}
