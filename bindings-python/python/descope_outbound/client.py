"""The clients: configuration, life cycle, and the way to the operations."""

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
from descope_outbound.response import DescopeResponse, LastResponseOfTask, LastResponseOfThread, response_of

DEFAULT_TIMEOUT_SECONDS = 20.0

_BAD_REQUEST = 400

_HANDSHAKES: dict[object, Literal["beside", "wait", "off"]] = {True: "beside", "wait": "wait", False: "off"}

_Operations = TypeVar("_Operations")
_ByToken = TypeVar("_ByToken")


class Mgmt(Generic[_Operations, _ByToken]):
    """The management operations that this package has."""

    def __init__(
        self, key_failure: _native.Failure | None, outbound_application: _Operations, by_token: _ByToken
    ) -> None:
        self._key_failure = key_failure
        self._outbound_application = outbound_application
        self._outbound_application_by_token = by_token

    @property
    def outbound_application(self) -> _Operations:
        """The operations on outbound apps and their tokens: the same object at every access.

        Raises:
            AuthException: The client has no management key.
        """
        if self._key_failure is not None:
            raise exception_for(self._key_failure)
        return self._outbound_application

    @property
    def outbound_application_by_token(self) -> _ByToken:
        """The fetches with an inbound app's token: the same object at every access. They need no management key."""
        return self._outbound_application_by_token

    if not TYPE_CHECKING:  # where every name would then seem to be there

        def __getattr__(self, name: str) -> NoReturn:
            raise _not_ours("mgmt", name)


class _Client(Generic[_Operations, _ByToken]):
    """What the sync and the async client have in common."""

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
        # First, so that no traceback through this frame can show the key.
        key = None if management_key is None else _native.Secret(management_key)
        # The others only sessions need.
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
            warnings.warn("skip_verify: whoever answers is believed to be Descope", UserWarning, stacklevel=2)
        self._native = native
        native_cache = native.cache()
        self._cache = None if native_cache is None else Cache(native_cache)
        self._last_response = self._slot() if verbose else None
        self._caller = Caller(native, observe=self._keep if verbose else None)
        self._mgmt = Mgmt(native.management_key_failure(), *self._operations(self._caller))

    def _operations(self, caller: Caller) -> tuple[_Operations, _ByToken]:
        raise NotImplementedError

    def _slot(self) -> LastResponseOfThread | LastResponseOfTask:
        raise NotImplementedError

    def _keep(self, outcome: Outcome) -> None:
        response = response_of(outcome)
        if self._last_response is not None and response is not None:
            self._last_response.set(response)

    def get_last_response(self) -> DescopeResponse | None:
        """The service's last answer to this thread or task; None without ``verbose=True``, and before the first.

        Example:
            >>> client = DescopeClient("P2made-up", management_key="made-up-key", verbose=True)
            >>> client.get_last_response() is None
            True
        """
        return None if self._last_response is None else self._last_response.get()

    @property
    def cache(self) -> Cache | None:
        """The cache, always the same object; None where the client was made without one.

        Example:
            >>> DescopeClient("P2made-up", management_key="made-up-key").cache is None
            True
        """
        return self._cache

    @property
    def mgmt(self) -> Mgmt[_Operations, _ByToken]:
        """The management operations: the same object at every access."""
        return self._mgmt

    if not TYPE_CHECKING:  # where every name would then seem to be there

        def __getattr__(self, name: str) -> NoReturn:
            raise _not_ours(type(self).__name__, name)


class DescopeClient(_Client[OutboundApplication, OutboundApplicationByToken]):
    """A client of Descope's outbound apps, made to be kept and shared.

    Making one takes no I/O and starts no thread. It may be shared by threads and used after a fork; it keeps its
    connections open between calls until ``close()``. Where gevent or eventlet have replaced threads by green ones, the
    others run while one of them waits for a call.

    Args:
        project_id: The Descope project; else ``DESCOPE_PROJECT_ID``. One of 32 characters or more also names its
            region.
        public_key: Accepted as by the official SDK, and unused.
        skip_verify: Believe whoever answers, with a warning. For tests alone.
        management_key: From the console's company settings; else ``DESCOPE_MANAGEMENT_KEY``.
        timeout_seconds: Bounds each call as a whole, waits and repetitions included; float, seconds.
        jwt_validation_leeway: Accepted as by the official SDK, and unused.
        auth_management_key: Accepted as by the official SDK, and unused.
        fga_cache_url: Accepted as by the official SDK, and unused.
        base_url: Where the service is; else ``DESCOPE_BASE_URI``, else Descope's host in the project's region.
        verbose: Keep the service's last answer for ``get_last_response()``.
        cache: Keep tokens for as long as they are good: True, or a ``CacheOptions``; off unless set. Then a fetch that
            was made a while ago is answered at once, and a revoked token may be seen for 15 minutes at most; see
            ``docs/cache.md``.
        license_handshake: Ask for the project's rate-limit tier beside the first call (True), before it
            (``"wait"``: 5 s at most), or never (False).
        allow_insecure_http: Permit a base URL of plain ``http`` beyond this machine.

    Raises:
        AuthException: A setting cannot be used (``status_code`` 400); the text names it, and never shows a secret.
        TypeError: A setting is of the wrong type.

    Example:
        >>> client = DescopeClient(project_id="P2made-up", management_key="made-up-key")
        >>> token = client.mgmt.outbound_application.fetch_token("app-id", "user-id")  # doctest: +SKIP
    """

    def _operations(self, caller: Caller) -> tuple[OutboundApplication, OutboundApplicationByToken]:
        return OutboundApplication(caller), OutboundApplicationByToken(caller)

    def _slot(self) -> LastResponseOfThread:
        return LastResponseOfThread()

    def close(self) -> None:
        """Close the connections; calls that come later raise a ``RuntimeError``."""
        self._native.close()

    def __enter__(self) -> DescopeClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class DescopeClientAsync(_Client[OutboundApplicationAsync, OutboundApplicationByTokenAsync]):
    """The client for asyncio: as ``DescopeClient``, with operations that are awaited.

    It may be shared by tasks and by several event loops, one after another or at once.

    Example:
        >>> async def main() -> None:
        ...     async with DescopeClientAsync() as client:
        ...         await client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    """

    def _operations(self, caller: Caller) -> tuple[OutboundApplicationAsync, OutboundApplicationByTokenAsync]:
        return OutboundApplicationAsync(caller), OutboundApplicationByTokenAsync(caller)

    def _slot(self) -> LastResponseOfTask:
        return LastResponseOfTask()

    async def aopen(self) -> None:
        """Wait for the licence handshake, 5 s at most, so that the first call carries the tier. Never fails."""
        await self._caller.open_async()

    async def aclose(self) -> None:
        """Close the connections; calls that come later raise a ``RuntimeError``."""
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
    """The native half of a client; raises what is wrong with a setting."""
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
        cache=_settings_of(cache),
        # What platform.python_version() reads it from.
        python_version=sys.version.split(maxsplit=1)[0],
    )
    if isinstance(native, _native.Failure):
        raise exception_for(native)
    return native


def _settings_of(cache: object) -> dict[str, Any] | None:
    if isinstance(cache, CacheOptions):
        return cache._asdict()
    if cache is None or isinstance(cache, bool):
        return {} if cache else None
    raise TypeError(f"cache must be True, False or CacheOptions, not {type(cache).__name__}")


def _invalid(problem: str) -> AuthException:
    return AuthException(_BAD_REQUEST, ERROR_TYPE_INVALID_ARGUMENT, problem)


def _not_ours(owner: str, name: str) -> AttributeError:
    return AttributeError(
        f"{owner} has no {name!r}: descope-outbound is for outbound apps alone, the rest is in the package descope"
    )
