//! Waiting before what was refused for the moment is sent again: what the SDK's own retries do not know of, which is
//! conflicts with other transactions, and the rest of a batch.

use std::time::Duration;

/// Exponential backoff with full jitter, for a bounded number of tries.
#[derive(Debug, Clone)]
pub(super) struct Backoff {
    base: Duration,
    longest: Duration,
    tries_left: u32,
    retries: u32,
    random: fn() -> f64,
}

impl Backoff {
    /// For transactions that met others on the same item. Short, for such a one is over within milliseconds; in all
    /// about 2 seconds on average.
    pub(super) fn for_conflicts(random: fn() -> f64) -> Self {
        Backoff::new(Duration::from_millis(25), Duration::from_millis(1000), 10, random)
    }

    /// For keys and items that DynamoDB left unprocessed: it had no capacity for them; in all about 3 seconds on average.
    pub(super) fn for_unprocessed(random: fn() -> f64) -> Self {
        Backoff::new(Duration::from_millis(50), Duration::from_millis(2000), 8, random)
    }

    /// `tries` counts the first one, which is not waited for. `random` gives numbers from 0 (included) to 1.
    fn new(base: Duration, longest: Duration, tries: u32, random: fn() -> f64) -> Self {
        Backoff { base, longest, tries_left: tries.saturating_sub(1), retries: 0, random }
    }

    /// How long to wait before the next try; `None` if there is none.
    fn next_delay(&mut self) -> Option<Duration> {
        self.tries_left = self.tries_left.checked_sub(1)?;
        let ceiling = self.base.saturating_mul(1 << self.retries.min(20)).min(self.longest);
        self.retries += 1;
        Some(ceiling.mul_f64((self.random)()))
    }

    /// Waits before the next try; false if there is none.
    pub(super) async fn wait(&mut self) -> bool {
        match self.next_delay() {
            Some(delay) => {
                tokio::time::sleep(delay).await;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(mut backoff: Backoff) -> Vec<u128> {
        std::iter::from_fn(|| backoff.next_delay()).map(|delay| delay.as_millis()).collect()
    }

    #[test]
    fn doubles_up_to_the_longest_and_ends() {
        assert_eq!(delays(Backoff::for_conflicts(|| 1.0)), [25, 50, 100, 200, 400, 800, 1000, 1000, 1000]);
        assert_eq!(delays(Backoff::for_unprocessed(|| 1.0)), [50, 100, 200, 400, 800, 1600, 2000]);
    }

    #[test]
    fn takes_any_part_of_the_ceiling() {
        assert_eq!(delays(Backoff::for_unprocessed(|| 0.5))[..3], [25, 50, 100]);
        assert_eq!(delays(Backoff::for_unprocessed(|| 0.0)), [0; 7]);
    }

    #[test]
    fn one_try_is_no_retry() {
        let mut once = Backoff::new(Duration::from_millis(1), Duration::from_millis(1), 1, || 1.0);
        assert_eq!(once.next_delay(), None);
    }
}
