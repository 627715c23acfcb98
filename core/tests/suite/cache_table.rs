//! The table of `tests/cache`: the outcome of a fetch in each state of the cache.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::cached::CachedClient;
use descope_outbound::{CacheOptions, FetchToken};
use descope_outbound_emulator::{Connection, Fault, Revocation};
use serde::Deserialize;
use serde_json::Value;

const FETCHED: &str = "/v1/mgmt/outbound/app/user/token/latest";
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CacheTable {
    states: BTreeMap<String, Vec<CacheStep>>,
    events: BTreeMap<String, Vec<CacheStep>>,
    rows: Vec<(String, String, String, usize)>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CacheStep {
    Options(CacheTableOptions),
    Lifetime(u64),
    Fetch(FetchArguments),
    Advance(u64),
    #[serde(rename = "step_wall")]
    SetDate(i64),
    Fault(Value),
    ClearFaults(NoArguments),
    Connect(NoArguments),
    Disconnect(NoArguments),
    Delete(TokenFilter),
    Upload(NoArguments),
    Forget(TokenFilter),
    Clear(NoArguments),
    Reject(NoArguments),
    Await(usize),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoArguments {}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CacheTableOptions {
    stale_if_error: Option<u64>,
    negative: Option<u64>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FetchArguments {
    force_refresh: bool,
    with_refresh_token: bool,
    min_validity: u64,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFilter {
    app_id: Option<String>,
    user_id: Option<String>,
}

#[tokio::test]
async fn every_row_of_the_table_holds() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cache/table.json");
    let table: CacheTable = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(!table.rows.is_empty());
    for name in table.events.keys() {
        assert!(table.rows.iter().any(|(_, event, ..)| event == name), "no row is about {name}");
    }
    for name in table.states.keys() {
        assert!(table.rows.iter().any(|(state, ..)| state == name), "no row is about {name}");
    }
    let mut complaints = Vec::new();
    for (state, event, expected, contacted) in &table.rows {
        let (before, steps) = (&table.states[state], &table.events[event]);
        if let Err(complaint) = check(before, steps, expected, *contacted).await {
            complaints.push(format!("{state}; {event}: {complaint}"));
        }
    }
    let passed = table.rows.len() - complaints.len();
    // The test harness hides the output of println if all tests pass.
    writeln!(std::io::stdout(), "cache table: {} rows, {passed} passed (rust)", table.rows.len()).unwrap();
    assert!(complaints.is_empty(), "{} of {} rows: {complaints:#?}", complaints.len(), table.rows.len());
}

async fn check(
    state: &[CacheStep],
    event: &[CacheStep],
    expected: &str,
    contacted: usize,
) -> Result<(), String> {
    let settings = state.iter().find_map(|step| match step {
        CacheStep::Options(settings) => Some(settings.clone()),
        _ => None,
    });
    let settings = settings.unwrap_or_default();
    let mut options = CacheOptions::default();
    if let Some(seconds) = settings.stale_if_error {
        options = options.stale_if_error(Duration::from_secs(seconds));
    }
    if let Some(seconds) = settings.negative {
        options = options.negative(Duration::from_secs(seconds));
    }
    let mut row = RowRun {
        world: CachedClient::without_retries(options).await,
        token: String::new(),
        outcome: String::new(),
    };
    row.take(state).await?;
    let before = row.fetched();
    row.take(event).await?;
    if row.outcome != expected {
        return Err(format!("the outcome is {}, not {expected}", row.outcome));
    }
    row.reach(before + contacted).await
}

struct RowRun {
    world: CachedClient,
    /// The access token of the last fetch.
    token: String,
    /// The source of the last token, or the kind of the last error.
    outcome: String,
}

impl RowRun {
    fn fetched(&self) -> usize {
        self.world.emulator.journal().iter().filter(|entry| entry.path == FETCHED).count()
    }

    /// Wait until this number of fetches has reached the service and the cache has processed them.
    async fn reach(&self, fetched: usize) -> Result<(), String> {
        let end = Instant::now() + PATIENCE;
        while (self.fetched() < fetched || self.world.client.cache().unwrap().in_flight() > 0)
            && Instant::now() < end
        {
            tokio::task::yield_now().await;
        }
        let count = self.fetched();
        if count == fetched {
            Ok(())
        } else {
            Err(format!("{count} fetches reached the service, not {fetched}"))
        }
    }

    async fn take(&mut self, steps: &[CacheStep]) -> Result<(), String> {
        for step in steps {
            self.step(step.clone()).await?;
        }
        Ok(())
    }

    async fn step(&mut self, step: CacheStep) -> Result<(), String> {
        let CachedClient { emulator, clock, client, .. } = &self.world;
        let cache = client.cache().unwrap();
        match step {
            CacheStep::Options(_) => {}
            CacheStep::Lifetime(seconds) => {
                let connection = Connection::user("app", "user").lifetime(Duration::from_secs(seconds));
                emulator.connect(connection.scopes(["read", "write"])).unwrap();
            }
            CacheStep::Fetch(options) => {
                let fetch = fetch(client.fetch_token("app", "user"), &options).await;
                self.outcome = match fetch {
                    Ok(token) => {
                        token.access_token.expose().clone_into(&mut self.token);
                        token.source().as_str().to_owned()
                    }
                    Err(error) => error.kind().as_str().to_owned(),
                };
            }
            CacheStep::Advance(seconds) => self.world.advance(seconds),
            CacheStep::SetDate(seconds) => clock.step_wall(seconds * 1_000),
            CacheStep::Fault(mut fault) => {
                if fault.get("method").is_none() {
                    fault["path"] = FETCHED.into();
                }
                emulator.add_fault(serde_json::from_value::<Fault>(fault).unwrap()).unwrap();
            }
            CacheStep::ClearFaults(_) => emulator.clear_faults(),
            CacheStep::Connect(_) => drop(emulator.connect(Connection::user("app", "user")).unwrap()),
            CacheStep::Disconnect(_) => {
                emulator.revoke(&Revocation::user("app", "user"));
                self.world.delete_behind_the_clients_back().await;
            }
            CacheStep::Delete(TokenFilter { app_id, user_id }) => {
                let _ = client.delete_user_tokens(app_id.as_deref(), user_id.as_deref()).await;
            }
            CacheStep::Upload(_) => {
                client.upload_user_api_key("app", "user", "made-up-api-key", None).await.unwrap();
            }
            CacheStep::Forget(TokenFilter { app_id, user_id }) => {
                cache.forget(app_id.as_deref(), user_id.as_deref()).unwrap();
            }
            CacheStep::Clear(_) => cache.clear(),
            CacheStep::Reject(_) => assert!(cache.reject(&self.token)),
            CacheStep::Await(fetched) => self.reach(fetched).await?,
        }
        Ok(())
    }
}

async fn fetch(
    mut fetch: FetchToken<'_>,
    options: &FetchArguments,
) -> Result<descope_outbound::Token, descope_outbound::Error> {
    if options.force_refresh {
        fetch = fetch.force_refresh();
    }
    if options.with_refresh_token {
        fetch = fetch.with_refresh_token();
    }
    fetch.min_validity(Duration::from_secs(options.min_validity)).await
}
