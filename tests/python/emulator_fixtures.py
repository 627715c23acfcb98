"""One emulator for all tests, reset before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator import Emulator


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    running_emulator.control("POST", "reset")
    running_emulator.connect("app-id", "user-id", token_id="token-id", scopes=["read", "write"])
    return running_emulator
