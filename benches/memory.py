"""The memory of a client: with 256 concurrent calls over TLS, after 10,000 calls, above the first 100 calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from driven import Driven, Failed
from roster import Client

CONCURRENCY = 256
FIRST_CALLS = 100
MORE_CALLS = 10_000
#: The slowest client makes about 300 a second.
_LIMIT_SECONDS = 90.0


def measure(clients: list[Client], origin: str, rounds: int, directory: Path) -> list[dict[str, Any]]:
    """Measure each client on one event loop only; repeat the clients of this package, each in a new process."""
    results = []
    for client in clients:
        if client.loop == "uvloop" or client.name == "httpx":
            continue
        found: dict[str, Any] = {"client": client.id, "mib_above_first": [], "mib": []}
        try:
            for _ in range(rounds if client.kind == "ours" else 1):
                command = client.command(origin, directory, CONCURRENCY)
                with Driven(command, client.trust(directory)) as process:
                    process.ask(f"calls {FIRST_CALLS}", _LIMIT_SECONDS)
                    first = process.peak_kib()
                    process.ask(f"calls {MORE_CALLS}", _LIMIT_SECONDS)
                    peak = process.peak_kib()
                found["mib_above_first"].append(round((peak - first) / 1024, 2))
                found["mib"].append(round(peak / 1024, 1))
        except (Failed, OSError) as failure:
            found = {"client": client.id, "failed": str(failure)}
        print(f"memory: {client.id} {found.get('mib_above_first', found.get('failed'))}", flush=True)
        results.append(found)
    return results
