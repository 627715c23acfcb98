"""The table of ``tests/cache``: what a fetch comes to in each state of the cache, in both clients."""

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

FETCHED = "/v1/mgmt/outbound/app/user/token/latest"
TABLE = json.loads((ROOT / "tests" / "cache" / "table.json").read_text(encoding="utf-8"))

#: What ``ErrorKind`` calls them, the narrower ones first.
KINDS: dict[type[Exception], str] = {
    TokenNotFound: "token_not_found",
    RateLimitException: "rate_limited",
    ConnectionFailed: "connection_failed",
    AuthException: "http",
}
#: Rust's runner turns repetitions off; here a lost connection is tried again, which takes seconds.
REPEATED = "fetch while the service closes connections"
PATIENCE = 5

Client = DescopeClient | DescopeClientAsync


class Row:
    """A client, and what its last fetch came to."""

    def __init__(self, emulator: Emulator, kind: type[Client], options: dict[str, Any]) -> None:
        self.emulator = emulator
        self.client = kind(
            emulator.project_id,
            management_key=emulator.management_key,
            base_url=emulator.base_url,
            license_handshake=False,
            cache=CacheOptions(**{f"{name}_seconds": value for name, value in options.items()}),
        )
        self.token = self.came_to = ""
        self.date_moved = 0

    def call(self, method: str, *arguments: object, **more: Any) -> Any:
        """Of the operations, awaited where it has to be."""
        called = getattr(self.client.mgmt.outbound_application, method)(*arguments, **more)
        return asyncio.run(called) if isinstance(self.client, DescopeClientAsync) else called

    def fetched(self) -> int:
        return sum(entry["path"] == FETCHED for entry in self.emulator.journal())

    def reach(self, count: int) -> None:
        """Waits until so many fetches have reached the service, and are dealt with."""
        native = self.client._native.cache()
        assert native is not None
        end = time.monotonic() + PATIENCE
        while (self.fetched() < count or native.in_flight() > 0) and time.monotonic() < end:
            time.sleep(0.001)
        assert self.fetched() == count

    def step(self, name: str, about: Any) -> None:  # noqa: PLR0912 - one for each kind
        cache = self.client.cache
        assert cache is not None
        match name:
            case "options":
                pass
            case "lifetime":
                self.emulator.connect("app", "user", lifetime_seconds=about, scopes=["read", "write"])
            case "fetch":
                self.fetch(**about)
            case "advance":
                self.emulator.control("POST", "clock", advance_seconds=about)
                _native.advance_cache_clock(about)
                self.date_moved += about
            case "step_wall":
                _native.step_cache_wall_clock(about * 1000)
                self.date_moved += about
            case "fault":
                self.emulator.fail(**({} if "method" in about else {"path": FETCHED}), **about)
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
                ) as somebody:
                    somebody.mgmt.outbound_application.delete_user_tokens("app", "user")
            case "delete":
                with contextlib.suppress(AuthException):
                    self.call("delete_user_tokens", **about)
            case "upload":
                self.call("upload_user_api_key", "app", "user", "made-up-api-key")
            case "forget":
                cache.forget(**about)
            case "clear":
                cache.clear()
            case "reject":
                assert cache.reject(self.token)
            case "await":
                self.reach(about)
            case _:
                pytest.fail(f"no step is called {name}")

    def fetch(self, *, force_refresh: bool = False, with_refresh_token: bool = False, min_validity: int = 0) -> None:
        options = {"forceRefresh": force_refresh, "withRefreshToken": with_refresh_token}
        options = {option: wanted for option, wanted in options.items() if wanted}
        try:
            token = self.call("fetch_token", "app", "user", options=options or None, min_validity_seconds=min_validity)
        except tuple(KINDS) as error:
            self.came_to = next(word for kind, word in KINDS.items() if isinstance(error, kind))
        else:
            self.token, self.came_to = token.access_token, token.source


@pytest.mark.parametrize("kind", [DescopeClient, DescopeClientAsync])
@pytest.mark.parametrize(("state", "event", "expected", "contacted"), TABLE["rows"])
def test_every_row_of_the_table_holds(
    running_emulator: Emulator, kind: type[Client], state: str, event: str, expected: str, contacted: int
) -> None:
    if event != REPEATED:
        running_emulator.control("POST", "reset")
        check(running_emulator, kind, state, event, expected, contacted)
        return
    # What is repeated after the row would be counted among the next one's.
    with Emulator() as emulator:
        check(emulator, kind, state, event, expected, contacted)


def check(emulator: Emulator, kind: type[Client], state: str, event: str, expected: str, contacted: int) -> None:
    emulator.connect("app", "user", lifetime_seconds=3600, scopes=["read", "write"])
    steps = TABLE["states"][state]
    row = Row(emulator, kind, next((step["options"] for step in steps if "options" in step), {}))
    try:
        for each in steps:
            row.step(*next(iter(each.items())))
        before = row.fetched()
        for each in TABLE["events"][event]:
            row.step(*next(iter(each.items())))
        assert row.came_to == expected
        if event == REPEATED:
            assert row.fetched() >= before + contacted
        else:
            row.reach(before + contacted)
    finally:
        # The clock is the process's: what has passed has passed, and the date is what it was.
        _native.step_cache_wall_clock(-1000 * row.date_moved)
