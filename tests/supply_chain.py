"""Fail if the version of a package is not pinned, or if a rule of this project has lost its check."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: A name, its version, and the Pythons that need it.
PINNED = re.compile(r"([\w.-]+)==([\w.]+)(; .+)?(?: \\)?")
#: The packages of an empty virtual environment, and the package of this repository.
OWN = {"pip", "setuptools", "descope-outbound"}
#: The root files of crates that must forbid unsafe code.
SAFE_CRATES = ["core/src/lib.rs", "bindings-core/src/lib.rs", "emulator/src/lib.rs", "emulator/src/main.rs"]
#: Shipped code may not disable the lints that prevent panics.
_LINTS = "unwrap_used|expect_used|panic|indexing_slicing|string_slice"
EXCUSED = re.compile(rf"(?:expect|allow)\([^)]*\bclippy::(?:{_LINTS})\b")


def committed(pattern: str) -> list[Path]:
    """Return the files in the repository, including new ones."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).exists()]


def normal(name: str) -> str:
    """Return the normalized name of a Python package, as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def unpinned_requirements() -> Iterator[str]:
    """Report requirements without a single version."""
    for path in committed("*requirements*.txt"):
        for line in filter(None, (line.split("#")[0].strip() for line in path.read_text().splitlines())):
            if not PINNED.fullmatch(line) and not line.startswith("--hash="):
                yield f"{path.relative_to(ROOT)}: {line} does not name a single version"


def unlisted_packages() -> Iterator[str]:
    """Report installed packages that are not pinned, or that have another version."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = {normal(match[1]): match[2] for match in map(PINNED.match, lines) if match}
    for package in distributions():
        name, version = normal(package.metadata["Name"]), package.version
        if name not in OWN and pins.get(name) != version:
            yield f"requirements.txt: {name} {version} is installed, but {pins.get(name, 'no version')} is pinned"


def loose_npm_packages() -> Iterator[str]:
    """Report packages without a checksum in a lock file, and direct dependencies with a version range."""
    for path in committed("*package-lock.json"):
        lock = json.loads(path.read_text())
        for name, package in lock["packages"].items():
            if name and not package.get("link") and "integrity" not in package:
                yield f"{path.relative_to(ROOT)}: {name} has no checksum"
        for kind in ["dependencies", "devDependencies"]:
            for name, version in lock["packages"][""].get(kind, {}).items():
                if not re.fullmatch(r"[\d.]+|file:.*", version):
                    yield f"{path.relative_to(ROOT)}: {name} {version} does not name a single version"


def lost_guards() -> Iterator[str]:
    """Report crates that do not forbid unsafe code, and exceptions for code that may panic."""
    for name in SAFE_CRATES:
        if "#![forbid(unsafe_code)]" not in (ROOT / name).read_text():
            yield f"{name}: does not forbid unsafe code"
    for path in committed("*/src/*.rs"):
        if path.relative_to(ROOT).parts[0] not in {"benches", "tests"} and EXCUSED.search(path.read_text()):
            yield f"{path.relative_to(ROOT)}: allows code that may panic"


def main() -> None:
    """Run all checks and report their problems."""
    checks = [unpinned_requirements, unlisted_packages, loose_npm_packages, lost_guards]
    problems = [problem for check in checks for problem in check()]
    print(f"supply chain: {len(checks)} checks, {len(problems)} problems")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
