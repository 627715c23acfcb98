"""Fixtures: an emulator and its clients, without the environment variables of this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from descope_outbound import DescopeClient, DescopeClientAsync
from emulator import Emulator
from emulator_fixtures import emulator, running_emulator

__all__ = ["emulator", "running_emulator"]

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
def _unset_environment_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


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
