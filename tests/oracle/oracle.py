"""Runs the contract table against the official SDKs, and holds ``docs/deviations.md`` to what it finds.

Where a case names no row, the official SDK must do as the case says; where it names one, it must not.
"""

from __future__ import annotations

import functools
import json
import logging
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
#: Every method is shown with the fewest arguments and with all.
FEWEST_CASES = 2
#: What a row says of its test when cases of the table show it.
SHOWN_BY_CASES = "contract"
AT_ONCE = 48

SUBJECT = contract_check.Subject(
    # The classes of arguments are not among the package's own names.
    SimpleNamespace(**vars(descope.management.common) | vars(descope)),
    {"sync": descope.DescopeClient, "async": descope.DescopeClientAsync},
    is_official=True,
)


@dataclass(frozen=True)
class Row:
    """A departure that is documented, and the test that holds it."""

    id: str
    test: str


@dataclass(frozen=True)
class Verdict:
    """What the run of a case against an official client has shown."""

    case: str
    client: str
    departure: str | None
    disagreement: str | None

    def complaint(self, rows: dict[str, Row]) -> str | None:
        """Why the run fails, if it does."""
        if self.departure is None:
            return self.disagreement and f"departs, and names no row: {self.disagreement}"
        if self.departure not in rows:
            return f"names {self.departure}, which is no row of docs/deviations.md"
        if self.disagreement is None:
            return f"names {self.departure}, but the official SDK does the same"
        return None


def read_rows() -> dict[str, Row]:
    """The first table of ``docs/deviations.md``, by the ids in its first column."""
    text = (ROOT / "docs/deviations.md").read_text(encoding="utf-8")
    table = text.split("\n## ")[0]
    rows: dict[str, Row] = {}
    for line in re.findall(r"^\| `.*\|$", table, flags=re.MULTILINE):
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        row = Row(cells[0].strip(" `"), cells[-1])
        if row.id in rows or len(cells) != 6:
            raise ValueError(f"docs/deviations.md: {row.id} is not six cells, or the id of another row")
        rows[row.id] = row
    return rows


def still_departs_elsewhere(row_id: str) -> bool:
    """Whether a test is named after the row, in the files that are there for those which no case can show."""
    in_python = f"def test_{row_id.replace('-', '_')}(" in (ORACLE / "test_departures.py").read_text(encoding="utf-8")
    node = ROOT / "tests" / "node" / "official-departures.test.mjs"
    return in_python or f"test('{row_id}: " in node.read_text(encoding="utf-8")


def complain_about_rows(rows: dict[str, Row], shown: set[str]) -> list[str]:
    """A row is shown by a case, or names the test that holds it; and it says which."""
    complaints = []
    for row in rows.values():
        says_shown = SHOWN_BY_CASES in row.test.split(", ")
        if says_shown != (row.id in shown):
            complaints.append(f"{row.id}: says {row.test}, and is {'' if row.id in shown else 'not '}named by a case")
        files = re.findall(r"`([^`]+)`", row.test)
        if not says_shown and not files:
            complaints.append(f"{row.id}: neither a case nor another test holds it")
        if not says_shown and not still_departs_elsewhere(row.id):
            complaints.append(f"{row.id}: no test of the official SDK shows that it still departs")
        missing = [file for file in files if not (ROOT / file).exists() and not any(ROOT.glob(f"tests/*/{file}"))]
        complaints += [f"{row.id}: there is no {file}" for file in missing]
    return complaints


def judge(case: Case, mode: str) -> Verdict:
    """Runs a case against one of the official Python clients."""
    disagreement = None
    try:
        contract_check.check(case, mode, SUBJECT)
    except AssertionError as error:
        disagreement = str(error) or "for a reason that is not told"
    return Verdict(case.id, f"python {mode}", case.departure(mode), disagreement)


def rarely_called(methods: Iterable[tuple[str, str]], calls: Iterable[tuple[str, str]], client: str) -> list[str]:
    """The official methods that too few cases call."""
    times = Counter(calls)
    rare = [(of, method) for of, method in methods if times[of, method] < FEWEST_CASES]
    return [f"{of}.{method} ({client}): is called by {times[of, method]} cases" for of, method in rare]


def python_methods() -> list[tuple[str, str]]:
    """Every method of the official Python classes, and the name of its class in a client."""
    client = descope.DescopeClient("P" * 28, management_key="made-up-key", base_url="http://127.0.0.1:1")
    names = ["outbound_application", "outbound_application_by_token"]
    return [(of, name) for of in names for name in dir(getattr(client.mgmt, of)) if not name.startswith("_")]


def stay_on_this_machine() -> None:
    """Some cases name hosts that ours refuses; nothing leaves this machine all the same."""
    look_up = socket.getaddrinfo

    def look_up_loopback(host: Any, *rest: Any, **more: Any) -> Any:
        if host not in ("127.0.0.1", "localhost", b"127.0.0.1", b"localhost"):
            raise socket.gaierror(f"{host!r} is another machine")
        return look_up(host, *rest, **more)

    socket.getaddrinfo = look_up_loopback


def main() -> int:
    stay_on_this_machine()
    # Every official client reads the roots anew, several times; for all cases that would take minutes.
    ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]
    logging.getLogger("descope").setLevel(logging.CRITICAL)
    # Of all clients at once, some would otherwise read the variables of another's case.
    contract_check.remove_variables()
    cases = contract_table.read()
    with_variables = [case for case in cases if case.client.environment]
    command = ["node", str(ORACLE / "node/oracle.mjs")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as node:
        verdicts = [judge(case, mode) for mode in SUBJECT.clients for case in with_variables]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            others = [case for case in cases if case not in with_variables]
            runs = [pool.submit(judge, case, mode) for mode in SUBJECT.clients for case in others]
            verdicts += [run.result() for run in runs]
        told = node.communicate()[0]
    if node.returncode != 0:
        return 1
    of_node = json.loads(told)
    verdicts += [Verdict(each["id"], "node", each["departure"], each["disagreement"]) for each in of_node["verdicts"]]
    complaints = rarely_called(python_methods(), [(case.call.of, case.call.method) for case in cases], "python")
    complaints += rarely_called(map(tuple, of_node["methods"]), map(tuple, of_node["calls"]), "node")
    return tell(verdicts, complaints)


def tell(verdicts: list[Verdict], complaints: list[str]) -> int:
    """Prints the complaints and the tally, and gives the exit code."""
    rows = read_rows()
    complaints += [
        f"{verdict.case} ({verdict.client}): {complaint}"
        for verdict in verdicts
        if (complaint := verdict.complaint(rows)) is not None
    ]
    shown = {verdict.departure for verdict in verdicts if verdict.departure is not None}
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
    elsewhere = len(set(rows) - shown)
    print(
        f"oracle: {len(rows)} documented departures: {len(rows) - elsewhere} shown by cases, {elsewhere} by other tests"
    )
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
