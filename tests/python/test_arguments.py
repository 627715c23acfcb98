"""The arguments of calls: the accepted forms, and the errors that are raised before a request is sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from descope_outbound import AuthException, DescopeClient, DescopeClientAsync
from emulator import Emulator

LATEST = "/v1/mgmt/outbound/app/user/token/latest"
BY_SCOPES = "/v1/mgmt/outbound/app/user/token"


def only_request(emulator: Emulator) -> dict[str, Any]:
    (entry,) = emulator.journal()
    return entry


@pytest.mark.parametrize(
    "scopes",
    [["read", "write"], ("read", "write"), {"read": 1, "write": 2}.keys(), iter(["read", "write"])],
    ids=["list", "tuple", "keys", "iterator"],
)
def test_any_iterable_of_strings_is_accepted_as_scopes(scopes: Any, client: DescopeClient, emulator: Emulator) -> None:
    client.mgmt.outbound_application.fetch_token_by_scopes("app-id", "user-id", scopes)
    assert only_request(emulator)["body"] == {
        "appId": "app-id",
        "userId": "user-id",
        "scopes": ["read", "write"],
    }


def test_empty_scopes_are_sent_as_an_empty_list(client: DescopeClient, emulator: Emulator) -> None:
    with pytest.raises(AuthException):
        client.mgmt.outbound_application.fetch_token("app-id", "user-id", scopes=[])
    entry = only_request(emulator)
    assert (entry["path"], entry["body"]["scopes"]) == (BY_SCOPES, [])


@pytest.mark.parametrize("scopes", ["read write", b"read", 7, {"read": 1}, ["read", 7], [None], [["read"]]])
def test_scopes_that_are_not_a_list_of_strings_are_rejected(
    scopes: Any, client: DescopeClient, emulator: Emulator
) -> None:
    with pytest.raises(TypeError, match=r"^scopes must be a list of strings"):
        client.mgmt.outbound_application.fetch_token_by_scopes("app-id", "user-id", scopes)
    assert emulator.counters()["requests"] == 0


def test_a_fetch_with_scopes_uses_the_endpoint_by_scopes(client: DescopeClient, emulator: Emulator) -> None:
    fetch = client.mgmt.outbound_application.fetch_token
    fetch("app-id", "user-id")
    fetch("app-id", "user-id", None, None)
    fetch("app-id", "user-id", scopes=["write", "read"])
    assert [entry["path"] for entry in emulator.journal()] == [LATEST, LATEST, BY_SCOPES]


def test_options_are_sent_as_given(client: DescopeClient, emulator: Emulator) -> None:
    options = {"withRefreshToken": True, "forceRefresh": False}
    token = client.mgmt.outbound_application.fetch_token("app-id", "user-id", None, options)
    assert only_request(emulator)["body"]["options"] == options
    assert token.refresh_token is not None


SELF_CONTAINING: list[Any] = []
SELF_CONTAINING.append(SELF_CONTAINING)
TWICE_SELF_CONTAINING: list[Any] = []
TWICE_SELF_CONTAINING += [TWICE_SELF_CONTAINING, TWICE_SELF_CONTAINING]


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ("x", TypeError, "options must be an object, not a string"),
        ({"a": object()}, TypeError, "options must be JSON, and object is not"),
        ({1: 2}, TypeError, "options must be JSON, and int is not"),
        ({"a": float("nan")}, AuthException, "options must hold finite numbers only"),
        ({"a": "\ud800"}, AuthException, "options must not hold a lone surrogate"),
        ({"a": SELF_CONTAINING}, AuthException, "options must not be nested deeper than 64 levels"),
        ({"a": TWICE_SELF_CONTAINING}, AuthException, "options must not be nested deeper than 64 levels"),
    ],
)
def test_options_that_are_not_json_are_rejected(
    options: Any, error: type[Exception], text: str, client: DescopeClient, emulator: Emulator
) -> None:
    with pytest.raises(error, match=text):
        client.mgmt.outbound_application.fetch_token("app-id", "user-id", options=options)
    assert emulator.counters()["requests"] == 0


def test_the_async_client_raises_the_same_error_texts(client_async: DescopeClientAsync) -> None:
    async def make_invalid_calls() -> None:
        operations = client_async.mgmt.outbound_application
        with pytest.raises(AuthException, match="app_id must not be empty"):
            await operations.fetch_token("", "user-id")
        with pytest.raises(TypeError, match="token_id must be a string, not a number"):
            await operations.delete_token(7)  # type: ignore[arg-type]
        with pytest.raises(AuthException, match="without a filter"):
            await operations.delete_user_tokens()

    asyncio.run(make_invalid_calls())


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 10**400])
def test_a_timeout_must_be_a_finite_number_above_zero(seconds: float, client: DescopeClient) -> None:
    with pytest.raises(AuthException, match="timeout_seconds must be a finite number above 0"):
        client.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=seconds)
    with pytest.raises(AuthException, match="timeout_seconds must be a finite number above 0"):
        DescopeClient("P2aaa", timeout_seconds=seconds)


def test_large_numbers_are_sent_and_parsed_exactly(client: DescopeClient, emulator: Emulator) -> None:
    numbers = {"a": 2**63, "b": -(2**63), "c": 1.5, "d": 0}
    with pytest.raises(AuthException):
        client.mgmt.outbound_application.fetch_token("app-id", "user-id", options=numbers)
    assert only_request(emulator)["body"]["options"] == numbers
    emulator.fail(status=200, body='{"token": {"big": 123456789012345678901234567890}}')
    token = client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    assert token["token"]["big"] == 123456789012345678901234567890
