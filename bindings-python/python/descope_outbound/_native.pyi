"""The native half of the package: not for direct use, and free to change."""

from collections.abc import Awaitable
from typing import Any, Literal, TypeVar, final

__all__ = [
    "REDACTED",
    "VERSION",
    "Abort",
    "Answer",
    "Cache",
    "CachedTokens",
    "Client",
    "Failure",
    "Pending",
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
class Abort:
    def abort(self) -> None: ...

@final
class Pending:
    def fileno(self) -> int: ...
    def outcome(self) -> Answer | Failure: ...
    def abort(self) -> None: ...

@final
class Answer:
    def json(self) -> Any: ...
    def json_as(self, kind: type[_Object], member: str, member_kind: type[dict[str, Any]]) -> _Object: ...
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
        self, operation: str, kind: type[dict[str, Any]], member: str, member_kind: type[dict[str, Any]]
    ) -> CachedTokens: ...

@final
class CachedTokens:
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
    ) -> Answer | Failure: ...
    def start(
        self,
        operation: str,
        arguments: dict[str, Any],
        timeout_seconds: object,
        min_validity_seconds: object = None,
    ) -> tuple[Awaitable[Answer | Failure], Abort]: ...
    def begin(
        self,
        operation: str,
        arguments: dict[str, Any],
        timeout_seconds: object,
        min_validity_seconds: object = None,
    ) -> Pending: ...
    def start_opening(self) -> tuple[Awaitable[None], Abort]: ...
    def management_key_failure(self) -> Failure | None: ...
    def cache(self) -> Cache | None: ...
    def close(self) -> None: ...
