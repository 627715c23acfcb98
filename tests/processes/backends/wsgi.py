"""A WSGI backend whose client is made, and used, when the module is imported: with --preload, before the fork."""

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
    """Answers which process fetched a token of which app for the user in the path."""
    try:
        token = client.mgmt.outbound_application.fetch_token("app-id", environ["PATH_INFO"].strip("/"))
    except TokenNotFound:
        start_response("404 Not Found", [])
        return []
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps([os.getpid(), token["token"]["appId"]]).encode()]
