//! No query that serves a page or a poll may walk a table.

use yuandian_model::Epoch;

use super::{
    SqliteStore, appeals, captures, commits, contacts, feed, files, held, likeness, log, looks, membership,
    overview, private, pulled, quarantine, rights, server_acts, timers, uploads,
};

#[test]
fn no_query_of_feed_page_or_timers_scans() {
    let place = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(&place.path().join("yuandian.db"), Epoch([1; 8])).expect("a store");
    let queries = [
        appeals::OPEN,
        appeals::ANSWERS,
        captures::BEFORE,
        captures::TWICE,
        captures::UNLIKE,
        likeness::WANTED,
        likeness::OF_PHOTO,
        likeness::NEARBY,
        log::NODE,
        log::HANDLED,
        log::LOOKED,
        looks::KNOWN,
        commits::TAKEN,
        commits::BEARINGS,
        commits::EVIDENCE,
        files::NAMED,
        files::HELD,
        files::TOLD,
        files::UPLOADED,
        files::OF_CASE,
        held::OF_CASE,
        held::RIPE,
        private::OF_CASE,
        private::STORED,
        private::ENDED,
        quarantine::COUNT,
        rights::HELD,
        rights::OF,
        rights::NEXT,
        feed::ROWS,
        feed::ENTRIES,
        feed::ENVELOPE,
        contacts::STREAMS,
        membership::OF_CASE,
        membership::HISTORY,
        membership::PRESENT,
        membership::PARTITION_OF,
        membership::SUM,
        membership::SUMS_OF_CASE,
        membership::STAYS,
        membership::FORGOTTEN,
        membership::FIRST_GONE,
        pulled::COMMITS,
        pulled::MICROS,
        pulled::STORED,
        pulled::HEADS,
        pulled::SNAPSHOT,
        uploads::REFERENCED,
        uploads::UNPROVEN,
        uploads::READABLE,
        uploads::MICRO_CASES,
        timers::DUE,
        server_acts::OWN_DUE,
    ];
    for sql in queries {
        let plan = store.plan(sql);
        assert!(!plan.is_empty(), "{sql}");
        for step in plan {
            assert!(!walks(&step) && !step.contains("ORDER BY"), "{step}: {sql}");
        }
    }
    // The photos of one case, the looks at its answers, and the cases that show one file, are few.
    for sql in [looks::OF_CASE, captures::OF_CASE, captures::SAME_FILE] {
        assert!(store.plan(sql).iter().all(|step| !walks(step)), "{sql}");
    }
    // What is in a small stream and the cases of the newest numbers of all partitions are sorted, and are few.
    for sql in [feed::ROWS_OF_SMALL, &overview::sql()] {
        let plan = store.plan(sql);
        let partitions = |step: &str| step == "SCAN p";
        assert!(plan.iter().all(|step| !walks(step) || partitions(step)), "{plan:?}: {sql}");
    }
}

/// Whether a step walks a table; a row of constants is none.
fn walks(step: &str) -> bool {
    step.starts_with("SCAN") && !step.contains("CONSTANT")
}
