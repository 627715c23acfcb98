"""Write ``docs/performance.md`` and its charts from ``results.json``, without measuring."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median

from charts import Row, dot_plot
from measured import Measured, rounded, with_range
from roster import BENCHES, CLIENTS, ROOT
from targets import targets

PAGE = ROOT / "docs" / "performance.md"
#: Written by hand: explanations of the figures, above all why a target is missed. Its links are relative to its folder.
REMARKS = BENCHES / "remarks.md"
CHARTS = ROOT / "docs" / "performance"
LANGUAGES = ("Python", "Node", "Rust")
CONCURRENCIES = (1, 32, 256)
TRANSPORTS = {"plain": "plain", "tls": "TLS"}
TITLES = {client.id: client.title for client in CLIENTS}

INTRODUCTION = """\
# Performance

`make bench` writes this page from [benches/results.json](../benches/results.json). Do not edit it.

A backend fetches a token before every call to a third party, and pays for that in processor time. So the main figure is
the **processor time of the client's process for each call**, in microseconds. The operating system counts it: user and
system time of all threads. A cell has the median of the rounds and, in brackets, their range. Over loopback, the
rest of the time is the service's. A real network adds the same for every client, except for the official sync Python
client, which makes a new connection for each call.
"""

METHOD = """\
## How it is measured

- **Clients.** Every client sends the same request, parses the same response of 514 bytes, and verifies the certificate.
  Every client has a timeout of 20 s, except the official Node client, which has none. Each is a few lines:
  `benches/python/clients`, `benches/node/clients`, `benches/src/clients.rs`.
- **Connections.** All clients speak HTTP/1.1 and may open as many connections as there are concurrent calls. Ours opens
  100 at most. `httpx` and the official async client on it have a limit of 100 too; more make it slower. Sync clients
  are called from as many threads as there are concurrent calls.
- **Service.** The service is a small Rust program with a fixed response, on one core. The clients run on another core,
  one at a time.
- **Rounds.** At each concurrency, every client runs in its own process and is warmed first: Python 2 s, Node 5 s, Rust
  0.5 s. Then the rounds go through the clients and back, so that a busy machine affects all of them. A round is 0.5 s,
  after 0.15 s that do not count.
- **Verdicts.** A ratio compares figures of the same round. *Met* and *missed* mean that every round agrees; *within
  noise* means that the rounds differ.
- **Starting.** The time from the start of the process until the import or the first token, minus that of an empty
  process in the same round. Each figure is the median of 3 starts. The first token comes over TLS. Its certificate is
  checked against the system's certificate authorities and the service's own.
- **Memory.** The peak memory of the process (`VmHWM`), over TLS.
"""


def table(heads: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown; the first column is text."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def targets_table(measured: Measured) -> str:
    """Return the table of targets."""
    rows = [[each.what, each.promise, with_range(each.figures), each.verdict] for each in targets(measured)]
    return table(["figure (processor time a call, unless it says otherwise)", "target", "measured", ""], rows)


def cost_table(measured: Measured, language: str) -> str:
    """Return the processor time a call, of every client, for each transport and concurrency."""
    rows = []
    for client in CLIENTS:
        if client.language == language:
            cells = [measured.call(client.id, transport, many) for transport in TRANSPORTS for many in CONCURRENCIES]
            rows.append([client.title, *[with_range(cell) for cell in cells]])
    return table([language, *[f"{name}, {many}" for name in TRANSPORTS.values() for many in CONCURRENCIES]], rows)


def call_table(measured: Measured, transport: str, concurrency: int) -> str:
    """Return all figures of every client, for one transport and concurrency."""
    rows = []
    for client in CLIENTS:
        row = measured.row("throughput", client=client.id, transport=transport, concurrency=concurrency)
        name = f"{client.language}: {client.title}"
        if "failed" in row:
            rows.append([name, f"failed: {row['failed'].replace('|', '/')}", "", "", ""])
        elif row:
            others = [rounded(median(row[figure])) for figure in ("p50_us", "p99_us", "calls_per_second")]
            rows.append([name, with_range(row["cpu_us"]), *others])
    return table(["", "processor µs a call", "p50 µs", "p99 µs", "calls a second"], rows) if rows else ""


def call_tables(measured: Measured) -> str:
    """Return these tables, for each transport and concurrency."""
    parts = []
    for transport, name in TRANSPORTS.items():
        for many in CONCURRENCIES:
            found = call_table(measured, transport, many)
            if found:
                parts.append(f"<details><summary>{name}, {many} at a time</summary>\n\n{found}\n</details>\n")
    return "\n".join(parts)


def starting_table(measured: Measured) -> str:
    """Return the table of imports and first tokens."""
    rows = []
    for row in measured.sections.get("starting", []):
        name = " ".join(
            [f"{row['language']}:", row["what"], TITLES.get(row["of"], f"`{row['of']}`" if row["of"] else "")]
        )
        if "failed" in row:
            rows.append([name.strip(), f"failed: {row['failed']}", ""])
        else:
            rows.append([name.strip(), with_range(row["ms"]), with_range(row["ms_above_empty"]) if row["of"] else ""])
    return table(["starting", "ms", "ms above an empty process"], rows)


def section_table(measured: Measured, section: str, heads: list[str], figures: list[str]) -> str:
    """Return a section with a row for each client."""
    languages = {client.id: client.language for client in CLIENTS}
    rows = []
    for row in measured.sections.get(section, []):
        name = f"{languages.get(row['client'], '')}: {TITLES.get(row['client'], row['client'])}"
        if "failed" in row:
            rows.append([name, f"failed: {row['failed']}", *[""] * (len(figures) - 1)])
        else:
            rows.append([name, *[with_range(row[figure]) for figure in figures]])
    return table(heads, rows)


def hits_table(measured: Measured) -> str:
    """Return the table of cache hits."""
    rows = []
    for row in measured.sections.get("hits", []):
        rows.append([f"{row['language']}: {row['what']}", with_range(row["ns"]) if "ns" in row else row["absent"]])
    return table(["cache hit", "ns"], rows)


def machine_text(measured: Measured) -> str:
    """Describe the machine and the versions."""
    machine = measured.sections["machine"]
    others = machine["others_percent"]
    lines = [
        f"{machine['date']}, {machine['took_seconds'] / 60:.0f} minutes. {machine['processor']}, "
        f"{machine['cores']} cores, {machine['memory']}, {machine['system']}; {machine['pinned']}. "
        f"{'An unknown share' if others is None else f'{others:g} %'} of the processor time went to other processes.",
        "",
    ]
    for each in measured.sections["versions"].values():
        lines.append("- " + ", ".join(f"{name} {version}" for name, version in each.items()))
    return "\n".join(lines) + "\n"


def starting_chart(measured: Measured) -> str:
    """Return the chart of imports and first tokens."""
    rows: list[Row] = []
    for client in CLIENTS:
        if client.loop == "uvloop":
            continue
        imported = measured.row("starting", language=client.language, what="import", of=client.module)
        first = measured.row("starting", what="first token", of=client.id)
        cells = [[max(figure, 0.1) for figure in row.get("ms_above_empty", [])] for row in (imported, first)]
        if any(cells):
            rows.append((f"{client.title} · {client.language}", client.kind, cells))
    title = "Milliseconds above an empty interpreter (less is better; the scale is logarithmic)"
    return dot_plot(title, ["import", "first token over TLS"], rows)


def charts(measured: Measured) -> dict[str, str]:
    """Return the charts by file name: the clients of each language, with the limit below them."""
    drawn = {}
    for language in ("Python", "Node"):
        chosen = [client for client in CLIENTS if client.language == language or client.kind == "limit"]
        rows: list[Row] = []
        for client in chosen:
            title = f"{client.title}, Rust" if client.kind == "limit" else client.title
            rows.append((title, client.kind, [measured.call(client.id, "tls", many) for many in CONCURRENCIES]))
        title = f"{language}: processor µs for each token over TLS (less is better; the scale is logarithmic)"
        panels = [f"{many} at a time" if many > 1 else "one at a time" for many in CONCURRENCIES]
        drawn[f"{language.lower()}.svg"] = dot_plot(title, panels, rows)
    drawn["starting.svg"] = starting_chart(measured)
    return drawn


def remarks() -> str:
    """Return the remarks with links that are relative to the page."""
    return REMARKS.read_text(encoding="utf-8").replace("](../docs/", "](")


def page(measured: Measured) -> str:
    """Return the whole page."""
    sizes = [[row["what"], f"{row['bytes'] / 1e6:.2f} MB"] for row in measured.sections.get("sizes", [])]
    return "\n".join(
        [
            INTRODUCTION,
            "## Targets\n",
            targets_table(measured),
            remarks(),
            "![Python](performance/python.svg)\n",
            "![Node](performance/node.svg)\n",
            "## Processor time a call, µs\n",
            *[cost_table(measured, language) for language in LANGUAGES],
            "The same with latencies and calls a second (medians of the rounds):\n",
            call_tables(measured),
            "## Starting\n",
            "![Starting](performance/starting.svg)\n",
            starting_table(measured),
            "## Creating a client\n",
            section_table(measured, "construction", ["creating a client", "µs"], ["us"]),
            "## Memory\n",
            section_table(
                measured,
                "memory",
                ["10,000 calls, 256 at a time, TLS", "MiB above the first 100", "MiB at most"],
                ["mib_above_first", "mib"],
            ),
            "## Size\n",
            table(["stripped", "size"], sizes),
            "## Hits\n",
            hits_table(measured),
            METHOD,
            "## Machine and versions\n",
            machine_text(measured),
            "```sh",
            "make bench        # measure everything, and write this page",
            "make bench-quick  # measure what most targets need, and print it",
            "```",
        ]
    ) + "\n"  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--print", metavar="FILE", type=Path, help="print the tables of these results, and do not write the page"
    )
    options = parser.parse_args()
    if options.print is not None:
        measured = Measured(options.print)
        sys.stdout.write("\n".join([call_tables(measured), targets_table(measured)]))
        return
    measured = Measured(BENCHES / "results.json")
    PAGE.write_text(page(measured), encoding="utf-8")
    CHARTS.mkdir(exist_ok=True)
    for name, drawn in charts(measured).items():
        (CHARTS / name).write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
