"""Signals, cancellation, forks, and the end of a process."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from descope_outbound import DeadlineExceeded, DescopeClient, DescopeClientAsync
from emulator import ROOT, Emulator


def in_a_process_of_its_own(program: str, emulator: Emulator) -> subprocess.Popen[str]:
    """Runs the program against the emulator."""
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", program],
        env={**os.environ, **emulator.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


INTERRUPTED = """
from descope_outbound import DescopeClient
client = DescopeClient(license_handshake=False)
try:
    client.mgmt.outbound_application.fetch_token("app-id", "user-id")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_interrupts_a_sync_call_at_once(emulator: Emulator) -> None:
    emulator.fail(delivery="hang")
    process = in_a_process_of_its_own(INTERRUPTED, emulator)
    while emulator.counters()["requests"] == 0:
        assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.01)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    # The interpreter's own end is in it too, and the machine may be busy; the call itself would have taken 20 s.
    assert time.monotonic() - start < 5
    assert (output, errors, process.returncode) == ("interrupted\n", "", 0)


def test_a_cancelled_task_drops_its_request(client_async: DescopeClientAsync, emulator: Emulator) -> None:
    emulator.fail(delivery="hang", count=1)

    async def cancelled() -> None:
        fetch = client_async.mgmt.outbound_application.fetch_token
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(fetch("app-id", "user-id"), 0.2)
        assert (await fetch("app-id", "user-id")).access_token

    asyncio.run(cancelled())


def test_a_deadline_is_a_timeout_error_in_both_worlds(
    client: DescopeClient, client_async: DescopeClientAsync, emulator: Emulator
) -> None:
    emulator.fail(delivery="hang")
    with pytest.raises(DeadlineExceeded):
        client.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=0.1)
    with pytest.raises(TimeoutError):
        asyncio.run(client_async.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=0.1))


def fetch_in_child(client: DescopeClient, client_async: DescopeClientAsync) -> None:
    assert client.mgmt.outbound_application.fetch_token("app-id", "user-id").access_token
    assert asyncio.run(client_async.mgmt.outbound_application.fetch_token("app-id", "user-id")).access_token


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_gets_its_own_connections(
    client: DescopeClient, client_async: DescopeClientAsync, emulator: Emulator
) -> None:
    fetch_in_child(client, client_async)
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=fetch_in_child, args=(client, client_async)) for _ in range(5)]
    for child in children:
        child.start()
    for child in children:
        child.join(30)
        assert child.exitcode == 0
    fetch_in_child(client, client_async)
    fetches = [entry for entry in emulator.journal() if entry["path"].startswith("/v1/")]
    # Two clients in each of six processes; the parent's are kept throughout.
    assert len({entry["connection"] for entry in fetches}) == 12


ENDS_WITH_CALLS_IN_FLIGHT = """
import asyncio, threading
from descope_outbound import DescopeClient, DescopeClientAsync
client, client_async = DescopeClient(license_handshake=False), DescopeClientAsync(license_handshake=False)
fetch = client.mgmt.outbound_application.fetch_token
for _ in range(4):
    threading.Thread(target=fetch, args=("app-id", "user-id"), daemon=True).start()
async def main():
    calls = [client_async.mgmt.outbound_application.fetch_token("app-id", "user-id") for _ in range(4)]
    await asyncio.wait([asyncio.ensure_future(call) for call in calls], timeout=0.3)
asyncio.run(main())
print("done")
"""


def test_the_interpreter_ends_cleanly_with_calls_in_flight(emulator: Emulator) -> None:
    emulator.fail(delivery="hang")
    process = in_a_process_of_its_own(ENDS_WITH_CALLS_IN_FLIGHT, emulator)
    output, errors = process.communicate(timeout=20)
    assert (output, errors, process.returncode) == ("done\n", "", 0)


CLOSED_LOOPS = """
import asyncio
from descope_outbound import DescopeClientAsync
client = DescopeClientAsync(license_handshake=False)
async def main():
    for _ in range(5):
        asyncio.ensure_future(client.mgmt.outbound_application.fetch_token("app-id", "user-id"))
    await asyncio.sleep(0)
for _ in range(50):
    asyncio.run(main())
print("done")
"""


def test_a_loop_that_closes_with_calls_in_flight_prints_nothing(emulator: Emulator) -> None:
    process = in_a_process_of_its_own(CLOSED_LOOPS, emulator)
    output, errors = process.communicate(timeout=60)
    assert (output, errors, process.returncode) == ("done\n", "", 0)
