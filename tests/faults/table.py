"""The table of faults, with its short forms expanded."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

ACCESS_TOKEN = "made-up-access-token"
REFRESH_TOKEN = "made-up-refresh-token"
OTHER_USERS_TOKEN = "made-up-token-of-another-user"
API_KEY = "made-up-api-key"
MANAGEMENT_KEY = "made-up-management-key"
#: Secrets that no error may show and no other host may receive.
SECRETS = [ACCESS_TOKEN, REFRESH_TOKEN, OTHER_USERS_TOKEN, API_KEY, MANAGEMENT_KEY]

SERVICE_PATHS = "/v1/mgmt/outbound/*"
LICENSE_PATH = "/v1/mgmt/license"
BODY_KINDS: dict[str, dict[str, Any]] = {
    "JSON": {"headers": {"content-type": "application/json"}, "body": '{"errorCode": "E0", "errorDescription": "no"}'},
    "HTML": {"headers": {"content-type": "text/html"}, "body": "<!doctype html><title>Sorry</title>"},
    "empty": {"body": ""},
}
STATUSES = range(300, 600)

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Expectation:
    """A good outcome: a success, with a token or with any value, or a clear error."""

    kinds: tuple[str, ...]
    gives_token: bool = False
    status: int | None = None
    says: str | None = None
    #: The minimum and maximum seconds; None if a 429 must not have a wait.
    retry_after: tuple[float, float] | None = None
    is_about_retrying: bool = False


@dataclass(frozen=True)
class Call:
    """One call, its expected outcomes, and the outcomes that are tolerated from the official SDKs."""

    do: str
    app: str
    expected: tuple[Expectation, ...]
    tolerated: tuple[Expectation, ...]


@dataclass(frozen=True)
class FaultRow:
    """A row of the table."""

    id: str
    title: str
    group: str
    server: str
    calls: tuple[Call, ...]
    #: The faults for the emulator, before `$self` and `$other` are replaced.
    faults: tuple[dict[str, Any], ...]
    deadline_seconds: float
    wall_seconds: float
    workers: int = 1
    settle_seconds: float = 0
    pause_seconds: float = 0
    #: Whether the number of requests and the time are the same in every run.
    is_steady: bool = True
    #: Whether the time is the same in every run.
    is_timed: bool = True
    is_about_memory: bool = False
    #: Whether a single endpoint, and therefore the license endpoint, can fail like this.
    is_of_endpoint: bool = True
    more: dict[str, Any] = field(default_factory=dict)
    #: The mode of the license handshake; unless it is "off", the license endpoint fails.
    license: str = "off"


@dataclass(frozen=True)
class Table:
    """All rows, and the limits for all of them."""

    margin_seconds: float
    memory_limit_mib: int
    faults: tuple[FaultRow, ...]


def read() -> Table:
    """Read the table."""
    text = json.loads((HERE / "faults.json").read_text(encoding="utf-8"))
    faults = tuple(_fault(row, text) for row in text["faults"])
    if len({fault.id for fault in faults}) < len(faults):
        raise ValueError("two faults have the same id")
    if len({fault.title for fault in faults}) < len(faults):
        raise ValueError("two faults have the same title")
    return Table(text["margin_seconds"], text["memory_limit_mib"], faults)


def license_faults(table: Table) -> list[FaultRow]:
    """Return the faults of the license endpoint: all ways in which an endpoint can fail, while the service works."""
    ways = [fault for fault in table.faults if fault.faults and fault.is_of_endpoint]
    return [_of_license(fault, mode) for fault in ways for mode in ("beside", "wait")]


def _of_license(fault: FaultRow, mode: str) -> FaultRow:
    token = _expectations("token", ())
    at_license = [
        each if each["path"] == "/elsewhere" else {**each, "app": None, "path": LICENSE_PATH} for each in fault.faults
    ]
    return FaultRow(
        id=f"license-{fault.id}",
        title=fault.title,
        group="license",
        server=fault.server,
        calls=(Call("fetch", "app", token, fault.calls[0].tolerated),) * 2,
        faults=tuple(at_license),
        deadline_seconds=fault.deadline_seconds,
        wall_seconds=fault.wall_seconds,
        is_about_memory=fault.is_about_memory,
        license=mode,
    )


def statuses() -> FaultRow:
    """Return a fault with every status from 300 to 599 and every kind of body, each for its own app."""
    faults, calls = [], []
    for status in STATUSES:
        kinds = ["rate_limited"] if status == 429 else ["http"]
        says = {} if status == 429 else {"status": status, "says": str(status)}
        for name, body in BODY_KINDS.items():
            app = f"{status} {name}"
            faults.append({"status": status, "app": app} | body)
            calls.append(Call("fetch", app, _expectations({"kinds": kinds, **says}, ()), ()))
    return FaultRow(
        id="statuses",
        title="every status from 300 to 599, with JSON, HTML and an empty body",
        group="statuses",
        server="emulator",
        calls=tuple(calls),
        faults=tuple(faults),
        deadline_seconds=2,
        wall_seconds=30,
        workers=24,
    )


def license_statuses() -> FaultRow:
    """Return the same statuses for the license endpoint; a new client per call waits for the handshake."""
    ways = [{"status": status} | body for status in STATUSES for body in BODY_KINDS.values()]
    token = _expectations("token", ())
    return FaultRow(
        id="license-statuses",
        title="every status from 300 to 599, with JSON, HTML and an empty body",
        group="license",
        server="emulator",
        calls=(Call("fetch", "app", token, ()),) * len(ways),
        faults=tuple({"path": LICENSE_PATH, "count": 1} | way for way in ways),
        deadline_seconds=2,
        wall_seconds=12,
        more={"client_for_each_call": True},
        license="wait",
    )


_KNOWN = {
    "id", "group", "title", "server", "expect", "or_else", "official_kinds", "faults", "calls", "each", "repeat_calls",
    "workers", "settle_seconds", "pause_seconds", "deadline_seconds", "wall_seconds", "steady", "timed",
    "memory", "of_endpoint",
}  # fmt: skip
_MORE = {"certificate", "trusted", "restart", "behind"}


def _fault(row: dict[str, Any], defaults: dict[str, Any]) -> FaultRow:
    unknown = row.keys() - _KNOWN - _MORE
    if unknown:
        raise ValueError(f"{row['id']}: unknown keys {', '.join(unknown)}")
    each = row.get("each", [None])
    calls = [_call(_each(call, one), row) for one in each for call in row.get("calls", [{}])] * row.get(
        "repeat_calls", 1
    )
    faults = [_expand(_each(fault, one)) for one in each for fault in row.get("faults", [])]
    return FaultRow(
        id=row["id"],
        title=row["title"],
        group=row["group"],
        server=row.get("server", "emulator"),
        calls=tuple(calls),
        faults=tuple({"path": SERVICE_PATHS} | fault for fault in faults),
        deadline_seconds=row.get("deadline_seconds", defaults["deadline_seconds"]),
        wall_seconds=row.get("wall_seconds", defaults["wall_seconds"]),
        workers=row.get("workers", 1),
        settle_seconds=row.get("settle_seconds", 0),
        pause_seconds=row.get("pause_seconds", 0),
        is_steady=row.get("steady", True),
        is_timed=row.get("timed", row.get("steady", True)),
        is_about_memory=row.get("memory", False),
        is_of_endpoint=row.get("of_endpoint", True),
        more={key: row[key] for key in _MORE & row.keys()},
    )


def _each(value: Any, one: int | None) -> Any:
    """Replace `$each` by the number; a string of only `$each` becomes the number itself."""
    if isinstance(value, dict):
        return {key: _each(item, one) for key, item in value.items()}
    if isinstance(value, list):
        return [_each(item, one) for item in value]
    if isinstance(value, str) and one is not None:
        return one if value == "$each" else value.replace("$each", str(one))
    return value


def _call(call: dict[str, Any], row: dict[str, Any]) -> Call:
    official_kinds = row.get("official_kinds", ())
    expect = call.get("expect", row.get("expect"))
    or_else = call.get("or_else", row.get("or_else", []))
    tolerated = _expectations(or_else, ())
    if official_kinds:
        tolerated += _expectations(expect, official_kinds)
    return Call(call.get("do", "fetch"), call.get("app", "app"), _expectations(expect, ()), tolerated)


def _expectations(given: Any, instead: tuple[str, ...]) -> tuple[Expectation, ...]:
    if isinstance(given, list):
        return tuple(one for each in given for one in _expectations(each, instead))
    if given == "token":
        return (Expectation(("success",), gives_token=True),)
    if given == "anything":
        return (Expectation(("success",)),)
    wait = given.get("retry_after")
    return (
        Expectation(
            kinds=tuple(instead or given["kinds"]),
            status=given.get("status"),
            says=None if given.get("says") is None else str(given["says"]),
            retry_after=None if wait is None else (wait[0], wait[1]),
            is_about_retrying="retry_after" in given,
        ),
    )


def token_body(access_token: str = ACCESS_TOKEN) -> str:
    """Return the body of the service's response to a fetch."""
    token = {"id": "token-1", "appId": "app", "userId": "user", "accessToken": access_token}
    return json.dumps({"token": token | {"refreshToken": REFRESH_TOKEN, "scopes": ["read"]}})


@cache
def _gzip_bomb() -> str:
    unpacked = (token_body()[:-2] + ', "filler": "').encode() + b"a" * (100 * _MIB) + b'"}}'
    return gzip.compress(unpacked, 1).decode("latin-1")


_TOKEN_AND_FILLER = token_body()[:-2] + ', "filler": "'


@cache
def _markers() -> dict[str, Any]:
    return {
        "$token": token_body(),
        "$other_users_token": token_body(OTHER_USERS_TOKEN),
        "$gzip_bomb": _gzip_bomb(),
        "$token_and_filler_begin": _TOKEN_AND_FILLER,
        "$filler_of_60_mb": 62914560 - len(_TOKEN_AND_FILLER) - len('"}}'),
        "$filler_of_60_kb": "a" * 61440,
        "$nested_objects": token_body()[:-1] + ', "deep": ' + '{"a": ' * 100_000 + "1" + "}" * 100_000 + "}",
    }


def _expand(value: Any) -> Any:
    """Replace the markers, and turn the pieces into bytes."""
    if isinstance(value, dict):
        if value.keys() & {"response", "rest_of_response", "chunk", "at_once"}:
            return _piece(value)
        return {key: _expand(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item) for item in value]
    if not isinstance(value, str):
        return value
    markers = _markers()
    if value in markers:
        return markers[value]
    for marker in sorted(markers, key=len, reverse=True):
        value = value.replace(marker, str(markers[marker]))
    return value


def _piece(piece: dict[str, Any]) -> dict[str, Any]:
    more = {key: piece[key] for key in piece.keys() & {"times", "every_ms"}}
    if "at_once" in piece:
        return {"bytes": "".join(part["bytes"] for part in _expand(piece["at_once"]))} | more
    if "chunk" in piece:
        text = _expand(piece["chunk"])
        return {"bytes": f"{len(text):x}\r\n{text}\r\n"} | more
    response = piece["response"] if "response" in piece else piece["rest_of_response"]
    body = _expand(response.get("body", "$token"))
    headers = {"content-type": "application/json", "content-length": len(body)} | response.get("headers", {})
    if not response.get("keep", False):
        headers["connection"] = "close"
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return {"bytes": ("HTTP/1.1 200 OK\r\n" if "response" in piece else "") + head + "\r\n" + body} | more
