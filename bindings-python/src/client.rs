//! The client as Python holds it.

use std::sync::Arc;

use descope_outbound::{Argument, Arguments, CallOptions, Environment, Error, Operation, Response, Secret};
use descope_outbound_bindings_core::{ClientSettings, HostLanguage};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::abort_on_drop::AbortOnDrop;
use crate::argument::{PySecret, arguments};
use crate::blocking_call::block_on;
use crate::cache::PyCache;
use crate::cache_settings::cache_settings;
use crate::call_settings::{call_settings, read_timeout};
use crate::completion::{Completion, result_to_python};
use crate::deferred_drop::drain_deferred_drops;
use crate::event_loop;
use crate::failure::PyFailure;
use crate::operation::operation_named;
#[cfg(unix)]
use crate::pollable_call::PollableCall;
use crate::process::Process;
use crate::scalar::optional_text;
use crate::shared_client::{ProcessClient, SharedClient};

const PYTHON: HostLanguage = HostLanguage {
    sdk_name: "python",
    runtime_name: "python",
    additional_roots_variable: "REQUESTS_CA_BUNDLE",
};

/// The native half of `descope_outbound.DescopeClient`.
#[pyclass(frozen, name = "Client", module = "descope_outbound._native")]
pub(crate) struct PyClient {
    shared: Arc<SharedClient>,
    has_cache: bool,
}

/// A call whose arguments have been read.
struct OperationCall {
    client: ProcessClient,
    operation: &'static Operation,
    arguments: Arguments,
    options: CallOptions,
}

#[pymethods]
impl PyClient {
    /// Make a client, or the failure that names the wrong setting. No I/O, no thread.
    #[staticmethod]
    #[pyo3(signature = (*, project_id, management_key, base_url, timeout_seconds, skip_verify, license_handshake, allow_insecure_http, cache, python_version))]
    #[expect(clippy::too_many_arguments, reason = "one for each setting, by keyword only")]
    fn create<'py>(
        py: Python<'py>,
        project_id: &Bound<'py, PyAny>,
        management_key: Option<&Bound<'py, PySecret>>,
        base_url: &Bound<'py, PyAny>,
        timeout_seconds: &Bound<'py, PyAny>,
        skip_verify: bool,
        license_handshake: &str,
        allow_insecure_http: bool,
        cache: Option<&Bound<'py, PyDict>>,
        python_version: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let settings = ClientSettings {
            project_id: optional_text("project_id", project_id)?,
            management_key: management_key.map(|key| read_management_key(key)).transpose()?,
            base_url: optional_text("base_url", base_url)?,
            base_headers: Vec::new(),
            timeout_seconds: Some(read_timeout(timeout_seconds)?),
            skip_verify,
            allow_insecure_http,
            license_handshake: Some(license_handshake.to_owned()),
            cache: cache.map(cache_settings).transpose()?,
            environment: Environment::process(),
            runtime_version: python_version.to_owned(),
        };
        let builder = match settings.into_builder(PYTHON) {
            Ok(builder) => builder,
            Err(error) => return failure(py, error),
        };
        let client = Self { shared: Arc::new(SharedClient::new(builder)), has_cache: cache.is_some() };
        match client.shared.get(Process::current()) {
            Ok(_) => Ok(Bound::new(py, client)?.into_any()),
            Err(error) => failure(py, error),
        }
    }

    /// Perform the operation, and block until it has a result. The GIL is released meanwhile.
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
        let call = self.read_call(process, operation, arguments, timeout_seconds, min_validity_seconds)?;
        let result = match call {
            Ok(call) => block_on(py, process, call.run())?,
            Err(error) => Err(error),
        };
        result_to_python(py, result)
    }

    /// Start the operation on the running event loop. Return a future, and the handle that ends the call early.
    #[pyo3(signature = (operation, arguments, timeout_seconds, min_validity_seconds=None))]
    fn call_async<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        arguments: &Bound<'py, PyDict>,
        timeout_seconds: &Bound<'py, PyAny>,
        min_validity_seconds: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyAny>, AbortOnDrop)> {
        let process = Process::current();
        let call = self.read_call(process, operation, arguments, timeout_seconds, min_validity_seconds)?;
        event_loop::spawn(py, process, async move { Completion::Call(run(call).await) })
    }

    /// Start the operation without blocking: a green thread polls for its end, and the others run meanwhile.
    #[cfg(unix)]
    #[pyo3(signature = (operation, arguments, timeout_seconds, min_validity_seconds=None))]
    fn call_pollable(
        &self,
        operation: &str,
        arguments: &Bound<'_, PyDict>,
        timeout_seconds: &Bound<'_, PyAny>,
        min_validity_seconds: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PollableCall> {
        let process = Process::current();
        let call = self.read_call(process, operation, arguments, timeout_seconds, min_validity_seconds)?;
        PollableCall::spawn(process, run(call))
    }

    /// Start the license handshake. Return a future of the running event loop, and the handle that ends it early.
    fn open_async<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, AbortOnDrop)> {
        let process = Process::current();
        let client = self.shared.get_open(process)?;
        event_loop::spawn(py, process, async move {
            if let Ok(client) = client {
                // A client without a key has no handshake to wait for.
                let _ = client.open().await;
            }
            Completion::Opened
        })
    }

    /// Return the failure of every management call of a client without a key, or None if there is a key.
    fn management_key_failure(&self) -> Option<PyFailure> {
        self.shared
            .get(Process::current())
            .and_then(|client| client.require_management_key())
            .err()
            .map(PyFailure::from)
    }

    /// Return the cache, or None if the client was made without one.
    fn cache(&self) -> Option<PyCache> {
        self.has_cache.then(|| PyCache::of(Arc::clone(&self.shared)))
    }

    /// Close the idle connections now, and the others when their calls end. Later calls are refused.
    fn close(&self, py: Python<'_>) {
        self.shared.close(py);
    }
}

impl PyClient {
    fn read_call(
        &self,
        process: Process,
        operation: &str,
        members: &Bound<'_, PyDict>,
        timeout_seconds: &Bound<'_, PyAny>,
        min_validity_seconds: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Result<OperationCall, Error>> {
        drain_deferred_drops(members.py());
        let operation = operation_named(operation)?;
        let settings = call_settings(timeout_seconds, min_validity_seconds)?;
        let arguments = arguments(members)?;
        let client = self.shared.get_open(process)?;
        Ok(client.and_then(|client| {
            let options = settings.into_options()?;
            Ok(OperationCall { client, operation, arguments, options })
        }))
    }
}

impl OperationCall {
    async fn run(self) -> Result<Response, Error> {
        self.client.call(self.operation, self.arguments, self.options).await
    }
}

async fn run(call: Result<OperationCall, Error>) -> Result<Response, Error> {
    call?.run().await
}

fn read_management_key(key: &Bound<'_, PySecret>) -> PyResult<Secret> {
    match key.get().argument() {
        Argument::Secret(key) => Ok(key),
        other => {
            let problem = format!("management_key must be a string, not {}", other.type_name());
            Err(PyTypeError::new_err(problem))
        }
    }
}

fn failure(py: Python<'_>, error: Error) -> PyResult<Bound<'_, PyAny>> {
    result_to_python(py, Err(error))
}
