"""A Python client, driven over its standard input, like ``src/client.rs`` and ``node/drive.cjs``.

``drive.py NAME LOOP ORIGIN DIRECTORY CONCURRENCY``; LOOP is threads, asyncio or uvloop. Then it replies to each line,
``seconds 0.5`` or ``calls 100``, with one line of JSON.
"""

import asyncio
import importlib
import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

from service import ACCESS_TOKEN, Service

WorkLimit = Callable[[], bool]


def limit_of(line: str) -> WorkLimit:
    """Return a function that says whether one more call may start."""
    unit, amount = line.split()
    if unit == "seconds":
        end = time.perf_counter() + float(amount)
        return lambda: time.perf_counter() < end
    tickets = iter(range(int(amount)))
    return lambda: next(tickets, None) is not None


def check(access_token: str) -> None:
    if access_token != ACCESS_TOKEN:
        raise ValueError("another token")


class Measured:
    """Reply with the cost of the calls; CPU time is user and system time of all threads."""

    def __enter__(self) -> list[int]:
        self.latencies: list[int] = []
        self.began, self.cpu_began = time.perf_counter(), time.process_time()
        return self.latencies

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        cpu_seconds, seconds = time.process_time() - self.cpu_began, time.perf_counter() - self.began
        if kind is not None:
            return
        ordered = sorted(self.latencies)
        reply = {
            "calls": len(ordered),
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "p50_us": ordered[len(ordered) // 2] / 1e3,
            "p99_us": ordered[len(ordered) * 99 // 100] / 1e3,
        }
        print(json.dumps(reply), flush=True)


def drive_threads(client: Any, concurrency: int) -> None:
    def work(limit: WorkLimit, latencies: list[int]) -> None:
        while limit():
            began = time.perf_counter_ns()
            check(client.fetch_token())
            latencies.append(time.perf_counter_ns() - began)

    with ThreadPoolExecutor(concurrency) as pool:
        # All threads must have started before the measurement.
        all_started = threading.Barrier(concurrency)
        list(pool.map(lambda _: all_started.wait(), range(concurrency)))
        for line in sys.stdin:
            limit = limit_of(line)
            with Measured() as latencies:
                for worker in [pool.submit(work, limit, latencies) for _ in range(concurrency)]:
                    worker.result()
    client.close()


async def drive_loop(make: Callable[[Service], Any], service: Service) -> None:
    client = make(service)

    async def work(limit: WorkLimit, latencies: list[int]) -> None:
        while limit():
            began = time.perf_counter_ns()
            check(await client.fetch_token())
            latencies.append(time.perf_counter_ns() - began)

    while line := await asyncio.to_thread(sys.stdin.readline):
        limit = limit_of(line)
        with Measured() as latencies:
            await asyncio.gather(*(work(limit, latencies) for _ in range(service.concurrency)))
    await client.close()


def main() -> None:
    name, loop, origin, directory, concurrency = sys.argv[1:]
    service = Service(origin, directory, int(concurrency))
    make = importlib.import_module(f"clients.{name}").Client
    if loop == "threads":
        drive_threads(make(service), service.concurrency)
    elif loop == "asyncio":
        asyncio.run(drive_loop(make, service))
    else:
        importlib.import_module(loop).run(drive_loop(make, service))


if __name__ == "__main__":
    main()
