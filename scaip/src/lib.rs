//! SCAIP (SS 91100, CLC/TS 50134-9): social alarms as XML in SIP MESSAGE.

#[cfg(feature = "sip")]
pub mod sip;
