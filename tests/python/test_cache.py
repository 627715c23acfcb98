"""A client with a cache: the requests that it sends, the tokens that it returns, and the entries that it removes."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import os
import pickle
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import descope_outbound
from descope_outbound import (
    AuthException,
    Cache,
    CacheOptions,
    DeadlineExceeded,
    DescopeClient,
    DescopeClientAsync,
    OutboundToken,
    TokenNotFound,
    TokenResponse,
    _native,
)
from emulator import Emulator
from program import run

#: The folder of the package, in site-packages or in this repository.
PACKAGE = str(Path(descope_outbound.__file__).parent)
FETCH = "/v1/mgmt/outbound/app/user/token/latest"


def settings(emulator: Emulator, **more: Any) -> dict[str, Any]:
    connection = {
        "project_id": emulator.project_id,
        "management_key": emulator.management_key,
        "base_url": emulator.base_url,
    }
    return {**connection, "license_handshake": False, "cache": True, **more}


def cache_of(client: DescopeClient | DescopeClientAsync) -> Cache:
    assert client.cache is not None
    return client.cache


def stats(client: DescopeClient | DescopeClientAsync) -> dict[str, int]:
    return cache_of(client).stats()


@pytest.fixture
def cached(emulator: Emulator) -> Iterator[DescopeClient]:
    with DescopeClient(**settings(emulator)) as client:
        yield client


@pytest.fixture
def cached_async(emulator: Emulator) -> DescopeClientAsync:
    return DescopeClientAsync(**settings(emulator))


def fetch(client: DescopeClient, **more: Any) -> TokenResponse:
    return client.mgmt.outbound_application.fetch_token("app-id", "user-id", **more)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until another thread makes the condition true."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(0.002)


def request_count(emulator: Emulator) -> int:
    return sum(entry["path"].startswith("/v1/") for entry in emulator.journal())


def test_a_client_has_no_cache_by_default(client: DescopeClient, emulator: Emulator) -> None:
    assert client.cache is None
    assert [fetch(client, min_validity_seconds=60).source for _ in range(3)] == ["network"] * 3
    assert request_count(emulator) == 3
    assert DescopeClient(**settings(emulator, cache=False)).cache is None


def test_the_second_fetch_sends_no_request(cached: DescopeClient, emulator: Emulator) -> None:
    first, second = fetch(cached), fetch(cached)
    assert (first.source, second.source) == ("network", "cache")
    assert second == first
    assert (second.access_token, second.expires_at) == (first.access_token, first.expires_at)
    assert request_count(emulator) == 1
    numbers = {"hits": 1, "misses": 1, "entries": 1, "upstream_requests": 1, "joined": 0, "stale_served": 0}
    assert numbers.items() <= stats(cached).items()


def test_an_awaited_hit_does_not_need_an_event_loop(cached_async: DescopeClientAsync) -> None:
    fetch_token = cached_async.mgmt.outbound_application.fetch_token
    asyncio.run(fetch_token("app-id", "user-id"))
    with pytest.raises(StopIteration) as done:
        fetch_token("app-id", "user-id").send(None)
    assert done.value.value.source == "cache"


def test_each_caller_gets_its_own_copy_of_the_whole_response(cached: DescopeClient) -> None:
    sent = json.dumps(fetch(cached))
    for _ in range(3):
        response = fetch(cached)
        assert type(response) is TokenResponse
        assert type(response["token"]) is OutboundToken
        assert json.dumps(response) == sent
        response.scopes.append("all")
        response["token"]["accessToken"] = "another"
        response["token"]["more"] = response["more"] = {}
        del response["token"]["id"]


def test_a_hit_can_be_copied_pickled_and_dumped(cached: DescopeClient) -> None:
    first, hit = fetch(cached), fetch(cached)
    for twin in (copy.copy(hit), copy.deepcopy(hit), pickle.loads(pickle.dumps(hit)), hit.copy()):
        assert twin == hit == first
        assert (type(twin), twin.source) == (TokenResponse, "cache")
    assert json.loads(json.dumps(hit)) == first


def test_nested_lists_and_dicts_of_any_depth_are_copied(cached: DescopeClient, emulator: Emulator) -> None:
    token = {"accessToken": "made-up-nested", "scopes": [], "deep": [{"a": [{"b": {}}]}, [[]], 1]}
    emulator.fail(status=200, body=json.dumps({"token": token, "list": [[1]], "none": None, "id": "x"}), count=1)
    first = fetch(cached)
    fetch(cached)["token"]["deep"][0]["a"][0]["b"]["changed"] = True
    fetch(cached)["token"]["deep"][1][0].append(1)
    fetch(cached)["list"][0].append(1)
    assert fetch(cached) == first == {"token": token, "list": [[1]], "none": None, "id": "x"}
    assert list(fetch(cached)) == ["token", "list", "none", "id"]


def test_a_token_that_is_not_an_object_is_not_cached(cached: DescopeClient, emulator: Emulator) -> None:
    emulator.fail(status=200, body='{"token": null}', count=2)
    assert [fetch(cached).source for _ in range(2)] == ["network"] * 2


def test_the_order_of_scopes_does_not_matter_and_a_fetch_by_scopes_has_its_own_entry(
    cached: DescopeClient, emulator: Emulator
) -> None:
    operations = cached.mgmt.outbound_application
    assert fetch(cached).source == "network"
    assert fetch(cached, scopes=["read", "write"]).source == "network"
    for scopes in (["write", "read"], ("read", "write", "read"), iter(["read", "write"]), {"read", "write"}):
        assert operations.fetch_token_by_scopes("app-id", "user-id", scopes).source == "cache"
        assert fetch(cached, scopes=["read", "write"]).source == "cache"
    assert request_count(emulator) == 2


def test_fetches_that_differ_in_any_argument_have_separate_entries(cached: DescopeClient, emulator: Emulator) -> None:
    emulator.connect("app-id", "user-id", tenant_id="tenant-id", scopes=["read"])
    emulator.connect("app-id", "user-id", external_identifier="mine", scopes=["other"])
    emulator.control("POST", "connect", app_id="app-id", tenant_id="tenant-id", scopes=["read"])
    operations = cached.mgmt.outbound_application
    calls: list[Callable[[], TokenResponse]] = [
        lambda: operations.fetch_token("app-id", "user-id"),
        lambda: operations.fetch_token("app-id", "user-id", "tenant-id"),
        lambda: operations.fetch_token("app-id", "user-id", external_identifier="mine"),
        lambda: operations.fetch_token_by_scopes("app-id", "user-id", ["read"], tenant_id="tenant-id"),
        lambda: operations.fetch_tenant_token("app-id", "tenant-id"),
        lambda: operations.fetch_tenant_token_by_scopes("app-id", "tenant-id", ["read"]),
    ]
    assert [call().source for call in calls] == ["network"] * len(calls)
    assert [call().source for call in calls] == ["cache"] * len(calls)
    # Three tokens: the newest, which has the external identifier, the user's in the tenant, and the tenant's own.
    assert len({call().access_token for call in calls}) == 3
    assert request_count(emulator) == len(calls)


def test_a_fetch_with_options_reaches_the_service(cached: DescopeClient, emulator: Emulator) -> None:
    fetch(cached)
    for options in ({"withRefreshToken": True}, {"forceRefresh": True}, {"withRefreshToken": True}):
        assert fetch(cached, options=options).source == "network"
    assert request_count(emulator) == 4
    options_without_effect: list[dict[str, bool | None]] = [{}, {"forceRefresh": False}, {"withRefreshToken": None}]
    for options_without in options_without_effect:
        hit = fetch(cached, options=options_without)
        assert (hit.source, hit.refresh_token) == ("cache", None)
    assert request_count(emulator) == 4


def test_a_forced_refresh_replaces_the_cached_token(cached: DescopeClient) -> None:
    old = fetch(cached)
    new = fetch(cached, options={"forceRefresh": True})
    assert old.access_token != new.access_token == fetch(cached).access_token


def test_fetches_by_an_inbound_token_are_never_cached(cached: DescopeClient, emulator: Emulator) -> None:
    inbound = emulator.control("POST", "inbound_token", user_id="user-id", scopes=["outbound.token.fetch"])["token"]
    by_token = cached.mgmt.outbound_application_by_token
    fetch(cached)
    for _ in range(3):
        assert by_token.fetch_token(inbound, "app-id", "user-id").source == "network"
    assert request_count(emulator) == 4
    assert stats(cached)["entries"] == 1


def test_a_missing_token_is_cached_until_forget_is_called(cached: DescopeClient, emulator: Emulator) -> None:
    operations = cached.mgmt.outbound_application
    for _ in range(3):
        with pytest.raises(TokenNotFound):
            operations.fetch_token("app-id", "unconnected-user")
    assert (request_count(emulator), stats(cached)["negative_hits"]) == (1, 2)
    emulator.connect("app-id", "unconnected-user")
    assert cached.cache is not None
    cached.cache.forget(user_id="unconnected-user")
    assert operations.fetch_token("app-id", "unconnected-user").source == "network"


@pytest.mark.parametrize("ids", [("app-id", "user-id"), ("app-id", None), (None, "user-id")])
def test_forget_takes_an_app_a_user_or_both(cached: DescopeClient, ids: tuple[str | None, str | None]) -> None:
    assert cached.cache is not None
    fetch(cached)
    cached.cache.forget("app-id", "another")
    cached.cache.forget(user_id="another")
    assert fetch(cached).source == "cache"
    cached.cache.forget(*ids)
    assert fetch(cached).source == "network"
    cached.cache.clear()
    assert stats(cached)["entries"] == 0


def test_forget_without_an_app_or_a_user_is_rejected(cached: DescopeClient) -> None:
    assert cached.cache is not None
    for ids in ((None, None), ("", ""), ("", None)):
        with pytest.raises(AuthException, match="app_id must not be empty") as refused:
            cached.cache.forget(*ids)
        assert refused.value.status_code == 400
    with pytest.raises(TypeError, match="user_id must be a string, not int"):
        cached.cache.forget("app-id", 5)  # type: ignore[arg-type]


def test_a_rejected_token_is_not_returned_again(cached: DescopeClient) -> None:
    assert cached.cache is not None
    old = fetch(cached).access_token
    assert cached.cache.reject(old) is True
    new = fetch(cached)
    assert (new.source, new.access_token != old) == ("network", True)
    assert cached.cache.reject(old) is False
    assert fetch(cached).source == "cache"
    with pytest.raises(TypeError, match="access_token must be a string, not nothing"):
        cached.cache.reject(None)  # type: ignore[arg-type]


def test_a_revoked_token_always_comes_from_the_service_until_the_user_reconnects(
    cached: DescopeClient, emulator: Emulator
) -> None:
    revoked = fetch(cached).access_token
    emulator.control("POST", "revoke", app_id="app-id", user_id="user-id")
    for _ in range(3):
        cache_of(cached).reject(revoked)
        again = fetch(cached)
        assert (again.source, again.access_token) == ("network", revoked)
        assert again["token"]["lastRefreshError"]
    emulator.connect("app-id", "user-id")
    cache_of(cached).forget("app-id", "user-id")
    assert fetch(cached).access_token != revoked
    assert fetch(cached).source == "cache"


def test_a_token_that_expires_too_soon_for_the_caller_is_requested_again(
    cached: DescopeClient, emulator: Emulator
) -> None:
    emulator.connect("app-id", "user-id", scopes=["read", "write"], lifetime_seconds=3600)
    assert fetch(cached).source == "network"
    assert fetch(cached, min_validity_seconds=600).source == "cache"
    assert fetch(cached, min_validity_seconds=7200).source == "network"
    operations = cached.mgmt.outbound_application
    assert operations.fetch_token_by_scopes("app-id", "user-id", ["read", "write"]).source == "network"
    scoped = operations.fetch_token_by_scopes("app-id", "user-id", ["read", "write"], min_validity_seconds=7200)
    assert scoped.source == "network"


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_an_invalid_min_validity_is_rejected_with_and_without_a_cache(
    client: DescopeClient, cached: DescopeClient, emulator: Emulator, seconds: float
) -> None:
    fetch(cached)
    for each in (client, cached):
        with pytest.raises(AuthException, match="min_validity_seconds must be a finite number of at least 0"):
            fetch(each, min_validity_seconds=seconds)
        with pytest.raises(TypeError, match="min_validity_seconds must be a number, not str"):
            fetch(each, min_validity_seconds="60")
    assert request_count(emulator) == 1


@pytest.mark.parametrize("seconds", [-1, 0, float("nan"), float("inf")])
def test_an_invalid_timeout_is_rejected_with_and_without_a_cached_token(
    cached: DescopeClient, emulator: Emulator, seconds: float
) -> None:
    operations = cached.mgmt.outbound_application
    calls: list[Callable[..., TokenResponse]] = [
        lambda **more: fetch(cached, **more),
        lambda **more: operations.fetch_token_by_scopes("app-id", "user-id", ["read", "write"], **more),
    ]
    for call in calls:
        for _ in range(2):
            with pytest.raises(AuthException, match="timeout_seconds must be a finite number above 0"):
                call(timeout_seconds=seconds)
            with pytest.raises(TypeError, match="timeout_seconds must be a number, not str"):
                call(timeout_seconds="5")
            call(timeout_seconds=10)
        assert call(timeout_seconds=0.001).source == "cache"
    assert request_count(emulator) == 2


def test_an_aging_token_is_refreshed_in_the_background_and_then_expires(
    cached: DescopeClient, emulator: Emulator
) -> None:
    assert fetch(cached).source == "network"
    _native.advance_cache_clock(301)
    assert fetch(cached).source == "cache"
    wait_until(lambda: stats(cached)["refreshed_ahead"] == 1)
    assert request_count(emulator) == 2
    _native.advance_cache_clock(901)
    assert fetch(cached).source == "network"


def test_expired_entries_are_evicted_on_insert(cached: DescopeClient) -> None:
    assert cached.cache is not None
    rejected = fetch(cached)
    fetch(cached, scopes=["read", "write"])
    cached.cache.reject(rejected.access_token)
    assert stats(cached)["entries"] == 2
    _native.advance_cache_clock(901)
    with pytest.raises(TokenNotFound):
        cached.mgmt.outbound_application.fetch_token("app-id", "unconnected-user")
    assert (stats(cached)["entries"], stats(cached)["bytes"]) == (0, 0)


def test_a_token_whose_refresh_fails_has_the_source_stale(emulator: Emulator) -> None:
    with DescopeClient(**settings(emulator, cache=CacheOptions(stale_if_error_seconds=600))) as client:
        fetch(client)
        _native.advance_cache_clock(1000)
        emulator.fail(path=FETCH, status=500)
        assert fetch(client).source == "stale"
        assert stats(client)["stale_served"] == 1
        _native.advance_cache_clock(600)
        with pytest.raises(AuthException):
            fetch(client)


def test_deletes_and_uploads_invalidate_the_cached_token(cached: DescopeClient) -> None:
    operations = cached.mgmt.outbound_application
    fetch(cached)
    operations.upload_user_token("app-id", "user-id", access_token="made-up-uploaded", scopes=["read", "write"])
    uploaded = fetch(cached)
    assert uploaded.source == "network"
    operations.delete_token(uploaded["token"]["id"])
    operations.delete_user_tokens("app-id", "user-id")
    with pytest.raises(TokenNotFound):
        fetch(cached)


def test_a_thousand_tasks_in_four_event_loops_share_one_request(
    cached_async: DescopeClientAsync, emulator: Emulator
) -> None:
    loops, tasks = 4, 250
    emulator.fail(path=FETCH, delivery="hold", count=1)

    async def fetch_all() -> list[str]:
        fetch_token = cached_async.mgmt.outbound_application.fetch_token
        return [each.source for each in await asyncio.gather(*(fetch_token("app-id", "user-id") for _ in range(tasks)))]

    with ThreadPoolExecutor(loops) as pool:
        fetched = [pool.submit(asyncio.run, fetch_all()) for _ in range(loops)]
        wait_until(lambda: request_count(emulator) == 1)
        emulator.control("POST", "faults/release")
        sources = Counter(source for each in fetched for source in each.result(30))
    assert (sources["network"], sources.total()) == (1, loops * tasks)
    assert request_count(emulator) == 1


def test_a_thousand_threads_share_one_request(cached: DescopeClient, emulator: Emulator) -> None:
    threads = 1_000
    emulator.fail(path=FETCH, delivery="hold", count=1)
    started = threading.Barrier(threads + 1)

    def fetch_at_once() -> str:
        started.wait(60)
        return fetch(cached).source

    with ThreadPoolExecutor(threads) as pool:
        fetched = [pool.submit(fetch_at_once) for _ in range(threads)]
        started.wait(60)
        wait_until(lambda: request_count(emulator) == 1)
        emulator.control("POST", "faults/release")
        sources = Counter(each.result(60) for each in fetched)
    assert (sources["network"], sources.total()) == (1, threads)
    assert request_count(emulator) == 1


def test_cancelling_the_first_caller_does_not_end_the_shared_request(
    cached_async: DescopeClientAsync, emulator: Emulator
) -> None:
    emulator.fail(path=FETCH, delivery="hold", count=1)

    async def main() -> list[str]:
        fetch_token = cached_async.mgmt.outbound_application.fetch_token
        first = asyncio.ensure_future(fetch_token("app-id", "user-id"))
        await asyncio.to_thread(wait_until, lambda: request_count(emulator) == 1)
        others = [asyncio.ensure_future(fetch_token("app-id", "user-id")) for _ in range(10)]
        impatient = asyncio.ensure_future(fetch_token("app-id", "user-id", timeout_seconds=0.05))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        with pytest.raises(DeadlineExceeded):
            await impatient
        await asyncio.to_thread(emulator.control, "POST", "faults/release")
        return [each.source for each in await asyncio.gather(*others)]

    assert asyncio.run(main()) == ["joined"] * 10
    assert request_count(emulator) == 1


def test_an_error_is_raised_for_joined_callers_but_not_for_later_ones(
    cached_async: DescopeClientAsync, emulator: Emulator
) -> None:
    emulator.fail(path=FETCH, status=500, latency_ms=300, count=1)

    async def main() -> list[object]:
        fetch_token = cached_async.mgmt.outbound_application.fetch_token
        failed = await asyncio.gather(*(fetch_token("app-id", "user-id") for _ in range(20)), return_exceptions=True)
        assert {type(each) for each in failed} == {AuthException}
        assert len({id(each) for each in failed}) == 20
        return [(await fetch_token("app-id", "user-id")).source]

    assert asyncio.run(main()) == ["network"]
    assert request_count(emulator) == 2


def test_a_token_fetched_before_a_delete_is_not_returned_after_it(cached: DescopeClient, emulator: Emulator) -> None:
    emulator.fail(path=FETCH, delivery="hold", count=1)
    with ThreadPoolExecutor(1) as pool:
        early = pool.submit(fetch, cached)
        wait_until(lambda: request_count(emulator) == 1)
        # The service has already made the response when the delete takes effect.
        cached.mgmt.outbound_application.delete_user_tokens("app-id", "user-id")
        with pytest.raises(TokenNotFound):
            fetch(cached)
        emulator.control("POST", "faults/release")
        assert early.result(30).source == "network"
    with pytest.raises(TokenNotFound):
        fetch(cached)
    assert stats(cached)["suppressed_publishes"] == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_has_its_own_empty_cache(emulator: Emulator) -> None:
    ended = run(
        emulator,
        """
import os, sys
from descope_outbound import DescopeClient
client = DescopeClient(cache=True)
sources = lambda: [client.mgmt.outbound_application.fetch_token("app-id", "user-id").source for _ in range(2)]
assert sources() == ["network", "cache"]
if os.fork() == 0:
    assert client.cache.stats()["entries"] == client.cache.stats()["hits"] == 0, client.cache.stats()
    assert sources() == ["network", "cache"], "child"
    client.cache.clear()
    print("child", flush=True)
    os._exit(0)
_, status = os.wait()
assert status == 0, status
assert sources() == ["cache", "cache"] and client.cache.stats()["hits"] == 3
print("parent")
""",
    )
    assert ended.output.split() == ["child", "parent"], ended.errors


WAYS_TO_REMOVE_AN_ENTRY: dict[str, Callable[[list[DescopeClient]], object]] = {
    "cleared": lambda clients: cache_of(clients[0]).clear(),
    "forgotten": lambda clients: cache_of(clients[0]).forget("app-id"),
    "closed": lambda clients: clients[0].close(),
    "dropped": lambda clients: clients.clear(),
    # A thread that fetches replaces the entry. The second fetch creates the parsed token of the new entry.
    "replaced": lambda clients: [fetch(clients[0], options=options) for options in ({"forceRefresh": True}, None)],
}


@pytest.mark.parametrize("way", WAYS_TO_REMOVE_AN_ENTRY)
def test_the_parsed_token_is_freed_with_its_cache_entry(way: str, emulator: Emulator) -> None:
    def live_tokens() -> int:
        gc.collect()
        return sum(type(each) is OutboundToken for each in gc.get_objects())

    before = live_tokens()
    clients = [DescopeClient(**settings(emulator))]
    fetch(clients[0])
    fetch(clients[0])
    assert live_tokens() == before + 1
    WAYS_TO_REMOVE_AN_ENTRY[way](clients)
    assert live_tokens() == before + (way == "replaced")


def test_concurrent_hits_return_separate_copies(cached: DescopeClient) -> None:
    first = fetch(cached)
    started = threading.Barrier(8)

    def work() -> bool:
        started.wait()
        for _ in range(500):
            response = fetch(cached)
            if response != first:
                return False
            response.scopes.append("x")
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: work(), range(8)))
    assert stats(cached)["hits"] == 4000


def test_with_verbose_a_hit_is_also_the_last_response(emulator: Emulator) -> None:
    with DescopeClient(**settings(emulator, verbose=True)) as client:
        fetch(client)
        fetch(client, scopes=["read", "write"])
        hit = fetch(client)
        last = client.get_last_response()
        assert last is not None
        assert (hit.source, last.json(), last.status_code) == ("cache", hit, 200)


def test_a_closed_client_returns_no_cached_token(emulator: Emulator) -> None:
    client = DescopeClient(**settings(emulator))
    fetch(client)
    client.close()
    cache = client.cache
    assert cache is not None
    for call in (lambda: fetch(client), cache.stats, cache.clear, lambda: cache.reject("x"), lambda: cache.forget("x")):
        with pytest.raises(RuntimeError, match="the client has been closed"):
            call()


INVALID_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"max_entries": 0}, "max_entries must be at least 1"),
    ({"max_entries": -1}, "max_entries must be a whole number of at least 1"),
    ({"max_entries": 1.5}, "max_entries must be a whole number of at least 1"),
    ({"max_bytes": 0}, "max_bytes must be at least 1"),
    ({"refresh_after_seconds": 0}, "refresh_after_seconds must be more than 0"),
    ({"refresh_after_seconds": 901}, "max_age_seconds must not be less than the age"),
    ({"max_age_seconds": 299}, "max_age_seconds must not be less than the age"),
    ({"max_age_seconds": float("inf")}, "max_age_seconds must be a finite number"),
    ({"max_age_seconds": 10**400}, "max_age_seconds must be a finite number"),
    ({"stale_if_error_seconds": -0.5}, "stale_if_error_seconds must be a finite number"),
    ({"negative_seconds": float("nan")}, "negative_seconds must be a finite number"),
]


@pytest.mark.parametrize("kind", [DescopeClient, DescopeClientAsync])
@pytest.mark.parametrize(("options", "text"), INVALID_OPTIONS)
def test_the_error_for_an_invalid_option_names_it(kind: Any, options: dict[str, Any], text: str) -> None:
    with pytest.raises(AuthException, match=text) as refused:
        kind("P2aaa", management_key="unused", cache=CacheOptions(**options))
    assert refused.value.status_code == 400


@pytest.mark.parametrize(
    ("cache", "text"),
    [
        (CacheOptions(max_entries="5"), "max_entries must be a number, not str"),  # type: ignore[arg-type]
        (CacheOptions(max_bytes=True), "max_bytes must be a number, not bool"),
        (CacheOptions(background=1), "background must be a boolean, not int"),  # type: ignore[arg-type]
        ({"max_entries": 5}, "cache must be True, False or CacheOptions, not dict"),
        (1, "cache must be True, False or CacheOptions, not int"),
    ],
)
def test_the_error_for_an_option_of_the_wrong_type_names_it(cache: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        DescopeClient("P2aaa", management_key="unused", cache=cache)


def test_cache_options_are_immutable_and_their_repr_shows_the_values() -> None:
    options = CacheOptions(max_age_seconds=600)
    assert "max_age_seconds=600" in repr(options)
    assert pickle.loads(pickle.dumps(options)) == options == CacheOptions(max_age_seconds=600)
    with pytest.raises(AttributeError):
        options.max_age_seconds = 5  # type: ignore[misc]
    with pytest.raises(TypeError, match="max_agee"):
        CacheOptions(max_agee=5)  # type: ignore[call-arg]


def test_a_full_cache_evicts_entries(emulator: Emulator) -> None:
    with DescopeClient(**settings(emulator, cache=CacheOptions(max_entries=3))) as client:
        for index in range(12):
            emulator.connect("app-id", f"user-{index}")
            client.mgmt.outbound_application.fetch_token("app-id", f"user-{index}")
        assert stats(client)["entries"] <= 3
        assert stats(client)["evictions"] >= 9


def test_no_text_of_the_cache_shows_a_token(cached: DescopeClient) -> None:
    assert cached.cache is not None
    hits = [fetch(cached) for _ in range(2)]
    secret = hits[0].access_token
    shown = [
        repr(cached),
        repr(cached.cache),
        repr(vars(cached)),
        repr(stats(cached)),
        repr(cached.mgmt),
        *map(str, hits),
    ]
    assert not any(secret in text for text in shown)


def test_no_frame_of_the_package_keeps_a_rejected_token(emulator: Emulator) -> None:
    client = DescopeClient(**settings(emulator))
    client.close()
    assert client.cache is not None
    try:
        client.cache.reject("made-up-planted-rejected")
    except RuntimeError as error:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown = [frame for frame in frames.stack if frame.filename.startswith(PACKAGE) and frame.locals]
    assert shown
    assert "made-up-planted" not in str([frame.locals for frame in shown])


def test_a_hit_starts_no_thread_and_imports_no_module(emulator: Emulator) -> None:
    ended = run(
        emulator,
        """
import sys, threading
from descope_outbound import DescopeClient
client = DescopeClient(cache=True)
client.mgmt.outbound_application.fetch_token("app-id", "user-id")
before = set(sys.modules)
sources = {client.mgmt.outbound_application.fetch_token("app-id", "user-id").source for _ in range(100)}
print(sources, sorted(set(sys.modules) - before), threading.active_count())
""",
    )
    assert ended.output.strip() == "{'cache'} [] 1", ended.errors


if sys.version_info >= (3, 12):  # pragma: no cover - depends on the Python that runs the suite

    def test_an_eager_task_finishes_at_once_on_a_hit(cached_async: DescopeClientAsync) -> None:
        async def main() -> bool:
            fetch_token = cached_async.mgmt.outbound_application.fetch_token
            await fetch_token("app-id", "user-id")
            task = asyncio.eager_task_factory(asyncio.get_running_loop(), fetch_token("app-id", "user-id"))  # type: ignore[arg-type]
            return task.done()

        assert asyncio.run(main())
