"""The cost of a call: repeated fetches of a token."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driven import Driven, Failed
from roster import WARM_SECONDS, Client

#: Seconds before each measurement that do not count, in which clients reopen closed connections.
SETTLE_SECONDS = 0.15
MEASURE_SECONDS = 0.5


@dataclass
class Cell:
    """One client at one concurrency, with or without TLS."""

    client: Client
    process: Driven
    rounds: list[dict[str, float]]
    failed: str | None = None

    def ask(self, seconds: float) -> dict[str, float]:
        """Make calls for this time. After a failure, do nothing."""
        if self.failed is not None:
            return {}
        try:
            reply: dict[str, float] = self.process.ask(f"seconds {seconds}", seconds)
        except Failed as failure:
            self.failed = str(failure)
            return {}
        return reply

    def measure(self) -> None:
        """Measure one round."""
        self.ask(SETTLE_SECONDS)
        reply = self.ask(MEASURE_SECONDS)
        if reply:
            self.rounds.append(reply)

    def result(self, transport: str, concurrency: int) -> dict[str, Any]:
        """Return the figures, one per round in each list."""
        found: dict[str, Any] = {"client": self.client.id, "transport": transport, "concurrency": concurrency}
        if self.failed is not None or not self.rounds:
            return found | {"failed": self.failed or "not measured"}
        return found | {
            "cpu_us": [round(each["cpu_seconds"] / each["calls"] * 1e6, 2) for each in self.rounds],
            "p50_us": [round(each["p50_us"], 1) for each in self.rounds],
            "p99_us": [round(each["p99_us"], 1) for each in self.rounds],
            "calls_per_second": [round(each["calls"] / each["seconds"]) for each in self.rounds],
        }


def measure(
    clients: list[Client], origins: dict[str, str], transport: str, concurrency: int, rounds: int, directory: Path
) -> list[dict[str, Any]]:
    """Warm up all clients, then measure them in rounds, alternating between them."""
    where = f"{transport}, {concurrency} at a time"
    with ExitStack() as stack:
        cells = []
        for client in clients:
            command = client.command(origins[transport], directory, concurrency)
            process = stack.enter_context(Driven(command, client.trust(directory)))
            cell = Cell(client, process, [])
            cells.append(cell)
            cell.ask(WARM_SECONDS[client.language])
            print(f"{where}: {client.id} {'is warm' if cell.failed is None else 'failed: ' + cell.failed}", flush=True)
        for number in range(rounds):
            for cell in cells if number % 2 == 0 else reversed(cells):
                cell.measure()
            print(f"{where}: round {number + 1} of {rounds}", flush=True)
        return [cell.result(transport, concurrency) for cell in cells]
