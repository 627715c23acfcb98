//! The cached tokens of one operation, as JavaScript looks them up.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use descope_outbound::bindings::{CacheLookup, ClientExt as _, ResponseExt as _, WeakResponse};
use descope_outbound::{Client, Operation, Response, Source};
use descope_outbound_bindings_core::min_validity;
use napi::bindgen_prelude::{Env, Error as NapiError, FromNapiValue, Function, FunctionCallContext, Result};
use napi_derive::napi;

use crate::short_text::ShortText;

/// A response from the cache.
#[napi(object, object_from_js = false)]
pub struct CachedResponse {
    pub status: u16,
    /// Lines of `name: value`, names in lower case.
    pub headers: String,
    /// The JSON as the service sent it.
    pub json: String,
}

/// Looks up the cached tokens of one operation. It has two functions instead of a class with methods: napi finds the native
/// half of an object in five times the time that it takes to call a function.
#[napi(object, object_from_js = false)]
pub struct CachedTokenFunctions<'env> {
    /// Looks a token up. Returns the generation of the cached content, or zero if there is no token. The number is negative
    /// if the token should have been refreshed by now. Arguments at the end may be omitted; an empty string means absent.
    #[napi(
        ts_type = "(appId: string, userId: string, tenantId?: string, externalIdentifier?: string, minValiditySeconds?: number, scopes?: string[]) => number"
    )]
    pub find: Function<'env, (), f64>,
    /// Returns the response that `find` found last, if it is still cached.
    #[napi(ts_type = "() => CachedResponse | null")]
    pub take: Function<'env, (), Option<CachedResponse>>,
}

/// Most calls end here, so this path is short.
struct TokenFinder {
    client: Client,
    operation: &'static Operation,
    found: RefCell<Option<WeakResponse>>,
}

impl<'env> CachedTokenFunctions<'env> {
    pub(crate) fn new(env: &'env Env, client: &Client, operation: &'static Operation) -> Result<Self> {
        let found = RefCell::default();
        let finder = Rc::new(TokenFinder { client: client.clone(), operation, found });
        let same = Rc::clone(&finder);
        Ok(Self {
            find: env.create_function_from_closure("find", move |context| {
                catch_panic(|| finder.find(&LookupArguments(context)))
            })?,
            take: env.create_function_from_closure("take", move |_| catch_panic(|| Ok(same.take())))?,
        })
    }
}

impl TokenFinder {
    /// Returns zero if there is no token, or if the arguments are unusual.
    fn find(&self, arguments: &LookupArguments<'_>) -> Result<f64> {
        let found = self.look_up(arguments)?;
        let number = found.as_ref().map_or(0.0, signed_generation);
        self.found.replace(found.as_ref().map(Response::downgrade));
        Ok(number)
    }

    fn look_up(&self, arguments: &LookupArguments<'_>) -> Result<Option<Response>> {
        let mut texts = [ShortText::EMPTY; 4];
        for (index, text) in texts.iter_mut().enumerate().take_while(|(index, _)| arguments.has(*index)) {
            text.read(&arguments.0.get(index)?)?;
        }
        let [Some(app_id), Some(user_id), Some(tenant_id), Some(external_identifier)] =
            texts.each_ref().map(ShortText::as_str)
        else {
            return Ok(None);
        };
        let Ok(min_validity) = min_validity(arguments.get(4)?) else { return Ok(None) };
        let scopes: Vec<String> = arguments.get(5)?;
        let mut lookup = CacheLookup::new(self.operation);
        lookup.app_id = app_id;
        lookup.user_id = user_id;
        lookup.tenant_id = tenant_id;
        lookup.external_identifier = external_identifier;
        if arguments.has(5) {
            lookup.scopes = Some(scopes.iter().map(String::as_str).collect());
        }
        Ok(self.client.look_up(&lookup, min_validity))
    }

    fn take(&self) -> Option<CachedResponse> {
        let response = self.found.take()?.upgrade()?;
        Some(CachedResponse {
            status: response.status(),
            headers: response.headers().lines().to_owned(),
            json: String::from_utf8_lossy(response.json()).into_owned(),
        })
    }
}

/// The arguments of a lookup. A missing one is empty, or zero.
struct LookupArguments<'call>(FunctionCallContext<'call>);

impl LookupArguments<'_> {
    fn has(&self, index: usize) -> bool {
        index < self.0.length()
    }

    fn get<Value: FromNapiValue + Default>(&self, index: usize) -> Result<Value> {
        if self.has(index) { self.0.get(index) } else { Ok(Value::default()) }
    }
}

/// Stops a panic, which would end the process if it reached Node.
fn catch_panic<Value>(act: impl FnOnce() -> Result<Value>) -> Result<Value> {
    catch_unwind(AssertUnwindSafe(act))
        .unwrap_or_else(|_| Err(NapiError::from_reason("a lookup has panicked")))
}

#[expect(clippy::cast_precision_loss, reason = "a process fetches fewer than 2^53 tokens")]
fn signed_generation(response: &Response) -> f64 {
    let generation = response.generation() as f64;
    if response.source() == Source::Stale { -generation } else { generation }
}
