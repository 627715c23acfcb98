//! The emulator as a program: it prints how to reach it, and serves until it is interrupted.
#![forbid(unsafe_code)]
// What comes from outside is never an index that panics.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use descope_outbound_emulator::{
    Certificate, DEFAULT_MANAGEMENT_KEY, DEFAULT_PROJECT_ID, Emulator, ExpiryFormat, MissingDelete, Options,
    Seed,
};
use serde_json::json;

/// A local stand-in for Descope's outbound-application service and for the providers behind it.
///
/// It listens on 127.0.0.1. The first line it prints is JSON for programs, the others are for people to paste.
#[derive(Parser)]
#[command(name = "descope-outbound-emulator")]
struct Arguments {
    /// The port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// A JSON file with the apps and connections that exist from the start
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Serve HTTPS and HTTP/2, with a certificate authority made at start
    #[arg(long)]
    tls: bool,
    /// The certificate to show with --tls
    #[arg(long, value_enum, default_value_t = CertificateArgument::Good, requires = "tls")]
    certificate: CertificateArgument,
    /// A host name, besides the loopback ones, that requests may be addressed to
    #[arg(long, value_name = "HOSTNAME")]
    listen: Option<String>,
    /// The project id to accept
    #[arg(long, value_name = "ID", default_value = DEFAULT_PROJECT_ID)]
    project_id: String,
    /// The management key to accept
    #[arg(long, value_name = "KEY", default_value = DEFAULT_MANAGEMENT_KEY)]
    management_key: String,
    /// How the expiry of an access token is written
    #[arg(long, value_enum, default_value_t = ExpiryArgument::Seconds)]
    expiry_format: ExpiryArgument,
    /// What a delete of something that is not there answers
    #[arg(long, value_enum, default_value_t = MissingDeleteArgument::Ok)]
    missing_delete: MissingDeleteArgument,
    /// How many seconds an access token is good when neither its connection nor its app says
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    lifetime_seconds: u64,
    /// The tier that the licence endpoint names
    #[arg(long, value_name = "TIER", default_value = "tier3")]
    rate_limit_tier: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum CertificateArgument {
    Good,
    Expired,
    OtherHost,
}

#[derive(Clone, Copy, ValueEnum)]
enum ExpiryArgument {
    Seconds,
    Rfc3339,
    Number,
    Empty,
    Absent,
}

#[derive(Clone, Copy, ValueEnum)]
enum MissingDeleteArgument {
    Ok,
    NotFound,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If even that cannot be written, the exit code has to do.
            let _ = writeln!(io::stderr(), "descope-outbound-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let signal = Signal::listen()?;
    let emulator = Emulator::start(arguments.into_options()?).await?;
    introduce(&emulator)?;
    signal.received().await;
    emulator.shutdown().await;
    Ok(())
}

impl Arguments {
    fn into_options(self) -> Result<Options, Box<dyn std::error::Error>> {
        Ok(Options {
            port: self.port,
            project_id: self.project_id,
            management_key: self.management_key,
            tls: self.tls,
            certificate: match self.certificate {
                CertificateArgument::Good => Certificate::Good,
                CertificateArgument::Expired => Certificate::Expired,
                CertificateArgument::OtherHost => Certificate::OtherHost,
            },
            listen: self.listen,
            expiry_format: match self.expiry_format {
                ExpiryArgument::Seconds => ExpiryFormat::Seconds,
                ExpiryArgument::Rfc3339 => ExpiryFormat::Rfc3339,
                ExpiryArgument::Number => ExpiryFormat::Number,
                ExpiryArgument::Empty => ExpiryFormat::Empty,
                ExpiryArgument::Absent => ExpiryFormat::Absent,
            },
            missing_delete: match self.missing_delete {
                MissingDeleteArgument::Ok => MissingDelete::Ok,
                MissingDeleteArgument::NotFound => MissingDelete::NotFound,
            },
            lifetime: Duration::from_secs(self.lifetime_seconds),
            rate_limit_tier: self.rate_limit_tier,
            seed: self.seed.map(Seed::from_file).transpose()?.unwrap_or_default(),
        })
    }
}

/// Says how to reach the emulator: a line for programs, then lines for people.
fn introduce(emulator: &Emulator) -> io::Result<()> {
    let base_url = emulator.base_url();
    let introduction = json!({
        "base_url": base_url,
        "project_id": emulator.project_id(),
        "management_key": emulator.management_key(),
        "ca_file": emulator.ca_file(),
        "process_id": std::process::id(),
    });
    let mut output = io::stdout().lock();
    writeln!(output, "{introduction}")?;
    writeln!(output, "export DESCOPE_BASE_URI={base_url}")?;
    writeln!(output, "export DESCOPE_PROJECT_ID={}", quoted(emulator.project_id()))?;
    writeln!(output, "export DESCOPE_MANAGEMENT_KEY={}", quoted(emulator.management_key()))?;
    // Not for the client, but for whoever calls the third party with what it fetched.
    writeln!(output, "export PROVIDER_URL={base_url}/provider")?;
    if let Some(ca_file) = emulator.ca_file() {
        writeln!(output, "export SSL_CERT_FILE={}", quoted(&ca_file.to_string_lossy()))?;
    }
    output.flush()
}

/// Text as one word of a shell.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The signals that end the program, noticed from the moment it starts.
#[cfg(unix)]
struct Signal {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signal {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn received(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C, where there are no signals.
#[cfg(not(unix))]
struct Signal(tokio::signal::windows::CtrlC);

#[cfg(not(unix))]
impl Signal {
    fn listen() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    async fn received(mut self) {
        self.0.recv().await;
    }
}
