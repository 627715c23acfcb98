"""Check a package against a case of the contract table: this package or, for the oracle, the official SDK.

The checks of the official SDK allow for features that only this package has. The official SDK may send its own headers
and ``null`` for absent fields, and may raise a base class of the expected exception. Attributes, texts and redaction
that it does not have are not departures.
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
from contract_table import ABSENT, Case, ExpectedExchange, Result

#: Every made-up secret contains this, and nothing else does.
SECRET = "made-up"
HANDSHAKES = {"off": False, "beside": True, "wait": "wait"}
LICENSE_PATH = "/v1/mgmt/license"
#: The response to a handshake that the case does not mention. It contains no tier.
NO_LICENSE = {LICENSE_PATH: canned_server.CannedResponse(404)}

#: Headers with the sender's name, version and defaults, which differ between the packages.
SENDER_HEADERS = {"user-agent", "x-descope-sdk-name", "x-descope-sdk-python-version", "x-descope-sdk-version"}
SENDER_HEADERS |= {"accept", "accept-encoding", "connection"}
#: The headers that a request may have in addition to those in the table.
COMMON_HEADERS = {"host", "content-length", "content-type", *SENDER_HEADERS}

#: The environment belongs to the whole process, so only one client at a time is created.
_ENVIRONMENT = threading.Lock()


@dataclass(frozen=True)
class PackageUnderTest:
    """The package to check: the module with its names, and its client for each mode."""

    module: Any
    clients: Mapping[str, Any]
    is_official: bool = False


@dataclass(frozen=True)
class CallOutcome:
    """The value or the exception that the caller got. ``at`` is the step that returned or raised."""

    at: str
    value: Any = None
    error: Exception | None = None


def check(case: Case, mode: str, package: PackageUnderTest) -> None:
    """Run the case and raise an ``AssertionError`` for the first difference from the table."""
    aside = {}
    if package.is_official and not any(exchange.request.path == LICENSE_PATH for exchange in case.exchanges):
        aside = NO_LICENSE
    with CannedServer(*[_step(exchange, package) for exchange in case.exchanges], aside=aside) as server:
        begin = time.monotonic()
        run = _perform(case, server.url, package) if mode == "sync" else _perform_async(case, server.url, package)
        outcomes = run if isinstance(run, list) else asyncio.run(run)
        seconds = time.monotonic() - begin
        assert outcomes
        for request in server.requests:
            assert request.step is not None, f"unexpected request: {request.method} {request.path}"
        for outcome in outcomes:
            _expect(case.result, outcome, package)
            if package.is_official and outcome.error is not None and case.departure(mode) is None:
                # The packages agree only if they agree in every attribute.
                unlisted = set(vars(outcome.error)) - set(case.result.attributes)
                assert not unlisted, f"the case does not list {unlisted} of {outcome.error}"
        assert case.seconds.at_least <= seconds <= case.seconds.at_most, f"took {seconds:.2f} s"
        # A handshake in parallel with the call may arrive later.
        deadline = time.monotonic() + 2
        while len(server.requests) < len(case.exchanges) and time.monotonic() < deadline:
            time.sleep(0.005)
        requests = server.requests
    assert len(requests) == len(case.exchanges), f"{len(requests)} requests instead of {len(case.exchanges)}"
    for request in requests:
        assert request.step is not None
        _expect_request(case.exchanges[request.step].request, request, package)


def _step(exchange: ExpectedExchange, package: PackageUnderTest) -> canned_server.Step:
    # The official SDK may request the tier at any time. The table only says that a call carries it.
    out_of_turn = exchange.beside or (package.is_official and exchange.request.path == LICENSE_PATH)
    path = exchange.request.path if out_of_turn else None
    written = exchange.response
    if not isinstance(written, contract_table.TableResponse):
        if written not in ("close", "hang"):
            raise ValueError(f"{written} is not a response")
        return canned_server.Step("close" if written == "close" else "hang", path)
    body = "" if written.text is ABSENT else contract_marker.text(written.text)
    if written.json is not ABSENT:
        if written.text is not ABSENT:
            raise ValueError("a response has both json and text")
        body = json.dumps(written.json)
    response = canned_server.CannedResponse(
        written.status,
        {name: contract_marker.header(value) for name, value in written.headers.items()},
        body.encode(),
        written.delay_ms / 1000,
        None if written.drip_ms is None else written.drip_ms / 1000,
    )
    return canned_server.Step(response, path)


def _perform(case: Case, server: str, package: PackageUnderTest) -> list[CallOutcome]:
    try:
        client = _create_client(case, server, package, "sync")
    except Exception as error:
        return [CallOutcome("construction", error=error)]
    try:
        return [_call(case, server, client, package) for _ in range(case.times)]
    finally:
        if not package.is_official:
            client.close()


def _call(case: Case, server: str, client: Any, package: PackageUnderTest) -> CallOutcome:
    try:
        operation = getattr(getattr(client.mgmt, case.call.of), case.call.method)
    except Exception as error:
        return CallOutcome("access", error=error)
    args, kwargs = (
        contract_marker.to_argument(each, server, package.module) for each in (case.call.args, case.call.kwargs)
    )
    try:
        return CallOutcome("call", operation(*args, **kwargs))
    except Exception as error:
        return CallOutcome("call", error=error)


async def _perform_async(case: Case, server: str, package: PackageUnderTest) -> list[CallOutcome]:
    try:
        client = _create_client(case, server, package, "async")
    except Exception as error:
        return [CallOutcome("construction", error=error)]
    try:
        return [await _call_async(case, server, client, package) for _ in range(case.times)]
    finally:
        await client.aclose()


async def _call_async(case: Case, server: str, client: Any, package: PackageUnderTest) -> CallOutcome:
    try:
        operation = getattr(getattr(client.mgmt, case.call.of), case.call.method)
    except Exception as error:
        return CallOutcome("access", error=error)
    args, kwargs = (
        contract_marker.to_argument(each, server, package.module) for each in (case.call.args, case.call.kwargs)
    )
    try:
        return CallOutcome("call", await operation(*args, **kwargs))
    except Exception as error:
        return CallOutcome("call", error=error)


def _create_client(case: Case, server: str, package: PackageUnderTest, mode: str) -> Any:
    written = case.client
    settings: dict[str, Any] = {
        "project_id": written.project_id,
        "management_key": written.management_key,
        "base_url": written.base_url,
        "timeout_seconds": written.timeout_seconds,
    }
    if not package.is_official:
        handshake = written.license_handshake
        settings["license_handshake"] = None if handshake is None else HANDSHAKES[handshake]
        settings["allow_insecure_http"] = written.allow_insecure_http
    settings = {name: value for name, value in settings.items() if value is not None}
    settings = contract_marker.to_argument({**settings, **written.python}, server, package.module)
    environment = contract_marker.to_argument(dict(written.environment), server, package.module)
    client_class = package.clients[mode]
    if package.is_official and not environment:
        # The official constructor sends the handshake, so these clients are created in parallel.
        return client_class(**settings)
    with _ENVIRONMENT:
        original_environment = dict(os.environ)
        try:
            remove_variables()
            os.environ.update(environment)
            return client_class(**settings)
        finally:
            for name in environment:
                del os.environ[name]
            os.environ.update(original_environment)


def remove_variables() -> None:
    """Remove the environment variables that a client of either package reads."""
    for name in list(os.environ):
        if name.startswith(("DESCOPE_", "SSL_CERT_", "REQUESTS_CA_")) or name.lower().endswith("_proxy"):
            del os.environ[name]


def _expect(expected: Result, outcome: CallOutcome, package: PackageUnderTest) -> None:
    holder = outcome.value if outcome.error is None else outcome.error
    if outcome.error is None:
        assert expected.exception is None, f"{outcome.value!r} instead of {expected.exception}"
        _expect_value(expected, outcome.value, package)
    else:
        _expect_exception(expected, outcome.error, outcome.at, package)
    for name, value in expected.attributes.items():
        if package.is_official and not hasattr(holder, name):
            continue
        actual = getattr(holder, name)
        assert contract_marker.matches(value, actual), f"{name} is {actual!r}, not {value!r}"


def _expect_value(expected: Result, value: Any, package: PackageUnderTest) -> None:
    if not package.is_official:
        for shown in (str(value), repr(value)):
            assert SECRET not in shown, "the result shows a secret"
    if (expected.value is ABSENT) == (expected.json is None):
        raise ValueError("a success needs either a value or json")
    if expected.value is None:
        assert value is None, f"{value!r} instead of None"
        return
    assert isinstance(value, dict), f"{value!r} is not a dict"
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


def _expect_exception(expected: Result, error: Exception, at: str, package: PackageUnderTest) -> None:
    name = type(error).__name__
    assert expected.exception is not None, f"{at} raised {name} {error}"
    names = [expected.exception]
    if package.is_official:
        # The official SDK may raise a base class of this package's exception.
        names += expected.is_a
    assert name in names, f"{name} {error} instead of {expected.exception}"
    assert at == expected.at, f"raised at {at} instead of at {expected.at}"
    if package.is_official:
        return
    for each in (error, error.__cause__, error.__context__):
        shown = f"{each} {each!r} {getattr(each, '__dict__', None)}"
        assert SECRET not in shown, f"the exception shows a secret: {shown}"
    for name in expected.is_a:
        assert isinstance(error, _class_named(name, package)), f"{error!r} is not a {name}"
    for name in expected.is_not_a:
        assert not isinstance(error, _class_named(name, package)), f"{error!r} is a {name}"
    for part in expected.text:
        assert part in str(error), f"{part!r} is not in {error}"


def _class_named(name: str, package: PackageUnderTest) -> type:
    found = getattr(package.module, name, None) or getattr(builtins, name)
    if not isinstance(found, type):
        raise TypeError(f"{name} is not a class")
    return found


def _expect_request(
    expected: contract_table.Request, received: canned_server.Request, package: PackageUnderTest
) -> None:
    line = f"{received.method} {received.path}"
    assert line == f"{expected.method} {expected.path}", f"{line} instead of {expected.method} {expected.path}"
    query = parse_qsl(received.query, keep_blank_values=True)
    assert (dict(query), len(query)) == (expected.query, len(expected.query)), f"the query is {query}"
    _expect_headers(expected, received, package)
    body = received.body.decode()
    if expected.body_text is None:
        expected_json = expected.body
    else:
        # The exact text is checked for this package only. The official SDK's body needs the same meaning.
        expected_json = json.loads(expected.body_text) if package.is_official else None
    if expected_json is not None:
        assert body, "there is no body"
        sent = _without_nulls(json.loads(body))
        assert sent == _without_nulls(expected_json), f"the body is {sent}"
    else:
        assert body == (expected.body_text or ""), f"the body is {body}"


def _expect_headers(
    expected: contract_table.Request, received: canned_server.Request, package: PackageUnderTest
) -> None:
    if package.is_official and received.path == LICENSE_PATH:
        return
    unchecked = SENDER_HEADERS if package.is_official else set()
    for name, written in expected.headers.items():
        value = written["python"] if isinstance(written, dict) and "python" in written else written
        actual = received.headers.get(name)
        assert name in unchecked or contract_marker.matches(value, actual), f"{name} is {actual!r}"
    for name in expected.absent_headers:
        assert name in unchecked or name not in received.headers, f"{name} is sent"
    if received.body:
        assert received.headers.get("content-type") == "application/json", "the content type is not JSON"
    unexpected = set(received.headers) - set(expected.headers) - COMMON_HEADERS
    assert not unexpected, f"{unexpected} are sent"


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return value
