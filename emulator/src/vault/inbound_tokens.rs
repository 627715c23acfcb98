//! The inbound tokens that were issued.

use std::collections::HashMap;

use crate::clock::EpochTime;
use crate::setup::InboundToken;

/// The inbound tokens that were issued since the start or the last reset.
#[derive(Default)]
pub(crate) struct InboundTokens {
    issued: HashMap<String, IssuedInboundToken>,
}

struct IssuedInboundToken {
    request: InboundToken,
    expires: EpochTime,
}

impl InboundTokens {
    pub(crate) fn insert(&mut self, token: String, request: InboundToken, expires: EpochTime) {
        self.issued.insert(token, IssuedInboundToken { request, expires });
    }

    /// The description of an inbound token that has not expired.
    pub(crate) fn valid(&self, token: &str, now: EpochTime) -> Option<&InboundToken> {
        let issued = self.issued.get(token)?;
        (now < issued.expires).then_some(&issued.request)
    }
}
