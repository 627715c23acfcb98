"""Nothing of ours shows a secret: not in errors, frames, logs or output."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from descope_outbound import DescopeClient
from emulator import ROOT, Emulator

KEY = "made-up-planted-key"
PLANTED = "made-up-planted"

CALLS: dict[str, Callable[[Any], Any]] = {
    "fetch": lambda client: client.mgmt.outbound_application.fetch_token("app-id", "user-id"),
    "inbound token": lambda client: client.mgmt.outbound_application_by_token.fetch_token(
        "made-up-planted-inbound", "app-id", "user-id"
    ),
    "api key": lambda client: client.mgmt.outbound_application.upload_user_api_key(
        "app-id", "user-id", "made-up-planted-api-key"
    ),
    "oauth token": lambda client: client.mgmt.outbound_application.upload_user_token(
        "app-id",
        "user-id",
        refresh_token="made-up-planted-refresh",
        access_token="made-up-planted-access",
        id_token="made-up-planted-id-token",
    ),
    "batch": lambda client: client.mgmt.outbound_application.batch_upload_tenant_tokens(
        [{"appId": "app-id", "tenantId": "t", "refreshToken": "made-up-planted-refresh"}]
    ),
    "client secret": lambda client: client.mgmt.outbound_application.create_application(
        "n", client_secret="made-up-planted-client-secret"
    ),
    "more": lambda client: client.mgmt.outbound_application.update_application(
        "i", "n", more={"clientSecret": "made-up-planted-client-secret"}
    ),
    "template": lambda client: client.mgmt.outbound_application.create_application_by_template(
        "t", client_secret="made-up-planted-client-secret", overrides={"clientSecret": "made-up-planted-override"}
    ),
}

FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"status": 400, "body": '{"errorDescription": "no"}'},
    "limited": {"status": 429},
    "unreadable": {"status": 200, "body": "<html>"},
    "cut": {"delivery": "garbage"},
}


def frames_of_ours(error: BaseException) -> str:
    """What a tool that keeps the local variables of frames would keep of ours."""
    summary = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(str(frame.locals) for frame in summary.stack if "descope_outbound" in frame.filename)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_an_error_shows_none_of_the_secrets_of_its_call(
    call: str, fault: str, emulator: Emulator, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    client = DescopeClient(
        emulator.project_id, management_key=KEY, base_url=emulator.base_url, license_handshake=False, verbose=True
    )
    emulator.fail(path="/v1/*", **FAULTS[fault])
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever it is
        CALLS[call](client)
    error = caught.value
    shown = [str(error), repr(error), str(vars(error)), str(error.args), frames_of_ours(error), caplog.text]
    shown += [repr(client), str(vars(client)), repr(client.get_last_response()), *capfd.readouterr()]
    assert frames_of_ours(error)
    assert [text for text in shown if PLANTED in text] == []


@pytest.mark.parametrize("call", CALLS)
def test_an_echo_of_the_request_is_masked(call: str, emulator: Emulator) -> None:
    client = DescopeClient(emulator.project_id, management_key=KEY, base_url=emulator.base_url)
    echo = (
        f"Bearer {KEY} made-up-planted-inbound made-up-planted-api-key made-up-planted-refresh made-up-planted-access"
    )
    echo += " made-up-planted-id-token made-up-planted-client-secret made-up-planted-override"
    emulator.fail(path="/v1/mgmt/outbound/*", status=418, headers={"x-echo": KEY}, body=echo)
    with pytest.raises(Exception, match="418") as caught:
        CALLS[call](client)
    sent = {
        "inbound token": ["inbound"],
        "api key": ["api-key"],
        "oauth token": ["refresh", "access", "id-token"],
        "batch": ["refresh"],
        "client secret": ["client-secret"],
        "more": ["client-secret"],
        "template": ["client-secret", "override"],
    }
    for name in sent.get(call, ["key"]):
        assert f"made-up-planted-{name}" not in str(vars(caught.value))


LOUD = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
from descope_outbound import DescopeClient, DescopeError
client = DescopeClient()
token = client.mgmt.outbound_application.fetch_token("app-id", "user-id", options={"withRefreshToken": True})
print(token, repr(token), token["token"], client)
logging.info("fetched %s %r", token, token)
try:
    client.mgmt.outbound_application.fetch_token("app-id", "nobody")
except DescopeError:
    logging.exception("not there")
client.mgmt.outbound_application.fetch_token("app-id", "nobody")
"""


def test_a_program_at_its_loudest_prints_no_secret(emulator: Emulator) -> None:
    program = subprocess.run(
        [sys.executable, "-X", "dev", "-c", LOUD],
        env={**os.environ, **emulator.environment(), "RUST_LOG": "trace", "RUST_BACKTRACE": "full"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert program.returncode == 1
    assert "TokenNotFound" in program.stdout
    assert "[redacted]" in program.stdout
    for secret in [emulator.management_key, "emulated-access", "emulated-refresh"]:
        assert secret not in program.stdout
