//! Settings of a station.

use core::time::Duration;

use crate::dc09::DecodeOptions;

/// What a frame that is not accepted gets. Receivers in use differ (Climax reference 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Unaccepted {
    /// No answer, so that the panel repeats it.
    #[default]
    Silence,
    /// `NAK` with the present time.
    Nak,
}

/// How far the time of a frame may be from the present. Beyond it the answer is `NAK`, which
/// carries the time for the panel to set its clock by. The default is the one usual with DC-09.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Window {
    /// In the future, 20 s by default.
    pub ahead: Duration,
    /// In the past, 40 s by default.
    pub behind: Duration,
    /// Also for frames in clear, where they carry a time. Off by default.
    pub also_clear: bool,
}

impl Window {
    /// From 40 s in the past to 20 s in the future, for encrypted frames.
    pub const STANDARD: Window = Window {
        ahead: Duration::from_secs(20),
        behind: Duration::from_secs(40),
        also_clear: false,
    };
}

impl Default for Window {
    fn default() -> Self {
        Window::STANDARD
    }
}

/// Settings of a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// How frames are read.
    pub decode: DecodeOptions,
    /// Frames that may wait for their decision, 64 by default.
    pub pending: usize,
    /// Of these, how many one account may have from one address, 16 by default (a choice): panels
    /// send one at a time, and one that does not wait leaves room for the others on a socket.
    pub pending_of_account: usize,
    /// How long a decision may take, 20 s by default (a choice).
    pub decision: Duration,
    /// How long the rest of a frame may take, 10 s by default (a choice).
    pub partial: Duration,
    /// What a frame with a wrong CRC or length gets; silence by default.
    pub unreadable: Unaccepted,
    /// What an encrypted frame that cannot be opened gets, and one in clear of an account that has
    /// a key; silence by default.
    pub not_opened: Unaccepted,
    /// How far the time of a frame may be from the present. `None`: as far as it likes, and an
    /// encrypted frame may go without.
    pub window: Option<Window>,
    /// Take frames in clear of accounts that have a key. Off by default: anybody could send them.
    pub accept_clear: bool,
    /// How long an accepted frame is answered again when it is repeated, 60 s by default.
    pub repeat: Duration,
    /// Frames remembered for it, 1024 by default: as many as come over one socket meanwhile.
    pub repeats: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            decode: DecodeOptions::lenient(),
            pending: 64,
            pending_of_account: 16,
            decision: Duration::from_secs(20),
            partial: Duration::from_secs(10),
            unreadable: Unaccepted::Silence,
            not_opened: Unaccepted::Silence,
            window: Some(Window::STANDARD),
            accept_clear: false,
            repeat: Duration::from_secs(60),
            repeats: 1024,
        }
    }
}
