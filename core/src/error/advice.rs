//! The text of an error response: the service's message, then what to do.

use crate::error::error_body::{ErrorBody, ErrorResponse};
use crate::error::kind::ErrorKind;

/// One line: the status, the service's code and texts, and the advice.
pub(crate) fn explain(kind: ErrorKind, response: &ErrorResponse) -> String {
    let ErrorBody { code, description, message } = &response.fields;
    let mut line = format!("HTTP {}", response.status);
    if !code.is_empty() {
        line.push(' ');
        line.push_str(code);
    }
    for text in [description, message] {
        if !text.is_empty() && !line.contains(text.as_str()) {
            line.push_str(": ");
            line.push_str(text);
        }
    }
    line.push_str("; ");
    line.push_str(&advice(kind, response));
    line
}

fn advice(kind: ErrorKind, response: &ErrorResponse) -> String {
    match (kind, response.status) {
        (ErrorKind::TokenNotFound, _) => {
            "ask the user to connect the app, or check the app id, the scopes and the tenant".into()
        }
        (ErrorKind::RateLimited, _) => match response.retry_after {
            Some(wait) => format!("too many requests: try again after {} s", wait.as_secs()),
            None => "too many requests: try again later".into(),
        },
        (_, 300..=399) => "redirects are not followed: check the base URL".into(),
        (_, 401 | 403) => {
            "the service refused the key: check the management key, its rights and the project id".into()
        }
        (_, 404) => "not found: check the ids and the base URL".into(),
        (_, 400..=499) => "the service refused the request: check its arguments".into(),
        _ => "the service failed: try again later, then ask Descope".into(),
    }
}
