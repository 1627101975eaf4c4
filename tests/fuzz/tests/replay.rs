//! What once broke something does not any more; and a few hundred new inputs of each target, the same in every run.

use std::sync::{Mutex, MutexGuard, PoisonError};

use yuandian_fuzz::pool::Pool;
use yuandian_fuzz::{TARGETS, corpus, run_caught, target};
use yuandian_programs::seed::Seed;

/// Memory is counted for the whole process: one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn every_crasher_of_the_corpus_is_harmless_now() {
    let _alone = alone();
    for name in TARGETS {
        let target = target(name).unwrap();
        for (path, input) in corpus::crashers(name) {
            let ended = run_caught(target.as_ref(), &input);
            assert!(ended.is_ok(), "{}: {ended:?}", path.display());
        }
    }
}

#[test]
fn every_input_to_begin_with_is_harmless() {
    let _alone = alone();
    for name in TARGETS {
        let target = target(name).unwrap();
        for (number, input) in target.seeds().into_iter().enumerate() {
            let ended = run_caught(target.as_ref(), &input);
            assert!(ended.is_ok(), "{name}, input {number}: {ended:?}");
        }
    }
}

#[test]
fn a_few_hundred_mutants_end_in_many_ways_and_break_nothing() {
    let _alone = alone();
    for (name, inputs, ways) in
        [("gate", 400, 12), ("wire", 600, 20), ("photo", 200, 8), ("forms", 2_000, 20)]
    {
        let target = target(name).unwrap();
        let (mut pool, mut seed) = (Pool::of(target.as_ref()), Seed::new(20_261_124));
        for number in 0..inputs {
            let input = pool.draw(target.as_ref(), &mut seed);
            match run_caught(target.as_ref(), &input) {
                Ok(way) => pool.ended(input, way),
                Err(broken) => panic!("{name}, input {number}: {broken:?}"),
            }
        }
        assert!(pool.ways().len() >= ways, "{name}: {:?}", pool.ways());
    }
}
