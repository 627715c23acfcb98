//! The emulator as a program. It prints its connection settings, and serves until a signal stops it.
#![forbid(unsafe_code)]
// Input from outside must never cause a panic through an index.
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

/// A local emulator of Descope's outbound-application service and of the providers behind it.
///
/// It listens on 127.0.0.1. The first line of its output is JSON for programs; the other lines are for a shell.
#[derive(Parser)]
#[command(name = "descope-outbound-emulator")]
struct CliArguments {
    /// The port on 127.0.0.1; with 0, the system picks a free port
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// A JSON file with the apps and connections that exist at the start
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Serve HTTPS and HTTP/2, with a certificate authority that is generated at the start
    #[arg(long)]
    tls: bool,
    /// The certificate to present with --tls
    #[arg(long, value_enum, default_value_t = CertificateArgument::Good, requires = "tls")]
    certificate: CertificateArgument,
    /// One more host name, besides the loopback names, that requests may use
    #[arg(long, value_name = "HOSTNAME")]
    listen: Option<String>,
    /// The project id to accept
    #[arg(long, value_name = "ID", default_value = DEFAULT_PROJECT_ID)]
    project_id: String,
    /// The management key to accept
    #[arg(long, value_name = "KEY", default_value = DEFAULT_MANAGEMENT_KEY)]
    management_key: String,
    /// The format in which responses write the expiry of an access token
    #[arg(long, value_enum, default_value_t = ExpiryArgument::Seconds)]
    expiry_format: ExpiryArgument,
    /// The response to a delete that finds nothing
    #[arg(long, value_enum, default_value_t = MissingDeleteArgument::Ok)]
    missing_delete: MissingDeleteArgument,
    /// The lifetime of access tokens whose connection and app set none, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    lifetime_seconds: u64,
    /// The tier that the license endpoint reports
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
    match run(CliArguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If stderr is closed, the exit code alone reports the failure.
            let _ = writeln!(io::stderr(), "descope-outbound-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: CliArguments) -> Result<(), Box<dyn std::error::Error>> {
    let signal = ShutdownSignal::listen()?;
    let emulator = Emulator::start(arguments.into_options()?).await?;
    print_settings(&emulator)?;
    signal.received().await;
    emulator.shutdown().await;
    Ok(())
}

impl CliArguments {
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

/// Prints the connection settings: a JSON line for programs, then lines for a shell.
fn print_settings(emulator: &Emulator) -> io::Result<()> {
    let base_url = emulator.base_url();
    let settings = json!({
        "base_url": base_url,
        "project_id": emulator.project_id(),
        "management_key": emulator.management_key(),
        "ca_file": emulator.ca_file(),
        "process_id": std::process::id(),
    });
    let mut output = io::stdout().lock();
    writeln!(output, "{settings}")?;
    writeln!(output, "export DESCOPE_BASE_URI={base_url}")?;
    writeln!(output, "export DESCOPE_PROJECT_ID={}", quoted(emulator.project_id()))?;
    writeln!(output, "export DESCOPE_MANAGEMENT_KEY={}", quoted(emulator.management_key()))?;
    // The client does not use this URL. It is for code that calls the third party with a fetched token.
    writeln!(output, "export PROVIDER_URL={base_url}/provider")?;
    if let Some(ca_file) = emulator.ca_file() {
        writeln!(output, "export SSL_CERT_FILE={}", quoted(&ca_file.to_string_lossy()))?;
    }
    output.flush()
}

/// Quotes text as one shell word.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The signals that end the program. It listens for them before it prints anything.
struct ShutdownSignal {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(not(unix))]
    ctrl_c: tokio::signal::windows::CtrlC,
}

#[cfg(unix)]
impl ShutdownSignal {
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

#[cfg(not(unix))]
impl ShutdownSignal {
    fn listen() -> io::Result<Self> {
        Ok(Self { ctrl_c: tokio::signal::windows::ctrl_c()? })
    }

    async fn received(mut self) {
        self.ctrl_c.recv().await;
    }
}
