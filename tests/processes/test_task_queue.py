"""Celery, which forks its workers after the client was used."""

from __future__ import annotations

import importlib
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from emulator_fixtures import emulator, running_emulator
from program import Program

__all__ = ["emulator", "running_emulator"]

BACKENDS = Path(__file__).parent / "backends"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the broker and the result backend, which are files."""
    for name in ["queue", "control", "results"]:
        (tmp_path / name).mkdir()
    return tmp_path


def tasks_of(folder: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import the module of the tasks, configured as in a program that sends them."""
    for name, value in {**emulator.environment(), "TASKS_FOLDER": str(folder)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(str(BACKENDS))
    sys.modules.pop("tasks", None)
    return importlib.import_module("tasks")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_prefork_workers_can_fetch_and_the_soft_time_limit_interrupts_a_call(
    folder: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.fail(user="slow", delivery="hang")
    tasks = tasks_of(folder, emulator, monkeypatch)
    worker = ["-m", "celery", "--workdir", str(BACKENDS), "--app", "tasks", "worker", "--pool", "prefork"]
    options = [
        "--concurrency",
        "2",
        "--loglevel",
        "ERROR",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]
    environment = {"TASKS_FOLDER": str(folder), "PYTHONWARNINGS": "ignore", "C_FORCE_ROOT": "1"}
    with Program(emulator, *worker, *options, environment=environment) as celery:
        waits = [tasks.wait.delay() for _ in range(2)]
        fetches = [tasks.fetch.delay() for _ in range(20)]
        ended_waits = [call.get(timeout=40) for call in waits]
        fetched = [call.get(timeout=40) for call in fetches]
        celery.send_signal(signal.SIGTERM)
        ended = celery.wait()
    for seconds, error in ended_waits:
        # The soft time limit is one second. The client's deadline is twenty.
        assert error == "SoftTimeLimitExceeded"
        assert seconds < 5
    assert {app_id for _, app_id in fetched} == {"app-id"}
    assert celery.process_id not in {process_id for process_id, _ in fetched}
    assert "Traceback" not in ended.errors, ended
    assert ended.code == 0, ended
