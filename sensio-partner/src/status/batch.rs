//! Many statuses in few calls (Partner API reference 5).

use core::ops::Range;

use crate::answer::{Class, Refusal};

/// Elements of one batch call, by default (Partner API reference 16).
pub const BATCH: usize = 100;

/// Which entries go in which call. Whether one bad element fails a whole call is not known: a batch
/// that is refused is halved until the bad ones stand alone.
///
/// ```
/// use sensio_partner::{BatchPlan, Class, Effect, Refusal};
///
/// let mut plan = BatchPlan::new(3, 100);
/// while let Some(batch) = plan.next_batch() {
///     let bad = batch.contains(&1);
///     let class = match bad {
///         true => Class::Permanent(Refusal::Refused),
///         false => Class::Done(Effect::Accepted),
///     };
///     plan.handle_class(batch, class);
/// }
/// assert_eq!(plan.refused(), [1]);
/// ```
#[derive(Debug, Clone)]
pub struct BatchPlan {
    /// The next ones last.
    open: Vec<Range<usize>>,
    refused: Vec<usize>,
}

impl BatchPlan {
    /// A plan for this many entries, in calls of at most `size`, which counts as one when it is zero.
    #[must_use]
    pub fn new(entries: usize, size: usize) -> Self {
        let size = size.max(1);
        let starts = (0..entries).step_by(size);
        let open = starts.map(|at| at..entries.min(at + size)).rev().collect();
        Self {
            open,
            refused: Vec::new(),
        }
    }

    /// The entries of the next call.
    pub fn next_batch(&mut self) -> Option<Range<usize>> {
        self.open.pop()
    }

    /// What the call came to; `true` when the batch was refused, and has been split or noted as bad.
    /// 400, 404, 413, 422 and 500 say so. Every other class is about the call, not about its entries:
    /// the caller decides.
    pub fn handle_class(&mut self, batch: Range<usize>, class: Class) -> bool {
        let refused = matches!(
            class,
            Class::Permanent(Refusal::Refused | Refusal::UnknownDevice)
                | Class::ServerFault
                | Class::TooLarge
        );
        if refused {
            match batch.len() {
                0 => {}
                1 => self.refused.push(batch.start),
                length => {
                    let middle = batch.start + length / 2;
                    self.open.push(middle..batch.end);
                    self.open.push(batch.start..middle);
                }
            }
        }
        refused
    }

    /// The entries that were refused alone, in order.
    #[must_use]
    pub fn refused(&self) -> &[usize] {
        &self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Effect;

    #[test]
    fn large_arrays_are_split() {
        let mut plan = BatchPlan::new(250, BATCH);
        let batches: Vec<_> = core::iter::from_fn(|| plan.next_batch()).collect();
        assert_eq!(batches, [0..100, 100..200, 200..250]);
        assert_eq!(BatchPlan::new(0, BATCH).next_batch(), None);
    }

    #[test]
    fn bad_elements_are_found_and_the_others_delivered() {
        let mut plan = BatchPlan::new(100, BATCH);
        let (mut delivered, mut calls) = (Vec::new(), 0);
        while let Some(batch) = plan.next_batch() {
            calls += 1;
            let bad = batch.contains(&17) || batch.contains(&80);
            let class = match bad {
                true => Class::ServerFault,
                false => Class::Done(Effect::Accepted),
            };
            if !plan.handle_class(batch.clone(), class) {
                delivered.extend(batch);
            }
        }
        assert_eq!(plan.refused(), [17, 80]);
        assert_eq!(delivered.len(), 98);
        assert!(calls < 30, "{calls}");
        assert!(!plan.handle_class(0..2, Class::Transient));
    }
}
