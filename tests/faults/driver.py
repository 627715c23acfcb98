"""Make the calls of jobs with a Python client, and report their outcomes: driver.py ours|official sync|async.

A job is a line of JSON on the standard input, and its report a line on the standard output. Jobs run in parallel.
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

SDK, MODE = sys.argv[1:]
if SDK == "ours":
    import descope_outbound as sdk
else:
    import functools
    import logging
    import ssl

    import descope as sdk  # type: ignore[no-redef]
    import httpx

    # Every official client reads the root certificates again. For all faults, that would take minutes.
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
    if SDK == "ours":
        given["license_handshake"] = {"off": False, "beside": True, "wait": "wait"}[settings["license"]]
    kind = sdk.DescopeClient if MODE == "sync" else sdk.DescopeClientAsync
    return kind(settings["project_id"], **given)


def start_call(client: Any, call: dict[str, str]) -> Any:
    """Return the result of the call, or an awaitable for it."""
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
        # With the official SDK, the class counts too, because some errors of httpx have no text.
        "text": " / ".join(str(each) if SDK == "ours" else repr(each) for each in chain),
        "shown": "\n".join([*map(repr, chain), *traceback.format_exception(error)]),
    }


def kind_of(error: BaseException) -> str:
    """Return the kind of the error, as `docs/deviations.md` translates its class, or `other`."""
    if isinstance(error, sdk.RateLimitException):
        return "rate_limited"
    if isinstance(error, sdk.AuthException):
        return "http"
    if SDK == "ours":
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


HUNG: Outcome = {"kind": "hung", "class": "nothing"}


def call_sync(make: Callable[[], Any], call: dict[str, str], wall_seconds: float) -> Outcome:
    """Make the call in a thread, and abandon the thread if it does not end."""
    outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcomes.put(success(start_call(make(), call)))
        except BaseException as error:
            outcomes.put(failure(error))

    started = time.monotonic()
    threading.Thread(target=run, daemon=True).start()
    try:
        outcome = outcomes.get(timeout=wall_seconds)
    except queue.Empty:
        outcome = HUNG
    return outcome | {"seconds": time.monotonic() - started}


async def call_async(make: Callable[[], Any], call: dict[str, str], wall_seconds: float) -> Outcome:
    async def run() -> Outcome:
        try:
            return success(await start_call(make(), call))
        except BaseException as error:
            return failure(error)

    started = time.monotonic()
    task = asyncio.create_task(run())
    done, _ = await asyncio.wait({task}, timeout=wall_seconds)
    outcome = task.result() if done else HUNG
    task.cancel()
    return outcome | {"seconds": time.monotonic() - started}


class ClientOfJob:
    """Returns the client for a call: a new one for each call, or one that all calls share."""

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
    """The largest growth of this process's memory since the creation of this object."""

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
    line = {"number": job["number"], "outcomes": [outcomes[number] for number in sorted(outcomes)]}
    text = json.dumps(line | {"memory_mib": memory.growth_mib()})
    with _writing:
        sys.stdout.write(text + "\n")
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
# Threads with a call that never ends would keep the process alive.
os._exit(0)
