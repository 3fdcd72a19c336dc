//! How many refusals one source may cause.

use core::fmt;
use core::time::Duration;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use crate::time::Time;

/// A limit for guessing: a source that was refused this often in a window is answered 429 until the
/// window ends, whatever it then sends (Partner API reference 6.5).
///
/// Sources are addresses, those of IPv6 by their first 64 bits. Behind a proxy every caller has the
/// address of the proxy: leave the limit out there, or one caller's mistakes shut the others out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusalLimit {
    /// Refusals that are answered as such: 30.
    pub refusals: u32,
    /// In so long: a minute.
    pub window: Duration,
    /// Sources that are remembered, the latest: 1,024.
    pub sources: usize,
}

impl Default for RefusalLimit {
    fn default() -> Self {
        Self {
            refusals: 30,
            window: Duration::from_secs(60),
            sources: 1_024,
        }
    }
}

/// Counts refusals by source.
#[derive(Default)]
pub(crate) struct Refusals {
    limit: Option<RefusalLimit>,
    sources: HashMap<IpAddr, Window>,
}

struct Window {
    began: Time,
    refusals: u32,
}

impl Refusals {
    pub(crate) fn new(limit: Option<RefusalLimit>) -> Self {
        Self {
            limit,
            sources: HashMap::new(),
        }
    }

    /// Whether the source may be heard.
    ///
    /// # Errors
    ///
    /// How long it has to wait.
    pub(crate) fn check(&self, now: Time, source: Option<IpAddr>) -> Result<(), Duration> {
        let (Some(limit), Some(source)) = (self.limit, source) else {
            return Ok(());
        };
        match self.sources.get(&network(source)) {
            Some(window) if window.refusals >= limit.refusals => {
                match limit.window.saturating_sub(now.since(window.began)) {
                    Duration::ZERO => Ok(()),
                    left => Err(left),
                }
            }
            _ => Ok(()),
        }
    }

    /// Notes that the source was refused.
    pub(crate) fn refused(&mut self, now: Time, source: Option<IpAddr>) {
        let (Some(limit), Some(source)) = (self.limit, source) else {
            return;
        };
        let source = network(source);
        if self.sources.len() >= limit.sources && !self.sources.contains_key(&source) {
            self.sources
                .retain(|_, window| now.since(window.began) < limit.window);
            let oldest = self.sources.iter().min_by_key(|(_, window)| window.began);
            match oldest.map(|(source, _)| *source) {
                Some(oldest) if self.sources.len() >= limit.sources => {
                    self.sources.remove(&oldest);
                }
                _ => {}
            }
        }
        let window = self.sources.entry(source).or_insert(Window {
            began: now,
            refusals: 0,
        });
        if now.since(window.began) >= limit.window {
            *window = Window {
                began: now,
                refusals: 0,
            };
        }
        window.refusals = window.refusals.saturating_add(1);
    }
}

/// Whoever has one address of an IPv6 network has them all.
fn network(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusals")
            .field("limit", &self.limit)
            .field("sources", &self.sources.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(sources: usize) -> Refusals {
        Refusals::new(Some(RefusalLimit {
            refusals: 2,
            window: Duration::from_secs(60),
            sources,
        }))
    }

    #[test]
    fn a_source_is_heard_again_when_its_window_ends() {
        let mut refusals = limited(8);
        let source = "192.0.2.1".parse().ok();
        refusals.refused(Time::ZERO, source);
        assert_eq!(refusals.check(Time::ZERO, source), Ok(()));
        refusals.refused(Time::ZERO, source);
        assert_eq!(
            refusals.check(Time::from_millis(20_000), source),
            Err(Duration::from_secs(40))
        );
        assert_eq!(refusals.check(Time::ZERO, "192.0.2.2".parse().ok()), Ok(()));
        assert_eq!(refusals.check(Time::ZERO, None), Ok(()));
        assert_eq!(refusals.check(Time::from_millis(60_000), source), Ok(()));
        refusals.refused(Time::from_millis(60_000), source);
        assert_eq!(refusals.check(Time::from_millis(60_000), source), Ok(()));
    }

    #[test]
    fn sources_are_bounded_and_networks_count_as_one() {
        let mut refusals = limited(4);
        for last in 0..100u8 {
            let source = IpAddr::from([192, 0, 2, last]);
            refusals.refused(Time::from_millis(last.into()), Some(source));
        }
        assert_eq!(refusals.sources.len(), 4);
        for source in ["2001:db8::1", "2001:db8::2"] {
            refusals.refused(Time::from_millis(200), source.parse().ok());
        }
        let other = "2001:db8::3".parse().ok();
        assert!(refusals.check(Time::from_millis(200), other).is_err());
    }
}
