//! Reading what a call asks, as strictly as the service does.

use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::service::Refusal;

/// The body as the request that the endpoint expects. No body at all is an empty request; a field that is null is an
/// absent one, as long as the request's type says `Option`.
pub(crate) fn body<Request: DeserializeOwned>(call: &Call) -> Result<Request, Refusal> {
    let text: &[u8] = if call.body.is_empty() { b"{}" } else { &call.body };
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(Refusal::invalid_request("The body is not a JSON object"));
    }
    serde_json::from_slice(text).map_err(|error| Refusal::invalid_request(error.to_string()))
}

/// A field that the endpoint cannot do without.
pub(crate) fn required(name: &str, value: Option<String>) -> Result<String, Refusal> {
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Refusal::missing_argument(name))
}
