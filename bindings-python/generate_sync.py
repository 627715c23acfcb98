"""Makes the sync twin of the async operations: the same text without ``async`` and ``await``.

Run as ``make generate``; ``make check`` fails where the committed twin differs.
"""

import re
from pathlib import Path

PACKAGE = Path(__file__).parent / "python" / "descope_outbound"
SOURCE = PACKAGE / "outbound_application_async.py"
TWIN = PACKAGE / "outbound_application.py"

OWN_DOCSTRING = '''"""The outbound-application operations.

Made from ``outbound_application_async.py`` by ``make generate``: write there.
"""
'''

REPLACEMENTS = [
    (r"\A.*?\n(?=\nfrom)", OWN_DOCSTRING),
    (r"\basync def\b", "def"),
    (r"\bawait ", ""),
    (r"\bcall_async\b", "call"),
    (r"\bOutboundApplicationAsync\b", "OutboundApplication"),
]


def main() -> None:
    """Writes the twin."""
    text = SOURCE.read_text(encoding="utf-8")
    for pattern, replacement in REPLACEMENTS:
        text = re.sub(pattern, replacement, text, flags=re.DOTALL)
    TWIN.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
