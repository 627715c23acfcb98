"""An emulator for all tests, as if new for each, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from descope_outbound import DescopeClient, DescopeClientAsync
from emulator import Emulator

VARIABLES = [
    "DESCOPE_PROJECT_ID",
    "DESCOPE_MANAGEMENT_KEY",
    "DESCOPE_BASE_URI",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
]


@pytest.fixture(autouse=True)
def _no_variables_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    running_emulator.control("POST", "reset")
    running_emulator.connect("app-id", "user-id", token_id="token-id", scopes=["read", "write"])
    return running_emulator


@pytest.fixture
def client(emulator: Emulator) -> Iterator[DescopeClient]:
    with DescopeClient(
        emulator.project_id,
        management_key=emulator.management_key,
        base_url=emulator.base_url,
        license_handshake=False,
    ) as client:
        yield client


@pytest.fixture
def client_async(emulator: Emulator) -> DescopeClientAsync:
    return DescopeClientAsync(
        emulator.project_id,
        management_key=emulator.management_key,
        base_url=emulator.base_url,
        license_handshake=False,
    )
