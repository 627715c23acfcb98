//! Storing what a provider issued elsewhere: an API key, or a token that is brought along in a migration.

use serde_json::json;

use crate::call::{Answer, Call};
use crate::clock::Moment;
use crate::provider::Grant;
use crate::service::Refusal;
use crate::service::bearer::require_management_key;
use crate::service::fetch::refresh_at_provider;
use crate::service::request::{body_of, required};
use crate::state::State;
use crate::vault::{Holder, StoredToken, Vault};
use crate::world::World;

/// Whose tokens an endpoint is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    User,
    Tenant,
}

impl Owner {
    /// The field that names the owner in requests and failures.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::User => "userId",
            Self::Tenant => "tenantId",
        }
    }

    /// A tenant's own tokens belong to no user, and the request has no field for one.
    fn fields(self, others: &[&'static str]) -> Vec<&'static str> {
        let names: &[&str] = match self {
            Self::User => &["appId", "userId", "tenantId"],
            Self::Tenant => &["appId", "tenantId"],
        };
        [names, others].concat()
    }

    fn holder(
        self,
        app_id: Option<String>,
        user_id: Option<String>,
        tenant_id: Option<String>,
    ) -> Result<Holder, Refusal> {
        let app = required("appId", app_id)?;
        Ok(match self {
            Self::User => {
                Holder { app, user: required("userId", user_id)?, tenant: tenant_id.unwrap_or_default() }
            }
            Self::Tenant => Holder { app, user: String::new(), tenant: required("tenantId", tenant_id)? },
        })
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyUpload {
    app_id: Option<String>,
    user_id: Option<String>,
    tenant_id: Option<String>,
    api_key: Option<String>,
}

/// An API key is an access token that does not expire.
pub(crate) fn api_key(world: &World, call: &Call, owner: Owner) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let request: KeyUpload = body_of(call, &owner.fields(&["apiKey"]))?;
    let upload = TokenUpload {
        app_id: request.app_id,
        user_id: request.user_id,
        tenant_id: request.tenant_id,
        access_token: Some(required("apiKey", request.api_key)?),
        access_token_type: Some("apikey".to_owned()),
        ..TokenUpload::default()
    };
    let mut state = world.state();
    upload.checked(owner, &state.vault)?.store(world, &mut state)?;
    Ok(Answer::ok(&json!({})))
}

/// A token that is brought along. Of a batch, each item is one, but cannot ask for a check of its refresh token.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenUpload {
    pub(crate) app_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) tenant_id: Option<String>,
    refresh_token: Option<String>,
    access_token: Option<String>,
    access_token_expiry: Option<i32>,
    access_token_type: Option<String>,
    scopes: Option<Vec<String>>,
    external_identifier: Option<String>,
    /// Taken, and forgotten: nothing gives it back.
    #[serde(rename = "idToken")]
    _id_token: Option<String>,
    verify_refresh: Option<bool>,
    granted_by: Option<String>,
}

/// The fields of an item of a batch.
pub(crate) fn item_fields(owner: Owner) -> Vec<&'static str> {
    owner.fields(&[
        "refreshToken",
        "accessToken",
        "accessTokenExpiry",
        "accessTokenType",
        "scopes",
        "externalIdentifier",
        "idToken",
        "grantedBy",
    ])
}

pub(crate) fn token(world: &World, call: &Call, owner: Owner) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let mut fields = item_fields(owner);
    fields.push("verifyRefresh");
    let upload: TokenUpload = body_of(call, &fields)?;
    let mut state = world.state();
    upload.checked(owner, &state.vault)?.store(world, &mut state)?;
    Ok(Answer::ok(&json!({})))
}

/// An upload that nothing is wrong with, as far as the vault can tell.
pub(crate) struct CheckedUpload {
    holder: Holder,
    expires: Option<Moment>,
    upload: TokenUpload,
}

impl TokenUpload {
    pub(crate) fn checked(mut self, owner: Owner, vault: &Vault) -> Result<CheckedUpload, Refusal> {
        let holder = owner.holder(self.app_id.take(), self.user_id.take(), self.tenant_id.take())?;
        if vault.app(&holder.app).is_none() {
            return Err(Refusal::app_not_found(&holder.app));
        }
        self.access_token = self.access_token.filter(|token| !token.is_empty());
        self.refresh_token = self.refresh_token.filter(|token| !token.is_empty());
        if self.access_token.is_none() && self.refresh_token.is_none() {
            return Err(Refusal::invalid_arguments("One of refreshToken and accessToken is required"));
        }
        if self.verify_refresh == Some(true) && self.refresh_token.is_none() {
            return Err(Refusal::invalid_arguments("verifyRefresh needs a refreshToken"));
        }
        let expires = match u64::try_from(self.access_token_expiry.unwrap_or_default()) {
            // Zero is an expiry that is not known.
            Ok(0) => None,
            Ok(seconds) => Some(Moment::from_epoch_seconds(seconds)),
            Err(_) => return Err(Refusal::invalid_arguments("accessTokenExpiry is negative")),
        };
        Ok(CheckedUpload { holder, expires, upload: self })
    }
}

impl CheckedUpload {
    /// Stores the token. When its refresh token was to be checked and does not work, nothing is stored.
    pub(crate) fn store(self, world: &World, state: &mut State) -> Result<(), Refusal> {
        let Self { holder, expires, upload } = self;
        let now = state.clock.now();
        let scopes = upload.scopes.unwrap_or_default();
        let lifetime = state.vault.app(&holder.app).and_then(|app| app.lifetime);
        let grant = Grant {
            app_id: holder.app.clone(),
            user_id: holder.user.clone(),
            tenant_id: holder.tenant.clone(),
            scopes: scopes.clone(),
            lifetime: lifetime.unwrap_or(world.settings.lifetime),
            revoked: false,
        };
        let access_token = upload.access_token.clone().map(|token| (token, expires));
        state.provider.adopt(grant, access_token, upload.refresh_token.clone());

        let mut token = StoredToken {
            id: state.made_up_id('T'),
            subject: String::new(),
            access_token: upload.access_token.unwrap_or_default(),
            access_token_type: upload.access_token_type.unwrap_or_else(|| "Bearer".to_owned()),
            expires,
            refresh_token: upload.refresh_token,
            last_refresh: None,
            last_refresh_error: String::new(),
            scopes,
            granted_by: upload.granted_by.unwrap_or_default(),
            external_identifier: upload.external_identifier.unwrap_or_default(),
            holder,
        };
        if upload.verify_refresh == Some(true)
            && let Some(refresh_token) = &token.refresh_token
        {
            let State { provider, faults, .. } = &mut *state;
            let issued = refresh_at_provider(provider, faults, &token.holder, refresh_token, now)
                .map_err(|reason| Refusal::refresh_failed(&reason))?;
            token.accept(issued, now);
        }
        state.vault.store(token);
        Ok(())
    }
}
