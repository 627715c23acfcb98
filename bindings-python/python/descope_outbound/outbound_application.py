"""The outbound-application operations.

Made from ``outbound_application_async.py`` by ``make generate``: write there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from descope_outbound import _native
from descope_outbound._call import call, list_of_scopes
from descope_outbound.token import TokenResponse


class OutboundApplication:
    """The operations on outbound apps and their tokens, as ``client.mgmt.outbound_application`` has them.

    Every method takes ``timeout_seconds`` (float, seconds), which bounds this call as a whole, repetitions included;
    without it the client's own holds (20 s unless set). Every method may raise:

    * ``AuthException``: the service refused, or an argument cannot be used (then nothing was sent).
    * ``RateLimitException``: too many requests; wait ``retry_after`` seconds.
    * ``DeadlineExceeded``, ``ConnectionFailed``, ``DecodeError``: there is no answer to speak of.
    * ``TypeError``: an argument is of the wrong type; nothing was sent.

    Paths, fields and defaults are those of Descope's API reference and of the official SDK (PyPI ``descope`` 2.16.1).
    """

    def __init__(self, native: _native.Client) -> None:
        self._native = native

    def fetch_token(
        self,
        app_id: str,
        user_id: str,
        tenant_id: str | None = None,
        options: dict[str, Any] | None = None,
        *,
        scopes: Iterable[str] | None = None,
        timeout_seconds: float | None = None,
    ) -> TokenResponse:
        """Fetch a user's newest token for an app.

        Args:
            app_id: The outbound app's id.
            user_id: The user's id.
            tenant_id: The tenant that the token is bound to; without it, a bound token is not found.
            options: ``{"forceRefresh": True}`` makes the service refresh the token at the third party;
                ``{"withRefreshToken": True}`` asks for the refresh token too. Passed on as given.
            scopes: Ask for the token with exactly these, as ``fetch_token_by_scopes`` does.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            The server's answer, a dict: ``["token"]["accessToken"]``, or shorter ``.access_token``.

        Raises:
            TokenNotFound: The user has not connected the app, or did so with other scopes or for another tenant.
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> token = client.mgmt.outbound_application.fetch_token(
            ...     app_id="google-calendar", user_id="user-id"
            ... )  # doctest: +SKIP
            >>> headers = {"Authorization": f"Bearer {token.access_token}"}  # doctest: +SKIP
        """
        if scopes is not None:
            return self.fetch_token_by_scopes(
                app_id, user_id, scopes, options, tenant_id, timeout_seconds=timeout_seconds
            )
        arguments = {"app_id": app_id, "user_id": user_id, "tenant_id": tenant_id, "options": options}
        answer = call(self._native, "fetch_token", arguments, timeout_seconds)
        return TokenResponse(answer.json(), answer.source)

    def fetch_token_by_scopes(
        self,
        app_id: str,
        user_id: str,
        scopes: Iterable[str],
        options: dict[str, Any] | None = None,
        tenant_id: str | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> TokenResponse:
        """Fetch a user's token for an app with exactly these scopes.

        Args:
            app_id: The outbound app's id.
            user_id: The user's id.
            scopes: Exactly those that the token was made with (API reference); any iterable of strings, not a
                string. An empty one is sent as it is.
            options: As for ``fetch_token``.
            tenant_id: As for ``fetch_token``.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            As ``fetch_token``.

        Raises:
            TokenNotFound: The user has no token with exactly these scopes.
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> token = client.mgmt.outbound_application.fetch_token_by_scopes(
            ...     app_id="google-calendar", user_id="user-id", scopes=["read", "write"]
            ... )  # doctest: +SKIP
        """
        arguments = {
            "app_id": app_id,
            "user_id": user_id,
            "scopes": list_of_scopes(scopes),
            "options": options,
            "tenant_id": tenant_id,
        }
        answer = call(self._native, "fetch_token_by_scopes", arguments, timeout_seconds)
        return TokenResponse(answer.json(), answer.source)

    def delete_user_tokens(
        self, app_id: str | None = None, user_id: str | None = None, *, timeout_seconds: float | None = None
    ) -> None:
        """Delete the tokens of a user for an app; with one of the two alone, all of the user's or of the app's.

        The service forgets the tokens, which cannot be undone; at the third party they stay valid until they expire.

        Args:
            app_id: The outbound app's id.
            user_id: The user's id. At least one of the two is needed.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Raises:
            AuthException: The service refused, or neither of the two is given.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of; the tokens may be deleted all the same.
            TypeError: An argument is of the wrong type.

        Example:
            >>> client.mgmt.outbound_application.delete_user_tokens(
            ...     app_id="google-calendar", user_id="user-id"
            ... )  # doctest: +SKIP
        """
        arguments = {"app_id": app_id, "user_id": user_id}
        call(self._native, "delete_user_tokens", arguments, timeout_seconds)

    def delete_token(self, token_id: str, *, timeout_seconds: float | None = None) -> None:
        """Delete one token.

        The service forgets the token, which cannot be undone; at the third party it stays valid until it expires.

        Args:
            token_id: The token's id: ``["token"]["id"]`` of a fetched one.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Raises:
            AuthException: The service refused, or the id is empty.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of; the token may be deleted all the same.
            TypeError: An argument is of the wrong type.

        Example:
            >>> client.mgmt.outbound_application.delete_token(token_id="token-id")  # doctest: +SKIP
        """
        call(self._native, "delete_token", {"token_id": token_id}, timeout_seconds)
