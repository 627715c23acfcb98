"""Measures everything and writes it down: ``make bench``; ``make bench-quick`` measures what the targets need."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine
import memory
import starting
import throughput
from driven import Driven, clean_environment
from roster import BENCHES, BINARIES, CLIENTS, ROOT, Client

RESULTS = BENCHES / "results.json"
SYSTEM_ROOTS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer clients, rounds and concurrencies; to target/bench")
    parser.add_argument("--only", metavar="PATTERN", default="", help="the clients whose id has this in it")
    parser.add_argument("--transport", action="append", choices=["plain", "tls"])
    parser.add_argument("--concurrency", action="append", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--calls", action="store_true", help="nothing but calls: no starting, memory and the like")
    return parser.parse_args()


def bundle(directory: Path) -> None:
    """The system's certificate authorities and the service's in one file, for clients that take one file."""
    system = next((Path(each) for each in SYSTEM_ROOTS if Path(each).exists()), None)
    texts = [each.read_text(encoding="utf-8") for each in (system, directory / "authority.pem") if each is not None]
    (directory / "bundle.pem").write_text("".join(texts), encoding="utf-8")


def print_of(command: list[str]) -> Any:
    """What a process prints as JSON."""
    printed = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=180, env=clean_environment({})
    ).stdout
    return json.loads(printed)


def construction(clients: list[Client], directory: Path) -> list[dict[str, Any]]:
    """What a client costs before its first call; those that an event loop must be there for are left out."""
    rows = []
    for language in ("Python", "Node"):
        chosen = [each for each in clients if each.language == language and each.loop != "uvloop"]
        mine = {each.name: each.id for each in chosen if each.name not in ("aiohttp", "fetch")}
        if language == "Python":
            command = [sys.executable, str(BENCHES / "python/construct.py"), str(directory), *mine]
        else:
            command = ["node", str(BENCHES / "node/construct.cjs"), *mine]
        rows += attempt(
            f"making clients, {language}",
            lambda command=command, mine=mine: [  # type: ignore[misc]
                {"client": mine[name], "us": figures} for name, figures in print_of(command).items()
            ],
        )
    return rows


def hits(origin: str) -> list[dict[str, Any]]:
    """A token that is kept already."""
    commands = {
        "Python": [sys.executable, str(BENCHES / "python/hits.py"), origin],
        "Node": ["node", str(BENCHES / "node/hits.cjs"), origin],
        "Rust": [str(BINARIES / "bench-hits")],
    }
    rows = []
    for language, command in commands.items():
        found = attempt(f"hits, {language}", lambda command=command: print_of(command))  # type: ignore[misc]
        rows += [{"language": language} | row for row in found]
    return rows


def sizes() -> list[dict[str, Any]]:
    """What is shipped, as it was built for release."""
    files = {"wheel": (ROOT / "target/wheels").glob("*.whl"), "addon": (ROOT / "bindings-node/lib").glob("*.node")}
    return [{"what": what, "bytes": file.stat().st_size} for what, found in files.items() for file in found]


def attempt(what: str, measure: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Says what is being done; what fails is told, and the rest goes on."""
    print(what, flush=True)
    try:
        return measure()
    except (OSError, ValueError, subprocess.SubprocessError) as failure:
        print(f"{what}: failed: {failure} {getattr(failure, 'stderr', '')}", flush=True)
        return []


def dump(results: dict[str, Any]) -> str:
    """JSON with a line for each cell, so that a change can be read."""
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
                    results["throughput"] += throughput.measure(
                        clients, origins, transport, concurrency, rounds, directory
                    )
            if not options.calls:
                repeats = 1 if options.quick else 3
                results["starting"] = starting.measure(clients, origins["tls"], rounds, repeats, directory)
                results["memory"] = memory.measure(
                    [each for each in clients if each.kind == "ours" or not options.quick],
                    origins["tls"],
                    1 if options.quick else 3,
                    directory,
                )
                results["construction"] = construction(clients, directory)
                results["hits"] = hits(origins["plain"])
                results["sizes"] = sizes()
    results["machine"]["took_seconds"] = round(time.monotonic() - began)
    results["machine"]["others_percent"] = busy.others_percent()
    target = ROOT / "target/bench/results.json" if is_partial else RESULTS
    target.parent.mkdir(exist_ok=True, parents=True)
    target.write_text(dump(results), encoding="utf-8")
    print(f"{results['machine']['took_seconds']} s; {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
