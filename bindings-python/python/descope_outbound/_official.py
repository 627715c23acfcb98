"""The one module that reads an official client's private fields.

The fields are those of PyPI ``descope`` 2.16.1. Its sync and async clients name the field of their HTTP client
differently.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from descope_outbound import _native

#: The attributes of the official client's ``mgmt`` object that ``accelerate`` replaces.
OPERATIONS = ("_outbound_application", "_outbound_application_by_token")

#: One year. Every call of this package has a timeout, and this one is as good as none.
_NO_TIMEOUT_SECONDS = 365 * 24 * 60 * 60.0


class OfficialClient(NamedTuple):
    """The settings and objects of an official client that outbound calls need."""

    mgmt: Any
    is_async: bool
    project_id: str
    management_key: _native.Secret | None
    base_url: str
    timeout_seconds: float
    skip_verify: bool
    verbose: bool
    last_response_store: Any


def read(client: Any) -> OfficialClient:
    """Read an official client's settings.

    Raises:
        TypeError: The object is not an official client, or is one of a version with other private fields.
    """
    try:
        is_async = hasattr(client, "_mgmt_http")
        http = client._mgmt_http if is_async else client._mgmt_http_client
        mgmt = client._mgmt
        for name in OPERATIONS:
            vars(mgmt)[name]
        return OfficialClient(
            mgmt=mgmt,
            is_async=is_async,
            project_id=http.project_id,
            management_key=None if http.management_key is None else _native.Secret(http.management_key),
            base_url=http.base_url,
            timeout_seconds=_call_timeout_seconds(http.timeout_seconds),
            skip_verify=not http.secure,
            verbose=http.verbose,
            last_response_store=client._last_response_store,
        )
    except (AttributeError, KeyError) as missing:
        raise TypeError(
            f"{type(client).__module__}.{type(client).__name__} is not a DescopeClient or DescopeClientAsync of the "
            f"package descope 2.16.1: it has no {missing}. Pass a client of that version."
        ) from None


def _call_timeout_seconds(timeout: Any) -> float:
    """Convert httpx's timeout into the timeout of a whole call. Of several timeouts, this is the read timeout."""
    seconds: float | None = getattr(timeout, "read", timeout)
    return _NO_TIMEOUT_SECONDS if seconds is None else seconds
