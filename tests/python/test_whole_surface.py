"""The operations on apps, tenants' tokens, uploads and inbound tokens, tested with the emulator."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from descope_outbound import (
    AccessType,
    AuthException,
    DescopeClient,
    DescopeClientAsync,
    PromptType,
    RedactedDict,
    TokenNotFound,
    URLParam,
)
from emulator import Emulator

APPLICATION: dict[str, Any] = {
    "id": "calendar",
    "description": "d",
    "logo": "https://logo.invalid",
    "client_secret": "made-up-client-secret",
    "client_id": "c",
    "discovery_url": "https://discovery.invalid",
    "authorization_url": "https://authorize.invalid",
    "authorization_url_params": [URLParam("a", "b")],
    "token_url": "https://token.invalid",
    "token_url_params": [{"key": "c", "value": "d"}],
    "revocation_url": "https://revoke.invalid",
    "default_scopes": ["read"],
    "default_redirect_url": "https://redirect.invalid",
    "callback_domain": "callback.invalid",
    "pkce": False,
    "access_type": AccessType.OFFLINE,
    "prompt": [PromptType.CONSENT, PromptType.SELECT_ACCOUNT],
}

UPLOAD: dict[str, Any] = {
    "refresh_token": "made-up-refresh",
    "access_token": "made-up-access",
    "access_token_expiry": 0,
    "access_token_type": "Bearer",
    "scopes": ("read",),
    "external_identifier": "work",
    "id_token": "made-up-id-token",
    "granted_by": "administrator",
}


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, client: DescopeClient, client_async: DescopeClientAsync) -> Callable[..., Any]:
    """A function that calls a method of either client by its name."""

    def sync(method: str, *arguments: Any, **named: Any) -> Any:
        return getattr(client.mgmt.outbound_application, method)(*arguments, **named)

    def in_a_task(method: str, *arguments: Any, **named: Any) -> Any:
        return asyncio.run(getattr(client_async.mgmt.outbound_application, method)(*arguments, **named))

    return sync if request.param == "sync" else in_a_task


def last_body(emulator: Emulator) -> Any:
    """Return the body of the last request."""
    return emulator.journal()[-1]["body"]


def test_an_application_is_created_loaded_replaced_and_deleted(call: Callable[..., Any], emulator: Emulator) -> None:
    made = call("create_application", "Calendar", **APPLICATION)
    assert made["app"]["id"] == "calendar"
    body = last_body(emulator)
    assert body["authorizationUrlParams"] == [{"key": "a", "value": "b"}]
    assert (body["accessType"], body["prompt"], body["pkce"]) == ("offline", ["consent", "select_account"], False)
    assert "made-up-client-secret" not in json.dumps(body)

    assert call("load_application", "calendar")["app"]["defaultScopes"] == ["read"]
    replaced = call("update_application", "calendar", "Renamed", default_scopes=[], more={"appType": "oauth"})
    assert replaced["app"]["name"] == "Renamed"
    assert last_body(emulator)["app"] == {"id": "calendar", "name": "Renamed", "defaultScopes": [], "appType": "oauth"}
    assert "calendar" in [app["id"] for app in call("load_all_applications")["apps"]]
    assert call("delete_application", "calendar") is None
    with pytest.raises(AuthException) as caught:
        call("load_application", "calendar")
    assert caught.value.status_code == 404


def test_the_required_arguments_are_enough(call: Callable[..., Any], emulator: Emulator) -> None:
    identifier = call("create_application", "n")["app"]["id"]
    assert last_body(emulator) == {"name": "n"}
    call("update_application", identifier, "m")
    assert last_body(emulator) == {"app": {"id": identifier, "name": "m"}}
    assert call("create_application_by_template", "google")["app"]["id"]
    assert last_body(emulator) == {"templateId": "google"}


def test_a_template_takes_overrides(call: Callable[..., Any], emulator: Emulator) -> None:
    call("create_application_by_template", "google", "mail", "c", "made-up-secret", "t", {"name": "Mail"})
    body = last_body(emulator)
    assert (body["id"], body["clientId"], body["tenantId"], body["overrides"]) == ("mail", "c", "t", {"name": "Mail"})


def test_a_token_of_a_tenant_is_fetched(call: Callable[..., Any], emulator: Emulator) -> None:
    emulator.connect("app-id", "", tenant_id="tenant", scopes=["read"])
    newest = call("fetch_tenant_token", "app-id", "tenant", {"withRefreshToken": True})
    by_scopes = call("fetch_tenant_token_by_scopes", "app-id", "tenant", iter(["read"]))
    assert newest["token"]["id"] == by_scopes["token"]["id"]
    with pytest.raises(TokenNotFound):
        call("fetch_tenant_token", "app-id", "other")


def test_uploaded_tokens_and_keys_are_fetched_and_listed(call: Callable[..., Any], emulator: Emulator) -> None:
    assert call("upload_user_token", "app-id", "uploader", "tenant", verify_refresh=False, **UPLOAD) == {}
    body = last_body(emulator)
    assert (body["verifyRefresh"], body["accessTokenExpiry"], body["scopes"]) == (False, 0, ["read"])
    token = call("fetch_token", "app-id", "uploader", "tenant", external_identifier="work")
    assert token.access_token == "made-up-access"
    assert call("list_apps_with_user_token", "uploader", "tenant") == {"appIds": ["app-id"]}
    assert call("upload_tenant_token", "app-id", "tenant", **UPLOAD) == {}
    assert call("upload_user_api_key", "app-id", "key-holder", "made-up-api-key") == {}
    key = call("fetch_token", "app-id", "key-holder")
    assert (key.access_token, key.expires_at) == ("made-up-api-key", None)
    assert call("upload_tenant_api_key", "app-id", "tenant-2", "made-up-api-key") == {}


@pytest.mark.parametrize("owner", ["user", "tenant"])
def test_a_batch_is_stored_whole_or_not_at_all(owner: str, call: Callable[..., Any]) -> None:
    def item(app_id: str, owner_id: str) -> dict[str, str]:
        return {"appId": app_id, f"{owner}Id": owner_id, "accessToken": "made-up-access"}

    method = f"batch_upload_{owner}_tokens"
    refused = call(method, (item("app-id", "o1"), item("no such app", "o2")))
    assert [failure[f"{owner}Id"] for failure in refused["failures"]] == ["o2"]
    assert not call(method, [item("app-id", "o1")]).get("failures")


@pytest.mark.parametrize(
    ("method", "arguments", "error", "text"),
    [
        ("create_application", [""], AuthException, "name must not be empty"),
        ("create_application", [7], TypeError, "name must be a string, not a number"),
        ("update_application", ["", "n"], AuthException, "id must not be empty"),
        ("delete_application", [None], AuthException, "id must not be empty"),
        ("load_application", [".."], AuthException, "it would change the path"),
        ("fetch_tenant_token", ["a", ""], AuthException, "tenant_id must not be empty"),
        ("fetch_tenant_token_by_scopes", ["a", "t", "read"], TypeError, "scopes must be a list of strings"),
        ("list_apps_with_user_token", [""], AuthException, "user_id must not be empty"),
        ("upload_user_api_key", ["a", "u", ""], AuthException, "api_key must not be empty"),
        ("upload_user_api_key", ["a", "u", b"made-up-key"], TypeError, "api_key must be a string, not bytes"),
        ("upload_tenant_api_key", ["a", "t", None], AuthException, "api_key must not be empty"),
        ("upload_user_token", ["a", "u", None, 7], TypeError, "refresh_token must be a string, not a number"),
        ("upload_tenant_token", ["a", "t", None, None, "x"], TypeError, "expiry must be a whole number, not a string"),
        ("batch_upload_user_tokens", [[]], AuthException, "tokens must not be empty"),
        ("batch_upload_user_tokens", [[{"appId": "a"}]], AuthException, "item 0 does not"),
        ("batch_upload_user_tokens", ["x"], TypeError, "tokens must be a list of objects, not a string"),
        (
            "batch_upload_tenant_tokens",
            [[{"appId": "a", "tenantId": "t"}, {"appId": "a", "tenantId": "t", "userId": "u"}]],
            AuthException,
            "must not hold userId in this batch, and item 1 does",
        ),
    ],
)
def test_invalid_arguments_are_rejected_before_any_request(
    method: str, arguments: list[Any], error: type[Exception], text: str, call: Callable[..., Any], emulator: Emulator
) -> None:
    with pytest.raises(error, match=text) as caught:
        call(method, *arguments)
    assert "made-up" not in str(caught.value)
    assert emulator.counters()["requests"] == 0


def test_an_id_in_a_path_is_encoded(call: Callable[..., Any], emulator: Emulator) -> None:
    with pytest.raises(AuthException):
        call("load_application", "../../user?x=1#f%2e /")
    expected = "/v1/mgmt/outbound/app/..%2F..%2Fuser%3Fx%3D1%23f%252e%20%2F"
    assert emulator.journal()[-1]["path"] == expected


def test_an_inbound_token_fetches_without_a_key(emulator: Emulator) -> None:
    token = emulator.control("POST", "inbound_token", user_id="user-id")["token"]
    client = DescopeClient(emulator.project_id, base_url=emulator.base_url, management_key="")
    by_token = client.mgmt.outbound_application_by_token
    assert by_token is client.mgmt.outbound_application_by_token
    assert by_token.fetch_token(token, "app-id", "user-id").access_token
    assert by_token.fetch_token_by_scopes(token, "app-id", "user-id", ["read", "write"]).access_token
    with pytest.raises(AuthException):
        by_token.fetch_tenant_token(token, "app-id", "tenant")
    with pytest.raises(AuthException):
        by_token.fetch_tenant_token_by_scopes(token, "app-id", "tenant", ["read"])
    assert all("x-descope-license" not in entry["headers"] for entry in emulator.journal())

    with pytest.raises(AuthException) as caught:
        by_token.fetch_token("", "app-id", "user-id")
    assert caught.value.error_message == "Inbound app token is required for perform this functionality"

    async def fetch_in_a_task() -> str | None:
        async with DescopeClientAsync(emulator.project_id, base_url=emulator.base_url) as client_async:
            fetched = await client_async.mgmt.outbound_application_by_token.fetch_token(token, "app-id", "user-id")
            return fetched.access_token

    assert asyncio.run(fetch_in_a_task())


def test_an_application_shows_no_secret(call: Callable[..., Any], emulator: Emulator) -> None:
    emulator.fail(status=200, body={"app": {"id": "i", "clientSecret": "made-up-client-secret"}}, count=1)
    response = call("load_application", "i")
    for shown in [repr(response), str(response["app"]), f"{response}"]:
        assert "made-up" not in shown
    assert type(response["app"]) is RedactedDict
    assert response == {"app": {"id": "i", "clientSecret": "made-up-client-secret"}}


def test_the_last_response_is_kept_with_verbose(emulator: Emulator) -> None:
    quiet = DescopeClient(emulator.project_id, management_key=emulator.management_key, base_url=emulator.base_url)
    quiet.mgmt.outbound_application.fetch_token("app-id", "user-id")
    assert quiet.get_last_response() is None

    client = DescopeClient(
        emulator.project_id, management_key=emulator.management_key, base_url=emulator.base_url, verbose=True
    )
    assert client.get_last_response() is None
    token = client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    response = client.get_last_response()
    assert response is not None
    assert (response.status_code, response.ok, response.is_json) == (200, True, True)
    assert response == token
    assert response["token"]["id"] == "token-id"
    assert "application/json" in response.headers["Content-Type"]
    assert response.headers.get("x-absent") is None
    assert "[redacted]" in repr(response)
    emulator.fail(status=502, headers={"cf-ray": "ray"}, body="<html>")
    with pytest.raises(AuthException):
        client.mgmt.outbound_application.delete_token("t")
    failed = client.get_last_response()
    assert failed is not None
    assert (failed.status_code, failed.headers["CF-Ray"], failed.text, failed.is_json) == (502, "ray", "<html>", False)
    assert failed
    assert "<html>" in repr(failed)


def test_each_task_has_its_own_last_response(emulator: Emulator) -> None:
    emulator.connect("other-app", "user-id", token_id="other-token")

    async def fetch_in_a_task(client: DescopeClientAsync, app_id: str) -> str:
        await client.mgmt.outbound_application.fetch_token(app_id, "user-id")
        await asyncio.sleep(0.05)
        response = client.get_last_response()
        assert response is not None
        identifier: str = response["token"]["id"]
        return identifier

    async def all_at_once() -> list[str]:
        client = DescopeClientAsync(
            emulator.project_id, management_key=emulator.management_key, base_url=emulator.base_url, verbose=True
        )
        return list(await asyncio.gather(fetch_in_a_task(client, "app-id"), fetch_in_a_task(client, "other-app")))

    assert asyncio.run(all_at_once()) == ["token-id", "other-token"]
