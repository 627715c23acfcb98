"""The time from the start of a process to an imported client, and to its first token over TLS."""

from __future__ import annotations

import select
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from driven import clean_environment
from roster import BENCHES, Client

_LIMIT_SECONDS = 30.0


@dataclass
class Start:
    """A process that does one thing; it is started many times."""

    language: str
    what: str
    of: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    #: Milliseconds, one figure per round.
    rounds: list[float] = field(default_factory=list)
    failed: str | None = None

    def once(self) -> float:
        """Start the process once, and return the milliseconds until it is done."""
        began = time.perf_counter()
        with subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(self.environment),
        ) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            ready, _, _ = select.select([process.stdout], [], [], _LIMIT_SECONDS)
            is_done = bool(ready) and process.stdout.readline() != b""
            took = (time.perf_counter() - began) * 1e3
            if not is_done:
                process.kill()
            _, complaint = process.communicate()
        if not is_done:
            raise RuntimeError((complaint.decode(errors="replace").strip().splitlines() or ["no output"])[-1][:200])
        return took

    def measure(self, repeats: int) -> None:
        """Measure one round: the median of several starts."""
        if self.failed is None:
            try:
                self.rounds.append(statistics.median(self.once() for _ in range(repeats)))
            except RuntimeError as failure:
                self.failed = str(failure)

    def result(self, empty: Start) -> dict[str, Any]:
        """Return the figures, and their difference to an empty process in the same round."""
        found: dict[str, Any] = {"language": self.language, "what": self.what, "of": self.of}
        if self.failed is not None:
            return found | {"failed": self.failed}
        above = [mine - nothing for mine, nothing in zip(self.rounds, empty.rounds, strict=True)]
        return found | {
            "ms": [round(figure, 2) for figure in self.rounds],
            "ms_above_empty": [round(figure, 2) for figure in above],
        }


def starts_of(language: str, clients: list[Client], origin: str, directory: Path) -> list[Start]:
    """Return the starts of a language: an empty process, every import, every first token."""
    if language == "Python":
        starter = [sys.executable, str(BENCHES / "python" / "start.py")]
        environment: dict[str, str] = {}
    else:
        starter = ["node", str(BENCHES / "node" / "start.cjs")]
        environment = {"NODE_EXTRA_CA_CERTS": str(directory / "authority.pem")}
    starts = [Start(language, "nothing", "", starter, environment)]
    modules = {client.module: None for client in clients if client.module}
    starts += [Start(language, "import", module, [*starter, "import", module], environment) for module in modules]
    for client in clients:
        where = [client.loop, origin, str(directory)] if language == "Python" else [origin]
        command = [*starter, "fetch", client.name, *where]
        starts.append(Start(language, "first token", client.id, command, environment))
    return starts


def measure(clients: list[Client], origin: str, rounds: int, repeats: int, directory: Path) -> list[dict[str, Any]]:
    """Measure all clients, alternating between them."""
    results = []
    for language in ("Python", "Node"):
        mine = [client for client in clients if client.language == language and client.loop != "uvloop"]
        if not mine:
            continue
        starts = starts_of(language, mine, origin, directory)
        for start in starts:
            start.measure(1)  # After this start, the files are in the system's page cache.
            start.rounds.clear()
        for number in range(rounds):
            for start in starts:
                start.measure(repeats)
            print(f"starting {language}: round {number + 1} of {rounds}", flush=True)
        results += [start.result(starts[0]) for start in starts]
    return results
