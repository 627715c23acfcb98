"""The types that describe an outbound app."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from descope_outbound import _native


class AccessType(Enum):
    """Whether tokens can be refreshed while the user is absent: ``OFFLINE`` if so, else ``ONLINE``."""

    OFFLINE = "offline"
    ONLINE = "online"


class PromptType(Enum):
    """A prompt that the third party shows to the user."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


class URLParam:
    """A query parameter that Descope adds to a URL of the third party.

    Args:
        name: The parameter's name. Sent as ``key``, the API reference's word. (The official SDK sends ``name``.)
        value: The parameter's value.

    Example:
        >>> URLParam("prompt", "consent").to_dict()
        {'key': 'prompt', 'value': 'consent'}
    """

    def __init__(self, name: str, value: str) -> None:
        self.name = name
        self.value = value

    def to_dict(self) -> dict[str, str]:
        """Return the parameter as it is sent."""
        return {"key": self.name, "value": self.value}

    def __repr__(self) -> str:
        return f"URLParam({self.name!r}, {self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, URLParam) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.name, self.value))


#: The fields that are not sent if they are an empty string, as in the official SDK.
_OMITTED_IF_EMPTY = {
    "client_id",
    "discovery_url",
    "authorization_url",
    "token_url",
    "revocation_url",
    "default_redirect_url",
    "callback_domain",
    "access_type",
}


def application_arguments(fields: dict[str, Any], more: _native.Secret) -> dict[str, Any]:
    """Return an application's fields as plain JSON values, and ``more``, whose members are sent unchanged."""
    arguments = {
        name: None if name in _OMITTED_IF_EMPTY and value == "" else _plain(value) for name, value in fields.items()
    }
    return {**arguments, "*": more}


def _plain(value: Any) -> Any:
    """Convert a value to plain JSON. The official SDK's enumerations and ``URLParam`` objects are converted too."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, URLParam):
        return value.to_dict()
    if type(value).__name__ == "URLParam":
        return URLParam(value.name, value.value).to_dict()
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | dict):
        return [_plain(item) for item in value]
    return value
