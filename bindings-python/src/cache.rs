//! A client's cache, as Python holds it.

use std::sync::LazyLock;
use std::time::Duration;

use descope_outbound::{
    Argument, CacheClock, CacheOptions, Error, Operation, Question, Source, span_from_seconds,
};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyString, PyType};

use crate::argument;
use crate::client::{Client, CoreClient, timeout};
use crate::held::{Held, drop_what_was_let_go};
use crate::outcome::{Failure, parse_as};
use crate::pattern::Pattern;
use crate::process::Process;
use crate::secret::Secret;

/// What all caches of this module go by: the machine's clock, to which tests add.
static CLOCK: LazyLock<CacheClock> = LazyLock::new(CacheClock::adjustable);

/// For tests: so much time has passed for every cache.
#[pyfunction]
pub(crate) fn advance_cache_clock(seconds: f64) {
    CLOCK.advance(Duration::try_from_secs_f64(seconds).unwrap_or_default());
}

/// For tests: somebody has set the machine's date, forward or back.
#[pyfunction]
pub(crate) fn step_cache_wall_clock(milliseconds: i64) {
    CLOCK.step_wall(milliseconds);
}

/// From the settings that are not None, by their names.
pub(crate) fn options(settings: &Bound<'_, PyDict>) -> PyResult<Result<CacheOptions, Error>> {
    const BACKGROUND: &str = "background";
    let mut options = CacheOptions::default().clock(CLOCK.clone());
    let setting = |name: &str| Ok::<_, PyErr>(settings.get_item(name)?.filter(|setting| !setting.is_none()));
    for name in CacheOptions::NUMBERS {
        let Some(number) = setting(name.snake)? else { continue };
        options = match options.number(name, argument::number_of(name.snake, &number)?) {
            Ok(options) => options,
            Err(error) => return Ok(Err(error)),
        };
    }
    if let Some(background) = setting(BACKGROUND)? {
        let Ok(flag) = background.cast::<PyBool>() else {
            return Err(argument::wrong_type(BACKGROUND, "a boolean", &background));
        };
        options = options.background(flag.is_true());
    }
    Ok(Ok(options))
}

/// The cache of a client: in each process that asks, that process's own.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct Cache {
    pub(crate) client: Py<Client>,
}

#[pymethods]
impl Cache {
    /// What it has done so far, and what it holds.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = PyDict::new(py);
        if let Some(cache) = self.core()?.cache() {
            for (name, number) in cache.stats().numbers() {
                stats.set_item(name.snake, number)?;
            }
        }
        Ok(stats)
    }

    /// Forgets everything.
    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        if let Some(cache) = self.core()?.cache() {
            cache.clear();
        }
        drop_what_was_let_go(py);
        Ok(())
    }

    /// Forgets the tokens of a user, of an app, or of a user for an app; or the failure that says what is wrong.
    fn forget(
        &self,
        py: Python<'_>,
        app_id: &Bound<'_, PyAny>,
        user_id: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Failure>> {
        let text = argument::text_of;
        let (app_id, user_id) = (text("app_id", app_id)?, text("user_id", user_id)?);
        let core = self.core()?;
        let Some(cache) = core.cache() else { return Ok(None) };
        let forgotten = cache.forget(app_id.as_deref(), user_id.as_deref());
        drop_what_was_let_go(py);
        Ok(forgotten.err().map(Failure::from))
    }

    /// Whether the token was there; it is not given out again.
    fn reject(&self, access_token: &Secret) -> PyResult<bool> {
        let Argument::Secret(token) = access_token.argument() else {
            let problem =
                format!("access_token must be a string, not {}", access_token.argument().type_name());
            return Err(PyTypeError::new_err(problem));
        };
        Ok(self.core()?.cache().is_some_and(|cache| cache.reject(token.expose())))
    }

    /// How many requests for tokens are under way, those included that nobody waits for.
    fn in_flight(&self) -> PyResult<usize> {
        Ok(self.core()?.cache().map_or(0, descope_outbound::Cache::in_flight))
    }

    /// What it has for this operation, as `Answer.json_as` makes it.
    fn tokens(
        &self,
        py: Python<'_>,
        operation: &str,
        kind: Py<PyType>,
        member: Py<PyString>,
        member_kind: Py<PyType>,
    ) -> PyResult<CachedTokens> {
        let operation = Operation::named(operation)
            .ok_or_else(|| PyRuntimeError::new_err(format!("there is no operation called {operation}")))?;
        Ok(CachedTokens { client: self.client.clone_ref(py), operation, kind, member, member_kind })
    }
}

impl Cache {
    fn core(&self) -> PyResult<CoreClient> {
        let client = self.client.get().open_client(Process::current())?;
        client.map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }
}

/// What the cache has for one operation. This is the way that most calls go, so it is kept short: whatever is out of the
/// ordinary is left to the ordinary way.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct CachedTokens {
    client: Py<Client>,
    operation: &'static Operation,
    kind: Py<PyType>,
    member: Py<PyString>,
    member_kind: Py<PyType>,
}

#[pymethods]
impl CachedTokens {
    /// The answer that the cache has now, as the caller's own; None where there is none, or these arguments have to be
    /// looked at more closely.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each of a fetch's, by position: that is the cheapest way"
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
        let mut question = Question::new(self.operation);
        for (place, text) in [
            (&mut question.app_id, app_id),
            (&mut question.user_id, user_id),
            (&mut question.tenant_id, tenant_id),
            (&mut question.external_identifier, external_identifier),
        ] {
            if !text.is_none() {
                let Some(text) = as_text(text) else { return Ok(None) };
                *place = text;
            }
        }
        if !scopes.is_none() {
            let Ok(list) = scopes.cast::<PyList>() else { return Ok(None) };
            items.extend(list);
            let Some(set) = items.iter().map(as_text).collect() else { return Ok(None) };
            question.scopes = Some(set);
        }
        let Ok(Ok(min_validity)) = min_validity(min_validity_seconds) else { return Ok(None) };
        // It bounds nothing here; one without sense is refused where it is used.
        if !timeout_seconds.is_none() && !matches!(timeout(timeout_seconds), Ok(Ok(_))) {
            return Ok(None);
        }
        let client = self.client.get();
        if client.is_closed() || !options.is_none() {
            return Ok(None);
        }
        let process = Process::current();
        match client.of_process.with(process, |core| core.look_up(&question, min_validity)).flatten() {
            Some(answer) => self.own(py, &answer).map(Some),
            None => Ok(None),
        }
    }
}

/// None is no wish.
pub(crate) fn min_validity(seconds: &Bound<'_, PyAny>) -> PyResult<Result<Duration, Error>> {
    if seconds.is_none() {
        return Ok(Ok(Duration::ZERO));
    }
    let name = CacheOptions::MIN_VALIDITY;
    Ok(span_from_seconds(name, argument::number_of(name.snake, seconds)?))
}

fn as_text<'text>(value: &'text Bound<'_, PyAny>) -> Option<&'text str> {
    value.cast::<PyString>().ok()?.to_str().ok()
}

impl CachedTokens {
    fn own<'py>(&self, py: Python<'py>, answer: &descope_outbound::Answer) -> PyResult<Bound<'py, PyAny>> {
        let token = if let Some(pattern) = answer.kept::<Held<Pattern>>().and_then(Held::get) {
            pattern.copy(py)?
        } else {
            let (kind, member_kind) = (self.kind.bind(py), self.member_kind.bind(py));
            let pattern = Pattern::of(&parse_as(answer, kind, self.member.bind(py), member_kind)?)?;
            let token = pattern.copy(py)?;
            answer.keep(Held::new(pattern));
            // Before there is another, one has often gone.
            drop_what_was_let_go(py);
            token
        };
        // Which it says unless told otherwise.
        if answer.source() != Source::Cache {
            token.setattr(intern!(py, "source"), answer.source().as_str())?;
        }
        Ok(token)
    }
}
