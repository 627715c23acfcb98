"""Official clients whose outbound calls go through this package."""

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

#: Under which the official objects are kept, for ``restore``.
_REPLACED = "_replaced_by_descope_outbound"


def accelerate(client: _Client) -> _Client:
    """Let an official client's outbound calls go through this package.

    They keep its project, key, base URL, timeout and TLS settings, and raise the official classes; a lost connection
    and its like are raised as the ``httpx`` and ``json`` errors that the official client lets through. Everything else
    of the client stays as it was. To do it twice is to do it once.

    Args:
        client: A ``DescopeClient`` or ``DescopeClientAsync`` of the package ``descope`` (2.16.1).

    Returns:
        The same client.

    Raises:
        TypeError: It is no such client.
        AuthException: It has a setting that cannot be used here; the text names it. This package's class, not the
            official one.

    Example:
        >>> import descope, descope_outbound  # doctest: +SKIP
        >>> client = descope_outbound.accelerate(descope.DescopeClient("P2made-up"))  # doctest: +SKIP
    """
    official = _official.read(client)
    replaced = vars(official.mgmt)
    if _REPLACED in replaced:
        return client
    native = native_client(
        project_id=official.project_id,
        management_key=official.management_key,
        base_url=official.base_url,
        timeout_seconds=official.timeout_seconds,
        skip_verify=official.skip_verify,
        license_handshake=True,
        # The official client has no such rule, and its base URL is to be kept.
        allow_insecure_http=True,
    )
    caller = Caller(native, observe=_observer(official), exception_for=_translator(official))
    kept = {name: replaced[name] for name in _official.OPERATIONS}
    operations: tuple[Any, Any]
    if official.is_async:
        by_token = _ClosingByToken(caller, kept["_outbound_application_by_token"], native)
        operations = OutboundApplicationAsync(caller), by_token
    else:
        operations = OutboundApplication(caller), OutboundApplicationByToken(caller)
    replaced.update(zip(_official.OPERATIONS, operations, strict=True))
    replaced[_REPLACED] = kept
    return client


def restore(client: _Client) -> _Client:
    """Undo ``accelerate``; a client that was never accelerated stays as it is.

    Args:
        client: The official client.

    Returns:
        The same client.

    Raises:
        TypeError: It is no such client.
    """
    replaced = vars(_official.read(client).mgmt)
    # The connections are not closed: somebody may still hold what was exchanged, or have a call in flight.
    replaced.update(replaced.pop(_REPLACED, {}))
    return client


class _ClosingByToken(OutboundApplicationByTokenAsync):
    """The official async client closes its by-token operations when it is closed itself."""

    def __init__(self, caller: Caller, official: Any, native: _native.Client) -> None:
        super().__init__(caller)
        self._official = official
        self._native = native

    async def aclose(self) -> None:
        """Closes both."""
        self._native.close()
        await self._official.aclose()


def _observer(official: _official.OfficialClient) -> Any:
    """With ``verbose``, keeps each answer where the official ``get_last_response()`` looks."""
    if not official.verbose:
        return None
    descope = importlib.import_module("descope")
    httpx = importlib.import_module("httpx")

    def observe(outcome: Outcome) -> None:
        if outcome.http_status is not None and outcome.body is not None:
            # It is decoded already, whatever the headers say.
            headers = [header for header in outcome.headers if header[0] not in ("content-encoding", "content-length")]
            request = httpx.Request("POST", official.base_url)
            content = outcome.body.encode()
            response = httpx.Response(outcome.http_status, headers=headers, content=content, request=request)
            official.last_response_store.set(descope.DescopeResponse(response))

    return observe


def _translator(official: _official.OfficialClient) -> Callable[[_native.Failure], Exception]:
    """As the official client raises a failure, with our own error as its cause."""

    def exception(failure: _native.Failure) -> Exception:
        ours = exception_for(failure)
        theirs = _translated(ours, failure, official.base_url)
        theirs.__cause__ = None if theirs is ours else ours
        return theirs

    return exception


def _translated(ours: Exception, failure: _native.Failure, base_url: str) -> Exception:
    descope = importlib.import_module("descope")
    httpx = importlib.import_module("httpx")
    text = str(ours)
    # What is known of the request: the rest of its URL may name a user.
    request = httpx.Request("POST", base_url)
    translated: Exception = ours
    if isinstance(ours, AuthException):
        translated = descope.AuthException(ours.status_code, ours.error_type, ours.error_message)
    elif isinstance(ours, RateLimitException):
        translated = descope.RateLimitException(
            ours.status_code,
            ours.error_type,
            ours.error_description,
            ours.error_message,
            rate_limit_parameters=ours.rate_limit_parameters,
        )
    elif isinstance(ours, DeadlineExceeded):
        # The one where it waited for its turn until then.
        translated = (httpx.PoolTimeout if failure.was_never_sent else httpx.ReadTimeout)(text, request=request)
    elif isinstance(ours, ConnectionFailed):
        # Callers repeat after the one, since nothing was sent, and not after the other.
        never_sent, lost = httpx.ConnectError, httpx.RemoteProtocolError
        translated = (never_sent if failure.was_never_sent else lost)(text, request=request)
    elif isinstance(ours, DecodeError):
        translated = json.JSONDecodeError(text, "", 0)
    return translated
