"""The imports between the files of a Rust crate.

A small reader of Rust: it follows `mod`, `use` and paths in code, and resolves each name to the file that defines it,
through re-exports. It leaves out comments, text and everything below `#[cfg(test)]`. It cannot see names that a macro
writes; such a name counts as defined in the module that the path names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from graph import Graph

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>b?"(?:\\.|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|.)|[^\\'])'|'\w+)
    |(?P<word>(?:r\#)?[A-Za-z_]\w*)
    |(?P<number>\d[\w.]*?(?=\.\.|[^\w.]|$))
    |(?P<mark>::|.)""",
    re.VERBOSE | re.DOTALL,
)
_RAW_TEXT = re.compile(r'(?:b|c)?r(#*)"')
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_DEFINING = {"struct", "enum", "union", "trait", "type", "const", "static", "fn", "mod"}
#: What may stand between `pub` and the keyword of an item.
_MODIFIERS = {"async", "unsafe", "extern", "const", "default"}
#: Items whose block is a value or a tree: they end with their semicolon.
_ENDED_BY_SEMICOLON = {"const", "static", "type", "use", "let"}
_ROOTED = {"crate", "self", "super"}


@dataclass(frozen=True)
class Lexeme:
    """A word or a mark; text is empty."""

    text: str
    line: int


@dataclass(frozen=True)
class Use:
    """One name that a `use` brings into a module."""

    path: tuple[str, ...]
    name: str
    is_public: bool
    line: int


@dataclass
class Module:
    """A module: its file, its parent, and the names in it."""

    file: Path
    parent: Module | None
    name: str = "crate"
    children: dict[str, Module] = field(default_factory=dict)
    items: set[str] = field(default_factory=set)
    uses: list[Use] = field(default_factory=list)
    globs: list[Use] = field(default_factory=list)
    #: The paths in its code, each with its line.
    paths: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    #: The names that its code mentions, without a path before them.
    mentioned: set[str] = field(default_factory=set)

    @property
    def root(self) -> Module:
        """The module that `crate` means."""
        return self if self.parent is None else self.parent.root

    def names(self) -> set[str]:
        """Every name in it, those of its own globs apart."""
        return self.items | set(self.children) | {use.name for use in self.uses}

    def below(self) -> Iterator[Module]:
        """This module and every one in it."""
        yield self
        for child in self.children.values():
            yield from child.below()


def tokens_of(source: str) -> list[Lexeme]:
    """The tokens of a file, without comments; each text is an empty token."""
    tokens = []
    at, line = 0, 1
    while at < len(source):
        if source.startswith("/*", at):
            end = _end_of_comment(source, at)
        elif raw := _RAW_TEXT.match(source, at):
            end = source.find(f'"{raw[1]}', raw.end())
            end = len(source) if end < 0 else end + 1 + len(raw[1])
            tokens.append(Lexeme("", line))
        else:
            match = _TOKEN.match(source, at)
            if match is None:
                raise ValueError(f"line {line} cannot be read")
            end = match.end()
            if match.lastgroup in ("word", "mark"):
                tokens.append(Lexeme(match[0].removeprefix("r#"), line))
            elif match.lastgroup != "space":
                tokens.append(Lexeme("", line))
        line += source.count("\n", at, end)
        at = end
    return tokens


def _end_of_comment(source: str, at: int) -> int:
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(source, at):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    return len(source)


class Reader:
    """Reads the tokens of one file into a module."""

    def __init__(self, file: Path) -> None:
        """Read the file."""
        self.file = file
        self.tokens = tokens_of(file.read_text(encoding="utf-8"))

    def text(self, at: int) -> str:
        """The token there, or an empty one beyond the end."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def after_group(self, at: int) -> int:
        """The place after the bracket that closes the one there."""
        depth = 0
        for index in range(at, len(self.tokens)):
            text = self.text(index)
            if text in _CLOSING:
                depth += 1
            elif text in _CLOSING.values():
                depth -= 1
                if depth == 0:
                    return index + 1
        return len(self.tokens)

    def after_item(self, at: int, ends: str = ";") -> int:
        """The place after the item there: after its `;`, or after its block."""
        is_value = self.text(at) in _ENDED_BY_SEMICOLON and self.text(at + 1) not in _MODIFIERS | {"fn"}
        while at < len(self.tokens):
            text = self.text(at)
            if text in _CLOSING:
                at = self.after_group(at)
                if text == "{" and not is_value:
                    return at
            elif text in _CLOSING.values():
                return at
            elif text in ends:
                return at + 1
            else:
                at += 1
        return at

    def after_attributes(self, at: int) -> tuple[int, bool]:
        """The place after the attributes there, and whether they mean tests only."""
        is_test = False
        while self.text(at) == "#" and "[" in (self.text(at + 1), self.text(at + 2)):
            begin = at + 1 if self.text(at + 1) == "[" else at + 2
            end = self.after_group(begin)
            is_test = is_test or self._means_tests(begin + 1, end - 1)
            at = end
        return at, is_test

    def _means_tests(self, begin: int, end: int) -> bool:
        """Whether an attribute is a `cfg` that only a build of tests or of fuzz targets can meet."""
        return self.text(begin) == "cfg" and not self._can_be_met(begin + 2, end - 1)

    def _can_be_met(self, begin: int, end: int) -> bool:
        """Whether a condition of `cfg` can hold in a build without tests and fuzz targets."""
        word = self.text(begin)
        if word in ("all", "any"):
            parts = []
            at = begin + 2
            while at < end - 1:
                after = self._end_of_part(at, end - 1)
                parts.append(self._can_be_met(at, after))
                at = after + 1
            return all(parts) if word == "all" else any(parts)
        return word not in ("test", "fuzzing")

    def read_items(self, module: Module, at: int, end: int) -> None:
        """Read the items between two places into the module."""
        while at < end:
            at, is_test = self.after_attributes(at)
            is_public = self.text(at) == "pub"
            if is_public:
                at = self.after_group(at + 1) if self.text(at + 1) == "(" else at + 1
            if is_test:
                at = self.after_item(at)
            elif self.text(at) == "use":
                at = self._read_use(module, at, is_public=is_public)
            elif self.text(at) == "mod" and self.text(at + 2) == "{":
                child = Module(self.file, module, self.text(at + 1))
                module.children[child.name] = child
                after = self.after_group(at + 2)
                self.read_items(child, at + 3, after - 1)
                at = after
            elif self.text(at) == "mod" and self.text(at + 2) == ";":
                self._read_file(module, self.text(at + 1))
                at += 3
            else:
                self._define(module, at)
                after = max(self.after_item(at), at + 1)
                self.read_code(module, at, min(after, end))
                at = after

    def _define(self, module: Module, at: int) -> None:
        """Note the name that the item there defines."""
        if self.text(at) == "macro_rules":
            module.items.add(self.text(at + 2))
            return
        # `const fn` and `extern "C" fn` define a function; the name of the ABI is an empty token.
        while self.text(at) in _MODIFIERS and self.text(at + 1) in _MODIFIERS | _DEFINING | {""}:
            at += 1 if self.text(at + 1) else 2
        if self.text(at) in _DEFINING:
            module.items.add(self.text(at + 2 if self.text(at + 1) == "mut" else at + 1))

    def _read_file(self, module: Module, name: str) -> None:
        """Read the file of `mod name;`."""
        outer = module
        inline: list[str] = []
        while outer.parent is not None and outer.parent.file == self.file:
            inline.insert(0, outer.name)
            outer = outer.parent
        owns_folder = outer.parent is None or self.file.name == "mod.rs"
        folder = (self.file.parent if owns_folder else self.file.with_suffix("")).joinpath(*inline)
        for file in (folder / f"{name}.rs", folder / name / "mod.rs"):
            if file.exists():
                child = Module(file, module, name)
                module.children[name] = child
                reader = Reader(file)
                reader.read_items(child, 0, len(reader.tokens))
                return
        raise ValueError(f"{self.file}: mod {name} has no file")

    def _read_use(self, module: Module, at: int, *, is_public: bool) -> int:
        end = self.after_item(at)
        for use in self._use_tree(at + 1, end - 1, (), is_public=is_public):
            (module.globs if use.name == "*" else module.uses).append(use)
        return end

    def _use_tree(self, begin: int, end: int, before: tuple[str, ...], *, is_public: bool) -> Iterator[Use]:
        """The names of a tree such as `a::{b, c as d, e::*}`."""
        at, path = begin, before
        while at < end:
            text, line = self.text(at), self.tokens[at].line
            if text == "{":
                after = self.after_group(at)
                part = at + 1
                while part < after - 1:
                    comma = self._end_of_part(part, after - 1)
                    yield from self._use_tree(part, comma, path, is_public=is_public)
                    part = comma + 1
                return
            if text == "as":
                yield Use(path, self.text(at + 1), is_public, line)
                return
            if text == "*":
                yield Use(path, "*", is_public, line)
                return
            if text == "self" and path:
                if self.text(at + 1) != "as":
                    yield Use(path, path[-1], is_public, line)
                    return
            elif text != "::":
                path = (*path, text)
            at += 1
        if path != before or begin == end:
            yield Use(path, path[-1], is_public, self.tokens[begin].line)

    def _end_of_part(self, at: int, end: int) -> int:
        while at < end and self.text(at) != ",":
            at = self.after_group(at) if self.text(at) in _CLOSING else at + 1
        return at

    def read_code(self, module: Module, at: int, end: int) -> None:
        """Read the paths and names of an item, and the `use` in its blocks."""
        while at < end:
            text, before = self.text(at), self.text(at - 1)
            if text == "#" and self.text(at + 1) == "[":
                at, is_test = self.after_attributes(at)
                at = self.after_item(at, ";,") if is_test else at
            elif text == "pub" and self.text(at + 1) == "(":
                at = self.after_group(at + 1)
            elif text == "use" and before in ("{", "}", ";"):
                at = self._read_use(module, at, is_public=False)
            elif text.isidentifier() and before != "::":
                path = [text]
                line = self.tokens[at].line
                at += 1
                while self.text(at) == "::" and self.text(at + 1).isidentifier():
                    path.append(self.text(at + 1))
                    at += 2
                if len(path) > 1:
                    module.paths.append((tuple(path), line))
                elif before != ".":
                    module.mentioned.add(text)
            else:
                at += 1


def read_crate(root: Path) -> Module:
    """Read a crate from its `lib.rs` or `main.rs`."""
    module = Module(root, None)
    reader = Reader(root)
    reader.read_items(module, 0, len(reader.tokens))
    return module


class PathResolver:
    """Finds the file that defines a name."""

    def __init__(self) -> None:
        """Start with no path in progress."""
        self._in_progress: set[tuple[int, tuple[str, ...]]] = set()
        self._followed: set[int] = set()

    def files(self, module: Module, path: tuple[str, ...]) -> set[Path]:
        """The files that define the item of this path; none for a module, or for another crate's item."""
        return {found for found in self._find(module, path) if isinstance(found, Path)}

    def modules(self, module: Module, path: tuple[str, ...]) -> list[Module]:
        """The modules that this path names."""
        return [found for found in self._find(module, path) if isinstance(found, Module)]

    def _find(self, module: Module, path: tuple[str, ...]) -> list[Path | Module]:
        key = (id(module), path)
        if key in self._in_progress:
            return []
        self._in_progress.add(key)
        try:
            at: Module | None = module
            rest = path
            if rest and rest[0] == "crate":
                at, rest = module.root, rest[1:]
            while rest and rest[0] in ("self", "super"):
                at = at if rest[0] == "self" or at is None else at.parent
                rest = rest[1:]
            if at is None:
                return []
            return self._walk(at, rest, is_own=path[0] in _ROOTED)
        finally:
            self._in_progress.discard(key)

    def _walk(self, module: Module, path: tuple[str, ...], *, is_own: bool) -> list[Path | Module]:
        if not path:
            return [module]
        name, rest = path[0], path[1:]
        found: list[Path | Module] = []
        if name in module.children:
            found += self._walk(module.children[name], rest, is_own=True)
        if name in module.items:
            found.append(module.file)
        for use in module.uses:
            # `pub use x::x` leads to the module `x`, not back to itself.
            if use.name == name and id(use) not in self._followed:
                self._followed.add(id(use))
                found += self._find(module, use.path + rest)
                self._followed.discard(id(use))
        if not found:
            for glob in module.globs:
                for target in self.modules(module, glob.path):
                    found += self._walk(target, path, is_own=False)
        if not found and is_own and not any(use.name == name for use in module.uses):
            # A macro has written it.
            found.append(module.file)
        return found


def read(root: Path, crate: Path) -> Graph:
    """The imports between the files of a crate; `root` is its folder, and `crate` its `lib.rs` or `main.rs`."""
    graph = Graph(root)
    resolver = PathResolver()
    for module in read_crate(crate).below():
        for use in module.uses:
            for file in resolver.files(module, use.path):
                # A module that only re-exports what lies below it does not use it.
                if not (use.is_public and is_below(module, file)) or use.name in module.mentioned:
                    graph.add(module.file, file, use.name)
        for path, _ in module.paths:
            for file in resolver.files(module, path):
                graph.add(module.file, file, "::".join(path))
        used = module.mentioned | {path[0] for path, _ in module.paths}
        for glob in module.globs:
            for file in resolver.files(module, glob.path):
                graph.add(module.file, file, f"{glob.path[-1]}::*")
            for target in resolver.modules(module, glob.path):
                for name in used & target.names():
                    for file in resolver.files(target, ("self", name)):
                        graph.add(module.file, file, name)
    return graph


def is_below(module: Module, file: Path) -> bool:
    """Whether a file defines a module below this one."""
    return any(child.file == file for child in module.below())
