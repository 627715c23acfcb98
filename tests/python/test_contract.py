"""The contract table (``tests/contract``), run with both clients against a canned server."""

from __future__ import annotations

import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor

import contract_check
import contract_table
import pytest
from contract_table import Case

import descope_outbound
from descope_outbound import DescopeClient, DescopeClientAsync

#: ``CASE`` holds the id or the title of the one case to run.
CASES = contract_table.chosen(contract_table.read(), os.environ.get("CASE"))
PACKAGE = contract_check.PackageUnderTest(descope_outbound, {"sync": DescopeClient, "async": DescopeClientAsync})
CONCURRENT_CASES = 32


@pytest.fixture(scope="module")
def finished() -> dict[tuple[str, str], Future[None]]:
    """Run all cases concurrently, because some wait for seconds, and return when all have finished."""
    with ThreadPoolExecutor(CONCURRENT_CASES) as pool:
        return {
            (case.id, mode): pool.submit(contract_check.check, case, mode, PACKAGE)
            for case in CASES
            for mode in PACKAGE.clients
        }


@pytest.mark.parametrize("mode", PACKAGE.clients)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_client_behaves_as_the_case_says(
    case: Case, mode: str, finished: dict[tuple[str, str], Future[None]]
) -> None:
    finished[case.id, mode].result()


def test_the_number_of_passed_cases_is_printed(
    finished: dict[tuple[str, str], Future[None]], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [""]
    for mode in PACKAGE.clients:
        failures = [finished[case.id, mode].exception() for case in CASES]
        lines.append(f"contract: {len(failures)} cases, {failures.count(None)} passed (python, {mode})")
    with capsys.disabled():
        sys.stdout.write("\n".join([*lines, ""]))
