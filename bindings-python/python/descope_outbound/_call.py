"""From a method to the native half and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from descope_outbound import _native
from descope_outbound.exceptions import exception_for


def call(
    native: _native.Client, operation: str, arguments: dict[str, Any], timeout_seconds: float | None
) -> _native.Answer:
    """Performs the operation; raises what its failure is raised as."""
    outcome = native.call(operation, arguments, timeout_seconds)
    if isinstance(outcome, _native.Failure):
        raise exception_for(outcome)
    return outcome


async def call_async(
    native: _native.Client, operation: str, arguments: dict[str, Any], timeout_seconds: float | None
) -> _native.Answer:
    """As ``call``, for asyncio. A coroutine, so that closing the event loop ends it like any other."""
    outcome = await native.call_async(operation, arguments, timeout_seconds)
    if isinstance(outcome, _native.Failure):
        raise exception_for(outcome)
    return outcome


def list_of_scopes(scopes: Iterable[str]) -> object:
    """Any iterable as a list; a string, and what is no iterable, as it is, so that it is refused by its own name."""
    if isinstance(scopes, str | bytes | dict) or not isinstance(scopes, Iterable):
        return scopes
    return list(scopes)
