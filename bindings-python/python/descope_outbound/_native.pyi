"""The native half of the package. It is not for direct use, and may change."""

from collections.abc import Awaitable
from typing import Any, Literal, TypeVar, final

__all__ = [
    "REDACTED",
    "VERSION",
    "AbortOnDrop",
    "Cache",
    "CachedTokenReader",
    "Client",
    "Failure",
    "PollableCall",
    "Response",
    "Secret",
    "advance_cache_clock",
    "expiry_milliseconds",
    "is_secret_field",
    "operation_names",
    "step_cache_wall_clock",
]

_Object = TypeVar("_Object", bound=dict[str, Any])

VERSION: str
REDACTED: str

def operation_names() -> list[str]: ...
def advance_cache_clock(seconds: float) -> None: ...
def step_cache_wall_clock(milliseconds: int) -> None: ...
def is_secret_field(name: str) -> bool: ...
def expiry_milliseconds(expiry: object) -> int | None: ...

@final
class Secret:
    def __new__(cls, value: object) -> Secret: ...

@final
class AbortOnDrop:
    def abort(self) -> None: ...

@final
class PollableCall:
    def fileno(self) -> int: ...
    def result(self) -> Response | Failure: ...
    def abort(self) -> None: ...

@final
class Response:
    def json(self) -> Any: ...
    def json_as(self, dict_class: type[_Object], member: str, member_class: type[dict[str, Any]]) -> _Object: ...
    @property
    def source(self) -> str: ...
    @property
    def http_status(self) -> int: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> str: ...

@final
class Cache:
    def stats(self) -> dict[str, int]: ...
    def clear(self) -> None: ...
    def forget(self, app_id: object, user_id: object) -> Failure | None: ...
    def reject(self, access_token: Secret) -> bool: ...
    def in_flight(self) -> int: ...
    def tokens(
        self, operation: str, dict_class: type[dict[str, Any]], member: str, member_class: type[dict[str, Any]]
    ) -> CachedTokenReader: ...

@final
class CachedTokenReader:
    def get(
        self,
        app_id: object,
        user_id: object,
        tenant_id: object,
        external_identifier: object,
        scopes: object,
        options: object,
        min_validity_seconds: object,
        timeout_seconds: object,
    ) -> Any: ...

@final
class Failure:
    @property
    def kind(self) -> str: ...
    @property
    def was_never_sent(self) -> bool: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def message(self) -> str: ...
    @property
    def http_status(self) -> int | None: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> str | None: ...
    @property
    def error_code(self) -> str | None: ...
    @property
    def error_description(self) -> str | None: ...
    @property
    def error_message(self) -> str | None: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def retry_after(self) -> int | None: ...

@final
class Client:
    @staticmethod
    def create(
        *,
        project_id: str | None,
        management_key: Secret | None,
        base_url: str | None,
        timeout_seconds: object,
        skip_verify: bool,
        license_handshake: Literal["beside", "wait", "off"],
        allow_insecure_http: bool,
        cache: dict[str, Any] | None,
        python_version: str,
    ) -> Client | Failure: ...
    def call(
        self,
        operation: str,
        arguments: dict[str, Any],
        timeout_seconds: object,
        min_validity_seconds: object = None,
    ) -> Response | Failure: ...
    def call_async(
        self,
        operation: str,
        arguments: dict[str, Any],
        timeout_seconds: object,
        min_validity_seconds: object = None,
    ) -> tuple[Awaitable[Response | Failure], AbortOnDrop]: ...
    def call_pollable(
        self,
        operation: str,
        arguments: dict[str, Any],
        timeout_seconds: object,
        min_validity_seconds: object = None,
    ) -> PollableCall: ...
    def open_async(self) -> tuple[Awaitable[None], AbortOnDrop]: ...
    def management_key_failure(self) -> Failure | None: ...
    def cache(self) -> Cache | None: ...
    def close(self) -> None: ...
