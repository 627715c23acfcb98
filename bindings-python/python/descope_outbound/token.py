"""A fetched token: the service's JSON as a ``dict`` whose text does not show secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from descope_outbound import _native
from descope_outbound.exceptions import DecodeError
from descope_outbound.redacted import RedactedDict

if TYPE_CHECKING:
    from datetime import datetime

_ALIASES = {"token": "accessToken", "accessToken": "token"}


class OutboundToken(RedactedDict):
    """The token object of a fetch: the service's fields, in its order.

    The service sends ``token["accessToken"]``, and the documentation page reads ``token["token"]``. If one of the two
    is absent, ``[]`` and ``get()`` return the other. Iteration, ``in``, ``len``, equality and JSON see exactly the
    fields that the service sent.

    Example:
        >>> token = OutboundToken(accessToken="made-up")
        >>> token["token"], "token" in token, token
        ('made-up', False, {'accessToken': '[redacted]'})
    """

    __slots__ = ()

    def __missing__(self, key: str) -> Any:
        alias = _ALIASES.get(key)
        if alias is not None and alias in self:
            return self[alias]
        raise KeyError(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of the field, else of its alias, else ``default``."""
        try:
            return self[key]
        except KeyError:
            return default


class TokenResponse(RedactedDict):
    """The service's response to a fetch, ``{"token": {…}}``, with properties for its usual fields.

    Example:
        >>> response = TokenResponse({"token": {"accessToken": "made-up", "accessTokenExpiry": "1795435200"}})
        >>> response.access_token, response["token"]["token"], response.expires_at.isoformat()
        ('made-up', 'made-up', '2026-11-23T12:00:00+00:00')
    """

    # Unset for a cached token, because setting it would make every hit 5% slower.
    __slots__ = ("_source_unless_cached",)

    def __init__(self, answer: dict[str, Any], source: str = "network") -> None:
        super().__init__(answer)
        token = self.get("token")
        if type(token) is dict:
            self["token"] = OutboundToken(token)
        self.source = source

    @classmethod
    def of(cls, response: _native.Response) -> TokenResponse:
        """Convert the native response to a fetch."""
        return response.json_as(cls, "token", OutboundToken)

    @property
    def source(self) -> str:
        """The source of the token (str). A client without a cache has only ``"network"``.

        * ``"network"``: this call sent a request.
        * ``"cache"``: the token was cached.
        * ``"stale"``: the token was cached and due for a refresh, but the refresh did not succeed.
        * ``"joined"``: this call shared the request of another call.
        """
        return getattr(self, "_source_unless_cached", "cache")

    @source.setter
    def source(self, source: str) -> None:
        self._source_unless_cached = source

    @property
    def _token(self) -> dict[str, Any]:
        token = self.get("token")
        return token if isinstance(token, dict) else {}

    @property
    def access_token(self) -> str:
        """The access token (str) to send to the third party.

        Raises:
            DecodeError: The service sent no access token. ``["token"]`` shows the fields that it sent.
        """
        access_token = self._token.get("accessToken")
        if not isinstance(access_token, str):
            raise DecodeError("the service sent no access token; print the response to see the fields that it sent")
        return access_token

    @property
    def refresh_token(self) -> str | None:
        """The refresh token. None unless the fetch requested it with ``options={"withRefreshToken": True}``."""
        return self._token.get("refreshToken")

    @property
    def scopes(self) -> list[str]:
        """The scopes that the user granted. Empty if the service sent none."""
        scopes = self._token.get("scopes")
        return scopes if isinstance(scopes, list) else []

    @property
    def expires_at(self) -> datetime | None:
        """When the access token expires, in UTC. None if the service did not send it.

        No documentation specifies the format of ``accessTokenExpiry``, so seconds, milliseconds and RFC 3339 are all
        accepted.
        """
        milliseconds = _native.expiry_milliseconds(self._token.get("accessTokenExpiry"))
        if milliseconds is None:
            return None
        from datetime import datetime, timedelta, timezone  # noqa: PLC0415 - few programs need the time

        try:
            return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)
        except OverflowError:
            return None

    def copy(self) -> TokenResponse:
        """Return a shallow copy of the same class and source."""
        return TokenResponse(self, self.source)

    def __reduce__(self) -> tuple[type[TokenResponse], tuple[dict[str, Any], str]]:
        return TokenResponse, (dict(self), self.source)
