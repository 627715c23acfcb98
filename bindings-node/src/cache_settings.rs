//! The options of a cache, as JavaScript passes them, and the clock of all caches.

use std::collections::HashMap;
use std::sync::LazyLock;

use descope_outbound::bindings::{CACHE_NUMBERS, set_cache_number};
use descope_outbound::{CacheClock, CacheOptions, Error};
use napi_derive::napi;

/// The clock of all caches of this process: the machine's clock, which tests move.
pub(crate) static CLOCK: LazyLock<CacheClock> = LazyLock::new(CacheClock::adjustable);

/// The options of a cache.
#[napi(object, object_to_js = false)]
pub struct CacheSettings {
    /// The options that are numbers, by their names.
    pub numbers: HashMap<String, f64>,
    pub background: Option<bool>,
}

impl CacheSettings {
    pub(crate) fn options(&self) -> Result<CacheOptions, Error> {
        let options = CacheOptions::default().clock(CLOCK.clone());
        let options = CACHE_NUMBERS.into_iter().try_fold(options, |options, name| {
            match self.numbers.get(name.camel) {
                Some(number) => set_cache_number(options, name, *number),
                None => Ok(options),
            }
        })?;
        Ok(match self.background {
            Some(background) => options.background(background),
            None => options,
        })
    }
}
