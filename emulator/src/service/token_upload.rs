//! An uploaded token: its checks, and how the vault stores it.

use super::owner_kind::OwnerKind;
use super::refresh::exchange_refresh_token;
use super::service_error::ServiceError;
use crate::clock::EpochTime;
use crate::provider::Grant;
use crate::state::{EmulatorContext, EmulatorState};
use crate::vault::{StoredToken, StoredTokenOwner, Vault};

/// A token to store. In a batch, each item is one, but without `verifyRefresh`.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenUploadRequest {
    pub(super) app_id: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) tenant_id: Option<String>,
    pub(super) refresh_token: Option<String>,
    pub(super) access_token: Option<String>,
    pub(super) access_token_expiry: Option<i32>,
    pub(super) access_token_type: Option<String>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) external_identifier: Option<String>,
    /// Ignored, because no endpoint returns it.
    #[serde(rename = "idToken")]
    pub(super) _id_token: Option<String>,
    pub(super) verify_refresh: Option<bool>,
    pub(super) granted_by: Option<String>,
}

/// An upload that the vault can store.
pub(super) struct ValidatedUpload {
    owner: StoredTokenOwner,
    expires: Option<EpochTime>,
    upload: TokenUploadRequest,
}

impl TokenUploadRequest {
    /// The known fields of an item of a batch.
    pub(super) fn item_fields(kind: OwnerKind) -> Vec<&'static str> {
        kind.fields(&[
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

    pub(super) fn validate(
        mut self,
        kind: OwnerKind,
        vault: &Vault,
    ) -> Result<ValidatedUpload, ServiceError> {
        let owner = kind.owner(self.app_id.take(), self.user_id.take(), self.tenant_id.take())?;
        if vault.app(&owner.app).is_none() {
            return Err(ServiceError::app_not_found(&owner.app));
        }
        self.access_token = self.access_token.filter(|token| !token.is_empty());
        self.refresh_token = self.refresh_token.filter(|token| !token.is_empty());
        if self.access_token.is_none() && self.refresh_token.is_none() {
            return Err(ServiceError::invalid_arguments("One of refreshToken and accessToken is required"));
        }
        if self.verify_refresh == Some(true) && self.refresh_token.is_none() {
            return Err(ServiceError::invalid_arguments("verifyRefresh needs a refreshToken"));
        }
        let expires = match u64::try_from(self.access_token_expiry.unwrap_or_default()) {
            // Zero means that the expiry is unknown.
            Ok(0) => None,
            Ok(seconds) => Some(EpochTime::from_epoch_seconds(seconds)),
            Err(_) => return Err(ServiceError::invalid_arguments("accessTokenExpiry is negative")),
        };
        Ok(ValidatedUpload { owner, expires, upload: self })
    }
}

impl ValidatedUpload {
    /// Stores the token. If it asks to verify its refresh token and that fails, the vault stores nothing.
    pub(super) fn store(
        self,
        context: &EmulatorContext,
        state: &mut EmulatorState,
    ) -> Result<(), ServiceError> {
        let Self { owner, expires, upload } = self;
        let now = state.clock.now();
        let scopes = upload.scopes.unwrap_or_default();
        let lifetime = state.vault.app(&owner.app).and_then(|app| app.lifetime);
        let grant = Grant {
            app_id: owner.app.clone(),
            user_id: owner.user.clone(),
            tenant_id: owner.tenant.clone(),
            scopes: scopes.clone(),
            lifetime: lifetime.unwrap_or(context.options.lifetime),
            revoked: false,
        };
        let access_token = upload.access_token.clone().map(|token| (token, expires));
        state.provider.adopt(grant, access_token, upload.refresh_token.clone());

        let mut token = StoredToken {
            id: state.generate_id('T'),
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
            owner,
        };
        if upload.verify_refresh == Some(true)
            && let Some(refresh_token) = &token.refresh_token
        {
            let EmulatorState { provider, faults, .. } = &mut *state;
            let issued = exchange_refresh_token(provider, faults, &token.owner, refresh_token, now)
                .map_err(|reason| ServiceError::refresh_failed(&reason))?;
            token.accept(issued, now);
        }
        state.vault.store(token);
        Ok(())
    }
}
