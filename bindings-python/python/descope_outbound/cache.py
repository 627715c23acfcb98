"""The cache of a client: its options and its methods."""

from __future__ import annotations

from typing import NamedTuple

from descope_outbound import _native
from descope_outbound.exceptions import exception_for


class CacheOptions(NamedTuple):
    """Options of a client's cache. Pass them by name. An option that is left out or None has its default.

    Attributes:
        max_entries: Maximum number of cached tokens (int). Default: 10,000. When the cache is full, the least used
            tokens are evicted.
        max_bytes: Maximum size of the cached responses, in bytes (int). Default: 64 MiB.
        refresh_after_seconds: Age of a token, in seconds, from which the client refreshes it. During the refresh,
            fetches still return the cached token. Default: 300.
        max_age_seconds: Maximum age, in seconds, of a token that a fetch returns. Default: 900. If a token is revoked
            elsewhere, this client may return it for up to this time.
        stale_if_error_seconds: Time, in seconds, for which a fetch may return a token beyond ``max_age_seconds`` if the
            service fails or cannot be reached. An expired token is never returned. Default: 0.
        negative_seconds: Approximate time, in seconds, to cache that a user has not connected the app. Default: 10.
            0 turns this off.
        background: Whether to refresh tokens in the background (bool). Default: True. Set False if the platform freezes
            the process between requests, as with serverless functions. A caller then waits for the refresh, for up to
            half a second.

    Example:
        >>> from descope_outbound import DescopeClient
        >>> options = CacheOptions(max_age_seconds=600)
        >>> client = DescopeClient("P2made-up", management_key="made-up-key", cache=options)
        >>> client.cache.stats()["entries"]
        0
    """

    max_entries: int | None = None
    max_bytes: int | None = None
    refresh_after_seconds: float | None = None
    max_age_seconds: float | None = None
    stale_if_error_seconds: float | None = None
    negative_seconds: float | None = None
    background: bool | None = None


class Cache:
    """The cache of a client, ``client.cache``: its counters, and methods that remove tokens.

    The methods return immediately and send no requests. They are not awaited, not even on the async client. A forked
    child process has its own cache, which starts empty.

    Example:
        >>> from descope_outbound import DescopeClient
        >>> client = DescopeClient("P2made-up", management_key="made-up-key", cache=True)
        >>> client.cache.forget(user_id="user-id")  # the user has just connected an app
        >>> client.cache.reject("made-up-token")  # the third party responded with 401 to this token
        False
    """

    __slots__ = ("_native",)

    def __init__(self, native: _native.Cache) -> None:
        self._native = native

    def stats(self) -> dict[str, int]:
        """Return the cache's counters in this process, and its current size.

        Returns:
            A dict of ints:

            * ``hits``: fetches that returned a cached token.
            * ``misses``: fetches that sent a request.
            * ``joined``: fetches that shared the request of another fetch.
            * ``refreshed_ahead``: tokens that were replaced before a caller had to wait.
            * ``stale_served``: fetches that returned a token whose refresh did not succeed.
            * ``negative_hits``: fetches that raised a cached ``TokenNotFound``.
            * ``suppressed_publishes``: responses that were not cached, because a delete or another change happened
              during the request.
            * ``evictions``: tokens that were evicted to make room.
            * ``entries``: cached tokens.
            * ``bytes``: size of the cached responses.
            * ``upstream_requests``: token requests sent to the service, including retries.

        Raises:
            RuntimeError: The client is closed.
        """
        return self._native.stats()

    def clear(self) -> None:
        """Remove everything. Responses to requests that are in flight are not cached.

        Raises:
            RuntimeError: The client is closed.
        """
        self._native.clear()

    def forget(self, app_id: str | None = None, user_id: str | None = None) -> None:
        """Remove the tokens of a user, of an app, or of a user for an app.

        Cached "token not found" results are removed with them. Call this when a user has just connected an app, or when
        another process changed tokens. After its own uploads and deletes, the client does this itself.

        Args:
            app_id: The outbound app's id.
            user_id: The user's id. Pass at least one of the two. ``clear`` removes everything.

        Raises:
            AuthException: Both arguments are absent (``status_code`` 400).
            TypeError: An argument has the wrong type.
            RuntimeError: The client is closed.
        """
        failure = self._native.forget(app_id, user_id)
        if failure is not None:
            raise exception_for(failure)

    def reject(self, access_token: str) -> bool:
        """Report that the third party rejected this access token with a 401. The client does not return it again.

        The next fetch asks the service, and forces a refresh if the service would return the same token. If the token
        was replaced in the meantime, nothing changes. Do not call this for a 403, which a new token does not solve.

        Args:
            access_token: The token that was sent to the third party. No frame of this package keeps it.

        Returns:
            Whether the token was cached.

        Raises:
            TypeError: The token is not a string.
            RuntimeError: The client is closed.
        """
        secret = _native.Secret(access_token)
        del access_token
        return self._native.reject(secret)
