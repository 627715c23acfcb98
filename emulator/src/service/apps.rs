//! The outbound apps themselves: create, change, delete and list them.

use serde_json::json;

use crate::app::{App, AppDescription, UrlParameter};
use crate::call::{Answer, Call};
use crate::options::MissingDelete;
use crate::service::Refusal;
use crate::service::bearer::require_management_key;
use crate::service::request::{body, required};
use crate::world::World;

/// What a caller says about an app. What he does not say is empty.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AppFields {
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    client_id: Option<String>,
    /// Taken, and forgotten: no answer gives it back, and the provider here asks for none.
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
    /// Official SDKs send it, always empty or without meaning.
    #[serde(rename = "templateId")]
    _template_id: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FromTemplate {
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
struct Update {
    app: Option<AppFields>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Deletion {
    id: Option<String>,
}

pub(crate) fn create(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let fields: AppFields = body(call)?;
    if fields.name.as_deref().unwrap_or_default().is_empty() {
        return Err(Refusal::missing_argument("name"));
    }
    add(world, fields)
}

/// There are no templates here: any id is one, and what the overrides leave open stays empty.
pub(crate) fn create_by_template(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let request: FromTemplate = body(call)?;
    let template_id = required("templateId", request.template_id)?;
    let overrides = request.overrides.unwrap_or_default();
    let fields = AppFields {
        id: request.id.or(overrides.id),
        name: overrides.name.or(Some(template_id)),
        client_id: request.client_id.or(overrides.client_id),
        tenant_id: request.tenant_id.or(overrides.tenant_id),
        ..overrides
    };
    add(world, fields)
}

/// Replaces the whole description: what is not given is emptied.
pub(crate) fn update(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let request: Update = body(call)?;
    let fields = request.app.ok_or_else(|| Refusal::missing_argument("app"))?;
    let id = required("id", fields.id.clone())?;
    let mut state = world.state();
    let known = state.vault.app(&id).ok_or_else(|| Refusal::app_not_found(&id))?;
    let app = App { lifetime: known.lifetime, description: fields.describe(id) };
    let answer = answer(&app);
    state.vault.insert_app(app);
    Ok(answer)
}

pub(crate) fn delete(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let request: Deletion = body(call)?;
    let id = required("id", request.id)?;
    let deleted = world.state().vault.delete_app(&id);
    if !deleted && world.settings.missing_delete == MissingDelete::NotFound {
        return Err(Refusal::app_not_found(&id));
    }
    Ok(Answer::ok(&json!({})))
}

pub(crate) fn one(world: &World, call: &Call, id: &str) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let state = world.state();
    state.vault.app(id).map(answer).ok_or_else(|| Refusal::app_not_found(id))
}

pub(crate) fn all(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let state = world.state();
    let apps: Vec<&AppDescription> = state.vault.apps().map(|app| &app.description).collect();
    Ok(Answer::ok(&json!({ "apps": apps })))
}

/// The apps for which a user has a token, so that a page need not ask for each.
pub(crate) fn with_token_of_user(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let user_id = call.query_value("userId").ok_or_else(|| Refusal::missing_argument("userId"))?;
    let tenant_id = call.query_value("tenantId").unwrap_or_default();
    let state = world.state();
    Ok(Answer::ok(&json!({ "appIds": state.vault.apps_with_token_of(user_id, tenant_id) })))
}

fn add(world: &World, fields: AppFields) -> Result<Answer, Refusal> {
    let mut state = world.state();
    let given = fields.id.clone().filter(|id| !id.is_empty());
    let id = given.unwrap_or_else(|| state.made_up_id('A'));
    if state.vault.app(&id).is_some() {
        return Err(Refusal::invalid_arguments(format!("There is an outbound app {id:?} already")));
    }
    let app = App { lifetime: None, description: fields.describe(id) };
    let answer = answer(&app);
    state.vault.insert_app(app);
    Ok(answer)
}

fn answer(app: &App) -> Answer {
    Answer::ok(&json!({ "app": app.description }))
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
