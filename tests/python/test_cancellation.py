"""Calls that end before their response arrives: cancelled, timed out or abandoned."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import pytest

from descope_outbound import DeadlineExceeded, DescopeClient, DescopeClientAsync
from emulator import Emulator


def test_a_cancelled_task_drops_its_request(client_async: DescopeClientAsync, emulator: Emulator) -> None:
    emulator.fail(delivery="hang", count=1)

    async def cancelled() -> None:
        fetch = client_async.mgmt.outbound_application.fetch_token
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(fetch("app-id", "user-id"), 0.2)
        assert (await fetch("app-id", "user-id")).access_token

    asyncio.run(cancelled())


def test_a_hundred_tasks_can_be_cancelled_at_any_moment(client_async: DescopeClientAsync, emulator: Emulator) -> None:
    fetch = client_async.mgmt.outbound_application.fetch_token

    async def cancelled() -> None:
        for round_number in range(10):
            tasks = [asyncio.ensure_future(fetch("app-id", "user-id")) for _ in range(10)]
            await asyncio.sleep(round_number * 0.0005)
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                # Some calls finish before they are cancelled.
                assert isinstance(outcome, asyncio.CancelledError) or outcome["token"]["appId"] == "app-id"  # type: ignore[index]
        assert (await fetch("app-id", "user-id")).access_token

    asyncio.run(cancelled())
    assert emulator.counters()["requests"] > 0


def test_when_one_call_of_a_group_fails_the_others_can_be_cancelled_at_once(
    client_async: DescopeClientAsync, emulator: Emulator
) -> None:
    emulator.fail(user="slow", delivery="hang")
    fetch = client_async.mgmt.outbound_application.fetch_token

    async def fail() -> None:
        calls = [asyncio.ensure_future(fetch("app-id", "slow")) for _ in range(10)]
        with pytest.raises(DeadlineExceeded):
            await asyncio.gather(*calls, fetch("app-id", "slow", timeout_seconds=0.1))
        begin = time.monotonic()
        for call in calls:
            call.cancel()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}
        assert time.monotonic() - begin < 1

    asyncio.run(fail())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout needs Python 3.11")
def test_a_timeout_of_asyncio_ends_the_call_and_does_not_raise_deadline_exceeded(
    client_async: DescopeClientAsync, emulator: Emulator
) -> None:
    emulator.fail(delivery="hang")
    fetch = client_async.mgmt.outbound_application.fetch_token

    async def times_out() -> None:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.1):  # type: ignore[attr-defined, unused-ignore]
                await fetch("app-id", "user-id")
        assert not isinstance(caught.value, DeadlineExceeded)

    asyncio.run(times_out())


def test_a_deadline_raises_a_timeout_error_in_both_clients(
    client: DescopeClient, client_async: DescopeClientAsync, emulator: Emulator
) -> None:
    emulator.fail(delivery="hang")
    with pytest.raises(DeadlineExceeded):
        client.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=0.1)
    with pytest.raises(TimeoutError):
        asyncio.run(client_async.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=0.1))


def test_a_shielded_call_continues_when_its_waiter_is_cancelled(
    client_async: DescopeClientAsync, emulator: Emulator
) -> None:
    emulator.fail(path="/v1/*", latency_ms=200, count=1)

    async def shielded() -> None:
        call = asyncio.ensure_future(client_async.mgmt.outbound_application.fetch_token("app-id", "user-id"))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(call), 0.05)
        assert (await call).access_token

    asyncio.run(shielded())


def test_an_async_call_without_an_event_loop_raises_and_sends_no_request(
    client_async: DescopeClientAsync, emulator: Emulator
) -> None:
    errors: list[BaseException] = []

    def call() -> None:
        coroutine = client_async.mgmt.outbound_application.fetch_token("app-id", "user-id")
        try:
            coroutine.send(None)
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(timeout=30)
    assert [str(error) for error in errors] == ["no running event loop"]
    assert emulator.counters()["requests"] == 0


def test_a_thread_can_submit_calls_to_the_event_loop_of_another(
    client_async: DescopeClientAsync, emulator: Emulator
) -> None:
    emulator.connect("app-id", "user-id")
    event_loop = asyncio.new_event_loop()
    thread = threading.Thread(target=event_loop.run_forever)
    thread.start()
    try:
        fetch = client_async.mgmt.outbound_application.fetch_token
        calls = [asyncio.run_coroutine_threadsafe(fetch("app-id", "user-id"), event_loop) for _ in range(20)]
        assert {call.result(timeout=30)["token"]["appId"] for call in calls} == {"app-id"}
    finally:
        event_loop.call_soon_threadsafe(event_loop.stop)
        thread.join(timeout=30)
        event_loop.close()
