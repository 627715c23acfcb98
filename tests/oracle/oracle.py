"""Run the contract table against the official SDKs, and compare the result with ``docs/deviations.md``.

If a case names no row, the official SDK must behave as the case says. If it names a row, the official SDK must differ.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import re
import socket
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import contract_check
import contract_table
import descope
import descope.management.common
from contract_table import Case

ORACLE = Path(__file__).parent
ROOT = ORACLE.parents[1]
#: Each method has at least one case with the fewest arguments and one with all arguments.
FEWEST_CASES = 2
#: The entry in a row's test column if cases of the table show the row.
SHOWN_BY_CASES = "contract"
AT_ONCE = 48

PACKAGE = contract_check.PackageUnderTest(
    # The package does not export the classes of arguments.
    SimpleNamespace(**vars(descope.management.common) | vars(descope)),
    {"sync": descope.DescopeClient, "async": descope.DescopeClientAsync},
    is_official=True,
)


@dataclass(frozen=True)
class Row:
    """A documented departure, and the test that shows it."""

    id: str
    test: str


@dataclass(frozen=True)
class Verdict:
    """The result of a case with an official client."""

    case: str
    client: str
    departure: str | None
    disagreement: str | None

    def complaint(self, rows: dict[str, Row]) -> str | None:
        """Return the reason why the run fails, or None."""
        if self.departure is None:
            return self.disagreement and f"departs, but names no row: {self.disagreement}"
        if self.departure not in rows:
            return f"names {self.departure}, which is not a row of docs/deviations.md"
        if self.disagreement is None:
            return f"names {self.departure}, but the official SDK behaves the same"
        return None


def read_rows() -> dict[str, Row]:
    """Read the first table of ``docs/deviations.md``, by the ids in its first column."""
    text = (ROOT / "docs/deviations.md").read_text(encoding="utf-8")
    table = text.split("\n## ")[0]
    rows: dict[str, Row] = {}
    for line in re.findall(r"^\| `.*\|$", table, flags=re.MULTILINE):
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        row = Row(cells[0].strip(" `"), cells[-1])
        if row.id in rows or len(cells) != 6:
            raise ValueError(f"docs/deviations.md: {row.id} does not have six cells, or another row has the same id")
        rows[row.id] = row
    return rows


def still_departs_elsewhere(row_id: str) -> bool:
    """Return whether a test has the row's name, in the two files for rows that no case can show."""
    in_python = f"def test_{row_id.replace('-', '_')}(" in (ORACLE / "test_departures.py").read_text(encoding="utf-8")
    node = ROOT / "tests" / "node" / "official-departures.test.mjs"
    return in_python or f"test('{row_id}: " in node.read_text(encoding="utf-8")


def complain_about_rows(rows: dict[str, Row], shown: set[str]) -> list[str]:
    """Check that each row has a case or another test, and that its test column is true."""
    complaints = []
    for row in rows.values():
        says_shown = SHOWN_BY_CASES in row.test.split(", ")
        if says_shown != (row.id in shown):
            complaints.append(f"{row.id}: says {row.test}, but {'a' if row.id in shown else 'no'} case names it")
        files = re.findall(r"`([^`]+)`", row.test)
        if not says_shown and not files:
            complaints.append(f"{row.id}: has neither a case nor another test")
        if not says_shown and not still_departs_elsewhere(row.id):
            complaints.append(f"{row.id}: has no test that the official SDK still departs")
        missing = [file for file in files if not (ROOT / file).exists() and not any(ROOT.glob(f"tests/*/{file}"))]
        complaints += [f"{row.id}: {file} does not exist" for file in missing]
    return complaints


def judge(case: Case, mode: str) -> Verdict:
    """Run a case against one of the official Python clients."""
    disagreement = None
    try:
        contract_check.check(case, mode, PACKAGE)
    except AssertionError as error:
        disagreement = str(error) or "without a message"
    return Verdict(case.id, f"python {mode}", case.departure(mode), disagreement)


def rarely_called(methods: Iterable[tuple[str, str]], calls: Iterable[tuple[str, str]], client: str) -> list[str]:
    """Return the official methods that too few cases call."""
    times = Counter(calls)
    rare = [(of, method) for of, method in methods if times[of, method] < FEWEST_CASES]
    return [f"{of}.{method} ({client}): only {times[of, method]} cases call it" for of, method in rare]


def python_methods() -> list[tuple[str, str]]:
    """Return every method of the official Python classes, with the attribute that holds its class."""
    client = descope.DescopeClient("P" * 28, management_key="made-up-key", base_url="http://127.0.0.1:1")
    names = ["outbound_application", "outbound_application_by_token"]
    return [(of, name) for of in names for name in dir(getattr(client.mgmt, of)) if not name.startswith("_")]


def stay_on_this_machine() -> None:
    """Block lookups of other hosts, because some cases name hosts that only this package rejects."""
    look_up = socket.getaddrinfo

    def look_up_loopback(host: Any, *rest: Any, **more: Any) -> Any:
        if host not in ("127.0.0.1", "localhost", b"127.0.0.1", b"localhost"):
            raise socket.gaierror(f"{host!r} is another machine")
        return look_up(host, *rest, **more)

    socket.getaddrinfo = look_up_loopback


def main() -> int:
    stay_on_this_machine()
    # Every official client reads the root certificates again. For all cases, that would take minutes.
    ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]
    logging.getLogger("descope").setLevel(logging.CRITICAL)
    # Cases run in parallel, and a client must not read the variables of another case.
    contract_check.remove_variables()
    # `CASE` holds the id or the title of the one case to run.
    name = os.environ.get("CASE")
    cases = [case for case in contract_table.read() if not name or case.is_named(name)]
    with_variables = [case for case in cases if case.client.environment]
    command = ["node", str(ORACLE / "node/oracle.mjs")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as node:
        verdicts = [judge(case, mode) for mode in PACKAGE.clients for case in with_variables]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            others = [case for case in cases if case not in with_variables]
            runs = [pool.submit(judge, case, mode) for mode in PACKAGE.clients for case in others]
            verdicts += [run.result() for run in runs]
        printed = node.communicate()[0]
    if node.returncode != 0:
        return 1
    of_node = json.loads(printed)
    verdicts += [Verdict(each["id"], "node", each["departure"], each["disagreement"]) for each in of_node["verdicts"]]
    if name:
        if not verdicts:
            print(f"oracle: CASE={name}: no case for Python or Node has this id or title", file=sys.stderr)
            return 1
        return report(verdicts, [], of_one_case=True)
    complaints = rarely_called(python_methods(), [(case.call.of, case.call.method) for case in cases], "python")
    complaints += rarely_called(map(tuple, of_node["methods"]), map(tuple, of_node["calls"]), "node")
    return report(verdicts, complaints)


def report(verdicts: list[Verdict], complaints: list[str], *, of_one_case: bool = False) -> int:
    """Print the complaints and the totals, and return the exit code. One case says nothing about the rows of others."""
    rows = read_rows()
    complaints += [
        f"{verdict.case} ({verdict.client}): {complaint}"
        for verdict in verdicts
        if (complaint := verdict.complaint(rows)) is not None
    ]
    shown = {verdict.departure for verdict in verdicts if verdict.departure is not None}
    if not of_one_case:
        complaints += complain_about_rows(rows, shown)
    for complaint in complaints:
        print(f"oracle: {complaint}", file=sys.stderr)
    tallies = []
    for client in ("python sync", "python async", "node"):
        of_client = [verdict for verdict in verdicts if verdict.client == client]
        departing = sum(verdict.disagreement is not None for verdict in of_client)
        tallies.append(f"{client} {len(of_client) - departing} agree, {departing} depart")
    number = len({verdict.case for verdict in verdicts})
    end = f"{len(complaints)} complaints" if complaints else "no undocumented departure"
    print(f"oracle: {number} cases: {'; '.join(tallies)}; {end}")
    if not of_one_case:
        other = len(set(rows) - shown)
        print(f"oracle: {len(rows)} documented departures: {len(rows) - other} shown by cases, {other} by other tests")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
