//! Reading what a call asks, as strictly as the service does.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::service::Refusal;

/// The body as the request that the endpoint expects, whose type refuses the fields that it does not have.
pub(crate) fn body<Request: DeserializeOwned>(call: &Call) -> Result<Request, Refusal> {
    read(&object(call)?)
}

/// The body as a request of a type that several endpoints share: this one has these fields and no others.
pub(crate) fn body_of<Request: DeserializeOwned>(call: &Call, fields: &[&str]) -> Result<Request, Refusal> {
    message_of(&object(call)?, fields)
}

/// No body at all is an empty object.
fn object(call: &Call) -> Result<Value, Refusal> {
    match &call.json {
        Some(json) if json.is_object() => Ok(json.clone()),
        None if call.body.is_empty() => Ok(Value::Object(Map::new())),
        _ => Err(Refusal::invalid_request("The body is not a JSON object")),
    }
}

/// A message within a body, of a type that is shared as above.
pub(crate) fn message_of<Message: DeserializeOwned>(
    json: &Value,
    fields: &[&str],
) -> Result<Message, Refusal> {
    let Some(object) = json.as_object() else {
        return Err(Refusal::invalid_request("A message is not a JSON object"));
    };
    if let Some(unknown) = object.keys().find(|name| !fields.contains(&name.as_str())) {
        return Err(Refusal::invalid_request(format!("unknown field {unknown:?}")));
    }
    read(json)
}

/// A field that is null is an absent one, as long as the type says `Option`.
fn read<Message: DeserializeOwned>(json: &Value) -> Result<Message, Refusal> {
    Message::deserialize(json).map_err(|error| Refusal::invalid_request(error.to_string()))
}

/// A field that the endpoint cannot do without.
pub(crate) fn required(name: &str, value: Option<String>) -> Result<String, Refusal> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| Refusal::missing_argument(name))
}
