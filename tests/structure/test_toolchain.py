"""CI builds with the oldest Rust that this repository supports, and no crate has features."""

from __future__ import annotations

import re
from pathlib import Path

from import_circles import files_below

ROOT = Path(__file__).parents[2]


def only_match(pattern: str, name: str) -> str:
    [match] = re.findall(pattern, (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    return str(match)


def test_the_pinned_toolchain_is_the_oldest_supported_rust() -> None:
    oldest = only_match(r'^rust-version = "(.*)"', "Cargo.toml")
    assert only_match(r'^channel = "(.*)"', "rust-toolchain.toml") == f"{oldest}.0"
    assert f"Rust {oldest}" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_no_crate_has_features() -> None:
    manifests = files_below(ROOT, ".", "Cargo.toml")
    assert [str(path) for path in manifests if "[features]" in path.read_text(encoding="utf-8")] == []
