//! The duplicate rule beside a list that is walked.

use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use scaip::call::{VoiceReply, VoiceTarget};
use scaip::receiver::{Answer, DuplicateSettings, Duplicates, Seen};
use scaip::{
    DecodeOptions, Decoded, MediaReply, Reference, Request, Response, StatusNumber, Text,
    decode_request,
};

const OPERATIONS: usize = 300;
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Settings {
    /// Eighths of an hour, up to more than a day.
    window: u8,
    entries: u8,
    /// Tenths of a kilobyte.
    bytes: u8,
}

/// A request, by what makes it the same as another one.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
struct Which {
    unit: u8,
    reference: u8,
    content: u8,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    See {
        which: Which,
    },
    Keep {
        which: Which,
        number: u8,
        text: u8,
        voice: u8,
    },
    Wait {
        milliseconds: u16,
    },
    /// To the end of the window of the oldest, a microsecond less, or some minutes on.
    Jump {
        minutes: u8,
    },
}

struct Kept {
    which: Which,
    at: Instant,
    answer: Answer<'static>,
    bytes: usize,
}

impl Which {
    /// Few of each, so that they meet. Where `cid` ends and `ref` begins is not plain in all.
    fn of_few(self) -> Which {
        Which {
            unit: self.unit % 3,
            reference: self.reference % 3,
            content: self.content % 4,
        }
    }

    fn unit(self) -> &'static str {
        ["4021187", "40211870", "402118700"][usize::from(self.unit)]
    }

    fn reference(self) -> &'static str {
        ["0", "00", "a1"][usize::from(self.reference)]
    }

    fn is_heartbeat(self) -> bool {
        self.content == 3
    }

    /// The same sender and the same `ref`.
    fn is_named_like(self, other: Which) -> bool {
        (self.unit, self.reference) == (other.unit, other.reference)
    }

    fn body(self) -> String {
        let rest = ["", "<stc>0010</stc>", "\n", "<mty>PI</mty>"][usize::from(self.content)];
        let (reference, unit) = (self.reference(), self.unit());
        let mrq = format!("<mrq><ref>{reference}</ref><cid>{unit}</cid><dty>0003</dty>");
        match self.content {
            // Behind the end.
            2 => format!("{mrq}</mrq>{rest}"),
            _ => format!("{mrq}{rest}</mrq>"),
        }
    }
}

fn read(body: &str) -> Decoded<'_, Request<'_>> {
    decode_request(body.as_bytes(), &DecodeOptions::lenient()).expect("it can be read")
}

fn answer(number: u8, text: u8, voice: u8) -> Answer<'static> {
    // Half of them accept.
    let number = StatusNumber::new(u16::from(number.saturating_sub(127)));
    let mut response = Response::new(Reference::new("another"), number);
    if text > 0 {
        response.status_text = Some(Text::new("x".repeat(usize::from(text))));
    }
    let answer = Answer::from(response);
    let desk = [
        "sip:desk7@arc.example.net",
        "sip:desk@a-longer-name.example.net",
    ][usize::from(voice / 128)];
    let target = match voice % 4 {
        0 => return answer,
        1 => VoiceTarget::Configured,
        _ => VoiceTarget::Shared(desk.into()),
    };
    let answer = answer.with_voice(VoiceReply::new(MediaReply::DUPLEX, target));
    match voice % 8 {
        7 => answer.with_wait(Duration::from_secs(voice.into())),
        _ => answer,
    }
}

/// What one entry takes, measured where there is nothing else.
fn measure(now: Instant, which: Which, answer: &Answer<'static>) -> usize {
    let mut alone = Duplicates::new(DuplicateSettings::default());
    alone.keep(now, &read(&which.body()), answer);
    assert_eq!(alone.len(), 1);
    alone.bytes()
}

struct World {
    duplicates: Duplicates,
    settings: DuplicateSettings,
    now: Instant,
    /// The oldest first.
    kept: Vec<Kept>,
    pushed_out: u64,
}

/// Runs the operations on both, and holds what is known, how much, and what it takes against each
/// other.
pub fn scaip_duplicates(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(given) = Settings::arbitrary(&mut input) else {
        return;
    };
    let mut settings = DuplicateSettings::default();
    settings.window = Duration::from_secs(450 * u64::from(given.window));
    settings.entries = usize::from(given.entries % 16);
    settings.bytes = 100 * usize::from(given.bytes);
    let mut world = World {
        duplicates: Duplicates::new(settings),
        settings,
        now: Instant::now(),
        kept: Vec::new(),
        pushed_out: 0,
    };
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.apply(operation);
    }
    let all = (0..3).flat_map(|unit| (0..12).map(move |rest| (unit, rest)));
    for (unit, rest) in all {
        let (reference, content) = (rest / 4, rest % 4);
        world.see(Which {
            unit,
            reference,
            content,
        });
    }
    world.now += DAY;
    world.see(Which {
        unit: 0,
        reference: 0,
        content: 0,
    });
    assert!(world.duplicates.is_empty());
    assert_eq!(world.duplicates.bytes(), 0);
}

impl World {
    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::See { which } => self.see(which.of_few()),
            Operation::Keep {
                which,
                number,
                text,
                voice,
            } => {
                let which = which.of_few();
                let answer = answer(number, text, voice);
                let body = which.body();
                self.duplicates.keep(self.now, &read(&body), &answer);
                if answer.is_accepted() && !which.is_heartbeat() {
                    self.keep(which, answer);
                }
                self.see(which);
            }
            Operation::Wait { milliseconds } => {
                self.now += Duration::from_millis(milliseconds.into());
            }
            Operation::Jump { minutes } => {
                let oldest = self.kept.first().map(|kept| kept.at + self.window());
                let at = match (minutes, oldest) {
                    (0, Some(at)) => at,
                    (1, Some(at)) => at.checked_sub(Duration::from_micros(1)).unwrap_or(at),
                    _ => self.now + Duration::from_secs(60 * u64::from(minutes)),
                };
                self.now = self.now.max(at);
            }
        }
    }

    fn window(&self) -> Duration {
        self.settings.window.min(DAY)
    }

    fn forget(&mut self) {
        let (now, window) = (self.now, self.window());
        self.kept.retain(|kept| now - kept.at < window);
    }

    fn bytes(&self) -> usize {
        self.kept.iter().map(|kept| kept.bytes).sum()
    }

    fn keep(&mut self, which: Which, answer: Answer<'static>) {
        self.forget();
        if self.kept.iter().any(|kept| kept.which == which) {
            return;
        }
        self.kept.push(Kept {
            which,
            at: self.now,
            bytes: measure(self.now, which, &answer),
            answer,
        });
        while self.kept.len() > self.settings.entries || self.bytes() > self.settings.bytes {
            self.kept.remove(0);
            self.pushed_out += 1;
        }
    }

    fn see(&mut self, which: Which) {
        // Nothing is looked for on behalf of a heartbeat.
        if !which.is_heartbeat() {
            self.forget();
        }
        let body = which.body();
        let kept = self.kept.iter().find(|kept| kept.which == which);
        let used = self
            .kept
            .iter()
            .any(|kept| kept.which.is_named_like(which) && !which.is_heartbeat());
        let expected = match kept {
            Some(kept) => Seen::Accepted {
                first: None,
                answer: &kept.answer,
            },
            None if used => Seen::ReferenceReused,
            None => Seen::New,
        };
        assert_eq!(self.duplicates.see(self.now, &read(&body)), expected);
        let duplicates = &self.duplicates;
        assert_eq!(duplicates.len(), self.kept.len());
        assert_eq!(duplicates.is_empty(), self.kept.is_empty());
        assert_eq!(duplicates.bytes(), self.bytes());
        assert_eq!(duplicates.pushed_out(), self.pushed_out);
        assert!(duplicates.len() <= self.settings.entries);
        assert!(duplicates.bytes() <= self.settings.bytes);
        let shown = format!("{duplicates:?}");
        assert!(
            !shown.contains("40211") && !shown.contains("xx") && !shown.contains("desk"),
            "what was said shows"
        );
    }
}
