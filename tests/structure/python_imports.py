"""The imports between the files of a folder of Python.

Imports in functions count too. Imports below `if TYPE_CHECKING:` do not: they exist for the type checker only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from graph import Graph


def read(root: Path, files: list[Path]) -> Graph:
    """The imports between these files."""
    graph = Graph(root)
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in imports_of(tree):
            for imported, name in targets_of(node, file, root):
                if imported in files:
                    graph.add(file, imported, name)
    return graph


def imports_of(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Every import below a node, without those for the type checker."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield from imports_of(other)
        else:
            yield from imports_of(child)


def targets_of(node: ast.Import | ast.ImportFrom, file: Path, root: Path) -> Iterator[tuple[Path, str]]:
    """The files that an import may mean, each with the imported name."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from ((found, alias.name) for found in modules_named(alias.name.split("."), bases_of(file, root)))
        return
    bases = bases_of(file, root) if node.level == 0 else [file.parents[node.level - 1]]
    module = node.module.split(".") if node.module else []
    for alias in node.names:
        inner = list(modules_named([*module, alias.name], bases))
        if not inner and module:
            inner = list(modules_named(module, bases))
        elif not inner:
            inner = [bases[0] / "__init__.py"]
        yield from ((found, alias.name) for found in inner)


def bases_of(file: Path, root: Path) -> list[Path]:
    """The folders that an absolute import starts from: above the file's package, and the root."""
    base = file.parent
    while (base / "__init__.py").exists():
        base = base.parent
    return [base, root]


def modules_named(parts: list[str], bases: list[Path]) -> Iterator[Path]:
    """The file of a module, in the first folder that has it."""
    for base in bases:
        for found in (base.joinpath(*parts).with_suffix(".py"), base.joinpath(*parts, "__init__.py")):
            if found.exists():
                yield found
                return
