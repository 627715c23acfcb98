"""Signals that arrive during a call."""

from __future__ import annotations

import signal
import statistics
import time

import pytest

from emulator import Emulator
from program import Program, run

CLIENT = """
import asyncio, os, signal, sys, threading, time
from descope_outbound import DescopeClient, DescopeClientAsync
client, client_async = DescopeClient(license_handshake=False), DescopeClientAsync(license_handshake=False)
fetch = client.mgmt.outbound_application.fetch_token
fetch_async = client_async.mgmt.outbound_application.fetch_token
"""

INTERRUPTED = {
    "a sync call": """
for _ in range(5):
    try:
        fetch("app-id", "user-id")
    except KeyboardInterrupt:
        # All processes of the machine share this clock.
        print(time.monotonic(), flush=True)
""",
    "an event loop": """
for _ in range(5):
    try:
        asyncio.run(fetch_async("app-id", "user-id"))
    except KeyboardInterrupt:
        print(time.monotonic(), flush=True)
""",
    "a wait for a thread that calls": """
for _ in range(5):
    thread = threading.Thread(target=fetch, args=("app-id", "user-id"), daemon=True)
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        print(time.monotonic(), flush=True)
""",
}


@pytest.mark.parametrize("what", INTERRUPTED)
def test_ctrl_c_interrupts_within_a_fifth_of_a_second(what: str, emulator: Emulator) -> None:
    emulator.fail(path="/v1/*", delivery="hang")
    with Program(emulator, "-c", CLIENT + INTERRUPTED[what]) as program:
        waits = program.interrupt_calls(emulator, 5)
        ended = program.wait()
    assert (ended.output, ended.errors, ended.code) == ("", "", 0), ended
    # The median, because the machine may be busy during one of the calls.
    assert statistics.median(waits) < 0.2, waits


HANDLED = """
handled = []
signal.signal(signal.SIGUSR1, lambda number, frame: handled.append(threading.current_thread().name))
print("ready", flush=True)
print(fetch("app-id", "user-id")["token"]["appId"], *handled)
"""


def test_a_handler_that_raises_nothing_runs_during_the_call_and_the_call_continues(emulator: Emulator) -> None:
    emulator.fail(path="/v1/*", delivery="hold")
    with Program(emulator, "-c", CLIENT + HANDLED) as program:
        assert program.read_line() == "ready"
        while emulator.counters()["requests"] == 0:
            time.sleep(0.005)
        for _ in range(3):
            program.send_signal(signal.SIGUSR1)
            time.sleep(0.1)
        emulator.control("POST", "faults/release")
        ended = program.wait()
    assert (ended.output, ended.errors, ended.code) == ("app-id MainThread MainThread MainThread\n", "", 0), ended


INTERRUPTED_BY_ALARM = """
class TooLong(Exception):
    pass
def raise_too_long(number, frame):
    raise TooLong
signal.signal(signal.SIGALRM, raise_too_long)
for _ in range(5):
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        fetch("app-id", "user-id")
    except TooLong:
        print("too long")
print(fetch("app-id", "user-id")["token"]["appId"])
"""


def test_a_handler_that_raises_ends_the_call_and_the_client_stays_usable(emulator: Emulator) -> None:
    emulator.fail(path="/v1/*", delivery="hang", count=5)
    ended = run(emulator, CLIENT + INTERRUPTED_BY_ALARM)
    assert (ended.output, ended.errors, ended.code) == ("too long\n" * 5 + "app-id\n", "", 0), ended


TERMINATED = """
for _ in range(4):
    threading.Thread(target=fetch, args=("app-id", "user-id")).start()
fetch("app-id", "user-id")
"""


def test_sigterm_ends_a_process_with_calls_in_flight(emulator: Emulator) -> None:
    emulator.fail(path="/v1/*", delivery="hang")
    with Program(emulator, "-c", CLIENT + TERMINATED) as program:
        while emulator.counters()["requests"] < 5:
            time.sleep(0.005)
        program.send_signal(signal.SIGTERM)
        ended = program.wait()
    assert (ended.output, ended.errors, ended.code) == ("", "", -signal.SIGTERM), ended
