"""Operations and cache are the same in the core, both Python clients, Node, and on the reference page."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from descope_outbound import Cache, CacheOptions, DescopeClient, DescopeClientAsync, _native
from descope_outbound.outbound_application import OutboundApplication
from descope_outbound.outbound_application_async import OutboundApplicationAsync
from descope_outbound.outbound_application_by_token import OutboundApplicationByToken
from descope_outbound.outbound_application_by_token_async import OutboundApplicationByTokenAsync

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "docs"))

import generate_reference  # noqa: E402 - found by the path above

TWINS = [
    (OutboundApplication, OutboundApplicationAsync, "outboundApplication", ""),
    (OutboundApplicationByToken, OutboundApplicationByTokenAsync, "outboundApplicationByToken", "_by_token"),
]

PRINT_NAMES = """
const { DescopeClient } = require('descope-outbound');
const { management } = DescopeClient({ projectId: 'P2aaa', managementKey: 'unused' });
const names = (object) => Object.keys(object).filter((name) => typeof object[name] === 'function');
console.log(JSON.stringify(Object.fromEntries(Object.entries(management).map(([key, value]) => [key, names(value)]))));
"""


@pytest.fixture(scope="module")
def node_names() -> dict[str, list[str]]:
    printed = subprocess.run(
        ["node", "-e", PRINT_NAMES], cwd=ROOT, check=True, timeout=60, stdout=subprocess.PIPE, text=True
    )
    names: dict[str, list[str]] = json.loads(printed.stdout)
    return names


def test_python_has_every_operation_of_the_core() -> None:
    methods = [name + suffix for sync, _, _, suffix in TWINS for name in generate_reference.operations_of(sync)]
    assert sorted(methods) == sorted(_native.operation_names())


@pytest.mark.parametrize(("sync", "twin"), [(sync, twin) for sync, twin, _, _ in TWINS])
def test_the_python_clients_have_the_same_methods_with_the_same_arguments(sync: type, twin: type) -> None:
    names = generate_reference.operations_of(sync)
    assert names == generate_reference.operations_of(twin)
    for name in names:
        assert inspect.signature(getattr(sync, name)) == inspect.signature(getattr(twin, name))
        assert inspect.iscoroutinefunction(getattr(twin, name))


@pytest.mark.parametrize(("sync", "node"), [(sync, node) for sync, _, node, _ in TWINS])
def test_node_has_the_same_methods_in_camel_case(sync: type, node: str, node_names: dict[str, list[str]]) -> None:
    expected = {generate_reference.node_name(name) for name in generate_reference.operations_of(sync)}
    assert set(node_names[node]) == expected


@pytest.mark.parametrize("node", [node for _, _, node, _ in TWINS])
def test_the_types_of_node_declare_the_same_methods(node: str, node_names: dict[str, list[str]]) -> None:
    declared = (ROOT / "bindings-node" / "lib" / "operations.d.cts").read_text(encoding="utf-8")
    interface = f"export interface {node[0].upper()}{node[1:]}Operations"
    body = declared.split(f"{interface}<", 1)[1].split("\n}", 1)[0]
    assert set(re.findall(r"^  (\w+)[(<]", body, re.MULTILINE)) == set(node_names[node])


def test_rust_has_a_method_for_every_operation() -> None:
    client = ROOT / "core" / "src" / "client"
    source = "".join((client / file).read_text(encoding="utf-8") for file in ("operations.rs", "fetch_token.rs"))
    called = {name.lower() for name in re.findall(r"&operation::([A-Z_]+)", source)}
    assert called == set(_native.operation_names())


def test_the_reference_page_is_up_to_date() -> None:
    assert generate_reference.PAGE.read_text(encoding="utf-8") == generate_reference.page()


PRINT_CACHE = """
const { DescopeClient } = require('descope-outbound');
const settings = { projectId: 'P2aaa', managementKey: 'unused' };
const { cache } = DescopeClient({ ...settings, cache: true });
const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(cache)).filter((name) => name !== 'constructor');
let refusal;
try {
  DescopeClient({ ...settings, cache: { ofNoCache: 1 } });
} catch (error) {
  refusal = error.message;
}
console.log(JSON.stringify({ methods, stats: Object.keys(cache.stats()), refusal }));
"""


def camel(name: str) -> str:
    """Return the name in camel case, as in Node."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def declared_cache(interface: str) -> dict[str, list[str]]:
    """Return the members that Node's types declare, with the names of their arguments."""
    declared = (ROOT / "bindings-node" / "lib" / "cache.d.cts").read_text(encoding="utf-8")
    body = declared.split(f"export interface {interface} {{", 1)[1].split("\n}", 1)[0]
    members = re.findall(r"^  (\w+)\??(?:\((.*)\))?:", body, re.MULTILINE)
    return {name: re.findall(r"(\w+)\??:", arguments) for name, arguments in members}


@pytest.fixture(scope="module")
def node_cache() -> dict[str, Any]:
    printed = subprocess.run(
        ["node", "-e", PRINT_CACHE], cwd=ROOT, check=True, timeout=60, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(printed.stdout)
    return found


def test_the_cache_has_the_same_methods_with_the_same_arguments(node_cache: dict[str, Any]) -> None:
    methods = {name: method for name, method in vars(Cache).items() if inspect.isfunction(method) and name[0] != "_"}
    expected = {
        camel(name): [camel(argument) for argument in inspect.signature(method).parameters if argument != "self"]
        for name, method in methods.items()
    }
    assert declared_cache("Cache") == expected
    assert set(node_cache["methods"]) == set(expected)


def test_the_cache_takes_the_same_options(node_cache: dict[str, Any]) -> None:
    expected = [camel(name) for name in CacheOptions._fields]
    assert list(declared_cache("CacheOptions")) == expected
    # The error lists the accepted options.
    named = re.fullmatch(r"ofNoCache is not a cache option: the options are (.+)", node_cache["refusal"])
    assert named is not None
    assert set(re.split(r", | and ", named[1])) == set(expected)


def test_the_cache_counts_the_same_things(node_cache: dict[str, Any]) -> None:
    sync = DescopeClient("P2aaa", management_key="unused", cache=True)
    twin = DescopeClientAsync("P2aaa", management_key="unused", cache=True)
    assert type(sync.cache) is type(twin.cache) is Cache
    counted = list(sync.cache.stats())
    assert counted == list(twin.cache.stats())
    assert node_cache["stats"] == list(declared_cache("CacheStats")) == [camel(name) for name in counted]
    for name in counted:
        assert f"``{name}``" in (inspect.getdoc(Cache.stats) or "")
