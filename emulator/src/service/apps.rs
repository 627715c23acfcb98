//! Creates, updates, deletes, loads and lists outbound apps.

use serde_json::json;

use super::authorization::require_management_key;
use super::request_body::{read, required};
use super::service_error::{ServiceError, ServiceResult};
use crate::http::{BufferedResponse, ReceivedRequest};
use crate::setup::MissingDelete;
use crate::state::EmulatorContext;
use crate::vault::{App, AppDescription, UrlParameter};

/// The fields of an app in a request. An absent field is empty in the app.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AppFields {
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    client_id: Option<String>,
    /// Ignored, because no endpoint returns it and the emulated providers do not check it.
    #[serde(rename = "clientSecret")]
    _client_secret: Option<String>,
    logo: Option<String>,
    discovery_url: Option<String>,
    authorization_url: Option<String>,
    authorization_url_params: Option<Vec<UrlParameter>>,
    token_url: Option<String>,
    token_url_params: Option<Vec<UrlParameter>>,
    revocation_url: Option<String>,
    default_scopes: Option<Vec<String>>,
    default_redirect_url: Option<String>,
    callback_domain: Option<String>,
    pkce: Option<bool>,
    access_type: Option<String>,
    prompt: Option<Vec<String>>,
    app_type: Option<String>,
    use_dcr: Option<bool>,
    dcr_url: Option<String>,
    tenant_id: Option<String>,
    /// Ignored. Official SDKs send it, but without a meaning.
    #[serde(rename = "templateId")]
    _template_id: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateFromTemplateRequest {
    template_id: Option<String>,
    id: Option<String>,
    client_id: Option<String>,
    #[serde(rename = "clientSecret")]
    _client_secret: Option<String>,
    tenant_id: Option<String>,
    overrides: Option<AppFields>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateAppRequest {
    app: Option<AppFields>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteAppRequest {
    id: Option<String>,
}

pub(super) fn create(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    require_management_key(context, request)?;
    let fields: AppFields = read(request)?;
    if fields.name.as_deref().unwrap_or_default().is_empty() {
        return Err(ServiceError::missing_argument("name"));
    }
    add(context, fields)
}

/// Creates an app from the overrides. The emulator has no templates, so it accepts any template id.
pub(super) fn create_by_template(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    require_management_key(context, request)?;
    let creation: CreateFromTemplateRequest = read(request)?;
    let template_id = required("templateId", creation.template_id)?;
    let overrides = creation.overrides.unwrap_or_default();
    let fields = AppFields {
        id: creation.id.or(overrides.id),
        name: overrides.name.or(Some(template_id)),
        client_id: creation.client_id.or(overrides.client_id),
        tenant_id: creation.tenant_id.or(overrides.tenant_id),
        ..overrides
    };
    add(context, fields)
}

/// Replaces the whole description. An absent field becomes empty.
pub(super) fn update(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    require_management_key(context, request)?;
    let update: UpdateAppRequest = read(request)?;
    let fields = update.app.ok_or_else(|| ServiceError::missing_argument("app"))?;
    let id = required("id", fields.id.clone())?;
    let mut state = context.state();
    let existing = state.vault.app(&id).ok_or_else(|| ServiceError::app_not_found(&id))?;
    let app = App { lifetime: existing.lifetime, description: fields.describe(id) };
    let response = respond(&app);
    state.vault.insert_app(app);
    Ok(response)
}

pub(super) fn delete(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    require_management_key(context, request)?;
    let deletion: DeleteAppRequest = read(request)?;
    let id = required("id", deletion.id)?;
    let deleted = context.state().vault.delete_app(&id);
    if !deleted && context.options.missing_delete == MissingDelete::NotFound {
        return Err(ServiceError::app_not_found(&id));
    }
    Ok(BufferedResponse::ok(&json!({})))
}

pub(super) fn load(context: &EmulatorContext, request: &ReceivedRequest, id: &str) -> ServiceResult {
    require_management_key(context, request)?;
    let state = context.state();
    state.vault.app(id).map(respond).ok_or_else(|| ServiceError::app_not_found(id))
}

pub(super) fn list(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    require_management_key(context, request)?;
    let state = context.state();
    let apps: Vec<&AppDescription> = state.vault.apps().map(|app| &app.description).collect();
    Ok(BufferedResponse::ok(&json!({ "apps": apps })))
}

/// Lists the apps for which a user has a token, so that a page needs one request for all apps.
pub(super) fn list_with_user_token(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    require_management_key(context, request)?;
    let user_id = request.query_value("userId").ok_or_else(|| ServiceError::missing_argument("userId"))?;
    let tenant_id = request.query_value("tenantId").unwrap_or_default();
    let state = context.state();
    Ok(BufferedResponse::ok(&json!({ "appIds": state.vault.apps_with_token_of(user_id, tenant_id) })))
}

fn add(context: &EmulatorContext, fields: AppFields) -> ServiceResult {
    let mut state = context.state();
    let requested = fields.id.clone().filter(|id| !id.is_empty());
    let id = requested.unwrap_or_else(|| state.generate_id('A'));
    if state.vault.app(&id).is_some() {
        return Err(ServiceError::invalid_arguments(format!(
            "An outbound app {id:?} already exists; choose a different id"
        )));
    }
    let app = App { lifetime: None, description: fields.describe(id) };
    let response = respond(&app);
    state.vault.insert_app(app);
    Ok(response)
}

fn respond(app: &App) -> BufferedResponse {
    BufferedResponse::ok(&json!({ "app": app.description }))
}

impl AppFields {
    fn describe(self, id: String) -> AppDescription {
        AppDescription {
            id,
            name: self.name.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            client_id: self.client_id.unwrap_or_default(),
            logo: self.logo.unwrap_or_default(),
            discovery_url: self.discovery_url.unwrap_or_default(),
            authorization_url: self.authorization_url.unwrap_or_default(),
            authorization_url_params: self.authorization_url_params.unwrap_or_default(),
            token_url: self.token_url.unwrap_or_default(),
            token_url_params: self.token_url_params.unwrap_or_default(),
            revocation_url: self.revocation_url.unwrap_or_default(),
            default_scopes: self.default_scopes.unwrap_or_default(),
            default_redirect_url: self.default_redirect_url.unwrap_or_default(),
            callback_domain: self.callback_domain.unwrap_or_default(),
            pkce: self.pkce.unwrap_or_default(),
            access_type: self.access_type.unwrap_or_default(),
            prompt: self.prompt.unwrap_or_default(),
            app_type: self.app_type.unwrap_or_else(|| "custom".to_owned()),
            use_dcr: self.use_dcr.unwrap_or_default(),
            dcr_url: self.dcr_url.unwrap_or_default(),
            tenant_id: self.tenant_id.unwrap_or_default(),
        }
    }
}
