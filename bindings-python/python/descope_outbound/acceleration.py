"""Route the outbound calls of official clients through this package."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

from descope_outbound import _native, _official
from descope_outbound._caller import Caller, Outcome
from descope_outbound.client import native_client
from descope_outbound.exceptions import (
    AuthException,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    RateLimitException,
    exception_for,
)
from descope_outbound.outbound_application import OutboundApplication
from descope_outbound.outbound_application_async import OutboundApplicationAsync
from descope_outbound.outbound_application_by_token import OutboundApplicationByToken
from descope_outbound.outbound_application_by_token_async import OutboundApplicationByTokenAsync

_Client = TypeVar("_Client")

#: The attribute of ``mgmt`` that keeps the official objects, for ``restore``.
_ORIGINALS = "_replaced_by_descope_outbound"


def accelerate(client: _Client) -> _Client:
    """Route an official client's outbound calls through this package.

    The calls use the client's project, key, base URL, timeout and TLS settings. They raise the official exceptions. A
    failed connection, a timeout or an unreadable response raises the ``httpx`` or ``json`` error that the official
    client raises. The rest of the client does not change. Accelerating a client twice has no further effect.

    Args:
        client: A ``DescopeClient`` or ``DescopeClientAsync`` of the package ``descope`` (2.16.1).

    Returns:
        The same client.

    Raises:
        TypeError: ``client`` is not such a client.
        AuthException: The client has a setting that this package cannot use. The text names the setting. The class is
            this package's, not the official one.

    Example:
        >>> import descope, descope_outbound  # doctest: +SKIP
        >>> client = descope_outbound.accelerate(descope.DescopeClient("P2made-up"))  # doctest: +SKIP
    """
    official = _official.read(client)
    replaced = vars(official.mgmt)
    if _ORIGINALS in replaced:
        return client
    native = native_client(
        project_id=official.project_id,
        management_key=official.management_key,
        base_url=official.base_url,
        timeout_seconds=official.timeout_seconds,
        skip_verify=official.skip_verify,
        license_handshake=True,
        # The official client allows plain HTTP, so its base URL must keep working.
        allow_insecure_http=True,
    )
    caller = Caller(native, observe=_observer(official), exception_for=_translator(official))
    originals = {name: replaced[name] for name in _official.OPERATIONS}
    operations: tuple[Any, Any]
    if official.is_async:
        by_token = _ClosableByToken(caller, originals["_outbound_application_by_token"], native)
        operations = OutboundApplicationAsync(caller), by_token
    else:
        operations = OutboundApplication(caller), OutboundApplicationByToken(caller)
    replaced.update(zip(_official.OPERATIONS, operations, strict=True))
    replaced[_ORIGINALS] = originals
    return client


def restore(client: _Client) -> _Client:
    """Undo ``accelerate``. A client that is not accelerated does not change.

    Args:
        client: The official client.

    Returns:
        The same client.

    Raises:
        TypeError: ``client`` is not an official client.

    Example:
        >>> import descope, descope_outbound  # doctest: +SKIP
        >>> client = descope_outbound.accelerate(descope.DescopeClient("P2made-up"))  # doctest: +SKIP
        >>> client = descope_outbound.restore(client)  # doctest: +SKIP
    """
    replaced = vars(_official.read(client).mgmt)
    # The connections stay open: the program may still hold the accelerated objects, or have a call in flight.
    replaced.update(replaced.pop(_ORIGINALS, {}))
    return client


class _ClosableByToken(OutboundApplicationByTokenAsync):
    """By-token operations with the ``aclose`` that the official async client calls when it closes."""

    def __init__(self, caller: Caller, official: Any, native: _native.Client) -> None:
        super().__init__(caller)
        self._official = official
        self._native = native

    async def aclose(self) -> None:
        """Close the native client and the official operations."""
        self._native.close()
        await self._official.aclose()


def _observer(official: _official.OfficialClient) -> Any:
    """Return a function that stores each response for the official ``get_last_response()``.

    Without ``verbose``, return None.
    """
    if not official.verbose:
        return None
    descope = importlib.import_module("descope")
    httpx = importlib.import_module("httpx")

    def observe(outcome: Outcome) -> None:
        if outcome.http_status is not None and outcome.body is not None:
            # The body is already decompressed, and its length may differ from that of the compressed one.
            headers = [header for header in outcome.headers if header[0] not in ("content-encoding", "content-length")]
            request = httpx.Request("POST", official.base_url)
            content = outcome.body.encode()
            response = httpx.Response(outcome.http_status, headers=headers, content=content, request=request)
            official.last_response_store.set(descope.DescopeResponse(response))

    return observe


def _translator(official: _official.OfficialClient) -> Callable[[_native.Failure], Exception]:
    """Return a function that converts a failure into the official exception, with this package's own as its cause."""

    def exception(failure: _native.Failure) -> Exception:
        error = exception_for(failure)
        official_error = _official_exception(error, failure, official.base_url)
        official_error.__cause__ = None if official_error is error else error
        return official_error

    return exception


def _official_exception(error: Exception, failure: _native.Failure, base_url: str) -> Exception:
    descope = importlib.import_module("descope")
    httpx = importlib.import_module("httpx")
    text = str(error)
    # Only the base URL: the rest of the URL may contain a user's id.
    request = httpx.Request("POST", base_url)
    translated: Exception = error
    if isinstance(error, AuthException):
        translated = descope.AuthException(error.status_code, error.error_type, error.error_message)
    elif isinstance(error, RateLimitException):
        translated = descope.RateLimitException(
            error.status_code,
            error.error_type,
            error.error_description,
            error.error_message,
            rate_limit_parameters=error.rate_limit_parameters,
        )
    elif isinstance(error, DeadlineExceeded):
        # httpx raises PoolTimeout if the request was still waiting for a connection.
        translated = (httpx.PoolTimeout if failure.was_never_sent else httpx.ReadTimeout)(text, request=request)
    elif isinstance(error, ConnectionFailed):
        # Programs retry after a ConnectError, because nothing was sent, but not after a RemoteProtocolError.
        error_class = httpx.ConnectError if failure.was_never_sent else httpx.RemoteProtocolError
        translated = error_class(text, request=request)
    elif isinstance(error, DecodeError):
        translated = json.JSONDecodeError(text, "", 0)
    return translated
