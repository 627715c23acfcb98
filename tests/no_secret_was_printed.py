"""Fails if a planted secret stands in anything that the tests printed: no_secret_was_printed.py LOG...

Every secret in the tests is made up and begins in one of these ways, so that whatever prints one is found.
"""

import re
import sys
from pathlib import Path

PLANTED = re.compile(r"made-up-[\w-]*|emulated-(?:management-key|access|refresh)-[\w-]*")


def main() -> None:
    """Looks through the logs."""
    lines = 0
    found = []
    for path in map(Path, sys.argv[1:]):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            lines += 1
            if PLANTED.search(line):
                found.append(f"{path}:{number}: {line[:300]}")
    print(f"secrets: {lines} printed lines looked through, {len(found)} with a planted secret")
    if found or not lines:
        sys.exit("\n".join(found) or "nothing was printed")


if __name__ == "__main__":
    main()
