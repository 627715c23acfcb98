"""The performance targets, and whether they are met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from measured import Measured


@dataclass(frozen=True)
class Target:
    """One target, with one figure for each round."""

    what: str
    bound: float
    is_least: bool
    unit: str
    figures: list[float]

    @property
    def promise(self) -> str:
        """Return the bound in words."""
        return f"at {'least' if self.is_least else 'most'} {self.bound:g} {self.unit}".rstrip()

    @property
    def verdict(self) -> str:
        """Return met or missed if all rounds agree, and within noise if they differ."""
        if not self.figures:
            return "not measured"
        keeps = [figure >= self.bound if self.is_least else figure <= self.bound for figure in self.figures]
        if all(keeps):
            return "met"
        return "within noise" if any(keeps) else "**missed**"


def targets(measured: Measured) -> Iterator[Target]:
    """Yield all targets, in the order of the page."""

    def at_least(
        bound: float, what: str, over: str, under: str, where: tuple[str, int], figure: str = "cpu_us"
    ) -> Target:
        return Target(what, bound, True, "times", measured.ratio(over, under, *where, figure))

    tls_32, tls_1 = ("tls", 32), ("tls", 1)
    sync, loop, uvloop, node = "python-ours-sync", "python-ours-async", "python-ours-async-uvloop", "node-ours"
    yield at_least(50, "Python sync, TLS, 32 at a time: official ÷ ours", "python-official-sync", sync, tls_32)
    yield at_least(1.3, "Python sync, TLS, 32 at a time: pyreqwest ÷ ours", "python-pyreqwest-sync", sync, tls_32)
    yield at_least(
        12,
        "Python sync, TLS, one at a time, median latency: official ÷ ours",
        "python-official-sync",
        sync,
        tls_1,
        "p50_us",
    )
    yield at_least(60, "Python asyncio, TLS, 32 at a time: official ÷ ours", "python-official-async", loop, tls_32)
    yield at_least(4, "Python asyncio, TLS, 32 at a time: aiohttp ÷ ours", "python-aiohttp", loop, tls_32)
    yield at_least(1.8, "Python asyncio, TLS, 32 at a time: pyreqwest ÷ ours", "python-pyreqwest-async", loop, tls_32)
    yield at_least(
        1.8, "Python uvloop, TLS, 32 at a time: pyreqwest ÷ ours", "python-pyreqwest-async-uvloop", uvloop, tls_32
    )
    for transport, name in (("plain", "plain"), ("tls", "TLS")):
        what = f"Python asyncio, {name}, one at a time: official ÷ ours"
        yield at_least(9, what, "python-official-async", loop, (transport, 1))
    yield at_least(15, "Node, TLS, 32 at a time: official ÷ ours", "node-official", node, tls_32)
    yield at_least(1.25, "Node, TLS, 32 at a time: undici Pool ÷ ours", "node-undici-pool", node, tls_32)
    yield at_least(1, "Node, plain, 32 at a time: undici Pool ÷ ours", "node-undici-pool", node, ("plain", 32))
    yield at_least(1, "Node, plain, one at a time: undici Pool ÷ ours", "node-undici-pool", node, ("plain", 1))
    for client, language in ((loop, "Python asyncio"), (node, "Node")):
        for transport, name in (("plain", "plain"), ("tls", "TLS")):
            what = f"{language}, {name}, 32 at a time: ours ÷ reqwest in Rust"
            yield Target(what, 2, False, "times", measured.ratio(client, "rust-reqwest", transport, 32))
    for language, module in (("Python", "descope_outbound"), ("Node", "descope-outbound")):
        row = measured.row("starting", language=language, what="import", of=module)
        what = f"{language}, import above an empty interpreter"
        yield Target(what, 8, False, "ms", row.get("ms_above_empty", []))
    for language, client in (("Python sync", sync), ("Node", node)):
        row = measured.row("starting", what="first token", of=client)
        what = f"{language}, first token over TLS with the system's roots, above an empty interpreter"
        yield Target(what, 40, False, "ms", row.get("ms_above_empty", []))
    for language, client in (("Python sync", sync), ("Python asyncio", loop), ("Node", node)):
        row = measured.row("memory", client=client)
        what = f"{language}, memory after 10,000 calls at 256 at a time, above the first 100"
        yield Target(what, 8, False, "MiB", row.get("mib_above_first", []))
    for what, bound in (("wheel", 3.5), ("addon", 7)):
        size = measured.row("sizes", what=what).get("bytes")
        yield Target(f"{what}, stripped", bound, False, "MB", [] if size is None else [size / 1e6])
    yield from hits_targets(measured)


def hits_targets(measured: Measured) -> Iterator[Target]:
    """Yield the targets for cache hits."""

    def ratio(language: str, over: str, under: str) -> list[float]:
        pair = (measured.row("hits", language=language, what=what).get("ns", []) for what in (over, under))
        return [above / below for above, below in zip(*pair, strict=False)]

    for language, what, peer, bound in (
        ("Python", "descope-outbound, cache=True, sync", "cachetools.TTLCache, with a lock and a copy by hand", 0.6),
        ("Python", "descope-outbound, cache=True, asyncio", "cachetools.TTLCache, with a lock and a copy by hand", 0.6),
        ("Node", "descope-outbound, cache: true", "lru-cache, with a deep copy", 3),
        ("Node", "descope-outbound, cache: true", "lru-cache, with a copy by hand", 3),
        ("Rust", "ours, 100 entries", "the map beneath, 100 entries", 2),
        ("Rust", "ours, 100 of 100,000 entries", "ours, 100 entries", 1.5),
    ):
        yield Target(f"{language}, a hit: {what} ÷ {peer}", bound, False, "times", ratio(language, what, peer))
    one, two = "ours, 100 entries, 1 thread", "ours, 100 entries, 2 threads on different tokens"
    yield Target(f"Rust, hits: {one} ÷ {two}", 1.5, True, "times", ratio("Rust", one, two))
    # Shows the cost of sharing a cache, without the cost of sharing a machine.
    apart = "ours, 100 entries, 2 threads with a cache each"
    yield Target(f"Rust, hits: {two} ÷ {apart}", 1.25, False, "times", ratio("Rust", two, apart))
