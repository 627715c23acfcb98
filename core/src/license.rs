//! The licence handshake: the service tells a project's rate-limit tier, and wants to hear it with every call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use crate::transport::{Limits, Outgoing, Transport};

/// The header that carries the tier.
pub(crate) const HEADER: &str = "x-descope-license";

/// Behind the base URL.
pub(crate) const PATH: &str = "/v1/mgmt/license";
/// As the official SDKs allow it.
const TIMEOUT: Duration = Duration::from_secs(5);
const LIMITS: Limits = Limits { success: 64 * 1024, failure: 0 };
/// The known ones have five characters.
const LONGEST_TIER: usize = 64;

/// When the licence is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LicenseHandshake {
    /// Beside the first call, which goes out without waiting; later calls carry the tier.
    #[default]
    Beside,
    /// Before the first call, which waits for it, 5 s at most.
    Wait,
    /// Never.
    Off,
}

/// The tier, once known. A handshake that fails is not repeated, and fails nothing else.
#[derive(Clone)]
pub(crate) struct License {
    mode: LicenseHandshake,
    shared: Arc<Shared>,
}

struct Shared {
    url: Uri,
    headers: HeaderMap,
    is_begun: AtomicBool,
    tier: OnceCell<Option<HeaderValue>>,
}

impl License {
    /// `headers` are those of any other call with the management key.
    pub(crate) fn new(mode: LicenseHandshake, url: Uri, headers: HeaderMap) -> Self {
        let shared = Shared { url, headers, is_begun: AtomicBool::new(false), tier: OnceCell::new() };
        Self { mode, shared: Arc::new(shared) }
    }

    /// The tier for a call that is about to go out.
    pub(crate) async fn tier(&self, transport: &Arc<Transport>) -> Option<HeaderValue> {
        match self.mode {
            LicenseHandshake::Off => None,
            LicenseHandshake::Wait => self.wait(transport).await,
            LicenseHandshake::Beside => {
                if !self.shared.is_begun.swap(true, Ordering::Relaxed) {
                    self.begin(transport);
                }
                self.shared.tier.get().cloned().flatten()
            }
        }
    }

    /// Waits until the handshake is over, and tells what came of it.
    pub(crate) async fn wait(&self, transport: &Arc<Transport>) -> Option<HeaderValue> {
        if self.mode == LicenseHandshake::Off {
            return None;
        }
        self.shared.is_begun.store(true, Ordering::Relaxed);
        match self.shared.tier.get() {
            Some(tier) => tier.clone(),
            None => self.begin(transport).await.ok().flatten(),
        }
    }

    /// In a task of its own: a call that ends early must not end the handshake with it, or every call with a short
    /// deadline would begin another and never get beyond it.
    fn begin(&self, transport: &Arc<Transport>) -> JoinHandle<Option<HeaderValue>> {
        let (shared, transport) = (Arc::clone(&self.shared), Arc::clone(transport));
        tokio::spawn(async move { shared.wait(&transport).await })
    }
}

impl Shared {
    async fn wait(&self, transport: &Transport) -> Option<HeaderValue> {
        self.tier.get_or_init(|| self.handshake(transport)).await.clone()
    }

    async fn handshake(&self, transport: &Transport) -> Option<HeaderValue> {
        let outgoing = Outgoing {
            method: &Method::GET,
            url: &self.url,
            headers: &self.headers,
            body: None,
            limits: LIMITS,
        };
        let Ok(answer) = tokio::time::timeout(TIMEOUT, transport.exchange(outgoing)).await else {
            tracing::debug!("the licence handshake timed out");
            return None;
        };
        let tier = match answer {
            Ok(incoming) if incoming.status.is_success() => tier_in(&incoming.body),
            Ok(incoming) => {
                tracing::debug!(status = incoming.status.as_u16(), "the licence handshake was refused");
                return None;
            }
            Err(_) => None,
        };
        if tier.is_none() {
            tracing::debug!("the licence handshake failed");
        }
        tier
    }
}

pub(crate) fn tier_in(body: &[u8]) -> Option<HeaderValue> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let tier = body.get("rateLimitTier")?.as_str()?;
    if tier.is_empty() || tier.len() > LONGEST_TIER || !tier.is_ascii() {
        return None;
    }
    HeaderValue::from_str(tier).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tier_that_can_stand_in_a_header_is_taken() {
        assert_eq!(tier_in(br#"{"rateLimitTier":"tier3","more":1}"#).unwrap(), "tier3");
        let long = format!(r#"{{"rateLimitTier":"{}"}}"#, "t".repeat(65));
        for body in [
            r#"{"rateLimitTier":"a\nb"}"#,
            r#"{"rateLimitTier":""}"#,
            r#"{"rateLimitTier":"tiér"}"#,
            r#"{"rateLimitTier":3}"#,
            "{}",
            "",
            &long,
        ] {
            assert!(tier_in(body.as_bytes()).is_none(), "{body}");
        }
    }
}
