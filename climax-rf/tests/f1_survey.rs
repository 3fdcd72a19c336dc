//! Surveys, interference, signal scale and duty cycle: Climax reference 1.2, 2.4 and 3.4.

#![allow(clippy::unwrap_used)]

use core::time::Duration;

use climax_rf::Time;
use climax_rf::f1::duty_cycle::{Band, BandUse, DutyCycle, burst_air_time, frame_air_time};
use climax_rf::f1::{
    Channel, ChipCrc, ClosedBy, Declaration, Family, Frame, Interference, InterferenceEvent,
    InterferenceSettings, Scale, SignalError, SignalLevel, SignalText, Strength, Survey,
    SurveyEvent, packet,
};
use proptest::prelude::*;

fn at(millis: u64) -> Time {
    Time::from_millis(millis)
}

fn frame(number: u8) -> Frame {
    let bytes = [10, 0, 0, number, 1, 2, 3, 4, 5, 6, 7];
    packet(&bytes, ChipCrc::Passed, &Family::F1).unwrap()
}

#[test]
fn the_arithmetic_of_the_bands_holds() {
    assert_eq!(
        frame_air_time(&Family::F1, 10),
        Duration::from_micros(16_800)
    );
    let burst = burst_air_time(&Family::F1, 10);
    assert_eq!(burst, Duration::from_micros(100_800));
    assert_eq!(
        DutyCycle::TENTH_PERCENT.per_hour(),
        Duration::from_millis(3600)
    );
    assert_eq!(
        DutyCycle::TENTH_PERCENT.transmissions_per_hour(burst),
        Some(35)
    );
    assert_eq!(
        DutyCycle::ONE_PERCENT.transmissions_per_hour(burst),
        Some(357)
    );
    assert_eq!(
        DutyCycle::ONE_PERCENT.transmissions_per_hour(Duration::ZERO),
        None
    );
    assert_eq!(
        DutyCycle::from_per_mille(2000).per_hour(),
        Duration::from_secs(3600)
    );
    let fast = Family::declare(Declaration {
        bit_rate: 20_000,
        ..Family::F1.declaration().clone()
    });
    assert_eq!(
        frame_air_time(&fast.unwrap(), 10),
        Duration::from_micros(8_400)
    );
}

#[test]
fn the_bands_are_found_by_frequency() {
    let social = Band::at(869_212_500).unwrap();
    assert_eq!(social, &Band::SOCIAL_ALARM);
    assert_eq!(social.band_use, BandUse::SocialAlarms);
    assert_eq!((social.power_mw, social.duty_cycle.per_mille()), (10, 1));
    assert_eq!(
        Band::at(868_637_500).unwrap().duty_cycle,
        DutyCycle::ONE_PERCENT
    );
    assert_eq!(Band::at(869_675_000).unwrap().power_mw, 25);
    assert_eq!(Band::at(433_920_000), None);
    assert_eq!(Band::at(u32::MAX), None);
    assert!(Band::ALL.iter().all(|band| band.from_khz < band.to_khz));
}

#[test]
fn the_scale_of_panels_is_read() {
    let parse = |text| SignalText::parse(text).map(|signal| (signal.word, signal.level.get()));
    assert_eq!(parse("Strong, 9"), Ok((Some("Strong"), 9)));
    assert_eq!(parse("  Good ,4 "), Ok((Some("Good"), 4)));
    assert_eq!(parse("Svak, signal, 0"), Ok((Some("Svak, signal"), 0)));
    assert_eq!(parse("7"), Ok((None, 7)));
    assert_eq!(parse("Strong, 10"), Err(SignalError::LevelTooHigh));
    assert_eq!(parse("Strong, 9999"), Err(SignalError::LevelTooHigh));
    for text in ["", "Strong", "Strong,", ", x", "Strong 9", "Strong, -1"] {
        assert_eq!(parse(text), Err(SignalError::LevelMissing), "{text}");
    }
    assert_eq!(SignalLevel::new(10), Err(SignalError::LevelTooHigh));
    let strength = Strength::from(SignalLevel::new(9).unwrap());
    assert_eq!(strength.to_string(), "9 of 9");
}

#[test]
fn interference_begins_after_more_than_30_s_and_ends_when_they_leave_the_window() {
    let mut channel = Interference::new(InterferenceSettings::default(), at(0));
    channel.handle_channel(at(10_000), Channel::Busy);
    channel.handle_channel(at(40_000), Channel::Free);
    assert_eq!(channel.busy(), Duration::from_secs(30));
    assert_eq!(channel.poll_event(), None);
    channel.handle_channel(at(50_000), Channel::Busy);
    channel.handle_channel(at(51_000), Channel::Free);
    assert!(channel.is_blocked());
    assert_eq!(
        channel.poll_event(),
        Some(InterferenceEvent::Began(at(51_000)))
    );
    let mut polls = 0;
    while let Some(timeout) = channel.poll_timeout() {
        channel.handle_timeout(timeout);
        polls += 1;
        assert!(polls < 100);
    }
    // One of the 31 busy seconds has left the window.
    assert_eq!(
        channel.poll_event(),
        Some(InterferenceEvent::Ended(at(71_000)))
    );
    assert_eq!(channel.total(), Duration::from_secs(31));
}

#[test]
fn the_other_setting_is_60_s_in_two_minutes() {
    let mut channel = Interference::new(InterferenceSettings::LONGER, at(0));
    channel.handle_channel(at(0), Channel::Busy);
    channel.handle_timeout(at(60_000));
    assert_eq!(channel.poll_event(), None);
    channel.handle_timeout(at(60_002));
    assert!(matches!(
        channel.poll_event(),
        Some(InterferenceEvent::Began(_))
    ));
}

#[test]
fn a_pause_of_a_year_takes_no_year() {
    let mut channel = Interference::new(InterferenceSettings::default(), at(0));
    channel.handle_channel(at(1), Channel::Busy);
    let year = 31_536_000_000;
    channel.handle_channel(at(year), Channel::Free);
    assert!(channel.is_blocked());
    assert_eq!(channel.total(), Duration::from_millis(year - 1));
    assert_eq!(channel.busy(), Duration::from_secs(60));
    channel.handle_timeout(at(2 * year));
    assert!(!channel.is_blocked());
    assert_eq!(channel.busy(), Duration::ZERO);
    // Nor does the end of all time.
    channel.handle_channel(at(2 * year), Channel::Busy);
    for _ in 0..2 {
        channel.handle_timeout(Time::from(Duration::MAX));
        assert!(channel.is_blocked());
    }
    let endless = InterferenceSettings {
        blocked: Duration::MAX,
        window: Duration::MAX,
    };
    let mut channel = Interference::new(endless, at(0));
    channel.handle_channel(at(0), Channel::Busy);
    channel.handle_timeout(Time::from(Duration::MAX));
    assert!(channel.busy() <= Duration::from_secs(86_400));
}

#[test]
fn a_survey_tells_bursts_and_totals() {
    let mut survey = Survey::new(InterferenceSettings::default(), at(0));
    let damaged = packet(&[10, 0, 0, 1, 2], ChipCrc::Failed, &Family::F1).unwrap();
    for (start, number) in [(1000, 1), (1400, 2), (1800, 3)] {
        survey.handle_frame(at(start), &frame(number), Some(Strength::deci_dbm(-900)));
    }
    survey.handle_frame(at(2200), &damaged, None);
    survey.handle_frame(at(61_000), &frame(0x41), Some(Strength::deci_dbm(-700)));
    survey.handle_channel(at(61_000), Channel::Busy);
    survey.handle_channel(at(61_017), Channel::Free);
    let timeout = survey.poll_timeout().unwrap();
    survey.handle_timeout(timeout);

    let Some(SurveyEvent::Burst(first, ClosedBy::Silence)) = survey.poll_event() else {
        panic!("a burst")
    };
    assert_eq!((first.copies, first.damaged), (3, 1));
    assert!(
        matches!(survey.poll_event(), Some(SurveyEvent::Burst(second, _)) if second.copies == 1)
    );

    let report = survey.report(at(100_000));
    assert_eq!(report.duration, Duration::from_secs(100));
    assert_eq!(
        (
            report.states.ok,
            report.states.truncated,
            report.states.total()
        ),
        (4, 1, 5)
    );
    assert_eq!(report.bursts, [1, 0, 1, 0, 0, 0]);
    assert_eq!(report.damaged_copies, 1);
    assert_eq!(report.suspect, 1);
    assert!((report.link_quality().unwrap() - 4.0 / 12.0).abs() < 1e-9);
    let strength = report.strength(Scale::DeciDbm).unwrap();
    assert_eq!(
        (strength.weakest, strength.strongest, strength.mean()),
        (-900, -700, -850)
    );
    assert_eq!(report.strength(Scale::Raw), None);
    assert_eq!(report.longest_silence, Duration::from_millis(59_200));
    assert_eq!(report.silence, Duration::from_secs(39));
    assert_eq!(report.busy, Duration::from_millis(17));
    assert_eq!(
        Survey::new(InterferenceSettings::default(), at(0))
            .report(at(1))
            .link_quality(),
        None
    );
}

#[test]
fn a_survey_corrects_a_burst_that_goes_on() {
    let mut survey = Survey::new(InterferenceSettings::default(), at(0));
    for start in [0, 400, 1300] {
        survey.handle_frame(at(start), &frame(1), None);
    }
    assert!(matches!(survey.poll_event(), Some(SurveyEvent::Burst(..))));
    assert!(
        matches!(survey.poll_event(), Some(SurveyEvent::Corrected(burst)) if burst.copies == 3)
    );
    assert_eq!(survey.report(at(9000)).bursts, [0, 0, 1, 0, 0, 0]);
}

proptest! {
    #[test]
    fn the_estimate_is_within_a_part_of_the_exact_busy_time(
        changes in prop::collection::vec((1_u64..20_000, any::<bool>()), 1..60),
    ) {
        let mut channel = Interference::new(InterferenceSettings::default(), at(0));
        let mut busy = vec![];
        let (mut now, mut since) = (0, None);
        for (step, to) in changes {
            now += step;
            channel.handle_channel(at(now), if to { Channel::Busy } else { Channel::Free });
            if let Some(begin) = since.take() {
                busy.push((begin, now));
            }
            since = to.then_some(now);
            let exact: u64 = busy
                .iter()
                .map(|(begin, end)| end.saturating_sub((*begin).max(now.saturating_sub(60_000))))
                .sum();
            let estimate = u64::try_from(channel.busy().as_millis()).unwrap();
            prop_assert!(estimate.abs_diff(exact) <= 1001, "{estimate} for {exact}");
            let all: u64 = busy.iter().map(|(begin, end)| end - begin).sum();
            prop_assert_eq!(channel.total(), Duration::from_millis(all));
        }
    }
}
