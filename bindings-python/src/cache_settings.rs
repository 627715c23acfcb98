//! The options of a cache, as Python passes them, and the clock of all caches.

use descope_outbound::bindings::CACHE_NUMBERS;
use descope_outbound_bindings_core::{self as bindings_core, CacheSettings};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use crate::scalar::{number, wrong_type};

/// Move the clock of all caches forward. For tests.
#[pyfunction]
pub(crate) fn advance_cache_clock(seconds: f64) {
    bindings_core::advance_cache_clock(seconds);
}

/// Change the date of all caches, forward or back, as if the machine's date had been changed. For tests.
#[pyfunction]
pub(crate) fn step_cache_wall_clock(milliseconds: i64) {
    bindings_core::step_cache_wall_clock(milliseconds);
}

/// Reads the options by their names. None means the default.
pub(crate) fn cache_settings(options: &Bound<'_, PyDict>) -> PyResult<CacheSettings> {
    const BACKGROUND: &str = "background";
    let mut settings = CacheSettings::default();
    let option = |name: &str| Ok::<_, PyErr>(options.get_item(name)?.filter(|option| !option.is_none()));
    for name in CACHE_NUMBERS {
        if let Some(value) = option(name.snake)? {
            settings.numbers.push((name, number(name.snake, &value)?));
        }
    }
    if let Some(background) = option(BACKGROUND)? {
        let Ok(flag) = background.cast::<PyBool>() else {
            return Err(wrong_type(BACKGROUND, "a boolean", &background));
        };
        settings.background = Some(flag.is_true());
    }
    Ok(settings)
}
