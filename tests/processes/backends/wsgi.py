"""A WSGI backend. Importing it creates and uses the client: before the fork, because the server preloads it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from descope_outbound import DescopeClient, TokenNotFound

client = DescopeClient()
client.mgmt.outbound_application.fetch_token("app-id", "user-id")


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """Fetch a token for the user in the path, and send this process's id and the token's app."""
    try:
        token = client.mgmt.outbound_application.fetch_token("app-id", environ["PATH_INFO"].strip("/"))
    except TokenNotFound:
        start_response("404 Not Found", [])
        return []
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps([os.getpid(), token["token"]["appId"]]).encode()]
