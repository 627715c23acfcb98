"""Event loops other than asyncio's own: uvloop, and anyio on both."""

from __future__ import annotations

import statistics

import pytest

from emulator import Emulator
from emulator_fixtures import emulator, running_emulator
from program import Program, run

__all__ = ["emulator", "running_emulator"]

CLIENT = """
import asyncio, gc, os, sys, threading, time
import anyio, uvloop
from descope_outbound import DeadlineExceeded, DescopeClient, DescopeClientAsync, TokenNotFound
client, client_async = DescopeClient(license_handshake=False), DescopeClientAsync(license_handshake=False)
fetch = client.mgmt.outbound_application.fetch_token
fetch_async = client_async.mgmt.outbound_application.fetch_token
"""


def expect(emulator: Emulator, source: str, output: str = "done\n") -> None:
    ended = run(emulator, CLIENT + source)
    assert (ended.output, ended.errors, ended.code) == (output, "", 0), ended


FETCHES = """
async def main():
    assert type(asyncio.get_running_loop()).__module__.startswith("uvloop")
    tokens = await asyncio.gather(*(fetch_async("app-id", "user-id") for _ in range(200)))
    assert {token["token"]["appId"] for token in tokens} == {"app-id"}
    for error, call in {
        TokenNotFound: fetch_async("app-id", "unconnected-user"),
        DeadlineExceeded: fetch_async("app-id", "slow", timeout_seconds=0.1),
        asyncio.TimeoutError: asyncio.wait_for(fetch_async("app-id", "slow"), 0.1),
    }.items():
        try:
            await call
        except error:
            continue
        raise AssertionError(error)
for _ in range(3):
    uvloop.run(main())
threads = [threading.Thread(target=uvloop.run, args=[main()]) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
"""


def test_calls_work_on_uvloop(emulator: Emulator) -> None:
    emulator.fail(user="slow", delivery="hang")
    expect(emulator, FETCHES)


CLOSED = """
async def main(pause):
    for _ in range(5):
        asyncio.ensure_future(fetch_async("app-id", "user-id"))
    await asyncio.sleep(pause)

def descriptors_and_threads():
    gc.collect()
    uvloop.run(main(0.2))
    links = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
    return sum("anon_inode" in link for link in links), len(os.listdir("/proc/self/task"))

uvloop.run(main(0))
before = descriptors_and_threads()
for round in range(500):
    uvloop.run(main(round % 50 * 0.0001))
after = descriptors_and_threads()
assert after[0] <= before[0] + 2 and after[1] <= before[1], (before, after)
print("done")
"""


def test_loops_of_uvloop_with_calls_in_flight_close_quietly_and_leave_nothing_open(emulator: Emulator) -> None:
    expect(emulator, CLOSED)


INTERRUPTED = """
for _ in range(5):
    try:
        uvloop.run(fetch_async("app-id", "user-id"))
    except KeyboardInterrupt:
        print(time.monotonic(), flush=True)
"""


def test_ctrl_c_interrupts_uvloop_within_a_fifth_of_a_second(emulator: Emulator) -> None:
    emulator.fail(path="/v1/*", delivery="hang")
    with Program(emulator, "-c", CLIENT + INTERRUPTED) as program:
        waits = program.interrupt_calls(emulator, 5)
        ended = program.wait()
    assert (ended.output, ended.errors, ended.code) == ("", "", 0), ended
    assert statistics.median(waits) < 0.2, waits


ANYIO = """
async def main():
    found = []
    async def one(user_id):
        found.append((await fetch_async("app-id", user_id))["token"]["appId"])
    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(one, "user-id")
    assert found == ["app-id"] * 50

    begin = time.monotonic()
    with anyio.move_on_after(0.1) as scope:
        await fetch_async("app-id", "slow")
    assert scope.cancelled_caught
    try:
        with anyio.fail_after(0.1):
            await fetch_async("app-id", "slow")
    except TimeoutError as error:
        assert not isinstance(error, DeadlineExceeded)
    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(one, "slow")
        await anyio.sleep(0.05)
        group.cancel_scope.cancel()
    assert time.monotonic() - begin < 5

    token = await anyio.to_thread.run_sync(fetch, "app-id", "user-id")
    assert token["token"]["appId"] == "app-id"
    with anyio.CancelScope(shield=True):
        assert (await fetch_async("app-id", "user-id")).access_token

for _ in range(3):
    anyio.run(main, backend="asyncio", backend_options={"use_uvloop": USE_UVLOOP})
print("done")
"""


@pytest.mark.parametrize("use_uvloop", [False, True], ids=["on asyncio", "on uvloop"])
def test_task_groups_and_cancel_scopes_of_anyio_cancel_calls(use_uvloop: bool, emulator: Emulator) -> None:
    emulator.fail(user="slow", delivery="hang")
    expect(emulator, ANYIO.replace("USE_UVLOOP", str(use_uvloop)))
