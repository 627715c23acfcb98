//! The providers' own endpoints: `POST /provider/{app}/token` and `GET /provider/{app}/me`.

use hyper::StatusCode;
use hyper::header::{HeaderValue, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use crate::call::{Answer, Call};
use crate::state::State;
use crate::world::World;

pub(crate) fn answer(world: &World, call: &Call) -> Answer {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (call.method.as_str(), segments.as_slice()) {
        ("POST", ["provider", app_id, "token"]) => token(world, call, app_id),
        ("GET", ["provider", app_id, "me"]) => me(world, call, app_id),
        _ => oauth_error(StatusCode::NOT_FOUND, "not_found", "the provider has no such endpoint"),
    }
}

/// OAuth's token endpoint, for refresh tokens only: consent is given with `/_emulator/connect`.
fn token(world: &World, call: &Call, app_id: &str) -> Answer {
    match grant_parameter(call, "grant_type").as_deref() {
        Some("refresh_token") => {}
        None => return bad_request("invalid_request", "grant_type is missing"),
        Some(_) => return bad_request("unsupported_grant_type", "only refresh_token is supported"),
    }
    let Some(refresh_token) = grant_parameter(call, "refresh_token") else {
        return bad_request("invalid_request", "refresh_token is missing");
    };
    let mut state = world.state();
    let State { clock, provider, .. } = &mut *state;
    let now = clock.now();
    match provider.refresh(app_id, &refresh_token, now) {
        Ok(issued) => Answer::ok(&json!({
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": issued.expires.map(|expires| now.until(expires).as_secs()),
            "refresh_token": issued.refresh_token,
            "scope": issued.scopes.join(" "),
        })),
        Err(refusal) => bad_request("invalid_grant", refusal.description()),
    }
}

/// A parameter of a token request, which is a form in OAuth; JSON is accepted as well.
fn grant_parameter(call: &Call, name: &str) -> Option<String> {
    if let Some(json) = &call.json {
        return json.get(name).and_then(Value::as_str).map(str::to_owned);
    }
    form_urlencoded::parse(&call.body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// What a provider's API is here: it tells whose access token this is, as long as it is good.
fn me(world: &World, call: &Call, app_id: &str) -> Answer {
    let mut state = world.state();
    let State { clock, provider, .. } = &mut *state;
    let bearer = call.header("authorization").and_then(|value| value.split_once(' '));
    let access_token = match bearer {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token,
        _ => "",
    };
    let Some(grant) = provider.bearer_of(app_id, access_token, clock.now()) else {
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
    Answer::ok(&identity)
}

fn bad_request(error: &str, description: &str) -> Answer {
    oauth_error(StatusCode::BAD_REQUEST, error, description)
}

fn oauth_error(status: StatusCode, error: &str, description: &str) -> Answer {
    Answer::json(status, &json!({ "error": error, "error_description": description }))
}
