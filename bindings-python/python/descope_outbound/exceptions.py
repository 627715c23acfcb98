"""What can go wrong, told so that the reader knows what to do about it.

The names, fields and words that the official SDK has are the same here (``descope.exceptions`` of PyPI ``descope``
2.16.1), so that ``except AuthException`` and a look at ``status_code`` go on working.
"""

from __future__ import annotations

from typing import Any

from descope_outbound import _native

ERROR_TYPE_INVALID_ARGUMENT = "invalid argument"
ERROR_TYPE_SERVER_ERROR = "server error"
ERROR_TYPE_INVALID_PUBLIC_KEY = "invalid public key"
ERROR_TYPE_INVALID_TOKEN = "invalid token"  # noqa: S105 - the official constant, no password
ERROR_TYPE_API_RATE_LIMIT = "API rate limit exceeded"

API_RATE_LIMIT_RETRY_AFTER_HEADER = "Retry-After"

_TOO_MANY_REQUESTS = 429
_BAD_REQUEST = 400


class DescopeError(Exception):
    """What every error of this package is, save a ``TypeError`` for an argument of the wrong type.

    Attributes:
        error_code: The service's code, such as ``E111504``; None where the answer has none.
        http_status: The status of the service's answer; None where there was none.
        request_id: What to quote to Descope's support (``cf-ray``, else ``x-request-id``); None where unknown.
        retry_after: Whole seconds that the service asks to wait, never negative; None where it does not say.
    """

    error_code: str | None = None
    http_status: int | None = None
    request_id: str | None = None
    retry_after: int | None = None


class AuthException(DescopeError):
    """The service refused the request, or an argument cannot be used; ``str()`` says what to do about it.

    Attributes:
        status_code: The HTTP status (int); 400 for an argument that cannot be used; None for a missing key.
        error_type: ``"server error"`` for an answer of the service, ``"invalid argument"`` otherwise.
        error_message: Of an answer the body as text, 8 KiB at most, with this call's secrets masked; otherwise
            what is wrong.

    Example:
        >>> try:
        ...     raise AuthException(403, "server error", "no")
        ... except AuthException as error:
        ...     print(error.status_code)
        403
    """

    def __init__(
        self,
        status_code: int | None = None,
        error_type: str | None = None,
        error_message: str | None = None,
        error_code: str | None = None,
        http_status: int | None = None,
        request_id: str | None = None,
        explanation: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(
            status_code, error_type, error_message, error_code, http_status, request_id, explanation, retry_after
        )
        self.status_code = status_code
        self.error_type = error_type
        self.error_message = error_message
        self.error_code = error_code
        self.http_status = http_status
        self.request_id = request_id
        self.retry_after = retry_after
        self._explanation = explanation

    def __str__(self) -> str:
        if self._explanation is not None:
            return self._explanation
        return ": ".join(str(part) for part in self.args[:3] if part is not None)


class TokenNotFound(AuthException):
    """The service has no such token: the user has not connected the app. Ask the user to connect.

    A token that was made with other scopes, or for another tenant, is not found either, nor is any token of an app
    that there is not. An outage or a wrong base URL never raises this: it takes the service's own ``E111504``.
    """


class RateLimitException(DescopeError):
    """Too many requests: wait. As in the official SDK this is no ``AuthException``.

    Attributes:
        status_code: The service's code (str, ``"E130429"``), or 429 where the answer has none.
        error_type: ``"API rate limit exceeded"``.
        error_description: The service's description.
        error_message: The service's message.
        rate_limit_parameters: ``{"Retry-After": seconds}``, or ``{}`` where the answer does not say.
    """

    def __init__(
        self,
        status_code: str | int | None = None,
        error_type: str | None = None,
        error_description: str | None = None,
        error_message: str | None = None,
        rate_limit_parameters: dict[str, int] | None = None,
        error_code: str | None = None,
        http_status: int | None = None,
        request_id: str | None = None,
        explanation: str | None = None,
    ) -> None:
        super().__init__(
            status_code,
            error_type,
            error_description,
            error_message,
            rate_limit_parameters,
            error_code,
            http_status,
            request_id,
            explanation,
        )
        self.status_code = status_code
        self.error_type = error_type
        self.error_description = error_description
        self.error_message = error_message
        self.rate_limit_parameters = {} if rate_limit_parameters is None else rate_limit_parameters
        self.retry_after = self.rate_limit_parameters.get(API_RATE_LIMIT_RETRY_AFTER_HEADER)
        self.error_code = error_code
        self.http_status = http_status
        self.request_id = request_id
        self._explanation = explanation

    def __str__(self) -> str:
        if self._explanation is not None:
            return self._explanation
        return ": ".join(str(part) for part in self.args[:4] if part)


class TransportError(DescopeError):
    """There is no answer of the service to speak of; the subclass says why."""


class DeadlineExceeded(TransportError, TimeoutError):
    """The timeout passed before the answer was there. The request may have taken effect."""


class ConnectionFailed(TransportError, ConnectionError):
    """No connection could be made, or it was lost before the answer was there."""


class DecodeError(TransportError, ValueError):
    """The service answered with a success that cannot be read: not JSON, of another shape, or too large."""

    def __init__(self, message: str = "", http_status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(message, http_status, request_id)
        self.http_status = http_status
        self.request_id = request_id

    def __str__(self) -> str:
        return str(self.args[0])


_TRANSPORT_ERRORS: dict[str, type[TransportError]] = {
    "deadline_exceeded": DeadlineExceeded,
    "connection_failed": ConnectionFailed,
}

#: Nothing was sent; the official client gives the one a status and the other none.
_INVALID_ARGUMENTS: dict[str, int | None] = {"invalid_argument": _BAD_REQUEST, "management_key_missing": None}


def exception_for(failure: _native.Failure) -> Exception:
    """The exception that a failure of the native half is raised as."""
    kind = failure.kind
    if kind in _TRANSPORT_ERRORS:
        return _TRANSPORT_ERRORS[kind](failure.message)
    if kind == "decode":
        return DecodeError(failure.message, failure.http_status, failure.request_id)
    if kind == "invalid_type":
        return TypeError(failure.message)
    if kind in _INVALID_ARGUMENTS:
        return AuthException(_INVALID_ARGUMENTS[kind], ERROR_TYPE_INVALID_ARGUMENT, failure.message)
    common: dict[str, Any] = {
        "error_code": failure.error_code,
        "http_status": failure.http_status,
        "request_id": failure.request_id,
        "explanation": failure.message,
    }
    if kind == "rate_limited":
        return _rate_limit(failure, common)
    exception = TokenNotFound if kind == "token_not_found" else AuthException
    return exception(
        failure.http_status, ERROR_TYPE_SERVER_ERROR, failure.body, retry_after=failure.retry_after, **common
    )


def _rate_limit(failure: _native.Failure, common: dict[str, Any]) -> RateLimitException:
    parameters = {}
    if failure.retry_after is not None:
        parameters[API_RATE_LIMIT_RETRY_AFTER_HEADER] = failure.retry_after
    # An empty or foreign body says nothing; then the official SDK repeats the type of the error.
    has_own_words = bool(failure.error_code or failure.error_description or failure.error_message)
    return RateLimitException(
        failure.error_code or _TOO_MANY_REQUESTS,
        ERROR_TYPE_API_RATE_LIMIT,
        failure.error_description if has_own_words else ERROR_TYPE_API_RATE_LIMIT,
        failure.error_message if has_own_words else ERROR_TYPE_API_RATE_LIMIT,
        parameters,
        **common,
    )
