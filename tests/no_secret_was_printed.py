"""Fails if a planted secret stands in anything that the tests printed: no_secret_was_printed.py LOG...

Every secret in the tests is made up and begins in one of these ways, so that whatever prints one is found. One of the
logs is that of the Rust tests, in which the libraries below tell all that they can: if it is silent, nothing is proven.
"""

import re
import sys
from pathlib import Path

PLANTED = re.compile(r"made-up-[\w-]*|emulated-(?:management-key|access|refresh)-[\w-]*")


def main() -> None:
    """Looks through the logs."""
    lines = 0
    told = 0
    found = []
    for path in map(Path, sys.argv[1:]):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            lines += 1
            told += " TRACE " in line
            if PLANTED.search(line):
                found.append(f"{path}:{number}: {line[:300]}")
    print(f"secrets: {lines} printed lines looked through, {told} of them traces, {len(found)} with a planted secret")
    if found or not told:
        sys.exit("\n".join(found) or "no library told anything")


if __name__ == "__main__":
    main()
