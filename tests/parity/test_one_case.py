"""``CASE`` runs one case of the contract table in each of the four runners."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TITLE = "Null arguments count as absent"
RUNNERS = {
    "rust": ["cargo", "test", "--quiet", "--locked", "--test", "contract"],
    "python": [sys.executable, "-m", "pytest", "tests/python/test_contract.py"],
    "node": ["node", "--test", "tests/node/contract.test.mjs"],
    "oracle": ["tests/oracle/run.sh"],
}


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    is_installed = (ROOT / "tests/oracle/.venv").exists() and (ROOT / "tests/oracle/node/node_modules").exists()
    if name == "oracle" and os.environ.get("OFFICIAL_SDKS") != "installed" and not is_installed:
        pytest.skip("tests/oracle/install.sh has not been run")
    return name


def run(runner: str, case: str) -> tuple[int, str]:
    """The exit code of a runner, and its output."""
    environment = {**os.environ, "CASE": case}
    # Node's runner of tests behaves differently below another one.
    environment.pop("NODE_TEST_CONTEXT", None)
    ended = subprocess.run(RUNNERS[runner], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("case", ["C02", TITLE])
def test_a_runner_runs_the_case_with_this_id_or_title_alone(runner: str, case: str) -> None:
    code, output = run(runner, case)
    assert code == 0, output
    assert set(re.findall(r"(?:contract|oracle): (\d+) cases", output)) == {"1"}, output


def test_a_name_that_matches_no_case_fails_the_runner(runner: str) -> None:
    code, output = run(runner, "no such case")
    assert code != 0, output
    assert "CASE=no such case: no case for " in output
