//! What the codec of the protocol crate says, for people and machines.

use sensio_partner::{DecodeError, DecodeErrorKind};

use super::head::Body;
use crate::decode::failure::{Reason, Warning};

/// Why a body is not read, with its place in the input.
pub(super) fn reason(error: &DecodeError, body: Body<'_>) -> Reason {
    let place = match error.kind {
        DecodeErrorKind::Syntax { line, column } => {
            Some(body.offset + offset_of(body.bytes, line, column))
        }
        _ => None,
    };
    Reason::new(code(&error.kind), error, "json", place)
}

const fn code(kind: &DecodeErrorKind) -> &'static str {
    match kind {
        DecodeErrorKind::BodyTooLarge { .. } => "body-too-large",
        DecodeErrorKind::Syntax { .. } => "not-json",
        DecodeErrorKind::WrongType { .. } => "wrong-type",
        DecodeErrorKind::OutOfRange => "out-of-range",
        DecodeErrorKind::DuplicateMember => "duplicate-member",
        DecodeErrorKind::MissingMember => "missing-member",
        DecodeErrorKind::TooManyMembers { .. } => "too-many-members",
        DecodeErrorKind::TooManyElements { .. } => "too-many-elements",
        DecodeErrorKind::TooManyImages => "too-many-images",
        DecodeErrorKind::ImageTooLarge { .. } => "image-too-large",
        DecodeErrorKind::Base64 => "base64",
        DecodeErrorKind::Identifier(_) => "device",
        DecodeErrorKind::Deviation(kind) => kind.name(),
        _ => "not-read",
    }
}

/// Line and column, both from 1, as a number of bytes.
fn offset_of(body: &[u8], line: usize, column: usize) -> usize {
    let before: usize = body
        .split_inclusive(|&byte| byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (before + column.saturating_sub(1)).min(body.len())
}

/// What the codec tolerated.
pub(super) fn warnings(found: &[sensio_partner::Warning]) -> impl Iterator<Item = Warning> {
    found
        .iter()
        .map(|warning| Warning::new(warning.kind.name(), warning, None))
}
