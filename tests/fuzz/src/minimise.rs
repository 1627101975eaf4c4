//! Makes an input that breaks something as small as it can be while it still does.

/// Attempts on one input.
const ATTEMPTS_MAX: usize = 4_000;

/// The smallest input found for which `breaks` still holds. `input` itself must break.
pub fn minimise(input: &[u8], mut breaks: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut best = input.to_vec();
    let mut attempts = 0;
    let mut piece = best.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        let mut smaller = false;
        while at < best.len() && attempts < ATTEMPTS_MAX {
            let end = (at + piece).min(best.len());
            let without = [&best[..at], &best[end..]].concat();
            attempts += 1;
            if breaks(&without) {
                best = without;
                smaller = true;
            } else {
                at = end;
            }
        }
        if attempts >= ATTEMPTS_MAX || (piece == 1 && !smaller) {
            break;
        }
        piece = (piece / 2).max(1);
    }
    for at in 0..best.len() {
        if attempts >= ATTEMPTS_MAX {
            break;
        }
        let was = std::mem::replace(&mut best[at], 0);
        attempts += 1;
        if was != 0 && !breaks(&best) {
            best[at] = was;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_goes_away_or_becomes_zero() {
        let input: Vec<u8> = (0..=255).collect();
        let breaks = |bytes: &[u8]| bytes.contains(&77) && bytes.len() >= 3;
        let small = minimise(&input, breaks);
        assert_eq!(small.len(), 3);
        assert_eq!(small.iter().filter(|byte| **byte != 0).collect::<Vec<_>>(), [&77]);
    }
}
