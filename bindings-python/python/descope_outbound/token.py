"""A fetched token: the server's JSON as a ``dict`` that does not show its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from descope_outbound import _native
from descope_outbound.exceptions import DecodeError
from descope_outbound.redacted import RedactedDict

if TYPE_CHECKING:
    from datetime import datetime

_ALIASES = {"token": "accessToken", "accessToken": "token"}


class OutboundToken(RedactedDict):
    """The token itself: the server's fields, in its order.

    ``token["accessToken"]`` is what the service answers and ``token["token"]`` what the documentation page writes;
    each stands in for the other where that one is absent, in ``[]`` and ``get()`` alone. Iteration, ``in``, ``len``,
    equality and JSON see exactly what the server sent.

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
        """The value of the field, or of its alias, or ``default``."""
        try:
            return self[key]
        except KeyError:
            return default


class TokenResponse(RedactedDict):
    """The server's answer to a fetch, ``{"token": {…}}``, with shortcuts to what is mostly wanted.

    Example:
        >>> response = TokenResponse({"token": {"accessToken": "made-up", "accessTokenExpiry": "1795435200"}})
        >>> response.access_token, response["token"]["token"], response.expires_at.isoformat()
        ('made-up', 'made-up', '2026-11-23T12:00:00+00:00')
    """

    # Unset where that is the cache: to set it would make every hit dearer by a twentieth.
    __slots__ = ("_source_but_cache",)

    def __init__(self, answer: dict[str, Any], source: str = "network") -> None:
        super().__init__(answer)
        token = self.get("token")
        if type(token) is dict:
            self["token"] = OutboundToken(token)
        self.source = source

    @classmethod
    def of(cls, answer: _native.Answer) -> TokenResponse:
        """The service's answer to a fetch."""
        return answer.json_as(cls, "token", OutboundToken)

    @property
    def source(self) -> str:
        """Where the answer comes from.

        ``"network"``, or of a client with a cache ``"cache"``, ``"stale"`` (it should have been refreshed, and could
        not be) or ``"joined"`` (another call's request brought it).
        """
        return getattr(self, "_source_but_cache", "cache")

    @source.setter
    def source(self, source: str) -> None:
        self._source_but_cache = source

    @property
    def _token(self) -> dict[str, Any]:
        token = self.get("token")
        return token if isinstance(token, dict) else {}

    @property
    def access_token(self) -> str:
        """What to send to the third party.

        Raises:
            DecodeError: The server sent none. ``["token"]`` then shows what it did send.
        """
        access_token = self._token.get("accessToken")
        if not isinstance(access_token, str):
            raise DecodeError("the service answered without an access token")
        return access_token

    @property
    def refresh_token(self) -> str | None:
        """The refresh token; None unless the fetch asked for it with ``options={"withRefreshToken": True}``."""
        return self._token.get("refreshToken")

    @property
    def scopes(self) -> list[str]:
        """What the user has granted; empty where the server does not say."""
        scopes = self._token.get("scopes")
        return scopes if isinstance(scopes, list) else []

    @property
    def expires_at(self) -> datetime | None:
        """When the access token ends, in UTC; None where the server does not say.

        No source says which form ``accessTokenExpiry`` has, so seconds, milliseconds and RFC 3339 are all read.
        """
        milliseconds = _native.expiry_milliseconds(self._token.get("accessTokenExpiry"))
        if milliseconds is None:
            return None
        from datetime import datetime, timedelta, timezone  # noqa: PLC0415 - not every program asks

        try:
            return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)
        except OverflowError:
            return None

    def copy(self) -> TokenResponse:
        """A shallow copy that redacts and answers as this one does."""
        return TokenResponse(self, self.source)

    def __reduce__(self) -> tuple[type[TokenResponse], tuple[dict[str, Any], str]]:
        return TokenResponse, (dict(self), self.source)
