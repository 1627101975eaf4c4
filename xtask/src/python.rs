//! The Python lane: the generated module over the real library, with nothing but the interpreter.

use crate::bindings::{Language, generate};
use crate::command::{Call, Done, Stop, failed, io};
use crate::{place, tools};

/// Generates the binding and runs `bindings/python/test_*.py`.
pub fn lane() -> Done {
    let tests = place::root().join("bindings/python");
    let entries = std::fs::read_dir(&tests).map_err(io("list", &tests))?;
    let is_test = |name: &str| name.starts_with("test_") && name.ends_with(".py");
    if !entries.flatten().any(|entry| entry.file_name().to_str().is_some_and(is_test)) {
        // The interpreter would call an empty run a success.
        return Err(failed("bindings/python has no tests"));
    }
    interpreter()?.args(["-m", "unittest", "discover", "--verbose", "--start-directory"]).arg(tests).run()
}

/// The interpreter with the freshly generated module on its path.
pub fn interpreter() -> Result<Call, Stop> {
    tools::PYTHON.ensure()?;
    let folder = place::lane_folder("python")?;
    let _held = place::lock(&folder)?;
    let generated = folder.join("generated");
    generate(Language::Python, &generated)?;
    Ok(Call::new("python3")
        .env("PYTHONPATH", generated)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("RUST_BACKTRACE", "0"))
}
