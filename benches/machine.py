"""What is measured on, and with what."""

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
    """One core for the service, another for the clients, where there are two."""

    def __init__(self) -> None:
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self._service: int | None = None
        self._clients: int | None = None
        if len(cores) > 1:
            self._service, self._clients = cores[:2]

    @property
    def note(self) -> str:
        """What is pinned."""
        if self._service is None:
            return "not pinned: there are no two cores to pin to"
        return f"the service on core {self._service}, the clients on core {self._clients}"

    def for_service(self) -> None:
        """What is started from now on runs on the service's core."""
        self._pin(self._service)

    def for_clients(self) -> None:
        """What is started from now on runs on the clients' core."""
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
    """What everybody else did with the processor meanwhile, as far as the system says."""

    def __init__(self) -> None:
        self._began = self._busy_seconds(), self._own_seconds(), time.monotonic()

    def others_percent(self) -> float | None:
        """Of all cores, the share that went to what is not part of the run; its processes have all ended."""
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
    """The machine."""
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _value("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": _value("/proc/meminfo", "MemTotal"),
        "system": f"{platform.system()} {platform.release()}",
        "pinned": cores.note,
    }


def versions() -> dict[str, dict[str, str]]:
    """What took part; the peers are pinned in `requirements.txt` and `package-lock.json`."""
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
