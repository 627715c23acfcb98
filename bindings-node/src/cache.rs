//! A client's cache, as JavaScript asks for what is in it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use descope_outbound::{Answer, CacheClock, CacheOptions, Client, Error, Operation, Question, Source};
use descope_outbound::{ArgumentName, span_from_seconds};
use napi_derive::napi;

/// What all caches of this process go by: the machine's clock, to which tests add.
pub(crate) static CLOCK: LazyLock<CacheClock> = LazyLock::new(CacheClock::adjustable);

/// What a cache is told once.
#[napi(object, object_to_js = false)]
pub struct CacheSettings {
    /// By their names.
    pub numbers: HashMap<String, f64>,
    pub background: Option<bool>,
}

impl CacheSettings {
    pub(crate) fn options(&self) -> Result<CacheOptions, Error> {
        let options = CacheOptions::default().clock(CLOCK.clone());
        let options = CacheOptions::NUMBERS.into_iter().try_fold(options, |options, name| {
            match self.numbers.get(name.camel) {
                Some(number) => options.number(name, *number),
                None => Ok(options),
            }
        })?;
        Ok(match self.background {
            Some(background) => options.background(background),
            None => options,
        })
    }
}

pub(crate) fn min_validity(seconds: f64) -> Result<Duration, Error> {
    const NAME: ArgumentName = CacheOptions::MIN_VALIDITY;
    span_from_seconds(NAME, seconds)
}

/// One of a cache's numbers.
#[napi(object, object_from_js = false)]
pub struct CacheNumber {
    pub name: &'static str,
    pub number: f64,
}

impl CacheNumber {
    #[expect(clippy::cast_precision_loss, reason = "nothing happens 2^53 times")]
    pub(crate) fn new(name: &'static str, number: u64) -> Self {
        Self { name, number: number as f64 }
    }
}

/// An answer that the cache had.
#[napi(object, object_from_js = false)]
pub struct CachedAnswer {
    pub status: u16,
    /// `name: value` lines, names in lower case.
    pub headers: String,
    /// As the service sent it.
    pub json: String,
}

/// What the cache has for one operation. Most calls go this way, and no other, so it is kept short.
#[napi]
pub struct CachedTokens {
    client: Client,
    operation: &'static Operation,
    found: RefCell<Option<Answer>>,
}

#[napi]
impl CachedTokens {
    /// Looks a token up. The number is the same for the same content, and below zero where it should have been
    /// refreshed by now; zero is none. An empty argument is an absent one.
    #[napi(catch_unwind)]
    pub fn find(
        &self,
        app_id: String,
        user_id: String,
        tenant_id: String,
        external_identifier: String,
        scopes: Option<Vec<String>>,
        min_validity_seconds: f64,
    ) -> f64 {
        let Ok(min_validity) = min_validity(min_validity_seconds) else { return 0.0 };
        let mut question = Question::new(self.operation);
        question.app_id = &app_id;
        question.user_id = &user_id;
        question.tenant_id = &tenant_id;
        question.external_identifier = &external_identifier;
        question.scopes = scopes.as_ref().map(|scopes| scopes.iter().map(String::as_str).collect());
        let found = self.client.look_up(&question, min_validity);
        let number = found.as_ref().map_or(0.0, number_of);
        self.found.replace(found);
        number
    }

    /// What was found last, once.
    #[napi(catch_unwind)]
    pub fn take(&self) -> Option<CachedAnswer> {
        let answer = self.found.take()?;
        Some(CachedAnswer {
            status: answer.status(),
            headers: answer.headers().lines().to_owned(),
            json: String::from_utf8_lossy(answer.json()).into_owned(),
        })
    }
}

impl CachedTokens {
    pub(crate) fn new(client: &Client, operation: &'static Operation) -> Self {
        Self { client: client.clone(), operation, found: RefCell::default() }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a process fetches fewer than 2^53 tokens")]
fn number_of(answer: &Answer) -> f64 {
    let generation = answer.generation() as f64;
    if answer.source() == Source::Stale { -generation } else { generation }
}
