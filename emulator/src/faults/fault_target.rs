//! The properties of a request that a fault can match.

use crate::http::ReceivedRequest;

/// The properties of a request that a fault can match.
#[derive(Clone, Copy)]
pub(crate) struct FaultTarget<'request> {
    pub(crate) method: &'request str,
    pub(crate) path: &'request str,
    pub(crate) app: Option<&'request str>,
    pub(crate) user: Option<&'request str>,
}

impl<'request> FaultTarget<'request> {
    pub(crate) fn of(request: &'request ReceivedRequest) -> Self {
        let in_body = |name: &str| request.json.as_ref()?.get(name)?.as_str();
        let provider_app = match request.segments.as_slice() {
            [provider, app, ..] if provider == "provider" => Some(app.as_str()),
            _ => None,
        };
        Self {
            method: request.method.as_str(),
            path: &request.path,
            app: provider_app.or_else(|| in_body("appId")).or_else(|| request.query_value("appId")),
            user: in_body("userId").or_else(|| request.query_value("userId")),
        }
    }
}
