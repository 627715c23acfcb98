"""The results of a benchmark run, read from its file. A list of figures has one figure per round."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any


class Measured:
    """The results, by section."""

    def __init__(self, file: Path) -> None:
        self.sections: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))

    def row(self, section: str, **wanted: object) -> dict[str, Any]:
        """Return the first matching row of a section, or an empty row."""
        rows = self.sections.get(section, [])
        return next((row for row in rows if wanted.items() <= row.items()), {})

    def call(self, client: str, transport: str, concurrency: int, figure: str = "cpu_us") -> list[float]:
        """Return a figure of a client's calls."""
        found: list[float] = self.row("throughput", client=client, transport=transport, concurrency=concurrency).get(
            figure, []
        )
        return found

    def ratio(self, over: str, under: str, transport: str, concurrency: int, figure: str = "cpu_us") -> list[float]:
        """Return the ratio of two clients' figures in each round."""
        pair = (self.call(over, transport, concurrency, figure), self.call(under, transport, concurrency, figure))
        return [above / below for above, below in zip(*pair, strict=False)]


def rounded(figure: float) -> str:
    """Round to three significant digits."""
    for bound, digits in ((10, 2), (100, 1)):
        if abs(figure) < bound:
            return f"{figure:.{digits}f}"
    return f"{figure:,.0f}"


def with_range(figures: list[float]) -> str:
    """Return the median and the range."""
    if not figures:
        return "-"
    middle = rounded(statistics.median(figures))
    return middle if len(figures) == 1 else f"{middle} ({rounded(min(figures))} to {rounded(max(figures))})"
