"""The native half of the package: not for direct use, and free to change."""

from collections.abc import Awaitable
from typing import Any, Literal, final

__all__ = [
    "REDACTED",
    "VERSION",
    "Answer",
    "Client",
    "Failure",
    "Secret",
    "expiry_milliseconds",
    "is_secret_field",
    "operation_names",
]

VERSION: str
REDACTED: str

def operation_names() -> list[str]: ...
def is_secret_field(name: str) -> bool: ...
def expiry_milliseconds(expiry: object) -> int | None: ...

@final
class Secret:
    def __new__(cls, value: object) -> Secret: ...

@final
class Answer:
    def json(self) -> Any: ...
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
    def call_async(
        self, operation: str, arguments: dict[str, Any], timeout_seconds: object
    ) -> Awaitable[Answer | Failure]: ...
    def open_async(self) -> Awaitable[None]: ...
    def management_key_failure(self) -> Failure | None: ...
    def close(self) -> None: ...
