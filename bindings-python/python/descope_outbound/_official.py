"""What is read of an official client's private fields: all of it is here.

Of PyPI ``descope`` 2.16.1, whose sync and async clients keep their HTTP client under different names.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from descope_outbound import _native

#: Where the official client keeps what is exchanged.
OPERATIONS = ("_outbound_application", "_outbound_application_by_token")

#: A year: every call has a limit here, and this one is none to speak of.
_NO_LIMIT = 365 * 24 * 60 * 60.0


class OfficialClient(NamedTuple):
    """An official client, as far as outbound apps are concerned."""

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
    """Looks into an official client.

    Raises:
        TypeError: It is none, or one of a version that keeps its fields elsewhere.
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
            timeout_seconds=_seconds(http.timeout_seconds),
            skip_verify=not http.secure,
            verbose=http.verbose,
            last_response_store=client._last_response_store,
        )
    except (AttributeError, KeyError) as missing:
        raise TypeError(
            f"{type(client).__module__}.{type(client).__name__} is not a DescopeClient or DescopeClientAsync of the "
            f"package descope as this version knows them (2.16.1): it lacks {missing}"
        ) from None


def _seconds(timeout: Any) -> float:
    """What httpx takes for a timeout, of which ours bounds the whole call: the time for an answer."""
    seconds: float | None = getattr(timeout, "read", timeout)
    return _NO_LIMIT if seconds is None else seconds
