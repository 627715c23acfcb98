//! The file that contains the certificate of the emulator's authority.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file with the authority's certificate. It is removed when this value is dropped.
pub(crate) struct CaFile {
    pem: String,
    path: PathBuf,
}

impl CaFile {
    pub(super) fn create(pem: String) -> io::Result<Self> {
        let suffix: String = std::iter::repeat_with(fastrand::alphanumeric).take(16).collect();
        let path = std::env::temp_dir().join(format!("descope-outbound-emulator-{suffix}.pem"));
        // Other users can write to this directory, so an existing file is an error.
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.write_all(pem.as_bytes())?;
        Ok(Self { pem, path })
    }

    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        // The file may already be removed.
        let _ = fs::remove_file(&self.path);
    }
}
