"""Sync calls in programs with green threads: while one call waits, the others run."""

from __future__ import annotations

import signal
import time

import pytest

from emulator import Emulator
from emulator_fixtures import emulator, running_emulator
from program import Program, run

__all__ = ["emulator", "running_emulator"]

#: The first lines of a program, so that the rest of it can be the same for both libraries.
LIBRARIES = {
    "gevent": """
import gevent.monkey
gevent.monkey.patch_all()
import gevent
spawn, sleep, Timeout = gevent.spawn, gevent.sleep, gevent.Timeout
join = lambda green: green.get()
""",
    "eventlet": """
import eventlet
eventlet.monkey_patch()
spawn, sleep, Timeout = eventlet.spawn, eventlet.sleep, eventlet.Timeout
join = lambda green: green.wait()
""",
}
CLIENT = """
import sys, threading, time
from descope_outbound import DescopeClient, DeadlineExceeded, TokenNotFound
client = DescopeClient(license_handshake=False)
fetch = client.mgmt.outbound_application.fetch_token
"""

# eventlet warns on import that it is deprecated, and gevent that it patches late.
NO_WARNINGS = {"PYTHONWARNINGS": "ignore"}

both = pytest.mark.parametrize("library", LIBRARIES)


def run_quietly(emulator: Emulator, source: str) -> str:
    ended = run(emulator, source, environment=NO_WARNINGS)
    assert (ended.errors, ended.code) == ("", 0), ended
    return ended.output


CONCURRENT = """
begin = time.monotonic()
ticks = 0
def tick():
    global ticks
    while True:
        sleep(0.01)
        ticks += 1
spawn(tick)
calls = [spawn(fetch, "app-id", "user-id") for _ in range(30)]
assert {join(call)["token"]["appId"] for call in calls} == {"app-id"}
took = time.monotonic() - begin
assert took < 30 * 0.3 / 2, took
assert ticks >= 10, ticks
print("done")
"""


@both
def test_calls_of_green_threads_are_concurrent_and_other_green_threads_run(library: str, emulator: Emulator) -> None:
    emulator.fail(path="/v1/*", latency_ms=300)
    assert run_quietly(emulator, LIBRARIES[library] + CLIENT + CONCURRENT) == "done\n"


PATCHED_LATE = """
fetch("app-id", "user-id")
{patch}
begin = time.monotonic()
threads = [threading.Thread(target=fetch, args=("app-id", "user-id")) for _ in range(10)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert time.monotonic() - begin < 10 * 0.3 / 2
print("done")
"""


@both
def test_threads_can_be_patched_after_the_client_has_been_used(library: str, emulator: Emulator) -> None:
    emulator.fail(path="/v1/*", latency_ms=300, after=1)
    source = CLIENT + PATCHED_LATE.format(patch=LIBRARIES[library])
    assert run_quietly(emulator, source) == "done\n"


ERRORS = """
for error, call in {
    TokenNotFound: lambda: fetch("app-id", "unconnected-user"),
    TypeError: lambda: fetch("app-id", 7),
    DeadlineExceeded: lambda: fetch("app-id", "slow", timeout_seconds=0.2),
    RuntimeError: lambda: (client.close(), fetch("app-id", "user-id")),
}.items():
    try:
        call()
    except error:
        print(error.__name__)
"""


@both
def test_green_threads_get_the_same_errors_as_other_threads(library: str, emulator: Emulator) -> None:
    emulator.fail(user="slow", delivery="hang")
    output = run_quietly(emulator, LIBRARIES[library] + CLIENT + ERRORS)
    assert output.split() == ["TokenNotFound", "TypeError", "DeadlineExceeded", "RuntimeError"]


TIMES_OUT = """
begin = time.monotonic()
for _ in range(3):
    try:
        with Timeout(0.1):
            fetch("app-id", "user-id")
    except Timeout:
        print("timed out")
killed = spawn(fetch, "app-id", "user-id")
sleep(0.1)
killed.kill()
assert time.monotonic() - begin < 5
print(fetch("app-id", "user-id")["token"]["appId"])
"""


@both
def test_a_timeout_or_a_kill_of_the_green_thread_ends_the_call(library: str, emulator: Emulator) -> None:
    emulator.fail(delivery="hang", count=4)
    output = run_quietly(emulator, LIBRARIES[library] + CLIENT + TIMES_OUT)
    assert output == "timed out\n" * 3 + "app-id\n"


INTERRUPTED = """
print("ready", flush=True)
try:
    fetch("app-id", "user-id")
except KeyboardInterrupt:
    print("interrupted")
"""


@both
def test_ctrl_c_interrupts_the_call_of_a_green_thread(library: str, emulator: Emulator) -> None:
    emulator.fail(path="/v1/*", delivery="hang")
    source = LIBRARIES[library] + CLIENT + INTERRUPTED
    with Program(emulator, "-c", source, environment=NO_WARNINGS) as program:
        assert program.read_line() == "ready"
        while emulator.counters()["requests"] == 0:
            time.sleep(0.01)
        begin = time.monotonic()
        program.send_signal(signal.SIGINT)
        ended = program.wait()
    assert (ended.output, ended.code) == ("interrupted\n", 0), ended
    assert time.monotonic() - begin < 5


SYSTEM_THREADS = """
import gevent
pool = gevent.get_hub().threadpool
calls = [pool.spawn(fetch, "app-id", "user-id") for _ in range(8)]
assert {call.get()["token"]["appId"] for call in calls} == {"app-id"}
print("done")
"""


def test_the_threads_of_gevents_pool_can_call_too(emulator: Emulator) -> None:
    assert run_quietly(emulator, LIBRARIES["gevent"] + CLIENT + SYSTEM_THREADS) == "done\n"


LEAVES_NO_DESCRIPTOR = """
import os
def descriptors(): return len(os.listdir("/proc/self/fd"))
fetch("app-id", "user-id")
before = descriptors()
for _ in range(20):
    for call in [spawn(fetch, "app-id", "user-id") for _ in range(20)]: join(call)
assert descriptors() <= before + 40, (before, descriptors())  # pooled connections
print("done")
"""


@both
def test_hundreds_of_calls_leave_no_descriptor_open(library: str, emulator: Emulator) -> None:
    assert run_quietly(emulator, LIBRARIES[library] + CLIENT + LEAVES_NO_DESCRIPTOR) == "done\n"


UNPATCHED = """
import gevent
client = __import__("descope_outbound").DescopeClient(license_handshake=False)
print(client.mgmt.outbound_application.fetch_token("app-id", "user-id")["token"]["appId"])
"""


def test_calls_work_in_a_program_that_imports_gevent_without_patching(emulator: Emulator) -> None:
    assert run_quietly(emulator, UNPATCHED) == "app-id\n"


FORKED = """
import os
fetch("app-id", "user-id")
children = []
for _ in range(10):
    child = os.fork()
    if child == 0:
        calls = [spawn(fetch, "app-id", "user-id") for _ in range(5)]
        good = {join(call)["token"]["appId"] for call in calls} == {"app-id"}
        os._exit(0 if good else 1)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children] == [0] * 10)
print(fetch("app-id", "user-id")["token"]["appId"])
"""


def test_green_threads_of_a_forked_child_can_call(emulator: Emulator) -> None:
    assert run_quietly(emulator, LIBRARIES["gevent"] + CLIENT + FORKED) == "True\napp-id\n"
