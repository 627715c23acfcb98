"""The clients: creating, sharing and closing them, and the attributes that they do not have."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest

import descope_outbound
from descope_outbound import AuthException, DescopeClient, DescopeClientAsync, TokenResponse
from descope_outbound.outbound_application import OutboundApplication
from descope_outbound.outbound_application_async import OutboundApplicationAsync
from emulator import Emulator

NOTHING_IS_OPENED = """
import os, sys, threading
def threads_and_descriptors():
    return len(os.listdir("/proc/self/task")), sorted(os.readlink(f"/proc/self/fd/{fd}") for fd in
        os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}"))
before = threads_and_descriptors()
import descope_outbound
imported = threads_and_descriptors()
clients = [make(project_id="P2aaa", management_key="made-up-key") for make in
    (descope_outbound.DescopeClient, descope_outbound.DescopeClientAsync) for _ in range(10)]
made = threads_and_descriptors()
assert before == imported == made, (before, imported, made)
assert threading.active_count() == 1
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_importing_and_creating_clients_opens_no_thread_socket_or_file() -> None:
    subprocess.run([sys.executable, "-c", NOTHING_IS_OPENED], check=True, timeout=60)


def test_twenty_calls_in_a_row_use_one_connection(client: DescopeClient, emulator: Emulator) -> None:
    before = emulator.counters()["connections"]
    for _ in range(20):
        client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    # Each request to the control endpoints opens one connection.
    assert emulator.counters()["connections"] - before == 1 + 1


def test_two_hundred_concurrent_calls_work_in_two_event_loops_in_turn(client_async: DescopeClientAsync) -> None:
    fetch = client_async.mgmt.outbound_application.fetch_token

    async def all_at_once() -> list[TokenResponse]:
        return await asyncio.gather(*(fetch("app-id", "user-id") for _ in range(200)))

    for _ in range(2):
        tokens = asyncio.run(all_at_once())
        assert len({token.access_token for token in tokens}) == 1


def test_threads_share_a_client(client: DescopeClient) -> None:
    fetch = client.mgmt.outbound_application.fetch_token
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: fetch("app-id", "user-id").access_token, range(100)))
    assert len(set(tokens)) == 1


def test_every_access_returns_the_same_object_so_that_tests_can_patch_it(
    client: DescopeClient,
) -> None:
    assert client.mgmt is client.mgmt
    assert client.mgmt.outbound_application is client.mgmt.outbound_application
    with mock.patch.object(client.mgmt.outbound_application, "fetch_token", return_value={"token": {}}):
        assert client.mgmt.outbound_application.fetch_token("a", "u") == {"token": {}}


def test_a_missing_key_raises_the_official_text_on_access(emulator: Emulator) -> None:
    makers: list[type[DescopeClient] | type[DescopeClientAsync]] = [DescopeClient, DescopeClientAsync]
    for make in makers:
        client = make(emulator.project_id, base_url=emulator.base_url, management_key="")
        with pytest.raises(AuthException) as caught:
            _ = client.mgmt.outbound_application
        assert caught.value.status_code is None
        assert caught.value.error_type == "invalid argument"
        expected = "Management key is required to access 'outbound_application' functionality"
        assert caught.value.error_message == expected


@pytest.mark.parametrize("name", ["validate_session", "otp", "mgmt.user", "mgmt.tenant"])
def test_an_attribute_of_the_official_client_raises_an_error_that_names_its_package(
    name: str, client: DescopeClient
) -> None:
    *path, last = name.split(".")
    owner: Any = client
    for step in path:
        owner = getattr(owner, step)
    with pytest.raises(AttributeError, match=f"'{last}'.*the package descope"):
        getattr(owner, last)
    assert not hasattr(owner, last)


def test_calls_on_a_closed_client_raise(client: DescopeClient, client_async: DescopeClientAsync) -> None:
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.mgmt.outbound_application.delete_token("t")

    async def closed() -> None:
        async with client_async:
            await client_async.mgmt.outbound_application.fetch_token("app-id", "user-id")
        with pytest.raises(RuntimeError, match="closed"):
            await client_async.mgmt.outbound_application.delete_token("t")

    asyncio.run(closed())


def test_opening_the_async_client_waits_for_the_license(emulator: Emulator) -> None:
    client = DescopeClientAsync(emulator.project_id, management_key=emulator.management_key, base_url=emulator.base_url)

    async def fetch() -> None:
        async with client:
            await client.mgmt.outbound_application.fetch_token("app-id", "user-id")

    asyncio.run(fetch())
    fetches = [entry for entry in emulator.journal() if entry["path"].endswith("/latest")]
    assert [entry["headers"].get("x-descope-license") for entry in fetches] == ["tier3"]


def test_skip_verify_warns_with_the_line_of_the_caller() -> None:
    with pytest.warns(UserWarning, match="skip_verify") as caught:
        DescopeClient("P2aaa", skip_verify=True)
    assert caught[0].filename == __file__


def test_a_client_cannot_be_pickled_and_its_repr_shows_no_key() -> None:
    client = DescopeClient("P2aaa", management_key="made-up-key")
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(client)
    for text in [repr(client), str(vars(client)), repr(vars(client)["_native"])]:
        assert "made-up-key" not in text


def test_the_constructor_keeps_the_official_argument_positions() -> None:
    names = list(inspect.signature(DescopeClient).parameters)
    assert names == [
        "project_id",
        "public_key",
        "skip_verify",
        "management_key",
        "timeout_seconds",
        "jwt_validation_leeway",
        "auth_management_key",
        "fga_cache_url",
        "base_url",
        "verbose",
        "cache",
        "license_handshake",
        "allow_insecure_http",
    ]
    client = DescopeClient("P2aaa", None, False, "made-up-key", 5.0, 5, "made-up-other-key", "url")
    assert client.mgmt.outbound_application is not None


def test_both_clients_have_the_same_documented_methods() -> None:
    methods = [name for name in vars(OutboundApplication) if not name.startswith("_")]
    assert methods == [name for name in vars(OutboundApplicationAsync) if not name.startswith("_")]
    for name in methods:
        sync, twin = getattr(OutboundApplication, name), getattr(OutboundApplicationAsync, name)
        assert inspect.signature(sync) == inspect.signature(twin)
        assert inspect.iscoroutinefunction(twin)
        for section in ["Args:", "Raises:", "Example:"]:
            assert section in sync.__doc__, (name, section)


def test_every_exported_name_exists() -> None:
    for name in descope_outbound.__all__:
        assert hasattr(descope_outbound, name), name
