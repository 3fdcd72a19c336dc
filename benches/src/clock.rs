//! Comparing rows in one run: short batches of every row in turn, the least time of each counts.
//!
//! What disturbs a batch only makes it slower, so the least is nearest to what the work costs;
//! and because every row has its turn in every round, a machine that slows down slows all alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How often each row has its turn.
    pub rounds: usize,
    /// How long a turn is about.
    pub batch: Duration,
}

impl Effort {
    /// For numbers that are quoted.
    pub const FULL: Self = Effort {
        rounds: 400,
        batch: Duration::from_micros(500),
    };
    /// For a look at every change.
    pub const QUICK: Self = Effort {
        rounds: 60,
        batch: Duration::from_micros(200),
    };
}

/// One line of a table.
pub struct Row<'a> {
    name: &'static str,
    run: Box<dyn FnMut(u32) + 'a>,
    iterations: u32,
    best: f64,
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("name", &self.name)
            .field("nanoseconds", &self.best)
            .finish_non_exhaustive()
    }
}

impl<'a> Row<'a> {
    /// A row that does this.
    pub fn new<R>(name: &'static str, mut work: impl FnMut() -> R + 'a) -> Self {
        Row {
            name,
            run: Box::new(move |iterations| {
                for _ in 0..iterations {
                    black_box(work());
                }
            }),
            iterations: 1,
            best: f64::INFINITY,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The least time of one operation, in nanoseconds.
    #[must_use]
    pub fn nanoseconds(&self) -> f64 {
        self.best
    }

    fn time(&mut self) -> Duration {
        let start = Instant::now();
        (self.run)(self.iterations);
        start.elapsed()
    }

    /// Finds how many operations make a batch; warms up on the way.
    fn calibrate(&mut self, batch: Duration) {
        while self.time() < batch && self.iterations < u32::MAX / 2 {
            self.iterations *= 2;
        }
    }
}

/// Measures the rows against each other.
pub fn measure(rows: &mut [Row<'_>], effort: Effort) {
    for row in &mut *rows {
        row.calibrate(effort.batch);
    }
    for _ in 0..effort.rounds {
        for row in &mut *rows {
            let elapsed = row.time();
            let each = elapsed.as_secs_f64() * 1e9 / f64::from(row.iterations);
            row.best = row.best.min(each);
        }
    }
}

/// Memory of this process in bytes, by its name in the status that Linux gives; `None` elsewhere.
#[must_use]
pub fn of_this_process(name: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_work_takes_about_twice_the_time() {
        let work = |count: u64| (0..black_box(count)).fold(1_u64, |a, b| black_box(a ^ b));
        let mut rows = [
            Row::new("one", || work(1_000)),
            Row::new("two", || work(2_000)),
        ];
        measure(&mut rows, Effort::QUICK);
        let ratio = rows[1].nanoseconds() / rows[0].nanoseconds();
        assert!((1.5..2.7).contains(&ratio), "{ratio}");
    }
}
