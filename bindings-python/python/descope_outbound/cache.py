"""The cache of a client: what it is told once, and what it can be asked."""

from __future__ import annotations

from typing import NamedTuple

from descope_outbound import _native
from descope_outbound.exceptions import exception_for


class CacheOptions(NamedTuple):
    """How a client's cache behaves; what is left out has its default. Pass them by name.

    Attributes:
        max_entries: At most so many tokens are kept; 10,000 unless set. Those that are asked for least make room.
        max_bytes: At most so many bytes of answers are kept; 64 MiB unless set.
        refresh_after_seconds: How old a token may become before the service is asked again, while the token goes on
            being given out; 300 unless set.
        max_age_seconds: How old a token may become at most before it is not given out any more; 900 unless set. A user
            whose token was revoked elsewhere is seen as connected for so long at most.
        stale_if_error_seconds: For how much longer, while the service cannot be reached or fails, a token is given out
            that has not expired; 0 unless set.
        negative_seconds: About how long it is remembered that a user has not connected; 10 unless set, 0 for not at
            all.
        background: Whether tokens are refreshed in the background; True unless set. Where a process is frozen between
            requests, as functions are, False lets a caller wait for it, half a second at most.

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
    """What a client's cache has done, and how to make it forget: ``client.cache``.

    Nothing here waits or sends anything, so nothing is awaited, on the async client neither. A forked child has a cache
    of its own, which starts empty.

    Example:
        >>> from descope_outbound import DescopeClient
        >>> client = DescopeClient("P2made-up", management_key="made-up-key", cache=True)
        >>> client.cache.forget(user_id="user-id")  # who has just connected an app
        >>> client.cache.reject("made-up-token")  # which the third party answered with a 401
        False
    """

    __slots__ = ("_native",)

    def __init__(self, native: _native.Cache) -> None:
        self._native = native

    def stats(self) -> dict[str, int]:
        """What the cache has done so far in this process, and what it holds.

        Returns:
            ``hits`` (answered at once), ``misses`` (asked the service), ``joined`` (waited for another call's request),
            ``refreshed_ahead`` (replaced before anybody had to wait), ``stale_served`` (should have been refreshed, and
            could not be), ``negative_hits`` (remembered that there is no token), ``suppressed_publishes`` (not kept,
            since a delete or the like came in between), ``evictions``, ``entries``, ``bytes`` (kept now) and
            ``upstream_requests`` (sent to the service for tokens, repetitions included).

        Raises:
            RuntimeError: The client has been closed.
        """
        return self._native.stats()

    def clear(self) -> None:
        """Forget everything; what requests under way bring is not kept.

        Raises:
            RuntimeError: The client has been closed.
        """
        self._native.clear()

    def forget(self, app_id: str | None = None, user_id: str | None = None) -> None:
        """Forget the tokens of a user, of an app, or of a user for an app, and that there were none.

        For when a user has just connected, or when tokens were changed by other means than this client. Its own
        uploads and deletes see to it themselves.

        Args:
            app_id: The outbound app's id.
            user_id: The user's id. At least one of the two is needed; ``clear`` forgets everything.

        Raises:
            AuthException: Neither of the two is given (``status_code`` 400).
            TypeError: An argument is of the wrong type.
            RuntimeError: The client has been closed.
        """
        failure = self._native.forget(app_id, user_id)
        if failure is not None:
            raise exception_for(failure)

    def reject(self, access_token: str) -> bool:
        """Say that the third party has refused this access token, with a 401: it is not given out again.

        The next fetch asks the service, and has it refresh the token where it would still give out the same one. A
        token that has been replaced meanwhile changes nothing. Not for a 403, which another token does not help.

        Args:
            access_token: As it was sent to the third party; no frame of this package keeps it.

        Returns:
            Whether the cache had it.

        Raises:
            TypeError: It is no string.
            RuntimeError: The client has been closed.
        """
        secret = _native.Secret(access_token)
        del access_token
        return self._native.reject(secret)
