"""The table of unsafe blocks in SECURITY.md names each file with unsafe code and the number of its blocks."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from import_circles import files_below
from rust_imports import tokens_of

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(\S+\.rs)` \| (\d+) \| ", re.MULTILINE)


def blocks_by_file() -> dict[str, int]:
    """The number of blocks in each file that has unsafe code of any kind."""
    found = {}
    for file in files_below(ROOT, ".", ".rs"):
        words = [token.text for token in tokens_of(file.read_text(encoding="utf-8"))]
        followers = [after for word, after in pairwise(words) if word == "unsafe"]
        if followers:
            found[str(file.relative_to(ROOT))] = followers.count("{")
    return found


def test_the_table_names_each_file_with_unsafe_code_and_the_number_of_its_blocks() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert {name: int(blocks) for name, blocks in ROW.findall(text)} == blocks_by_file()
