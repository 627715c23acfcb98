"""The check for circles of imports passes without one, and fails on one between files or between folders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import javascript_imports
import pytest
import python_imports
import rust_imports
from graph import Graph
from import_circles import CORE_FLOORS, Package

Tree = dict[str, str]

NO_CIRCLE: Tree = {
    "lib.rs": "mod cache; mod error; mod http; pub use cache::Cache; pub use error::Error;",
    "cache/mod.rs": "mod entry; mod served; pub(crate) use entry::Entry; pub use served::Cache;",
    "cache/entry.rs": "use crate::error::Error; use crate::http; pub(crate) struct Entry(http::Transport, Error);",
    "cache/served.rs": "use crate::cache::Entry; pub struct Cache(Entry);",
    "http/mod.rs": "use crate::Error; pub(crate) struct Transport(Error);",
    "error.rs": "pub struct Error; // use crate::cache::Cache;",
}


def write(root: Path, tree: Tree) -> None:
    for name, text in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def rust(root: Path, tree: Tree) -> Graph:
    write(root, tree)
    return rust_imports.read(root, root / "lib.rs")


def arrows(graph: Graph) -> set[tuple[str, str]]:
    return {(str(importer), str(imported)) for importer, imported in graph.names}


def test_a_crate_without_a_circle_passes(tmp_path: Path) -> None:
    graph = rust(tmp_path, NO_CIRCLE)
    assert arrows(graph) == {
        ("cache/entry.rs", "error.rs"),
        ("cache/entry.rs", "http/mod.rs"),
        # Through the re-export in cache/mod.rs, and through the one in lib.rs.
        ("cache/served.rs", "cache/entry.rs"),
        ("http/mod.rs", "error.rs"),
    }
    assert Package(graph, CORE_FLOORS).complaints() == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("cache/entry.rs", "use crate::cache::served::Cache; pub(crate) struct Entry(Cache);"),
        ("cache/entry.rs", "use super::Cache; pub(crate) struct Entry(Cache);"),
        ("cache/entry.rs", "use crate::Cache; pub(crate) struct Entry(Cache);"),
        ("cache/entry.rs", "use crate::{cache::{served::{Cache as Other}}, error}; pub(crate) struct Entry(Other);"),
        ("cache/entry.rs", "use super::served::*; pub(crate) struct Entry(Cache);"),
        ("cache/entry.rs", "use super::served; pub(crate) struct Entry(served::Cache);"),
        ("cache/entry.rs", "pub(crate) struct Entry; impl Entry { fn f() { crate::cache::Cache::new() } }"),
        ("cache/entry.rs", "pub(crate) struct Entry; fn f() { use super::Cache; Cache::new(); }"),
        ("cache/entry.rs", "pub(crate) struct Entry; mod inner { fn f() -> super::super::Cache { loop {} } }"),
    ],
)
def test_a_circle_between_two_files_fails(tmp_path: Path, file: str, text: str) -> None:
    complaints = Package(rust(tmp_path, {**NO_CIRCLE, file: text})).complaints()
    assert complaints[0] == f"{tmp_path}: a circle of files: cache/entry.rs -> cache/served.rs -> cache/entry.rs"
    assert complaints[2] == "  cache/served.rs imports Entry from cache/entry.rs"
    assert complaints[1].startswith("  cache/entry.rs imports ")
    assert len(complaints) == 3


def test_a_module_that_re_exports_an_item_of_its_own_name_is_read(tmp_path: Path) -> None:
    graph = rust(tmp_path, {"lib.rs": "mod x; mod y; pub use x::x;", "x.rs": "pub fn x() {}", "y.rs": "use crate::x;"})
    assert arrows(graph) == {("y.rs", "x.rs")}


def test_a_circle_of_three_files_names_each_import(tmp_path: Path) -> None:
    tree = {
        "lib.rs": "mod a; mod b; mod c;",
        "a.rs": "use crate::b::B; pub struct A(B);",
        "b.rs": "use crate::c::{C, D}; pub struct B(C, D);",
        "c.rs": "pub struct C; pub struct D(crate::a::A);",
    }
    assert Package(rust(tmp_path, tree)).complaints() == [
        f"{tmp_path}: a circle of files: a.rs -> b.rs -> c.rs -> a.rs",
        "  a.rs imports B from b.rs",
        "  b.rs imports C, D from c.rs",
        "  c.rs imports crate::a::A from a.rs",
    ]


def test_a_child_that_uses_an_item_of_its_parent_fails_if_the_parent_uses_the_child(tmp_path: Path) -> None:
    tree = {
        "lib.rs": "mod cache;",
        "cache/mod.rs": "mod entry; use entry::Entry; pub struct Cache(Entry); pub const SIZE: usize = 1;",
        "cache/entry.rs": "use super::SIZE; pub struct Entry([u8; SIZE]);",
    }
    [first, *_] = Package(rust(tmp_path, tree)).complaints()
    assert first == f"{tmp_path}: a circle of files: cache/entry.rs -> cache/mod.rs -> cache/entry.rs"


def test_a_parent_that_only_re_exports_its_child_may_define_what_the_child_uses(tmp_path: Path) -> None:
    tree = {
        "lib.rs": "mod cache;",
        "cache/mod.rs": "mod entry; pub use entry::Entry; pub const SIZE: usize = 1;",
        "cache/entry.rs": "use super::SIZE; pub struct Entry([u8; SIZE]);",
    }
    assert Package(rust(tmp_path, tree)).complaints() == []


def test_a_circle_between_two_folders_fails_without_a_circle_of_files(tmp_path: Path) -> None:
    http = {
        "http/mod.rs": "mod retry; mod transport;",
        "http/retry.rs": "use crate::cache::Cache; pub struct Retry(Cache);",
        "http/transport.rs": "pub(crate) struct Transport;",
        "cache/entry.rs": "use crate::http::transport::Transport; pub(crate) struct Entry(Transport);",
    }
    assert Package(rust(tmp_path, {**NO_CIRCLE, **http})).complaints() == [
        f"{tmp_path}: a circle of folders: cache -> http -> cache",
        "  cache/entry.rs imports Transport from http/transport.rs",
        "  http/retry.rs imports Cache from cache/served.rs",
    ]


def test_a_folder_inside_a_folder_belongs_to_it(tmp_path: Path) -> None:
    tree = {
        "lib.rs": "mod cache;",
        "cache/mod.rs": "mod flight; mod key; mod state;",
        "cache/key.rs": "pub struct Key;",
        "cache/flight.rs": "use super::state::State; pub struct Flight(State);",
        "cache/state/mod.rs": "use crate::cache::key::Key; pub struct State(Key);",
    }
    assert Package(rust(tmp_path, tree)).complaints() == []


def test_an_import_that_goes_up_a_floor_fails(tmp_path: Path) -> None:
    tree = {
        "lib.rs": "mod error; mod http; mod model; mod unknown;",
        "http/mod.rs": "pub struct Transport;",
        "error/mod.rs": "use crate::http::Transport; pub struct Error(Transport);",
        "model.rs": "use crate::unknown::Thing; pub struct Token(Thing);",
        "unknown.rs": "pub struct Thing;",
    }
    assert Package(rust(tmp_path, tree), CORE_FLOORS).complaints() == [
        f"{tmp_path}: an import goes up: error/mod.rs (error) imports Transport from http/mod.rs (http)",
        f"{tmp_path}: unknown has no floor: add it to the floors in import_circles.py",
    ]


@pytest.mark.parametrize(
    "test_only",
    [
        "#[cfg(test)] mod tests { use crate::cache::Cache; }",
        "#[cfg(test)] mod tests;",
        "#[cfg(any(test, fuzzing))] mod tests;",
        "#[cfg(all(test, unix))] use crate::cache::Cache;",
        "impl Error { #[cfg(test)] fn f() -> crate::cache::Cache { loop {} } fn g() {} }",
        '/* use /* nested */ crate::cache::Cache; */ const A: &str = "use crate::cache::Cache; \\" \'";',
        'const A: &str = r#"" crate::cache::Cache "#; const B: char = \'"\';',
        "pub(in crate::cache) struct Other<'a>(&'a str);",
    ],
)
def test_tests_comments_and_texts_import_nothing(tmp_path: Path, test_only: str) -> None:
    tree = {"error.rs": f"pub struct Error; {test_only}", "error/tests.rs": "use crate::cache::Cache;"}
    graph = rust(tmp_path, {**NO_CIRCLE, **tree})
    assert Package(graph, CORE_FLOORS).complaints() == []
    assert not any(importer == "error.rs" for importer, _ in arrows(graph))


def test_a_condition_that_a_normal_build_can_meet_counts(tmp_path: Path) -> None:
    text = "#[cfg(any(test, unix))] use crate::cache::Cache; #[cfg(not(test))] use crate::http::Transport;"
    graph = rust(tmp_path, {**NO_CIRCLE, "error.rs": f"{text} pub struct Error;"})
    assert {("error.rs", "cache/served.rs"), ("error.rs", "http/mod.rs")} <= arrows(graph)


PYTHON: Tree = {
    "package/__init__.py": "from .client import Client\n",
    "package/client.py": "from typing import TYPE_CHECKING\nfrom .token import Token\nclass Client: pass\n",
    "package/token.py": "import os\nfrom . import errors\nclass Token: pass\n",
    "package/errors.py": "class Error(Exception): pass\n",
}


def python(root: Path, tree: Tree) -> Package:
    write(root, tree)
    return Package(python_imports.read(root, sorted(root.rglob("*.py"))))


def test_a_python_package_without_a_circle_passes(tmp_path: Path) -> None:
    for_the_type_checker = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .client import Client\n"
    package = python(tmp_path, {**PYTHON, "package/errors.py": for_the_type_checker})
    assert arrows(package.graph) == {
        ("package/__init__.py", "package/client.py"),
        ("package/client.py", "package/token.py"),
        ("package/token.py", "package/errors.py"),
    }
    assert package.complaints() == []


@pytest.mark.parametrize(
    "text",
    [
        "from .client import Client\n",
        "from package.client import Client\n",
        "import package.client\n",
        "def f():\n    from . import client\n",
    ],
)
def test_a_circle_in_a_python_package_fails(tmp_path: Path, text: str) -> None:
    [first, *_] = python(tmp_path, {**PYTHON, "package/errors.py": text}).complaints()
    circle = "package/client.py -> package/token.py -> package/errors.py -> package/client.py"
    assert first == f"{tmp_path}: a circle of files: {circle}"


JAVASCRIPT: Tree = {
    "index.cjs": "const { Client } = require('./client.cjs');\nmodule.exports = { Client };",
    "client.cjs": "const token = require('./token.cjs');\nmodule.exports = { Client: class {}, token };",
    "token.cjs": "// require('./client.cjs')\nconst fs = require('node:fs');\nmodule.exports = { fs };",
}


def javascript(root: Path, tree: Tree) -> Package:
    write(root, tree)
    return Package(javascript_imports.read(root, sorted(root.rglob("*.?js"))))


def test_a_javascript_package_without_a_circle_passes(tmp_path: Path) -> None:
    package = javascript(tmp_path, JAVASCRIPT)
    assert arrows(package.graph) == {("index.cjs", "client.cjs"), ("client.cjs", "token.cjs")}
    assert package.complaints() == []


@pytest.mark.parametrize(
    "text",
    [
        "const { Client } = require('./client.cjs');",
        "function later() { return require('../lib/client.cjs'); }",
        "import { Client } from './client.cjs';",
        "export { Client } from './client.cjs';",
        "import './client.cjs';",
        "const client = await import('./client');",
    ],
)
def test_a_circle_in_a_javascript_package_fails(tmp_path: Path, text: str) -> None:
    root = tmp_path / "lib"
    [first, *_] = javascript(root, {**JAVASCRIPT, "token.cjs": text}).complaints()
    assert first == f"{root}: a circle of files: client.cjs -> token.cjs -> client.cjs"


def test_the_command_fails_on_a_circle_in_a_repository_and_names_the_files(tmp_path: Path) -> None:
    crate = {f"core/src/{name}": text for name, text in NO_CIRCLE.items()}
    write(tmp_path, {**crate, "core/Cargo.toml": "[package]\n"})
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    command = [sys.executable, str(Path(__file__).with_name("import_circles.py")), str(tmp_path)]
    passed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    write(tmp_path, {"core/src/error.rs": "pub struct Error(crate::cache::Cache);"})
    failed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "error.rs imports crate::cache::Cache from cache/served.rs" in failed.stdout
    assert "core/src: a circle of files: " in failed.stdout
