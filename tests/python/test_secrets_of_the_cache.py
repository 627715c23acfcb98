"""Nothing of ours shows a secret where a client has a cache: however a token comes, whoever shares an error.

The values are planted, and looked for, as in ``test_secrets.py``.
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
from canned_server import Answer, Reply, Request, SteadyServer
from secret_calls import CALLS, EVERYTHING, MODES, PLANTED, USER, SecretCall
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


def good(_: Request) -> Answer:
    return Reply(200, body=json.dumps(EVERYTHING).encode(), delay_seconds=0.02)


def outcomes_at_once(call: SecretCall, mode: str, client: Any) -> list[Any]:
    """What several callers get who ask for the same at the same time: answers, and errors."""

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(call.of(client) for _ in range(CALLERS)), return_exceptions=True)

    if mode == "async":
        return asyncio.run(all_at_once())
    with ThreadPoolExecutor(CALLERS) as pool:
        futures = [pool.submit(call.of, client) for _ in range(CALLERS)]
        return [future.exception() or future.result() for future in futures]


def assert_answer_shows_nothing(answer: Any) -> None:
    logging.getLogger("a.backend").info("got %s %r", answer, answer)
    assert_nothing_is_shown([repr(answer), str(answer), f"{answer}", pformat(answer)])
    assert PLANTED in json.dumps(answer)


@modes
@fetches
def test_no_token_shows_itself_whichever_way_it_comes(
    call: SecretCall,
    mode: str,
    service: SteadyServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    client = client_of(mode, service.url, cache=CacheOptions(stale_if_error_seconds=600))
    assert client.cache is not None
    service.reply = good
    answers: list[Any] = []
    # Once is enough, unless this machine is so busy that nobody comes in time to join.
    while "joined" not in {answer.source for answer in answers}:
        client.cache.clear()
        answers += outcomes_at_once(call, mode, client)
        assert len(answers) < 20 * CALLERS
    answers.append(MODES[mode](call, client))
    assert client.cache.reject(answers[-1].access_token) is True
    answers.append(MODES[mode](call, client, options={"forceRefresh": True}))
    client.cache.clear()
    answers.append(MODES[mode](call, client))
    _native.advance_cache_clock(1000)
    service.reply = Reply(500)
    answers.append(MODES[mode](call, client))
    assert {answer.source for answer in answers} == {"network", "joined", "cache", "stale"}
    for answer in answers:
        assert_answer_shows_nothing(answer)
    shown = [repr(client.cache), pformat(client.cache.stats()), caplog.text, *capfd.readouterr()]
    assert_nothing_is_shown([*shown_by_client(client), *shown])
    assert "got {" in caplog.text


FAILURES: dict[str, Answer | Callable[[Request], Answer]] = {
    "that is remembered": Reply(404, body=b'{"errorCode": "E111504"}', delay_seconds=0.02),
    "that keeps later calls back": Reply(429, {"retry-after": "7"}, delay_seconds=0.02),
    "that refuses the key": Reply(403, delay_seconds=0.02),
    "of the service": Reply(500, body=b"<html>", delay_seconds=0.02),
    "that echoes the request": echo,
    "that cannot be read": Reply(200, body=b'{"token": "' + PLANTED.encode(), delay_seconds=0.02),
}


@modes
@pytest.mark.parametrize("failure", FAILURES)
def test_no_error_that_is_shared_or_kept_shows_a_secret(
    failure: str,
    mode: str,
    service: SteadyServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    service.reply = FAILURES[failure]
    for call in FETCHES:
        client = client_of(mode, service.url, cache=True)
        for error in [*outcomes_at_once(call, mode, client), *outcomes_at_once(call, mode, client)]:
            assert isinstance(error, Exception)
            # That a service quotes whom it was asked about is its own affair.
            assert_error_shows_nothing(error, *([] if failure == "that echoes the request" else [USER, "somebody%40"]))
        assert_nothing_is_shown([*shown_by_client(client), repr(client.cache)])
    assert_nothing_is_shown([caplog.text, *capfd.readouterr()])
