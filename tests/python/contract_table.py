"""The contract table as data, in the format that ``tests/contract/README.md`` describes.

Each class takes exactly the members that the table may have, so that an unknown member fails the run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parents[1] / "contract"
LANGUAGES = {"python", "node", "rust"}
#: The official SDKs that a case may depart from. Python has two clients, and a case may name one of them.
OFFICIAL = {"python", "python sync", "python async", "node"}

#: The default of a member for which ``None`` is a value.
ABSENT: Any = object()


@dataclass(frozen=True, kw_only=True)
class Client:
    """The settings of a client. ``python`` contains those that only Python has."""

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
    """A method and its arguments. ``of`` is the object of ``client.mgmt`` that has the method."""

    method: str
    of: str = "outbound_application"
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Request:
    """An expected request."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    body_text: str | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    absent_headers: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class TableResponse:
    """A response that the canned server sends."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = ABSENT
    text: Any = ABSENT
    delay_ms: int = 0
    drip_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class ExpectedExchange:
    """An expected request, and the canned server's reaction: a response, ``close`` or ``hang``.

    ``beside`` means that the request may come at any time, in parallel with the others.
    """

    request: Request
    response: TableResponse | str
    beside: bool


@dataclass(frozen=True, kw_only=True)
class Result:
    """The expected result of a call: a value or an exception."""

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
    """The time that the case may take, in seconds."""

    at_least: float = 0
    at_most: float = 60


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case for Python, with its names replaced by their definitions."""

    id: str
    title: str
    client: Client
    call: Call
    times: int
    exchanges: list[ExpectedExchange]
    seconds: Seconds
    result: Result
    departs: Mapping[str, str]

    def is_named(self, name: str) -> bool:
        """Return whether this is the id or the title of the case."""
        return name in (self.id, self.title)

    def departure(self, mode: str) -> str | None:
        """Return the row of ``docs/deviations.md`` that describes the departure from the official client, if any."""
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
        """Replace the names in the case with their definitions. Return None if the case is not for Python."""
        call = _PerLanguage(**_look_up(self.calls, written.call))
        result = _PerLanguage(**_look_up(self.results, written.result))
        missing = {name for name in LANGUAGES if None in (getattr(call, name), getattr(result, name))}
        if not written.title or missing - set(written.excepted) or set(written.excepted) - LANGUAGES:
            raise ValueError(f"{written.id}: no title, or a language without a call, a result or a reason")
        if set(written.departs) - OFFICIAL:
            raise ValueError(f"{written.id}: departs names an unknown SDK")
        # This reads the exchanges of cases for other languages too, to find mistakes in them.
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

    def _exchange(self, written: _WrittenExchange, call_request: Any) -> ExpectedExchange:
        request = Request(**(written.request or call_request))
        headers = {**self.headers, **request.headers}
        absent = request.absent_headers + [name for name in self.absent_headers if name not in request.headers]
        response = written.response
        if response not in ("close", "hang"):
            response = TableResponse(**_look_up(self.responses, response))
        members = {**vars(request), "headers": headers, "absent_headers": absent}
        return ExpectedExchange(request=Request(**members), response=response, beside=written.beside)


def read() -> list[Case]:
    """Read every case for Python."""
    shared = _Shared(**_read_file(DIRECTORY / "shared.json"))
    cases: list[Case | None] = []
    ids: set[str] = set()
    for path in sorted(DIRECTORY.glob("*.json")):
        if path.name == "shared.json":
            continue
        content = _read_file(path)
        if set(content) != {"topic", "cases"}:
            raise ValueError(f"{path.name}: a file has the members topic and cases only")
        for each in content["cases"]:
            written = _WrittenCase(**{"excepted" if name == "except" else name: each[name] for name in each})
            if written.id in ids:
                raise ValueError(f"{written.id}: another case has the same id")
            ids.add(written.id)
            cases.append(shared.resolve(written))
    return [case for case in cases if case is not None]


def chosen(cases: list[Case], name: str | None) -> list[Case]:
    """Return the case with this id or title, or every case if there is no name.

    Raises:
        ValueError: No case has this id or title.
    """
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
