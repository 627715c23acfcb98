"""Run most tests in one Python and one Node, without the soak, and say at the end which parts failed.

``make test-quick`` runs this after ``make dev``. Every part runs, even if an earlier one fails.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from run_quietly import run

ROOT = Path(__file__).parents[1]
LOGS = Path("target", "test-logs")
PYTEST = [sys.executable, "-m", "pytest", "--capture=no", "--log-cli-level=DEBUG"]
#: The test of the soak. It finds little in a few seconds, so a quick run skips it.
SOAK = "every_served_token_is_valid_or_was_revoked_within_the_bound"


@dataclass(frozen=True)
class Part:
    """A command that runs tests, and the name of its log."""

    name: str
    command: list[str]
    variables: dict[str, str] = field(default_factory=dict)


#: This file makes a hundred thousand calls. In a debug build they take minutes.
LONG_NODE_TESTS = {"memory.test.mjs"}
NODE_TESTS = [
    str(path.relative_to(ROOT))
    for path in sorted(ROOT.glob("tests/node/*.test.mjs"))
    if path.name not in LONG_NODE_TESTS
]
PARTS = [
    Part("rust", ["cargo", "test", "--locked", "--no-fail-fast", "--", "--nocapture", "--skip", SOAK]),
    Part("python", [*PYTEST, "tests/python", "tests/parity", "tests/structure"]),
    Part("doctests", [*PYTEST, "--doctest-modules", "--pyargs", "descope_outbound"]),
    Part("node", ["node", "--test", "--test-timeout=120000", *NODE_TESTS], {"BUILD": "debug"}),
]


def main() -> int:
    """Run every part and the scan for secrets, and return the exit code."""
    os.chdir(ROOT)
    begin = time.monotonic()
    failed = []
    for part in PARTS:
        if run(LOGS / f"{part.name}.log", part.command, part.variables) != 0:
            failed.append(part.name)
    logs = [str(LOGS / f"{part.name}.log") for part in PARTS]
    if run(LOGS / "secrets.txt", [sys.executable, "tests/no_secret_was_printed.py", *logs]) != 0:
        failed.append("secrets")
    print(f"test-quick: {len(PARTS) + 1 - len(failed)} parts passed in {time.monotonic() - begin:.0f} s")
    if failed:
        print(f"test-quick: FAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
