//! The examples of Climax reference 2.9 as text, and short ways to search them.

#![allow(dead_code, unreachable_pub)]

use climax_rf::f1::{Bits, Found, Frame, SearchOptions, State, WarningKind, search};

pub const E1: &str = "aaaaaaaa29cd29cd0a00002b5a10c37e9104d824f8";
pub const E2: &str = "aaaaaaaa29cd29cd0a000007f15522a0c84e3bd20a";
pub const E3: &str = "aaaaaaaa29cd29cd0a00003e01020304050607b5e7";
pub const E4: &str = "aaaaaaaa29cd29cd050000113344b211";
pub const E5: &str = "{172}d555555514e694e685000015ad0861bf48826c127c0";
pub const E6: &str = "{168}155555554539a539a14000056b42186fd2209b049f";

pub fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

pub fn e1_payload() -> Vec<u8> {
    hex("00002b5a10c37e9104d8")
}

pub fn all(bytes: &[u8], options: &SearchOptions) -> Vec<Found> {
    search(Bits::of_bytes(bytes), options).collect()
}

pub fn one(bytes: &[u8], options: &SearchOptions) -> Found {
    let found = all(bytes, options);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]
}

pub fn event(frame: &Frame) -> (State, Vec<WarningKind>) {
    (frame.state(), frame.warnings().iter().collect())
}
