"""The outbound-application operations for asyncio.

``outbound_application.py`` is made from this file by ``make generate``: write here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from descope_outbound import _native
from descope_outbound._caller import Caller, as_list
from descope_outbound.application import AccessType, PromptType, URLParam, application_arguments
from descope_outbound.redacted import RedactedDict, redacting
from descope_outbound.token import TokenResponse


class OutboundApplicationAsync:
    """The operations on outbound apps and their tokens, as ``client.mgmt.outbound_application`` has them.

    Every method takes ``timeout_seconds`` (float, seconds), which bounds this call as a whole, repetitions included;
    without it the client's own holds (20 s unless set). Every method may raise:

    * ``AuthException``: the service refused, or an argument cannot be used (then nothing was sent).
    * ``RateLimitException``: too many requests; wait ``retry_after`` seconds.
    * ``DeadlineExceeded``, ``ConnectionFailed``, ``DecodeError``: there is no answer to speak of.
    * ``TypeError``: an argument is of the wrong type; nothing was sent.

    Paths, fields and defaults are those of Descope's API reference and of the official SDK (PyPI ``descope`` 2.16.1).
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._cached_token = caller.cached("fetch_token")
        self._cached_token_by_scopes = caller.cached("fetch_token_by_scopes")
        self._cached_tenant_token = caller.cached("fetch_tenant_token")
        self._cached_tenant_token_by_scopes = caller.cached("fetch_tenant_token_by_scopes")

    async def fetch_token(
        self,
        app_id: str,
        user_id: str,
        tenant_id: str | None = None,
        options: dict[str, Any] | None = None,
        *,
        scopes: Iterable[str] | None = None,
        external_identifier: str | None = None,
        min_validity_seconds: float | None = None,
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
            external_identifier: The token that was uploaded under this name of your own (API reference).
            min_validity_seconds: With a cache, ask the service where the cached token would be given out for less than
                this, in seconds. What the service has then is what you get; without a cache it changes nothing.
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
            >>> token = await client.mgmt.outbound_application.fetch_token(
            ...     app_id="google-calendar", user_id="user-id"
            ... )  # doctest: +SKIP
            >>> headers = {"Authorization": f"Bearer {token.access_token}"}  # doctest: +SKIP
        """
        if scopes is not None:
            return await self.fetch_token_by_scopes(
                app_id,
                user_id,
                scopes,
                options,
                tenant_id,
                external_identifier=external_identifier,
                min_validity_seconds=min_validity_seconds,
                timeout_seconds=timeout_seconds,
            )
        cached = self._cached_token(
            app_id, user_id, tenant_id, external_identifier, None, options, min_validity_seconds, timeout_seconds
        )
        if cached is not None:
            return cached
        arguments = {
            "app_id": app_id,
            "user_id": user_id,
            "tenant_id": tenant_id,
            "options": options,
            "external_identifier": external_identifier,
        }
        answer = await self._caller.call_async("fetch_token", arguments, timeout_seconds, min_validity_seconds)
        return TokenResponse.of(answer)

    async def fetch_token_by_scopes(
        self,
        app_id: str,
        user_id: str,
        scopes: Iterable[str],
        options: dict[str, Any] | None = None,
        tenant_id: str | None = None,
        *,
        external_identifier: str | None = None,
        min_validity_seconds: float | None = None,
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
            external_identifier: As for ``fetch_token``.
            min_validity_seconds: As for ``fetch_token``.
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
            >>> token = await client.mgmt.outbound_application.fetch_token_by_scopes(
            ...     app_id="google-calendar", user_id="user-id", scopes=["read", "write"]
            ... )  # doctest: +SKIP
        """
        wanted = as_list(scopes)
        cached = self._cached_token_by_scopes(
            app_id, user_id, tenant_id, external_identifier, wanted, options, min_validity_seconds, timeout_seconds
        )
        if cached is not None:
            return cached
        arguments = {
            "app_id": app_id,
            "user_id": user_id,
            "scopes": wanted,
            "options": options,
            "tenant_id": tenant_id,
            "external_identifier": external_identifier,
        }
        answer = await self._caller.call_async(
            "fetch_token_by_scopes", arguments, timeout_seconds, min_validity_seconds
        )
        return TokenResponse.of(answer)

    async def fetch_tenant_token(
        self,
        app_id: str,
        tenant_id: str,
        options: dict[str, Any] | None = None,
        *,
        external_identifier: str | None = None,
        min_validity_seconds: float | None = None,
        timeout_seconds: float | None = None,
    ) -> TokenResponse:
        """Fetch a tenant's newest token for an app.

        Args:
            app_id: The outbound app's id.
            tenant_id: The tenant's id.
            options: As for ``fetch_token``.
            external_identifier: As for ``fetch_token``.
            min_validity_seconds: As for ``fetch_token``.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            As ``fetch_token``.

        Raises:
            TokenNotFound: The tenant has no token for the app.
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> token = await client.mgmt.outbound_application.fetch_tenant_token(
            ...     app_id="salesforce", tenant_id="tenant-id"
            ... )  # doctest: +SKIP
        """
        cached = self._cached_tenant_token(
            app_id, None, tenant_id, external_identifier, None, options, min_validity_seconds, timeout_seconds
        )
        if cached is not None:
            return cached
        arguments = {
            "app_id": app_id,
            "tenant_id": tenant_id,
            "options": options,
            "external_identifier": external_identifier,
        }
        answer = await self._caller.call_async("fetch_tenant_token", arguments, timeout_seconds, min_validity_seconds)
        return TokenResponse.of(answer)

    async def fetch_tenant_token_by_scopes(
        self,
        app_id: str,
        tenant_id: str,
        scopes: Iterable[str],
        options: dict[str, Any] | None = None,
        *,
        external_identifier: str | None = None,
        min_validity_seconds: float | None = None,
        timeout_seconds: float | None = None,
    ) -> TokenResponse:
        """Fetch a tenant's token for an app with exactly these scopes.

        Args:
            app_id: The outbound app's id.
            tenant_id: The tenant's id.
            scopes: As for ``fetch_token_by_scopes``.
            options: As for ``fetch_token``.
            external_identifier: As for ``fetch_token``.
            min_validity_seconds: As for ``fetch_token``.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            As ``fetch_token``.

        Raises:
            TokenNotFound: The tenant has no token with exactly these scopes.
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> token = await client.mgmt.outbound_application.fetch_tenant_token_by_scopes(
            ...     app_id="salesforce", tenant_id="tenant-id", scopes=["read"]
            ... )  # doctest: +SKIP
        """
        wanted = as_list(scopes)
        cached = self._cached_tenant_token_by_scopes(
            app_id, None, tenant_id, external_identifier, wanted, options, min_validity_seconds, timeout_seconds
        )
        if cached is not None:
            return cached
        arguments = {
            "app_id": app_id,
            "tenant_id": tenant_id,
            "scopes": wanted,
            "options": options,
            "external_identifier": external_identifier,
        }
        answer = await self._caller.call_async(
            "fetch_tenant_token_by_scopes", arguments, timeout_seconds, min_validity_seconds
        )
        return TokenResponse.of(answer)

    async def delete_user_tokens(
        self, app_id: str | None = None, user_id: str | None = None, *, timeout_seconds: float | None = None
    ) -> None:
        """Delete the tokens of a user for an app; with one of the two alone, all of the user's or of the app's.

        The service forgets the tokens, which cannot be undone (official SDK's README).

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
            >>> await client.mgmt.outbound_application.delete_user_tokens(
            ...     app_id="google-calendar", user_id="user-id"
            ... )  # doctest: +SKIP
        """
        arguments = {"app_id": app_id, "user_id": user_id}
        await self._caller.call_async("delete_user_tokens", arguments, timeout_seconds)

    async def delete_token(self, token_id: str, *, timeout_seconds: float | None = None) -> None:
        """Delete one token.

        The service forgets the token, which cannot be undone (official SDK's README).

        Args:
            token_id: The token's id: ``["token"]["id"]`` of a fetched one.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Raises:
            AuthException: The service refused, or the id is empty.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of; the token may be deleted all the same.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.delete_token(token_id="token-id")  # doctest: +SKIP
        """
        await self._caller.call_async("delete_token", {"token_id": token_id}, timeout_seconds)

    async def list_apps_with_user_token(
        self, user_id: str, tenant_id: str | None = None, *, timeout_seconds: float | None = None
    ) -> RedactedDict:
        """List the apps that a user has a token for.

        Args:
            user_id: The user's id.
            tenant_id: Only tokens that are bound to this tenant.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{"appIds": [...]}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> apps = await client.mgmt.outbound_application.list_apps_with_user_token("user-id")  # doctest: +SKIP
            >>> apps["appIds"]  # doctest: +SKIP
            ['google-calendar']
        """
        arguments = {"user_id": user_id, "tenant_id": tenant_id}
        return await self._json("list_apps_with_user_token", arguments, timeout_seconds)

    async def upload_user_api_key(
        self,
        app_id: str,
        user_id: str,
        api_key: str,
        tenant_id: str | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RedactedDict:
        """Store a user's API key for an app.

        Args:
            app_id: The outbound app's id.
            user_id: The user's id.
            api_key: The key; it is masked in errors, and no frame of this package keeps it.
            tenant_id: The tenant that it is bound to.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.upload_user_api_key(
            ...     "openai", "user-id", "made-up-key"
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(api_key)
        del api_key
        arguments = {"app_id": app_id, "user_id": user_id, "api_key": secret, "tenant_id": tenant_id}
        return await self._json("upload_user_api_key", arguments, timeout_seconds)

    async def upload_tenant_api_key(
        self, app_id: str, tenant_id: str, api_key: str, *, timeout_seconds: float | None = None
    ) -> RedactedDict:
        """Store a tenant's API key for an app.

        Args:
            app_id: The outbound app's id.
            tenant_id: The tenant's id.
            api_key: The key; it is masked in errors, and no frame of this package keeps it.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.upload_tenant_api_key(
            ...     "openai", "tenant-id", "made-up-key"
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(api_key)
        del api_key
        arguments = {"app_id": app_id, "tenant_id": tenant_id, "api_key": secret}
        return await self._json("upload_tenant_api_key", arguments, timeout_seconds)

    async def upload_user_token(
        self,
        app_id: str,
        user_id: str,
        tenant_id: str | None = None,
        refresh_token: str | None = None,
        access_token: str | None = None,
        access_token_expiry: int | None = None,
        access_token_type: str | None = None,
        scopes: Iterable[str] | None = None,
        external_identifier: str | None = None,
        id_token: str | None = None,
        verify_refresh: bool | None = None,
        granted_by: str | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RedactedDict:
        """Store a user's OAuth token for an app.

        Args:
            app_id: The outbound app's id.
            user_id: The user's id.
            tenant_id: The tenant that it is bound to.
            refresh_token: With it the service can refresh; this or the access token is needed (Go SDK).
            access_token: What is sent to the third party.
            access_token_expiry: When the access token ends; int, seconds since 1970; 0 or None where unknown.
            access_token_type: Mostly ``Bearer``.
            scopes: What the user has granted; any iterable of strings.
            external_identifier: A name of your own, to tell several tokens of one owner apart.
            id_token: The third party's word on who the user is.
            verify_refresh: Have the service refresh the token at once, and refuse it where that fails.
            granted_by: Who consented.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.upload_user_token(
            ...     "google-calendar", "user-id", refresh_token="made-up-refresh", scopes=["read"]
            ... )  # doctest: +SKIP
        """
        secrets = _native.Secret(refresh_token), _native.Secret(access_token), _native.Secret(id_token)
        del refresh_token, access_token, id_token
        arguments = {
            "app_id": app_id,
            "user_id": user_id,
            "tenant_id": tenant_id,
            "refresh_token": secrets[0],
            "access_token": secrets[1],
            "access_token_expiry": access_token_expiry,
            "access_token_type": access_token_type,
            "scopes": as_list(scopes),
            "external_identifier": external_identifier,
            "id_token": secrets[2],
            "verify_refresh": verify_refresh,
            "granted_by": granted_by,
        }
        return await self._json("upload_user_token", arguments, timeout_seconds)

    async def upload_tenant_token(
        self,
        app_id: str,
        tenant_id: str,
        refresh_token: str | None = None,
        access_token: str | None = None,
        access_token_expiry: int | None = None,
        access_token_type: str | None = None,
        scopes: Iterable[str] | None = None,
        external_identifier: str | None = None,
        id_token: str | None = None,
        verify_refresh: bool | None = None,
        granted_by: str | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RedactedDict:
        """Store a tenant's OAuth token for an app.

        Args:
            app_id: The outbound app's id.
            tenant_id: The tenant's id.
            refresh_token: With it the service can refresh; this or the access token is needed (Go SDK).
            access_token: What is sent to the third party.
            access_token_expiry: When the access token ends; int, seconds since 1970; 0 or None where unknown.
            access_token_type: Mostly ``Bearer``.
            scopes: What the user has granted; any iterable of strings.
            external_identifier: A name of your own, to tell several tokens of one owner apart.
            id_token: The third party's word on who the user is.
            verify_refresh: Have the service refresh the token at once, and refuse it where that fails.
            granted_by: Who consented.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.upload_tenant_token(
            ...     "google-calendar", "tenant-id", refresh_token="made-up-refresh", scopes=["read"]
            ... )  # doctest: +SKIP
        """
        secrets = _native.Secret(refresh_token), _native.Secret(access_token), _native.Secret(id_token)
        del refresh_token, access_token, id_token
        arguments = {
            "app_id": app_id,
            "tenant_id": tenant_id,
            "refresh_token": secrets[0],
            "access_token": secrets[1],
            "access_token_expiry": access_token_expiry,
            "access_token_type": access_token_type,
            "scopes": as_list(scopes),
            "external_identifier": external_identifier,
            "id_token": secrets[2],
            "verify_refresh": verify_refresh,
            "granted_by": granted_by,
        }
        return await self._json("upload_tenant_token", arguments, timeout_seconds)

    async def batch_upload_user_tokens(
        self, tokens: Iterable[dict[str, Any]], *, timeout_seconds: float | None = None
    ) -> RedactedDict:
        """Store OAuth tokens of several users: all of them or, where one fails, none.

        Args:
            tokens: One at least; each a dict as the API has it: ``appId`` and ``userId``, and any of ``refreshToken``,
                ``accessToken``, ``accessTokenExpiry``, ``accessTokenType``, ``scopes``, ``externalIdentifier``,
                ``idToken`` and ``grantedBy``.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{"failures": [...]}``: why each that failed did; empty where all are stored.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.batch_upload_user_tokens(
            ...     [{"appId": "google-calendar", "userId": "user-id", "refreshToken": "made-up-refresh"}]
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(as_list(tokens))
        del tokens
        return await self._json("batch_upload_user_tokens", {"tokens": secret}, timeout_seconds)

    async def batch_upload_tenant_tokens(
        self, tokens: Iterable[dict[str, Any]], *, timeout_seconds: float | None = None
    ) -> RedactedDict:
        """Store OAuth tokens of several tenants: all of them or, where one fails, none.

        Args:
            tokens: One at least; each a dict as the API has it: ``appId`` and ``tenantId``, and any of
                ``refreshToken``, ``accessToken``, ``accessTokenExpiry``, ``accessTokenType``, ``scopes``,
                ``externalIdentifier``, ``idToken`` and ``grantedBy``.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{"failures": [...]}``: why each that failed did; empty where all are stored.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.batch_upload_tenant_tokens(
            ...     [{"appId": "google-calendar", "tenantId": "tenant-id", "refreshToken": "made-up-refresh"}]
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(as_list(tokens))
        del tokens
        return await self._json("batch_upload_tenant_tokens", {"tokens": secret}, timeout_seconds)

    async def create_application(
        self,
        name: str,
        description: str | None = None,
        logo: str | None = None,
        id: str | None = None,  # noqa: A002 - the official name
        client_secret: str | None = None,
        client_id: str | None = None,
        discovery_url: str | None = None,
        authorization_url: str | None = None,
        authorization_url_params: list[URLParam] | None = None,
        token_url: str | None = None,
        token_url_params: list[URLParam] | None = None,
        revocation_url: str | None = None,
        default_scopes: list[str] | None = None,
        default_redirect_url: str | None = None,
        callback_domain: str | None = None,
        pkce: bool | None = None,
        access_type: AccessType | None = None,
        prompt: list[PromptType] | None = None,
        *,
        app_type: str | None = None,
        use_dcr: bool | None = None,
        dcr_url: str | None = None,
        tenant_id: str | None = None,
        more: dict[str, Any] | None = None,
        timeout_seconds: float | None = None,
    ) -> RedactedDict:
        """Make an outbound app.

        Args:
            name: What users see.
            description: For people.
            logo: The URL of a picture.
            id: How it is named in every call; made up by the service where it is not given.
            client_secret: What proves Descope to the third party; masked in errors.
            client_id: What the third party knows Descope by.
            discovery_url: Where the third party describes its endpoints.
            authorization_url: Where users consent.
            authorization_url_params: What is added to it.
            token_url: Where tokens are minted and refreshed.
            token_url_params: What is added to it.
            revocation_url: Where tokens are revoked.
            default_scopes: What is asked for where a connection asks for nothing else.
            default_redirect_url: Where users come back to.
            callback_domain: The domain of the callback.
            pkce: Whether PKCE is used (RFC 7636).
            access_type: Whether tokens can be refreshed while the user is away.
            prompt: What the third party asks the user.
            app_type: OAuth or API key.
            use_dcr: Whether Descope registers itself at the third party (RFC 7591).
            dcr_url: Where it does.
            tenant_id: The tenant that it is bound to.
            more: Fields that this version does not know, in the API's spelling; passed on as given.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{"app": {...}}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.create_application(
            ...     "Google Calendar", id="google-calendar"
            ... )  # doctest: +SKIP
        """
        # An empty one is left out, as the official SDK does.
        secret, more_fields = _native.Secret(client_secret or None), _native.Secret(more)
        del client_secret, more
        fields = {
            "name": name,
            "description": description,
            "logo": logo,
            "id": id,
            "client_id": client_id,
            "discovery_url": discovery_url,
            "authorization_url": authorization_url,
            "authorization_url_params": authorization_url_params,
            "token_url": token_url,
            "token_url_params": token_url_params,
            "revocation_url": revocation_url,
            "default_scopes": default_scopes,
            "default_redirect_url": default_redirect_url,
            "callback_domain": callback_domain,
            "pkce": pkce,
            "access_type": access_type,
            "prompt": prompt,
            "client_secret": secret,
            "app_type": app_type,
            "use_dcr": use_dcr,
            "dcr_url": dcr_url,
            "tenant_id": tenant_id,
        }
        return await self._json("create_application", application_arguments(fields, more_fields), timeout_seconds)

    async def create_application_by_template(
        self,
        template_id: str,
        id: str | None = None,  # noqa: A002 - the official name
        client_id: str | None = None,
        client_secret: str | None = None,
        tenant_id: str | None = None,
        overrides: dict[str, Any] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> RedactedDict:
        """Make an outbound app from one of Descope's templates.

        The official Python SDK lacks this one.

        Args:
            template_id: The template's id.
            id: How the app is named in every call; made up by the service where it is not given.
            client_id: What the third party knows Descope by.
            client_secret: What proves Descope to the third party; masked in errors.
            tenant_id: The tenant that the app is bound to.
            overrides: Fields of the app that differ from the template's, in the API's spelling.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{"app": {...}}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.create_application_by_template("google")  # doctest: +SKIP
        """
        secrets = _native.Secret(client_secret), _native.Secret(overrides)
        del client_secret, overrides
        arguments = {
            "template_id": template_id,
            "id": id,
            "client_id": client_id,
            "client_secret": secrets[0],
            "tenant_id": tenant_id,
            "overrides": secrets[1],
        }
        return await self._json("create_application_by_template", arguments, timeout_seconds)

    async def update_application(
        self,
        id: str,  # noqa: A002 - the official name
        name: str,
        description: str | None = None,
        logo: str | None = None,
        client_secret: str | None = None,
        client_id: str | None = None,
        discovery_url: str | None = None,
        authorization_url: str | None = None,
        authorization_url_params: list[URLParam] | None = None,
        token_url: str | None = None,
        token_url_params: list[URLParam] | None = None,
        revocation_url: str | None = None,
        default_scopes: list[str] | None = None,
        default_redirect_url: str | None = None,
        callback_domain: str | None = None,
        pkce: bool | None = None,
        access_type: AccessType | None = None,
        prompt: list[PromptType] | None = None,
        *,
        app_type: str | None = None,
        use_dcr: bool | None = None,
        dcr_url: str | None = None,
        tenant_id: str | None = None,
        more: dict[str, Any] | None = None,
        timeout_seconds: float | None = None,
    ) -> RedactedDict:
        """Replace an outbound app as a whole: what is left out is emptied.

        Args:
            id: The outbound app's id.
            name: What users see.
            description: For people.
            logo: The URL of a picture.
            client_secret: What proves Descope to the third party; masked in errors.
            client_id: What the third party knows Descope by.
            discovery_url: Where the third party describes its endpoints.
            authorization_url: Where users consent.
            authorization_url_params: What is added to it.
            token_url: Where tokens are minted and refreshed.
            token_url_params: What is added to it.
            revocation_url: Where tokens are revoked.
            default_scopes: What is asked for where a connection asks for nothing else.
            default_redirect_url: Where users come back to.
            callback_domain: The domain of the callback.
            pkce: Whether PKCE is used (RFC 7636).
            access_type: Whether tokens can be refreshed while the user is away.
            prompt: What the third party asks the user.
            app_type: OAuth or API key.
            use_dcr: Whether Descope registers itself at the third party (RFC 7591).
            dcr_url: Where it does.
            tenant_id: The tenant that it is bound to.
            more: Fields that this version does not know, in the API's spelling; passed on as given.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{"app": {...}}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.update_application(
            ...     "google-calendar", "Google Calendar"
            ... )  # doctest: +SKIP
        """
        # An empty one is left out, as the official SDK does.
        secret, more_fields = _native.Secret(client_secret or None), _native.Secret(more)
        del client_secret, more
        fields = {
            "id": id,
            "name": name,
            "description": description,
            "logo": logo,
            "client_id": client_id,
            "discovery_url": discovery_url,
            "authorization_url": authorization_url,
            "authorization_url_params": authorization_url_params,
            "token_url": token_url,
            "token_url_params": token_url_params,
            "revocation_url": revocation_url,
            "default_scopes": default_scopes,
            "default_redirect_url": default_redirect_url,
            "callback_domain": callback_domain,
            "pkce": pkce,
            "access_type": access_type,
            "prompt": prompt,
            "client_secret": secret,
            "app_type": app_type,
            "use_dcr": use_dcr,
            "dcr_url": dcr_url,
            "tenant_id": tenant_id,
        }
        return await self._json("update_application", application_arguments(fields, more_fields), timeout_seconds)

    async def delete_application(
        self,
        id: str,  # noqa: A002 - the official name
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """Delete an outbound app, which cannot be undone (official SDK's README).

        Args:
            id: The outbound app's id.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.delete_application("google-calendar")  # doctest: +SKIP
        """
        await self._caller.call_async("delete_application", {"id": id}, timeout_seconds)

    async def load_application(
        self,
        id: str,  # noqa: A002 - the official name
        *,
        timeout_seconds: float | None = None,
    ) -> RedactedDict:
        """Load one outbound app.

        Args:
            id: The outbound app's id.
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{"app": {...}}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.load_application("google-calendar")  # doctest: +SKIP
        """
        return await self._json("load_application", {"id": id}, timeout_seconds)

    async def load_all_applications(self, *, timeout_seconds: float | None = None) -> RedactedDict:
        """Load every outbound app.

        Args:
            timeout_seconds: Bounds this call, in seconds; None for the client's own.

        Returns:
            ``{"apps": [...]}``.

        Raises:
            AuthException: The service refused, or an argument cannot be used.
            RateLimitException: Too many requests.
            TransportError: There is no answer to speak of.
            TypeError: An argument is of the wrong type.

        Example:
            >>> await client.mgmt.outbound_application.load_all_applications()  # doctest: +SKIP
        """
        return await self._json("load_all_applications", {}, timeout_seconds)

    async def _json(self, operation: str, arguments: dict[str, Any], timeout_seconds: float | None) -> RedactedDict:
        answer = await self._caller.call_async(operation, arguments, timeout_seconds)
        json: RedactedDict = redacting(answer.json())
        return json
