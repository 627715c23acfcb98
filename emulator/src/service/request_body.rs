//! Reads request bodies, as strictly as the service does.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::service_error::ServiceError;
use crate::http::ReceivedRequest;

/// Reads a body whose type itself rejects unknown fields.
pub(super) fn read<Body: DeserializeOwned>(request: &ReceivedRequest) -> Result<Body, ServiceError> {
    deserialize(&object(request)?)
}

/// Reads a body whose type several endpoints share, and rejects all fields but these.
pub(super) fn read_known_fields<Body: DeserializeOwned>(
    request: &ReceivedRequest,
    fields: &[&str],
) -> Result<Body, ServiceError> {
    read_message(&object(request)?, fields)
}

/// Reads an object within a body, and rejects all fields but these.
pub(super) fn read_message<Message: DeserializeOwned>(
    json: &Value,
    fields: &[&str],
) -> Result<Message, ServiceError> {
    let Some(object) = json.as_object() else {
        return Err(ServiceError::invalid_request("A message is not a JSON object"));
    };
    if let Some(unknown) = object.keys().find(|name| !fields.contains(&name.as_str())) {
        return Err(ServiceError::invalid_request(format!("unknown field {unknown:?}")));
    }
    deserialize(json)
}

/// Unwraps a field that the endpoint requires.
pub(super) fn required(name: &str, value: Option<String>) -> Result<String, ServiceError> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| ServiceError::missing_argument(name))
}

/// The body as a JSON object. An empty body counts as an empty object.
fn object(request: &ReceivedRequest) -> Result<Value, ServiceError> {
    match &request.json {
        Some(json) if json.is_object() => Ok(json.clone()),
        None if request.body.is_empty() => Ok(Value::Object(Map::new())),
        _ => Err(ServiceError::invalid_request("The body is not a JSON object")),
    }
}

/// Null counts as absent for a field of type `Option`.
fn deserialize<Message: DeserializeOwned>(json: &Value) -> Result<Message, ServiceError> {
    Message::deserialize(json).map_err(|error| ServiceError::invalid_request(error.to_string()))
}
