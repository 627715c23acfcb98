"""The list of measured clients."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

BENCHES = Path(__file__).parent
ROOT = BENCHES.parent
#: The directory of the service and of the Rust clients.
BINARIES = ROOT / "target" / os.environ.get("BENCH_PROFILE", "release")

#: Seconds of warm-up calls. V8 needs the most.
WARM_SECONDS = {"Python": 2.0, "Node": 5.0, "Rust": 0.5}


@dataclass(frozen=True)
class Client:
    """One row of the tables."""

    id: str
    language: Literal["Python", "Node", "Rust"]
    title: str
    #: The file in `python/clients` or `node/clients`, or the name that `bench-client` knows.
    name: str
    kind: Literal["ours", "official", "peer", "limit"]
    #: Python only: threads, asyncio or uvloop.
    loop: str = ""
    #: Whether `make bench-quick` also measures this client.
    quick: bool = False
    #: The module that an import of this client loads.
    module: str = field(default="")

    def command(self, origin: str, directory: Path, concurrency: int) -> list[str]:
        """Return the command of the process that makes this client's calls."""
        if self.language == "Python":
            driver = [sys.executable, str(BENCHES / "python" / "drive.py")]
            return [*driver, self.name, self.loop, origin, str(directory), str(concurrency)]
        if self.language == "Node":
            return ["node", str(BENCHES / "node" / "drive.cjs"), self.name, origin, str(concurrency)]
        return [str(BINARIES / "bench-client"), self.name, origin, str(directory), str(concurrency)]

    def trust(self, directory: Path) -> dict[str, str]:
        """Return the variables that make this client trust the service, unless its own file does."""
        if self.language == "Node":
            return {"NODE_EXTRA_CA_CERTS": str(directory / "authority.pem")}
        return {"SSL_CERT_FILE": str(directory / "authority.pem")} if self.id == "rust-ours" else {}


def _python(
    name: str, title: str, kind: Literal["ours", "official", "peer"], module: str, *, quick: bool = False
) -> list[Client]:
    """Return one row for a sync client, and two for an async client: asyncio and uvloop."""
    is_async = name in ("aiohttp", "httpx") or name.endswith("_async")
    return [
        Client(
            id=f"python-{name.replace('_', '-')}{'-uvloop' if loop == 'uvloop' else ''}",
            language="Python",
            title=f"{title}, {'sync' if loop == 'threads' else loop}",
            name=name,
            kind=kind,
            loop=loop,
            quick=quick and (loop != "uvloop" or name in ("ours_async", "pyreqwest_async")),
            module=module,
        )
        for loop in (("asyncio", "uvloop") if is_async else ("threads",))
    ]


CLIENTS: list[Client] = [
    *_python("ours_sync", "descope-outbound", "ours", "descope_outbound", quick=True),
    *_python("official_sync", "descope (official)", "official", "descope", quick=True),
    *_python("pyreqwest_sync", "pyreqwest", "peer", "pyreqwest.client", quick=True),
    *_python("urllib3", "urllib3", "peer", "urllib3"),
    *_python("requests", "requests", "peer", "requests"),
    *_python("ours_async", "descope-outbound", "ours", "descope_outbound", quick=True),
    *_python("official_async", "descope (official)", "official", "descope", quick=True),
    *_python("pyreqwest_async", "pyreqwest", "peer", "pyreqwest.client", quick=True),
    *_python("aiohttp", "aiohttp", "peer", "aiohttp", quick=True),
    *_python("httpx", "httpx", "peer", "httpx"),
    Client("node-ours", "Node", "descope-outbound", "ours", "ours", quick=True, module="descope-outbound"),
    Client(
        "node-official", "Node", "@descope/node-sdk (official)", "official", "official", quick=True,
        module="@descope/node-sdk",
    ),
    Client("node-undici-pool", "Node", "undici Pool", "undici-pool", "peer", quick=True, module="undici"),
    Client("node-undici-agent", "Node", "undici request, Agent", "undici-agent", "peer", module="undici"),
    Client("node-fetch", "Node", "fetch", "fetch", "peer"),
    Client("rust-ours", "Rust", "descope-outbound", "ours", "ours", quick=True),
    Client("rust-reqwest", "Rust", "reqwest", "reqwest", "limit", quick=True),
    Client("rust-hyper", "Rust", "hyper", "hyper", "limit", quick=True),
]  # fmt: skip
