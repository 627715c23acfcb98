//! A client's cache, as JavaScript asks for what is in it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

use descope_outbound::{
    Answer, ArgumentName, CacheClock, CacheOptions, Client, Error, Operation, Question, Source, WeakAnswer,
    span_from_seconds,
};
use napi::bindgen_prelude::{
    Env, Error as NativeError, FromNapiValue, Function, FunctionCallContext, Result,
};
use napi_derive::napi;

use crate::short_text::ShortText;

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
    pub(crate) fn options(&self) -> std::result::Result<CacheOptions, Error> {
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

pub(crate) fn min_validity(seconds: f64) -> std::result::Result<Duration, Error> {
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

/// What the cache has for one operation: two functions, since to find the native half of an object costs five times as
/// much as to call a function.
#[napi(object, object_from_js = false)]
pub struct CachedTokens<'env> {
    /// Looks a token up. The number is the same for the same content, and below zero where it should have been
    /// refreshed by now; zero is none. What comes last may be left out, and an empty argument is an absent one.
    #[napi(
        ts_type = "(appId: string, userId: string, tenantId?: string, externalIdentifier?: string, minValiditySeconds?: number, scopes?: string[]) => number"
    )]
    pub find: Function<'env, (), f64>,
    /// What was found last, if the cache still has it.
    #[napi(ts_type = "() => CachedAnswer | null")]
    pub take: Function<'env, (), Option<CachedAnswer>>,
}

/// Most calls go this way, and no other, so it is kept short.
struct Lookup {
    client: Client,
    operation: &'static Operation,
    found: RefCell<Option<WeakAnswer>>,
}

impl<'env> CachedTokens<'env> {
    pub(crate) fn new(env: &'env Env, client: &Client, operation: &'static Operation) -> Result<Self> {
        let found = RefCell::default();
        let lookup = Rc::new(Lookup { client: client.clone(), operation, found });
        let again = Rc::clone(&lookup);
        Ok(Self {
            find: env.create_function_from_closure("find", move |context| {
                unwinding_is_caught(|| lookup.find(&Given(context)))
            })?,
            take: env
                .create_function_from_closure("take", move |_| unwinding_is_caught(|| Ok(again.take())))?,
        })
    }
}

impl Lookup {
    /// Zero where there is none, or the arguments have to be looked at more closely.
    fn find(&self, given: &Given<'_>) -> Result<f64> {
        let found = self.answer(given)?;
        let number = found.as_ref().map_or(0.0, number_of);
        self.found.replace(found.as_ref().map(Answer::downgrade));
        Ok(number)
    }

    fn answer(&self, given: &Given<'_>) -> Result<Option<Answer>> {
        let mut texts = [ShortText::EMPTY; 4];
        for (index, text) in texts.iter_mut().enumerate().take_while(|(index, _)| given.has(*index)) {
            text.read(&given.0.get(index)?)?;
        }
        let [Some(app_id), Some(user_id), Some(tenant_id), Some(external_identifier)] =
            texts.each_ref().map(ShortText::as_str)
        else {
            return Ok(None);
        };
        let Ok(min_validity) = min_validity(given.at(4)?) else { return Ok(None) };
        let scopes: Vec<String> = given.at(5)?;
        let mut question = Question::new(self.operation);
        question.app_id = app_id;
        question.user_id = user_id;
        question.tenant_id = tenant_id;
        question.external_identifier = external_identifier;
        if given.has(5) {
            question.scopes = Some(scopes.iter().map(String::as_str).collect());
        }
        Ok(self.client.look_up(&question, min_validity))
    }

    fn take(&self) -> Option<CachedAnswer> {
        let answer = self.found.take()?.upgrade()?;
        Some(CachedAnswer {
            status: answer.status(),
            headers: answer.headers().lines().to_owned(),
            json: String::from_utf8_lossy(answer.json()).into_owned(),
        })
    }
}

/// The arguments of a lookup; what is left out is empty, or zero.
struct Given<'call>(FunctionCallContext<'call>);

impl Given<'_> {
    fn has(&self, index: usize) -> bool {
        index < self.0.length()
    }

    fn at<Value: FromNapiValue + Default>(&self, index: usize) -> Result<Value> {
        if self.has(index) { self.0.get(index) } else { Ok(Value::default()) }
    }
}

/// A panic must not go on into Node, which ends the process.
fn unwinding_is_caught<Value>(act: impl FnOnce() -> Result<Value>) -> Result<Value> {
    catch_unwind(AssertUnwindSafe(act))
        .unwrap_or_else(|_| Err(NativeError::from_reason("a lookup has panicked")))
}

#[expect(clippy::cast_precision_loss, reason = "a process fetches fewer than 2^53 tokens")]
fn number_of(answer: &Answer) -> f64 {
    let generation = answer.generation() as f64;
    if answer.source() == Source::Stale { -generation } else { generation }
}
