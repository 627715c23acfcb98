"""Event loops of every kind hand over what their calls come to."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from canned_server import Answer, Reply, Request, SteadyServer

from descope_outbound import DescopeClientAsync
from emulator import Emulator
from program import QUIET
from program import run as run_program


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


LONG_COMPUTATION = """
import asyncio, ctypes, os, select, socket, sys, threading
from descope_outbound import DescopeClient, DescopeClientAsync

class WatchesNoDescriptors(asyncio.SelectorEventLoop):
    def add_reader(self, *_): raise NotImplementedError

class Watched(ctypes.Structure):
    _fields_ = [("descriptor", ctypes.c_int), ("events", ctypes.c_short), ("came", ctypes.c_short)]

def ask(path):
    connection = socket.create_connection(os.environ["SERVER"].split(":"))
    connection.sendall(f"GET {path} HTTP/1.1\\r\\n\\r\\n".encode())
    return connection

client, client_async = DescopeClient(license_handshake=False), DescopeClientAsync(license_handshake=False)
fetch_async = client_async.mgmt.outbound_application.fetch_token

def in_a_loop():
    event_loop = WatchesNoDescriptors()
    event_loop.run_until_complete(fetch_async("app-id", "of a loop"))
    event_loop.close()

threads = [threading.Thread(target=in_a_loop) for _ in range(int(sys.argv[1]))]
threads.append(threading.Thread(target=client.mgmt.outbound_application.fetch_token, args=("app-id", "lost")))
for thread in threads: thread.start()
ask("/all-are-under-way").recv(1)
answer = ask("/the-lost-one-is-back")
watched = Watched(answer.fileno(), select.POLLIN)
# With the interpreter's lock held, as any long computation in C does.
print(ctypes.PyDLL(None).poll(ctypes.byref(watched), 1, 5_000), flush=True)
for thread in threads: thread.join()
"""


class WhileItComputes:
    """Answers the loops while the program computes, and loses a call, which has to look its host up once more."""

    def __init__(self, loops: int) -> None:
        self._under_way = threading.Barrier(loops + 2)
        self._computing, self._is_back = threading.Event(), threading.Event()
        self._is_lost = False

    def __call__(self, request: Request) -> Answer:
        if request.path == "/the-lost-one-is-back":
            self._computing.set()
            self._is_back.wait(timeout=12)
            return Reply()
        if b"lost" in request.body and self._is_lost:
            self._is_back.set()
            return Reply(body=b'{"token": {}}')
        self._under_way.wait(timeout=20)
        if request.path == "/all-are-under-way":
            return Reply()
        self._computing.wait(timeout=20)
        time.sleep(0.2)
        if b"lost" in request.body:
            self._is_lost = True
            # The loops have been rung for by then.
            time.sleep(0.3)
            return "close"
        return Reply(body=b'{"token": {}}')


@pytest.mark.skipif(sys.platform != "linux", reason="holds the lock by a system call of Linux")
def test_loops_that_wait_for_the_interpreters_lock_keep_no_call_from_looking_its_host_up(emulator: Emulator) -> None:
    loops = 12
    with SteadyServer(WhileItComputes(loops)) as service:
        server = service.url.removeprefix("http://")
        environment = {**QUIET, "SERVER": server, "DESCOPE_BASE_URI": f"http://localhost:{server.split(':')[1]}"}
        ended = run_program(emulator, LONG_COMPUTATION, str(loops), environment=environment)
    assert (ended.output, ended.errors, ended.code) == ("1\n", "", 0), ended


ENDS_WHILE_THE_LOOP_IS_RUNG = """
import asyncio, sys, time
from descope_outbound import DescopeClientAsync

class ReleasesTheLockAtTheEnd:
    def __del__(self, sleep=time.sleep): sleep(1)

class RungSlowly(asyncio.SelectorEventLoop):
    def add_reader(self, *_): raise NotImplementedError
    def call_soon_threadsafe(self, *given, **more):
        handle = super().call_soon_threadsafe(*given, **more)
        # The loop goes on meanwhile, and the program comes to its end.
        time.sleep(0.3)
        return handle

sys.lingering = ReleasesTheLockAtTheEnd()
client = DescopeClientAsync(license_handshake=False)
event_loop = RungSlowly()
event_loop.run_until_complete(client.mgmt.outbound_application.fetch_token("app-id", "user-id"))
print("fetched", flush=True)
"""


def test_an_interpreter_that_ends_while_a_loop_is_rung_waits_for_the_ringing(emulator: Emulator) -> None:
    with SteadyServer(lambda _: Reply(body=b'{"token": {}}')) as service:
        environment = {**QUIET, "DESCOPE_BASE_URI": service.url}
        ended = run_program(emulator, ENDS_WHILE_THE_LOOP_IS_RUNG, environment=environment)
    assert (ended.output, ended.errors, ended.code) == ("fetched\n", "", 0), ended


CALLS_WHEN_IT_IS_OVER = """
import asyncio, atexit
from descope_outbound import DescopeClientAsync

class WatchesNoDescriptors(asyncio.SelectorEventLoop):
    def add_reader(self, *_): raise NotImplementedError

client = DescopeClientAsync(license_handshake=False)
event_loop = WatchesNoDescriptors()

def fetch():
    return event_loop.run_until_complete(client.mgmt.outbound_application.fetch_token("app-id", "user-id"))

def fetch_once_more():
    try: fetch()
    except RuntimeError as error: print(error, flush=True)

# What is registered first is called last.
atexit.register(fetch_once_more)
fetch()
"""


def test_a_call_that_would_never_be_rung_for_is_refused(emulator: Emulator) -> None:
    with SteadyServer(lambda _: Reply(body=b'{"token": {}}')) as service:
        environment = {**QUIET, "DESCOPE_BASE_URI": service.url}
        ended = run_program(emulator, CALLS_WHEN_IT_IS_OVER, environment=environment)
    said = "the interpreter is ending: this event loop cannot be woken any more\n"
    assert (ended.output, ended.errors, ended.code) == (said, "", 0), ended
