//! The vault's own refreshes at a provider.

use crate::clock::EpochTime;
use crate::faults::{FaultList, FaultTarget};
use crate::provider::{IssuedTokens, Provider};
use crate::vault::{StoredToken, StoredTokenOwner};

/// Refreshes a token. If the refresh fails, the token stays unchanged and records the reason.
pub(super) fn refresh(
    token: &mut StoredToken,
    provider: &mut Provider,
    faults: &mut FaultList,
    now: EpochTime,
) {
    let Some(refresh_token) = token.refresh_token.as_deref() else {
        "there is no refresh token".clone_into(&mut token.last_refresh_error);
        return;
    };
    match exchange_refresh_token(provider, faults, &token.owner, refresh_token, now) {
        Ok(issued) => token.accept(issued, now),
        Err(reason) => token.last_refresh_error = reason,
    }
}

/// Exchanges a refresh token, unless a fault at the provider's token endpoint prevents it.
pub(super) fn exchange_refresh_token(
    provider: &mut Provider,
    faults: &mut FaultList,
    owner: &StoredTokenOwner,
    refresh_token: &str,
    now: EpochTime,
) -> Result<IssuedTokens, String> {
    let StoredTokenOwner { app, user, .. } = owner;
    let path = format!("/provider/{app}/token");
    let target = FaultTarget { method: "POST", path: &path, app: Some(app), user: Some(user) };
    match faults.apply_to(&target) {
        Some(fault) if fault.is_failure() => Err(format!("the provider failed: {}", fault.name())),
        _ => provider.refresh(app, refresh_token, now).map_err(|error| error.description().to_owned()),
    }
}
