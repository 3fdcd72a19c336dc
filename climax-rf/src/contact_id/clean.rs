//! The way for reports without any deviation, which nearly all are: one look at each byte.

use super::decode::Decoded;
use super::report::{Checksum, Form, MessageType, Report};
use super::warning::Warnings;
use super::{Account, ContactId, EventCode, Group, LONGEST_MESSAGE, Qualifier, Zone};
use crate::checksum::fletcher_256;

/// Not a digit.
const NONE: u8 = 0x80;

/// Digits of an event but for `A`, which is a deviation.
const EVENT: [u8; 256] = digits(false);
/// Digits of a checksum.
const CHECKSUM: [u8; 256] = digits(true);

const fn digits(with_a: bool) -> [u8; 256] {
    let mut table = [NONE; 256];
    let mut value = 0;
    while value < 16 {
        if value != 10 || with_a {
            table[b"0123456789ABCDEF"[value as usize] as usize] = value;
        }
        value += 1;
    }
    table
}

/// Reads `[ACCT 18QXYZGGCCCSSSS]`; `None` for everything that the careful reader has to look at.
pub(super) fn bracket(bytes: &[u8]) -> Option<Decoded<'_>> {
    let [b'[', inside @ .., b']'] = bytes else {
        return None;
    };
    if inside.len() > LONGEST_MESSAGE {
        return None;
    }
    let (summed, received) = inside.split_last_chunk::<4>()?;
    let (account, event) = summed.split_last_chunk::<12>()?;
    let &[b' ', b'1', b'8', event @ ..] = event else {
        return None;
    };
    let account = Account::received(account);
    if !account.is_writable() {
        return None;
    }
    let [q, x, y, z, g, h, c, d, e] = event.map(|digit| EVENT[usize::from(digit)]);
    let sum = received.map(|digit| CHECKSUM[usize::from(digit)]);
    let odd = x | y | z | g | h | c | d | e | sum[0] | sum[1] | sum[2] | sum[3];
    if odd & NONE != 0 || !matches!(q, 1 | 3 | 6) {
        return None;
    }
    let three = |a, b, c| u16::from(a) << 8 | u16::from(b) << 4 | u16::from(c);
    let received = u16::from_be_bytes([sum[0] << 4 | sum[1], sum[2] << 4 | sum[3]]);
    let computed = fletcher_256(summed);
    if received != computed {
        return None;
    }
    Some(Decoded {
        report: Report {
            account,
            message_type: MessageType::Standard,
            event: ContactId {
                qualifier: Qualifier::new(q)?,
                code: EventCode::from_packed(three(x, y, z)),
                group: Group::from_packed(g << 4 | h),
                zone: Zone::from_packed(three(c, d, e)),
            },
        },
        form: Form::Bracket,
        checksum: Checksum::Fletcher {
            received: Some(received),
            computed,
        },
        warnings: Warnings::NONE,
        raw: bytes,
    })
}
