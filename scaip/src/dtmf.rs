//! DTMF during the voice call: what each digit does (SCAIP reference 6.5).
//!
//! The receiver steers the device with digits, sent as RFC 4733 events. Nothing here makes a
//! sound: it says which digit to send, for how long, and what a digit means.
//!
//! ```
//! use scaip::dtmf::{Digit, Effect, VolumeKeys};
//!
//! let keys = VolumeKeys::OneUp;
//! assert_eq!(keys.digit_for(Effect::OperateOutput).get(), '9');
//! assert_eq!(keys.effect_of(Digit::new('0').unwrap()), Some(Effect::ClearDown));
//! assert_eq!(keys.effect_of(Digit::new('5').unwrap()), None);
//! ```

use std::fmt;
use std::time::{Duration, Instant};

use crate::codes::{Confidence, MediaReply};

/// One of the sixteen DTMF digits: `0` to `9`, `*`, `#`, `A` to `D`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digit(u8);

/// The digits in the order of their event codes (RFC 4733 3.2).
const DIGITS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];

impl Digit {
    /// `0`.
    pub const ZERO: Digit = Digit(0);
    /// `1`.
    pub const ONE: Digit = Digit(1);
    /// `3`.
    pub const THREE: Digit = Digit(3);
    /// `4`.
    pub const FOUR: Digit = Digit(4);
    /// `7`.
    pub const SEVEN: Digit = Digit(7);
    /// `8`.
    pub const EIGHT: Digit = Digit(8);
    /// `9`.
    pub const NINE: Digit = Digit(9);

    /// A digit from its sign, `None` for any other character. `a` to `d` are read as `A` to `D`.
    #[must_use]
    pub fn new(sign: char) -> Option<Digit> {
        let sign = sign.to_ascii_uppercase();
        let code = DIGITS.iter().position(|&digit| digit == sign)?;
        u8::try_from(code).ok().map(Digit)
    }

    /// A digit from its RFC 4733 event code, `None` above 15.
    #[must_use]
    pub const fn from_event(code: u8) -> Option<Digit> {
        if code < 16 { Some(Digit(code)) } else { None }
    }

    /// Its RFC 4733 event code: 0 to 15.
    #[must_use]
    pub const fn event(self) -> u8 {
        self.0
    }

    /// Its sign.
    #[must_use]
    pub fn get(self) -> char {
        DIGITS.get(usize::from(self.0)).copied().unwrap_or('0')
    }
}

impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dtmf {}", self.get())
    }
}

impl fmt::Display for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_char(f, self.get())
    }
}

/// What a digit makes the device do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// End the call and treat the alarm as handled. Send this before hanging up: a call that is
    /// just dropped looks like a failure, and the device calls again.
    ClearDown,
    /// One step louder.
    VolumeUp,
    /// One step less loud.
    VolumeDown,
    /// Speech both ways.
    Duplex,
    /// Device microphone only: the receiver listens.
    Listen,
    /// Device loudspeaker only: the receiver speaks.
    Speak,
    /// Operate an output: a door opener, a relay.
    OperateOutput,
}

impl Effect {
    /// Every effect.
    pub const ALL: [Effect; 7] = [
        Effect::ClearDown,
        Effect::VolumeUp,
        Effect::VolumeDown,
        Effect::Duplex,
        Effect::Listen,
        Effect::Speak,
        Effect::OperateOutput,
    ];

    /// How well the digit of this effect is confirmed. For the volume the sources disagree.
    #[must_use]
    pub const fn confidence(self) -> Confidence {
        match self {
            Effect::VolumeUp | Effect::VolumeDown => Confidence::C,
            _ => Confidence::A,
        }
    }

    /// The speech that an `mre` sets up (SCAIP reference 6.3); `None` for no voice or an unknown
    /// code.
    #[must_use]
    pub fn of_media(media: MediaReply) -> Option<Effect> {
        let speeches = [
            (MediaReply::DUPLEX, Effect::Duplex),
            (MediaReply::LISTEN_ONLY, Effect::Listen),
            (MediaReply::SPEAK_ONLY, Effect::Speak),
        ];
        speeches
            .into_iter()
            .find(|(code, _)| *code == media)
            .map(|(_, effect)| effect)
    }
}

/// Which of 1 and 3 is louder. One public source has it one way, another the other: a setting of
/// each kind of unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum VolumeKeys {
    /// 1 is louder, 3 less loud. The default is a guess.
    #[default]
    OneUp,
    /// 1 is less loud, 3 louder.
    OneDown,
}

impl VolumeKeys {
    /// The digit for an effect.
    #[must_use]
    pub const fn digit_for(self, effect: Effect) -> Digit {
        match (effect, self) {
            (Effect::ClearDown, _) => Digit::ZERO,
            (Effect::VolumeUp, VolumeKeys::OneUp) | (Effect::VolumeDown, VolumeKeys::OneDown) => {
                Digit::ONE
            }
            (Effect::VolumeDown, VolumeKeys::OneUp) | (Effect::VolumeUp, VolumeKeys::OneDown) => {
                Digit::THREE
            }
            (Effect::Duplex, _) => Digit::FOUR,
            (Effect::Listen, _) => Digit::SEVEN,
            (Effect::Speak, _) => Digit::EIGHT,
            (Effect::OperateOutput, _) => Digit::NINE,
        }
    }

    /// The effect of a digit; `None` for one that no public source gives a meaning.
    #[must_use]
    pub fn effect_of(self, digit: Digit) -> Option<Effect> {
        Effect::ALL
            .into_iter()
            .find(|&effect| self.digit_for(effect) == digit)
    }
}

/// How long a digit sounds: 40 ms to 2 s, whole milliseconds. The bounds are our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ToneLength {
    milliseconds: u16,
}

impl ToneLength {
    /// 200 ms: what is used with SCAIP. One source.
    pub const USUAL: ToneLength = ToneLength { milliseconds: 200 };
    /// 150 ms: what was used before. One source.
    pub const EARLIER: ToneLength = ToneLength { milliseconds: 150 };
    /// 80 ms: usual with other alarm protocols. One source.
    pub const OTHER_PROTOCOLS: ToneLength = ToneLength { milliseconds: 80 };

    /// A length, `None` outside 40 ms to 2 s.
    #[must_use]
    pub fn new(length: Duration) -> Option<ToneLength> {
        let milliseconds = u16::try_from(length.as_millis()).ok()?;
        (40..=2000)
            .contains(&milliseconds)
            .then_some(ToneLength { milliseconds })
    }

    /// The length.
    #[must_use]
    pub const fn get(self) -> Duration {
        Duration::from_millis(self.milliseconds as u64)
    }
}

impl Default for ToneLength {
    fn default() -> Self {
        ToneLength::USUAL
    }
}

/// Repeats the digit of the present speech so that the device keeps the call (SCAIP reference
/// 6.5, one source: 4 every 60 s). Off unless an interval is set.
///
/// ```
/// use std::time::{Duration, Instant};
/// use scaip::dtmf::{Digit, Effect, KeepAlive, VolumeKeys};
///
/// let now = Instant::now();
/// let minute = Duration::from_secs(60);
/// let mut speech = KeepAlive::new(VolumeKeys::OneUp, Some(minute));
/// speech.begin(now, Effect::Duplex);
/// assert_eq!(speech.poll_digit(now), None);
/// assert_eq!(speech.poll_timeout(), Some(now + minute));
/// assert_eq!(speech.poll_digit(now + minute), Some(Digit::FOUR));
/// ```
#[derive(Debug, Clone)]
pub struct KeepAlive {
    keys: VolumeKeys,
    every: Option<Duration>,
    speech: Option<(Digit, Instant)>,
}

impl KeepAlive {
    /// Repeats every `every`, at least a second; never without it.
    #[must_use]
    pub fn new(keys: VolumeKeys, every: Option<Duration>) -> Self {
        KeepAlive {
            keys,
            every: every.map(|every| every.max(Duration::from_secs(1))),
            speech: None,
        }
    }

    /// The speech is now this one, by `mre` or by a digit just sent. An effect that is no speech
    /// changes nothing, except [`Effect::ClearDown`], which ends the repeating.
    pub fn begin(&mut self, now: Instant, effect: Effect) {
        match effect {
            Effect::Duplex | Effect::Listen | Effect::Speak => {
                self.speech = self
                    .every
                    .and_then(|every| now.checked_add(every))
                    .map(|due| (self.keys.digit_for(effect), due));
            }
            Effect::ClearDown => self.speech = None,
            Effect::VolumeUp | Effect::VolumeDown | Effect::OperateOutput => {}
        }
    }

    /// The digit to send now, if it is due. One that was missed is not made up for.
    pub fn poll_digit(&mut self, now: Instant) -> Option<Digit> {
        let (digit, due) = self.speech?;
        if due > now {
            return None;
        }
        self.speech = self
            .every
            .and_then(|every| now.checked_add(every))
            .map(|due| (digit, due));
        Some(digit)
    }

    /// When to ask for a digit next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.speech.map(|(_, due)| due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_has_its_sign_and_its_event_code() {
        for code in 0..16 {
            let digit = Digit::from_event(code).unwrap();
            assert_eq!(digit.event(), code);
            assert_eq!(Digit::new(digit.get()), Some(digit));
        }
        assert_eq!(Digit::from_event(16), None);
        assert_eq!(Digit::new('*').unwrap().event(), 10);
        assert_eq!(Digit::new('#').unwrap().event(), 11);
        assert_eq!(Digit::new('d').unwrap().event(), 15);
        assert_eq!(Digit::new('E'), None);
        assert_eq!(Digit::new('٣'), None);
    }

    #[test]
    fn a_tone_has_a_length_between_bounds() {
        assert_eq!(ToneLength::default().get(), Duration::from_millis(200));
        assert!(ToneLength::new(Duration::from_millis(40)).is_some());
        assert!(ToneLength::new(Duration::from_millis(2000)).is_some());
        assert!(ToneLength::new(Duration::from_millis(39)).is_none());
        assert!(ToneLength::new(Duration::from_millis(2001)).is_none());
        assert!(ToneLength::new(Duration::MAX).is_none());
    }

    #[test]
    fn the_digit_of_the_speech_is_repeated_until_the_call_is_cleared() {
        let start = Instant::now();
        let minute = Duration::from_secs(60);
        let mut speech = KeepAlive::new(VolumeKeys::OneUp, Some(minute));
        assert_eq!(speech.poll_timeout(), None);
        speech.begin(start, Effect::Duplex);
        assert_eq!(speech.poll_digit(start + minute), Some(Digit::FOUR));
        assert_eq!(speech.poll_digit(start + minute), None);
        speech.begin(start + minute, Effect::Listen);
        speech.begin(start + minute, Effect::VolumeUp);
        // Three are missed, one is sent.
        assert_eq!(speech.poll_digit(start + minute * 5), Some(Digit::SEVEN));
        assert_eq!(speech.poll_timeout(), Some(start + minute * 6));
        speech.begin(start + minute * 5, Effect::ClearDown);
        assert_eq!(speech.poll_digit(start + minute * 60), None);
    }

    #[test]
    fn nothing_is_repeated_unless_it_was_set() {
        let start = Instant::now();
        let mut speech = KeepAlive::new(VolumeKeys::OneUp, None);
        speech.begin(start, Effect::Duplex);
        assert_eq!(speech.poll_timeout(), None);
    }
}
