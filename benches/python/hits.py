"""Fetches of a cached token: prints nanoseconds per hit, one figure per round, as JSON."""

import asyncio
import copy
import functools
import json
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from cachetools import TTLCache
from service import APP_ID, BODY, HEADERS, MANAGEMENT_KEY, PATH, PROJECT_ID, USER_ID

from descope_outbound import AuthException, DescopeClient, DescopeClientAsync

ROUNDS = 5
HITS = 50_000

TokenResponse = dict[str, Any]


def fetch_response(origin: str) -> TokenResponse:
    """Fetch the response that all caches hold."""
    connection = HTTPConnection(urlsplit(origin).netloc)
    connection.request("POST", PATH, json.dumps(BODY), HEADERS)
    response: TokenResponse = json.load(connection.getresponse())
    connection.close()
    return response


def time_hits(hit: Callable[[str, str], object]) -> float:
    """Return the nanoseconds for one hit."""
    began = time.perf_counter_ns()
    for _ in range(HITS):
        hit(APP_ID, USER_ID)
    return (time.perf_counter_ns() - began) / HITS


def lru_cache(response: TokenResponse) -> Callable[[], float]:
    """A cache that never expires and returns the same object to all callers."""
    return functools.partial(time_hits, functools.lru_cache(maxsize=10_000)(lambda _app, _user: response))


def ttl_cache(response: TokenResponse) -> Callable[[], float]:
    """A cache that expires and returns a new object to each caller."""
    cache: TTLCache[tuple[str, str], Any] = TTLCache(maxsize=10_000, ttl=300)
    lock = threading.Lock()
    cache[APP_ID, USER_ID] = response

    def hit(app_id: str, user_id: str) -> object:
        with lock:
            return copy.deepcopy(cache[app_id, user_id])

    return functools.partial(time_hits, hit)


def ttl_cache_copied_by_hand(response: TokenResponse) -> Callable[[], float]:
    """The same cache with a copy function for this shape of response."""
    cache: TTLCache[tuple[str, str], Any] = TTLCache(maxsize=10_000, ttl=300)
    lock = threading.Lock()
    cache[APP_ID, USER_ID] = response

    def hit(app_id: str, user_id: str) -> object:
        with lock:
            cached = cache[app_id, user_id]
        token = cached["token"].copy()
        token["scopes"] = token["scopes"].copy()
        return {"token": token}

    return functools.partial(time_hits, hit)


def ours(origin: str) -> Callable[[], float]:
    client = DescopeClient(PROJECT_ID, management_key=MANAGEMENT_KEY, base_url=origin, cache=True)
    return functools.partial(time_hits, client.mgmt.outbound_application.fetch_token)


def ours_async(origin: str) -> Callable[[], float]:
    client = DescopeClientAsync(PROJECT_ID, management_key=MANAGEMENT_KEY, base_url=origin, cache=True)

    async def time_awaited() -> float:
        fetch_token = client.mgmt.outbound_application.fetch_token
        await fetch_token(APP_ID, USER_ID)
        began = time.perf_counter_ns()
        for _ in range(HITS):
            await fetch_token(APP_ID, USER_ID)
        return (time.perf_counter_ns() - began) / HITS

    loop = asyncio.new_event_loop()
    return lambda: loop.run_until_complete(time_awaited())


def main() -> None:
    origin = sys.argv[1]
    response = fetch_response(origin)
    makers: dict[str, Callable[[], Callable[[], float]]] = {
        "descope-outbound, cache=True, sync": lambda: ours(origin),
        "descope-outbound, cache=True, asyncio": lambda: ours_async(origin),
        "functools.lru_cache (never expires, one object for all)": lambda: lru_cache(response),
        "cachetools.TTLCache, with a lock and a deep copy": lambda: ttl_cache(response),
        "cachetools.TTLCache, with a lock and a copy by hand": lambda: ttl_cache_copied_by_hand(response),
    }
    rows: list[dict[str, Any]] = []
    timers = {}
    for what, make in makers.items():
        rows.append({"what": what})
        try:
            timers[what] = make()
        except AuthException as refusal:
            rows[-1]["absent"] = f"not built: {refusal.error_message}"
    rounds = [{what: round(timer(), 1) for what, timer in timers.items()} for _ in range(ROUNDS + 1)][1:]
    print(
        json.dumps([row | ({} if "absent" in row else {"ns": [each[row["what"]] for each in rounds]}) for row in rows])
    )


if __name__ == "__main__":
    main()
