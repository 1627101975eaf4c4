//! Hostile bytes for the rooms that read what strangers wrote: the admission gate, the wire, photographs, forms and their answers.
//!
//! Plain mutation on stable Rust: inputs are drawn from a seed, changed where their format has joints, and kept as ground for more where
//! they end in a way that none before them did. An input is a short head that says how to press the rest into a chunk, a body or a file,
//! so that checksums and compression do not stand between the mutation and the code that is meant.
//!
//! What breaks a promise is written to `tests/corpus/TARGET`, as small as it can be made, and replayed in every test run. The same seed
//! draws the same inputs; how many of them depends on the time given.
#![allow(clippy::disallowed_methods, reason = "a fuzzer reads its corpora and takes the time of each input")]

pub mod corpus;
pub mod forms;
pub mod gate;
pub mod measure;
pub mod minimise;
pub mod mutate;
pub mod photo;
pub mod pool;
pub mod wire;

use yuandian_programs::seed::Seed;

/// A promise that an input broke, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(pub String);

/// A room under fuzz.
pub trait Target {
    /// Its name on the command line and in the corpus.
    fn name(&self) -> &'static str;

    /// Inputs to begin with.
    fn seeds(&self) -> Vec<Vec<u8>>;

    /// Another input made of one, with a second to take pieces from.
    fn mutate(&self, input: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8>;

    /// Runs one input. How it ended in a word, for telling ways apart.
    ///
    /// # Errors
    /// [`Broken`] where a promise of the room does not hold. A panic that escapes is the caller's to catch.
    fn run(&self, input: &[u8]) -> Result<String, Broken>;
}

/// A target by its name.
#[must_use]
pub fn target(name: &str) -> Option<Box<dyn Target>> {
    match name {
        "gate" => Some(Box::new(gate::Gate::new())),
        "wire" => Some(Box::new(wire::Wire)),
        "photo" => Some(Box::new(photo::Photo)),
        "forms" => Some(Box::new(forms::Forms)),
        _ => None,
    }
}

/// Names of all targets.
pub const TARGETS: [&str; 4] = ["gate", "wire", "photo", "forms"];

/// Runs one input; a panic that escapes is a broken promise too.
///
/// # Errors
/// [`Broken`].
pub fn run_caught(target: &dyn Target, input: &[u8]) -> Result<String, Broken> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| target.run(input)))
        .unwrap_or_else(|panic| Err(Broken(format!("a panic escaped: {}", words(panic.as_ref())))))
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
