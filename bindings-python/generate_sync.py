"""Makes the sync twins of the async operations: the same text without ``async`` and ``await``.

Run as ``make generate``; ``make check`` fails where a committed twin differs.
"""

import re
from pathlib import Path

PACKAGE = Path(__file__).parent / "python" / "descope_outbound"
SOURCES = ["outbound_application_async.py", "outbound_application_by_token_async.py"]

MADE_FROM = "Made from ``{source}`` by ``make generate``: write there."

REPLACEMENTS = [
    (
        r"(?<=\n\n)``\w+`` is made from this file by ``make generate``: write here\.",
        "Made from ``{source}`` by ``make generate``: write there.",
    ),
    (r"(?<=\"\"\")([^\n]*?),? for asyncio\.", r"\1."),
    (r"\basync def\b", "def"),
    (r"\bawait ", ""),
    (r"\bcall_async\b", "call"),
    (r"\b(OutboundApplication\w*)Async\b", r"\1"),
]


def main() -> None:
    """Writes the twins."""
    for source in SOURCES:
        text = (PACKAGE / source).read_text(encoding="utf-8")
        for pattern, replacement in REPLACEMENTS:
            text = re.sub(pattern, replacement.replace("{source}", source), text)
        (PACKAGE / source.replace("_async", "")).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
