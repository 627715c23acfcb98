"""A call of every operation, with made-up secrets in all its secret arguments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: Every secret here begins with this, and nothing else does.
PLANTED = "made-up-planted"
KEY = f"{PLANTED}-management-key"
#: The user's id. It is not a secret, but an error must not show it.
USER = "somebody@example.com"

_ACCESS, _REFRESH, _ID = f"{PLANTED}-access", f"{PLANTED}-refresh", f"{PLANTED}-id-token"
_UPLOAD = {"refresh_token": _REFRESH, "access_token": _ACCESS, "id_token": _ID}
_ITEM = {"appId": "app-id", "refreshToken": _REFRESH, "accessToken": _ACCESS, "idToken": _ID}
_APPLICATION = {"client_secret": f"{PLANTED}-client-secret", "more": {"refreshToken": f"{PLANTED}-more"}}
_TEMPLATE = {"client_secret": f"{PLANTED}-client-secret", "overrides": {"clientSecret": f"{PLANTED}-override"}}
_INBOUND = f"{PLANTED}-inbound"


@dataclass(frozen=True)
class SecretCall:
    """A call of a method of one of the client's ``mgmt`` objects."""

    method: str
    arguments: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)
    owner: str = "outbound_application"

    @property
    def title(self) -> str:
        """A name for the call."""
        return self.method if self.owner == "outbound_application" else f"{self.method} by token"

    def perform(self, client: Any, **more: Any) -> Any:
        """Call the method of this client. With an async client, return the coroutine."""
        return getattr(getattr(client.mgmt, self.owner), self.method)(*self.arguments, **self.named, **more)


def _by_token(method: str, *arguments: Any) -> SecretCall:
    return SecretCall(method, (_INBOUND, *arguments), owner="outbound_application_by_token")


CALLS = [
    SecretCall("fetch_token", ("app-id", USER)),
    SecretCall("fetch_token_by_scopes", ("app-id", USER, ["read"])),
    SecretCall("fetch_tenant_token", ("app-id", "tenant")),
    SecretCall("fetch_tenant_token_by_scopes", ("app-id", "tenant", ["read"])),
    SecretCall("delete_token", ("token-id",)),
    SecretCall("delete_user_tokens", ("app-id", USER)),
    SecretCall("list_apps_with_user_token", (USER,)),
    SecretCall("upload_user_api_key", ("app-id", USER, f"{PLANTED}-api-key")),
    SecretCall("upload_tenant_api_key", ("app-id", "tenant", f"{PLANTED}-api-key")),
    SecretCall("upload_user_token", ("app-id", USER), _UPLOAD),
    SecretCall("upload_tenant_token", ("app-id", "tenant"), _UPLOAD),
    SecretCall("batch_upload_user_tokens", ([{**_ITEM, "userId": USER}],)),
    SecretCall("batch_upload_tenant_tokens", ([{**_ITEM, "tenantId": "tenant"}],)),
    SecretCall("create_application", ("name",), _APPLICATION),
    SecretCall("create_application_by_template", ("template",), _TEMPLATE),
    SecretCall("update_application", ("app-id", "name"), _APPLICATION),
    SecretCall("delete_application", ("app-id",)),
    SecretCall("load_application", ("app-id",)),
    SecretCall("load_all_applications"),
    _by_token("fetch_token", "app-id", USER),
    _by_token("fetch_token_by_scopes", "app-id", USER, ["read"]),
    _by_token("fetch_tenant_token", "app-id", "tenant"),
    _by_token("fetch_tenant_token_by_scopes", "app-id", "tenant", ["read"]),
]

#: A response with a secret in every field that may contain one.
_SECRET_FIELDS = {
    name: f"{PLANTED}-{name}" for name in ["accessToken", "refreshToken", "idToken", "apiKey", "clientSecret"]
}
SECRET_RESPONSE = {
    **_SECRET_FIELDS,
    "token": _SECRET_FIELDS,
    "app": _SECRET_FIELDS,
    "apps": [_SECRET_FIELDS],
    "appIds": ["app-id"],
    "deep": [[_SECRET_FIELDS]],
}


def run(awaitable: Any) -> Any:
    """Await an async client's call and return its result."""

    async def wait() -> Any:
        return await awaitable

    return asyncio.run(wait())


#: Functions that perform a call with each kind of client.
MODES: dict[str, Callable[..., Any]] = {
    "sync": lambda call, client, **more: call.perform(client, **more),
    "async": lambda call, client, **more: run(call.perform(client, **more)),
}
