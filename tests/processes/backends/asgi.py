"""An ASGI backend. Importing it, before the fork, creates the clients and uses one of them."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from descope_outbound import DescopeClient, DescopeClientAsync, TokenNotFound

client = DescopeClient()
client.mgmt.outbound_application.fetch_token("app-id", "user-id")
client_async = DescopeClientAsync()


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Fetch a token for the user in the path with both clients, and send this process's id and the token's app."""
    if scope["type"] == "lifespan":
        while (event := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{event['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    user_id = scope["path"].strip("/")
    body, status = b"", 200
    try:
        token = await client_async.mgmt.outbound_application.fetch_token("app-id", user_id)
        again = await asyncio.to_thread(client.mgmt.outbound_application.fetch_token, "app-id", user_id)
        assert again["token"]["appId"] == token["token"]["appId"]
        body = json.dumps([os.getpid(), token["token"]["appId"]]).encode()
    except TokenNotFound:
        status = 404
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})
