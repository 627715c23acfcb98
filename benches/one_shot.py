"""Measurements that one process makes and prints as JSON: construction and hits. Also the sizes of the packages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from driven import clean_environment
from roster import BENCHES, BINARIES, ROOT, Client

_LIMIT_SECONDS = 180.0


def _printed(command: list[str]) -> Any:
    result = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=_LIMIT_SECONDS, env=clean_environment({})
    )
    return json.loads(result.stdout)


def construction(language: str, clients: list[Client], directory: Path) -> list[dict[str, Any]]:
    """Measure construction. aiohttp needs an event loop for it, and fetch has no client to construct."""
    chosen = [each for each in clients if each.language == language and each.loop != "uvloop"]
    ids = {each.name: each.id for each in chosen if each.name not in ("aiohttp", "fetch")}
    if language == "Python":
        command = [sys.executable, str(BENCHES / "python" / "construct.py"), str(directory), *ids]
    else:
        command = ["node", str(BENCHES / "node" / "construct.cjs"), *ids]
    return [{"client": ids[name], "us": figures} for name, figures in _printed(command).items()]


def hits(language: str, origin: str) -> list[dict[str, Any]]:
    """Measure fetches of a cached token."""
    command = {
        "Python": [sys.executable, str(BENCHES / "python" / "hits.py"), origin],
        "Node": ["node", str(BENCHES / "node" / "hits.cjs"), origin],
        "Rust": [str(BINARIES / "bench-hits"), origin],
    }[language]
    return [{"language": language} | row for row in _printed(command)]


def sizes() -> list[dict[str, Any]]:
    """Return the sizes of the release builds."""
    files = {"wheel": (ROOT / "target" / "wheels").glob("*.whl"), "addon": (ROOT / "bindings-node/lib").glob("*.node")}
    return [{"what": what, "bytes": file.stat().st_size} for what, found in files.items() for file in found]
