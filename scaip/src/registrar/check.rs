//! Whether a REGISTER may be carried out, before anything is changed (RFC 3261 10.3).

use std::time::Duration;

use super::contact::{Wanted, Wish, same};
use super::kept::Tick;
use super::{Binding, Config, RegisterError, RegisterWarning};

/// Which request an update comes from.
pub(super) struct Stamp {
    pub(super) call_id: u64,
    pub(super) cseq: u32,
    pub(super) now: Tick,
    pub(super) window: Tick,
}

impl Stamp {
    /// Whether it may change this binding (RFC 3261 10.3 steps 6 and 7).
    fn supersedes(
        &self,
        binding: &Binding,
        warnings: &mut Vec<RegisterWarning>,
    ) -> Result<(), RegisterError> {
        if binding.call_id != self.call_id || self.cseq > binding.cseq {
            return Ok(());
        }
        let warning = if self.cseq == binding.cseq {
            RegisterWarning::CSeqRepeated
        } else if self.now.saturating_sub(binding.updated) < self.window {
            return Err(RegisterError::OutOfOrder);
        } else {
            RegisterWarning::CSeqRestarted
        };
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
        Ok(())
    }
}

/// Checks a wish against what is there, before anything is changed; gives the expiries.
pub(super) fn check(
    wish: &Wish,
    present: &[Binding],
    stamp: &Stamp,
    config: &Config,
    warnings: &mut Vec<RegisterWarning>,
) -> Result<Vec<(Wanted, Duration)>, RegisterError> {
    let live = || present.iter().filter(|binding| binding.expires > stamp.now);
    match wish {
        Wish::Query => Ok(Vec::new()),
        Wish::RemoveAll => {
            for binding in live() {
                stamp.supersedes(binding, warnings)?;
            }
            Ok(Vec::new())
        }
        Wish::Update(wanted) => {
            let mut granted = Vec::with_capacity(wanted.len());
            let mut stays = live().count();
            for one in wanted {
                let expires = config.grant(one.expires)?;
                let old = live().find(|binding| same(&binding.uri, &one.uri));
                if let Some(binding) = old {
                    stamp.supersedes(binding, warnings)?;
                }
                match (old.is_some(), expires.is_zero()) {
                    (true, true) => stays = stays.saturating_sub(1),
                    (false, false) => stays += 1,
                    _ => {}
                }
                let wanted = Wanted {
                    uri: one.uri.clone(),
                    expires: one.expires,
                };
                granted.push((wanted, expires));
            }
            if stays > config.contacts {
                let limit = config.contacts;
                return Err(RegisterError::TooManyContacts { limit });
            }
            Ok(granted)
        }
    }
}
