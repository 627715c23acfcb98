"""Nothing of ours shows a secret: not in errors, frames, logs, pickles or output, whatever becomes of a call.

Every operation is called by a sync and by an async client with planted secrets (``secret_calls.py``). The values are
the caller's: they stand in his frames and in the answer that he asked for, and are to be found nowhere else.
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
from canned_server import Answer, Reply, Request, SteadyServer
from secret_calls import CALLS, EVERYTHING, KEY, MODES, PLANTED, USER, SecretCall

import descope_outbound
from descope_outbound import AuthException, DescopeClient, DescopeClientAsync
from emulator import ROOT, Emulator

OURS = str(Path(descope_outbound.__file__).parent)
Client = DescopeClient | DescopeClientAsync


@pytest.fixture(scope="module")
def service() -> Iterator[SteadyServer]:
    with SteadyServer() as service:
        yield service


def client_of(mode: str, base_url: str, **settings: Any) -> Client:
    made = {"management_key": KEY, "base_url": base_url, "license_handshake": False, **settings}
    return DescopeClient("Pmadeup", **made) if mode == "sync" else DescopeClientAsync("Pmadeup", **made)


def frames_of_ours(error: BaseException) -> str:
    """What a tool that keeps the local variables of frames, such as Sentry, would keep of ours."""
    summary = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(str(frame.locals) for frame in summary.stack if frame.filename.startswith(OURS))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and every one that it came of."""
    if error is not None:
        yield error
        yield from chain(error.__cause__)
        yield from chain(error.__context__)


def shown_by(error: BaseException) -> list[str]:
    """Every way in which an error is shown or kept, save for the frames that it came through."""
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
    """Neither the error nor the frames hold a secret; nor is any of ``more``, which is no secret, in the error."""
    assert_nothing_is_shown(shown_by(error), *more)
    assert_nothing_is_shown([frames_of_ours(one) for one in chain(error)])


def assert_nothing_is_shown(shown: list[str], *more: str) -> None:
    assert [text for text in shown if any(value in text for value in (PLANTED, *more))] == []


def echo(request: Request) -> Answer:
    """The whole request, wherever an error has a place for it, in the ways that Python, Go and PHP write JSON."""
    key = request.headers["authorization"]
    said = key + request.body.decode()
    words = {"errorCode": "E1", "errorDescription": said, "errorMessage": json.dumps(said), "sent": [said, key]}
    body = json.dumps(words)
    if request.method == "POST":
        body = body.replace("-", "\\u002d").replace("/", "\\/")
    return Reply(418, {"x-echo": key, "cf-ray": key}, body.encode())


#: What becomes of a call: the service's answer to it, and what the call says of itself.
FAILURES: dict[str, tuple[Answer | Callable[[Request], Answer], dict[str, Any]]] = {
    "refused": (Reply(400, body=b'{"errorDescription": "no"}'), {}),
    "not found": (Reply(404, body=b'{"errorCode": "E111504"}'), {}),
    "limited": (Reply(429, {"retry-after": "7"}), {}),
    "failing": (Reply(500, body=b"<html>"), {}),
    "echoing": (echo, {}),
    "unreadable": (Reply(200, body=b'{"token": "' + PLANTED.encode()), {}),
    "cut off": (Reply(200, {"content-length": "99"}, b"{}"), {"timeout_seconds": 0.05}),
    "lost": ("close", {"timeout_seconds": 0.05}),
    "too slow": ("hang", {"timeout_seconds": 0.02}),
    "impossible timeout": (Reply(200), {"timeout_seconds": -1}),
    "timeout of another type": (Reply(200), {"timeout_seconds": "soon"}),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("failure", FAILURES)
def test_no_failure_of_any_call_shows_a_secret(
    failure: str, mode: str, service: SteadyServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    service.reply, more = FAILURES[failure]
    client = client_of(mode, service.url, verbose=True)
    for call in CALLS:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever it is
            MODES[mode](call, client, **more)
        assert frames_of_ours(caught.value), call.title
        # That a service quotes whom it was asked about is its own affair.
        assert_error_shows_nothing(caught.value, *([] if failure == "echoing" else [USER, "somebody%40"]))
        if failure == "echoing":
            assert "[redacted]" in str(caught.value)
    assert_nothing_is_shown([*shown_by_client(client), caplog.text, *capfd.readouterr()])


@pytest.mark.parametrize("mode", MODES)
def test_an_argument_that_is_refused_shows_no_secret(mode: str, service: SteadyServer) -> None:
    client = client_of(mode, service.url)
    service.last = None
    for call in CALLS:
        if not call.arguments:
            continue
        first = 1 if call.owner.endswith("by_token") else 0
        for wrong in ["", 7, object(), "\ud800"]:
            arguments = list(call.arguments)
            arguments[first] = wrong
            refused = SecretCall(call.method, tuple(arguments), call.named, call.owner)
            with pytest.raises((AuthException, TypeError)) as caught:
                MODES[mode](refused, client)
            assert_error_shows_nothing(caught.value, USER)
    # The secret itself, in a form that cannot be sent.
    for secret in [f"{PLANTED}\n", f" {PLANTED}", f"{PLANTED}é", PLANTED.encode(), [PLANTED], {"a": PLANTED}]:
        inbound = SecretCall("fetch_token", (secret, "app-id", USER), owner="outbound_application_by_token")
        with pytest.raises((AuthException, TypeError)) as caught:
            MODES[mode](inbound, client)
        assert_error_shows_nothing(caught.value, USER)
    assert service.last is None


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_a_success_shows_no_secret_until_its_reader_asks_for_it(
    mode: str, cache: bool, service: SteadyServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    service.reply = Reply(200, body=json.dumps(EVERYTHING).encode())
    client = client_of(mode, service.url, verbose=True, cache=cache)
    # A call that follows itself may come out of the cache.
    for call in [call for call in CALLS for _ in range(1 + cache)]:
        answer = MODES[mode](call, client)
        logging.getLogger("a.backend").info("got %s %r", answer, answer)
        assert_nothing_is_shown([repr(answer), str(answer), f"{answer}", pformat(answer)])
        if answer is not None:
            assert PLANTED in json.dumps(answer)
            assert "[redacted]" in repr(answer)
    print(answer)
    assert "got {" in caplog.text
    assert_nothing_is_shown([*shown_by_client(client), caplog.text, *capfd.readouterr()])


def test_the_table_has_every_operation(service: SteadyServer) -> None:
    mgmt = client_of("sync", service.url).mgmt
    owners = ["outbound_application", "outbound_application_by_token"]
    methods = {(owner, name) for owner in owners for name in dir(getattr(mgmt, owner)) if not name.startswith("_")}
    assert methods == {(call.owner, call.method) for call in CALLS}


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_nothing_that_a_client_leads_to_holds_a_secret(mode: str, cache: bool, service: SteadyServer) -> None:
    client = client_of(mode, service.url, cache=cache)
    service.reply = Reply(200, body=json.dumps(EVERYTHING).encode())
    for call in [call for call in CALLS for _ in range(1 + cache)]:
        MODES[mode](call, client)
    seen: dict[int, Any] = {}
    left: list[Any] = [client]
    while left:
        thing = left.pop()
        # What belongs to the interpreter leads everywhere, this test included.
        if id(thing) in seen or isinstance(thing, type | types.ModuleType | types.FunctionType | types.CodeType):
            continue
        seen[id(thing)] = thing
        left += gc.get_referents(thing)
        left += getattr(thing, "__dict__", {}).values()
    assert len(seen) > 5
    assert [thing for thing in seen.values() if isinstance(thing, str | bytes) and PLANTED in repr(thing)] == []


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("write", [pickle.dumps, copy.deepcopy, json.dumps])
def test_a_client_cannot_be_written_down(
    write: Callable[[Any], Any], mode: str, cache: bool, service: SteadyServer
) -> None:
    client = client_of(mode, service.url, cache=cache)
    with pytest.raises(TypeError) as caught:
        write(client.cache if cache else client)
    assert_nothing_is_shown([str(caught.value), repr(caught.value), frames_of_ours(caught.value)])


BAD_SETTINGS: dict[str, dict[str, Any]] = {
    "a line break": {"management_key": f"{KEY}\n"},
    "a space": {"management_key": f" {KEY}"},
    "not ASCII": {"management_key": f"{KEY}é"},
    "half a character": {"management_key": f"{KEY}\ud800"},
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
def test_a_setting_that_is_refused_shows_no_secret(wrong: str, kind: Any) -> None:
    with pytest.raises((AuthException, TypeError)) as caught:
        kind(**{"project_id": "Pmadeup", "management_key": KEY, "auth_management_key": KEY, **BAD_SETTINGS[wrong]})
    if wrong == "a password":
        assert_nothing_is_shown(shown_by(caught.value))
    else:
        assert_error_shows_nothing(caught.value)


@pytest.mark.parametrize("kind", [DescopeClient, DescopeClientAsync])
def test_a_key_from_the_environment_is_not_shown_when_it_is_refused(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
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


class Waiting:
    """Makes the service wait with its answers until it is told to go on."""

    def __init__(self, service: SteadyServer) -> None:
        self.asked = threading.Event()
        self.go_on = threading.Event()
        service.reply = self._reply

    def _reply(self, _: Request) -> Answer:
        self.asked.set()
        self.go_on.wait(timeout=20)
        return Reply(200, body=json.dumps(EVERYTHING).encode())


def test_the_frames_of_a_call_that_waits_hold_no_secret(service: SteadyServer) -> None:
    client = client_of("sync", service.url)
    for call in CALLS:
        waiting = Waiting(service)
        thread = threading.Thread(target=call.of, args=(client,))
        thread.start()
        assert waiting.asked.wait(timeout=20)
        assert thread.ident is not None
        stack = traceback.walk_stack(sys._current_frames()[thread.ident])
        ours = [repr(frame.f_locals) for frame, _ in stack if frame.f_code.co_filename.startswith(OURS)]
        waiting.go_on.set()
        thread.join()
        assert ours, call.title
        assert_nothing_is_shown(ours)


def test_the_coroutines_of_a_call_that_waits_hold_no_secret(service: SteadyServer) -> None:
    client = client_of("async", service.url)

    async def look(call: SecretCall) -> None:
        waiting = Waiting(service)
        task = asyncio.ensure_future(call.of(client))
        assert await asyncio.to_thread(waiting.asked.wait, 20)
        ours = []
        coroutine: Any = task.get_coro()
        while coroutine is not None and getattr(coroutine, "cr_frame", None) is not None:
            ours.append(repr(coroutine.cr_frame.f_locals))
            coroutine = coroutine.cr_await
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        waiting.go_on.set()
        assert len(ours) > 1, call.title
        assert_nothing_is_shown([*ours, repr(task), frames_of_ours(caught.value)])

    async def look_at_all() -> None:
        for call in CALLS:
            await look(call)

    asyncio.run(look_at_all())


LOUD = """
import faulthandler, json, logging, sys, traceback
faulthandler.enable()
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
from descope_outbound import DescopeClient, DescopeClientAsync
from secret_calls import CALLS, KEY, MODES
kinds = [("sync", DescopeClient), ("async", DescopeClientAsync)]
# A client that keeps its last response asks the cache in a longer way, which other tests go.
for (mode, kind), cache in [(kind, cache) for kind in kinds for cache in [False, True]]:
    client = kind("Pmadeup", management_key=KEY, base_url=sys.argv[1], verbose=not cache, cache=cache)
    for call in CALLS:
        for more in [{}, {"timeout_seconds": 0.01}, {"timeout_seconds": -1}]:
            try:
                answer = MODES[mode](call, client, **more)
                print(answer, repr(answer), client, client.get_last_response())
                logging.info("got %s %r", answer, answer)
            except Exception as error:
                logging.exception("%s", error)
                traceback.print_exc()
                print(repr(error), vars(error), client.get_last_response())
print("done")
MODES["async"](CALLS[8], client)
"""


@pytest.mark.parametrize("reply", ["success", "refusal"])
def test_a_program_at_its_loudest_prints_no_secret(reply: str, service: SteadyServer) -> None:
    answers = [Reply(200, body=json.dumps(EVERYTHING).encode()), Reply(400, body=b'{"errorDescription": "no"}')]
    service.reply = answers[reply == "refusal"]
    program = subprocess.run(
        [sys.executable, "-X", "dev", "-c", LOUD, service.url],
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
    assert "[redacted]" in program.stdout or reply == "refusal"
    assert program.returncode == (1 if reply == "refusal" else 0)
    assert_nothing_is_shown(program.stdout.splitlines())


def test_a_program_that_fetches_from_the_emulator_prints_no_token(emulator: Emulator) -> None:
    program = """
from descope_outbound import DescopeClient
client = DescopeClient()
token = client.mgmt.outbound_application.fetch_token("app-id", "user-id", options={"withRefreshToken": True})
print(token, repr(token), token["token"], client)
client.mgmt.outbound_application.fetch_token("app-id", "nobody")
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
