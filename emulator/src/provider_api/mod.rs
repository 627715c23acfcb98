//! The providers' endpoints: `POST /provider/{app}/token` and `GET /provider/{app}/me`.

use hyper::StatusCode;
use hyper::header::{HeaderValue, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use crate::http::{BufferedResponse, ReceivedRequest};
use crate::state::{EmulatorContext, EmulatorState};

pub(crate) fn respond(context: &EmulatorContext, request: &ReceivedRequest) -> BufferedResponse {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("POST", ["provider", app_id, "token"]) => token(context, request, app_id),
        ("GET", ["provider", app_id, "me"]) => me(context, request, app_id),
        _ => oauth_error(
            StatusCode::NOT_FOUND,
            "not_found",
            "this endpoint does not exist; use POST token or GET me",
        ),
    }
}

/// OAuth's token endpoint, for refresh tokens only. A consent is created with `/_emulator/connect`.
fn token(context: &EmulatorContext, request: &ReceivedRequest, app_id: &str) -> BufferedResponse {
    match grant_parameter(request, "grant_type").as_deref() {
        Some("refresh_token") => {}
        None => return bad_request("invalid_request", "grant_type is missing"),
        Some(_) => return bad_request("unsupported_grant_type", "only refresh_token is supported"),
    }
    let Some(refresh_token) = grant_parameter(request, "refresh_token") else {
        return bad_request("invalid_request", "refresh_token is missing");
    };
    let mut state = context.state();
    let EmulatorState { clock, provider, .. } = &mut *state;
    let now = clock.now();
    match provider.refresh(app_id, &refresh_token, now) {
        Ok(issued) => BufferedResponse::ok(&json!({
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": issued.expires.map(|expires| now.until(expires).as_secs()),
            "refresh_token": issued.refresh_token,
            "scope": issued.scopes.join(" "),
        })),
        Err(error) => bad_request("invalid_grant", error.description()),
    }
}

/// A parameter of a token request. OAuth sends a form; the emulator also accepts JSON.
fn grant_parameter(request: &ReceivedRequest, name: &str) -> Option<String> {
    if let Some(json) = &request.json {
        return json.get(name).and_then(Value::as_str).map(str::to_owned);
    }
    form_urlencoded::parse(&request.body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Represents a provider's API: identifies the owner of a valid access token.
fn me(context: &EmulatorContext, request: &ReceivedRequest, app_id: &str) -> BufferedResponse {
    let mut state = context.state();
    let EmulatorState { clock, provider, .. } = &mut *state;
    let access_token = request.bearer_credentials().unwrap_or_default();
    let Some(grant) = provider.validate(app_id, access_token, clock.now()) else {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        return oauth_error(
            StatusCode::UNAUTHORIZED,
            "invalid_token",
            "the access token is missing, unknown, expired or revoked",
        )
        .with(WWW_AUTHENTICATE, challenge);
    };
    let mut identity = json!({ "app": grant.app_id, "user": grant.user_id, "scopes": grant.scopes });
    if let (Some(members), false) = (identity.as_object_mut(), grant.tenant_id.is_empty()) {
        members.insert("tenant".to_owned(), Value::from(grant.tenant_id.as_str()));
    }
    BufferedResponse::ok(&identity)
}

fn bad_request(error: &str, description: &str) -> BufferedResponse {
    oauth_error(StatusCode::BAD_REQUEST, error, description)
}

fn oauth_error(status: StatusCode, error: &str, description: &str) -> BufferedResponse {
    BufferedResponse::json(status, &json!({ "error": error, "error_description": description }))
}
