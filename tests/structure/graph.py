"""Files and the imports between them, and the circles among those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path


@dataclass
class Graph:
    """The imports of a package: from one file to another, with the imported names."""

    #: The folder that the files are relative to.
    root: Path
    names: dict[tuple[Path, Path], set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, importer: Path, imported: Path, name: str) -> None:
        """Add an import. A file may name itself."""
        if importer != imported:
            self.names[importer.relative_to(self.root), imported.relative_to(self.root)].add(name)


def circles(arrows: Iterable[tuple[str, str]]) -> list[list[str]]:
    """One shortest circle in each group of nodes that can all reach each other."""
    targets: dict[str, set[str]] = defaultdict(set)
    for begin, end in arrows:
        targets[begin].add(end)
    found: list[list[str]] = []
    in_a_circle: set[str] = set()
    for node in sorted(targets):
        if node in in_a_circle:
            continue
        path = shortest_path(targets, node)
        if path:
            found.append(path)
            in_a_circle |= {other for other in reachable(targets, node) if node in reachable(targets, other)}
    return found


def reachable(targets: Mapping[str, set[str]], node: str) -> set[str]:
    """Every node that arrows lead to from this one."""
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        for target in targets.get(waiting.pop(), set()) - seen:
            seen.add(target)
            waiting.append(target)
    return seen


def shortest_path(targets: Mapping[str, set[str]], node: str) -> list[str]:
    """A shortest way from a node back to itself, or an empty list."""
    before: dict[str, str] = {}
    waiting = [node]
    while waiting:
        here = waiting.pop(0)
        for target in sorted(targets.get(here, ())):
            if target == node:
                path = [node]
                while here != node:
                    path.insert(1, here)
                    here = before[here]
                return [*path, node]
            if target not in before:
                before[target] = here
                waiting.append(target)
    return []


def describe(graph: Graph, circle: list[str], node_of: Callable[[Path], str]) -> list[str]:
    """The circle, one import a line, with the imported names."""
    lines = []
    for begin, end in pairwise(circle):
        for (importer, imported), names in sorted(graph.names.items()):
            if (node_of(importer), node_of(imported)) == (begin, end):
                lines.append(f"  {importer} imports {', '.join(sorted(names))} from {imported}")
    return lines


def file_circles(graph: Graph) -> list[str]:
    """A complaint for each circle of files."""
    complaints = []
    for circle in circles((str(begin), str(end)) for begin, end in graph.names):
        complaints += [f"{graph.root}: a circle of files: {' -> '.join(circle)}", *describe(graph, circle, str)]
    return complaints


def room_of(file: Path, rooms: set[str]) -> str:
    """The first folder of a path; a file beside a folder of the same name belongs to that folder."""
    first = file.parts[0]
    return Path(first).stem if Path(first).stem in rooms else first


def rooms_of(graph: Graph) -> set[str]:
    """The first folders of a package."""
    return {file.parts[0] for arrow in graph.names for file in arrow if len(file.parts) > 1}


def folder_circles(graph: Graph) -> list[str]:
    """A complaint for each circle of folders; a file outside every folder counts as one."""
    rooms = rooms_of(graph)
    arrows = set()
    for importer, imported in graph.names:
        arrow = room_of(importer, rooms), room_of(imported, rooms)
        if arrow[0] != arrow[1]:
            arrows.add(arrow)
    complaints = []
    for circle in circles(arrows):
        if rooms & set(circle):
            complaints += [f"{graph.root}: a circle of folders: {' -> '.join(circle)}"]
            complaints += describe(graph, circle, lambda file: room_of(file, rooms))
    return complaints


def floor_violations(graph: Graph, floors: list[str]) -> list[str]:
    """A complaint for each import that does not go down, from an earlier floor to a later one; roots may import all."""
    rooms = rooms_of(graph)
    complaints = []
    for (importer, imported), names in sorted(graph.names.items()):
        upper, lower = room_of(importer, rooms), room_of(imported, rooms)
        if upper == lower or upper in ("lib.rs", "main.rs"):
            continue
        upper, lower = (Path(room).stem for room in (upper, lower))
        for room in {upper, lower} - set(floors):
            complaints.append(f"{graph.root}: {room} has no floor: add it to the floors in import_circles.py")
        if {upper, lower} <= set(floors) and floors.index(upper) > floors.index(lower):
            complaints.append(
                f"{graph.root}: an import goes up: {importer} ({upper}) imports {', '.join(sorted(names))} "
                f"from {imported} ({lower})"
            )
    return sorted(set(complaints))
