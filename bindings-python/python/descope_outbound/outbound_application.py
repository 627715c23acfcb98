"""The outbound-application operations.

``make generate`` creates this file from ``outbound_application_async.py``: edit that one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from descope_outbound import _native
from descope_outbound._caller import Caller, as_list
from descope_outbound.application import AccessType, PromptType, URLParam, application_arguments
from descope_outbound.redacted import RedactedDict, with_redacted_dicts
from descope_outbound.token import TokenResponse


class OutboundApplication:
    """The operations on outbound apps and their tokens, ``client.mgmt.outbound_application``.

    Every method takes ``timeout_seconds`` (float): the timeout of this call in seconds, including waits and retries.
    Without it, the client's own timeout applies (default: 20). Every method may raise:

    * ``AuthException``: the service responded with an error, or an argument is invalid (then no request was sent).
    * ``RateLimitException``: too many requests; wait ``retry_after`` seconds.
    * ``DeadlineExceeded``, ``ConnectionFailed``: no response arrived in time, or the connection failed.
    * ``DecodeError``: a success response could not be read.
    * ``TypeError``: an argument has the wrong type; no request was sent.

    Paths, fields and defaults are those of Descope's API reference and of the official SDK (PyPI ``descope`` 2.16.1).
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._cached_token = caller.cached_token_reader("fetch_token")
        self._cached_token_by_scopes = caller.cached_token_reader("fetch_token_by_scopes")
        self._cached_tenant_token = caller.cached_token_reader("fetch_tenant_token")
        self._cached_tenant_token_by_scopes = caller.cached_token_reader("fetch_tenant_token_by_scopes")

    def fetch_token(
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
            tenant_id: The tenant that the token is bound to. Without it, the service does not find a bound token.
            options: A dict that is sent as given. ``{"forceRefresh": True}`` makes the service refresh the token at the
                third party. ``{"withRefreshToken": True}`` requests the refresh token too.
            scopes: Fetch the token with exactly these scopes, as ``fetch_token_by_scopes`` does.
            external_identifier: The caller's own identifier of the token, as given in its upload (API reference).
            min_validity_seconds: Minimum time, in seconds, for which the client would still return the cached token.
                If less is left, the fetch asks the service and returns its token, whatever time that has left. Without
                a cache, this has no effect.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            The service's response, a dict. ``.access_token`` is short for ``["token"]["accessToken"]``.

        Raises:
            TokenNotFound: The user has not connected the app, or has connected it with other scopes or for another
                tenant.
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> token = client.mgmt.outbound_application.fetch_token(
            ...     app_id="google-calendar", user_id="user-id"
            ... )  # doctest: +SKIP
            >>> headers = {"Authorization": f"Bearer {token.access_token}"}  # doctest: +SKIP
        """
        if scopes is not None:
            return self.fetch_token_by_scopes(
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
        response = self._caller.call("fetch_token", arguments, timeout_seconds, min_validity_seconds)
        return TokenResponse.of(response)

    def fetch_token_by_scopes(
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
            scopes: Exactly the scopes of the token (API reference): any iterable of strings, but not a string. An
                empty one is sent as an empty list.
            options: As for ``fetch_token``.
            tenant_id: As for ``fetch_token``.
            external_identifier: As for ``fetch_token``.
            min_validity_seconds: As for ``fetch_token``.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            As ``fetch_token``.

        Raises:
            TokenNotFound: The user has no token with exactly these scopes.
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> token = client.mgmt.outbound_application.fetch_token_by_scopes(
            ...     app_id="google-calendar", user_id="user-id", scopes=["read", "write"]
            ... )  # doctest: +SKIP
        """
        scope_list = as_list(scopes)
        cached = self._cached_token_by_scopes(
            app_id, user_id, tenant_id, external_identifier, scope_list, options, min_validity_seconds, timeout_seconds
        )
        if cached is not None:
            return cached
        arguments = {
            "app_id": app_id,
            "user_id": user_id,
            "scopes": scope_list,
            "options": options,
            "tenant_id": tenant_id,
            "external_identifier": external_identifier,
        }
        response = self._caller.call("fetch_token_by_scopes", arguments, timeout_seconds, min_validity_seconds)
        return TokenResponse.of(response)

    def fetch_tenant_token(
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
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            As ``fetch_token``.

        Raises:
            TokenNotFound: The tenant has no token for the app.
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> token = client.mgmt.outbound_application.fetch_tenant_token(
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
        response = self._caller.call("fetch_tenant_token", arguments, timeout_seconds, min_validity_seconds)
        return TokenResponse.of(response)

    def fetch_tenant_token_by_scopes(
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
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            As ``fetch_token``.

        Raises:
            TokenNotFound: The tenant has no token with exactly these scopes.
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> token = client.mgmt.outbound_application.fetch_tenant_token_by_scopes(
            ...     app_id="salesforce", tenant_id="tenant-id", scopes=["read"]
            ... )  # doctest: +SKIP
        """
        scope_list = as_list(scopes)
        cached = self._cached_tenant_token_by_scopes(
            app_id, None, tenant_id, external_identifier, scope_list, options, min_validity_seconds, timeout_seconds
        )
        if cached is not None:
            return cached
        arguments = {
            "app_id": app_id,
            "tenant_id": tenant_id,
            "scopes": scope_list,
            "options": options,
            "external_identifier": external_identifier,
        }
        response = self._caller.call("fetch_tenant_token_by_scopes", arguments, timeout_seconds, min_validity_seconds)
        return TokenResponse.of(response)

    def delete_user_tokens(
        self, app_id: str | None = None, user_id: str | None = None, *, timeout_seconds: float | None = None
    ) -> None:
        """Delete a user's tokens for an app. With one argument alone, delete all tokens of the user or of the app.

        The service deletes the tokens permanently (official SDK's README).

        Args:
            app_id: The outbound app's id.
            user_id: The user's id. Pass at least one of the two.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Raises:
            AuthException: The service responded with an error, or both arguments are absent.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read. The tokens may be
                deleted nevertheless.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.delete_user_tokens(
            ...     app_id="google-calendar", user_id="user-id"
            ... )  # doctest: +SKIP
        """
        arguments = {"app_id": app_id, "user_id": user_id}
        self._caller.call("delete_user_tokens", arguments, timeout_seconds)

    def delete_token(self, token_id: str, *, timeout_seconds: float | None = None) -> None:
        """Delete one token.

        The service deletes the token permanently (official SDK's README).

        Args:
            token_id: The token's id: ``["token"]["id"]`` of a fetched token.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Raises:
            AuthException: The service responded with an error, or the id is empty.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read. The token may be
                deleted nevertheless.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.delete_token(token_id="token-id")  # doctest: +SKIP
        """
        self._caller.call("delete_token", {"token_id": token_id}, timeout_seconds)

    def list_apps_with_user_token(
        self, user_id: str, tenant_id: str | None = None, *, timeout_seconds: float | None = None
    ) -> RedactedDict:
        """List the apps that a user has a token for.

        Args:
            user_id: The user's id.
            tenant_id: The tenant that the tokens are bound to.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{"appIds": [...]}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> apps = client.mgmt.outbound_application.list_apps_with_user_token("user-id")  # doctest: +SKIP
            >>> apps["appIds"]  # doctest: +SKIP
            ['google-calendar']
        """
        arguments = {"user_id": user_id, "tenant_id": tenant_id}
        return self._json("list_apps_with_user_token", arguments, timeout_seconds)

    def upload_user_api_key(
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
            api_key: The key. It is masked in errors, and no frame of this package keeps it.
            tenant_id: The tenant that the key is bound to.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.upload_user_api_key(
            ...     "openai", "user-id", "made-up-key"
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(api_key)
        del api_key
        arguments = {"app_id": app_id, "user_id": user_id, "api_key": secret, "tenant_id": tenant_id}
        return self._json("upload_user_api_key", arguments, timeout_seconds)

    def upload_tenant_api_key(
        self, app_id: str, tenant_id: str, api_key: str, *, timeout_seconds: float | None = None
    ) -> RedactedDict:
        """Store a tenant's API key for an app.

        Args:
            app_id: The outbound app's id.
            tenant_id: The tenant's id.
            api_key: The key. It is masked in errors, and no frame of this package keeps it.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.upload_tenant_api_key(
            ...     "openai", "tenant-id", "made-up-key"
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(api_key)
        del api_key
        arguments = {"app_id": app_id, "tenant_id": tenant_id, "api_key": secret}
        return self._json("upload_tenant_api_key", arguments, timeout_seconds)

    def upload_user_token(
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
            tenant_id: The tenant that the token is bound to.
            refresh_token: The refresh token, which the service uses to refresh the access token. Pass this token, the
                access token or both (Go SDK).
            access_token: The token to send to the third party.
            access_token_expiry: When the access token expires, in seconds since 1970 (int). 0 or None if unknown.
            access_token_type: Usually ``Bearer``.
            scopes: The granted scopes, any iterable of strings.
            external_identifier: The caller's own identifier, which distinguishes several tokens of one owner.
            id_token: The third party's ID token, which identifies the user.
            verify_refresh: Whether the service refreshes the token immediately, and rejects it if that fails.
            granted_by: The identity that granted the access.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.upload_user_token(
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
        return self._json("upload_user_token", arguments, timeout_seconds)

    def upload_tenant_token(
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
            refresh_token: The refresh token, which the service uses to refresh the access token. Pass this token, the
                access token or both (Go SDK).
            access_token: The token to send to the third party.
            access_token_expiry: When the access token expires, in seconds since 1970 (int). 0 or None if unknown.
            access_token_type: Usually ``Bearer``.
            scopes: The granted scopes, any iterable of strings.
            external_identifier: The caller's own identifier, which distinguishes several tokens of one owner.
            id_token: The third party's ID token, which identifies the user.
            verify_refresh: Whether the service refreshes the token immediately, and rejects it if that fails.
            granted_by: The identity that granted the access.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.upload_tenant_token(
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
        return self._json("upload_tenant_token", arguments, timeout_seconds)

    def batch_upload_user_tokens(
        self, tokens: Iterable[dict[str, Any]], *, timeout_seconds: float | None = None
    ) -> RedactedDict:
        """Store OAuth tokens of several users. If one fails, the service stores none of them.

        Args:
            tokens: At least one token, each a dict with the API's field names: ``appId`` and ``userId``, and any of
                ``refreshToken``, ``accessToken``, ``accessTokenExpiry``, ``accessTokenType``, ``scopes``,
                ``externalIdentifier``, ``idToken`` and ``grantedBy``.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{"failures": [...]}``: the reason for each token that failed. Empty if all are stored.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.batch_upload_user_tokens(
            ...     [{"appId": "google-calendar", "userId": "user-id", "refreshToken": "made-up-refresh"}]
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(as_list(tokens))
        del tokens
        return self._json("batch_upload_user_tokens", {"tokens": secret}, timeout_seconds)

    def batch_upload_tenant_tokens(
        self, tokens: Iterable[dict[str, Any]], *, timeout_seconds: float | None = None
    ) -> RedactedDict:
        """Store OAuth tokens of several tenants. If one fails, the service stores none of them.

        Args:
            tokens: At least one token, each a dict with the API's field names: ``appId`` and ``tenantId``, and any of
                ``refreshToken``, ``accessToken``, ``accessTokenExpiry``, ``accessTokenType``, ``scopes``,
                ``externalIdentifier``, ``idToken`` and ``grantedBy``.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{"failures": [...]}``: the reason for each token that failed. Empty if all are stored.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.batch_upload_tenant_tokens(
            ...     [{"appId": "google-calendar", "tenantId": "tenant-id", "refreshToken": "made-up-refresh"}]
            ... )  # doctest: +SKIP
        """
        secret = _native.Secret(as_list(tokens))
        del tokens
        return self._json("batch_upload_tenant_tokens", {"tokens": secret}, timeout_seconds)

    def create_application(
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
        """Create an outbound app.

        Args:
            name: The name that users see.
            description: A description of the app for people.
            logo: The URL of the app's logo.
            id: The id of the new app, for every later call. Without one, the service generates it.
            client_secret: Descope's client secret at the third party. It is masked in errors.
            client_id: Descope's client id at the third party.
            discovery_url: The URL of the document that lists the third party's endpoints.
            authorization_url: The URL at which users consent.
            authorization_url_params: Query parameters to add to ``authorization_url``.
            token_url: The URL that issues and refreshes tokens.
            token_url_params: Query parameters to add to ``token_url``.
            revocation_url: The URL that revokes tokens.
            default_scopes: The scopes to request if a connection names none.
            default_redirect_url: The URL to send the user to after connecting.
            callback_domain: The domain of the callback URL.
            pkce: Whether to use PKCE (RFC 7636).
            access_type: Whether tokens can be refreshed while the user is absent.
            prompt: The prompts that the third party shows to the user.
            app_type: The type of the app: OAuth or API key.
            use_dcr: Whether Descope registers itself with the third party (dynamic client registration, RFC 7591).
            dcr_url: The URL for dynamic client registration.
            tenant_id: The tenant that the app is bound to.
            more: Fields that this version does not know, with the API's names. They are sent as given.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{"app": {...}}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.create_application(
            ...     "Google Calendar", id="google-calendar"
            ... )  # doctest: +SKIP
        """
        # An empty client secret is not sent, as in the official SDK.
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
        return self._json("create_application", application_arguments(fields, more_fields), timeout_seconds)

    def create_application_by_template(
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
        """Create an outbound app from one of Descope's templates.

        The official Python SDK does not have this operation.

        Args:
            template_id: The template's id.
            id: The id of the new app, for every later call. Without one, the service generates it.
            client_id: Descope's client id at the third party.
            client_secret: Descope's client secret at the third party. It is masked in errors.
            tenant_id: The tenant that the app is bound to.
            overrides: Fields that replace those of the template, with the API's names.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{"app": {...}}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.create_application_by_template("google")  # doctest: +SKIP
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
        return self._json("create_application_by_template", arguments, timeout_seconds)

    def update_application(
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
        """Replace an outbound app. Fields that are left out become empty.

        Args:
            id: The outbound app's id.
            name: The name that users see.
            description: A description of the app for people.
            logo: The URL of the app's logo.
            client_secret: Descope's client secret at the third party. It is masked in errors.
            client_id: Descope's client id at the third party.
            discovery_url: The URL of the document that lists the third party's endpoints.
            authorization_url: The URL at which users consent.
            authorization_url_params: Query parameters to add to ``authorization_url``.
            token_url: The URL that issues and refreshes tokens.
            token_url_params: Query parameters to add to ``token_url``.
            revocation_url: The URL that revokes tokens.
            default_scopes: The scopes to request if a connection names none.
            default_redirect_url: The URL to send the user to after connecting.
            callback_domain: The domain of the callback URL.
            pkce: Whether to use PKCE (RFC 7636).
            access_type: Whether tokens can be refreshed while the user is absent.
            prompt: The prompts that the third party shows to the user.
            app_type: The type of the app: OAuth or API key.
            use_dcr: Whether Descope registers itself with the third party (dynamic client registration, RFC 7591).
            dcr_url: The URL for dynamic client registration.
            tenant_id: The tenant that the app is bound to.
            more: Fields that this version does not know, with the API's names. They are sent as given.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{"app": {...}}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.update_application(
            ...     "google-calendar", "Google Calendar"
            ... )  # doctest: +SKIP
        """
        # An empty client secret is not sent, as in the official SDK.
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
        return self._json("update_application", application_arguments(fields, more_fields), timeout_seconds)

    def delete_application(
        self,
        id: str,  # noqa: A002 - the official name
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """Delete an outbound app permanently (official SDK's README).

        Args:
            id: The outbound app's id.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.delete_application("google-calendar")  # doctest: +SKIP
        """
        self._caller.call("delete_application", {"id": id}, timeout_seconds)

    def load_application(
        self,
        id: str,  # noqa: A002 - the official name
        *,
        timeout_seconds: float | None = None,
    ) -> RedactedDict:
        """Load one outbound app.

        Args:
            id: The outbound app's id.
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{"app": {...}}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.load_application("google-calendar")  # doctest: +SKIP
        """
        return self._json("load_application", {"id": id}, timeout_seconds)

    def load_all_applications(self, *, timeout_seconds: float | None = None) -> RedactedDict:
        """Load every outbound app.

        Args:
            timeout_seconds: The timeout of this call, in seconds. Default: the client's own.

        Returns:
            ``{"apps": [...]}``.

        Raises:
            AuthException: The service responded with an error, or an argument is invalid.
            RateLimitException: Too many requests.
            TransportError: The service could not be reached, or its response could not be read.
            TypeError: An argument has the wrong type.

        Example:
            >>> client.mgmt.outbound_application.load_all_applications()  # doctest: +SKIP
        """
        return self._json("load_all_applications", {}, timeout_seconds)

    def _json(self, operation: str, arguments: dict[str, Any], timeout_seconds: float | None) -> RedactedDict:
        response = self._caller.call(operation, arguments, timeout_seconds)
        json: RedactedDict = with_redacted_dicts(response.json())
        return json
