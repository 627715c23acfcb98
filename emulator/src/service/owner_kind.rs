//! The two kinds of owners that the upload endpoints distinguish.

use super::request_body::required;
use super::service_error::ServiceError;
use crate::vault::StoredTokenOwner;

/// Whether an endpoint stores the tokens of users or of tenants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OwnerKind {
    User,
    Tenant,
}

impl OwnerKind {
    /// The field that identifies the owner in requests and in failures.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::User => "userId",
            Self::Tenant => "tenantId",
        }
    }

    /// The known fields of a request. A tenant-level token belongs to no user, so its requests have no `userId`.
    pub(super) fn fields(self, others: &[&'static str]) -> Vec<&'static str> {
        let names: &[&str] = match self {
            Self::User => &["appId", "userId", "tenantId"],
            Self::Tenant => &["appId", "tenantId"],
        };
        [names, others].concat()
    }

    pub(super) fn owner(
        self,
        app_id: Option<String>,
        user_id: Option<String>,
        tenant_id: Option<String>,
    ) -> Result<StoredTokenOwner, ServiceError> {
        let app = required("appId", app_id)?;
        Ok(match self {
            Self::User => StoredTokenOwner {
                app,
                user: required("userId", user_id)?,
                tenant: tenant_id.unwrap_or_default(),
            },
            Self::Tenant => {
                StoredTokenOwner { app, user: String::new(), tenant: required("tenantId", tenant_id)? }
            }
        })
    }
}
