//! When how much was seen: steps that grow with the time covered, so that any span fits into the same memory.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::limits::MAX_BUCKETS;

/// The shortest step, in seconds.
const SHORTEST: i64 = 60;

/// Counts by steps of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    step: i64,
    counts: BTreeMap<i64, u64>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { step: SHORTEST, counts: BTreeMap::new() }
    }
}

impl Timeline {
    /// Counts one more. The result does not depend on the order.
    pub fn add(&mut self, at: Timestamp) {
        *self.counts.entry(at.as_second().div_euclid(self.step)).or_default() += 1;
        while self.counts.len() > MAX_BUCKETS {
            self.step *= 2;
            let counts = std::mem::take(&mut self.counts);
            for (bucket, count) in counts {
                *self.counts.entry(bucket.div_euclid(2)).or_default() += count;
            }
        }
    }

    /// The counts in `columns` equal parts of the time from `first` to `last`.
    ///
    /// ```
    /// use hunter::sweep::Timeline;
    /// let at = |second| jiff::Timestamp::from_second(second).unwrap();
    /// let mut timeline = Timeline::default();
    /// for second in [0, 10, 6000] {
    ///     timeline.add(at(second));
    /// }
    /// assert_eq!(timeline.plot(at(0), at(6000), 4), [2, 0, 0, 1]);
    /// ```
    pub fn plot(&self, first: Timestamp, last: Timestamp, columns: usize) -> Vec<u64> {
        let mut plot = vec![0; columns.max(1)];
        let (first, last) = (first.as_second(), last.as_second());
        let span = (last - first).max(1);
        let most = plot.len() - 1;
        for (&bucket, &count) in &self.counts {
            let at = (bucket * self.step).clamp(first, last) - first;
            let column = i128::from(at) * plot.len() as i128 / i128::from(span);
            let column = usize::try_from(column).unwrap_or(0).min(most);
            if let Some(part) = plot.get_mut(column) {
                *part += count;
            }
        }
        plot
    }
}
