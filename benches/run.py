"""Measure everything and write the results: ``make bench``; ``make bench-quick`` measures what the targets need."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import machine
import memory
import one_shot
import starting
import throughput
from driven import Driven
from roster import BENCHES, BINARIES, CLIENTS, ROOT, Client

RESULTS = BENCHES / "results.json"
SYSTEM_ROOTS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="measure fewer clients, rounds and concurrencies; write to target/bench"
    )
    parser.add_argument("--only", metavar="PATTERN", default="", help="measure only clients whose id matches")
    parser.add_argument("--transport", action="append", choices=["plain", "tls"])
    parser.add_argument("--concurrency", action="append", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--calls", action="store_true", help="measure only calls, and not starts, memory and so on")
    return parser.parse_args()


def bundle(directory: Path) -> None:
    """Write the system's authorities and the service's into one file, for clients that accept one file."""
    system = next((Path(each) for each in SYSTEM_ROOTS if Path(each).exists()), None)
    texts = [each.read_text(encoding="utf-8") for each in (system, directory / "authority.pem") if each is not None]
    (directory / "bundle.pem").write_text("".join(texts), encoding="utf-8")


def attempt(what: str, measure: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Print the step and run it; report a failure and continue."""
    print(what, flush=True)
    try:
        return measure()
    except (OSError, ValueError, subprocess.SubprocessError) as failure:
        print(f"{what}: failed: {failure}", getattr(failure, "stderr", None) or "", flush=True)
        return []


def all_but_calls(
    clients: list[Client], origins: dict[str, str], rounds: int, directory: Path, *, is_quick: bool
) -> dict[str, list[dict[str, Any]]]:
    """Measure everything except calls, one section each."""
    repeats, memory_rounds = (1, 1) if is_quick else (3, 3)
    chosen = [client for client in clients if client.kind == "ours" or not is_quick]
    found: dict[str, list[dict[str, Any]]] = {}
    start = partial(starting.measure, clients, origins["tls"], rounds, repeats, directory)
    found["starting"] = attempt("starting", start)
    found["memory"] = attempt("memory", partial(memory.measure, chosen, origins["tls"], memory_rounds, directory))
    found["construction"] = []
    for language in ("Python", "Node"):
        make = partial(one_shot.construction, language, clients, directory)
        found["construction"] += attempt(f"construction, {language}", make)
    found["hits"] = []
    for language in ("Python", "Node", "Rust"):
        found["hits"] += attempt(f"hits, {language}", partial(one_shot.hits, language, origins["plain"]))
    found["sizes"] = attempt("sizes", one_shot.sizes)
    return found


def dump(results: dict[str, Any]) -> str:
    """Format the results as JSON with one line per cell, so that diffs are readable."""
    lines = []
    for name, section in results.items():
        if isinstance(section, list):
            rows = ",\n".join(f"    {json.dumps(row)}" for row in section)
            lines.append(f'  "{name}": [\n{rows}\n  ]')
        else:
            lines.append(f'  "{name}": {json.dumps(section, indent=2)}'.replace("\n", "\n  "))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    options = arguments()
    is_partial = any(vars(options).values())
    clients: list[Client] = [
        client for client in CLIENTS if re.search(options.only, client.id) and (client.quick or not options.quick)
    ]
    rounds = options.rounds or (3 if options.quick else 5)
    transports = options.transport or (["tls"] if options.quick else ["plain", "tls"])
    concurrencies = options.concurrency or ([1, 32] if options.quick else [1, 32, 256])
    began = time.monotonic()
    busy = machine.Busy()
    cores = machine.Cores()
    results: dict[str, Any] = {
        "machine": machine.describe(cores),
        "versions": machine.versions(),
        "throughput": [],
    }
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        cores.for_service()
        with Driven([str(BINARIES / "bench-service"), temporary], {}) as service:
            cores.for_clients()
            origins = service.read(0)
            bundle(directory)
            for transport in transports:
                for concurrency in concurrencies:
                    measure = partial(throughput.measure, clients, origins, transport, concurrency, rounds, directory)
                    results["throughput"] += attempt(f"{transport}, {concurrency} at a time", measure)
            if not options.calls:
                results |= all_but_calls(clients, origins, rounds, directory, is_quick=options.quick)
    results["machine"]["took_seconds"] = round(time.monotonic() - began)
    results["machine"]["others_percent"] = busy.others_percent()
    target = ROOT / "target/bench/results.json" if is_partial else RESULTS
    target.parent.mkdir(exist_ok=True, parents=True)
    target.write_text(dump(results), encoding="utf-8")
    print(f"{results['machine']['took_seconds']} s; {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
