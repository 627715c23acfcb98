"""From a method to the native half and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from descope_outbound import _native
from descope_outbound._green_threads import green_wait
from descope_outbound.exceptions import exception_for
from descope_outbound.token import OutboundToken, TokenResponse

Outcome = _native.Answer | _native.Failure


class Caller:
    """Performs operations, and raises what their failures are raised as."""

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

    def cached(self, operation: str) -> Callable[..., TokenResponse | None]:
        """A function from the arguments of a fetch to the answer that the cache has now; None where it has none.

        With ``verbose`` each answer is looked at, so they go the long way.
        """
        cache = self._native.cache()
        if cache is None or self._observe is not None:
            return _nothing
        return cache.tokens(operation, TokenResponse, "token", OutboundToken).get

    def call(
        self,
        operation: str,
        arguments: dict[str, Any],
        timeout_seconds: float | None,
        min_validity_seconds: float | None = None,
    ) -> _native.Answer:
        """Performs the operation and waits for its answer."""
        wait = green_wait()
        if wait is None:
            return self._answer(self._native.call(operation, arguments, timeout_seconds, min_validity_seconds))
        pending = self._native.begin(operation, arguments, timeout_seconds, min_validity_seconds)
        try:
            wait(pending.fileno())
        except BaseException:
            pending.abort()
            raise
        return self._answer(pending.outcome())

    async def call_async(
        self,
        operation: str,
        arguments: dict[str, Any],
        timeout_seconds: float | None,
        min_validity_seconds: float | None = None,
    ) -> _native.Answer:
        """As ``call``, for asyncio. A coroutine, so that closing the event loop ends it like any other."""
        outcome, abort = self._native.start(operation, arguments, timeout_seconds, min_validity_seconds)
        try:
            return self._answer(await outcome)
        except BaseException:
            # Who stops waiting ends the call; one that has ended does not mind.
            abort.abort()
            raise

    async def open_async(self) -> None:
        """Waits for the licence handshake."""
        opened, abort = self._native.start_opening()
        try:
            await opened
        except BaseException:
            abort.abort()
            raise

    def _answer(self, outcome: Outcome) -> _native.Answer:
        if self._observe is not None:
            self._observe(outcome)
        if isinstance(outcome, _native.Failure):
            raise self._exception_for(outcome)
        return outcome


def _nothing(*_arguments: object) -> None:
    """What a client without a cache has in it."""


def as_list(items: Iterable[Any] | None) -> object:
    """Any iterable as a list; a string, and what is no iterable, as it is, so that it is refused by its own name."""
    if isinstance(items, str | bytes | dict) or not isinstance(items, Iterable):
        return items
    return list(items)
