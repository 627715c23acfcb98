"""Runs the table of faults, judges what comes of it, and writes docs/faults.md; with --ours, checks it.

Then only our own clients run, and their column of the page has to be as it is.
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
from table import STATUSES, Fault, Table

AT_ONCE = 24
AT_ONCE_APART = 3


@dataclass(frozen=True)
class Finished:
    """A fault that a client has met."""

    fault: Fault
    client: Client
    run: Run
    judgement: Judgement
    requests_by_app: dict[str, int]

    @property
    def is_good(self) -> bool:
        return self.judgement.verdict in judge.GOOD


def is_heavy(fault: Fault) -> bool:
    """Whether it is about the memory of a process, or makes one so busy that other calls of it get late."""
    return fault.is_about_memory or len(fault.calls) >= len(STATUSES)


class Runs:
    """Lets clients meet faults; one program for each client, and one more for each meeting that needs it for itself."""

    def __init__(self, table: Table, clients: list[Client]) -> None:
        self._table = table
        self._drivers = {client.name: Driver(client) for client in clients}

    def close(self) -> None:
        for driver in self._drivers.values():
            driver.stop()

    def meet(self, fault: Fault, client: Client) -> Finished:
        try:
            return self._meet(fault, client)
        except Exception as error:
            raise RuntimeError(f"{fault.id}, licence {fault.licence}, with {client.name}") from error

    def _meet(self, fault: Fault, client: Client) -> Finished:
        with servers.serve(fault) as served:
            is_apart = is_heavy(fault) or served.environment
            driver = Driver(client, served.environment) if is_apart else self._drivers[client.name]
            try:
                report = driver.run(fault, served)
                if "restart" in fault.more:
                    served.restart(**fault.more["restart"])
                told = report.result(timeout=fault.wall_seconds * (len(fault.calls) // fault.workers + 2) + 60)
            finally:
                if is_apart:
                    driver.stop()
            requests = served.requests()
            run = Run(told["outcomes"], told["memory_mib"], served.strayed(), sum(requests.values()))
        judgement = judge.judge(self._table, fault, run, is_ours=client.is_ours)
        return Finished(fault, client, run, judgement, dict(requests))

    def meet_all(self, pairs: list[tuple[Fault, Client]]) -> list[Finished]:
        """The heavy ones first, with little beside them; then the others, those that may last long first."""
        apart = [pair for pair in pairs if is_heavy(pair[0])]
        others = sorted((pair for pair in pairs if not is_heavy(pair[0])), key=lambda pair: -pair[0].wall_seconds)
        finished = self._meet_some(apart, AT_ONCE_APART) + self._meet_some(others, AT_ONCE)
        places = {(id(fault), client.name): place for place, (fault, client) in enumerate(pairs)}
        return sorted(finished, key=lambda each: places[id(each.fault), each.client.name])

    def _meet_some(self, pairs: list[tuple[Fault, Client]], at_once: int) -> list[Finished]:
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda pair: self.meet(*pair), pairs))

    def repeat_slow(self, finished: list[Finished], before: page.Rows) -> list[Finished]:
        """Ours whose verdicts are good and whose row is not as on the page, once more, with nothing beside them.

        On a busy machine times are longer, and one call too many or too few fits into them. What went wrong stays.
        """
        rows = rows_of(self._table, finished, before)
        changed = {row for row, cells in rows.items() if before.get(row, {}).get("ours") != cells["ours"]}
        changed -= {(each.fault.group, each.fault.title) for each in finished if not each.is_good}
        return [
            self.meet(each.fault, each.client)
            if each.client.is_ours and (each.fault.group, each.fault.title) in changed
            else each
            for each in finished
        ]


def rows_of(table: Table, finished: Iterable[Finished], before: page.Rows) -> page.Rows:
    """The page's rows; a cell that has not been run anew is as before."""
    rows: page.Rows = {}
    columns: dict[tuple[tuple[str, str], str], list[Finished]] = {}
    for each in finished:
        row = each.fault.group, each.fault.title
        column = "ours" if each.client.is_ours else each.client.name
        columns.setdefault((row, column), []).append(each)
    for (row, column), runs in columns.items():
        cells = rows.setdefault(row, dict.fromkeys(page.COLUMNS, page.NOT_RUN) | before.get(row, {}))
        cells[column] = cell_of(table, runs)
    return rows


def cell_of(table: Table, runs: list[Finished]) -> str:
    """What the clients of a column did with a fault."""
    fault = runs[0].fault
    is_ours = runs[0].client.is_ours
    if fault.id.endswith("statuses"):
        return page.tally_cell({each.client.name: tally(table, each) for each in runs})
    named = {}
    for each in runs:
        waits = ", licence waited for" if each.fault.licence == "wait" else ""
        named[each.client.name + waits] = each.run, each.judgement
    return page.cell(table, fault, named, is_ours=is_ours)


def tally(table: Table, finished: Finished) -> list[tuple[Judgement, str, int | None]]:
    """Each call by itself."""
    fault, client = finished.fault, finished.client
    of_calls = []
    for call, outcome in zip(fault.calls, finished.run.outcomes, strict=True):
        judgement = judge.judge_call(table, fault, call, outcome, is_ours=client.is_ours)
        surfaced = outcome["kind"] if client.is_ours or outcome["class"].startswith("code ") else outcome["class"]
        requests = finished.requests_by_app.get(call.app) if fault.group == "statuses" else None
        of_calls.append((judgement, surfaced, requests))
    return of_calls


def pairs_of(table: Table, clients: list[Client], only: list[str]) -> list[tuple[Fault, Client]]:
    """Who meets what."""
    faults = [*table.faults, fault_table.statuses(), *fault_table.licence_faults(table), fault_table.licence_statuses()]
    pairs = []
    for fault in faults:
        for client in clients:
            # The official SDKs have one way of asking for the licence, and take long to make a client.
            is_for_all = fault.licence != "wait"
            if (client.is_ours or is_for_all) and (not only or fault.id in only):
                pairs.append((fault, client))
    return pairs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", action="store_true", help="only our own clients; the page is checked, not written")
    parser.add_argument(
        "--clients", nargs="*", default=[], metavar="NAME", help="only these clients; the page is left alone"
    )
    parser.add_argument("--only", nargs="*", default=[], metavar="ID", help="only these faults; the page is left alone")
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
        finished = runs.meet_all(pairs)
        if not arguments.only:
            finished = runs.repeat_slow(finished, before)
        rows = rows_of(table, finished, before)
    bad = [each for each in finished if each.client.is_ours and not each.is_good]
    for each in bad:
        where = f"{each.fault.id} ({each.client.name}, licence {each.fault.licence})"
        print(f"faults: {where}: {each.judgement.verdict}: {each.judgement.reason}")
    complaints = len(bad)
    if arguments.only or arguments.clients:
        for (_, title), cells in rows.items():
            print(title, *(f"    {column}: {text}" for column, text in cells.items() if text != page.NOT_RUN), sep="\n")
    elif arguments.ours:
        complaints += tell_difference(page.write(table, rows))
    else:
        page.PAGE.write_text(page.write(table, rows), encoding="utf-8")
    print(f"faults: {len(finished) - len(bad)} passed, {complaints} failed, in {time.monotonic() - begin:.0f} s")
    return 1 if complaints else 0


def tell_difference(text: str) -> int:
    """Prints where the page is no longer true, and gives how many lines those are."""
    is_now = page.PAGE.read_text(encoding="utf-8") if page.PAGE.exists() else ""
    difference = list(
        difflib.unified_diff(is_now.splitlines(), text.splitlines(), "docs/faults.md", "this run", n=0, lineterm="")
    )
    for line in difference:
        print(f"faults: {line}")
    return sum(line.startswith("+") for line in difference)


if __name__ == "__main__":
    sys.exit(main())
