"""Charts as SVG, for light and dark backgrounds."""

from __future__ import annotations

import math
from html import escape
from statistics import median

_STYLE = """\
  svg { font: 12px system-ui, "DejaVu Sans", sans-serif }
  .ground { fill: #ffffff } text { fill: #1f2328 } .quiet { fill: #59636e } .grid { stroke: #d1d9e0 }
  .ours { fill: #0969da; stroke: #0969da } .official { fill: #bc4c00; stroke: #bc4c00 }
  .peer { fill: #59636e; stroke: #59636e } .limit { fill: #1a7f37; stroke: #1a7f37 }
  text.ours, text.official, text.peer, text.limit { stroke: none } text.peer { fill: #1f2328 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text, text.peer { fill: #f0f6fc } .quiet { fill: #9198a1 } .grid { stroke: #3d444d }
    .ours { fill: #4493f8; stroke: #4493f8 } .official { fill: #f0883e; stroke: #f0883e }
    .peer { fill: #9198a1; stroke: #9198a1 } .limit { fill: #3fb950; stroke: #3fb950 }
  }
"""

_ROW = 22
_TOP = 62
_NAMES = 250
_PANEL = 200
_GAP = 16

#: The title and the kind of a client, and its figures for each panel, one per round.
Row = tuple[str, str, list[list[float]]]


def dot_plot(title: str, panels: list[str], rows: list[Row]) -> str:
    """Draw a row for each client and a panel for each concurrency: a dot at the median, a line over the range.

    The scale is logarithmic and the same in all panels.
    """
    figures = [figure for _, _, cells in rows for cell in cells for figure in cell] or [1.0]
    low, high = math.floor(math.log10(min(figures))), math.ceil(math.log10(max(figures)) + 0.01)
    width = _NAMES + len(panels) * (_PANEL + _GAP)
    height = _TOP + _ROW * len(rows) + 30

    def across(panel: int, figure: float) -> float:
        # The margin on the right is for the last number.
        share = (math.log10(figure) - low) / (high - low)
        return _NAMES + panel * (_PANEL + _GAP) + share * (_PANEL - 30)

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}">',
        f"<style>\n{_STYLE}</style>",
        f'<rect class="ground" width="{width}" height="{height}" rx="8"/>',
        f'<text x="16" y="24" font-size="14" font-weight="600">{escape(title)}</text>',
    ]
    for panel, name in enumerate(panels):
        drawn.append(f'<text class="quiet" x="{across(panel, 10**low):.0f}" y="48">{escape(name)}</text>')
        for power in range(low, high + 1):
            x = across(panel, 10**power)
            drawn.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" y2="{height - 28}"/>')
            drawn.append(
                f'<text class="quiet" x="{x:.1f}" y="{height - 12}" font-size="11" text-anchor="middle">'
                f"{_short(10**power)}</text>"
            )
    for number, (name, kind, cells) in enumerate(rows):
        y = _TOP + _ROW * number + 8
        drawn.append(f'<text class="{kind}" x="16" y="{y + 4}">{escape(name)}</text>')
        for panel, cell in enumerate(cells):
            drawn += _dot(kind, y, [across(panel, figure) for figure in cell], cell)
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _short(figure: float) -> str:
    return f"{figure / 1000:g}k" if figure >= 1000 else f"{figure:g}"


def _dot(kind: str, y: int, places: list[float], cell: list[float]) -> list[str]:
    if not cell:
        return []
    middle = median(cell)
    shown = f"{middle:.1f}" if middle < 100 else f"{middle:,.0f}"
    return [
        f'<line class="{kind}" stroke-width="2" x1="{min(places):.1f}" x2="{max(places):.1f}" y1="{y}" y2="{y}"/>',
        f'<circle class="{kind}" cx="{median(places):.1f}" cy="{y}" r="4"/>',
        f'<text x="{max(places) + 8:.1f}" y="{y + 4}" font-size="11">{shown}</text>',
    ]
