"""The benchmarks: their verdicts, their handling of failing clients, and the clients of this package."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import throughput
from driven import Driven, Failed
from measured import Measured
from roster import BINARIES, CLIENTS, Client
from targets import Target, targets

BY_ID = {client.id: client for client in CLIENTS}
OURS = [client for client in CLIENTS if client.kind == "ours" and client.loop != "uvloop"]


@pytest.fixture
def origins(tmp_path: Path) -> Iterator[dict[str, str]]:
    with Driven([str(BINARIES / "bench-service"), str(tmp_path)], {}) as service:
        yield service.read(0)


@pytest.mark.parametrize(
    ("is_least", "figures", "verdict"),
    [
        (True, [2.0, 2.5], "met"),
        (True, [1.9, 2.5], "within noise"),
        (True, [1.0, 1.9], "**missed**"),
        (False, [1.9, 2.0], "met"),
        (False, [1.9, 2.1], "within noise"),
        (False, [2.1, 2.2], "**missed**"),
        (True, [], "not measured"),
    ],
)
def test_a_target_is_met_or_missed_only_if_every_round_agrees(
    is_least: bool, figures: list[float], verdict: str
) -> None:
    assert Target("", 2.0, is_least, "times", figures).verdict == verdict


def test_a_ratio_compares_figures_of_the_same_round(tmp_path: Path) -> None:
    place = {"transport": "tls", "concurrency": 32}
    rows = [
        place | {"client": "python-official-sync", "cpu_us": [100, 600]},
        place | {"client": "python-ours-sync", "cpu_us": [1, 10]},
    ]
    file = tmp_path / "results.json"
    file.write_text(json.dumps({"throughput": rows}), encoding="utf-8")
    first, second, *_ = targets(Measured(file))
    assert (first.figures, first.verdict) == ([100, 60], "met")
    assert (second.figures, second.verdict) == ([], "not measured")


@pytest.mark.parametrize("transport", ["plain", "tls"])
@pytest.mark.parametrize("client", OURS, ids=lambda client: client.id)
def test_the_clients_of_this_package_fetch_from_the_benchmark_service(
    client: Client, transport: str, origins: dict[str, str], tmp_path: Path
) -> None:
    with Driven(client.command(origins[transport], tmp_path, 4), client.trust(tmp_path)) as process:
        reply = process.ask("calls 20", 1)
    assert reply["calls"] == 20
    assert reply["cpu_seconds"] > 0
    assert 0 < reply["p50_us"] <= reply["p99_us"]


def test_a_client_that_does_not_trust_the_service_fails(origins: dict[str, str], tmp_path: Path) -> None:
    client = BY_ID["node-ours"]
    with Driven(client.command(origins["tls"], tmp_path, 1), {}) as process, pytest.raises(Failed, match="certificate"):
        process.ask("calls 1", 1)


def test_a_failing_client_is_reported_with_the_reason_and_the_others_are_measured(
    origins: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throughput, "WARM_SECONDS", {"Rust": 0.01})
    monkeypatch.setattr(throughput, "SETTLE_SECONDS", 0.01)
    monkeypatch.setattr(throughput, "MEASURE_SECONDS", 0.01)
    limit = BY_ID["rust-hyper"]
    missing = replace(limit, name="missing")
    broken, measured = throughput.measure([missing, limit], origins, "plain", 2, 2, tmp_path)
    assert "there is no client missing" in broken["failed"]
    assert len(measured["cpu_us"]) == len(measured["calls_per_second"]) == 2


def test_a_process_without_a_reply_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driven.PATIENCE", 0.0)
    silent = "import sys; sys.stdin.read()"
    with Driven([sys.executable, "-c", silent], {}) as process, pytest.raises(Failed, match="no reply in 0 s"):
        process.ask("calls 1", 0.05)
