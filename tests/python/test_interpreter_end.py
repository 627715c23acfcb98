"""The end of the interpreter, and of event loops, with clients and calls that are still there."""

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

ENDS = {
    "with live clients that have been used": """
fetch("app-id", "user-id")
asyncio.run(fetch_async("app-id", "user-id"))
""",
    "with live clients that never were": "",
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
    "by an exception": """
threading.Thread(target=fetch, args=("app-id", "slow"), daemon=True).start()
fetch("app-id", "user-id")
print("done", flush=True)
sys.exit(0)
""",
    "at once": """
for _ in range(4):
    threading.Thread(target=fetch, args=("app-id", "slow")).start()
time.sleep(0.05)
print("done", flush=True)
os._exit(0)
""",
    "with a call of an exit handler": """
atexit.register(lambda: fetch("app-id", "user-id"))
atexit.register(lambda: asyncio.run(fetch_async("app-id", "user-id")))
""",
    "when threads that call are done": """
threads = [threading.Thread(target=fetch, args=("app-id", "user-id")) for _ in range(4)]
for thread in threads: thread.start()
""",
    "with a call of the last object to go": """
class Last:
    def __init__(self): self.fetch = fetch
    def __del__(self): self.fetch("app-id", "user-id")
last = Last()
fetch("app-id", "user-id")
""",
    "with a loop that has been left as it was": """
event_loop = asyncio.new_event_loop()
task = event_loop.create_task(fetch_async("app-id", "slow"))
event_loop.run_until_complete(asyncio.sleep(0.05))
task._log_destroy_pending = False
""",
}


@pytest.mark.parametrize("how", ENDS)
def test_the_interpreter_ends_quietly(how: str, emulator: Emulator) -> None:
    emulator.fail(user="slow", delivery="hang")
    source = ENDS[how] if "done" in ENDS[how] else ENDS[how] + "\nprint('done')\n"
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


CLOSED_AT_THE_WORST_MOMENT = """
async def main(pause):
    for _ in range(5):
        asyncio.ensure_future(fetch_async("app-id", "user-id"))
    await asyncio.sleep(pause)
# From before the first byte is out to after the last answer is in.
for round in range(int(sys.argv[1])):
    asyncio.run(main(round % 50 * 0.0001))
print("done")
"""


def test_nor_do_they_when_answers_come_in_while_they_close(emulator: Emulator) -> None:
    ended = run(emulator, CLIENT + CLOSED_AT_THE_WORST_MOMENT, str(500 * SOAK))
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended


LEFT_BEHIND = """
import gc

def seen():
    gc.collect()
    # Lets go of what the last loop has left, and of what the collector found.
    asyncio.run(main(0.2))
    links = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
    return sum("anon_inode" in link for link in links), len(os.listdir("/proc/self/task"))

before = seen()
for round in range(200):
    asyncio.run(main(round % 50 * 0.0001))
after = seen()
assert after[0] <= before[0] + 2 and after[1] <= before[1], (before, after)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_loops_that_close_with_calls_in_flight_leave_no_descriptor_and_no_thread(emulator: Emulator) -> None:
    ended = run(emulator, CLIENT + CLOSED_AT_THE_WORST_MOMENT + LEFT_BEHIND, "10")
    assert (ended.output, ended.errors, ended.code) == ("done\n", "", 0), ended
