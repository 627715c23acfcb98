//! The project id, which also determines the host.

use crate::config::environment::Environment;
use crate::error::{ArgumentName, Error};

const PROJECT_ID: ArgumentName = ArgumentName { snake: "project_id", camel: "projectId" };

/// Shorter ids do not contain a region.
const SHORTEST_REGIONAL_ID: usize = 32;

/// A project id that passed the check.
#[derive(Clone, Debug)]
pub(crate) struct ProjectId(String);

impl ProjectId {
    pub(crate) fn resolve(given: Option<&str>, environment: &Environment) -> Result<Self, Error> {
        let id = given.filter(|id| !id.is_empty()).or_else(|| environment.get("DESCOPE_PROJECT_ID"));
        let Some(id) = id else {
            return Err(Error::invalid(PROJECT_ID, "must not be empty: pass it or set DESCOPE_PROJECT_ID"));
        };
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            return Err(Error::invalid(PROJECT_ID, "may hold only letters, digits, '_' and '-'"));
        }
        let id = Self(id.to_owned());
        let region_is_one =
            |region: &str| region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        match id.region() {
            Some(region) if !region_is_one(region) => Err(Error::invalid(
                PROJECT_ID,
                "has an invalid region: its second to fifth characters must be lowercase letters or digits",
            )),
            _ => Ok(id),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The four characters that determine the host, if the id is long enough to contain them.
    fn region(&self) -> Option<&str> {
        self.0.get(1..5).filter(|_| self.0.len() >= SHORTEST_REGIONAL_ID)
    }

    pub(crate) fn host(&self) -> String {
        self.region()
            .map_or_else(|| "api.descope.com".to_owned(), |region| format!("api.{region}.descope.com"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    const PLAIN_ID: &str = "P2aaaaaaaaaaaaaaaaaaaaaaaaaa";
    const EUROPEAN_ID: &str = "Peuc12aaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn project(id: &str) -> Result<ProjectId, Error> {
        ProjectId::resolve(Some(id), &Environment::default())
    }

    #[test]
    fn a_long_id_determines_the_region_and_a_short_id_does_not() {
        assert_eq!(project(PLAIN_ID).unwrap().host(), "api.descope.com");
        assert_eq!(project(EUROPEAN_ID).unwrap().host(), "api.euc1.descope.com");
        assert_eq!(project(&EUROPEAN_ID[..31]).unwrap().host(), "api.descope.com");
    }

    #[test]
    fn an_id_cannot_change_the_host() {
        for id in [
            "P/../..",
            "P.example.com",
            "P@example.com",
            "P#",
            "P id",
            "Pé",
            "P\n",
            "PEUC12aaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "P-_--2aaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            let error = project(id).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{id}");
            assert_eq!(error.argument(), Some(PROJECT_ID), "{id}");
        }
    }

    #[test]
    fn an_explicit_id_takes_precedence_and_an_empty_id_counts_as_absent() {
        let environment: Environment = [("DESCOPE_PROJECT_ID", "Pfromenvironment")].into_iter().collect();
        assert_eq!(ProjectId::resolve(Some("Pgiven"), &environment).unwrap().as_str(), "Pgiven");
        assert_eq!(ProjectId::resolve(Some(""), &environment).unwrap().as_str(), "Pfromenvironment");
        assert_eq!(ProjectId::resolve(None, &environment).unwrap().as_str(), "Pfromenvironment");
        assert!(ProjectId::resolve(None, &[("DESCOPE_PROJECT_ID", "")].into_iter().collect()).is_err());
    }
}
