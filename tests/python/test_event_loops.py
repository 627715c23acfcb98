"""Event loops of every kind hand over what their calls come to."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from descope_outbound import DescopeClientAsync
from emulator import Emulator


class WatchesNoDescriptors(asyncio.SelectorEventLoop):
    """As Windows' own loop: woken by ``call_soon_threadsafe`` alone."""

    def add_reader(self, fd: Any, callback: Callable[..., Any], *args: Any) -> None:  # type: ignore[override]
        raise NotImplementedError


async def fetch_many(client: DescopeClientAsync, count: int) -> set[str]:
    fetch = client.mgmt.outbound_application.fetch_token
    tokens = await asyncio.gather(*(fetch("app-id", "user-id") for _ in range(count)))
    return {token["token"]["appId"] for token in tokens}


def bells() -> int:
    """How many descriptors there are that wake an event loop from outside."""
    directory = "/proc/self/fd"
    links = (os.path.realpath(os.path.join(directory, name)) for name in os.listdir(directory))
    return sum(link.endswith("anon_inode:[eventfd]") for link in links)


def run(event_loop: asyncio.AbstractEventLoop, client: DescopeClientAsync, count: int = 20) -> set[str]:
    return event_loop.run_until_complete(fetch_many(client, count))


@pytest.fixture
def connected(client_async: DescopeClientAsync, emulator: Emulator) -> DescopeClientAsync:
    emulator.connect("app-id", "user-id")
    return client_async


def test_a_loop_that_watches_no_descriptors_is_woken_all_the_same(connected: DescopeClientAsync) -> None:
    event_loop = WatchesNoDescriptors()
    try:
        for _ in range(3):
            assert run(event_loop, connected) == {"app-id"}
    finally:
        event_loop.close()


def test_a_loop_that_watches_no_descriptors_may_be_closed_with_calls_in_flight(
    connected: DescopeClientAsync, emulator: Emulator, capfd: pytest.CaptureFixture[str]
) -> None:
    emulator.fail(delivery="hang", count=1)
    event_loop = WatchesNoDescriptors()
    call = connected.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=0.2)
    task = event_loop.create_task(call)
    event_loop.run_until_complete(asyncio.sleep(0.01))
    event_loop.close()
    # The call ends at its deadline, and nobody is left to hear of it.
    assert asyncio.run(fetch_many(connected, 1)) == {"app-id"}
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    assert "Traceback" not in capfd.readouterr().err


def test_two_loops_that_take_turns_in_one_thread_open_no_descriptors_anew(connected: DescopeClientAsync) -> None:
    loops = [asyncio.new_event_loop() for _ in range(2)]
    try:
        for event_loop in loops:
            run(event_loop, connected)
        before = bells()
        for _ in range(10):
            for event_loop in loops:
                assert run(event_loop, connected) == {"app-id"}
        assert bells() <= before
    finally:
        for event_loop in loops:
            event_loop.close()


def test_loops_in_several_threads_work_at_once(connected: DescopeClientAsync) -> None:
    results: list[set[str]] = []
    threads = [
        threading.Thread(target=lambda: results.append(asyncio.run(fetch_many(connected, 20)))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert results == [{"app-id"}] * 5


def test_a_loop_that_is_gone_leaves_nothing_behind(connected: DescopeClientAsync) -> None:
    asyncio.run(fetch_many(connected, 1))
    before = bells()
    for _ in range(10):
        event_loop = asyncio.new_event_loop()
        run(event_loop, connected)
        event_loop.close()
        known = weakref.ref(event_loop)
        del event_loop
        gc.collect()
        assert known() is None
    # That of the last one is let go of when the next loop comes.
    asyncio.run(fetch_many(connected, 1))
    assert bells() <= before + 1
