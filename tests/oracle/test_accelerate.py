"""Official clients that send their outbound calls through this package."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
# The official SDK has its own environment. This environment provides pytest and this package.
sys.path.extend(str(path) for path in HERE.glob(".venv/lib/python*/site-packages"))
sys.path.append(str(HERE.parent / "python"))

if os.environ.get("OFFICIAL_SDKS") != "installed":
    pytest.importorskip("descope", reason="tests/oracle/install.sh has not been run")

import descope  # noqa: E402 - found by the path above
import httpx  # noqa: E402 - found by the path above

import descope_outbound  # noqa: E402 - after the official SDK, on which it does not depend
from emulator import Emulator  # noqa: E402 - found by the path above

METHODS = [
    "create_application",
    "update_application",
    "delete_application",
    "load_application",
    "load_all_applications",
    "fetch_token_by_scopes",
    "fetch_token",
    "fetch_tenant_token_by_scopes",
    "fetch_tenant_token",
    "delete_user_tokens",
    "delete_token",
    "list_apps_with_user_token",
    "upload_user_api_key",
    "upload_tenant_api_key",
    "upload_user_token",
    "upload_tenant_token",
    "batch_upload_user_tokens",
    "batch_upload_tenant_tokens",
]


@pytest.fixture(scope="module")
def running_emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    running_emulator.control("POST", "reset")
    running_emulator.connect("app-id", "user-id", token_id="token-id", scopes=["read"])
    return running_emulator


@pytest.fixture
def client(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DESCOPE_PROJECT_ID", emulator.project_id)
    return descope.DescopeClient(
        emulator.project_id, management_key=emulator.management_key, base_url=emulator.base_url, verbose=True
    )


def agents(emulator: Emulator) -> list[str]:
    """Return the user agent of each outbound call so far."""
    calls = [entry for entry in emulator.journal() if "/outbound/" in entry["path"]]
    return [entry["headers"]["user-agent"].split("/")[0] for entry in calls]


def test_accelerate_redirects_calls_and_restore_undoes_it(client: Any, emulator: Emulator) -> None:
    official = client.mgmt.outbound_application, client.mgmt.outbound_application_by_token

    def fetch() -> Any:
        return client.mgmt.outbound_application.fetch_token("app-id", "user-id")

    before = fetch()
    assert descope_outbound.accelerate(client) is client
    assert descope_outbound.accelerate(client) is client
    assert fetch() == before
    assert descope_outbound.restore(client) is client
    assert fetch() == before
    assert agents(emulator) == ["python-httpx", "descope-outbound", "python-httpx"]
    assert (client.mgmt.outbound_application, client.mgmt.outbound_application_by_token) == official
    assert descope_outbound.restore(client) is client


def test_accelerate_changes_nothing_else(client: Any) -> None:
    before = {name: id(value) for name, value in vars(client.mgmt).items()}
    descope_outbound.accelerate(client)
    after = {name: id(value) for name, value in vars(client.mgmt).items()}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"_outbound_application", "_outbound_application_by_token"}
    assert callable(client.validate_session)


def test_an_accelerated_client_has_every_official_method(client: Any) -> None:
    official = client.mgmt.outbound_application
    for name in METHODS:
        assert callable(getattr(official, name))
    public = {name for name in dir(official) if not name.startswith("_")}
    descope_outbound.accelerate(client)
    ours = {name for name in dir(client.mgmt.outbound_application) if not name.startswith("_")}
    assert public <= ours


def test_an_accelerated_client_raises_the_official_exceptions(client: Any, emulator: Emulator) -> None:
    descope_outbound.accelerate(client)
    operations = client.mgmt.outbound_application
    with pytest.raises(descope.AuthException) as refused:
        operations.fetch_token("app-id", "unknown-user")
    assert refused.value.status_code == 404
    assert refused.value.error_type == "server error"
    assert json.loads(refused.value.error_message)["errorCode"] == "E111504"
    with pytest.raises(descope.AuthException) as invalid:
        operations.delete_user_tokens()
    assert (invalid.value.status_code, invalid.value.error_type) == (400, "invalid argument")
    emulator.fail(status=429, headers={"Retry-After": "7"}, body={"errorCode": "E130429"}, count=1)
    with pytest.raises(descope.RateLimitException) as limited:
        operations.fetch_token("app-id", "user-id")
    assert limited.value.rate_limit_parameters == {"Retry-After": 7}
    assert limited.value.status_code == "E130429"


@pytest.mark.parametrize(
    ("fault", "seconds", "error"),
    [
        ({"delivery": "hang"}, 0.5, httpx.ReadTimeout),
        ({"delivery": "close"}, 20, httpx.RemoteProtocolError),
        ({"status": 200, "body": "<"}, 20, json.JSONDecodeError),
    ],
)
def test_an_accelerated_client_raises_the_official_transport_errors(
    fault: dict[str, Any], seconds: float, error: type[Exception], client: Any, emulator: Emulator
) -> None:
    descope_outbound.accelerate(client)
    emulator.fail(path="/v1/mgmt/outbound/*", **fault)
    with pytest.raises(error) as caught:
        client.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=seconds)
    assert isinstance(caught.value.__cause__, descope_outbound.TransportError)


def test_a_call_that_gets_no_permit_raises_a_pool_timeout(client: Any, emulator: Emulator) -> None:
    descope_outbound.accelerate(client)
    emulator.fail(path="/v1/mgmt/outbound/*", delivery="hang")
    outbound = client.mgmt.outbound_application

    def hang() -> None:
        with pytest.raises(httpx.ReadTimeout):
            outbound.fetch_token("app-id", "user-id", timeout_seconds=3)

    with ThreadPoolExecutor(100) as pool:
        hanging = [pool.submit(hang) for _ in range(100)]
        while len(agents(emulator)) < len(hanging):
            assert not any(call.done() for call in hanging)
        with pytest.raises(httpx.PoolTimeout):
            outbound.fetch_token("app-id", "user-id", timeout_seconds=0.2)
        for call in hanging:
            call.result()


def test_a_refused_connection_raises_a_connect_error(emulator: Emulator) -> None:
    client = descope.DescopeClient(emulator.project_id, management_key="made-up-key", base_url="http://127.0.0.1:9")
    descope_outbound.accelerate(client)
    with pytest.raises(httpx.ConnectError) as caught:
        client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    assert caught.value.request is not None


@pytest.mark.parametrize("timeout", [None, httpx.Timeout(7)])
def test_an_accelerated_client_accepts_every_timeout_of_httpx(timeout: Any, emulator: Emulator) -> None:
    client = descope.DescopeClient(
        emulator.project_id,
        management_key=emulator.management_key,
        base_url=emulator.base_url,
        timeout_seconds=timeout,
    )
    descope_outbound.accelerate(client)
    assert client.mgmt.outbound_application.fetch_token("app-id", "user-id")["token"]["accessToken"]


def test_operations_of_an_accelerated_client_work_after_restore(client: Any) -> None:
    descope_outbound.accelerate(client)
    taken = client.mgmt.outbound_application
    descope_outbound.restore(client)
    assert taken.fetch_token("app-id", "user-id")["token"]["accessToken"]


def test_a_closed_async_client_rejects_accelerated_calls(emulator: Emulator) -> None:
    async def used_and_closed() -> None:
        async with descope.DescopeClientAsync(
            emulator.project_id, management_key=emulator.management_key, base_url=emulator.base_url
        ) as client:
            operations = descope_outbound.accelerate(client).mgmt.outbound_application
            await operations.fetch_token("app-id", "user-id")
        with pytest.raises(RuntimeError, match="closed"):
            await operations.fetch_token("app-id", "user-id")

    asyncio.run(used_and_closed())


def test_an_accelerated_client_sets_the_last_response(client: Any) -> None:
    descope_outbound.accelerate(client)
    token = client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    response = client.get_last_response()
    assert type(response) is descope.DescopeResponse
    assert (response.status_code, response.json()) == (200, token)


def test_an_accelerated_client_without_a_key_fetches_with_an_inbound_token(emulator: Emulator) -> None:
    token = emulator.control("POST", "inbound_token", user_id="user-id")["token"]
    client = descope_outbound.accelerate(descope.DescopeClient(emulator.project_id, base_url=emulator.base_url))
    assert client.mgmt.outbound_application_by_token.fetch_token(token, "app-id", "user-id")["token"]["accessToken"]
    with pytest.raises(descope.AuthException, match="Management key is required"):
        _ = client.mgmt.outbound_application


def test_an_async_client_can_be_accelerated(emulator: Emulator) -> None:
    async def fetch() -> list[Any]:
        client = descope.DescopeClientAsync(
            emulator.project_id, management_key=emulator.management_key, base_url=emulator.base_url
        )
        try:
            operations = descope_outbound.accelerate(client).mgmt.outbound_application
            ours = await operations.fetch_token("app-id", "user-id")
            descope_outbound.restore(client)
            theirs = await client.mgmt.outbound_application.fetch_token("app-id", "user-id")
        finally:
            await client.aclose()
        return [ours, theirs]

    ours, theirs = asyncio.run(fetch())
    assert ours == theirs
    assert agents(emulator) == ["descope-outbound", "python-httpx"]


@pytest.mark.parametrize(
    "client", [None, object(), descope_outbound.DescopeClient("P2aaa")], ids=["none", "any", "ours"]
)
def test_accelerate_and_restore_reject_other_objects(client: Any) -> None:
    for upgrade in [descope_outbound.accelerate, descope_outbound.restore]:
        with pytest.raises(TypeError, match="not a DescopeClient or DescopeClientAsync of the package descope"):
            upgrade(client)


def test_no_stack_frame_of_this_package_holds_the_key(emulator: Emulator) -> None:
    client = descope.DescopeClient(emulator.project_id, base_url=emulator.base_url)
    client._mgmt_http_client.management_key = "made-up\nkey"
    with pytest.raises(descope_outbound.AuthException, match="line break") as caught:
        descope_outbound.accelerate(client)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    ours = [frame for frame in frames if "descope_outbound" in frame.filename]
    assert ours
    assert not [frame.name for frame in ours if "made-up" in str(frame.locals)]


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, client: Any, emulator: Emulator) -> Iterator[Any]:
    """Call an operation of an official client by name; ``call.client`` is the client."""
    if request.param == "sync":

        def sync(method: str, *arguments: Any, by_token: bool = False, **named: Any) -> Any:
            mgmt = client.mgmt
            operations = mgmt.outbound_application_by_token if by_token else mgmt.outbound_application
            return getattr(operations, method)(*arguments, **named)

        sync.client = client  # type: ignore[attr-defined]
        yield sync
        return
    loop = asyncio.new_event_loop()
    client_async = descope.DescopeClientAsync(
        emulator.project_id, management_key=emulator.management_key, base_url=emulator.base_url
    )

    def of_task(method: str, *arguments: Any, by_token: bool = False, **named: Any) -> Any:
        mgmt = client_async.mgmt
        operations = mgmt.outbound_application_by_token if by_token else mgmt.outbound_application
        return loop.run_until_complete(getattr(operations, method)(*arguments, **named))

    of_task.client = client_async  # type: ignore[attr-defined]
    yield of_task
    loop.run_until_complete(client_async.aclose())
    loop.close()


@pytest.mark.parametrize("accelerated", [False, True])
def test_every_official_call_works_against_the_emulator(accelerated: bool, call: Any, emulator: Emulator) -> None:
    if accelerated:
        descope_outbound.accelerate(call.client)
    assert call("create_application", "Calendar", id="calendar", pkce=True)["app"]["pkce"] is True
    assert call("update_application", "calendar", "Renamed")["app"]["name"] == "Renamed"
    assert call("load_application", "calendar")["app"]["id"] == "calendar"
    assert "calendar" in [app["id"] for app in call("load_all_applications")["apps"]]
    call("upload_user_token", "calendar", "u", access_token="made-up-access", scopes=["read"])
    call("upload_tenant_token", "calendar", "t", access_token="made-up-access", scopes=["read"])
    call("upload_user_api_key", "calendar", "key-user", "made-up-api-key")
    call("upload_tenant_api_key", "calendar", "key-tenant", "made-up-api-key")
    for owner in ["userId", "tenantId"]:
        batch = [{"appId": "calendar", owner: "b", "accessToken": "made-up-access"}]
        assert not call(f"batch_upload_{owner[:-2]}_tokens", batch).get("failures")
    token = call("fetch_token", "calendar", "u")
    assert call("fetch_token_by_scopes", "calendar", "u", ["read"]) == token
    assert call("fetch_tenant_token", "calendar", "t")["token"]["tenantId"] == "t"
    assert call("fetch_tenant_token_by_scopes", "calendar", "t", ["read"])["token"]["tenantId"] == "t"
    assert call("list_apps_with_user_token", "u")["appIds"] == ["calendar"]
    inbound = emulator.control("POST", "inbound_token", user_id="u")["token"]
    assert call("fetch_token", inbound, "calendar", "u", by_token=True) == token
    assert call("fetch_token_by_scopes", inbound, "calendar", "u", ["read"], by_token=True) == token
    inbound = emulator.control("POST", "inbound_token", tenant_id="t")["token"]
    of_tenant = call("fetch_tenant_token", inbound, "calendar", "t", by_token=True)
    assert of_tenant["token"]["tenantId"] == "t"
    assert call("fetch_tenant_token_by_scopes", inbound, "calendar", "t", ["read"], by_token=True) == of_tenant
    assert call("delete_token", token["token"]["id"]) is None
    assert call("delete_user_tokens", "calendar", "b") is None
    assert call("delete_application", "calendar") is None
