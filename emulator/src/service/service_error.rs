//! The service's error responses: a status and the documented error body.

use hyper::StatusCode;
use serde_json::json;

use crate::http::BufferedResponse;

/// The outcome of an endpoint.
pub(super) type ServiceResult = Result<BufferedResponse, ServiceError>;

/// An error response. Its code is the documented one. If the documentation has none, the code is a plausible guess.
#[derive(Debug)]
pub(crate) struct ServiceError {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
    message: String,
}

impl ServiceError {
    pub(crate) fn missing_argument(name: &str) -> Self {
        Self::bad_request(
            "E011002",
            "Request is missing required arguments",
            format!("The {name} field is required"),
        )
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::bad_request("E011003", "Request is invalid", message.into())
    }

    pub(crate) fn invalid_arguments(message: impl Into<String>) -> Self {
        Self::bad_request("E011004", "Invalid arguments", message.into())
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            code: "E111119",
            description: "Unauthorized",
            message: message.into(),
        }
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            code: "E111120",
            description: "Forbidden",
            message: message.into(),
        }
    }

    pub(crate) fn unknown_endpoint() -> Self {
        Self::not_found("E011006", "Endpoint not found", "This method and path do not exist".to_owned())
    }

    pub(crate) fn token_not_found() -> Self {
        Self::not_found("E111504", "Outbound token not found", "Token not found".to_owned())
    }

    pub(crate) fn app_not_found(id: &str) -> Self {
        Self::not_found(
            "E111502",
            "Outbound app not found",
            format!("The outbound app {id:?} does not exist"),
        )
    }

    pub(crate) fn refresh_failed(reason: &str) -> Self {
        Self::bad_request("E111505", "Failed to refresh the token", reason.to_owned())
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn body_too_large() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: "E011001",
            description: "Bad request",
            message: "The body is larger than 16 MiB".to_owned(),
        }
    }

    pub(crate) fn into_response(self) -> BufferedResponse {
        let body = json!({
            "errorCode": self.code,
            "errorDescription": self.description,
            "errorMessage": self.message,
        });
        BufferedResponse::json(self.status, &body)
    }

    fn bad_request(code: &'static str, description: &'static str, message: String) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, description, message }
    }

    fn not_found(code: &'static str, description: &'static str, message: String) -> Self {
        Self { status: StatusCode::NOT_FOUND, code, description, message }
    }
}
