"""Draw docs/cache.svg: the states over the life of three tokens, of an hour, ten minutes and two minutes."""

from pathlib import Path

WIDTH, LEFT, BAR = 760, 110, 34
COLOURS = {"fresh": "#2f7d4f", "refresh ahead": "#b7791f", "stale": "#c2571a", "expired": "#8b8f98"}

# The minutes after the token's arrival at which each state begins, and the minute at which the picture ends.
ROWS = {
    "an hour": ([("fresh", 0.0), ("refresh ahead", 5.0), ("expired", 15.0)], 16.0),
    "ten minutes": ([("fresh", 0.0), ("refresh ahead", 5.0), ("stale", 9.0), ("expired", 9.5)], 16.0),
    "two minutes": ([("fresh", 0.0), ("refresh ahead", 7 / 6), ("stale", 4 / 3), ("expired", 1.5)], 16.0),
}


def row(top: int, life: str, states: list[tuple[str, float]], end: float) -> list[str]:
    """Return one bar, with a piece for each state."""
    scale = (WIDTH - LEFT - 20) / end
    lines = [f'<text x="10" y="{top + 21}">{life}</text>']
    ends = [*(begin for _, begin in states[1:]), end]
    for (state, begin), finish in zip(states, ends, strict=True):
        x, width = LEFT + begin * scale, (finish - begin) * scale
        lines.append(f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[state]}"/>')
    return lines


def picture() -> str:
    """Return the whole picture."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 220" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="220" fill="#ffffff"/>',
    ]
    for number, (life, (states, end)) in enumerate(ROWS.items()):
        lines += row(36 + number * 46, life, states, end)
    scale = (WIDTH - LEFT - 20) / 16.0
    lines += [
        f'<text x="{LEFT + minute * scale:.1f}" y="190" text-anchor="middle">{minute} min</text>'
        for minute in (0, 5, 10, 15)
    ]
    for number, (state, colour) in enumerate(COLOURS.items()):
        x = LEFT + number * 150
        lines.append(f'<rect x="{x}" y="10" width="12" height="12" fill="{colour}"/>')
        lines.append(f'<text x="{x + 18}" y="21">{state}</text>')
    lines.append('<text x="10" y="210" fill="#555">lifetime of the token, and time since it was fetched</text></svg>')
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "cache.svg").write_text(picture(), encoding="utf-8")
