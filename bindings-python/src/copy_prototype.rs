//! Parsed JSON that is copied for each caller. A copy costs a fifth of another parse.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::dict_subclass::DictSubclass;

/// A dict or a list from which deep copies are made. A copy shares no mutable object with it.
pub(crate) struct CopyPrototype {
    container: Container,
    /// The dicts and lists in the container, by their keys and indices.
    nested: Vec<(Py<PyAny>, CopyPrototype)>,
}

enum Container {
    Dict(Py<PyDict>),
    /// A dict of a subclass; its copies are of that subclass too.
    SubclassedDict(Py<PyDict>, DictSubclass),
    List(Py<PyList>),
}

impl CopyPrototype {
    pub(crate) fn of(dict: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut nested = Vec::new();
        for (key, member) in dict {
            nested.extend(Self::nested_in(&member)?.map(|prototype| (key.unbind(), prototype)));
        }
        let class = dict.get_type();
        let dict = dict.clone().unbind();
        let container = if class.is(class.py().get_type::<PyDict>()) {
            Container::Dict(dict)
        } else {
            Container::SubclassedDict(dict, DictSubclass::new(&class)?)
        };
        Ok(Self { container, nested })
    }

    fn of_list(list: &Bound<'_, PyList>) -> PyResult<Self> {
        let mut nested = Vec::new();
        for (index, item) in list.iter().enumerate() {
            if let Some(prototype) = Self::nested_in(&item)? {
                nested.push((index.into_py_any(list.py())?, prototype));
            }
        }
        Ok(Self { container: Container::List(list.clone().unbind()), nested })
    }

    /// Returns None for an immutable value.
    fn nested_in(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(dict) = value.cast::<PyDict>() {
            Self::of(dict).map(Some)
        } else if let Ok(list) = value.cast::<PyList>() {
            Self::of_list(list).map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn copy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let copy = match &self.container {
            Container::Dict(dict) => dict.bind(py).copy()?.into_any(),
            Container::SubclassedDict(dict, subclass) => {
                let (copy, dict) = (subclass.empty(py)?, dict.bind(py));
                // If all members are nested, the loop below copies them in their order.
                if self.nested.len() < dict.len() {
                    copy.update(dict.as_mapping())?;
                }
                copy.into_any()
            }
            Container::List(list) => {
                let list = list.bind(py);
                list.get_slice(0, list.len()).into_any()
            }
        };
        for (place, prototype) in &self.nested {
            copy.set_item(place, prototype.copy(py)?)?;
        }
        Ok(copy)
    }
}
