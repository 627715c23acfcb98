//! A client's cache, as Python holds it.

use std::sync::Arc;

use descope_outbound::bindings::CacheLookup;
use descope_outbound::bindings::{ClientExt as _, ResponseExt as _, cache_stats_numbers};
use descope_outbound::{Argument, Cache, Client, Operation, Response, Source};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyType};

use crate::argument::PySecret;
use crate::call_settings::{is_timeout, min_validity};
use crate::copy_prototype::CopyPrototype;
use crate::deferred_drop::{DeferredDrop, drain_deferred_drops};
use crate::failure::PyFailure;
use crate::operation::operation_named;
use crate::process::Process;
use crate::response::parse_as;
use crate::scalar::optional_text;
use crate::shared_client::{ProcessClient, SharedClient};

/// The cache of a client. Each process has its own.
#[pyclass(frozen, name = "Cache", module = "descope_outbound._native")]
pub(crate) struct PyCache(Arc<SharedClient>);

impl PyCache {
    pub(crate) fn of(client: Arc<SharedClient>) -> Self {
        Self(client)
    }

    fn client(&self) -> PyResult<ProcessClient> {
        let client = self.0.get_open(Process::current())?;
        client.map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }
}

#[pymethods]
impl PyCache {
    /// Return the counters of this process, and how much is cached.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = PyDict::new(py);
        if let Some(cache) = self.client()?.cache() {
            for (name, number) in cache_stats_numbers(&cache.stats()) {
                stats.set_item(name.snake, number)?;
            }
        }
        Ok(stats)
    }

    /// Remove all entries.
    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        if let Some(cache) = self.client()?.cache() {
            cache.clear();
        }
        drain_deferred_drops(py);
        Ok(())
    }

    /// Remove the tokens of a user, of an app, or of a user for an app. Return the failure if an argument is wrong.
    fn forget(
        &self,
        py: Python<'_>,
        app_id: &Bound<'_, PyAny>,
        user_id: &Bound<'_, PyAny>,
    ) -> PyResult<Option<PyFailure>> {
        let (app_id, user_id) = (optional_text("app_id", app_id)?, optional_text("user_id", user_id)?);
        let client = self.client()?;
        let Some(cache) = client.cache() else { return Ok(None) };
        let forgotten = cache.forget(app_id.as_deref(), user_id.as_deref());
        drain_deferred_drops(py);
        Ok(forgotten.err().map(PyFailure::from))
    }

    /// Remove the token. Return whether it was cached.
    fn reject(&self, access_token: &PySecret) -> PyResult<bool> {
        let Argument::Secret(token) = access_token.argument() else {
            let problem =
                format!("access_token must be a string, not {}", access_token.argument().type_name());
            return Err(PyTypeError::new_err(problem));
        };
        Ok(self.client()?.cache().is_some_and(|cache| cache.reject(token.expose())))
    }

    /// Return the number of token requests in flight. It includes requests that have no caller.
    fn in_flight(&self) -> PyResult<usize> {
        Ok(self.client()?.cache().map_or(0, Cache::in_flight))
    }

    /// Return a reader of the cached tokens of this operation. It makes the same objects as `Response.json_as`.
    fn tokens(
        &self,
        operation: &str,
        dict_class: Py<PyType>,
        member: Py<PyString>,
        member_class: Py<PyType>,
    ) -> PyResult<CachedTokenReader> {
        let operation = operation_named(operation)?;
        Ok(CachedTokenReader { client: Arc::clone(&self.0), operation, dict_class, member, member_class })
    }
}

/// Reads the cached tokens of one operation.
///
/// Most calls end here, so this path is short. It leaves unusual arguments to `Client.call` and the like.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct CachedTokenReader {
    client: Arc<SharedClient>,
    operation: &'static Operation,
    dict_class: Py<PyType>,
    member: Py<PyString>,
    member_class: Py<PyType>,
}

#[pymethods]
impl CachedTokenReader {
    /// Return the caller's own copy of the cached response. Return None if there is none, or if the arguments are unusual.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each argument of a fetch; by position, which is the cheapest way"
    )]
    fn get<'py>(
        &self,
        py: Python<'py>,
        app_id: &Bound<'py, PyAny>,
        user_id: &Bound<'py, PyAny>,
        tenant_id: &Bound<'py, PyAny>,
        external_identifier: &Bound<'py, PyAny>,
        scopes: &Bound<'py, PyAny>,
        options: &Bound<'py, PyAny>,
        min_validity_seconds: &Bound<'py, PyAny>,
        timeout_seconds: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut items = Vec::new();
        let mut lookup = CacheLookup::new(self.operation);
        for (field, text) in [
            (&mut lookup.app_id, app_id),
            (&mut lookup.user_id, user_id),
            (&mut lookup.tenant_id, tenant_id),
            (&mut lookup.external_identifier, external_identifier),
        ] {
            if !text.is_none() {
                let Some(text) = as_text(text) else { return Ok(None) };
                *field = text;
            }
        }
        if !scopes.is_none() {
            let Ok(list) = scopes.cast::<PyList>() else { return Ok(None) };
            items.extend(list);
            let Some(set) = items.iter().map(as_text).collect() else { return Ok(None) };
            lookup.scopes = Some(set);
        }
        let Ok(Ok(min_validity)) = min_validity(min_validity_seconds) else { return Ok(None) };
        // A lookup does not wait. The call that follows refuses an invalid timeout.
        if !is_timeout(timeout_seconds) || !options.is_none() {
            return Ok(None);
        }
        let find = |client: &Client| client.look_up(&lookup, min_validity);
        match self.client.with_open(Process::current(), find).flatten() {
            Some(response) => self.copy(py, &response).map(Some),
            None => Ok(None),
        }
    }
}

fn as_text<'text>(value: &'text Bound<'_, PyAny>) -> Option<&'text str> {
    value.cast::<PyString>().ok()?.to_str().ok()
}

impl CachedTokenReader {
    fn copy<'py>(&self, py: Python<'py>, response: &Response) -> PyResult<Bound<'py, PyAny>> {
        let token = if let Some(prototype) =
            response.attachment::<DeferredDrop<CopyPrototype>>().and_then(DeferredDrop::get)
        {
            prototype.copy(py)?
        } else {
            let (dict_class, member_class) = (self.dict_class.bind(py), self.member_class.bind(py));
            let prototype =
                CopyPrototype::of(&parse_as(response, dict_class, self.member.bind(py), member_class)?)?;
            let token = prototype.copy(py)?;
            response.attach(DeferredDrop::new(prototype));
            // A new prototype has often replaced an older one, which is dropped here.
            drain_deferred_drops(py);
            token
        };
        // The class has this source as its default.
        if response.source() != Source::Cache {
            token.setattr(intern!(py, "source"), response.source().as_str())?;
        }
        Ok(token)
    }
}
