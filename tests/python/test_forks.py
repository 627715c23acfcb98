"""Forks: a child gets its own connections and threads, whatever its parent was doing."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sys

import pytest
from canned_server import CannedResponse, SteadyServer

from descope_outbound import DescopeClient, DescopeClientAsync
from emulator import ROOT, Emulator
from program import QUIET, SOAK, Program, run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def fetch_in_child(client: DescopeClient, client_async: DescopeClientAsync) -> None:
    assert client.mgmt.outbound_application.fetch_token("app-id", "user-id").access_token
    assert asyncio.run(client_async.mgmt.outbound_application.fetch_token("app-id", "user-id")).access_token


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
    # Two clients in each of six processes. The parent keeps its connections.
    assert len({entry["connection"] for entry in fetches}) == 12


CLIENTS = """
import asyncio, faulthandler, os, re, signal, sys, threading, time, traceback
from descope_outbound import DescopeClient, DescopeClientAsync
faulthandler.register(signal.SIGALRM, chain=True)
client, client_async = DescopeClient(), DescopeClientAsync()

def fetch():
    assert client.mgmt.outbound_application.fetch_token("app-id", "user-id").access_token

async def fetch_async():
    assert (await client_async.mgmt.outbound_application.fetch_token("app-id", "user-id")).access_token

def in_child(*functions):
    child = os.fork()
    if child:
        return child
    # A child that hangs prints its stacks and ends.
    signal.alarm(20)
    try:
        for function in functions:
            function()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)

def status(child):
    return os.waitpid(child, 0)[1]
"""

UNDER_LOAD = """
stopped = threading.Event()
calls, problems = [0] * 6, []

def call_sync(number):
    while not stopped.is_set():
        fetch()
        calls[number] += 1

async def call_async(number):
    while not stopped.is_set():
        await asyncio.gather(*(fetch_async() for _ in range(4)))
        calls[number] += 4

def guarded(call):
    try:
        call()
    except BaseException:
        problems.append(traceback.format_exc())

threads = [threading.Thread(target=guarded, args=[lambda n=n: call_sync(n)]) for n in range(3)]
threads += [threading.Thread(target=guarded, args=[lambda n=n: asyncio.run(call_async(n))]) for n in range(3, 6)]
for thread in threads:
    thread.start()
while not all(calls):
    time.sleep(0.001)
failed = sum(status(in_child(fetch, lambda: asyncio.run(fetch_async()))) != 0 for _ in range(int(sys.argv[1])))
calls_before = list(calls)
while not all(now > before for now, before in zip(calls, calls_before)) and not problems:
    time.sleep(0.001)
stopped.set()
for thread in threads:
    thread.join()
print(failed, problems)
"""


def test_children_forked_while_six_threads_call_can_all_call(emulator: Emulator) -> None:
    ended = run(emulator, CLIENTS + UNDER_LOAD, str(150 * SOAK), seconds=100)
    assert (ended.output, ended.errors, ended.code) == ("0 []\n", "", 0), ended


CREATED_BEFORE = """
assert status(in_child(fetch, lambda: asyncio.run(fetch_async()))) == 0
fetch()
asyncio.run(fetch_async())
print("done")
"""


def test_a_client_created_before_a_fork_can_be_first_used_after_it(emulator: Emulator) -> None:
    ended = run(emulator, CLIENTS + CREATED_BEFORE)
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended


GRANDCHILDREN = """
fetch()
child = lambda: [fetch(), status(in_child(fetch, lambda: asyncio.run(fetch_async()))) == 0 or os._exit(2)]
assert status(in_child(child)) == 0
statuses = []
thread = threading.Thread(target=lambda: statuses.append(status(in_child(child))))
thread.start()
thread.join()
assert statuses == [0]
fetch()
print("done")
"""


def test_a_child_can_fork_and_so_can_another_thread(emulator: Emulator) -> None:
    ended = run(emulator, CLIENTS + GRANDCHILDREN)
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended


IN_A_LOOP = """
def in_a_loop_of_its_own():
    thread = threading.Thread(target=lambda: asyncio.run(fetch_async()))
    thread.start()
    thread.join()

async def main():
    in_flight = [asyncio.ensure_future(fetch_async()) for _ in range(5)]
    await asyncio.sleep(0)
    assert status(in_child(fetch, in_a_loop_of_its_own)) == 0
    await asyncio.gather(*in_flight)

asyncio.run(main())
print("done")
"""


def test_a_fork_inside_an_event_loop_with_calls_in_flight_disturbs_neither_process(emulator: Emulator) -> None:
    ended = run(emulator, CLIENTS + IN_A_LOOP)
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_process_pools_of_every_start_method_can_call(method: str, emulator: Emulator) -> None:
    program = ROOT / "tests" / "python" / "process_pools.py"
    with Program(emulator, str(program), method) as pools:
        ended = pools.wait()
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended


WHILE_TOKENS_ARE_REPLACED = """
cached = DescopeClient(cache=True)
operations, stats = cached.mgmt.outbound_application, cached.cache.stats
fetch = lambda **more: operations.fetch_token("app-id", "user-id", **more)
children = []
for _ in range(int(sys.argv[1])):
    fetch()
    # The thread below frees the token that is parsed for the next hit.
    assert fetch().source == "cache"
    thread = threading.Thread(target=fetch, kwargs={"options": {"forceRefresh": True}})
    thread.start()
    many = len(children) + 30
    while thread.is_alive() and len(children) < many:
        children.append(in_child(stats))
    thread.join()
print(len(children) > 5, sum(status(child) != 0 for child in children))
"""


def test_children_forked_while_cached_tokens_are_replaced_can_all_call(emulator: Emulator) -> None:
    # Large enough that freeing it takes a while.
    token = {"accessToken": "made-up-large", "scopes": [], "lists": [[]] * 250_000}
    with SteadyServer(CannedResponse(body=json.dumps({"token": token}).encode())) as service:
        environment = {**QUIET, "DESCOPE_BASE_URI": service.url}
        ended = run(emulator, CLIENTS + WHILE_TOKENS_ARE_REPLACED, "5", environment=environment)
    assert (ended.output, ended.errors, ended.code) == ("True 0\n", "", 0), ended


CALLS_OF_THE_PARENT = """
def wakeup_count():
    tasks = [f"/proc/self/task/{task}/" for task in os.listdir("/proc/self/task")]
    statuses = [open(task + "status").read() for task in tasks if open(task + "comm").read().startswith("descope")]
    return sum(int(re.search(r"^voluntary_ctxt_switches:\\s+(\\d+)", status, re.MULTILINE)[1]) for status in statuses)

async def main():
    native, slow = client._native, {"app_id": "app-id", "user_id": "slow"}
    outcome, abort = native.call_async("fetch_token", slow, None)
    pending = native.call_pollable("fetch_token", slow, None)
    await asyncio.sleep(0.2)
    before = wakeup_count()
    for _ in range(20):
        assert status(in_child(abort.abort, pending.abort)) == 0
    # The runtime's own timers wake it too.
    assert wakeup_count() < before + 10, (before, wakeup_count())
    outcome.cancel()
    abort.abort()
    pending.abort()
    print("done")

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_cannot_abort_the_calls_of_its_parent(emulator: Emulator) -> None:
    # Aborting them would need locks that a thread of the parent may have held, and would wake that thread.
    emulator.fail(user="slow", delivery="hang")
    ended = run(emulator, CLIENTS + CALLS_OF_THE_PARENT)
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended
