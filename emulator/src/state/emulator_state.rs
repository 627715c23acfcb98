//! The state that changes while an emulator runs.

use std::time::Duration;

use super::connect_error::ConnectError;
use super::counters::EmulatorCounters;
use crate::clock::Clock;
use crate::faults::FaultList;
use crate::journal::Journal;
use crate::provider::{Grant, Provider};
use crate::setup::{Connection, InboundToken, Options};
use crate::vault::{App, InboundTokens, StoredToken, StoredTokenOwner, Vault};

/// The vault, the providers, their clock, the faults, the journal and the counts.
pub(crate) struct EmulatorState {
    pub(crate) clock: Clock,
    pub(crate) vault: Vault,
    pub(crate) provider: Provider,
    pub(crate) faults: FaultList,
    pub(crate) journal: Journal,
    pub(crate) connections: u64,
    pub(crate) forbidden: u64,
    inbound_tokens: InboundTokens,
    random: fastrand::Rng,
}

impl EmulatorState {
    /// Creates the state at the start, which contains only the seed.
    pub(crate) fn seeded(options: &Options) -> Self {
        let mut state = Self {
            clock: Clock::start(),
            vault: Vault::default(),
            provider: Provider::new(),
            faults: FaultList::default(),
            journal: Journal::default(),
            connections: 0,
            forbidden: 0,
            inbound_tokens: InboundTokens::default(),
            random: fastrand::Rng::new(),
        };
        for app in &options.seed.apps {
            let lifetime = app.lifetime_seconds.map(Duration::from_secs);
            let name = app.name.as_deref().unwrap_or(&app.id);
            state.vault.insert_app(App::named(&app.id, name, lifetime));
        }
        for connection in &options.seed.connections {
            state.store(options, connection.clone());
        }
        state
    }

    /// Restores the state at the start. A request from before the reset does not appear in the new journal.
    pub(crate) fn reset(&mut self, options: &Options) {
        let journal = self.journal.successor();
        *self = Self { journal, ..Self::seeded(options) };
    }

    /// Records a consent at the provider, stores its tokens in the vault, and returns the token's id.
    pub(crate) fn connect(
        &mut self,
        options: &Options,
        connection: Connection,
    ) -> Result<String, ConnectError> {
        if let Some(problem) = connection.missing_field() {
            return Err(ConnectError::new(problem));
        }
        let Connection { app_id, token_id, access_token, .. } = &connection;
        if !options.seed.apps.is_empty() && self.vault.app(app_id).is_none() {
            return Err(ConnectError::new(format!("app {app_id:?} is not in the seed; add it to its apps")));
        }
        if token_id.as_deref().is_some_and(|id| self.vault.contains(id)) {
            return Err(ConnectError::new("another token has this token_id; choose a different one"));
        }
        let mut pinned_tokens = access_token.as_deref().into_iter().chain(connection.pinned_refresh_token());
        if pinned_tokens.any(|token| self.provider.has_issued(token)) {
            return Err(ConnectError::new(
                "the provider has already issued this access_token or refresh_token; choose a different one",
            ));
        }
        Ok(self.store(options, connection))
    }

    /// Issues an inbound token: the requested one, or a generated one.
    pub(crate) fn issue_inbound_token(&mut self, options: &Options, request: InboundToken) -> String {
        let token =
            request.token.clone().unwrap_or_else(|| format!("emulated-inbound-{}", self.random_text(24)));
        let lifetime = request.lifetime_seconds.map_or(options.lifetime, Duration::from_secs);
        let expires = self.clock.now().plus(lifetime);
        self.inbound_tokens.insert(token.clone(), request, expires);
        token
    }

    /// The description of an inbound token that has not expired.
    pub(crate) fn valid_inbound_token(&self, token: &str) -> Option<&InboundToken> {
        self.inbound_tokens.valid(token, self.clock.now())
    }

    pub(crate) fn counters(&self) -> EmulatorCounters {
        let provider = self.provider.counters();
        EmulatorCounters {
            connections: self.connections,
            requests: self.journal.total(),
            forbidden: self.forbidden,
            faults: self.faults.applied(),
            mints: provider.mints,
            refreshes: provider.refreshes,
            double_refreshes_refused: provider.double_refreshes_refused,
            refusals: provider.refusals,
        }
    }

    fn store(&mut self, options: &Options, connection: Connection) -> String {
        let Connection { app_id, user_id, tenant_id, .. } = connection;
        if self.vault.app(&app_id).is_none() {
            self.vault.insert_app(App::named(&app_id, &app_id, None));
        }
        let app_lifetime = self.vault.app(&app_id).and_then(|app| app.lifetime);
        let connection_lifetime = connection.lifetime_seconds.map(Duration::from_secs);
        let grant = Grant {
            app_id: app_id.clone(),
            user_id: user_id.clone(),
            tenant_id: tenant_id.clone(),
            scopes: connection.scopes,
            lifetime: connection_lifetime.or(app_lifetime).unwrap_or(options.lifetime),
            revoked: false,
        };
        let now = self.clock.now();
        let issued = self.provider.consent(grant, connection.access_token, &connection.refresh_token, now);
        let id = connection.token_id.unwrap_or_else(|| self.generate_id('T'));
        self.vault.store(StoredToken {
            id: id.clone(),
            subject: format!("{app_id}|{}", if user_id.is_empty() { &tenant_id } else { &user_id }),
            granted_by: user_id.clone(),
            owner: StoredTokenOwner { app: app_id, user: user_id, tenant: tenant_id },
            access_token: issued.access_token,
            access_token_type: "Bearer".to_owned(),
            expires: issued.expires,
            refresh_token: issued.refresh_token,
            last_refresh: None,
            last_refresh_error: String::new(),
            scopes: issued.scopes,
            external_identifier: connection.external_identifier,
        });
        id
    }

    /// Generates an id like the service's: a letter for the kind, then 27 random characters.
    pub(crate) fn generate_id(&mut self, kind: char) -> String {
        format!("{kind}{}", self.random_text(27))
    }

    fn random_text(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.alphanumeric()).collect()
    }
}
