//! Parsed JSON that callers get copies of, and never the thing itself: a copy costs a fifth of parsing anew.

use std::ffi::c_void;
use std::{mem, ptr};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};
use pyo3::{IntoPyObjectExt, ffi};

/// A dict or a list, and all that is needed for a copy which shares nothing with it that could be changed.
pub(crate) struct Pattern {
    container: Container,
    /// The dicts and lists in it, by their keys and indices.
    inner: Vec<(Py<PyAny>, Pattern)>,
}

enum Container {
    Dict(Py<PyDict>),
    /// Of a subclass, as its copies are.
    DictOfKind(Py<PyDict>, DictKind),
    List(Py<PyList>),
}

impl Pattern {
    pub(crate) fn of(dict: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut inner = Vec::new();
        for (key, member) in dict {
            inner.extend(Self::inside(&member)?.map(|pattern| (key.unbind(), pattern)));
        }
        let kind = dict.get_type();
        let dict = dict.clone().unbind();
        let container = if kind.is(kind.py().get_type::<PyDict>()) {
            Container::Dict(dict)
        } else {
            Container::DictOfKind(dict, DictKind::new(&kind)?)
        };
        Ok(Self { container, inner })
    }

    fn of_list(list: &Bound<'_, PyList>) -> PyResult<Self> {
        let mut inner = Vec::new();
        for (index, item) in list.iter().enumerate() {
            if let Some(pattern) = Self::inside(&item)? {
                inner.push((index.into_py_any(list.py())?, pattern));
            }
        }
        Ok(Self { container: Container::List(list.clone().unbind()), inner })
    }

    /// None for what nobody can change.
    fn inside(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
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
            Container::DictOfKind(dict, kind) => {
                let (copy, dict) = (kind.empty(py)?, dict.bind(py));
                // Where all members are copied anyway, they come in their order below.
                if self.inner.len() < dict.len() {
                    copy.update(dict.as_mapping())?;
                }
                copy.into_any()
            }
            Container::List(list) => {
                let list = list.bind(py);
                list.get_slice(0, list.len()).into_any()
            }
        };
        for (place, pattern) in &self.inner {
            copy.set_item(place, pattern.copy(py)?)?;
        }
        Ok(copy)
    }
}

/// A class that is a dict.
pub(crate) struct DictKind(Py<PyType>);

impl DictKind {
    pub(crate) fn new(kind: &Bound<'_, PyType>) -> PyResult<Self> {
        if !kind.is_subclass_of::<PyDict>()? {
            return Err(PyTypeError::new_err("this is no kind of dict"));
        }
        Ok(Self(kind.clone().unbind()))
    }

    /// One with these members.
    pub(crate) fn of<'py>(&self, members: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
        let filled = self.empty(members.py())?;
        filled.update(members.as_mapping())?;
        Ok(filled)
    }

    /// One that is still empty, without the class's own `__init__`: an interpreted one costs as much as parsing. Past
    /// `dict.__new__`, too, which would make two tuples only to find what stands here.
    pub(crate) fn empty<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let arguments = PyTuple::empty(py);
        // SAFETY: the slot holds a `newfunc`, as a slot of this id does; dict's makes an instance of any class that is a
        // dict, which this one is, and returns a new reference, or null with the exception set.
        let empty = unsafe {
            let slot = ffi::PyType_GetSlot(&raw mut ffi::PyDict_Type, ffi::Py_tp_new);
            let new = mem::transmute::<*mut c_void, ffi::newfunc>(slot);
            Bound::from_owned_ptr_or_err(
                py,
                new(self.0.as_ptr().cast(), arguments.as_ptr(), ptr::null_mut()),
            )?
        };
        Ok(empty.cast_into()?)
    }
}
