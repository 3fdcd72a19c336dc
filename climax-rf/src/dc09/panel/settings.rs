//! Settings of a panel.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use crate::contact_id::{Account, InvalidAccount};
use crate::dc09::{CrcForm, Number};

/// Settings of a panel. The times are choices; those of real panels are not public.
#[derive(Clone)]
#[non_exhaustive]
pub struct PanelSettings {
    pub(super) account: String,
    /// R; left out by default.
    pub receiver: Option<Number>,
    /// L, 0 by default.
    pub line: Number,
    /// How the CRC is written.
    pub form: CrcForm,
    /// Put the time into frames in clear. Off by default; encrypted ones always have it.
    pub with_time: bool,
    /// Encrypt with this key.
    #[cfg(feature = "aes")]
    pub key: Option<crate::dc09::Key>,
    /// How long an answer may take, 10 s by default.
    pub answer: Duration,
    /// How often a frame is sent, 3 by default. Panels are set to 1, 3, 5, 10 or 99 retries
    /// (Climax reference 5.6).
    pub attempts: u32,
    /// Frames that may wait, 64 by default.
    pub queue: usize,
    /// Send a link test after so long a silence. `None` by default; one guide suggests 3 min
    /// (Climax reference 5.6).
    pub link_test: Option<Duration>,
}

impl PanelSettings {
    /// A panel of this account.
    ///
    /// # Errors
    ///
    /// [`InvalidAccount`].
    pub fn new(account: &str) -> Result<Self, InvalidAccount> {
        Account::new(account)?;
        Ok(PanelSettings {
            account: account.into(),
            receiver: None,
            line: Number::ZERO,
            form: CrcForm::Hexadecimal,
            with_time: false,
            #[cfg(feature = "aes")]
            key: None,
            answer: Duration::from_secs(10),
            attempts: 3,
            queue: 64,
            link_test: None,
        })
    }
}

impl fmt::Debug for PanelSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PanelSettings")
            .field("form", &self.form)
            .field("answer", &self.answer)
            .field("attempts", &self.attempts)
            .field("link_test", &self.link_test)
            .finish_non_exhaustive()
    }
}
