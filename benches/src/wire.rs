//! The request and the token, the same for every client, as in `python/service.py` and `node/service.cjs`.

use std::time::Duration;

pub(crate) const PATH: &str = "/v1/mgmt/outbound/app/user/token/latest";
pub(crate) const PROJECT_ID: &str = "P2made-up";
pub(crate) const MANAGEMENT_KEY: &str = "made-up-management-key";
pub(crate) const AUTHORIZATION: &str = "Bearer P2made-up:made-up-management-key";
pub(crate) const ACCESS_TOKEN: &str =
    "made-up-access-token-0123456789-0123456789-0123456789-0123456789-0123456789";
pub(crate) const APP_ID: &str = "google-calendar";
pub(crate) const USER_ID: &str = "U2made-up-user-0123456789abc";
/// Every client has this timeout, and no call reaches it.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);
