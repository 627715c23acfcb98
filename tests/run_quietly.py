"""Run tests quietly: run_quietly.py LOG COMMAND...

Every line goes to the log, with every log level on, because `no_secret_was_printed.py` reads it. The terminal gets the
closing lines of the runners. If the command fails, the terminal also gets the failed tests and the end of the log.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

#: The lines that say how many tests ran, by cargo, Node, pytest and the runners of this repository.
CLOSING = re.compile(
    r"test result: "
    r"|[#\u2139] (?:tests|pass|fail|cancelled|skipped|todo) \d+$"
    r"|=* ?(?:\d+ \w+, )*\d+ (?:passed|failed|skipped|errors?)\b.* in [\d.]+s"
    r"|=* ?no tests ran in "
    r"|(?:contract|cache table|oracle|faults|soak|secrets): "
    r"|(?:Node v|CPython )\d"
)

#: The lines that name a failed test, and how many lines after each explain it.
FAILED = [
    (re.compile(r"test .* \.\.\. FAILED$"), 0),
    (re.compile(r"thread '.*' .*panicked at "), 6),
    (re.compile(r"error(?:\[E\d+\])?: "), 12),
    (re.compile(r"(?:FAILED|ERROR) \S+::|ERROR (?:collecting )?\S+\.py"), 0),
    (re.compile(r"E  +\S"), 0),
    (re.compile(r" *not ok \d+ "), 16),
]
LONGEST_LINE = 300
MOST_FAILED_LINES = 120
LAST_LINES = 30


def run(log: Path, command: list[str], variables: Mapping[str, str] | None = None) -> int:
    """Run the command, print what the reader of a terminal needs, and return the exit code."""
    log.parent.mkdir(parents=True, exist_ok=True)
    print(f"{log.stem}: the full log is {log}", flush=True)
    begin = time.monotonic()
    environment = {**os.environ, "RUST_LOG": "trace", **(variables or {})}
    with (
        log.open("wb") as written,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as running,
    ):
        assert running.stdout is not None
        for line in running.stdout:
            written.write(line)
            text = line.decode(errors="replace").rstrip()
            if CLOSING.match(text):
                print(text[:LONGEST_LINE], flush=True)
    if running.returncode != 0:
        print(*failure(log), sep="\n", flush=True)
        print(f"{log.stem}: FAILED with exit code {running.returncode}; the full log is {log}", flush=True)
    else:
        print(f"{log.stem}: passed in {time.monotonic() - begin:.0f} s", flush=True)
    return running.returncode


def failure(log: Path) -> Iterator[str]:
    """The lines of a log that say what failed, and its last ones."""
    shown = 0
    following = 0
    last: deque[str] = deque(maxlen=LAST_LINES)
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            text = line.rstrip()[:LONGEST_LINE]
            last.append(text)
            after = next((after for pattern, after in FAILED if pattern.match(text)), None)
            following = following - 1 if after is None else after + 1
            if following > 0 and shown < MOST_FAILED_LINES:
                shown += 1
                yield text
    yield f"--- the last lines of {log} ---"
    yield from last


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), sys.argv[2:]))
