"""The clients: their configuration, their life cycle and their operations."""

from __future__ import annotations

import sys
import warnings
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, TypeVar

from descope_outbound import _native
from descope_outbound._caller import Caller, Outcome
from descope_outbound.cache import Cache, CacheOptions
from descope_outbound.exceptions import ERROR_TYPE_INVALID_ARGUMENT, AuthException, exception_for
from descope_outbound.outbound_application import OutboundApplication
from descope_outbound.outbound_application_async import OutboundApplicationAsync
from descope_outbound.outbound_application_by_token import OutboundApplicationByToken
from descope_outbound.outbound_application_by_token_async import OutboundApplicationByTokenAsync
from descope_outbound.response import DescopeResponse, LastResponsePerTask, LastResponsePerThread, response_from

DEFAULT_TIMEOUT_SECONDS = 20.0

_BAD_REQUEST = 400

_HANDSHAKES: dict[object, Literal["beside", "wait", "off"]] = {True: "beside", "wait": "wait", False: "off"}

_Operations = TypeVar("_Operations")
_ByToken = TypeVar("_ByToken")


class Mgmt(Generic[_Operations, _ByToken]):
    """The management operations of this package, ``client.mgmt``."""

    def __init__(
        self, key_failure: _native.Failure | None, outbound_application: _Operations, by_token: _ByToken
    ) -> None:
        self._key_failure = key_failure
        self._outbound_application = outbound_application
        self._outbound_application_by_token = by_token

    @property
    def outbound_application(self) -> _Operations:
        """The operations on outbound apps and their tokens. The same object at every access.

        Raises:
            AuthException: The client has no management key.
        """
        if self._key_failure is not None:
            raise exception_for(self._key_failure)
        return self._outbound_application

    @property
    def outbound_application_by_token(self) -> _ByToken:
        """The fetches with an inbound app's token, which need no management key. The same object at every access."""
        return self._outbound_application_by_token

    if not TYPE_CHECKING:  # with __getattr__, a type checker would accept any name

        def __getattr__(self, name: str) -> NoReturn:
            raise _unsupported_attribute("mgmt", name)


class _BaseClient(Generic[_Operations, _ByToken]):
    """The part that the sync and the async client share."""

    def __init__(
        self,
        project_id: str | None = None,
        public_key: object = None,
        skip_verify: bool = False,
        management_key: str | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        jwt_validation_leeway: int = 5,
        auth_management_key: str | None = None,
        fga_cache_url: str | None = None,
        *,
        base_url: str | None = None,
        verbose: bool = False,
        cache: bool | CacheOptions | None = None,
        license_handshake: bool | Literal["wait"] = True,
        allow_insecure_http: bool = False,
    ) -> None:
        # Wrapped and deleted first, so that no traceback through this frame shows the key.
        key = None if management_key is None else _native.Secret(management_key)
        # The other arguments are for the official SDK's sessions and have no effect here.
        del management_key, auth_management_key, public_key, jwt_validation_leeway, fga_cache_url
        native = native_client(
            project_id=project_id,
            management_key=key,
            base_url=base_url,
            timeout_seconds=timeout_seconds,
            skip_verify=skip_verify,
            license_handshake=license_handshake,
            allow_insecure_http=allow_insecure_http,
            cache=cache,
        )
        if skip_verify:
            warnings.warn(
                "skip_verify turns off TLS verification: any server can impersonate Descope. Use it in tests only.",
                UserWarning,
                stacklevel=2,
            )
        self._native = native
        native_cache = native.cache()
        self._cache = None if native_cache is None else Cache(native_cache)
        self._last_response = self._last_response_store() if verbose else None
        self._caller = Caller(native, observe=self._store_response if verbose else None)
        self._mgmt = Mgmt(native.management_key_failure(), *self._operations(self._caller))

    def _operations(self, caller: Caller) -> tuple[_Operations, _ByToken]:
        raise NotImplementedError

    def _last_response_store(self) -> LastResponsePerThread | LastResponsePerTask:
        raise NotImplementedError

    def _store_response(self, outcome: Outcome) -> None:
        response = response_from(outcome)
        if self._last_response is not None and response is not None:
            self._last_response.set(response)

    def get_last_response(self) -> DescopeResponse | None:
        """Return the last response in this thread or asyncio task, errors included.

        Returns:
            The response. None before the first response, and if the client was created without ``verbose=True``.

        Example:
            >>> client = DescopeClient("P2made-up", management_key="made-up-key", verbose=True)
            >>> client.get_last_response() is None
            True
        """
        return None if self._last_response is None else self._last_response.get()

    @property
    def cache(self) -> Cache | None:
        """The cache, always the same object. None if the client was created without one.

        Example:
            >>> DescopeClient("P2made-up", management_key="made-up-key").cache is None
            True
        """
        return self._cache

    @property
    def mgmt(self) -> Mgmt[_Operations, _ByToken]:
        """The management operations. The same object at every access."""
        return self._mgmt

    if not TYPE_CHECKING:  # with __getattr__, a type checker would accept any name

        def __getattr__(self, name: str) -> NoReturn:
            raise _unsupported_attribute(type(self).__name__, name)


class DescopeClient(_BaseClient[OutboundApplication, OutboundApplicationByToken]):
    """A client of Descope's outbound apps. Create one and share it.

    Creating a client does no I/O and starts no thread. Threads may share a client, and a forked child may use its
    parent's. The client keeps its connections open between calls until ``close()``. If gevent or eventlet has replaced
    threads with green threads, other green threads run while one waits for a call.

    Args:
        project_id: The Descope project id (str). Default: ``DESCOPE_PROJECT_ID``. An id of 32 characters or more also
            contains the project's region.
        public_key: An argument of the official SDK. It has no effect.
        skip_verify: Whether to turn off TLS verification, with a warning (bool). Default: False. Any server can then
            impersonate Descope: use it in tests only.
        management_key: The management key from the company settings in the console (str). Default:
            ``DESCOPE_MANAGEMENT_KEY``.
        timeout_seconds: The timeout of each call in seconds, including waits and retries (float). Default: 20.
        jwt_validation_leeway: An argument of the official SDK. It has no effect.
        auth_management_key: An argument of the official SDK. It has no effect.
        fga_cache_url: An argument of the official SDK. It has no effect.
        base_url: The URL of the service (str). Default: ``DESCOPE_BASE_URI``, else Descope's host in the project's
            region.
        verbose: Whether to keep the service's last response for ``get_last_response()`` (bool). Default: False.
        cache: Whether to cache tokens: True, or a ``CacheOptions``. Default: off. With a cache, a repeated fetch
            returns without a request, but a revoked token may be returned for up to 15 minutes. See ``docs/cache.md``.
        license_handshake: When to request the project's rate-limit tier. True (default): in parallel with the first
            call. ``"wait"``: before the first call, which waits for up to 5 seconds. False: never.
        allow_insecure_http: Whether ``base_url`` may be plain ``http`` on another machine (bool). Default: False.
            Without TLS, the key and tokens are not encrypted.

    Raises:
        AuthException: A setting is invalid (``status_code`` 400). The text names the setting and never shows a secret.
        TypeError: A setting has the wrong type.

    Example:
        >>> client = DescopeClient(project_id="P2made-up", management_key="made-up-key")
        >>> token = client.mgmt.outbound_application.fetch_token("app-id", "user-id")  # doctest: +SKIP
    """

    def _operations(self, caller: Caller) -> tuple[OutboundApplication, OutboundApplicationByToken]:
        return OutboundApplication(caller), OutboundApplicationByToken(caller)

    def _last_response_store(self) -> LastResponsePerThread:
        return LastResponsePerThread()

    def close(self) -> None:
        """Close the connections. Later calls raise a ``RuntimeError``."""
        self._native.close()

    def __enter__(self) -> DescopeClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class DescopeClientAsync(_BaseClient[OutboundApplicationAsync, OutboundApplicationByTokenAsync]):
    """A client for asyncio. It takes the arguments of ``DescopeClient``, and its operations are coroutines.

    Tasks may share a client, and so may several event loops, one after another or at the same time.

    Example:
        >>> async def main() -> None:
        ...     async with DescopeClientAsync() as client:
        ...         await client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    """

    def _operations(self, caller: Caller) -> tuple[OutboundApplicationAsync, OutboundApplicationByTokenAsync]:
        return OutboundApplicationAsync(caller), OutboundApplicationByTokenAsync(caller)

    def _last_response_store(self) -> LastResponsePerTask:
        return LastResponsePerTask()

    async def aopen(self) -> None:
        """Wait for the license handshake, for up to 5 seconds, so that the first call carries the rate-limit tier.

        A handshake that fails raises no error.
        """
        await self._caller.open_async()

    async def aclose(self) -> None:
        """Close the connections. Later calls raise a ``RuntimeError``."""
        self._native.close()

    async def __aenter__(self) -> DescopeClientAsync:
        await self.aopen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


def native_client(
    *,
    project_id: str | None,
    management_key: _native.Secret | None,
    base_url: str | None,
    timeout_seconds: float,
    skip_verify: bool,
    license_handshake: bool | Literal["wait"],
    allow_insecure_http: bool,
    cache: bool | CacheOptions | None = None,
) -> _native.Client:
    """Create the native half of a client, or raise the error for an invalid setting."""
    if license_handshake not in _HANDSHAKES:
        raise _invalid('license_handshake must be True, False or "wait"')
    native = _native.Client.create(
        project_id=project_id,
        management_key=management_key,
        base_url=base_url,
        timeout_seconds=timeout_seconds,
        skip_verify=skip_verify,
        license_handshake=_HANDSHAKES[license_handshake],
        allow_insecure_http=allow_insecure_http,
        cache=_cache_settings(cache),
        # platform.python_version() returns the same, but importing platform takes longer.
        python_version=sys.version.split(maxsplit=1)[0],
    )
    if isinstance(native, _native.Failure):
        raise exception_for(native)
    return native


def _cache_settings(cache: object) -> dict[str, Any] | None:
    if isinstance(cache, CacheOptions):
        return cache._asdict()
    if cache is None or isinstance(cache, bool):
        return {} if cache else None
    raise TypeError(f"cache must be True, False or CacheOptions, not {type(cache).__name__}")


def _invalid(problem: str) -> AuthException:
    return AuthException(_BAD_REQUEST, ERROR_TYPE_INVALID_ARGUMENT, problem)


def _unsupported_attribute(owner: str, name: str) -> AttributeError:
    return AttributeError(
        f"{owner} has no attribute {name!r}: descope-outbound covers outbound apps only. "
        "For other features, use the package descope."
    )
