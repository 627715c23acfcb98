"""Holds a package to a case of the contract table: ours, or the official SDK, which the oracle runs the table against.

The official SDK is not asked for what only ours has: it may send other headers of its own and write ``null`` for what
is absent, its exceptions may be the bases of ours, and attributes, texts and redaction that it does not have are no
departure.
"""

from __future__ import annotations

import asyncio
import builtins
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import canned_server
import contract_marker
import contract_table
from canned_server import CannedServer
from contract_table import ABSENT, Case, Exchange, Result

#: Every made-up secret contains this, and nothing else does.
SECRET = "made-up"
HANDSHAKES = {"off": False, "beside": True, "wait": "wait"}
LICENCE_PATH = "/v1/mgmt/license"
#: An answer to a handshake that the case does not speak of; it tells no tier.
NO_LICENCE = {LICENCE_PATH: canned_server.Reply(404)}

#: The name, the version and the habits of whoever sends a request: each package has its own.
OF_THE_SENDER = {"user-agent", "x-descope-sdk-name", "x-descope-sdk-python-version", "x-descope-sdk-version"}
OF_THE_SENDER |= {"accept", "accept-encoding", "connection"}
#: Whatever the table says of a request, it has no other headers than those it names and these.
OF_EVERY_REQUEST = {"host", "content-length", "content-type", *OF_THE_SENDER}

#: The environment belongs to the whole process, so clients are made one at a time.
_ENVIRONMENT = threading.Lock()


@dataclass(frozen=True)
class Subject:
    """The package that is held to the table: where its names are found, and its client for each mode."""

    module: Any
    clients: Mapping[str, Any]
    is_official: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the caller got, and where."""

    at: str
    value: Any = None
    error: Exception | None = None


def check(case: Case, mode: str, subject: Subject) -> None:
    """Raises an ``AssertionError`` that tells the first thing that is not as the case has it."""
    aside = {}
    if subject.is_official and not any(exchange.request.path == LICENCE_PATH for exchange in case.exchanges):
        aside = NO_LICENCE
    with CannedServer(*[_step(exchange, subject) for exchange in case.exchanges], aside=aside) as server:
        begun = time.monotonic()
        run = _perform(case, server.url, subject) if mode == "sync" else _perform_async(case, server.url, subject)
        outcomes = run if isinstance(run, list) else asyncio.run(run)
        seconds = time.monotonic() - begun
        assert outcomes
        for request in server.requests:
            assert request.step is not None, f"a request that was not expected: {request.method} {request.path}"
        for outcome in outcomes:
            _expect(case.result, outcome, subject)
            if subject.is_official and outcome.error is not None and case.departure(mode) is None:
                # To agree is to agree in every field.
                untold = set(vars(outcome.error)) - set(case.result.attributes)
                assert not untold, f"the case does not tell {untold} of {outcome.error}"
        assert case.seconds.at_least <= seconds <= case.seconds.at_most, f"took {seconds:.2f} s"
        # The handshake beside a call may still be on its way.
        patience = time.monotonic() + 2
        while len(server.requests) < len(case.exchanges) and time.monotonic() < patience:
            time.sleep(0.005)
        requests = server.requests
    assert len(requests) == len(case.exchanges), f"{len(requests)} requests instead of {len(case.exchanges)}"
    for request in requests:
        assert request.step is not None
        _expect_request(case.exchanges[request.step].request, request, subject)


def _step(exchange: Exchange, subject: Subject) -> canned_server.Step:
    # When the official SDK asks for the tier is its own business; that a call carries it is the table's.
    out_of_turn = exchange.beside or (subject.is_official and exchange.request.path == LICENCE_PATH)
    beside = exchange.request.path if out_of_turn else None
    written = exchange.answer
    if not isinstance(written, contract_table.Reply):
        if written not in ("close", "hang"):
            raise ValueError(f"{written} is no answer")
        return canned_server.Step("close" if written == "close" else "hang", beside)
    body = "" if written.text is ABSENT else contract_marker.text(written.text)
    if written.json is not ABSENT:
        if written.text is not ABSENT:
            raise ValueError("an answer has both json and text")
        body = json.dumps(written.json)
    reply = canned_server.Reply(
        written.status,
        {name: contract_marker.header(value) for name, value in written.headers.items()},
        body.encode(),
        written.delay_ms / 1000,
        None if written.drip_ms is None else written.drip_ms / 1000,
    )
    return canned_server.Step(reply, beside)


def _perform(case: Case, server: str, subject: Subject) -> list[Outcome]:
    try:
        client = _make(case, server, subject, "sync")
    except Exception as error:
        return [Outcome("construction", error=error)]
    try:
        return [_call(case, server, client, subject) for _ in range(case.times)]
    finally:
        if not subject.is_official:
            client.close()


def _call(case: Case, server: str, client: Any, subject: Subject) -> Outcome:
    try:
        operation = getattr(getattr(client.mgmt, case.call.of), case.call.method)
    except Exception as error:
        return Outcome("access", error=error)
    args, kwargs = (contract_marker.passed(each, server, subject.module) for each in (case.call.args, case.call.kwargs))
    try:
        return Outcome("call", operation(*args, **kwargs))
    except Exception as error:
        return Outcome("call", error=error)


async def _perform_async(case: Case, server: str, subject: Subject) -> list[Outcome]:
    try:
        client = _make(case, server, subject, "async")
    except Exception as error:
        return [Outcome("construction", error=error)]
    try:
        return [await _call_async(case, server, client, subject) for _ in range(case.times)]
    finally:
        await client.aclose()


async def _call_async(case: Case, server: str, client: Any, subject: Subject) -> Outcome:
    try:
        operation = getattr(getattr(client.mgmt, case.call.of), case.call.method)
    except Exception as error:
        return Outcome("access", error=error)
    args, kwargs = (contract_marker.passed(each, server, subject.module) for each in (case.call.args, case.call.kwargs))
    try:
        return Outcome("call", await operation(*args, **kwargs))
    except Exception as error:
        return Outcome("call", error=error)


def _make(case: Case, server: str, subject: Subject, mode: str) -> Any:
    written = case.client
    settings: dict[str, Any] = {
        "project_id": written.project_id,
        "management_key": written.management_key,
        "base_url": written.base_url,
        "timeout_seconds": written.timeout_seconds,
    }
    if not subject.is_official:
        handshake = written.license_handshake
        settings["license_handshake"] = None if handshake is None else HANDSHAKES[handshake]
        settings["allow_insecure_http"] = written.allow_insecure_http
    settings = {name: value for name, value in settings.items() if value is not None}
    settings = contract_marker.passed({**settings, **written.python}, server, subject.module)
    environment = contract_marker.passed(dict(written.environment), server, subject.module)
    make = subject.clients[mode]
    if subject.is_official and not environment:
        # The constructor asks for the licence, and must not do so one client at a time.
        return make(**settings)
    with _ENVIRONMENT:
        of_this_machine = dict(os.environ)
        try:
            remove_variables()
            os.environ.update(environment)
            return make(**settings)
        finally:
            for name in environment:
                del os.environ[name]
            os.environ.update(of_this_machine)


def remove_variables() -> None:
    """Takes away what a client of either package would read."""
    for name in list(os.environ):
        if name.startswith(("DESCOPE_", "SSL_CERT_", "REQUESTS_CA_")) or name.lower().endswith("_proxy"):
            del os.environ[name]


def _expect(expected: Result, outcome: Outcome, subject: Subject) -> None:
    holder = outcome.value if outcome.error is None else outcome.error
    if outcome.error is None:
        assert expected.exception is None, f"{outcome.value!r} instead of {expected.exception}"
        _expect_value(expected, outcome.value, subject)
    else:
        _expect_exception(expected, outcome.error, outcome.at, subject)
    for name, value in expected.attributes.items():
        if subject.is_official and not hasattr(holder, name):
            continue
        actual = getattr(holder, name)
        assert contract_marker.is_met(value, actual), f"{name} is {actual!r}, not {value!r}"


def _expect_value(expected: Result, value: Any, subject: Subject) -> None:
    if not subject.is_official:
        for shown in (str(value), repr(value)):
            assert SECRET not in shown, "the result shows a secret"
    if (expected.value is ABSENT) == (expected.json is None):
        raise ValueError("a success is either a value or json")
    if expected.value is None:
        assert value is None, f"{value!r} instead of None"
        return
    assert isinstance(value, dict), f"{value!r} is no dict"
    if expected.json is not None:
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        assert written == expected.json, f"{written} instead of {expected.json}"
    else:
        assert value == expected.value, f"{value} instead of {expected.value}"
    for path, item in expected.items.items():
        found = value
        for name in path.split("."):
            try:
                found = found[name]
            except KeyError:
                raise AssertionError(f"there is no {path}") from None
        assert found == item, f"{path} is {found!r}"


def _expect_exception(expected: Result, error: Exception, at: str, subject: Subject) -> None:
    name = type(error).__name__
    assert expected.exception is not None, f"{at} raised {name} {error}"
    names = [expected.exception]
    if subject.is_official:
        # Who catches the official class catches ours too, where that is one of its kind.
        names += expected.is_a
    assert name in names, f"{name} {error} instead of {expected.exception}"
    assert at == expected.at, f"raised at {at} instead of at {expected.at}"
    if subject.is_official:
        return
    for each in (error, error.__cause__, error.__context__):
        shown = f"{each} {each!r} {getattr(each, '__dict__', None)}"
        assert SECRET not in shown, f"the exception shows a secret: {shown}"
    for name in expected.is_a:
        assert isinstance(error, _class_named(name, subject)), f"{error!r} is no {name}"
    for name in expected.is_not_a:
        assert not isinstance(error, _class_named(name, subject)), f"{error!r} is a {name}"
    for part in expected.text:
        assert part in str(error), f"{part!r} is not in {error}"


def _class_named(name: str, subject: Subject) -> type:
    found = getattr(subject.module, name, None) or getattr(builtins, name)
    if not isinstance(found, type):
        raise TypeError(f"{name} is no class")
    return found


def _expect_request(expected: contract_table.Request, received: canned_server.Request, subject: Subject) -> None:
    line = f"{received.method} {received.path}"
    assert line == f"{expected.method} {expected.path}", f"{line} instead of {expected.method} {expected.path}"
    query = parse_qsl(received.query, keep_blank_values=True)
    assert (dict(query), len(query)) == (expected.query, len(expected.query)), f"the query is {query}"
    _expect_headers(expected, received, subject)
    body = received.body.decode()
    if expected.body_text is None:
        wanted = expected.body
    else:
        # The bytes are ours; with the official SDK, what they mean.
        wanted = json.loads(expected.body_text) if subject.is_official else None
    if wanted is not None:
        assert body, "there is no body"
        sent = _without_nulls(json.loads(body))
        assert sent == _without_nulls(wanted), f"the body is {sent}"
    else:
        assert body == (expected.body_text or ""), f"the body is {body}"


def _expect_headers(expected: contract_table.Request, received: canned_server.Request, subject: Subject) -> None:
    if subject.is_official and received.path == LICENCE_PATH:
        return
    not_asked_for = OF_THE_SENDER if subject.is_official else set()
    for name, written in expected.headers.items():
        value = written["python"] if isinstance(written, dict) and "python" in written else written
        actual = received.headers.get(name)
        assert name in not_asked_for or contract_marker.is_met(value, actual), f"{name} is {actual!r}"
    for name in expected.absent_headers:
        assert name in not_asked_for or name not in received.headers, f"{name} is sent"
    if received.body:
        assert received.headers.get("content-type") == "application/json", "the body is not said to be JSON"
    strangers = set(received.headers) - set(expected.headers) - OF_EVERY_REQUEST
    assert not strangers, f"{strangers} are sent"


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return value
