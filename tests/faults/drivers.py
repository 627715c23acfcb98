"""The driver programs, which make the calls. Each has the client of one language."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import table as fault_table
from servers import FaultServers
from table import FaultRow

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_OURS = str(_ROOT / ".venv" / "bin" / "python")
_OFFICIAL = str(_ROOT / "tests" / "oracle" / ".venv" / "bin" / "python")
_DRIVER = str(_HERE / "driver.py")
_RUST = str(_ROOT / "target" / "debug" / "descope-outbound-fault-driver")

#: Variables of this machine that would change the behavior of a client.
_UNWANTED = re.compile("^(DESCOPE_|SSL_CERT_|NODE_|REQUESTS_CA|RES_OPTIONS)|_PROXY$", re.IGNORECASE)

PROJECT_ID = "PretendProject00000000000001"


@dataclass(frozen=True)
class Client:
    """A client of this package or an official one."""

    name: str
    is_ours: bool
    command: tuple[str, ...]


OURS = [
    Client("Python sync", True, (_OURS, _DRIVER, "ours", "sync")),
    Client("Python async", True, (_OURS, _DRIVER, "ours", "async")),
    Client("Node", True, ("node", str(_HERE / "driver.mjs"), "ours")),
    Client("Rust", True, (_RUST,)),
]
THEIRS = [
    Client("official Python sync", False, (_OFFICIAL, _DRIVER, "official", "sync")),
    Client("official Python async", False, (_OFFICIAL, _DRIVER, "official", "async")),
    Client("official Node", False, ("node", str(_HERE / "driver.mjs"), "official")),
]


class Driver:
    """A running driver program, which accepts several jobs in parallel."""

    def __init__(self, client: Client, environment: dict[str, str] | None = None) -> None:
        clean = {name: value for name, value in os.environ.items() if not _UNWANTED.search(name)}
        # A backend would not see the log level of the tests either.
        clean.pop("RUST_LOG", None)
        self._name = client.name
        self._numbers = itertools.count()
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            client.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean | (environment or {})
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def run(self, fault: FaultRow, fault_servers: FaultServers) -> Future[dict[str, Any]]:
        """Start the calls of a fault, and return the program's report."""
        calls = [{"do": call.do, "app": call.app, "api_key": fault_table.API_KEY} for call in fault.calls]
        job = {
            "client": {
                "base_url": fault_servers.base_url,
                "project_id": PROJECT_ID,
                "management_key": fault_table.MANAGEMENT_KEY,
                "timeout_seconds": fault.deadline_seconds,
                "license": fault.license,
            },
            "calls": calls,
            "workers": fault.workers,
            "settle_seconds": fault.settle_seconds,
            "pause_seconds": fault.pause_seconds,
            "wall_seconds": fault.wall_seconds,
            "client_for_each_call": fault.more.get("client_for_each_call", False),
        }
        report: Future[dict[str, Any]] = Future()
        assert self._process.stdin is not None
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = report
            self._process.stdin.write(json.dumps(job | {"number": number}) + "\n")
            self._process.stdin.flush()
        return report

    def stop(self) -> None:
        """End the program, even if calls are still in flight."""
        self._process.kill()
        self._process.wait(timeout=10)
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            report = json.loads(line)
            self._waiting.pop(report["number"]).set_result(report)
        for report in self._waiting.values():
            report.set_exception(RuntimeError(f"the driver of {self._name} has ended"))
