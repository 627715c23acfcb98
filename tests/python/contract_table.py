"""The contract table as data: the form that ``tests/contract/README.md`` describes, and nothing beyond it.

Each class takes exactly the members that the table may have, so that one it does not know fails the run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parents[1] / "contract"
LANGUAGES = {"python", "node", "rust"}
#: Whom a departure may concern: a language's official SDK, or one of the two clients of Python's.
OFFICIAL = {"python", "python sync", "python async", "node"}

#: Not given, where ``None`` is a value.
ABSENT: Any = object()


@dataclass(frozen=True, kw_only=True)
class Client:
    """The settings of a client; ``python`` holds those that only Python has."""

    project_id: str | None = None
    management_key: str | None = None
    base_url: str | None = None
    timeout_seconds: Any = None
    license_handshake: str | None = None
    allow_insecure_http: bool | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    python: Mapping[str, Any] = field(default_factory=dict)
    node: Any = None


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is called, and with what."""

    method: str
    of: str = "outbound_application"
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that must come."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    body_text: str | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    absent_headers: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer that is written out."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = ABSENT
    text: Any = ABSENT
    delay_ms: int = 0
    drip_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request that must come, and its answer: one that is written out, ``close`` or ``hang``."""

    request: Request
    answer: Reply | str
    beside: bool


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the caller gets: a value, or an exception."""

    value: Any = ABSENT
    json: str | None = None
    items: Mapping[str, Any] = field(default_factory=dict)
    exception: str | None = None
    is_a: list[str] = field(default_factory=list)
    is_not_a: list[str] = field(default_factory=list)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    at: str = "call"


@dataclass(frozen=True, kw_only=True)
class Seconds:
    """How long it may take."""

    at_least: float = 0
    at_most: float = 60


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case that concerns Python, with every name in it looked up."""

    id: str
    title: str
    client: Client
    call: Call
    times: int
    exchanges: list[Exchange]
    seconds: Seconds
    result: Result
    departs: Mapping[str, str]

    def is_named(self, name: str) -> bool:
        """Whether ``CASE`` with this value means this case."""
        return name in (self.id, self.title)

    def departure(self, mode: str) -> str | None:
        """The row of ``docs/deviations.md`` by which ours departs from the official client, if it does."""
        return self.departs.get(f"python {mode}", self.departs.get("python"))


@dataclass(frozen=True, kw_only=True)
class _PerLanguage:
    python: Any = None
    node: Any = None
    rust: Any = None
    request: Any = None


@dataclass(frozen=True, kw_only=True)
class _WrittenCase:
    id: str
    title: str
    call: Any
    result: Any
    client: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1
    exchanges: list[Mapping[str, Any]] = field(default_factory=list)
    seconds: Mapping[str, float] = field(default_factory=dict)
    excepted: Mapping[str, str] = field(default_factory=dict)
    departs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _WrittenExchange:
    response: Any
    request: Any = None
    beside: bool = False


@dataclass(frozen=True, kw_only=True)
class _Shared:
    client: Mapping[str, Any]
    headers: Mapping[str, Any]
    absent_headers: list[str]
    calls: Mapping[str, Any]
    responses: Mapping[str, Any]
    results: Mapping[str, Any]

    def resolve(self, written: _WrittenCase) -> Case | None:
        """The case with its names looked up, or none where it does not concern Python."""
        call = _PerLanguage(**_look_up(self.calls, written.call))
        result = _PerLanguage(**_look_up(self.results, written.result))
        silent = {name for name in LANGUAGES if None in (getattr(call, name), getattr(result, name))}
        if not written.title or silent - set(written.excepted) or set(written.excepted) - LANGUAGES:
            raise ValueError(f"{written.id}: no title, or a language without a call, a result or a reason")
        if set(written.departs) - OFFICIAL:
            raise ValueError(f"{written.id}: departs from what there is not")
        # Read in any case, so that a mistake is found whichever language it concerns.
        exchanges = [self._exchange(_WrittenExchange(**each), call.request) for each in written.exchanges]
        client = Client(**{**self.client, **written.client})
        seconds = Seconds(**written.seconds)
        if "python" in written.excepted:
            return None
        return Case(
            id=written.id,
            title=written.title,
            client=client,
            call=Call(**call.python),
            times=written.times,
            exchanges=exchanges,
            seconds=seconds,
            result=Result(**result.python),
            departs=written.departs,
        )

    def _exchange(self, written: _WrittenExchange, of_the_call: Any) -> Exchange:
        request = Request(**(written.request or of_the_call))
        headers = {**self.headers, **request.headers}
        absent = request.absent_headers + [name for name in self.absent_headers if name not in request.headers]
        answer = written.response
        if answer not in ("close", "hang"):
            answer = Reply(**_look_up(self.responses, answer))
        everything = {**vars(request), "headers": headers, "absent_headers": absent}
        return Exchange(request=Request(**everything), answer=answer, beside=written.beside)


def read() -> list[Case]:
    """Every case that concerns Python."""
    shared = _Shared(**_read_file(DIRECTORY / "shared.json"))
    cases: list[Case | None] = []
    ids: set[str] = set()
    for path in sorted(DIRECTORY.glob("*.json")):
        if path.name == "shared.json":
            continue
        content = _read_file(path)
        if set(content) != {"topic", "cases"}:
            raise ValueError(f"{path.name}: a topic and cases, and nothing else")
        for each in content["cases"]:
            written = _WrittenCase(**{"excepted" if name == "except" else name: each[name] for name in each})
            if written.id in ids:
                raise ValueError(f"{written.id}: the id of another case")
            ids.add(written.id)
            cases.append(shared.resolve(written))
    return [case for case in cases if case is not None]


def chosen(cases: list[Case], name: str | None) -> list[Case]:
    """The case with this id or title, or every case if there is no name. A name that matches no case is an error."""
    if not name:
        return cases
    matching = [case for case in cases if case.is_named(name)]
    if not matching:
        raise ValueError(f"CASE={name}: no case for Python has this id or title")
    return matching


def _read_file(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _look_up(known: Mapping[str, Any], written: Any) -> Any:
    return known[written] if isinstance(written, str) else written
