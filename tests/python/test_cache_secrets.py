"""No text of a client with a cache shows a secret: not with a token from any source, and not with a shared error.

The tests plant secrets and search for them as in ``test_secrets.py``.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pprint import pformat
from typing import Any

import pytest
from canned_server import CannedResponse, Reaction, Request, SteadyServer
from secret_calls import CALLS, MODES, PLANTED, SECRET_RESPONSE, USER, SecretCall
from test_secrets import assert_error_shows_nothing, assert_nothing_is_shown, client_of, echo, shown_by_client

from descope_outbound import CacheOptions, _native

FETCHES = [call for call in CALLS if call.method.startswith("fetch") and call.owner == "outbound_application"]
CALLERS = 4

fetches = pytest.mark.parametrize("call", FETCHES, ids=lambda call: call.title)
modes = pytest.mark.parametrize("mode", MODES)


@pytest.fixture(scope="module")
def service() -> Iterator[SteadyServer]:
    with SteadyServer() as service:
        yield service


def success(_: Request) -> Reaction:
    return CannedResponse(200, body=json.dumps(SECRET_RESPONSE).encode(), delay_seconds=0.02)


def concurrent_outcomes(call: SecretCall, mode: str, client: Any) -> list[Any]:
    """Make the same call from several callers in parallel and return their responses and errors."""

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(call.perform(client) for _ in range(CALLERS)), return_exceptions=True)

    if mode == "async":
        return asyncio.run(all_at_once())
    with ThreadPoolExecutor(CALLERS) as pool:
        futures = [pool.submit(call.perform, client) for _ in range(CALLERS)]
        return [future.exception() or future.result() for future in futures]


def assert_response_shows_nothing(response: Any) -> None:
    logging.getLogger("a.backend").info("got %s %r", response, response)
    assert_nothing_is_shown([repr(response), str(response), f"{response}", pformat(response)])
    assert PLANTED in json.dumps(response)


@modes
@fetches
def test_no_token_shows_itself_from_any_source(
    call: SecretCall,
    mode: str,
    service: SteadyServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    client = client_of(mode, service.url, cache=CacheOptions(stale_if_error_seconds=600))
    assert client.cache is not None
    service.reaction = success
    responses: list[Any] = []
    # One round is enough, unless the machine is so busy that no caller joins in time.
    while "joined" not in {response.source for response in responses}:
        client.cache.clear()
        responses += concurrent_outcomes(call, mode, client)
        assert len(responses) < 20 * CALLERS
    responses.append(MODES[mode](call, client))
    assert client.cache.reject(responses[-1].access_token) is True
    responses.append(MODES[mode](call, client, options={"forceRefresh": True}))
    client.cache.clear()
    responses.append(MODES[mode](call, client))
    _native.advance_cache_clock(1000)
    service.reaction = CannedResponse(500)
    responses.append(MODES[mode](call, client))
    assert {response.source for response in responses} == {"network", "joined", "cache", "stale"}
    for response in responses:
        assert_response_shows_nothing(response)
    shown = [repr(client.cache), pformat(client.cache.stats()), caplog.text, *capfd.readouterr()]
    assert_nothing_is_shown([*shown_by_client(client), *shown])
    assert "got {" in caplog.text


FAILURES: dict[str, Reaction | Callable[[Request], Reaction]] = {
    "that is cached": CannedResponse(404, body=b'{"errorCode": "E111504"}', delay_seconds=0.02),
    "that delays later calls": CannedResponse(429, {"retry-after": "7"}, delay_seconds=0.02),
    "that rejects the key": CannedResponse(403, delay_seconds=0.02),
    "of the service": CannedResponse(500, body=b"<html>", delay_seconds=0.02),
    "that echoes the request": echo,
    "that cannot be read": CannedResponse(200, body=b'{"token": "' + PLANTED.encode(), delay_seconds=0.02),
}


@modes
@pytest.mark.parametrize("failure", FAILURES)
def test_no_shared_or_cached_error_shows_a_secret(
    failure: str,
    mode: str,
    service: SteadyServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    service.reaction = FAILURES[failure]
    for call in FETCHES:
        client = client_of(mode, service.url, cache=True)
        for error in [*concurrent_outcomes(call, mode, client), *concurrent_outcomes(call, mode, client)]:
            assert isinstance(error, Exception)
            # A service may quote the user's id in its response.
            assert_error_shows_nothing(error, *([] if failure == "that echoes the request" else [USER, "somebody%40"]))
        assert_nothing_is_shown([*shown_by_client(client), repr(client.cache)])
    assert_nothing_is_shown([caplog.text, *capfd.readouterr()])
