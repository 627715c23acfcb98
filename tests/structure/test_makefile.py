"""Every command of the Makefile is in ``make help``."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_make_help_lists_every_command() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = {name for names in re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE) for name in names.split()}
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    descriptions = dict(line.split(maxsplit=1) for line in listed.splitlines() if not line.startswith("make"))
    assert commands == set(descriptions)
