"""The path from a method to the native half of the package and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from descope_outbound import _native
from descope_outbound._green_threads import green_thread_wait
from descope_outbound.exceptions import exception_for
from descope_outbound.token import OutboundToken, TokenResponse

Outcome = _native.Response | _native.Failure


class Caller:
    """Performs operations with the native client and raises their failures as exceptions.

    Args:
        native: The native client.
        observe: Called with every response and failure before the call returns or raises.
        exception_for: Converts a failure into the exception to raise.
    """

    def __init__(
        self,
        native: _native.Client,
        *,
        observe: Callable[[Outcome], None] | None = None,
        exception_for: Callable[[_native.Failure], Exception] = exception_for,
    ) -> None:
        self._native = native
        self._observe = observe
        self._exception_for = exception_for

    def cached_token_reader(self, operation: str) -> Callable[..., TokenResponse | None]:
        """Return a function that takes the arguments of a fetch and returns the cached response, or None.

        With an observer the function always returns None, because the observer needs the whole response.
        """
        cache = self._native.cache()
        if cache is None or self._observe is not None:
            return _no_cached_token
        return cache.tokens(operation, TokenResponse, "token", OutboundToken).get

    def call(
        self,
        operation: str,
        arguments: dict[str, Any],
        timeout_seconds: float | None,
        min_validity_seconds: float | None = None,
    ) -> _native.Response:
        """Perform the operation and wait for its response."""
        wait_until_readable = green_thread_wait()
        if wait_until_readable is None:
            return self._response_or_raise(
                self._native.call(operation, arguments, timeout_seconds, min_validity_seconds)
            )
        pollable_call = self._native.call_pollable(operation, arguments, timeout_seconds, min_validity_seconds)
        try:
            wait_until_readable(pollable_call.fileno())
        except BaseException:
            pollable_call.abort()
            raise
        return self._response_or_raise(pollable_call.result())

    async def call_async(
        self,
        operation: str,
        arguments: dict[str, Any],
        timeout_seconds: float | None,
        min_validity_seconds: float | None = None,
    ) -> _native.Response:
        """Perform the operation in asyncio and await its response.

        This is a coroutine and not a bare future, so that a closing event loop cancels it like any other task.
        """
        outcome, abort_on_drop = self._native.call_async(operation, arguments, timeout_seconds, min_validity_seconds)
        try:
            return self._response_or_raise(await outcome)
        except BaseException:
            # A caller that stops waiting ends the call. This does nothing to a call that has ended.
            abort_on_drop.abort()
            raise

    async def open_async(self) -> None:
        """Wait for the license handshake."""
        opened, abort_on_drop = self._native.open_async()
        try:
            await opened
        except BaseException:
            abort_on_drop.abort()
            raise

    def _response_or_raise(self, outcome: Outcome) -> _native.Response:
        if self._observe is not None:
            self._observe(outcome)
        if isinstance(outcome, _native.Failure):
            raise self._exception_for(outcome)
        return outcome


def _no_cached_token(*_arguments: object) -> None:
    """Return None, as a cache without the token does."""


def as_list(items: Iterable[Any] | None) -> object:
    """Return any iterable as a list.

    A string, bytes, a dict and anything that is not iterable are returned unchanged. The native half then rejects them
    with an error that names their type.
    """
    if isinstance(items, str | bytes | dict) or not isinstance(items, Iterable):
        return items
    return list(items)
