//! Instances of a dict's subclass, made without a call of its `__init__`.

use std::ffi::c_void;
use std::{mem, ptr};

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

/// A subclass of dict.
pub(crate) struct DictSubclass(Py<PyType>);

impl DictSubclass {
    pub(crate) fn new(class: &Bound<'_, PyType>) -> PyResult<Self> {
        if !class.is_subclass_of::<PyDict>()? {
            return Err(PyTypeError::new_err("the class must be a subclass of dict"));
        }
        Ok(Self(class.clone().unbind()))
    }

    /// Makes an instance with these members.
    pub(crate) fn instance<'py>(&self, members: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
        let instance = self.empty(members.py())?;
        instance.update(members.as_mapping())?;
        Ok(instance)
    }

    /// Makes an empty instance.
    ///
    /// It does not call the class's `__init__`, since an `__init__` in Python takes as long as parsing the response. It
    /// calls the slot behind `dict.__new__` directly, since `dict.__new__` itself first makes two tuples.
    pub(crate) fn empty<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let arguments = PyTuple::empty(py);
        // SAFETY: the slot `Py_tp_new` holds a `newfunc`. Dict's makes an instance of any subclass of dict, which
        // `new` has checked. It returns a new reference, or null with an exception set.
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
