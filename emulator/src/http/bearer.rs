//! The credentials in an `Authorization` header, before any check.

use super::received_request::ReceivedRequest;

/// A bearer of the form `<project id>:<secret>`.
pub(crate) struct PresentedBearer<'request> {
    pub(crate) project_id: &'request str,
    /// The management key or the inbound token; absent if the credentials contain no colon.
    pub(crate) secret: Option<&'request str>,
}

impl<'request> PresentedBearer<'request> {
    /// Reads the bearer of a request, if it has one.
    pub(crate) fn of(request: &'request ReceivedRequest) -> Option<Self> {
        let credentials = request.bearer_credentials()?;
        Some(match credentials.split_once(':') {
            Some((project_id, secret)) => Self { project_id, secret: Some(secret) },
            None => Self { project_id: credentials, secret: None },
        })
    }
}
