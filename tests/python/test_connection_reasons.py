"""The reason of a failed connection: a caller can distinguish a refusal, TLS, a reset, a proxy and DNS."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest
from canned_server import CannedServer

from descope_outbound import ConnectionFailed, DescopeClient, DescopeClientAsync

#: Shorter than the longest pause between retries: the client raises before that pause.
TIMEOUT_SECONDS = 2.0

Fetch = Callable[[str], None]


def fetch(base_url: str) -> None:
    with DescopeClient(
        "P2made-up",
        management_key="made-up-key",
        base_url=base_url,
        license_handshake=False,
        allow_insecure_http=True,
    ) as client:
        client.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=TIMEOUT_SECONDS)


def fetch_async(base_url: str) -> None:
    async def main() -> None:
        client = DescopeClientAsync(
            "P2made-up",
            management_key="made-up-key",
            base_url=base_url,
            license_handshake=False,
            allow_insecure_http=True,
        )
        await client.mgmt.outbound_application.fetch_token("app-id", "user-id", timeout_seconds=TIMEOUT_SECONDS)

    asyncio.run(main())


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


both = pytest.mark.parametrize("fetch", [fetch, fetch_async])


def reason_of(fetch: Fetch, base_url: str) -> str | None:
    with pytest.raises(ConnectionFailed) as raised:
        fetch(base_url)
    return raised.value.reason


@both
def test_a_port_on_which_nothing_listens_refuses_the_connection(fetch: Fetch) -> None:
    assert reason_of(fetch, f"http://127.0.0.1:{closed_port()}") == "refused"


@both
def test_a_server_without_tls_fails_the_handshake(fetch: Fetch) -> None:
    with CannedServer() as server:
        assert reason_of(fetch, server.url.replace("http:", "https:")) == "tls"


@both
def test_a_connection_that_closes_before_the_response_is_a_reset(fetch: Fetch) -> None:
    with CannedServer("close", "close", "close", "close") as server:
        assert reason_of(fetch, server.url) == "reset"


@both
def test_a_proxy_that_cannot_be_reached_is_named(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")
    assert reason_of(fetch, "https://outbound.invalid") == "proxy"


@both
def test_a_host_that_cannot_be_resolved_is_a_dns_failure(fetch: Fetch) -> None:
    # The system asks no name server for a label of more than 63 characters.
    assert reason_of(fetch, f"http://{'a' * 64}.localhost:1") == "dns"
