"""The imports between the files of a folder of JavaScript: `require`, `import` and `export … from` of a path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from graph import Graph

_COMMENT_OR_TEXT = re.compile(
    r"""//[^\n]*|/\*.*?\*/|(?P<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)""", re.DOTALL
)
_IMPORT = re.compile(
    r"""(?:(?:const|let|var)\s+(?P<names>[\w$]+|\{[^}]*\})\s*=\s*)?\b(?:require|import)\s*\(\s*['"](?P<called>\.[^'"]+)['"]"""
    r"""|\b(?:import|export)\s+(?P<bound>[\w$*{}\s,]+?)\s+from\s+['"](?P<bound_path>\.[^'"]+)['"]"""
    r"""|\bimport\s+['"](?P<bare>\.[^'"]+)['"]"""
)


def read(root: Path, files: list[Path]) -> Graph:
    """The imports between these files."""
    graph = Graph(root)
    for file in files:
        source = file.read_text(encoding="utf-8")
        for path, name in imports_of(without_comments(source)):
            imported = file_at(file.parent / path)
            if imported in files:
                graph.add(file, imported, name)
    return graph


def without_comments(source: str) -> str:
    """The source with a space in place of each comment."""
    return _COMMENT_OR_TEXT.sub(lambda match: match["text"] or " ", source)


def imports_of(source: str) -> Iterator[tuple[str, str]]:
    """The relative path of each import, and the names that it brings."""
    for match in _IMPORT.finditer(source):
        path = match["called"] or match["bound_path"] or match["bare"]
        names = match["names"] or match["bound"] or path
        yield path, " ".join(names.strip("{} \n").rstrip(",").split())


def file_at(path: Path) -> Path:
    """The file that Node would load for this path."""
    path = Path(*_normal(path.parts))
    for suffix in ("", ".js", ".cjs", ".mjs"):
        found = path.with_name(path.name + suffix)
        if found.is_file():
            return found
    return path / "index.js"


def _normal(parts: tuple[str, ...]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part == "..":
            kept.pop()
        elif part != ".":
            kept.append(part)
    return kept
