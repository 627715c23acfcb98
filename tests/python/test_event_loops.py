"""Event loops of every kind deliver the results of their calls."""

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
from canned_server import CannedResponse, Reaction, Request, SteadyServer

from descope_outbound import DescopeClientAsync
from emulator import Emulator
from program import QUIET
from program import run as run_program


class LoopWithoutAddReader(asyncio.SelectorEventLoop):
    """A loop that only ``call_soon_threadsafe`` can wake, as the default loop of Windows."""

    def add_reader(self, fd: Any, callback: Callable[..., Any], *args: Any) -> None:  # type: ignore[override]
        raise NotImplementedError


async def fetch_many(client: DescopeClientAsync, count: int) -> set[str]:
    fetch = client.mgmt.outbound_application.fetch_token
    tokens = await asyncio.gather(*(fetch("app-id", "user-id") for _ in range(count)))
    return {token["token"]["appId"] for token in tokens}


def waker_count() -> int:
    """Count the descriptors that wake an event loop from another thread."""
    directory = "/proc/self/fd"
    links = (os.path.realpath(os.path.join(directory, name)) for name in os.listdir(directory))
    return sum(link.endswith("anon_inode:[eventfd]") for link in links)


def run(event_loop: asyncio.AbstractEventLoop, client: DescopeClientAsync, count: int = 20) -> set[str]:
    return event_loop.run_until_complete(fetch_many(client, count))


@pytest.fixture
def connected(client_async: DescopeClientAsync, emulator: Emulator) -> DescopeClientAsync:
    emulator.connect("app-id", "user-id")
    return client_async


def test_a_loop_without_add_reader_is_woken(connected: DescopeClientAsync) -> None:
    event_loop = LoopWithoutAddReader()
    try:
        for _ in range(3):
            assert run(event_loop, connected) == {"app-id"}
    finally:
        event_loop.close()


def test_a_loop_without_add_reader_can_be_closed_with_calls_in_flight(
    connected: DescopeClientAsync, emulator: Emulator, capfd: pytest.CaptureFixture[str]
) -> None:
    emulator.fail(delivery="hang", count=1)
    event_loop = LoopWithoutAddReader()
    call = connected.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=0.2)
    task = event_loop.create_task(call)
    event_loop.run_until_complete(asyncio.sleep(0.01))
    event_loop.close()
    # The call ends at its deadline, and its loop no longer exists.
    assert asyncio.run(fetch_many(connected, 1)) == {"app-id"}
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    assert "Traceback" not in capfd.readouterr().err


def test_two_loops_that_alternate_in_one_thread_open_no_new_descriptors(connected: DescopeClientAsync) -> None:
    loops = [asyncio.new_event_loop() for _ in range(2)]
    try:
        for event_loop in loops:
            run(event_loop, connected)
        before = waker_count()
        for _ in range(10):
            for event_loop in loops:
                assert run(event_loop, connected) == {"app-id"}
        assert waker_count() <= before
    finally:
        for event_loop in loops:
            event_loop.close()


def test_loops_in_several_threads_work_concurrently(connected: DescopeClientAsync) -> None:
    results: list[set[str]] = []
    threads = [
        threading.Thread(target=lambda: results.append(asyncio.run(fetch_many(connected, 20)))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert results == [{"app-id"}] * 5


def test_a_closed_loop_is_freed_with_its_descriptors(connected: DescopeClientAsync) -> None:
    asyncio.run(fetch_many(connected, 1))
    before = waker_count()
    for _ in range(10):
        event_loop = asyncio.new_event_loop()
        run(event_loop, connected)
        event_loop.close()
        known = weakref.ref(event_loop)
        del event_loop
        gc.collect()
        assert known() is None
    # The descriptor of the last loop is closed when the next loop makes a call.
    asyncio.run(fetch_many(connected, 1))
    assert waker_count() <= before + 1


LONG_COMPUTATION = """
import asyncio, ctypes, os, select, socket, sys, threading
from descope_outbound import DescopeClient, DescopeClientAsync

class LoopWithoutAddReader(asyncio.SelectorEventLoop):
    def add_reader(self, *_): raise NotImplementedError

class PollDescriptor(ctypes.Structure):
    _fields_ = [("descriptor", ctypes.c_int), ("events", ctypes.c_short), ("came", ctypes.c_short)]

def ask(path):
    connection = socket.create_connection(os.environ["SERVER"].split(":"))
    connection.sendall(f"GET {path} HTTP/1.1\\r\\n\\r\\n".encode())
    return connection

client, client_async = DescopeClient(license_handshake=False), DescopeClientAsync(license_handshake=False)
fetch_async = client_async.mgmt.outbound_application.fetch_token

def in_a_loop():
    event_loop = LoopWithoutAddReader()
    event_loop.run_until_complete(fetch_async("app-id", "of a loop"))
    event_loop.close()

threads = [threading.Thread(target=in_a_loop) for _ in range(int(sys.argv[1]))]
threads.append(threading.Thread(target=client.mgmt.outbound_application.fetch_token, args=("app-id", "interrupted")))
for thread in threads: thread.start()
ask("/all-calls-are-in-flight").recv(1)
response = ask("/the-interrupted-call-is-retried")
watched = PollDescriptor(response.fileno(), select.POLLIN)
# poll() holds the GIL, as a long computation in C does.
print(ctypes.PyDLL(None).poll(ctypes.byref(watched), 1, 5_000), flush=True)
for thread in threads: thread.join()
"""


class WhileItComputes:
    """Responds to the loops while the program computes, and interrupts one call, which then looks its host up again."""

    def __init__(self, loops: int) -> None:
        self._all_in_flight = threading.Barrier(loops + 2)
        self._computing, self._is_retried = threading.Event(), threading.Event()
        self._is_interrupted = False

    def __call__(self, request: Request) -> Reaction:
        if request.path == "/the-interrupted-call-is-retried":
            self._computing.set()
            self._is_retried.wait(timeout=12)
            return CannedResponse()
        if b"interrupted" in request.body and self._is_interrupted:
            self._is_retried.set()
            return CannedResponse(body=b'{"token": {}}')
        self._all_in_flight.wait(timeout=20)
        if request.path == "/all-calls-are-in-flight":
            return CannedResponse()
        self._computing.wait(timeout=20)
        time.sleep(0.2)
        if b"interrupted" in request.body:
            self._is_interrupted = True
            # By then, the client has started to wake the loops.
            time.sleep(0.3)
            return "close"
        return CannedResponse(body=b'{"token": {}}')


@pytest.mark.skipif(sys.platform != "linux", reason="holds the GIL with a system call of Linux")
def test_loops_that_wait_for_the_gil_do_not_block_a_host_lookup(emulator: Emulator) -> None:
    loops = 12
    with SteadyServer(WhileItComputes(loops)) as service:
        server = service.url.removeprefix("http://")
        environment = {**QUIET, "SERVER": server, "DESCOPE_BASE_URI": f"http://localhost:{server.split(':')[1]}"}
        ended = run_program(emulator, LONG_COMPUTATION, str(loops), environment=environment)
    assert (ended.output, ended.errors, ended.code) == ("1\n", "", 0), ended


EXITS_DURING_A_WAKEUP = """
import asyncio, sys, time
from descope_outbound import DescopeClientAsync

class ReleasesTheGilAtExit:
    def __del__(self, sleep=time.sleep): sleep(1)

class SlowToWake(asyncio.SelectorEventLoop):
    def add_reader(self, *_): raise NotImplementedError
    def call_soon_threadsafe(self, *given, **more):
        handle = super().call_soon_threadsafe(*given, **more)
        # Meanwhile the loop continues, and the program reaches its end.
        time.sleep(0.3)
        return handle

sys.lingering = ReleasesTheGilAtExit()
client = DescopeClientAsync(license_handshake=False)
event_loop = SlowToWake()
event_loop.run_until_complete(client.mgmt.outbound_application.fetch_token("app-id", "user-id"))
print("fetched", flush=True)
"""


def test_the_interpreter_waits_at_exit_for_a_wakeup_that_has_begun(emulator: Emulator) -> None:
    with SteadyServer(lambda _: CannedResponse(body=b'{"token": {}}')) as service:
        environment = {**QUIET, "DESCOPE_BASE_URI": service.url}
        ended = run_program(emulator, EXITS_DURING_A_WAKEUP, environment=environment)
    assert (ended.output, ended.errors, ended.code) == ("fetched\n", "", 0), ended


CALLS_AT_EXIT = """
import asyncio, atexit
from descope_outbound import DescopeClientAsync

class LoopWithoutAddReader(asyncio.SelectorEventLoop):
    def add_reader(self, *_): raise NotImplementedError

client = DescopeClientAsync(license_handshake=False)
event_loop = LoopWithoutAddReader()

def fetch():
    return event_loop.run_until_complete(client.mgmt.outbound_application.fetch_token("app-id", "user-id"))

def fetch_at_exit():
    try: fetch()
    except RuntimeError as error: print(error, flush=True)

# Exit handlers run in reverse order, so this one runs last.
atexit.register(fetch_at_exit)
fetch()
"""


def test_a_call_whose_loop_can_no_longer_be_woken_raises(emulator: Emulator) -> None:
    with SteadyServer(lambda _: CannedResponse(body=b'{"token": {}}')) as service:
        environment = {**QUIET, "DESCOPE_BASE_URI": service.url}
        ended = run_program(emulator, CALLS_AT_EXIT, environment=environment)
    error_text = "the interpreter is ending: this event loop cannot be woken any more\n"
    assert (ended.output, ended.errors, ended.code) == (error_text, "", 0), ended
