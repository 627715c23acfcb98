"""No part of the package shows a secret: not in errors, frames, logs, pickles or output, whatever a call results in.

The tests call every operation with planted secrets (``secret_calls.py``), with a sync and with an async client. The
secrets may appear in the caller's own frames and in the data of a response, and nowhere else.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import logging
import os
import pickle
import subprocess
import sys
import threading
import traceback
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest
from canned_server import CannedResponse, Reaction, Request, SteadyServer
from secret_calls import CALLS, KEY, MODES, PLANTED, SECRET_RESPONSE, USER, SecretCall

import descope_outbound
from descope_outbound import AuthException, DescopeClient, DescopeClientAsync
from emulator import ROOT, Emulator

PACKAGE_PATH = str(Path(descope_outbound.__file__).parent)
Client = DescopeClient | DescopeClientAsync


@pytest.fixture(scope="module")
def service() -> Iterator[SteadyServer]:
    with SteadyServer() as service:
        yield service


def client_of(mode: str, base_url: str, **settings: Any) -> Client:
    arguments = {"management_key": KEY, "base_url": base_url, "license_handshake": False, **settings}
    return DescopeClient("Pmadeup", **arguments) if mode == "sync" else DescopeClientAsync("Pmadeup", **arguments)


def package_frames(error: BaseException) -> str:
    """Return the local variables of this package's frames, as a tool such as Sentry would keep them."""
    summary = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(str(frame.locals) for frame in summary.stack if frame.filename.startswith(PACKAGE_PATH))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and all its causes and contexts."""
    if error is not None:
        yield error
        yield from chain(error.__cause__)
        yield from chain(error.__context__)


def shown_by(error: BaseException) -> list[str]:
    """Return every text and serialized form of an error, except for the variables of its frames."""
    shown = []
    for one in chain(error):
        shown += [str(one), repr(one), str(vars(one)), pformat(one.args)]
        shown += traceback.format_exception(one)
        shown.append(pickle.dumps(one).decode("latin-1"))
        shown.append(str(one.__reduce_ex__(4)))
        shown += getattr(one, "__notes__", [])
    return shown


def shown_by_client(client: Client) -> list[str]:
    return [repr(client), str(client), pformat(vars(client)), str(dir(client)), repr(client.get_last_response())]


def assert_error_shows_nothing(error: BaseException, *more: str) -> None:
    """Assert that the error and the frames contain no secret, and that the error contains none of ``more`` either."""
    assert_nothing_is_shown(shown_by(error), *more)
    assert_nothing_is_shown([package_frames(one) for one in chain(error)])


def assert_nothing_is_shown(shown: list[str], *more: str) -> None:
    assert [text for text in shown if any(value in text for value in (PLANTED, *more))] == []


def echo(request: Request) -> Reaction:
    """Return the whole request in every field of an error, escaped as Python, Go and PHP escape JSON."""
    key = request.headers["authorization"]
    sent = key + request.body.decode()
    error_body = {"errorCode": "E1", "errorDescription": sent, "errorMessage": json.dumps(sent), "sent": [sent, key]}
    body = json.dumps(error_body)
    if request.method == "POST":
        body = body.replace("-", "\\u002d").replace("/", "\\/")
    return CannedResponse(418, {"x-echo": key, "cf-ray": key}, body.encode())


#: The failures of a call: the service's reaction, and the call's own arguments.
FAILURES: dict[str, tuple[Reaction | Callable[[Request], Reaction], dict[str, Any]]] = {
    "rejected": (CannedResponse(400, body=b'{"errorDescription": "no"}'), {}),
    "not found": (CannedResponse(404, body=b'{"errorCode": "E111504"}'), {}),
    "limited": (CannedResponse(429, {"retry-after": "7"}), {}),
    "failing": (CannedResponse(500, body=b"<html>"), {}),
    "echoing": (echo, {}),
    "unreadable": (CannedResponse(200, body=b'{"token": "' + PLANTED.encode()), {}),
    "cut off": (CannedResponse(200, {"content-length": "99"}, b"{}"), {"timeout_seconds": 0.05}),
    "interrupted": ("close", {"timeout_seconds": 0.05}),
    "too slow": ("hang", {"timeout_seconds": 0.02}),
    "impossible timeout": (CannedResponse(200), {"timeout_seconds": -1}),
    "timeout of another type": (CannedResponse(200), {"timeout_seconds": "soon"}),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("failure", FAILURES)
def test_no_failure_of_any_call_shows_a_secret(
    failure: str, mode: str, service: SteadyServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    service.reaction, more = FAILURES[failure]
    client = client_of(mode, service.url, verbose=True)
    for call in CALLS:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - the failure determines the class
            MODES[mode](call, client, **more)
        assert package_frames(caught.value), call.title
        # A service may quote the user's id in its response.
        assert_error_shows_nothing(caught.value, *([] if failure == "echoing" else [USER, "somebody%40"]))
        if failure == "echoing":
            assert "[redacted]" in str(caught.value)
    assert_nothing_is_shown([*shown_by_client(client), caplog.text, *capfd.readouterr()])


@pytest.mark.parametrize("mode", MODES)
def test_the_error_for_an_invalid_argument_shows_no_secret(mode: str, service: SteadyServer) -> None:
    client = client_of(mode, service.url)
    service.last = None
    for call in CALLS:
        if not call.arguments:
            continue
        first = 1 if call.owner.endswith("by_token") else 0
        for wrong in ["", 7, object(), "\ud800"]:
            arguments = list(call.arguments)
            arguments[first] = wrong
            invalid = SecretCall(call.method, tuple(arguments), call.named, call.owner)
            with pytest.raises((AuthException, TypeError)) as caught:
                MODES[mode](invalid, client)
            assert_error_shows_nothing(caught.value, USER)
    # The secret itself, in forms that cannot be sent.
    for secret in [f"{PLANTED}\n", f" {PLANTED}", f"{PLANTED}é", PLANTED.encode(), [PLANTED], {"a": PLANTED}]:
        inbound = SecretCall("fetch_token", (secret, "app-id", USER), owner="outbound_application_by_token")
        with pytest.raises((AuthException, TypeError)) as caught:
            MODES[mode](inbound, client)
        assert_error_shows_nothing(caught.value, USER)
    assert service.last is None


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_the_text_of_a_success_response_shows_no_secret(
    mode: str, cache: bool, service: SteadyServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    service.reaction = CannedResponse(200, body=json.dumps(SECRET_RESPONSE).encode())
    client = client_of(mode, service.url, verbose=True, cache=cache)
    # With a cache, the second of two equal calls may be a hit.
    for call in [call for call in CALLS for _ in range(1 + cache)]:
        response = MODES[mode](call, client)
        logging.getLogger("a.backend").info("got %s %r", response, response)
        assert_nothing_is_shown([repr(response), str(response), f"{response}", pformat(response)])
        if response is not None:
            assert PLANTED in json.dumps(response)
            assert "[redacted]" in repr(response)
    print(response)
    assert "got {" in caplog.text
    assert_nothing_is_shown([*shown_by_client(client), caplog.text, *capfd.readouterr()])


def test_the_table_of_calls_has_every_operation(service: SteadyServer) -> None:
    mgmt = client_of("sync", service.url).mgmt
    owners = ["outbound_application", "outbound_application_by_token"]
    methods = {(owner, name) for owner in owners for name in dir(getattr(mgmt, owner)) if not name.startswith("_")}
    assert methods == {(call.owner, call.method) for call in CALLS}


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_no_object_reachable_from_a_client_contains_a_secret(mode: str, cache: bool, service: SteadyServer) -> None:
    client = client_of(mode, service.url, cache=cache)
    service.reaction = CannedResponse(200, body=json.dumps(SECRET_RESPONSE).encode())
    for call in [call for call in CALLS for _ in range(1 + cache)]:
        MODES[mode](call, client)
    seen: dict[int, Any] = {}
    remaining: list[Any] = [client]
    while remaining:
        item = remaining.pop()
        # Classes, modules and functions lead to everything else, this test included.
        if id(item) in seen or isinstance(item, type | types.ModuleType | types.FunctionType | types.CodeType):
            continue
        seen[id(item)] = item
        remaining += gc.get_referents(item)
        remaining += getattr(item, "__dict__", {}).values()
    assert len(seen) > 5
    assert [item for item in seen.values() if isinstance(item, str | bytes) and PLANTED in repr(item)] == []


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("write", [pickle.dumps, copy.deepcopy, json.dumps])
def test_a_client_cannot_be_serialized(
    write: Callable[[Any], Any], mode: str, cache: bool, service: SteadyServer
) -> None:
    client = client_of(mode, service.url, cache=cache)
    with pytest.raises(TypeError) as caught:
        write(client.cache if cache else client)
    assert_nothing_is_shown([str(caught.value), repr(caught.value), package_frames(caught.value)])


BAD_SETTINGS: dict[str, dict[str, Any]] = {
    "a line break": {"management_key": f"{KEY}\n"},
    "a space": {"management_key": f" {KEY}"},
    "not ASCII": {"management_key": f"{KEY}é"},
    "a lone surrogate": {"management_key": f"{KEY}\ud800"},
    "bytes": {"management_key": KEY.encode()},
    "a list": {"management_key": [KEY]},
    "a project": {"project_id": "P/.."},
    "a project of another type": {"project_id": 7},
    "a base URL": {"base_url": "nonsense"},
    "a password": {"base_url": f"https://user:{PLANTED}@example.invalid"},
    "a timeout": {"timeout_seconds": 0},
    "a handshake": {"license_handshake": "soon"},
    "plain http": {"base_url": "http://example.invalid"},
}


@pytest.mark.parametrize("kind", [DescopeClient, DescopeClientAsync])
@pytest.mark.parametrize("wrong", BAD_SETTINGS)
def test_the_error_for_an_invalid_setting_shows_no_secret(wrong: str, kind: Any) -> None:
    with pytest.raises((AuthException, TypeError)) as caught:
        kind(**{"project_id": "Pmadeup", "management_key": KEY, "auth_management_key": KEY, **BAD_SETTINGS[wrong]})
    if wrong == "a password":
        assert_nothing_is_shown(shown_by(caught.value))
    else:
        assert_error_shows_nothing(caught.value)


@pytest.mark.parametrize("kind", [DescopeClient, DescopeClientAsync])
def test_the_error_for_an_invalid_key_from_the_environment_does_not_show_it(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESCOPE_MANAGEMENT_KEY", f"{KEY} ")
    monkeypatch.setenv("https_proxy", f"http://user:{PLANTED}@[")
    with pytest.raises(AuthException) as caught:
        kind("Pmadeup")
    assert_error_shows_nothing(caught.value)
    monkeypatch.setenv("DESCOPE_MANAGEMENT_KEY", KEY)
    client = kind("Pmadeup")
    with pytest.raises(AuthException, match="https_proxy") as caught:
        MODES["sync" if kind is DescopeClient else "async"](CALLS[0], client)
    assert_error_shows_nothing(caught.value, USER)


class DelayedService:
    """Makes the service delay its responses until ``proceed`` is set."""

    def __init__(self, service: SteadyServer) -> None:
        self.received = threading.Event()
        self.proceed = threading.Event()
        service.reaction = self._react

    def _react(self, _: Request) -> Reaction:
        self.received.set()
        self.proceed.wait(timeout=20)
        return CannedResponse(200, body=json.dumps(SECRET_RESPONSE).encode())


def test_the_frames_of_a_waiting_call_contain_no_secret(service: SteadyServer) -> None:
    client = client_of("sync", service.url)
    for call in CALLS:
        delayed = DelayedService(service)
        thread = threading.Thread(target=call.perform, args=(client,))
        thread.start()
        assert delayed.received.wait(timeout=20)
        assert thread.ident is not None
        stack = traceback.walk_stack(sys._current_frames()[thread.ident])
        frames = [repr(frame.f_locals) for frame, _ in stack if frame.f_code.co_filename.startswith(PACKAGE_PATH)]
        delayed.proceed.set()
        thread.join()
        assert frames, call.title
        assert_nothing_is_shown(frames)


def test_the_coroutines_of_a_waiting_call_contain_no_secret(service: SteadyServer) -> None:
    client = client_of("async", service.url)

    async def look(call: SecretCall) -> None:
        delayed = DelayedService(service)
        task = asyncio.ensure_future(call.perform(client))
        assert await asyncio.to_thread(delayed.received.wait, 20)
        frames = []
        coroutine: Any = task.get_coro()
        while coroutine is not None and getattr(coroutine, "cr_frame", None) is not None:
            frames.append(repr(coroutine.cr_frame.f_locals))
            coroutine = coroutine.cr_await
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        delayed.proceed.set()
        assert len(frames) > 1, call.title
        assert_nothing_is_shown([*frames, repr(task), package_frames(caught.value)])

    async def look_at_all() -> None:
        for call in CALLS:
            await look(call)

    asyncio.run(look_at_all())


VERBOSE_PROGRAM = """
import faulthandler, json, logging, sys, traceback
faulthandler.enable()
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
from descope_outbound import DescopeClient, DescopeClientAsync
from secret_calls import CALLS, KEY, MODES
kinds = [("sync", DescopeClient), ("async", DescopeClientAsync)]
# A client with verbose=True reads its cache on another path, which other tests cover.
for (mode, kind), cache in [(kind, cache) for kind in kinds for cache in [False, True]]:
    client = kind("Pmadeup", management_key=KEY, base_url=sys.argv[1], verbose=not cache, cache=cache)
    for call in CALLS:
        for more in [{}, {"timeout_seconds": 0.01}, {"timeout_seconds": -1}]:
            try:
                response = MODES[mode](call, client, **more)
                print(response, repr(response), client, client.get_last_response())
                logging.info("got %s %r", response, response)
            except Exception as error:
                logging.exception("%s", error)
                traceback.print_exc()
                print(repr(error), vars(error), client.get_last_response())
print("done")
MODES["async"](CALLS[8], client)
"""


@pytest.mark.parametrize("response", ["success", "error"])
def test_a_program_with_all_logs_on_prints_no_secret(response: str, service: SteadyServer) -> None:
    responses = [
        CannedResponse(200, body=json.dumps(SECRET_RESPONSE).encode()),
        CannedResponse(400, body=b'{"errorDescription": "no"}'),
    ]
    service.reaction = responses[response == "error"]
    program = subprocess.run(
        [sys.executable, "-X", "dev", "-c", VERBOSE_PROGRAM, service.url],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent),
            "PYTHONASYNCIODEBUG": "1",
            "RUST_LOG": "trace",
            "RUST_BACKTRACE": "full",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert "done" in program.stdout
    assert "Traceback" in program.stdout
    assert "[redacted]" in program.stdout or response == "error"
    assert program.returncode == (1 if response == "error" else 0)
    assert_nothing_is_shown(program.stdout.splitlines())


def test_a_program_that_fetches_from_the_emulator_prints_no_token(emulator: Emulator) -> None:
    program = """
from descope_outbound import DescopeClient
client = DescopeClient()
token = client.mgmt.outbound_application.fetch_token("app-id", "user-id", options={"withRefreshToken": True})
print(token, repr(token), token["token"], client)
client.mgmt.outbound_application.fetch_token("app-id", "unconnected-user")
"""
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program],
        env={**os.environ, **emulator.environment(), "RUST_LOG": "trace"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert "TokenNotFound" in ran.stdout
    assert "[redacted]" in ran.stdout
    for secret in [emulator.management_key, "emulated-access", "emulated-refresh"]:
        assert secret not in ran.stdout
