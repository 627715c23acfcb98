//! The status, headers and JSON of a successful response.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::response::shape::ResponseShape;
use crate::response::well_formed::WellFormed;
use crate::secret::{Headers, WipedBuffer};

/// Some servers send it before their JSON. It has no meaning in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The known encodings have shorter names, so an error text never quotes a longer one.
const LONGEST_ENCODING: usize = 20;

/// The status, headers and JSON of a successful response. The JSON is wiped from memory when the content is dropped.
pub(crate) struct Content {
    status: u16,
    headers: Headers,
    json: WipedBuffer,
    generation: u64,
    attachment: OnceLock<Box<dyn Any + Send + Sync>>,
}

static LAST_GENERATION: AtomicU64 = AtomicU64::new(0);

impl Content {
    /// Checks that the body is JSON of the expected shape.
    pub(crate) fn new(
        shape: ResponseShape,
        status: u16,
        headers: Headers,
        mut body: WipedBuffer,
    ) -> Result<Self, Error> {
        if body.starts_with(BYTE_ORDER_MARK) {
            body.skip(BYTE_ORDER_MARK.len());
        }
        if body.trim_ascii().is_empty() && shape == ResponseShape::Empty {
            body = WipedBuffer::from(&b"{}"[..]);
        }
        let is_object = match serde_json::from_slice(&body) {
            Ok(WellFormed { is_object }) => is_object,
            // The library's text names a line and a column, and never quotes the input.
            Err(problem) => {
                let encoding = headers.get("content-encoding").filter(|name| name.len() <= LONGEST_ENCODING);
                let encoding = encoding
                    .map(|name| format!(" (encoded as {name}, which the client did not request)"))
                    .unwrap_or_default();
                return Err(Error::decode(format!(
                    "the service's HTTP {status} response is not JSON{encoding}: {problem}; check the base URL, then ask Descope"
                )));
            }
        };
        if shape != ResponseShape::Empty && !is_object {
            return Err(Error::decode(format!(
                "the service's HTTP {status} response is not a JSON object; check the base URL, then ask Descope"
            )));
        }
        let generation = LAST_GENERATION.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Self { status, headers, json: body, generation, attachment: OnceLock::new() })
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn headers(&self) -> &Headers {
        &self.headers
    }

    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }

    /// A number that no other content of this process has.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// The value that was attached, if it has this type.
    pub(crate) fn attachment<Attached: Any>(&self) -> Option<&Attached> {
        self.attachment.get()?.downcast_ref()
    }

    /// Stores a value with the content, such as a parsed form of it. The first value stays.
    pub(crate) fn attach(&self, attached: impl Any + Send + Sync) {
        // If another caller was first, both attached the same value.
        let _ = self.attachment.set(Box::new(attached));
    }

    /// Reads the member of this name, which must be an object.
    pub(crate) fn object<Object: DeserializeOwned>(&self, name: &str) -> Result<Object, Error> {
        let no_such = || {
            Error::decode(format!(
                "the service's HTTP {} response has no {name}; check the base URL, then ask Descope",
                self.status
            ))
        };
        // The library would read a list as the fields in their order.
        let raw =
            self.members()?.remove(name).filter(|raw| raw.get().starts_with('{')).ok_or_else(no_such)?;
        // The library's text may quote a value, and the value may be a token.
        let members: HashMap<String, &RawValue> = serde_json::from_str(raw.get()).map_err(|_| no_such())?;
        // Through a map: if a name occurs twice, the last value counts, as in Python and Node.
        Object::deserialize(MapDeserializer::<_, serde_json::Error>::new(members.into_iter()))
            .map_err(|_| no_such())
    }

    /// Reads the member of this name, which must be a list. A list that the service left out is empty.
    pub(crate) fn list<Item: DeserializeOwned>(&self, name: &str) -> Result<Vec<Item>, Error> {
        let Some(raw) = self.members()?.remove(name).filter(|raw| raw.get() != "null") else {
            return Ok(Vec::new());
        };
        serde_json::from_str(raw.get()).map_err(|_| {
            Error::decode(format!(
                "the service's HTTP {} response has a malformed {name}; ask Descope",
                self.status
            ))
        })
    }

    fn members(&self) -> Result<HashMap<String, &RawValue>, Error> {
        serde_json::from_slice(&self.json).map_err(|_| {
            Error::decode(format!(
                "the service's HTTP {} response is not a JSON object; check the base URL, then ask Descope",
                self.status
            ))
        })
    }
}

/// Shows only the status, since the body may hold tokens.
impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Content").field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn content(shape: ResponseShape, body: &[u8]) -> Result<Content, Error> {
        Content::new(shape, 200, Headers::default(), WipedBuffer::from(body))
    }

    #[test]
    fn the_content_keeps_every_byte_of_a_json_object() {
        let body = br#" {"token":{"b":1,"a":12345678901234567890123},"token":null} "#;
        assert_eq!(content(ResponseShape::Token, body).unwrap().json(), body);
    }

    #[test]
    fn a_byte_order_mark_is_removed() {
        assert_eq!(content(ResponseShape::Token, b"\xef\xbb\xbf{}").unwrap().json(), b"{}");
    }

    #[test]
    fn the_error_for_a_body_that_is_not_json_does_not_quote_it() {
        let deep = [b"{\"a\":".repeat(100_000), b"1".to_vec(), b"}".repeat(100_000)].concat();
        let bodies: [&[u8]; 8] = [
            b"",
            b"<html>made-up-token",
            b"{\"made-up-token\":",
            b"NaN",
            b"{\"a\":NaN}",
            b"{\"a\":\"\xff\"}",
            b"{} {}",
            &deep,
        ];
        for body in bodies {
            let error = content(ResponseShape::Token, body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(!error.to_string().contains("made-up-token"), "{error}");
        }
    }

    #[test]
    fn a_token_response_must_be_an_object() {
        for body in ["null", "[]", "7", "\"x\""] {
            assert_eq!(content(ResponseShape::Token, body.as_bytes()).unwrap_err().kind(), ErrorKind::Decode);
        }
    }

    #[test]
    fn the_response_to_a_delete_may_be_empty_but_not_a_web_page() {
        assert_eq!(content(ResponseShape::Empty, b"").unwrap().json(), b"{}");
        assert_eq!(content(ResponseShape::Empty, b" \n").unwrap().json(), b"{}");
        assert!(content(ResponseShape::Empty, b"<html>").is_err());
    }

    #[test]
    fn the_first_attachment_stays() {
        let content = content(ResponseShape::Token, b"{}").unwrap();
        content.attach(1_u8);
        content.attach(2_u8);
        assert_eq!(content.attachment::<u8>(), Some(&1));
        assert_eq!(content.attachment::<u16>(), None);
    }
}
