"""The machine and the software versions of a measurement."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from datetime import datetime, timezone
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from roster import BENCHES, ROOT

_STAT = Path("/proc/stat")


class Cores:
    """One core for the service and another for the clients, if the machine has two."""

    def __init__(self) -> None:
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self._service: int | None = None
        self._clients: int | None = None
        if len(cores) > 1:
            self._service, self._clients = cores[:2]

    @property
    def note(self) -> str:
        """Return a description of the pinning."""
        if self._service is None:
            return "not pinned: the machine has only one core"
        return f"the service on core {self._service}, the clients on core {self._clients}"

    def for_service(self) -> None:
        """Run the processes that start from now on on the service's core."""
        self._pin(self._service)

    def for_clients(self) -> None:
        """Run the processes that start from now on on the clients' core."""
        self._pin(self._clients)

    @staticmethod
    def _pin(core: int | None) -> None:
        if core is not None:
            os.sched_setaffinity(0, {core})


def _first_line(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]


def _value(file: str, name: str) -> str:
    lines = Path(file).read_text(encoding="utf-8").splitlines() if Path(file).exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "unknown")


class Busy:
    """The processor time of other processes during the run, if the system reports it."""

    def __init__(self) -> None:
        self._began = self._busy_seconds(), self._own_seconds(), time.monotonic()

    def others_percent(self) -> float | None:
        """Return the share of all cores that other processes used. The run's own processes must have ended."""
        if not _STAT.exists():
            return None
        busy, own, began = self._began
        others = (self._busy_seconds() - busy) - (self._own_seconds() - own)
        return round(others / (time.monotonic() - began) / (os.cpu_count() or 1) * 100, 1)

    @staticmethod
    def _busy_seconds() -> float:
        if not _STAT.exists():
            return 0.0
        user, nice, system, _idle, _waiting, interrupts, more_interrupts, stolen, *_ = map(
            int, _STAT.read_text(encoding="ascii").splitlines()[0].split()[1:]
        )
        ticks = user + nice + system + interrupts + more_interrupts + stolen
        return ticks / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def _own_seconds() -> float:
        return sum(os.times()[:4])


def describe(cores: Cores) -> dict[str, Any]:
    """Describe the machine."""
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _value("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": _value("/proc/meminfo", "MemTotal"),
        "system": f"{platform.system()} {platform.release()}",
        "pinned": cores.note,
    }


def versions() -> dict[str, dict[str, str]]:
    """Return the versions of all software; `requirements.txt` and `package-lock.json` pin the peers."""
    listed = (BENCHES / "requirements.txt").read_text(encoding="utf-8").split("\n\n")[0]
    wanted = {line.split("==")[0] for line in listed.splitlines() if "==" in line} | {"descope-outbound"}
    installed = {each.metadata["Name"]: each.version for each in distributions()}
    packages = ("@descope/node-sdk", "undici", "lru-cache")
    print_version = (
        "for (const name of process.argv.slice(1)) console.log(require(`./node_modules/${name}/package.json`).version)"
    )
    node = subprocess.run(
        ["node", "-e", print_version, *packages], check=True, capture_output=True, text=True, cwd=BENCHES
    ).stdout.split()
    locked = (ROOT / "Cargo.lock").read_text(encoding="utf-8").split("[[package]]\n")
    crates = {
        lines[0].split('"')[1]: lines[1].split('"')[1]
        for lines in (package.splitlines() for package in locked)
        if len(lines) > 1 and lines[0].split('"')[1:2] in (["reqwest"], ["hyper"], ["hyper-util"], ["rustls"])
    }
    return {
        "Python": {"python": sys.version.split()[0]}
        | {name: installed[name] for name in sorted(wanted & set(installed))},
        "Node": {"node": _first_line("node", "--version").lstrip("v")} | dict(zip(packages, node, strict=True)),
        "Rust": {"rustc": _first_line("rustc", "--version").split()[1]} | crates,
    }
