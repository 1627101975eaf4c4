//! An answer that anybody may ask for and that costs something: made once a second, however many ask.

use std::future::Future;

use tokio::sync::Mutex;

/// How long an answer stands, ms.
const KEPT_MS: i64 = 1_000;

/// The last answer and when it was made, ms since 1970. Whoever asks while it is being made waits for it.
pub struct Kept<T>(Mutex<Option<(i64, T)>>);

impl<T: Clone> Kept<T> {
    pub fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The answer, made anew where the last is too old or of a clock that was set back.
    pub async fn get(&self, clock: impl FnOnce() -> i64, make: impl Future<Output = T>) -> T {
        let mut last = self.0.lock().await;
        let now = clock();
        if let Some((at, answer)) = &*last
            && (0..KEPT_MS).contains(&(now - at))
        {
            return answer.clone();
        }
        let answer = make.await;
        *last = Some((now, answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_is_made_once_a_second() {
        let kept = Kept::new();
        let mut made = Vec::new();
        for now in [5_000, 5_000, 5_999, 6_000, 6_999, 7_000, 6_000] {
            made.push(kept.get(|| now, async move { now }).await);
        }
        assert_eq!(made, [5_000, 5_000, 5_000, 6_000, 6_000, 7_000, 6_000]);
    }
}
