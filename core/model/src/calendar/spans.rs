//! All working windows of all known years on one line, with the working time before each: working time
//! becomes a search.

/// One window of one day, ms since 1970.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: i64,
    to: i64,
    /// Working ms of all spans before this one.
    before: i64,
}

/// Working windows in order of time, the same number on every working day.
#[derive(Debug)]
pub(super) struct Spans {
    spans: Vec<Span>,
    per_day: usize,
}

impl Spans {
    /// From windows in order of time, none empty, none touching the next.
    pub(super) fn new(windows: Vec<(i64, i64)>, per_day: usize) -> Self {
        let mut before = 0;
        let measured = windows.into_iter().map(|(from, to)| {
            let span = Span { from, to, before };
            before += to - from;
            span
        });
        Self { spans: measured.collect(), per_day }
    }

    /// Working ms from the beginning of the calendar to a moment.
    pub(super) fn worked_until(&self, at_ms: i64) -> i64 {
        let next = self.spans.partition_point(|span| span.to <= at_ms);
        match (self.spans.get(next), self.spans.last()) {
            (Some(span), _) => span.before + (at_ms - span.from).max(0),
            (None, Some(last)) => last.before + last.to - last.from,
            (None, None) => 0,
        }
    }

    /// The first moment at which so much has been worked: at a window's end rather than at the start of the
    /// next one.
    pub(super) fn reached(&self, worked_ms: i64) -> Option<i64> {
        let span = self.spans.partition_point(|span| span.before + span.to - span.from < worked_ms);
        self.spans.get(span).map(|span| span.from + worked_ms - span.before)
    }

    /// The moment itself inside a window, both ends being inside; else the start of the next window.
    pub(super) fn entered(&self, at_ms: i64) -> Option<i64> {
        let span = self.spans.partition_point(|span| span.to < at_ms);
        self.spans.get(span).map(|span| span.from.max(at_ms))
    }

    /// Which window of the day starts at this very moment.
    pub(super) fn starts(&self, at_ms: i64) -> Option<usize> {
        self.spans.binary_search_by_key(&at_ms, |span| span.from).ok().map(|span| span % self.per_day)
    }

    /// Where a window ends at this very moment and the next one is the given one of its day: the start of
    /// that one. The last window of all has none after it, which the outer `Some` tells from every other
    /// moment.
    pub(super) fn turns_to(&self, at_ms: i64, of_day: usize) -> Option<Option<i64>> {
        let ended = self.spans.binary_search_by_key(&at_ms, |span| span.to).ok()?;
        ((ended + 1) % self.per_day == of_day).then(|| self.spans.get(ended + 1).map(|span| span.from))
    }
}
