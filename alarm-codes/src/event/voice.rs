//! Whether and how to speak with the person.

use alloc::string::String;

use crate::names::names;
use crate::private::Private;

names! {
    /// Who calls whom.
    #[non_exhaustive]
    pub enum VoiceMode ("voice mode") {
        /// No call follows.
        None = "none",
        /// The device calls.
        Expected = "expected",
        /// The receiver calls back.
        Callback = "callback",
    }
}

names! {
    /// Which way the sound goes.
    pub enum VoiceDirection ("voice direction") {
        /// Both ways.
        Duplex = "duplex",
        /// The device's microphone only: the receiver listens.
        Microphone = "microphone",
        /// The device's loudspeaker only: the receiver speaks.
        Speaker = "speaker",
    }
}

/// Whether and how to speak with the person. SCAIP: `cha`, `crd`, `mre`, `cre`, `tnu`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Voice {
    /// Who calls whom; `None` when the message does not say.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub mode: Option<VoiceMode>,
    /// The number or SIP address of the device, or where it is to call.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub address: Option<Private<String>>,
    /// Which way the sound goes.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub direction: Option<VoiceDirection>,
}

impl Voice {
    /// True when nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
