"""The native half of the package: not for direct use, and free to change."""

from collections.abc import Awaitable
from typing import Any, Literal, TypeVar, final

__all__ = [
    "REDACTED",
    "VERSION",
    "Abort",
    "Answer",
    "Client",
    "Failure",
    "Secret",
    "expiry_milliseconds",
    "is_secret_field",
    "operation_names",
]

_Object = TypeVar("_Object", bound=dict[str, Any])

VERSION: str
REDACTED: str

def operation_names() -> list[str]: ...
def is_secret_field(name: str) -> bool: ...
def expiry_milliseconds(expiry: object) -> int | None: ...

@final
class Secret:
    def __new__(cls, value: object) -> Secret: ...

@final
class Abort:
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
        python_version: str,
    ) -> Client | Failure: ...
    def call(self, operation: str, arguments: dict[str, Any], timeout_seconds: object) -> Answer | Failure: ...
    def start(
        self, operation: str, arguments: dict[str, Any], timeout_seconds: object
    ) -> tuple[Awaitable[Answer | Failure], Abort]: ...
    def start_opening(self) -> tuple[Awaitable[None], Abort]: ...
    def management_key_failure(self) -> Failure | None: ...
    def close(self) -> None: ...
