//! All that changes while an emulator runs.

use std::fmt;
use std::time::Duration;

use crate::clock::Clock;
use crate::connection::{Connection, RefreshToken};
use crate::counters::Counters;
use crate::fault::FaultList;
use crate::journal::Journal;
use crate::options::Options;
use crate::provider::{Grant, Provider};
use crate::seed::incomplete;
use crate::vault::{App, Holder, StoredToken, Vault};

/// The vault, the providers behind it, the clock they share, and what a test wants to know about it all.
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) vault: Vault,
    pub(crate) provider: Provider,
    pub(crate) faults: FaultList,
    pub(crate) journal: Journal,
    pub(crate) connections: u64,
    pub(crate) forbidden: u64,
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
            random: fastrand::Rng::new(),
        };
        for app in &options.seed.apps {
            let lifetime = app.lifetime_seconds.map(Duration::from_secs);
            state.vault.insert_app(app.id.clone(), App { lifetime });
        }
        for connection in &options.seed.connections {
            state.store(options, connection.clone());
        }
        state
    }

    /// Back to the start. A request that is still being answered leaves no trace in the new journal.
    pub(crate) fn reset(&mut self, options: &Options) {
        let journal = self.journal.successor();
        *self = Self {
            journal,
            ..Self::seeded(options)
        };
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
        if connection
            .token_id
            .as_deref()
            .is_some_and(|id| self.vault.contains(id))
        {
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
        let Connection {
            app_id,
            user_id,
            tenant_id,
            ..
        } = connection;
        if self.vault.app(&app_id).is_none() {
            self.vault.insert_app(app_id.clone(), App::default());
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
        let issued = self
            .provider
            .consent(grant, connection.access_token, &connection.refresh_token, now);
        let id = connection.token_id.unwrap_or_else(|| self.made_up_id());
        self.vault.store(StoredToken {
            id: id.clone(),
            subject: format!(
                "{app_id}|{}",
                if user_id.is_empty() { &tenant_id } else { &user_id }
            ),
            granted_by: user_id.clone(),
            holder: Holder {
                app: app_id,
                user: user_id,
                tenant: tenant_id,
            },
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

    fn made_up_id(&mut self) -> String {
        let suffix: String = (0..27).map(|_| self.random.alphanumeric()).collect();
        format!("T{suffix}")
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
