//! The client as Python holds it: a configuration, and a core client for each process that uses it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use descope_outbound::{
    Argument, ArgumentName, Arguments, CallOptions, ClientBuilder, Environment, Error, LicenseHandshake,
    Operation, timeout_from_seconds,
};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::argument::{self, number_of, text_of};
use crate::cache::{self, Cache};
use crate::event_loop::{self, Abort, Finished};
use crate::held::drop_what_was_let_go;
use crate::outcome::{Failure, Outcome};
#[cfg(unix)]
use crate::pending::Pending;
use crate::per_process::{Owned, PerProcess};
use crate::process::Process;
use crate::runtime::{EarlyEnd, runtime};
use crate::secret::Secret;

const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout_seconds", camel: "timeout" };

/// How soon a sync call notices Ctrl-C and other signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// A client; see `descope_outbound.DescopeClient`.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct Client {
    builder: ClientBuilder,
    pub(crate) of_process: PerProcess<descope_outbound::Client>,
    has_cache: bool,
    is_closed: AtomicBool,
}

/// A call that has been looked at.
struct Call {
    operation: &'static Operation,
    arguments: Arguments,
    options: CallOptions,
}

#[pymethods]
impl Client {
    /// A client, or the failure that says what is wrong with the configuration. No I/O, no thread.
    #[staticmethod]
    #[pyo3(signature = (*, project_id, management_key, base_url, timeout_seconds, skip_verify, license_handshake, allow_insecure_http, cache, python_version))]
    #[expect(clippy::too_many_arguments, reason = "one for each setting, by keyword only")]
    fn create<'py>(
        py: Python<'py>,
        project_id: &Bound<'py, PyAny>,
        management_key: Option<&Bound<'py, Secret>>,
        base_url: &Bound<'py, PyAny>,
        timeout_seconds: &Bound<'py, PyAny>,
        skip_verify: bool,
        license_handshake: &str,
        allow_insecure_http: bool,
        cache: Option<&Bound<'py, PyDict>>,
        python_version: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let timeout = match timeout(timeout_seconds)? {
            Ok(timeout) => timeout,
            Err(error) => return failure(py, error),
        };
        let mut builder = descope_outbound::Client::builder()
            .environment(Environment::process())
            .sdk_name("python")
            .runtime_version("python", python_version)
            .additional_roots_variable("REQUESTS_CA_BUNDLE")
            .timeout(timeout)
            .skip_verify(skip_verify)
            .allow_insecure_http(allow_insecure_http)
            .license_handshake(match license_handshake {
                "wait" => LicenseHandshake::Wait,
                "off" => LicenseHandshake::Off,
                _ => LicenseHandshake::Beside,
            });
        if let Some(project_id) = text_of("project_id", project_id)? {
            builder = builder.project_id(project_id);
        }
        if let Some(base_url) = text_of("base_url", base_url)? {
            builder = builder.base_url(base_url);
        }
        if let Some(management_key) = management_key {
            builder = match management_key.get().argument() {
                Argument::Secret(key) => builder.management_key(key),
                other => {
                    let problem = format!("management_key must be a string, not {}", other.type_name());
                    return Err(PyTypeError::new_err(problem));
                }
            };
        }
        if let Some(settings) = cache {
            builder = match cache::options(settings)? {
                Ok(options) => builder.cache(options),
                Err(error) => return failure(py, error),
            };
        }
        let (has_cache, is_closed) = (cache.is_some(), AtomicBool::new(false));
        let client = Self { builder, of_process: PerProcess::empty(), has_cache, is_closed };
        match client.core(Process::current()) {
            Ok(_) => Ok(Bound::new(py, client)?.into_any()),
            Err(error) => failure(py, error),
        }
    }

    /// Performs the operation and waits for its outcome, with the GIL released.
    #[pyo3(signature = (operation, arguments, timeout_seconds, min_validity_seconds=None))]
    fn call<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        arguments: &Bound<'py, PyDict>,
        timeout_seconds: &Bound<'py, PyAny>,
        min_validity_seconds: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let process = Process::current();
        let prepared = self.prepare(process, operation, arguments, timeout_seconds, min_validity_seconds)?;
        if let Err(error) = prepared {
            return failure(py, error);
        }
        wait(py, process, perform(prepared))?.into_pyobject(py)
    }

    /// As `call`, as a future of the running event loop, and what ends the call early.
    #[pyo3(signature = (operation, arguments, timeout_seconds, min_validity_seconds=None))]
    fn start<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        arguments: &Bound<'py, PyDict>,
        timeout_seconds: &Bound<'py, PyAny>,
        min_validity_seconds: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyAny>, Abort)> {
        let process = Process::current();
        let prepared = self.prepare(process, operation, arguments, timeout_seconds, min_validity_seconds)?;
        event_loop::start(py, process, async move { Finished::Call(perform(prepared).await) })
    }

    /// As `call`, without waiting: for a green thread, which must not keep the others from running.
    #[cfg(unix)]
    #[pyo3(signature = (operation, arguments, timeout_seconds, min_validity_seconds=None))]
    fn begin(
        &self,
        operation: &str,
        arguments: &Bound<'_, PyDict>,
        timeout_seconds: &Bound<'_, PyAny>,
        min_validity_seconds: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Pending> {
        let process = Process::current();
        let prepared = self.prepare(process, operation, arguments, timeout_seconds, min_validity_seconds)?;
        Pending::start(process, perform(prepared))
    }

    /// Waits for the licence handshake: a future of the running event loop, and what ends the waiting early.
    fn start_opening<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Abort)> {
        let process = Process::current();
        let client = self.open_client(process)?;
        event_loop::start(py, process, async move {
            if let Ok(client) = client {
                // Without a key there is no handshake, and nothing to wait for.
                let _ = client.open().await;
            }
            Finished::Waited
        })
    }

    /// The failure of every management call of a client without a key, or None where there is one.
    fn management_key_failure(&self) -> Option<Failure> {
        self.core(Process::current())
            .and_then(|client| client.require_management_key())
            .err()
            .map(Failure::from)
    }

    /// Its cache, where it was made with one.
    fn cache(slf: Bound<'_, Self>) -> Option<Cache> {
        slf.get().has_cache.then(|| Cache { client: slf.unbind() })
    }

    /// Closes the connections that are idle, and the others as their calls end. Calls that come later are refused.
    fn close(&self, py: Python<'_>) {
        self.is_closed.store(true, Ordering::Relaxed);
        self.of_process.clear();
        drop_what_was_let_go(py);
    }
}

/// What its cache held goes with it.
impl Drop for Client {
    fn drop(&mut self) {
        self.of_process.clear();
        Python::try_attach(drop_what_was_let_go);
    }
}

pub(crate) type CoreClient = Arc<Owned<descope_outbound::Client>>;

/// What is to be done, or what is wrong with it.
type Prepared = Result<(CoreClient, Call), Error>;

async fn perform(prepared: Prepared) -> Result<descope_outbound::Answer, Error> {
    let (client, call) = prepared?;
    client.call(call.operation, call.arguments, call.options).await
}

impl Client {
    fn core(&self, process: Process) -> Result<CoreClient, Error> {
        let made = self.of_process.get_or_make(process, || self.builder.clone().build());
        // Whoever closes it at this moment may have cleared the slot before it was filled.
        if self.is_closed() {
            self.of_process.clear();
        }
        made
    }

    pub(crate) fn open_client(&self, process: Process) -> PyResult<Result<CoreClient, Error>> {
        if self.is_closed() {
            return Err(PyRuntimeError::new_err("the client has been closed"));
        }
        Ok(self.core(process))
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    fn prepare(
        &self,
        process: Process,
        operation: &str,
        arguments: &Bound<'_, PyDict>,
        timeout_seconds: &Bound<'_, PyAny>,
        min_validity_seconds: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Prepared> {
        drop_what_was_let_go(arguments.py());
        let operation = Operation::named(operation)
            .ok_or_else(|| PyRuntimeError::new_err(format!("there is no operation called {operation}")))?;
        let mut options = Ok(CallOptions::default());
        if !timeout_seconds.is_none() {
            options = timeout(timeout_seconds)?.map(|timeout| CallOptions::default().timeout(timeout));
        }
        if let Some(seconds) = min_validity_seconds {
            let min_validity = cache::min_validity(seconds)?;
            options = options.and_then(|options| Ok(options.min_validity(min_validity?)));
        }
        let arguments = argument::arguments(arguments)?;
        let client = self.open_client(process)?;
        Ok(client.and_then(|client| Ok((client, Call { operation, arguments, options: options? }))))
    }
}

pub(crate) fn timeout(seconds: &Bound<'_, PyAny>) -> PyResult<Result<Duration, Error>> {
    // None is what "no limit" is elsewhere; here every call has one.
    let seconds = if seconds.is_none() { f64::NAN } else { number_of(TIMEOUT.snake, seconds)? };
    Ok(timeout_from_seconds(TIMEOUT, seconds))
}

fn failure(py: Python<'_>, error: Error) -> PyResult<Bound<'_, PyAny>> {
    Ok(Bound::new(py, Failure::from(error))?.into_any())
}

/// Waits for the call until it is done or a signal handler raises; then the call is dropped.
fn wait(
    py: Python<'_>,
    process: Process,
    call: impl Future<Output = Result<descope_outbound::Answer, Error>> + Send + 'static,
) -> PyResult<Outcome> {
    let runtime = runtime(process)?;
    py.detach(|| {
        let (sender, receiver) = mpsc::sync_channel(1);
        // Beside its connection's own task: this thread is woken once, when all is done.
        let abort = runtime.begin(call, move |outcome| {
            // Nobody receives it where a signal came first.
            let _ = sender.send(outcome);
        });
        let end = EarlyEnd::new(process, abort);
        loop {
            match receiver.recv_timeout(SIGNAL_CHECK) {
                Ok(outcome) => return Ok(Outcome(outcome)),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(PyRuntimeError::new_err("the call ended early"));
                }
                Err(RecvTimeoutError::Timeout) => check_signals().inspect_err(|_| end.abort())?,
            }
        }
    })
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone holds for one lifetime only")]
fn check_signals() -> PyResult<()> {
    // Where there is no interpreter any more, this thread ends with it.
    Python::try_attach(|py| py.check_signals()).unwrap_or(Ok(()))
}
