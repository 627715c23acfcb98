"""Makes the calls of jobs with a Python client, and tells what surfaced: driver.py ours|official sync|async.

A job is a line of JSON on the standard input, its report a line on the standard output; jobs run beside each other.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import re
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

WHOSE, MODE = sys.argv[1:]
if WHOSE == "ours":
    import descope_outbound as sdk
else:
    import functools
    import logging
    import ssl

    import descope as sdk  # type: ignore[no-redef]
    import httpx

    # Every official client reads the roots anew, several times; for all faults that would take minutes.
    if "SSL_CERT_FILE" not in os.environ:
        ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]
    logging.getLogger("descope").setLevel(logging.CRITICAL)

Job = dict[str, Any]
Outcome = dict[str, Any]
_writing = threading.Lock()


def make_client(job: Job) -> Any:
    settings = job["client"]
    given = {
        "management_key": settings["management_key"],
        "base_url": settings["base_url"],
        "timeout_seconds": settings["timeout_seconds"],
    }
    if WHOSE == "ours":
        given["license_handshake"] = {"off": False, "beside": True, "wait": "wait"}[settings["licence"]]
    kind = sdk.DescopeClient if MODE == "sync" else sdk.DescopeClientAsync
    return kind(settings["project_id"], **given)


def begin(client: Any, call: dict[str, str]) -> Any:
    """The call's result, or what to await for it."""
    outbound = client.mgmt.outbound_application
    if call["do"] == "load":
        return outbound.load_application(call["app"])
    if call["do"] == "upload":
        return outbound.upload_user_api_key(call["app"], "user", call["api_key"])
    return outbound.fetch_token(call["app"], "user")


def success(result: Any) -> Outcome:
    token = result.get("token") if isinstance(result, dict) else None
    return {
        "kind": "success",
        "token": token.get("accessToken") if isinstance(token, dict) else None,
        "class": "success",
    }


def failure(error: BaseException) -> Outcome:
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return {
        "kind": kind_of(error),
        "class": type(error).__name__,
        "status": status_of(error),
        "retry_after": retry_after_of(error),
        # Of the official SDK the classes count too: some of httpx's errors say nothing else.
        "text": " / ".join(str(each) if WHOSE == "ours" else repr(each) for each in chain),
        "shown": "\n".join([*map(repr, chain), *traceback.format_exception(error)]),
    }


def kind_of(error: BaseException) -> str:
    """The class as `docs/deviations.md` translates it; what it does not know is `other`."""
    if isinstance(error, sdk.RateLimitException):
        return "rate_limited"
    if isinstance(error, sdk.AuthException):
        return "http"
    if WHOSE == "ours":
        kinds = {
            sdk.DeadlineExceeded: "deadline_exceeded",
            sdk.ConnectionFailed: "connection_failed",
            sdk.DecodeError: "decode",
        }
        return kinds.get(type(error), "other")
    if isinstance(error, httpx.TimeoutException):
        return "deadline_exceeded"
    if isinstance(error, httpx.TransportError):
        return "connection_failed"
    return "decode" if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) else "other"


def status_of(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return int(str(status)) if re.fullmatch("[0-9]+", str(status)) else None


def retry_after_of(error: BaseException) -> float | None:
    parameters = getattr(error, "rate_limit_parameters", None)
    return parameters.get("Retry-After") if parameters else None


NEVER_ENDED: Outcome = {"kind": "hung", "class": "nothing"}


def call_sync(make: Callable[[], Any], call: dict[str, str], wall_seconds: float) -> Outcome:
    """In a thread that is left alone when it does not end."""
    outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcomes.put(success(begin(make(), call)))
        except BaseException as error:
            outcomes.put(failure(error))

    started = time.monotonic()
    threading.Thread(target=run, daemon=True).start()
    try:
        outcome = outcomes.get(timeout=wall_seconds)
    except queue.Empty:
        outcome = NEVER_ENDED
    return outcome | {"seconds": time.monotonic() - started}


async def call_async(make: Callable[[], Any], call: dict[str, str], wall_seconds: float) -> Outcome:
    async def run() -> Outcome:
        try:
            return success(await begin(make(), call))
        except BaseException as error:
            return failure(error)

    started = time.monotonic()
    task = asyncio.create_task(run())
    done, _ = await asyncio.wait({task}, timeout=wall_seconds)
    outcome = task.result() if done else NEVER_ENDED
    task.cancel()
    return outcome | {"seconds": time.monotonic() - started}


class ClientOfJob:
    """One for all calls, made by the first of them, whose time it costs; or one for each call."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._made: Any = None
        self._making = threading.Lock()

    def __call__(self) -> Any:
        if self._job["client_for_each_call"]:
            return make_client(self._job)
        with self._making:
            if self._made is None:
                self._made = make_client(self._job)
            return self._made


def run_sync(job: Job) -> None:
    client = ClientOfJob(job)
    if job["settle_seconds"]:
        client()
        time.sleep(job["settle_seconds"])
    waiting = list(enumerate(job["calls"]))
    outcomes: dict[int, Outcome] = {}

    def work() -> None:
        while True:
            try:
                number, call = waiting.pop(0)
            except IndexError:
                return
            outcomes[number] = call_sync(client, call, job["wall_seconds"])
            time.sleep(job["pause_seconds"])

    memory = Memory()
    workers = [threading.Thread(target=work, daemon=True) for _ in range(job["workers"])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    report(job, outcomes, memory)


async def run_async(job: Job) -> None:
    client = ClientOfJob(job)
    if job["settle_seconds"]:
        client()
        await asyncio.sleep(job["settle_seconds"])
    waiting = list(enumerate(job["calls"]))
    outcomes: dict[int, Outcome] = {}

    async def work() -> None:
        while waiting:
            number, call = waiting.pop(0)
            outcomes[number] = await call_async(client, call, job["wall_seconds"])
            await asyncio.sleep(job["pause_seconds"])

    memory = Memory()
    await asyncio.gather(*(work() for _ in range(job["workers"])))
    report(job, outcomes, memory)


class Memory:
    """How far the memory of this process has grown at most since this was made."""

    def __init__(self) -> None:
        with open("/proc/self/clear_refs", "w") as peak:
            peak.write("5")
        self._before = self._read("VmRSS")

    def growth_mib(self) -> float:
        return (self._read("VmHWM") - self._before) / 1024

    @staticmethod
    def _read(name: str) -> int:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(name))


def report(job: Job, outcomes: dict[int, Outcome], memory: Memory) -> None:
    told = {"number": job["number"], "outcomes": [outcomes[number] for number in sorted(outcomes)]}
    line = json.dumps(told | {"memory_mib": memory.growth_mib()})
    with _writing:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


async def all_jobs_async() -> None:
    loop = asyncio.get_running_loop()
    running = set()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        running.add(asyncio.create_task(run_async(json.loads(line))))
    await asyncio.gather(*running)


def all_jobs_sync() -> None:
    running = []
    for line in iter(sys.stdin.readline, ""):
        running.append(threading.Thread(target=run_sync, args=(json.loads(line),), daemon=True))
        running[-1].start()
    for each in running:
        each.join()


warnings.simplefilter("ignore")
if MODE == "sync":
    all_jobs_sync()
else:
    asyncio.run(all_jobs_async())
# Threads whose call never ends would keep the process.
os._exit(0)
