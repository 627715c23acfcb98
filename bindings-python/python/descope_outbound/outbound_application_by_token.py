"""The fetches with an inbound app's token.

``outbound_application_by_token.py`` is made from this file by ``make generate``: write here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from descope_outbound import _native
from descope_outbound._caller import Caller, as_list
from descope_outbound.token import TokenResponse


class OutboundApplicationByToken:
    """The fetches with an inbound app's access token in the place of the management key.

    The token must carry the scope ``outbound.token.fetch`` (API reference). Neither the management key nor the licence
    goes with these calls, and the client needs no key for them.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def fetch_token_by_scopes(
        self,
        token: str,
        app_id: str,
        user_id: str,
        scopes: Iterable[str],
        options: dict[str, Any] | None = None,
        tenant_id: str | None = None,
        *,
        external_identifier: str | None = None,
        timeout_seconds: float | None = None,
    ) -> TokenResponse:
        """Fetch a user's token with exactly these scopes, with an inbound app's token.

        Args:
            token: The inbound app's access token; no frame of this package keeps it.
            app_id: The outbound app's id.
            user_id: The user's id.
            scopes: Exactly those that the token was made with; any iterable of strings.
            options: As without an inbound token.
            tenant_id: The tenant that the token is bound to.
            external_identifier: The token that was uploaded under this name of your own.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            The server's answer, a dict: ``["token"]["accessToken"]``, or shorter ``.access_token``.

        Raises:
            TokenNotFound: There is no such token.
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> client.mgmt.outbound_application_by_token.fetch_token_by_scopes(
            ...     "made-up-inbound-token", "google-calendar", "user-id", ["read"]
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(token)
        del token
        arguments = {
            "token": secret,
            "app_id": app_id,
            "user_id": user_id,
            "scopes": as_list(scopes),
            "options": options,
            "tenant_id": tenant_id,
            "external_identifier": external_identifier,
        }
        answer = self._caller.call("fetch_token_by_scopes_by_token", arguments, timeout_seconds)
        return TokenResponse.of(answer)

    def fetch_token(
        self,
        token: str,
        app_id: str,
        user_id: str,
        tenant_id: str | None = None,
        options: dict[str, Any] | None = None,
        *,
        external_identifier: str | None = None,
        timeout_seconds: float | None = None,
    ) -> TokenResponse:
        """Fetch a user's newest token for an app, with an inbound app's token.

        Args:
            token: The inbound app's access token; no frame of this package keeps it.
            app_id: The outbound app's id.
            user_id: The user's id.
            tenant_id: The tenant that the token is bound to.
            options: As without an inbound token.
            external_identifier: The token that was uploaded under this name of your own.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            The server's answer, a dict: ``["token"]["accessToken"]``, or shorter ``.access_token``.

        Raises:
            TokenNotFound: There is no such token.
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> client.mgmt.outbound_application_by_token.fetch_token(
            ...     "made-up-inbound-token", "google-calendar", "user-id"
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(token)
        del token
        arguments = {
            "token": secret,
            "app_id": app_id,
            "user_id": user_id,
            "tenant_id": tenant_id,
            "options": options,
            "external_identifier": external_identifier,
        }
        answer = self._caller.call("fetch_token_by_token", arguments, timeout_seconds)
        return TokenResponse.of(answer)

    def fetch_tenant_token_by_scopes(
        self,
        token: str,
        app_id: str,
        tenant_id: str,
        scopes: Iterable[str],
        options: dict[str, Any] | None = None,
        *,
        external_identifier: str | None = None,
        timeout_seconds: float | None = None,
    ) -> TokenResponse:
        """Fetch a tenant's token with exactly these scopes, with an inbound app's token.

        Args:
            token: The inbound app's access token; no frame of this package keeps it.
            app_id: The outbound app's id.
            tenant_id: The tenant's id.
            scopes: Exactly those that the token was made with; any iterable of strings.
            options: As without an inbound token.
            external_identifier: The token that was uploaded under this name of your own.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            The server's answer, a dict: ``["token"]["accessToken"]``, or shorter ``.access_token``.

        Raises:
            TokenNotFound: There is no such token.
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> client.mgmt.outbound_application_by_token.fetch_tenant_token_by_scopes(
            ...     "made-up-inbound-token", "salesforce", "tenant-id", ["read"]
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(token)
        del token
        arguments = {
            "token": secret,
            "app_id": app_id,
            "tenant_id": tenant_id,
            "scopes": as_list(scopes),
            "options": options,
            "external_identifier": external_identifier,
        }
        answer = self._caller.call("fetch_tenant_token_by_scopes_by_token", arguments, timeout_seconds)
        return TokenResponse.of(answer)

    def fetch_tenant_token(
        self,
        token: str,
        app_id: str,
        tenant_id: str,
        options: dict[str, Any] | None = None,
        *,
        external_identifier: str | None = None,
        timeout_seconds: float | None = None,
    ) -> TokenResponse:
        """Fetch a tenant's newest token for an app, with an inbound app's token.

        Args:
            token: The inbound app's access token; no frame of this package keeps it.
            app_id: The outbound app's id.
            tenant_id: The tenant's id.
            options: As without an inbound token.
            external_identifier: The token that was uploaded under this name of your own.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            The server's answer, a dict: ``["token"]["accessToken"]``, or shorter ``.access_token``.

        Raises:
            TokenNotFound: There is no such token.
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> client.mgmt.outbound_application_by_token.fetch_tenant_token(
            ...     "made-up-inbound-token", "salesforce", "tenant-id"
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(token)
        del token
        arguments = {
            "token": secret,
            "app_id": app_id,
            "tenant_id": tenant_id,
            "options": options,
            "external_identifier": external_identifier,
        }
        answer = self._caller.call("fetch_tenant_token_by_token", arguments, timeout_seconds)
        return TokenResponse.of(answer)
