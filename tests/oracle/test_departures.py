"""Departures that no case of the contract table can show.

Each test has the name of its row in docs/deviations.md and shows that the official SDK still behaves as the row says.
The test that the row names shows how this package behaves.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.extend(str(path) for path in HERE.glob(".venv/lib/python*/site-packages"))
sys.path.append(str(HERE.parent / "python"))

if os.environ.get("OFFICIAL_SDKS") != "installed":
    pytest.importorskip("descope", reason="tests/oracle/install.sh has not been run")

import certifi  # noqa: E402 - found by the path above
import descope  # noqa: E402 - found by the path above
import httpx  # noqa: E402 - found by the path above
from canned_server import CannedResponse, CannedServer  # noqa: E402 - found by the path above

#: The official client also starts a license handshake.
LICENSE = {"/license": CannedResponse(404)}


def official_outbound(server: CannedServer) -> Any:
    client = descope.DescopeClient("P" * 28, management_key="made-up-key", base_url=server.url)
    return client.mgmt.outbound_application


def test_str_of_errors() -> None:
    error = descope.AuthException(404, "server error", "body")
    assert str(error) == str({"status_code": 404, "error_type": "server error", "error_message": "body"})


def test_last_response() -> None:
    request = httpx.Request("GET", "http://127.0.0.1/")
    response = descope.DescopeResponse(httpx.Response(200, request=request))
    assert response.raw.status_code == response.status_code
    assert str(response.url) == "http://127.0.0.1/"
    assert not response.cookies


def test_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    where = certifi.where

    def counting() -> str:
        asked.append(True)
        path: str = where()
        return path

    monkeypatch.setattr(certifi, "where", counting)
    for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"]:
        monkeypatch.delenv(variable, raising=False)
    descope.DescopeClient("P" * 28, base_url="http://127.0.0.1:9")
    assert asked


@pytest.mark.parametrize(("value", "read"), [("1e400", float("inf")), (r'"\ud800"', "\ud800")])
def test_json_beyond_unicode(value: str, read: object) -> None:
    with CannedServer(CannedResponse(body=f'{{"token":{{"a":{value}}}}}'.encode()), aside=LICENSE) as server:
        assert official_outbound(server).fetch_token("a", "u") == {"token": {"a": read}}


def test_large_whole_numbers() -> None:
    with CannedServer(CannedResponse(), aside=LICENSE) as server:
        official_outbound(server).fetch_token("a", "u", None, {"number": 2**64})
        (request,) = server.requests
    assert json.loads(request.body)["options"] == {"number": 2**64}
