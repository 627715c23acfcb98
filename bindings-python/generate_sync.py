"""Generate the sync operations from the async ones: the same text without ``async`` and ``await``.

``make generate`` runs this. ``make check`` fails if a committed sync file differs from the generated one.
"""

import re
from pathlib import Path

PACKAGE = Path(__file__).parent / "python" / "descope_outbound"
SOURCES = ["outbound_application_async.py", "outbound_application_by_token_async.py"]

#: Regular expressions and their replacements. ``{source}`` is the name of the async file.
REPLACEMENTS = [
    (
        r"(?<=\n\n)``make generate`` creates ``\w+\.py`` from this file: edit this one\.",
        "``make generate`` creates this file from ``{source}``: edit that one.",
    ),
    (r"(?<=\"\"\")([^\n]*?),? for asyncio\.", r"\1."),
    (r"\basync def\b", "def"),
    (r"\bawait ", ""),
    (r"\bcall_async\b", "call"),
    (r"\b(OutboundApplication\w*)Async\b", r"\1"),
]


def main() -> None:
    """Write the sync files."""
    for source in SOURCES:
        text = (PACKAGE / source).read_text(encoding="utf-8")
        for pattern, replacement in REPLACEMENTS:
            text = re.sub(pattern, replacement.replace("{source}", source), text)
        (PACKAGE / source.replace("_async", "")).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
