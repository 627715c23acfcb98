"""The exit of the interpreter, and the closing of event loops, with live clients and calls in flight."""

from __future__ import annotations

import sys

import pytest

from emulator import Emulator
from program import SOAK, run

CLIENT = """
import asyncio, atexit, os, sys, threading, time
from descope_outbound import DescopeClient, DescopeClientAsync
client, client_async = DescopeClient(license_handshake=False), DescopeClientAsync(license_handshake=False)
fetch = client.mgmt.outbound_application.fetch_token
fetch_async = client_async.mgmt.outbound_application.fetch_token
"""

EXITS = {
    "with live clients that have been used": """
fetch("app-id", "user-id")
asyncio.run(fetch_async("app-id", "user-id"))
""",
    "with live clients that have never been used": "",
    "with clients and their coroutines in a reference cycle": """
fetch("app-id", "user-id")
cycle = [client, client_async]
cycle.append(cycle)
never_awaited = fetch_async("app-id", "user-id")
never_awaited.close()
cycle.append(never_awaited)
""",
    "in the middle of calls on daemon threads": """
for _ in range(8):
    threading.Thread(target=fetch, args=("app-id", "slow"), daemon=True).start()
time.sleep(0.1)
""",
    "while daemon threads call without a pause": """
def call():
    while True:
        fetch("app-id", "user-id")
for _ in range(8):
    threading.Thread(target=call, daemon=True).start()
fetch("app-id", "user-id")
""",
    "in the middle of event loops on daemon threads": """
async def call():
    while True:
        await asyncio.gather(*(fetch_async("app-id", "user-id") for _ in range(4)))
for _ in range(4):
    threading.Thread(target=asyncio.run, args=[call()], daemon=True).start()
fetch("app-id", "user-id")
""",
    "by sys.exit": """
threading.Thread(target=fetch, args=("app-id", "slow"), daemon=True).start()
fetch("app-id", "user-id")
print("done", flush=True)
sys.exit(0)
""",
    "by os._exit": """
for _ in range(4):
    threading.Thread(target=fetch, args=("app-id", "slow")).start()
time.sleep(0.05)
print("done", flush=True)
os._exit(0)
""",
    "with calls in exit handlers": """
atexit.register(lambda: fetch("app-id", "user-id"))
atexit.register(lambda: asyncio.run(fetch_async("app-id", "user-id")))
""",
    "after threads that call have ended": """
threads = [threading.Thread(target=fetch, args=("app-id", "user-id")) for _ in range(4)]
for thread in threads: thread.start()
""",
    "with a call in the finalizer of the last object": """
class Last:
    def __init__(self): self.fetch = fetch
    def __del__(self): self.fetch("app-id", "user-id")
last = Last()
fetch("app-id", "user-id")
""",
    "with a loop that was not closed": """
event_loop = asyncio.new_event_loop()
task = event_loop.create_task(fetch_async("app-id", "slow"))
event_loop.run_until_complete(asyncio.sleep(0.05))
task._log_destroy_pending = False
""",
}


@pytest.mark.parametrize("how", EXITS)
def test_the_interpreter_exits_without_errors(how: str, emulator: Emulator) -> None:
    emulator.fail(user="slow", delivery="hang")
    source = EXITS[how] if "done" in EXITS[how] else EXITS[how] + "\nprint('done')\n"
    for _ in range(3):
        ended = run(emulator, CLIENT + source)
        assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended


CLOSED_LOOPS = """
async def main():
    for _ in range(5):
        asyncio.ensure_future(fetch_async("app-id", "user-id"))
    await asyncio.sleep(0)
for _ in range(int(sys.argv[1])):
    asyncio.run(main())
print("done")
"""


def test_loops_that_close_with_calls_in_flight_print_nothing(emulator: Emulator) -> None:
    ended = run(emulator, CLIENT + CLOSED_LOOPS, str(500 * SOAK))
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended


CLOSED_WHILE_RESPONSES_ARRIVE = """
async def main(pause):
    for _ in range(5):
        asyncio.ensure_future(fetch_async("app-id", "user-id"))
    await asyncio.sleep(pause)
# The pauses range from before the first byte is sent to after the last response arrives.
for round in range(int(sys.argv[1])):
    asyncio.run(main(round % 50 * 0.0001))
print("done")
"""


def test_loops_that_close_while_responses_arrive_print_nothing(emulator: Emulator) -> None:
    ended = run(emulator, CLIENT + CLOSED_WHILE_RESPONSES_ARRIVE, str(500 * SOAK))
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended


LEFT_BEHIND = """
import gc

def descriptors_and_threads():
    gc.collect()
    # A call in a new loop frees what the last loop and the garbage collector have left.
    asyncio.run(main(0.2))
    links = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
    return sum("anon_inode" in link for link in links), len(os.listdir("/proc/self/task"))

before = descriptors_and_threads()
for round in range(200):
    asyncio.run(main(round % 50 * 0.0001))
after = descriptors_and_threads()
assert after[0] <= before[0] + 2 and after[1] <= before[1], (before, after)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_loops_that_close_with_calls_in_flight_leave_no_descriptor_and_no_thread(emulator: Emulator) -> None:
    ended = run(emulator, CLIENT + CLOSED_WHILE_RESPONSES_ARRIVE + LEFT_BEHIND, "10")
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended
