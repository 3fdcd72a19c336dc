//! The time of Norway.

use std::cell::Cell;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// Europe/Oslo as a rule: no database of time zones is needed. Times before 1996, when summer time
/// ended in September or did not exist, may be an hour wrong; no alarm is that old.
pub(super) static NORWAY: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(TimeZone::fixed(Offset::constant(1)))
});

/// A winter or a summer, with its offset.
#[derive(Clone, Copy)]
struct Season {
    from: Timestamp,
    until: Timestamp,
    offset: Offset,
}

thread_local! {
    /// The season asked for last: all times of an alarm, and of most days, lie in one.
    static LAST: Cell<Option<Season>> = const { Cell::new(None) };
}

/// The offset at a point in time.
pub(super) fn offset_at(instant: Timestamp) -> Offset {
    let last = LAST.get();
    if let Some(season) = last.filter(|it| (it.from..it.until).contains(&instant)) {
        return season.offset;
    }
    let season = season_at(instant);
    LAST.set(season.or(last));
    season.map_or_else(|| NORWAY.to_offset(instant), |season| season.offset)
}

/// `None` at the ends of what the library counts.
fn season_at(instant: Timestamp) -> Option<Season> {
    let until = NORWAY.following(instant).next()?.timestamp();
    let last = NORWAY.preceding(until).next()?;
    Some(Season {
        from: last.timestamp(),
        until,
        offset: last.offset(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_offset_changes_in_the_second_that_summer_begins_and_ends() {
        for (time, hours) in [
            ("2026-03-29T00:59:59.999999Z", 1),
            ("2026-03-29T01:00:00Z", 2),
            ("2026-10-25T00:59:59.999999Z", 2),
            ("2026-10-25T01:00:00Z", 1),
            ("2026-03-29T01:00:00Z", 2),
            ("9999-12-30T22:00:00.999999Z", 1),
            ("0001-01-01T00:00:00Z", 1),
        ] {
            let instant: Timestamp = time.parse().expect("a moment");
            assert_eq!(offset_at(instant), Offset::constant(hours), "{time}");
        }
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_the_rule_says(
            start in -62_000_000_000_i64..253_000_000_000,
            steps in prop::collection::vec(-20_000_000_i64..20_000_000, 1..20),
        ) {
            let mut second = start;
            for step in steps {
                second += step;
                if let Ok(instant) = Timestamp::from_second(second) {
                    prop_assert_eq!(offset_at(instant), NORWAY.to_offset(instant));
                }
            }
        }
    }
}
