//! The program: its output, its errors and its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::test_client::{LICENSE, TestClient};

const PROGRAM: &str = env!("CARGO_BIN_EXE_descope-outbound-emulator");

/// A running emulator. Dropping it kills the process, also after a failed assertion.
struct EmulatorProcess {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    settings: Value,
}

impl EmulatorProcess {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut first_line = String::new();
        output.read_line(&mut first_line).unwrap();
        let settings = serde_json::from_str(&first_line).unwrap();
        Self { child, output, settings }
    }

    fn client(&self) -> TestClient {
        let base_url = self.settings["base_url"].as_str().unwrap();
        let address = base_url.split("://").nth(1).unwrap().parse().unwrap();
        let [project, key] =
            ["project_id", "management_key"].map(|name| self.settings[name].as_str().unwrap());
        TestClient::at(address).bearer(format!("Bearer {project}:{key}"))
    }

    /// Sends a signal; returns the output after the first line, and the exit code.
    #[cfg(unix)]
    fn end(mut self, signal: &str) -> (String, Option<i32>) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().code())
    }
}

impl Drop for EmulatorProcess {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

#[tokio::test]
#[cfg(unix)]
async fn the_first_line_is_json_and_the_others_are_shell_commands() {
    let program = EmulatorProcess::start(&["--port", "0"]);
    let names: Vec<&String> = program.settings.as_object().unwrap().keys().collect();
    assert_eq!(names, ["base_url", "project_id", "management_key", "ca_file", "process_id"]);
    assert_eq!(program.settings["process_id"], program.child.id());
    assert_eq!(program.settings["ca_file"], Value::Null);
    let project_id = program.settings["project_id"].as_str().unwrap().to_owned();
    assert!(project_id.len() == 28 && project_id.starts_with('P'), "{project_id}");
    assert!(project_id.chars().all(|letter| letter.is_ascii_alphanumeric()));
    assert_eq!(program.client().get(LICENSE).await.status, 200);

    let base_url = program.settings["base_url"].as_str().unwrap().to_owned();
    let (rest, code) = program.end("-INT");
    assert!(rest.starts_with(&format!("export DESCOPE_BASE_URI={base_url}\n")), "{rest}");
    assert!(rest.contains(&format!("export DESCOPE_PROJECT_ID={project_id}\n")), "{rest}");
    assert_eq!(code, Some(0));
}

#[tokio::test]
#[cfg(unix)]
async fn sigterm_ends_the_program_despite_open_connections_and_removes_its_certificate() {
    let program = EmulatorProcess::start(&["--port", "0", "--tls"]);
    let ca_file = program.settings["ca_file"].as_str().unwrap().to_owned();
    assert!(std::fs::exists(&ca_file).unwrap());
    let address = program.settings["base_url"].as_str().unwrap().strip_prefix("https://").unwrap();
    let _in_flight = tokio::net::TcpStream::connect(address).await.unwrap();
    let (rest, code) = program.end("-TERM");
    assert!(rest.contains(&format!("export SSL_CERT_FILE={ca_file}\n")), "{rest}");
    assert_eq!(code, Some(0));
    assert!(!std::fs::exists(&ca_file).unwrap());
}

#[tokio::test]
async fn the_command_line_options_take_effect() {
    let seed = std::env::temp_dir().join(format!("emulator-test-seed-{}.json", std::process::id()));
    std::fs::write(&seed, r#"{"connections":[{"app_id":"github","user_id":"user-1"}]}"#).unwrap();
    let program = EmulatorProcess::start(&[
        "--port",
        "0",
        "--seed",
        seed.to_str().unwrap(),
        "--project-id",
        "Pmine",
        "--management-key",
        "mine",
        "--expiry-format",
        "rfc3339",
        "--missing-delete",
        "not-found",
        "--rate-limit-tier",
        "tier1",
        "--lifetime-seconds",
        "60",
    ]);
    std::fs::remove_file(&seed).unwrap();
    let client = program.client().bearer("Bearer Pmine:mine");
    let token = client.fetch("github", "user-1").await;
    assert!(token["accessTokenExpiry"].as_str().unwrap().ends_with('Z'));
    assert_eq!(client.delete("/v1/mgmt/outbound/token?id=nothing").await.status, 404);
    assert_eq!(client.get(LICENSE).await.json()["rateLimitTier"], "tier1");
}

#[test]
fn invalid_arguments_print_an_error_and_no_settings() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (arguments, expected) in [
        (vec!["--port", "0", "--seed", "/nowhere.json"], "/nowhere.json"),
        (vec!["--port", &port], "cannot listen on 127.0.0.1"),
        (vec!["--port", "0", "--project-id", "a:b"], "project id"),
        (vec!["--port", "0", "--expiry-format", "iso"], "iso"),
    ] {
        let output = run(&arguments);
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(expected), "{message}");
    }
    drop(taken);
}
