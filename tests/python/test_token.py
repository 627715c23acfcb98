"""The response of a fetch: the fields that the server sent, in a dict whose text shows no secret."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timezone
from pprint import pformat
from typing import Any

import pytest

from descope_outbound import DecodeError, DescopeClient, OutboundToken, TokenResponse

BODY: dict[str, Any] = {
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
    return TokenResponse(copy.deepcopy(BODY))


def test_a_response_has_exactly_the_keys_that_the_server_sent(response: TokenResponse) -> None:
    assert isinstance(response, dict)
    assert response == BODY
    assert list(response) == ["token", "more"]
    assert list(response["token"]) == list(BODY["token"])
    assert json.dumps(response) == json.dumps(BODY)
    assert len(response["token"]) == len(BODY["token"])


def test_each_name_of_the_token_reads_the_other_if_absent() -> None:
    as_sent = OutboundToken(accessToken="a")
    assert as_sent["token"] == as_sent.get("token") == as_sent["accessToken"] == "a"
    assert "token" not in as_sent
    as_documented = OutboundToken(token="a")
    assert as_documented["accessToken"] == as_documented.get("accessToken") == "a"
    assert "accessToken" not in as_documented
    both = OutboundToken(token="a", accessToken="b")
    assert (both["token"], both["accessToken"]) == ("a", "b")


def test_an_absent_field_is_none_or_a_key_error() -> None:
    empty = OutboundToken()
    for key in ["token", "accessToken", "id"]:
        assert empty.get(key) is None
        assert empty.get(key, 7) == 7
        with pytest.raises(KeyError, match=key):
            empty[key]


def test_no_text_of_a_response_shows_a_secret(response: TokenResponse) -> None:
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
def test_a_copy_equals_its_original(copied: Any, response: TokenResponse) -> None:
    twin = copied(response)
    assert twin == BODY
    assert (type(twin), type(twin["token"])) == (TokenResponse, OutboundToken)
    assert twin.source == "network"
    assert twin["token"]["token"] == "made-up-access"
    assert "made-up" not in repr(twin)
    assert type(copied(response["token"])) is OutboundToken


def test_the_usual_fields_have_properties(response: TokenResponse) -> None:
    assert response.access_token == "made-up-access"
    assert response.refresh_token == "made-up-refresh"
    assert response.scopes == ["read"]
    assert response.expires_at == datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    assert response.source == "network"


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": {}}, {"token": "x"}, {"token": {"scopes": None}}])
def test_the_property_of_an_absent_field_is_none_but_an_absent_token_raises(body: dict[str, Any]) -> None:
    response = TokenResponse(body)
    assert (response.refresh_token, response.expires_at) == (None, None)
    with pytest.raises(DecodeError, match="no access token"):
        _ = response.access_token
    assert response.scopes == []


@pytest.mark.parametrize(
    "expiry", ["2026-11-23T12:00:00Z", "2026-11-23T14:00:00+02:00", 1795435200, "1795435200", 1795435200000]
)
def test_every_form_of_an_expiry_is_parsed(expiry: object) -> None:
    response = TokenResponse({"token": {"accessTokenExpiry": expiry}})
    assert response.expires_at == datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize("expiry", [None, "", "0", 0, 3600, True, "soon", 1.5, [], {}, 10**30, 10**18, -(10**30)])
def test_an_expiry_that_is_not_a_time_is_none(expiry: object) -> None:
    assert TokenResponse({"token": {"accessTokenExpiry": expiry}}).expires_at is None


def test_each_response_is_a_copy_that_the_caller_may_change(client: DescopeClient) -> None:
    first = client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    first["token"]["scopes"].append("made by the caller")
    second = client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    assert second.scopes == ["read", "write"]
