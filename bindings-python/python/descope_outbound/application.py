"""What an outbound app is described with."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from descope_outbound import _native


class AccessType(Enum):
    """Whether tokens can be refreshed while the user is away."""

    OFFLINE = "offline"
    ONLINE = "online"


class PromptType(Enum):
    """What the third party asks the user."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


class URLParam:
    """A parameter that is added to a URL of the third party's.

    Args:
        name: Its name; sent as ``key``, which is what the API reference calls it. (The official SDK sends ``name``.)
        value: Its value.

    Example:
        >>> URLParam("prompt", "consent").to_dict()
        {'key': 'prompt', 'value': 'consent'}
    """

    def __init__(self, name: str, value: str) -> None:
        self.name = name
        self.value = value

    def to_dict(self) -> dict[str, str]:
        """As it is sent."""
        return {"key": self.name, "value": self.value}

    def __repr__(self) -> str:
        return f"URLParam({self.name!r}, {self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, URLParam) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.name, self.value))


#: Of these an empty string is left out, as the official SDK does.
_LEFT_OUT_WHEN_EMPTY = {
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
    """The fields of an application as JSON has them; the members of ``more`` are further ones, as they are."""
    arguments = {
        name: None if name in _LEFT_OUT_WHEN_EMPTY and value == "" else _plain(value) for name, value in fields.items()
    }
    return {**arguments, "*": more}


def _plain(value: Any) -> Any:
    """Official enumerations and parameters work too: anything that looks like one of ours is taken as such."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, URLParam):
        return value.to_dict()
    if type(value).__name__ == "URLParam":
        return URLParam(value.name, value.value).to_dict()
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | dict):
        return [_plain(item) for item in value]
    return value
