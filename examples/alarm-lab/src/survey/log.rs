//! A log, line by line.

use std::collections::BTreeMap;
use std::time::Duration;

use climax_rf::Time;
use climax_rf::f1::{
    Frame, InterferenceEvent, InterferenceSettings, MAX_ROW_BITS, Scale, SearchOptions, Strength,
    Survey, SurveyEvent, rows, search,
};

use super::line::{Line, Stamp, StrengthUnit};
use super::report::{BurstShown, Event, LinkReport, StrengthRange, Timed, as_seconds, seconds};
use crate::Finding;

/// Longer than any burst may be joined again: then all that was open is told.
const AFTER: Duration = Duration::from_secs(4);
/// Times that go back by no more than this are lines in the wrong order.
const REORDERING: i64 = 1_000_000;
/// What comes behind a step of the clock begins anew.
const BEHIND_STEP: i64 = 5_000_000;
const DAY: i64 = 86_400_000_000;

/// Takes the lines of a log and counts them.
///
/// A row has the time of its line, or of the line before it where that says only a time. Of several
/// rows in a line the first frame alone has it: when the others came is not known.
///
/// ```
/// use alarm_lab::survey::{FrameLog, StrengthUnit};
/// use climax_rf::f1::{InterferenceSettings, SearchOptions};
///
/// let mut log = FrameLog::new(SearchOptions::new(), InterferenceSettings::DEFAULT, StrengthUnit::Auto);
/// for time in ["10.0", "10.396", "10.792", "11.189"] {
///     log.line(&format!("{time} rssi=-87.4 dBm {{168}}aaaaaaaa29cd29cd0a00002b5a10c37e9104d824f8"));
/// }
/// let report = log.finish();
/// let timed = report.timed.expect("the log has times");
/// assert_eq!(timed.bursts, Some([0, 0, 0, 1, 0, 0]));
/// assert_eq!(report.strengths[0].mean, -87.4);
/// ```
#[derive(Debug)]
pub struct FrameLog {
    options: SearchOptions,
    unit: StrengthUnit,
    timed: Survey,
    /// Frames without a time: only their counts are of use.
    untimed: Survey,
    buffer: Vec<u8>,
    /// The stamp that is the time 0, and the last one.
    clock: Option<(i64, i64)>,
    /// A time that stood alone on its line.
    pending: Option<Stamp>,
    strengths: BTreeMap<Scale, (u64, f64, i16, i16)>,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    lines: u64,
    rows: u64,
    unreadable: u64,
    without_frame: u64,
    steps: u64,
    reordered: u64,
    /// A time had a fraction of a second.
    fraction: bool,
}

impl FrameLog {
    /// Nothing read yet.
    #[must_use]
    pub fn new(
        options: SearchOptions,
        interference: InterferenceSettings,
        unit: StrengthUnit,
    ) -> Self {
        let survey = Survey::new(interference, Time::ZERO);
        FrameLog {
            options,
            unit,
            untimed: survey.clone(),
            timed: survey,
            buffer: vec![0; MAX_ROW_BITS / 8],
            clock: None,
            pending: None,
            strengths: BTreeMap::new(),
            counts: Counts::default(),
        }
    }

    /// Takes a line. One that says nothing of a frame is passed over.
    pub fn line(&mut self, text: &str) {
        self.counts.lines += 1;
        let line = Line::read(text, self.unit);
        let Some(rows) = &line.rows else {
            if let (Some(stamp), Some(channel)) = (line.stamp, line.channel) {
                let now = self.now(stamp);
                self.timed.handle_channel(now, channel);
            } else if line.stamp.is_some() {
                self.pending = line.stamp;
            }
            return;
        };
        let stamp = line.stamp.or(self.pending.take());
        let mut now = stamp.map(|stamp| self.now(stamp));
        self.rows(rows, &mut now, line.strength);
    }

    fn rows(&mut self, text: &str, now: &mut Option<Time>, strength: Option<Strength>) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let options = self.options.clone();
        for row in rows(text) {
            self.counts.rows += 1;
            match row.and_then(|row| row.read_into(&mut buffer)) {
                Ok(bits) => {
                    let mut any = false;
                    for found in search(bits, &options) {
                        any = true;
                        self.frame(&found.frame, now.take(), strength);
                    }
                    self.counts.without_frame += u64::from(!any);
                }
                Err(_) => self.counts.unreadable += 1,
            }
        }
        self.buffer = buffer;
    }

    fn frame(&mut self, frame: &Frame, now: Option<Time>, strength: Option<Strength>) {
        if let Some(Strength { scale, value }) = strength.filter(|_| frame.state().is_event()) {
            let of_scale = self.strengths.entry(scale);
            let (count, sum, least, most) = of_scale.or_insert((0, 0.0, value, value));
            *count += 1;
            *sum += f64::from(value);
            *least = (*least).min(value);
            *most = (*most).max(value);
        }
        match now {
            Some(now) => self.timed.handle_frame(now, frame, strength),
            None => self.untimed.handle_frame(Time::ZERO, frame, None),
        };
    }

    /// The time of a stamp since the first one; it never goes back.
    fn now(&mut self, stamp: Stamp) -> Time {
        self.counts.fraction |= stamp.fraction;
        let (base, last) = self.clock.unwrap_or((stamp.micros, 0));
        let mut base = base;
        let mut now = stamp.micros.saturating_sub(base);
        if stamp.of_day && last - now > DAY / 2 {
            // Past midnight, once for each day of the log.
            let days = (last - now) / DAY + 1;
            base -= days * DAY;
            now += days * DAY;
        }
        if now < last - REORDERING {
            self.counts.steps += 1;
            base = stamp.micros.saturating_sub(last + BEHIND_STEP);
            now = last + BEHIND_STEP;
        } else if now < last {
            self.counts.reordered += 1;
            now = last;
        }
        self.clock = Some((base, now));
        Self::time(now)
    }

    fn time(micros: i64) -> Time {
        Time::from(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
    }

    /// What there is to tell, in order. Bursts are told only once the log has shown times that are
    /// fine enough for them.
    pub fn poll_event(&mut self) -> Option<Event> {
        loop {
            return Some(match self.timed.poll_event()? {
                SurveyEvent::Burst(..) | SurveyEvent::Corrected(_) if !self.counts.fraction => {
                    continue;
                }
                SurveyEvent::Burst(burst, by) => Event::Burst(BurstShown::of(&burst, Some(by))),
                SurveyEvent::Corrected(burst) => Event::Burst(BurstShown::of(&burst, None)),
                SurveyEvent::Interference(InterferenceEvent::Began(at)) => Event::Channel {
                    state: "blocked",
                    at_s: seconds(at),
                },
                SurveyEvent::Interference(InterferenceEvent::Ended(at)) => Event::Channel {
                    state: "free",
                    at_s: seconds(at),
                },
                _ => continue,
            });
        }
    }

    /// The report at the end of the log. What was open is told afterwards by
    /// [`poll_event`](Self::poll_event).
    pub fn finish(&mut self) -> LinkReport {
        let last = Self::time(self.clock.map_or(0, |(_, last)| last));
        let at_end = self.timed.clone().report(last);
        // The last bursts end after the log does.
        let all = self.timed.report(last + AFTER);
        let untimed = self.untimed.report(Time::ZERO);
        let mut frames = all.states;
        frames.ok += untimed.states.ok;
        frames.unseen_length += untimed.states.unseen_length;
        frames.bad_crc += untimed.states.bad_crc;
        frames.truncated += untimed.states.truncated;
        frames.lenient += untimed.states.lenient;
        let mut sync_errors = all.sync_errors;
        for (sum, more) in sync_errors.iter_mut().zip(untimed.sync_errors) {
            *sum += more;
        }
        let fine = self.counts.fraction;
        let timed = self.clock.is_some().then(|| Timed {
            duration_s: as_seconds(at_end.duration),
            bursts: fine.then_some(all.bursts),
            link_quality: all.link_quality().filter(|_| fine),
            extra: fine.then_some(all.extra),
            damaged_copies: fine.then_some(all.damaged_copies),
            longest_silence_s: as_seconds(at_end.longest_silence),
            silence_s: as_seconds(at_end.silence),
            busy_s: as_seconds(at_end.busy),
            interference: at_end.interference,
            blocked: at_end.blocked,
        });
        let mut report = LinkReport {
            lines: self.counts.lines,
            rows: self.counts.rows,
            rows_unreadable: self.counts.unreadable,
            rows_without_frame: self.counts.without_frame,
            family: self.options.family.name().to_owned(),
            provenance: self.options.family.provenance(),
            frames,
            frames_without_time: untimed.states.total(),
            inverted: all.inverted + untimed.inverted,
            suspect: all.suspect + untimed.suspect,
            sync_errors,
            strengths: self.strengths(),
            timed,
            findings: Vec::new(),
        };
        report.findings = self.findings(&report);
        report
    }

    fn strengths(&self) -> Vec<StrengthRange> {
        let all = self.strengths.iter();
        all.map(|(scale, &(count, sum, least, most))| {
            let (unit, tenths) = match scale {
                Scale::DeciDbm => ("dBm", 10.0),
                Scale::Level => ("of 9", 1.0),
                Scale::Raw => ("relative", 10.0),
            };
            #[allow(clippy::cast_precision_loss)]
            let mean = sum / count as f64;
            StrengthRange {
                unit,
                count,
                weakest: f64::from(least) / tenths,
                mean: (mean * 10.0 / tenths).round() / 10.0,
                strongest: f64::from(most) / tenths,
            }
        })
        .collect()
    }

    fn findings(&self, report: &LinkReport) -> Vec<Finding> {
        let frames = report.frames.total() > 0;
        let timed = report.frames.total() > report.frames_without_time;
        let found = [
            (report.events() == 0, Finding::NOTHING),
            (frames && !timed, Finding::NO_TIMES),
            (timed && report.frames_without_time > 0, Finding::SOME_TIMES),
            (timed && !self.counts.fraction, Finding::WHOLE_SECONDS),
            (self.counts.steps > 0, Finding::CLOCK_STEPS),
            (self.counts.reordered > 0, Finding::REORDERED),
            (self.counts.unreadable > 0, Finding::UNREADABLE),
        ];
        let found = found.into_iter().filter(|(seen, _)| *seen);
        found.map(|(_, finding)| finding).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROW: &str = "{168}aaaaaaaa29cd29cd0a00002b5a10c37e9104d824f8";

    fn report(lines: &[String]) -> LinkReport {
        let options = SearchOptions::new();
        let mut log = FrameLog::new(options, InterferenceSettings::DEFAULT, StrengthUnit::Auto);
        for line in lines {
            log.line(line);
        }
        log.finish()
    }

    fn codes(report: &LinkReport) -> Vec<&str> {
        report.findings.iter().map(|finding| finding.code).collect()
    }

    fn at(times: &[&str]) -> Vec<String> {
        times.iter().map(|time| format!("{time} {ROW}")).collect()
    }

    #[test]
    fn six_copies_are_one_burst_and_a_full_link() {
        let report = report(&at(&["0.0", "0.4", "0.8", "1.2", "1.6", "2.0"]));
        let timed = report.timed.clone().unwrap();
        assert_eq!(timed.bursts, Some([0, 0, 0, 0, 0, 1]));
        assert_eq!(timed.link_quality, Some(1.0));
        assert!((timed.duration_s - 2.0).abs() < 1e-9);
        assert!(report.findings.is_empty(), "{report:?}");
    }

    #[test]
    fn what_the_times_do_not_tell_is_left_out_and_said() {
        let none = report(&[ROW.to_owned(), ROW.to_owned()]);
        assert_eq!((none.events(), none.timed.clone()), (2, None));
        assert_eq!(codes(&none), ["no-times"]);

        let coarse = report(&at(&["2026-03-14 09:30:00", "2026-03-14 09:30:01"]));
        let timed = coarse.timed.clone().unwrap();
        assert_eq!((timed.bursts, timed.link_quality), (None, None));
        assert_eq!(codes(&coarse), ["whole-seconds"]);

        let glued = report(&[format!("0.5 {ROW}, {ROW}")]);
        assert_eq!(glued.frames_without_time, 1);
        assert_eq!(codes(&glued), ["some-times"]);
        assert_eq!(codes(&report(&["{16}ffff".to_owned()])), ["no-events"]);
    }

    #[test]
    fn a_time_alone_on_its_line_is_that_of_the_row_behind_it() {
        let lines = ["time : 10.5", "model: any", ROW].map(str::to_owned);
        let report = report(&[&lines[..1], &["time : @10.5s".to_owned()], &lines[2..]].concat());
        assert_eq!(report.frames_without_time, 0);
    }

    #[test]
    fn times_past_midnight_go_on_and_steps_of_the_clock_begin_anew() {
        let night = report(&at(&["23:59:59.8", "00:00:00.2"]));
        assert_eq!(
            night.timed.clone().unwrap().bursts,
            Some([0, 1, 0, 0, 0, 0])
        );
        assert!(codes(&night).is_empty());

        let stepped = report(&at(&["1000.0", "500.0", "500.4"]));
        assert_eq!(
            stepped.timed.clone().unwrap().bursts,
            Some([1, 1, 0, 0, 0, 0])
        );
        assert_eq!(codes(&stepped), ["clock-steps"]);
        let swapped = report(&at(&["1.0", "1.5", "1.4"]));
        assert_eq!(codes(&swapped), ["reordered"]);
    }

    proptest! {
        #[test]
        fn any_log_gives_a_report(
            lines in prop::collection::vec(
                prop_oneof![".{0,60}", "[0-9]{1,19}\\.[0-9]{0,3} ", "[0-2][0-9]:[0-5][0-9]:00\\.5 "], 0..20),
        ) {
            let lines: Vec<_> = lines.iter().map(|line| format!("{line}{ROW}")).collect();
            let report = report(&lines);
            prop_assert_eq!(report.lines, u64::try_from(lines.len()).unwrap());
        }
    }
}
