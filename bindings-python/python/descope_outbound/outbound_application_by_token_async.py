"""The fetches with an inbound app's token, for asyncio.

``make generate`` creates ``outbound_application_by_token.py`` from this file: edit this one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from descope_outbound import _native
from descope_outbound._caller import Caller, as_list
from descope_outbound.token import TokenResponse


class OutboundApplicationByTokenAsync:
    """The fetches that use an inbound app's access token instead of the management key.

    The token needs the scope ``outbound.token.fetch`` (API reference). The client needs no management key for these
    calls. It sends neither the key nor the license header with them, and does not cache their tokens.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def fetch_token_by_scopes(
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
        """Fetch a user's token for an app with exactly these scopes, using an inbound app's token.

        Args:
            token: The inbound app's access token. No frame of this package keeps it.
            app_id: The outbound app's id.
            user_id: The user's id.
            scopes: Exactly the scopes of the token: any iterable of strings, but not a string.
            options: A dict that is sent as given, as for ``OutboundApplication.fetch_token``.
            tenant_id: The tenant that the token is bound to.
            external_identifier: The caller's own identifier of the token, as given in its upload.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            The service's response, a dict. ``.access_token`` is short for ``["token"]["accessToken"]``.

        Raises:
            TokenNotFound: The service has no such token.
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> await client.mgmt.outbound_application_by_token.fetch_token_by_scopes(
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
        response = await self._caller.call_async("fetch_token_by_scopes_by_token", arguments, timeout_seconds)
        return TokenResponse.of(response)

    async def fetch_token(
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
        """Fetch a user's newest token for an app, using an inbound app's token.

        Args:
            token: The inbound app's access token. No frame of this package keeps it.
            app_id: The outbound app's id.
            user_id: The user's id.
            tenant_id: The tenant that the token is bound to.
            options: A dict that is sent as given, as for ``OutboundApplication.fetch_token``.
            external_identifier: The caller's own identifier of the token, as given in its upload.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            The service's response, a dict. ``.access_token`` is short for ``["token"]["accessToken"]``.

        Raises:
            TokenNotFound: The service has no such token.
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> await client.mgmt.outbound_application_by_token.fetch_token(
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
        response = await self._caller.call_async("fetch_token_by_token", arguments, timeout_seconds)
        return TokenResponse.of(response)

    async def fetch_tenant_token_by_scopes(
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
        """Fetch a tenant's token for an app with exactly these scopes, using an inbound app's token.

        Args:
            token: The inbound app's access token. No frame of this package keeps it.
            app_id: The outbound app's id.
            tenant_id: The tenant's id.
            scopes: Exactly the scopes of the token: any iterable of strings, but not a string.
            options: A dict that is sent as given, as for ``OutboundApplication.fetch_token``.
            external_identifier: The caller's own identifier of the token, as given in its upload.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            The service's response, a dict. ``.access_token`` is short for ``["token"]["accessToken"]``.

        Raises:
            TokenNotFound: The service has no such token.
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> await client.mgmt.outbound_application_by_token.fetch_tenant_token_by_scopes(
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
        response = await self._caller.call_async("fetch_tenant_token_by_scopes_by_token", arguments, timeout_seconds)
        return TokenResponse.of(response)

    async def fetch_tenant_token(
        self,
        token: str,
        app_id: str,
        tenant_id: str,
        options: dict[str, Any] | None = None,
        *,
        external_identifier: str | None = None,
        timeout_seconds: float | None = None,
    ) -> TokenResponse:
        """Fetch a tenant's newest token for an app, using an inbound app's token.

        Args:
            token: The inbound app's access token. No frame of this package keeps it.
            app_id: The outbound app's id.
            tenant_id: The tenant's id.
            options: A dict that is sent as given, as for ``OutboundApplication.fetch_token``.
            external_identifier: The caller's own identifier of the token, as given in its upload.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            The service's response, a dict. ``.access_token`` is short for ``["token"]["accessToken"]``.

        Raises:
            TokenNotFound: The service has no such token.
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> await client.mgmt.outbound_application_by_token.fetch_tenant_token(
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
        response = await self._caller.call_async("fetch_tenant_token_by_token", arguments, timeout_seconds)
        return TokenResponse.of(response)
