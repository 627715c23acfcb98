"""Fail if a log of the tests contains a planted secret: no_secret_was_printed.py LOG...

Every secret in the tests is made up and begins with a prefix in ``PLANTED``, so the scan finds each one that a program
prints. The Rust tests log all traces of the libraries. Logs without a trace prove nothing, so the scan rejects them.
"""

import re
import sys
from pathlib import Path

PLANTED = re.compile(r"made-up-[\w-]*|emulated-(?:management-key|access|refresh)-[\w-]*")


def main() -> None:
    """Scan the logs."""
    lines = 0
    traces = 0
    found = []
    for path in map(Path, sys.argv[1:]):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            lines += 1
            traces += " TRACE " in line
            if PLANTED.search(line):
                found.append(f"{path}:{number}: {line[:300]}")
    print(f"secrets: {lines} printed lines scanned, {traces} of them traces, {len(found)} with a planted secret")
    if found or not traces:
        sys.exit("\n".join(found) or "the logs contain no trace; run the Rust tests with all logs on")


if __name__ == "__main__":
    main()
