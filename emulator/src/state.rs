//! All that changes while an emulator runs.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use crate::app::App;
use crate::clock::Clock;
use crate::connection::{Connection, RefreshToken};
use crate::counters::Counters;
use crate::fault_list::FaultList;
use crate::inbound::{InboundToken, IssuedInboundToken};
use crate::journal::Journal;
use crate::options::Options;
use crate::provider::{Grant, Provider};
use crate::seed::incomplete;
use crate::vault::{Holder, StoredToken, Vault};

/// The vault, the providers behind it, the clock they share, and what a test wants to know about it all.
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) vault: Vault,
    pub(crate) provider: Provider,
    pub(crate) faults: FaultList,
    pub(crate) journal: Journal,
    pub(crate) connections: u64,
    pub(crate) forbidden: u64,
    inbound_tokens: HashMap<String, IssuedInboundToken>,
    random: fastrand::Rng,
}

impl State {
    /// The state at the start: the seed, and nothing else.
    pub(crate) fn seeded(options: &Options) -> Self {
        let mut state = Self {
            clock: Clock::start(),
            vault: Vault::default(),
            provider: Provider::new(),
            faults: FaultList::default(),
            journal: Journal::default(),
            connections: 0,
            forbidden: 0,
            inbound_tokens: HashMap::new(),
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

    /// Back to the start. A request that is still being answered leaves no trace in the new journal.
    pub(crate) fn reset(&mut self, options: &Options) {
        let journal = self.journal.successor();
        *self = Self { journal, ..Self::seeded(options) };
    }

    /// A user consents at the provider, and the vault stores what the provider issued. Gives the token's id.
    pub(crate) fn connect(
        &mut self,
        options: &Options,
        connection: Connection,
    ) -> Result<String, ConnectError> {
        if let Some(problem) = incomplete(&connection) {
            return Err(ConnectError(problem.to_owned()));
        }
        if !options.seed.apps.is_empty() && self.vault.app(&connection.app_id).is_none() {
            return Err(ConnectError(format!(
                "there is no app {:?}, and the seed lists them all",
                connection.app_id
            )));
        }
        if connection.token_id.as_deref().is_some_and(|id| self.vault.contains(id)) {
            return Err(ConnectError("there is a token with this token_id".to_owned()));
        }
        let pinned_refresh_token = match &connection.refresh_token {
            RefreshToken::Pinned(token) => Some(token),
            RefreshToken::Minted | RefreshToken::None => None,
        };
        if connection
            .access_token
            .iter()
            .chain(pinned_refresh_token)
            .any(|token| self.provider.has_issued(token))
        {
            return Err(ConnectError(
                "the provider has issued this access_token or refresh_token before".to_owned(),
            ));
        }
        Ok(self.store(options, connection))
    }

    /// Issues an inbound token, or the one that was pinned.
    pub(crate) fn issue_inbound_token(&mut self, options: &Options, request: InboundToken) -> String {
        let token =
            request.token.clone().unwrap_or_else(|| format!("emulated-inbound-{}", self.made_up_text(24)));
        let lifetime = request.lifetime_seconds.map_or(options.lifetime, Duration::from_secs);
        let expires = self.clock.now().plus(lifetime);
        self.inbound_tokens.insert(token.clone(), IssuedInboundToken { request, expires });
        token
    }

    /// What an inbound token was issued for, if it is good now.
    pub(crate) fn live_inbound_token(&self, token: &str) -> Option<&InboundToken> {
        let issued = self.inbound_tokens.get(token)?;
        (self.clock.now() < issued.expires).then_some(&issued.request)
    }

    pub(crate) fn counters(&self) -> Counters {
        let provider = self.provider.tally();
        Counters {
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
        let of_app = self.vault.app(&app_id).and_then(|app| app.lifetime);
        let of_connection = connection.lifetime_seconds.map(Duration::from_secs);
        let grant = Grant {
            app_id: app_id.clone(),
            user_id: user_id.clone(),
            tenant_id: tenant_id.clone(),
            scopes: connection.scopes,
            lifetime: of_connection.or(of_app).unwrap_or(options.lifetime),
            revoked: false,
        };
        let now = self.clock.now();
        let issued = self.provider.consent(grant, connection.access_token, &connection.refresh_token, now);
        let id = connection.token_id.unwrap_or_else(|| self.made_up_id('T'));
        self.vault.store(StoredToken {
            id: id.clone(),
            subject: format!("{app_id}|{}", if user_id.is_empty() { &tenant_id } else { &user_id }),
            granted_by: user_id.clone(),
            holder: Holder { app: app_id, user: user_id, tenant: tenant_id },
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

    /// An id as the service makes them: a letter for what it is, and 27 that mean nothing.
    pub(crate) fn made_up_id(&mut self, kind: char) -> String {
        format!("{kind}{}", self.made_up_text(27))
    }

    fn made_up_text(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.alphanumeric()).collect()
    }
}

/// A connection that cannot be made, and why.
#[derive(Debug)]
pub struct ConnectError(String);

impl fmt::Display for ConnectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "connect: {}", self.0)
    }
}

impl std::error::Error for ConnectError {}
