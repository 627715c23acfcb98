"""Fail if a package has a circle of imports, between files or between folders: import_circles.py

``make check`` runs this. It also holds the floors of ``core/src``: an import goes down.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import javascript_imports
import python_imports
import rust_imports
from graph import Graph, file_circles, floor_violations, folder_circles

#: The rooms of the core, from top to bottom. A room may import from every room below it.
CORE_FLOORS = [
    "bindings",
    "client",
    "cache",
    "http",
    "request",
    "config",
    "model",
    "response",
    "error",
    "secret",
]
PYTHON = ["bindings-python/python", "benches", "tests/python", "tests/faults", "tests/oracle", "tests/processes"]
PYTHON += ["tests/structure"]
JAVASCRIPT = ["bindings-node/lib", "benches/node", "tests/node"]
_TARGET = re.compile(r'^path = "(src/[^"]+\.rs)"$', re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """Files that may import each other, and the order of their folders, if it has one."""

    graph: Graph
    floors: list[str] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """Every circle, and every import that goes up."""
        found = file_circles(self.graph) + folder_circles(self.graph)
        return found + (floor_violations(self.graph, self.floors) if self.floors else [])


def files_below(root: Path, folder: str, *suffixes: str) -> list[Path]:
    """The files of a folder that are in the repository, or about to be."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", folder]
    names = subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    return [root / name for name in names if name.endswith(suffixes) and (root / name).exists()]


def crates(root: Path) -> Iterator[Path]:
    """The file that each crate begins with."""
    for manifest in files_below(root, ".", "Cargo.toml"):
        source = manifest.parent / "src"
        named = _TARGET.findall(manifest.read_text(encoding="utf-8"))
        begins = [manifest.parent / name for name in named] + [source / "lib.rs", source / "main.rs"]
        yield from (begin for begin in dict.fromkeys(begins) if begin.exists())


def packages(root: Path) -> Iterator[Package]:
    """Every package of the repository."""
    for begin in crates(root):
        graph = rust_imports.read(begin.parent, begin)
        is_core = begin == root / "core" / "src" / "lib.rs"
        yield Package(graph, CORE_FLOORS if is_core else [])
    for folder in PYTHON:
        yield Package(python_imports.read(root / folder, files_below(root, folder, ".py")))
    for folder in JAVASCRIPT:
        yield Package(javascript_imports.read(root / folder, files_below(root, folder, ".cjs", ".mjs", ".js")))


def main() -> int:
    """Print every complaint, and return the exit code."""
    root = Path(sys.argv[1]).resolve() if sys.argv[1:] else Path(__file__).resolve().parents[2]
    read = list(packages(root))
    complaints = [line for package in read for line in package.complaints()]
    for line in complaints:
        print(line.replace(f"{root}/", ""))
    imports = sum(len(package.graph.names) for package in read)
    print(f"import circles: {len(read)} packages, {imports} imports between files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
