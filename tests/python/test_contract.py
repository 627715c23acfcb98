"""The contract table (``tests/contract``), run against both clients and a canned server."""

from __future__ import annotations

import asyncio
import builtins
import json
import os
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import canned_server
import contract_marker
import contract_table
import pytest
from canned_server import CannedServer
from contract_table import ABSENT, Case, Exchange, Result

import descope_outbound
from descope_outbound import DescopeClient, DescopeClientAsync

CASES = contract_table.read()
CLIENTS = {"sync": DescopeClient, "async": DescopeClientAsync}

#: Every made-up secret contains this, and nothing else does.
SECRET = "made-up"
AT_ONCE = 32
HANDSHAKES = {"off": False, "beside": True, "wait": "wait"}

#: The environment belongs to the whole process, so clients are made one at a time.
_ENVIRONMENT = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    """What the caller got, and where."""

    at: str
    value: Any = None
    error: Exception | None = None


@pytest.fixture(scope="module")
def finished() -> dict[tuple[str, str], Future[None]]:
    """All cases at once, since some of them wait for seconds; over before the first failure is shown."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {(case.id, mode): pool.submit(check, case, mode) for case in CASES for mode in CLIENTS}


@pytest.mark.parametrize("mode", CLIENTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_case_holds(case: Case, mode: str, finished: dict[tuple[str, str], Future[None]]) -> None:
    finished[case.id, mode].result()


def test_the_sum_is_told(finished: dict[tuple[str, str], Future[None]], capsys: pytest.CaptureFixture[str]) -> None:
    lines = [""]
    for mode in CLIENTS:
        failures = [finished[case.id, mode].exception() for case in CASES]
        lines.append(f"contract: {len(failures)} cases, {failures.count(None)} passed (python, {mode})")
    with capsys.disabled():
        sys.stdout.write("\n".join([*lines, ""]))


def check(case: Case, mode: str) -> None:
    with CannedServer(*[step(exchange) for exchange in case.exchanges]) as server:
        begun = time.monotonic()
        outcomes = perform(case, server.url) if mode == "sync" else asyncio.run(perform_async(case, server.url))
        seconds = time.monotonic() - begun
        assert outcomes
        for outcome in outcomes:
            expect(case.result, outcome)
        assert case.seconds.at_least <= seconds <= case.seconds.at_most
        # The handshake beside a call may still be on its way.
        patience = time.monotonic() + 2
        while len(server.requests) < len(case.exchanges) and time.monotonic() < patience:
            time.sleep(0.005)
        requests = server.requests
    assert len(requests) == len(case.exchanges), requests
    for request in requests:
        assert request.step is not None, f"not expected: {request}"
        expect_request(case.exchanges[request.step].request, request)


def step(exchange: Exchange) -> canned_server.Step:
    beside = exchange.request.path if exchange.beside else None
    written = exchange.answer
    if not isinstance(written, contract_table.Reply):
        assert written in ("close", "hang")
        return canned_server.Step("close" if written == "close" else "hang", beside)
    assert written.json is ABSENT or written.text is ABSENT
    body = "" if written.text is ABSENT else contract_marker.text(written.text)
    if written.json is not ABSENT:
        body = json.dumps(written.json)
    reply = canned_server.Reply(
        written.status,
        {name: contract_marker.header(value) for name, value in written.headers.items()},
        body.encode(),
        written.delay_ms / 1000,
        None if written.drip_ms is None else written.drip_ms / 1000,
    )
    return canned_server.Step(reply, beside)


def perform(case: Case, server: str) -> list[Outcome]:
    try:
        client = make(case, server, DescopeClient)
    except Exception as error:
        return [Outcome("construction", error=error)]
    with client:
        return [call(case, server, client) for _ in range(case.times)]


def call(case: Case, server: str, client: DescopeClient) -> Outcome:
    try:
        operations = client.mgmt.outbound_application
    except Exception as error:
        return Outcome("access", error=error)
    args, kwargs = (contract_marker.passed(each, server) for each in (case.call.args, case.call.kwargs))
    try:
        return Outcome("call", getattr(operations, case.call.method)(*args, **kwargs))
    except Exception as error:
        return Outcome("call", error=error)


async def perform_async(case: Case, server: str) -> list[Outcome]:
    try:
        client = make(case, server, DescopeClientAsync)
    except Exception as error:
        return [Outcome("construction", error=error)]
    try:
        return [await call_async(case, server, client) for _ in range(case.times)]
    finally:
        await client.aclose()


async def call_async(case: Case, server: str, client: DescopeClientAsync) -> Outcome:
    try:
        operations = client.mgmt.outbound_application
    except Exception as error:
        return Outcome("access", error=error)
    args, kwargs = (contract_marker.passed(each, server) for each in (case.call.args, case.call.kwargs))
    try:
        return Outcome("call", await getattr(operations, case.call.method)(*args, **kwargs))
    except Exception as error:
        return Outcome("call", error=error)


def make(case: Case, server: str, client_class: Any) -> Any:
    written = case.client
    settings: dict[str, Any] = {
        "project_id": written.project_id,
        "management_key": written.management_key,
        "base_url": written.base_url,
        "timeout_seconds": written.timeout_seconds,
        "license_handshake": None if written.license_handshake is None else HANDSHAKES[written.license_handshake],
        "allow_insecure_http": written.allow_insecure_http,
    }
    settings = {name: value for name, value in settings.items() if value is not None}
    settings = contract_marker.passed({**settings, **written.python}, server)
    environment = contract_marker.passed(dict(written.environment), server)
    with _ENVIRONMENT:
        of_this_machine = dict(os.environ)
        try:
            for name in of_this_machine:
                if name.startswith(("DESCOPE_", "SSL_CERT_", "REQUESTS_CA_")) or name.lower().endswith("_proxy"):
                    del os.environ[name]
            os.environ.update(environment)
            return client_class(**settings)
        finally:
            for name in environment:
                del os.environ[name]
            os.environ.update(of_this_machine)


def expect(expected: Result, outcome: Outcome) -> None:
    if outcome.error is None:
        assert expected.exception is None, f"{outcome.value!r} instead of {expected.exception}"
        expect_value(expected, outcome.value)
    else:
        expect_exception(expected, outcome.error, outcome.at)
    for name, value in expected.attributes.items():
        actual = getattr(outcome.value if outcome.error is None else outcome.error, name)
        assert contract_marker.is_met(value, actual), f"{name} is {actual!r}, not {value!r}"


def expect_value(expected: Result, value: Any) -> None:
    for shown in (str(value), repr(value)):
        assert SECRET not in shown, "the result shows a secret"
    assert (expected.value is ABSENT) != (expected.json is None)
    if expected.value is None:
        assert value is None
        return
    assert isinstance(value, dict)
    if expected.json is not None:
        assert json.dumps(value, ensure_ascii=False, separators=(",", ":")) == expected.json
    else:
        assert value == expected.value
    for path, item in expected.items.items():
        found = value
        for name in path.split("."):
            found = found[name]
        assert found == item, path


def expect_exception(expected: Result, error: Exception, at: str) -> None:
    for each in (error, error.__cause__, error.__context__):
        shown = f"{each} {each!r} {getattr(each, '__dict__', None)}"
        assert SECRET not in shown, f"the exception shows a secret: {shown}"
    assert (type(error).__name__, at) == (expected.exception, expected.at), repr(error)
    for name in expected.is_a:
        assert isinstance(error, class_named(name)), name
    for name in expected.is_not_a:
        assert not isinstance(error, class_named(name)), name
    for part in expected.text:
        assert part in str(error), f"{part!r} is not in {error}"


def class_named(name: str) -> type:
    found = getattr(descope_outbound, name, None) or getattr(builtins, name)
    assert isinstance(found, type)
    return found


def expect_request(expected: contract_table.Request, received: canned_server.Request) -> None:
    assert (received.method, received.path) == (expected.method, expected.path)
    query = parse_qsl(received.query, keep_blank_values=True)
    assert (dict(query), len(query)) == (expected.query, len(expected.query))
    for name, written in expected.headers.items():
        value = written["python"] if isinstance(written, dict) and "python" in written else written
        assert contract_marker.is_met(value, received.headers.get(name)), f"{name}: {received.headers.get(name)}"
    for name in expected.absent_headers:
        assert name not in received.headers, name
    body = received.body.decode()
    assert expected.body is None or expected.body_text is None
    if expected.body is not None:
        assert without_nulls(json.loads(body)) == without_nulls(expected.body)
    else:
        assert body == (expected.body_text or "")


def without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return value
