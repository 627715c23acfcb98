"""The answer of a fetch: what the server sent, and nothing shown."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timezone
from pprint import pformat
from typing import Any

import pytest

from descope_outbound import DecodeError, DescopeClient, OutboundToken, TokenResponse

ANSWER: dict[str, Any] = {
    "token": {
        "id": "t1",
        "accessToken": "made-up-access",
        "refreshToken": "made-up-refresh",
        "scopes": ["read"],
        "accessTokenExpiry": "1795435200",
    },
    "more": [1, 2.5, None, True, "ü"],
}


@pytest.fixture
def response() -> TokenResponse:
    return TokenResponse(copy.deepcopy(ANSWER))


def test_it_is_the_servers_json_key_for_key(response: TokenResponse) -> None:
    assert isinstance(response, dict)
    assert response == ANSWER
    assert list(response) == ["token", "more"]
    assert list(response["token"]) == list(ANSWER["token"])
    assert json.dumps(response) == json.dumps(ANSWER)
    assert len(response["token"]) == len(ANSWER["token"])


def test_each_name_of_the_token_stands_in_for_the_other() -> None:
    as_answered = OutboundToken(accessToken="a")
    assert as_answered["token"] == as_answered.get("token") == as_answered["accessToken"] == "a"
    assert "token" not in as_answered
    as_documented = OutboundToken(token="a")
    assert as_documented["accessToken"] == as_documented.get("accessToken") == "a"
    assert "accessToken" not in as_documented
    both = OutboundToken(token="a", accessToken="b")
    assert (both["token"], both["accessToken"]) == ("a", "b")


def test_what_is_not_there_is_not_made_up() -> None:
    empty = OutboundToken()
    for key in ["token", "accessToken", "id"]:
        assert empty.get(key) is None
        assert empty.get(key, 7) == 7
        with pytest.raises(KeyError, match=key):
            empty[key]


def test_nothing_that_a_person_reads_shows_a_secret(response: TokenResponse) -> None:
    token = response["token"]
    shown = [
        repr(response),
        str(response),
        f"{response}",
        f"{response!r:>9}",
        f"{token} {token!r}",
        pformat(response),
    ]
    for text in shown:
        assert "made-up" not in text
        assert "[redacted]" in text
    assert repr(OutboundToken(token="made-up")) == "{'token': '[redacted]'}"
    odd = OutboundToken(accessToken={"value": "made-up"}, refreshToken=["made-up"], idToken=7, apiKey="")
    expected = {"accessToken": "[redacted]", "refreshToken": "[redacted]", "idToken": "[redacted]", "apiKey": ""}
    assert repr(odd) == repr(expected)


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda value: value.copy(), lambda value: pickle.loads(pickle.dumps(value))],
)
def test_a_copy_is_as_its_original(copied: Any, response: TokenResponse) -> None:
    twin = copied(response)
    assert twin == ANSWER
    assert (type(twin), type(twin["token"])) == (TokenResponse, OutboundToken)
    assert twin.source == "network"
    assert twin["token"]["token"] == "made-up-access"
    assert "made-up" not in repr(twin)
    assert type(copied(response["token"])) is OutboundToken


def test_what_is_mostly_wanted_has_a_shortcut(response: TokenResponse) -> None:
    assert response.access_token == "made-up-access"
    assert response.refresh_token == "made-up-refresh"
    assert response.scopes == ["read"]
    assert response.expires_at == datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    assert response.source == "network"


@pytest.mark.parametrize("answer", [{}, {"token": None}, {"token": {}}, {"token": "x"}, {"token": {"scopes": None}}])
def test_a_shortcut_to_nothing_is_none_save_to_the_token_itself(answer: dict[str, Any]) -> None:
    response = TokenResponse(answer)
    assert (response.refresh_token, response.expires_at) == (None, None)
    with pytest.raises(DecodeError, match="no access token"):
        _ = response.access_token
    assert response.scopes == []


@pytest.mark.parametrize(
    "expiry", ["2026-11-23T12:00:00Z", "2026-11-23T14:00:00+02:00", 1795435200, "1795435200", 1795435200000]
)
def test_every_form_of_an_expiry_is_read(expiry: object) -> None:
    response = TokenResponse({"token": {"accessTokenExpiry": expiry}})
    assert response.expires_at == datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize("expiry", [None, "", "0", 0, 3600, True, "soon", 1.5, [], {}, 10**30, 10**18, -(10**30)])
def test_what_names_no_moment_is_none(expiry: object) -> None:
    assert TokenResponse({"token": {"accessTokenExpiry": expiry}}).expires_at is None


def test_each_answer_is_the_callers_own(client: DescopeClient) -> None:
    first = client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    first["token"]["scopes"].append("made by the caller")
    second = client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    assert second.scopes == ["read", "write"]
