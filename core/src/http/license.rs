//! The license handshake: the service returns the project's rate-limit tier, and expects it with every call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use crate::http::transport::{Limits, OutgoingRequest, Transport};

/// The path of the handshake, after the base URL.
pub(crate) const PATH: &str = "/v1/mgmt/license";
/// The timeout of the official SDKs.
const TIMEOUT: Duration = Duration::from_secs(5);
const LIMITS: Limits = Limits { success: 64 * 1024, failure: 0 };
/// The known tiers have five characters.
const LONGEST_TIER: usize = 64;

/// When the client requests the license, which holds the project's rate-limit tier.
///
/// A failed handshake is not an error: the calls are then sent without the tier.
///
/// ```
/// use descope_outbound::{Client, LicenseHandshake};
///
/// let builder = Client::builder().license_handshake(LicenseHandshake::Wait);
/// assert_eq!(LicenseHandshake::default(), LicenseHandshake::Beside);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LicenseHandshake {
    /// In parallel with the first call, which does not wait for it. Later calls carry the tier. This is the default.
    #[default]
    Beside,
    /// Before the first call, which waits for it, 5 s at most.
    Wait,
    /// Never.
    Off,
}

/// The tier, once known. A failed handshake is not retried, and no call fails because of it.
#[derive(Clone)]
pub(crate) struct License {
    mode: LicenseHandshake,
    handshake: Arc<Handshake>,
}

struct Handshake {
    url: Uri,
    headers: HeaderMap,
    has_started: AtomicBool,
    tier: OnceCell<Option<HeaderValue>>,
}

impl License {
    /// `headers` are the same as those of other calls with the management key.
    pub(crate) fn new(mode: LicenseHandshake, url: Uri, headers: HeaderMap) -> Self {
        let handshake =
            Handshake { url, headers, has_started: AtomicBool::new(false), tier: OnceCell::new() };
        Self { mode, handshake: Arc::new(handshake) }
    }

    /// The tier for a call that is about to go out.
    pub(crate) async fn tier(&self, transport: &Arc<Transport>) -> Option<HeaderValue> {
        match self.mode {
            LicenseHandshake::Off => None,
            LicenseHandshake::Wait => self.wait(transport).await,
            LicenseHandshake::Beside => {
                if !self.handshake.has_started.swap(true, Ordering::Relaxed) {
                    self.spawn(transport);
                }
                self.handshake.tier.get().cloned().flatten()
            }
        }
    }

    /// Waits until the handshake has ended, and returns the tier.
    pub(crate) async fn wait(&self, transport: &Arc<Transport>) -> Option<HeaderValue> {
        if self.mode == LicenseHandshake::Off {
            return None;
        }
        self.handshake.has_started.store(true, Ordering::Relaxed);
        match self.handshake.tier.get() {
            Some(tier) => tier.clone(),
            None => self.spawn(transport).await.ok().flatten(),
        }
    }

    /// Runs the handshake in its own task. Otherwise a call that ends early would end the handshake, and calls with
    /// short deadlines would never complete one.
    fn spawn(&self, transport: &Arc<Transport>) -> JoinHandle<Option<HeaderValue>> {
        let (handshake, transport) = (Arc::clone(&self.handshake), Arc::clone(transport));
        tokio::spawn(async move { handshake.wait(&transport).await })
    }
}

impl Handshake {
    async fn wait(&self, transport: &Transport) -> Option<HeaderValue> {
        self.tier.get_or_init(|| self.run(transport)).await.clone()
    }

    async fn run(&self, transport: &Transport) -> Option<HeaderValue> {
        let outgoing = OutgoingRequest {
            method: &Method::GET,
            url: &self.url,
            headers: &self.headers,
            body: None,
            limits: LIMITS,
        };
        let Ok(response) = tokio::time::timeout(TIMEOUT, transport.send(outgoing)).await else {
            tracing::debug!("the license handshake timed out");
            return None;
        };
        let tier = match response {
            Ok(response) if response.status.is_success() => tier_in(&response.body),
            Ok(response) => {
                tracing::debug!(status = response.status.as_u16(), "the license handshake was refused");
                return None;
            }
            Err(_) => None,
        };
        if tier.is_none() {
            tracing::debug!("the license handshake failed");
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
    fn only_a_tier_that_fits_into_a_header_is_used() {
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
