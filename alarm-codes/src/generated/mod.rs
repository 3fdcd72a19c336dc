//! Tables made from `data/alarm-taxonomy.csv` by `cargo run -p alarm-codes --example generate`.

use crate::code::{ContactIdEvent, Qualifier, SiaCode};

pub(crate) mod kinds;
#[allow(clippy::type_complexity, reason = "keys of tables that nobody writes by hand")]
pub(crate) mod tables;

// The three helpers run at compile time only: a wrong table does not build.

const fn event(number: u16) -> ContactIdEvent {
    match ContactIdEvent::new(number) {
        Some(event) => event,
        None => panic!("Contact ID event above 999"),
    }
}

const fn qualifier(digit: u8) -> Qualifier {
    match Qualifier::new(digit) {
        Some(qualifier) => qualifier,
        None => panic!("Contact ID qualifier above 15"),
    }
}

const fn sia(letters: [u8; 2]) -> SiaCode {
    match SiaCode::new(letters) {
        Some(code) => code,
        None => panic!("SIA code is not two letters"),
    }
}
