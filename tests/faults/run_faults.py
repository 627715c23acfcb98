"""Run the table of faults, judge the outcomes, and write docs/faults.md; with --ours, check the page.

With --ours, only the clients of this package run, and their column of the page must not change.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import judge
import page
import servers
import table as fault_table
from drivers import OURS, THEIRS, Client, Driver
from judge import Judgement, Run
from table import STATUSES, FaultRow, Table

CONCURRENT_RUNS = 24
CONCURRENT_HEAVY_RUNS = 3


@dataclass(frozen=True)
class FinishedRun:
    """The run of a fault with a client."""

    fault: FaultRow
    client: Client
    run: Run
    judgement: Judgement
    requests_by_app: dict[str, int]

    @property
    def is_good(self) -> bool:
        return self.judgement.verdict in judge.GOOD


def is_heavy(fault: FaultRow) -> bool:
    """Return whether the fault measures memory, or makes a process so busy that its other calls are late."""
    return fault.is_about_memory or len(fault.calls) >= len(STATUSES)


class Runs:
    """Runs of faults: one driver program per client, and an extra one for each run that needs its own."""

    def __init__(self, table: Table, clients: list[Client]) -> None:
        self._table = table
        self._drivers = {client.name: Driver(client) for client in clients}

    def close(self) -> None:
        for driver in self._drivers.values():
            driver.stop()

    def run(self, fault: FaultRow, client: Client) -> FinishedRun:
        try:
            return self._run(fault, client)
        except Exception as error:
            raise RuntimeError(f"{fault.id}, license {fault.license}, with {client.name}") from error

    def _run(self, fault: FaultRow, client: Client) -> FinishedRun:
        with servers.serve(fault) as fault_servers:
            is_separate = is_heavy(fault) or fault_servers.environment
            driver = Driver(client, fault_servers.environment) if is_separate else self._drivers[client.name]
            try:
                report = driver.run(fault, fault_servers)
                if "restart" in fault.more:
                    fault_servers.restart(**fault.more["restart"])
                reported = report.result(timeout=fault.wall_seconds * (len(fault.calls) // fault.workers + 2) + 60)
            finally:
                if is_separate:
                    driver.stop()
            requests = fault_servers.requests()
            run = Run(reported["outcomes"], reported["memory_mib"], fault_servers.strayed(), sum(requests.values()))
        judgement = judge.judge(self._table, fault, run, is_ours=client.is_ours)
        return FinishedRun(fault, client, run, judgement, dict(requests))

    def run_all(self, pairs: list[tuple[FaultRow, Client]]) -> list[FinishedRun]:
        """Run the heavy faults first, with few in parallel, then the others, starting with the longest."""
        heavy = [pair for pair in pairs if is_heavy(pair[0])]
        others = sorted((pair for pair in pairs if not is_heavy(pair[0])), key=lambda pair: -pair[0].wall_seconds)
        finished = self._run_some(heavy, CONCURRENT_HEAVY_RUNS) + self._run_some(others, CONCURRENT_RUNS)
        places = {(id(fault), client.name): place for place, (fault, client) in enumerate(pairs)}
        return sorted(finished, key=lambda each: places[id(each.fault), each.client.name])

    def _run_some(self, pairs: list[tuple[FaultRow, Client]], workers: int) -> list[FinishedRun]:
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(lambda pair: self.run(*pair), pairs))

    def rerun_changed(self, finished: list[FinishedRun], before: page.Rows) -> list[FinishedRun]:
        """Run the clients of this package again, alone, if their verdicts are good but their row has changed.

        On a busy machine, calls take longer, and the number of calls in a period differs. Bad verdicts stay.
        """
        rows = rows_of(self._table, finished, before)
        changed = {row for row, cells in rows.items() if before.get(row, {}).get("ours") != cells["ours"]}
        changed -= {(each.fault.group, each.fault.title) for each in finished if not each.is_good}
        return [
            self.run(each.fault, each.client)
            if each.client.is_ours and (each.fault.group, each.fault.title) in changed
            else each
            for each in finished
        ]


def rows_of(table: Table, finished: Iterable[FinishedRun], before: page.Rows) -> page.Rows:
    """Return the rows of the page. A cell without a new run keeps its text."""
    rows: page.Rows = {}
    columns: dict[tuple[tuple[str, str], str], list[FinishedRun]] = {}
    for each in finished:
        row = each.fault.group, each.fault.title
        column = "ours" if each.client.is_ours else each.client.name
        columns.setdefault((row, column), []).append(each)
    for (row, column), runs in columns.items():
        cells = rows.setdefault(row, dict.fromkeys(page.COLUMNS, page.NOT_RUN) | before.get(row, {}))
        cells[column] = cell_of(table, runs)
    return rows


def cell_of(table: Table, runs: list[FinishedRun]) -> str:
    """Return the cell for the clients of a column."""
    fault = runs[0].fault
    is_ours = runs[0].client.is_ours
    if fault.id.endswith("statuses"):
        return page.tally_cell({each.client.name: tally(table, each) for each in runs})
    named = {}
    for each in runs:
        waits = ", license waited for" if each.fault.license == "wait" else ""
        named[each.client.name + waits] = each.run, each.judgement
    return page.cell(table, fault, named, is_ours=is_ours)


def tally(table: Table, finished: FinishedRun) -> list[tuple[Judgement, str, int | None]]:
    """Judge each call."""
    fault, client = finished.fault, finished.client
    of_calls = []
    for call, outcome in zip(fault.calls, finished.run.outcomes, strict=True):
        judgement = judge.judge_call(table, fault, call, outcome, is_ours=client.is_ours)
        surfaced = outcome["kind"] if client.is_ours or outcome["class"].startswith("code ") else outcome["class"]
        requests = finished.requests_by_app.get(call.app) if fault.group == "statuses" else None
        of_calls.append((judgement, surfaced, requests))
    return of_calls


def pairs_of(table: Table, clients: list[Client], only: list[str]) -> list[tuple[FaultRow, Client]]:
    """Return all pairs of a fault and a client."""
    faults = [*table.faults, fault_table.statuses(), *fault_table.license_faults(table), fault_table.license_statuses()]
    pairs = []
    for fault in faults:
        for client in clients:
            # The official SDKs have one kind of license handshake, and the creation of a client is slow.
            is_for_all = fault.license != "wait"
            if (client.is_ours or is_for_all) and (not only or fault.id in only):
                pairs.append((fault, client))
    return pairs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--ours", action="store_true", help="run only the clients of this package; check the page and do not write it"
    )
    parser.add_argument(
        "--clients", nargs="*", default=[], metavar="NAME", help="run only these clients; do not touch the page"
    )
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="ID", help="run only these faults; do not touch the page"
    )
    arguments = parser.parse_args()
    servers.check_programs()
    shutil.rmtree(servers.PLACE, ignore_errors=True)

    begin = time.monotonic()
    table = fault_table.read()
    before = page.read()
    clients = OURS if arguments.ours else OURS + THEIRS
    clients = [client for client in clients if not arguments.clients or client.name in arguments.clients]
    with closing(Runs(table, clients)) as runs:
        pairs = pairs_of(table, clients, arguments.only)
        finished = runs.run_all(pairs)
        if not arguments.only:
            finished = runs.rerun_changed(finished, before)
        rows = rows_of(table, finished, before)
    bad = [each for each in finished if each.client.is_ours and not each.is_good]
    for each in bad:
        where = f"{each.fault.id} ({each.client.name}, license {each.fault.license})"
        print(f"faults: {where}: {each.judgement.verdict}: {each.judgement.reason}")
    complaints = len(bad)
    if arguments.only or arguments.clients:
        for (_, title), cells in rows.items():
            print(title, *(f"    {column}: {text}" for column, text in cells.items() if text != page.NOT_RUN), sep="\n")
    elif arguments.ours:
        complaints += print_difference(page.write(table, rows))
    else:
        page.PAGE.write_text(page.write(table, rows), encoding="utf-8")
    print(f"faults: {len(finished) - len(bad)} passed, {complaints} failed, in {time.monotonic() - begin:.0f} s")
    return 1 if complaints else 0


def print_difference(text: str) -> int:
    """Print the outdated lines of the page, and return their number."""
    is_now = page.PAGE.read_text(encoding="utf-8") if page.PAGE.exists() else ""
    difference = list(
        difflib.unified_diff(is_now.splitlines(), text.splitlines(), "docs/faults.md", "this run", n=0, lineterm="")
    )
    for line in difference:
        print(f"faults: {line}")
    return sum(line.startswith("+") for line in difference)


if __name__ == "__main__":
    sys.exit(main())
