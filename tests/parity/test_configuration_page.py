"""`docs/configuration.md` names every option and environment variable of each language, and no other."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from descope_outbound import CacheOptions, DescopeClient, DescopeClientAsync
from descope_outbound.outbound_application import OutboundApplication

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "configuration.md"
NODE_TYPES = ROOT / "bindings-node" / "lib"
CORE = ROOT / "core" / "src"

PRINT_OPTIONS = """
const { DescopeClient } = require('descope-outbound');
const settings = { projectId: 'P2aaa', managementKey: 'unused' };
try {
  DescopeClient({ ...settings, unknownOption: 1 });
} catch (error) {
  console.log(JSON.stringify(error.message));
}
"""


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading. A name is without its backticks, and a dash is empty."""
    section = re.split(rf"^##+ {heading}$", PAGE.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)[1]
    table = re.split(r"^##", section, maxsplit=1, flags=re.MULTILINE)[0]
    lines: list[str] = re.findall(r"^\| (.*) \|$", table, flags=re.MULTILINE)
    return [[cell.strip("` \N{EN DASH}") for cell in line.split(" | ")] for line in lines[1:]]


def column(headings: list[str], number: int) -> list[str]:
    """Return the names in a column of one or several tables."""
    cells = [row[number] if number < len(row) else "" for heading in headings for row in rows(heading)]
    return [cell for cell in cells if cell]


def assert_same(on_page: list[str], in_code: set[str]) -> None:
    """Check that the page names everything once, and nothing else."""
    assert sorted(on_page) == sorted(in_code)


def members(file: str, interface: str) -> set[str]:
    """Return the members of an interface in Node's types."""
    declared = (NODE_TYPES / file).read_text(encoding="utf-8")
    body = re.split(rf"^export interface {interface}\b.*{{$", declared, maxsplit=1, flags=re.MULTILINE)[1]
    return set(re.findall(r"^  (\w+)\??:", body.split("\n}", 1)[0], flags=re.MULTILINE))


def rust_sources() -> Iterator[str]:
    """Yield the text of each file of the core."""
    for file in CORE.rglob("*.rs"):
        yield file.read_text(encoding="utf-8")


def setters(struct: str) -> set[str]:
    """Return the public methods that change and return a Rust struct."""
    blocks = [
        block
        for source in rust_sources()
        for block in re.findall(
            rf"^impl(?:<[^>]*>)? {struct}(?:<[^>]*>)? {{\n(.*?)^}}", source, re.MULTILINE | re.DOTALL
        )
    ]
    found = {name for block in blocks for name in re.findall(r"pub fn (\w+)\(\s*(?:mut )?self\b[^{]*?-> Self", block)}
    assert found, f"the core has no setters of {struct}"
    return found


@pytest.mark.parametrize("client", [DescopeClient, DescopeClientAsync])
def test_the_page_names_every_argument_of_the_python_clients(client: type) -> None:
    in_code = set(inspect.signature(client).parameters)
    assert_same(column(["Client", "Accepted without effect"], 0), in_code)


def test_the_page_names_every_member_of_nodes_configuration() -> None:
    assert_same(
        column(["Client"], 1) + column(["Accepted without effect"], 1), members("client.d.cts", "DescopeClientConfig")
    )


def test_the_page_names_every_option_that_node_accepts() -> None:
    command = ["node", "-e", PRINT_OPTIONS]
    printed = subprocess.run(command, cwd=ROOT, check=True, timeout=60, stdout=subprocess.PIPE, text=True).stdout
    accepted = json.loads(printed).split("the options are ")[1].split(", ")
    assert_same(column(["Client"], 1), set(accepted))


def test_the_page_names_every_method_of_rusts_builder() -> None:
    assert_same(column(["Client"], 2), setters("ClientBuilder"))


def test_the_page_names_every_option_of_the_cache() -> None:
    assert_same(column(["Cache"], 0), set(CacheOptions._fields))
    assert_same(column(["Cache"], 1), members("cache.d.cts", "CacheOptions"))
    assert_same(column(["Cache"], 2), setters("CacheOptions"))


def test_the_page_names_every_option_of_a_call() -> None:
    python = set(inspect.signature(OutboundApplication.fetch_token).parameters)
    assert set(column(["Call"], 0)) <= python
    node = ["CallOptions", "FetchCallOptions", "CachedFetchCallOptions"]
    assert_same(column(["Call"], 1), {name for each in node for name in members("operations.d.cts", each)})
    rust = set(column(["Call"], 2))
    assert setters("CallOptions") <= rust <= setters("FetchToken")


def test_the_page_names_every_environment_variable_that_a_client_reads() -> None:
    lists = [
        found[1]
        for source in rust_sources()
        for found in re.finditer(r"NAMES: \[&str; \d+\] = \[(.*?)\];", source, re.DOTALL)
    ]
    assert len(lists) == 1
    in_code = set(re.findall(r'"(\w+)"', lists[0]))
    for file in NODE_TYPES.glob("*.cjs"):
        in_code |= set(re.findall(r"process\.env\.(\w+)", file.read_text(encoding="utf-8")))
    for file in (ROOT / "bindings-python" / "python").rglob("*.py"):
        in_code |= set(re.findall(r"environ(?:\.get\(|\[)\"(\w+)", file.read_text(encoding="utf-8")))
    assert_same(column(["Environment variables"], 0), in_code)


def test_the_page_names_only_variables_of_tests_that_exist() -> None:
    on_page = column(["Tests and benchmarks"], 0)
    assert len(on_page) == len(set(on_page))
    files = [ROOT / "Makefile", *(ROOT / "core" / "tests").rglob("*.rs")]
    files += [
        file
        for folder in ("tests", "benches")
        for kind in ("py", "mjs", "sh")
        for file in (ROOT / folder).rglob(f"*.{kind}")
    ]
    texts = {
        file: file.read_text(encoding="utf-8")
        for file in files
        if file != Path(__file__) and not {"node_modules", ".venv", "target"} & set(file.parts)
    }
    for name in on_page:
        assert any(re.search(rf"\b{name}\b", text) for text in texts.values()), name
    with_default = {name for text in texts.values() for name in re.findall(r'os\.environ\.get\("(\w+)"', text)}
    assert with_default <= set(on_page)
