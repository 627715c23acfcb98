"""Fails if a package could come in another version than the one looked at, or a house rule has lost its guard."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: A name, its version, and for which Pythons.
PINNED = re.compile(r"([\w.-]+)==([\w.]+)(; .+)?(?: \\)?")
#: What a virtual environment begins with, and what is built here.
OWN = {"pip", "setuptools", "descope-outbound"}
#: Where a crate's code begins: there it must forbid what it does not need.
SAFE_CRATES = ["core/src/lib.rs", "emulator/src/lib.rs", "emulator/src/main.rs"]
#: No way around the lints that keep panics out is taken in what is shipped.
_LINTS = "unwrap_used|expect_used|panic|indexing_slicing|string_slice"
EXCUSED = re.compile(rf"(?:expect|allow)\([^)]*\bclippy::(?:{_LINTS})\b")


def committed(pattern: str) -> list[Path]:
    """The files that are in the repository, or about to be."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).exists()]


def normal(name: str) -> str:
    """A Python package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def unpinned_requirements() -> Iterator[str]:
    """Lines that leave a version open."""
    for path in committed("*requirements*.txt"):
        for line in filter(None, (line.split("#")[0].strip() for line in path.read_text().splitlines())):
            if not PINNED.fullmatch(line) and not line.startswith("--hash="):
                yield f"{path.relative_to(ROOT)}: {line} names no single version"


def unlisted_packages() -> Iterator[str]:
    """Packages of this environment that came along without being written down, or in another version."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = {normal(match[1]): match[2] for match in map(PINNED.match, lines) if match}
    for package in distributions():
        name, version = normal(package.metadata["Name"]), package.version
        if name not in OWN and pins.get(name) != version:
            yield f"requirements.txt: {name} {version} is installed, and {pins.get(name, 'nothing')} is written down"


def loose_npm_packages() -> Iterator[str]:
    """What a lock file does not hold to a checksum, and ranges in what we ask for ourselves."""
    for path in committed("*package-lock.json"):
        lock = json.loads(path.read_text())
        for name, package in lock["packages"].items():
            if name and not package.get("link") and "integrity" not in package:
                yield f"{path.relative_to(ROOT)}: {name} has no checksum"
        for kind in ["dependencies", "devDependencies"]:
            for name, version in lock["packages"][""].get(kind, {}).items():
                if not re.fullmatch(r"[\d.]+|file:.*", version):
                    yield f"{path.relative_to(ROOT)}: {name} {version} names no single version"


def lost_guards() -> Iterator[str]:
    """Crates that no longer forbid unsafe code, and excuses for code that may panic."""
    for name in SAFE_CRATES:
        if "#![forbid(unsafe_code)]" not in (ROOT / name).read_text():
            yield f"{name}: does not forbid unsafe code"
    for path in committed("*/src/*.rs"):
        if path.relative_to(ROOT).parts[0] not in {"benches", "tests"} and EXCUSED.search(path.read_text()):
            yield f"{path.relative_to(ROOT)}: excuses code that may panic"


def main() -> None:
    """Tells everything that is wrong."""
    checks = [unpinned_requirements, unlisted_packages, loose_npm_packages, lost_guards]
    problems = [problem for check in checks for problem in check()]
    print(f"supply chain: {len(checks)} checks, {len(problems)} problems")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
