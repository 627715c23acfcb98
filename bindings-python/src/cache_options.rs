//! The options of a cache, as Python passes them, and the clock of all caches.

use std::sync::LazyLock;
use std::time::Duration;

use descope_outbound::bindings::{CACHE_NUMBERS, set_cache_number};
use descope_outbound::{CacheClock, CacheOptions, Error};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use crate::scalar::{number, wrong_type};

/// The clock of all caches of this module: the machine's clock, which tests move.
static CLOCK: LazyLock<CacheClock> = LazyLock::new(CacheClock::adjustable);

/// Move the clock of all caches forward. For tests.
#[pyfunction]
pub(crate) fn advance_cache_clock(seconds: f64) {
    CLOCK.advance(Duration::try_from_secs_f64(seconds).unwrap_or_default());
}

/// Change the date of all caches, forward or back, as if the machine's date had been changed. For tests.
#[pyfunction]
pub(crate) fn step_cache_wall_clock(milliseconds: i64) {
    CLOCK.step_wall(milliseconds);
}

/// Reads the options by their names. None stands for the default.
pub(crate) fn cache_options(settings: &Bound<'_, PyDict>) -> PyResult<Result<CacheOptions, Error>> {
    const BACKGROUND: &str = "background";
    let mut options = CacheOptions::default().clock(CLOCK.clone());
    let setting = |name: &str| Ok::<_, PyErr>(settings.get_item(name)?.filter(|setting| !setting.is_none()));
    for name in CACHE_NUMBERS {
        let Some(value) = setting(name.snake)? else { continue };
        options = match set_cache_number(options, name, number(name.snake, &value)?) {
            Ok(options) => options,
            Err(error) => return Ok(Err(error)),
        };
    }
    if let Some(background) = setting(BACKGROUND)? {
        let Ok(flag) = background.cast::<PyBool>() else {
            return Err(wrong_type(BACKGROUND, "a boolean", &background));
        };
        options = options.background(flag.is_true());
    }
    Ok(Ok(options))
}
