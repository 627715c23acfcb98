"""The table of ``tests/cache``: the outcome of a fetch in each state of the cache, with both clients."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any

import pytest

from descope_outbound import (
    AuthException,
    CacheOptions,
    ConnectionFailed,
    DescopeClient,
    DescopeClientAsync,
    RateLimitException,
    TokenNotFound,
    _native,
)
from emulator import ROOT, Emulator

FETCH_PATH = "/v1/mgmt/outbound/app/user/token/latest"
TABLE = json.loads((ROOT / "tests" / "cache" / "table.json").read_text(encoding="utf-8"))

#: The names in ``ErrorKind``, subclasses first.
KINDS: dict[type[Exception], str] = {
    TokenNotFound: "token_not_found",
    RateLimitException: "rate_limited",
    ConnectionFailed: "connection_failed",
    AuthException: "http",
}
#: The event after which this runner's clients retry for seconds. Rust's runner turns retries off.
RETRIED = "fetch while the service closes connections"
LONGEST_WAIT_SECONDS = 5

Client = DescopeClient | DescopeClientAsync


class Row:
    """The client of a row, and the outcome of its last fetch."""

    def __init__(self, emulator: Emulator, kind: type[Client], options: dict[str, Any]) -> None:
        self.emulator = emulator
        self.client = kind(
            emulator.project_id,
            management_key=emulator.management_key,
            base_url=emulator.base_url,
            license_handshake=False,
            cache=CacheOptions(**{f"{name}_seconds": value for name, value in options.items()}),
        )
        self.token = self.outcome = ""
        self.date_moved = 0

    def call(self, method: str, *arguments: object, **more: Any) -> Any:
        """Call an operation, and await it with the async client."""
        result = getattr(self.client.mgmt.outbound_application, method)(*arguments, **more)
        return asyncio.run(result) if isinstance(self.client, DescopeClientAsync) else result

    def fetch_count(self) -> int:
        return sum(entry["path"] == FETCH_PATH for entry in self.emulator.journal())

    def wait_for_fetches(self, count: int) -> None:
        """Wait until this many fetches have reached the service and none is in flight."""
        native = self.client._native.cache()
        assert native is not None
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while (self.fetch_count() < count or native.in_flight() > 0) and time.monotonic() < end:
            time.sleep(0.001)
        assert self.fetch_count() == count

    def step(self, name: str, argument: Any) -> None:  # noqa: PLR0912 - one branch per kind of step
        cache = self.client.cache
        assert cache is not None
        match name:
            case "options":
                pass
            case "lifetime":
                self.emulator.connect("app", "user", lifetime_seconds=argument, scopes=["read", "write"])
            case "fetch":
                self.fetch(**argument)
            case "advance":
                self.emulator.control("POST", "clock", advance_seconds=argument)
                _native.advance_cache_clock(argument)
                self.date_moved += argument
            case "step_wall":
                _native.step_cache_wall_clock(argument * 1000)
                self.date_moved += argument
            case "fault":
                self.emulator.fail(**({} if "method" in argument else {"path": FETCH_PATH}), **argument)
            case "clear_faults":
                self.emulator.control("DELETE", "faults")
            case "connect":
                self.emulator.connect("app", "user")
            case "disconnect":
                self.emulator.control("POST", "revoke", app_id="app", user_id="user")
                with DescopeClient(
                    self.emulator.project_id,
                    management_key=self.emulator.management_key,
                    base_url=self.emulator.base_url,
                    license_handshake=False,
                ) as other_client:
                    other_client.mgmt.outbound_application.delete_user_tokens("app", "user")
            case "delete":
                with contextlib.suppress(AuthException):
                    self.call("delete_user_tokens", **argument)
            case "upload":
                self.call("upload_user_api_key", "app", "user", "made-up-api-key")
            case "forget":
                cache.forget(**argument)
            case "clear":
                cache.clear()
            case "reject":
                assert cache.reject(self.token)
            case "await":
                self.wait_for_fetches(argument)
            case _:
                pytest.fail(f"unknown step: {name}")

    def fetch(self, *, force_refresh: bool = False, with_refresh_token: bool = False, min_validity: int = 0) -> None:
        options = {"forceRefresh": force_refresh, "withRefreshToken": with_refresh_token}
        options = {option: wanted for option, wanted in options.items() if wanted}
        try:
            token = self.call("fetch_token", "app", "user", options=options or None, min_validity_seconds=min_validity)
        except tuple(KINDS) as error:
            self.outcome = next(word for kind, word in KINDS.items() if isinstance(error, kind))
        else:
            self.token, self.outcome = token.access_token, token.source


@pytest.mark.parametrize("kind", [DescopeClient, DescopeClientAsync])
@pytest.mark.parametrize(("state", "event", "expected", "contacted"), TABLE["rows"])
def test_a_fetch_has_the_outcome_of_its_row(
    running_emulator: Emulator, kind: type[Client], state: str, event: str, expected: str, contacted: int
) -> None:
    if event != RETRIED:
        running_emulator.control("POST", "reset")
        check(running_emulator, kind, state, event, expected, contacted)
        return
    # This row has its own emulator, because its late retries would count as requests of the next row.
    with Emulator() as emulator:
        check(emulator, kind, state, event, expected, contacted)


def check(emulator: Emulator, kind: type[Client], state: str, event: str, expected: str, contacted: int) -> None:
    emulator.connect("app", "user", lifetime_seconds=3600, scopes=["read", "write"])
    steps = TABLE["states"][state]
    row = Row(emulator, kind, next((step["options"] for step in steps if "options" in step), {}))
    try:
        for each in steps:
            row.step(*next(iter(each.items())))
        before = row.fetch_count()
        for each in TABLE["events"][event]:
            row.step(*next(iter(each.items())))
        assert row.outcome == expected
        if event == RETRIED:
            assert row.fetch_count() >= before + contacted
        else:
            row.wait_for_fetches(before + contacted)
    finally:
        # The whole process shares the clock, so the row puts the date back.
        _native.step_cache_wall_clock(-1000 * row.date_moved)
