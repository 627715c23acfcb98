"""Write `docs/faults.md`, and read it back: the result of every fault with every client, a row for each fault."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from statistics import median

import judge
from judge import Judgement, Run
from table import BODY_KINDS, STATUSES, FaultRow, Table

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
COLUMNS = ["ours", "official Python sync", "official Python async", "official Node"]
GROUPS = {
    "connections": "Connections",
    "headers": "Headers",
    "bodies": "Bodies",
    "statuses": "Statuses",
    "redirects": "Redirects",
    "rate limits": "Rate limits",
    "overload": "Overload",
    "nginx": "Behind nginx",
    "license": "The license endpoint",
}

#: The cells of each row, by group and title.
Rows = dict[tuple[str, str], dict[str, str]]

NOT_RUN = "not run"
_AT_ONCE_SECONDS = 0.5
_AT_DEADLINE = 0.9


def of_run(
    table: Table, fault: FaultRow, run: Run, judgement: Judgement, *, is_ours: bool
) -> tuple[str, str, str, float]:
    """Return the verdict with its details, the number of requests, the memory, and the seconds of the slowest call."""
    failures = sorted(
        {outcome["kind" if is_ours else "class"] for outcome in run.outcomes} - {"success", "hung", "nothing"}
    )
    what = judgement.verdict
    if judgement.verdict not in judge.GOOD:
        what = f"**{what}**"
    details = [f"`{failure}`" for failure in failures]
    if judgement.verdict in ("swelled", "leaked"):
        details.append(re.sub(r" by [0-9]+ MiB|^by .*", "", judgement.reason))
    if any(details):
        what += f" ({', '.join(filter(None, details))})"
    requests = f"{run.requests} request" + "s" * (run.requests != 1)
    return what, requests if fault.is_steady else "", _memory(table, fault, run), _slowest(run)


def _memory(table: Table, fault: FaultRow, run: Run) -> str:
    if not fault.is_about_memory:
        return ""
    return f"{'<' if run.memory_mib <= table.memory_limit_mib else '>'} {table.memory_limit_mib} MiB more"


def _slowest(run: Run) -> float:
    seconds: list[float] = [outcome["seconds"] for outcome in run.outcomes]
    return max(seconds)


def _time(fault: FaultRow, seconds: float) -> str:
    if not fault.is_timed:
        return ""
    if seconds < _AT_ONCE_SECONDS:
        return "at once"
    if seconds < _AT_DEADLINE * fault.deadline_seconds:
        return "in time"
    if seconds >= fault.wall_seconds:
        return f"not by {fault.wall_seconds:g} s"
    limits = [limit for limit in (5, 10) if seconds >= limit > fault.deadline_seconds + 2]
    return f"after {limits[-1]} s" if limits else "at its deadline"


def cell(table: Table, fault: FaultRow, runs: dict[str, tuple[Run, Judgement]], *, is_ours: bool) -> str:
    """Return one text for all clients of a column, with their names only if they differ."""
    groups: dict[tuple[str, str, str], dict[str, float]] = {}
    for name, (run, judgement) in runs.items():
        what, requests, memory, slowest = of_run(table, fault, run, judgement, is_ours=is_ours)
        groups.setdefault((what, requests, memory), {})[name] = slowest
    texts = []
    for parts, slowest_of in groups.items():
        text = "; ".join(filter(None, [*parts, _time(fault, median(slowest_of.values()))]))
        texts.append(text if len(groups) == 1 else f"{', '.join(slowest_of)}: {text}")
    return "<br>".join(texts)


def tally_cell(of_calls: dict[str, list[tuple[Judgement, str, int | None]]]) -> str:
    """Return the same for a fault with many calls: the number of calls for each result."""
    texts: dict[str, list[str]] = {}
    for name, calls in of_calls.items():
        counted: Counter[str] = Counter()
        for judgement, surfaced, requests in calls:
            verdict = judgement.verdict if judgement.verdict in judge.GOOD else f"**{judgement.verdict}**"
            what = verdict + (f" (`{surfaced}`)" if surfaced != "success" else "")
            if requests is not None:
                what += f"; {requests} request" + "s" * (requests != 1)
            counted[what] += 1
        text = "<br>".join(f"{number} times {what}" for what, number in counted.most_common())
        texts.setdefault(text, []).append(name)
    if len(texts) == 1:
        return next(iter(texts))
    return "<br>".join(f"{', '.join(names)}: {text}" for text, names in texts.items())


def read() -> Rows:
    """Return the rows of the current page."""
    rows: Rows = {}
    if not PAGE.exists():
        return rows
    headings = {heading: group for group, heading in GROUPS.items()}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        for line in re.findall(r"^\| (.*) \|$", text, flags=re.MULTILINE)[1:]:
            title, *cells = line.split(" | ")
            if heading in headings and len(cells) == len(COLUMNS):
                rows[headings[heading], title] = dict(zip(COLUMNS, cells, strict=True))
    return rows


def write(table: Table, rows: Rows) -> str:
    """Return the page with these rows."""
    limits = {"deadline": 2, "memory": table.memory_limit_mib, "margin": table.margin_seconds, "wall": 12}
    begin = (Path(__file__).parent / "page_begin.md").read_text(encoding="utf-8")
    parts = [begin.format(**limits), _summary(rows)]
    for group, heading in GROUPS.items():
        parts += [f"\n## {heading}\n", _INTRODUCTIONS.get(group, "\n")]
        parts += [_line(["what goes wrong", *COLUMNS]), "|---" * (len(COLUMNS) + 1) + "|\n"]
        for (of_group, title), cells in rows.items():
            if of_group == group:
                parts.append(_line([title, *(cells[column] for column in COLUMNS)]))
    return "".join(parts)


_INTRODUCTIONS = {
    "statuses": f"\n{len(STATUSES)} statuses with {len(BODY_KINDS)} kinds of body, one call for each.\n\n",
    "license": (
        "\nOnly the license endpoint fails; the service works. A new client makes two calls, one after the other. Its"
        "\ncreation counts as part of the first. Our clients do the handshake both in parallel with the"
        "\nfirst call and before it."
        "\nFaults of a whole host (TLS, a restart) cannot affect one endpoint alone, and are not in this table.\n\n"
    ),
}


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _summary(rows: Rows) -> str:
    """Count the rows by their worst verdict, for each column."""
    lines = ["\n## Summary\n\n", _line(["number of rows with this as the worst verdict", *COLUMNS])]
    lines.append("|---" * (len(COLUMNS) + 1) + "|\n")
    for verdict in judge.VERDICTS:
        numbers = [sum(_worst(cells[column]) == verdict for cells in rows.values()) for column in COLUMNS]
        lines.append(_line([verdict, *map(str, numbers)]))
    return "".join(lines)


def _worst(text: str) -> str | None:
    found = [verdict for verdict in judge.VERDICTS if re.search(rf"(^|[ *>]){verdict}\b", text)]
    return found[-1] if found else None
