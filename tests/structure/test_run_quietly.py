"""Tests print their closing lines and their failures to the terminal, and everything to the log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(log: Path, program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tests/run_quietly.py", str(log), sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "closing",
    [
        "1258 passed in 45.31s",
        "====== 1 failed, 1296 passed in 297.24s (0:04:57) ======",
        "2 failed, 1256 passed, 1 skipped in 101.02s (0:01:41)",
        "test result: ok. 13 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.12s",
        "# pass 210",
        "# fail 0",
        "contract: 411 cases, 411 passed (rust)",
        "secrets: 7 printed lines, 3 of them traces, 0 with a planted secret",
    ],
)
def test_a_closing_line_reaches_the_terminal_and_another_line_only_the_log(tmp_path: Path, closing: str) -> None:
    log = tmp_path / "one.log"
    ended = run(log, f"print('a line of noise'); print({closing!r})")
    assert ended.returncode == 0
    assert closing in ended.stdout.splitlines()
    assert "noise" not in ended.stdout
    assert log.read_text(encoding="utf-8").splitlines() == ["a line of noise", closing]


@pytest.mark.parametrize(
    "lines",
    [
        ["test a::b ... FAILED"],
        ["thread 'a::b' (7) panicked at core/tests/suite/a.rs:7:5:", "assertion `left == right` failed"],
        ["FAILED tests/python/test_a.py::test_b - AssertionError"],
        ["    not ok 3 - a test", "      ---", "      error: 'not equal'"],
        ["error[E0425]: cannot find value `a`", " --> core/src/lib.rs:1:1"],
    ],
)
def test_a_failed_command_prints_the_failed_tests_and_its_exit_code(tmp_path: Path, lines: list[str]) -> None:
    noise = "for _ in range(1000): print('noise')"
    ended = run(tmp_path / "one.log", f"print(*{lines!r}, sep='\\n')\n{noise}\nraise SystemExit(3)")
    assert ended.returncode == 3
    printed = ended.stdout.splitlines()
    first = printed.index(lines[0])
    assert printed[first : first + len(lines)] == lines
    assert len(printed) < 100
    assert "FAILED with exit code 3" in printed[-1]


def test_a_command_runs_with_every_log_level_on(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    run(log, "import os; print(os.environ['RUST_LOG'])")
    assert log.read_text(encoding="utf-8") == "trace\n"
