//! A failed call as data.

use std::time::Duration;

use descope_outbound::{ArgumentName, Error, ErrorResponse, Headers};

/// Every field of a failed call that a language can report. The texts are of bounded length, and their secrets are masked.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The core's word for the kind of error.
    pub kind: &'static str,
    /// The argument or setting at fault.
    pub argument: Option<ArgumentName>,
    /// What happened, and what to do about it. [`Failure::snake_text`] and [`Failure::camel_text`] add the argument's name.
    pub message: String,
    /// Whether no attempt reached the service. Otherwise the request may have taken effect.
    pub was_never_sent: bool,
    /// The core's word for what made the connection fail.
    pub reason: Option<&'static str>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The headers of the response.
    pub headers: Option<Headers>,
    /// The body of the response as text.
    pub body: Option<String>,
    /// The service's `errorCode`.
    pub error_code: Option<String>,
    /// The service's `errorDescription`; empty if the response has none.
    pub error_description: Option<String>,
    /// The service's `errorMessage`; empty if the response has none.
    pub error_message: Option<String>,
    /// How long the service asks the caller to wait.
    pub retry_after: Option<Duration>,
    /// The id to quote to Descope's support.
    pub request_id: Option<String>,
}

impl Failure {
    /// The full text, with the argument's name in snake case: `app_id`.
    #[must_use]
    pub fn snake_text(&self) -> String {
        self.text(|name| name.snake)
    }

    /// The full text, with the argument's name in camel case: `appId`.
    #[must_use]
    pub fn camel_text(&self) -> String {
        self.text(|name| name.camel)
    }

    fn text(&self, spell: fn(ArgumentName) -> &'static str) -> String {
        let mut text = String::new();
        if let Some(argument) = self.argument {
            text.extend([spell(argument), " "]);
        }
        text.push_str(&self.message);
        if let Some(request_id) = &self.request_id {
            text.extend([" (request ", request_id, ")"]);
        }
        text
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let response = error.response();
        let text = |read: fn(&ErrorResponse) -> &str| response.map(|response| read(response).to_owned());
        Self {
            kind: error.kind().as_str(),
            argument: error.argument(),
            message: error.message().to_owned(),
            was_never_sent: error.was_never_sent(),
            reason: error.transport_error().map(|transport| transport.reason().as_str()),
            status: error.status(),
            headers: response.map(|response| response.headers().clone()),
            body: text(ErrorResponse::body),
            error_code: error.error_code().map(str::to_owned),
            error_description: text(ErrorResponse::error_description),
            error_message: text(ErrorResponse::error_message),
            retry_after: error.retry_after(),
            request_id: error.request_id().map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc;
    use std::thread;

    use descope_outbound::{Arguments, Client, Environment, LicenseHandshake};

    use super::*;
    use crate::{CallSettings, Runtime, operation_named};

    /// The failure of a fetch whose service is at this URL.
    fn failure(base_url: &str) -> (Failure, String) {
        let client = Client::builder()
            .environment(Environment::default())
            .project_id("P2made-up")
            .management_key("made-up-key")
            .base_url(base_url)
            .license_handshake(LicenseHandshake::Off)
            .retry_delays([])
            .build()
            .unwrap();
        let options =
            CallSettings { timeout_seconds: Some(20.0), ..CallSettings::default() }.into_options().unwrap();
        let arguments: Arguments = [("app_id", "app-id"), ("user_id", "user-id")]
            .map(|(name, id)| (name.to_owned(), id.into()))
            .into_iter()
            .collect();
        let operation = operation_named("fetch_token").unwrap();
        let (sender, receiver) = mpsc::channel();
        let call = async move { client.call(operation, arguments, options).await };
        Runtime::start().unwrap().spawn(call, move |result| sender.send(result).unwrap());
        let error = receiver.recv().unwrap().unwrap_err();
        let text = error.to_string();
        (Failure::from(error), text)
    }

    #[test]
    fn a_response_is_passed_on_with_all_its_fields() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let body = r#"{"errorCode":"E130429","errorDescription":"slow down","errorMessage":"made-up"}"#;
        let service = thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).unwrap();
            let head =
                "HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncf-ray: ray1\r\nconnection: close";
            write!(connection, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        });
        let (failure, text) = failure(&base_url);
        service.join().unwrap();
        assert_eq!(failure.kind, "rate_limited");
        assert_eq!(failure.status, Some(429));
        assert_eq!(failure.headers.as_ref().unwrap().get("cf-ray"), Some("ray1"));
        assert_eq!(failure.body.as_deref(), Some(body));
        assert_eq!(failure.error_code.as_deref(), Some("E130429"));
        assert_eq!(failure.error_description.as_deref(), Some("slow down"));
        assert_eq!(failure.error_message.as_deref(), Some("made-up"));
        assert_eq!(failure.retry_after, Some(Duration::from_secs(7)));
        assert_eq!(failure.request_id.as_deref(), Some("ray1"));
        assert!(!failure.was_never_sent);
        assert_eq!(failure.reason, None);
        assert_eq!(failure.snake_text(), text);
        assert_eq!(failure.camel_text(), text);
    }

    #[test]
    fn a_request_that_reaches_no_service_was_never_sent() {
        let unused = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", unused.local_addr().unwrap());
        drop(unused);
        let (failure, text) = failure(&base_url);
        assert_eq!(failure.kind, "connection_failed");
        assert!(failure.was_never_sent);
        assert_eq!(failure.reason, Some("refused"));
        assert_eq!(failure.status, None);
        assert!(failure.headers.is_none() && failure.body.is_none());
        assert_eq!(failure.snake_text(), text);
    }

    #[test]
    fn each_language_spells_the_argument_in_its_own_way() {
        let error = Client::builder().environment(Environment::default()).project_id("").build().unwrap_err();
        let text = error.to_string();
        let failure = Failure::from(error);
        assert_eq!(failure.kind, "invalid_argument");
        assert_eq!(failure.snake_text(), text);
        assert!(failure.snake_text().starts_with("project_id "));
        assert!(failure.camel_text().starts_with("projectId "));
    }
}
