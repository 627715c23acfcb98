//! The root certificates that a client trusts.

use std::path::PathBuf;

use crate::config::environment::Environment;

/// The root certificates that a client trusts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust {
    /// A file of roots that replace those of the system.
    pub(crate) replacing_file: Option<PathBuf>,
    /// Directories of roots that replace those of the system, separated as in `PATH`.
    pub(crate) replacing_directories: Option<String>,
    /// Files of additional roots, each with the variable that names it.
    pub(crate) additional_files: Vec<(String, PathBuf)>,
    pub(crate) skip_verify: bool,
}

impl Trust {
    pub(crate) fn resolve(
        environment: &Environment,
        additional_variables: &[String],
        skip_verify: bool,
    ) -> Self {
        let additional_files = additional_variables
            .iter()
            .filter_map(|variable| Some((variable.clone(), PathBuf::from(environment.get(variable)?))))
            .collect();
        Self {
            replacing_file: environment.get("SSL_CERT_FILE").map(PathBuf::from),
            replacing_directories: environment.get("SSL_CERT_DIR").map(str::to_owned),
            additional_files,
            skip_verify,
        }
    }
}
