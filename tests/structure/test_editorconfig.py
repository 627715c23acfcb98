"""Committed files follow .editorconfig: they end with a newline, and have no trailing space and no stray tab."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: The files that .editorconfig exempts, and those whose format is their tool's.
EXEMPT = ("fuzz/corpus/", "bindings-node/lib/native.")
EXEMPT_SUFFIXES = (".svg", ".lock")


def text_files() -> dict[str, str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    kept = [name for name in names if not name.startswith(EXEMPT) and not name.endswith(EXEMPT_SUFFIXES)]
    return {name: (ROOT / name).read_bytes().decode() for name in kept if (ROOT / name).is_file()}


def test_every_file_ends_with_one_newline() -> None:
    assert [name for name, text in text_files().items() if text and (text[-1] != "\n" or text.endswith("\n\n"))] == []


def test_no_line_ends_with_space_or_a_carriage_return() -> None:
    found = []
    for name, text in text_files().items():
        found += [f"{name}:{number}" for number, line in enumerate(text.split("\n"), 1) if line != line.rstrip()]
    assert found == []


def test_only_a_makefile_is_indented_with_tabs() -> None:
    indented = [name for name, text in text_files().items() if "\n\t" in text]
    assert [name for name in indented if Path(name).name != "Makefile"] == []
