"""The exceptions of this package. Their texts say what happened and what to do.

Names, fields and constants of the official SDK are the same here (``descope.exceptions`` of PyPI ``descope`` 2.16.1).
Code that catches ``AuthException`` and reads ``status_code`` keeps working.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from descope_outbound import _native

ERROR_TYPE_INVALID_ARGUMENT = "invalid argument"
ERROR_TYPE_SERVER_ERROR = "server error"
ERROR_TYPE_INVALID_PUBLIC_KEY = "invalid public key"
ERROR_TYPE_INVALID_TOKEN = "invalid token"  # noqa: S105 - an official constant, not a password
ERROR_TYPE_API_RATE_LIMIT = "API rate limit exceeded"

API_RATE_LIMIT_RETRY_AFTER_HEADER = "Retry-After"

_TOO_MANY_REQUESTS = 429
_BAD_REQUEST = 400


class DescopeError(Exception):
    """The base class of this package's errors. An argument of the wrong type raises a ``TypeError`` instead.

    The text of an error never contains a secret: if the service sends back a secret of the call, it is masked.

    Attributes:
        error_code: The service's code (str), such as ``E111504``. None if the response has none.
        http_status: The HTTP status of the response (int). None if there was no response.
        request_id: The id to quote to Descope's support (str): the response header ``cf-ray``, else ``x-request-id``.
            None if the response has neither.
        retry_after: Whole seconds to wait before the next request (int), never negative. None if the service did not
            send it.
    """

    error_code: str | None = None
    http_status: int | None = None
    request_id: str | None = None
    retry_after: int | None = None


class AuthException(DescopeError):
    """The service responded with an error, or an argument is invalid. ``str()`` says what to do.

    Attributes:
        status_code: The HTTP status (int); 400 for an invalid argument; None for a missing management key.
        error_type: ``"server error"`` for a response of the service, else ``"invalid argument"``.
        error_message: For a response, its body (str), cut to 8 KiB and with the call's secrets masked. Otherwise, a
            description of the problem.

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
    """The service has no such token: ask the user to connect the app.

    The service also responds with this if the token has other scopes or is bound to another tenant, or if the app does
    not exist. A fetch raises it only for status 404 with the service's code ``E111504``. So an outage or a wrong
    base URL is not mistaken for it.

    Example:
        >>> try:  # doctest: +SKIP
        ...     token = client.mgmt.outbound_application.fetch_token("app-id", "user-id")
        ... except TokenNotFound:
        ...     ask_the_user_to_connect()
    """


class RateLimitException(DescopeError):
    """The service responded with 429, too many requests: wait. The client does not retry it.

    As in the official SDK, this is not an ``AuthException``.

    Attributes:
        status_code: The service's code (str, such as ``"E130429"``), or 429 (int) if the response has none.
        error_type: ``"API rate limit exceeded"``.
        error_description: The service's description (str).
        error_message: The service's message (str).
        rate_limit_parameters: ``{"Retry-After": seconds}``, or ``{}`` if the service did not send it.
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
    """The service could not be reached, or its response could not be read. The subclass says which."""


class DeadlineExceeded(TransportError, TimeoutError):
    """The timeout passed before the response was complete. The request may have taken effect."""


class ConnectionFailed(TransportError, ConnectionError):
    """The connection could not be made, or was lost before the response was complete.

    Attributes:
        reason: Why the connection failed: ``"dns"`` (the host has no address), ``"refused"`` (no program listens on the
            port), ``"connect_timeout"``, ``"tls"`` (for example an untrusted certificate), ``"reset"`` (the connection
            was lost), ``"proxy"``, ``"proxy_authentication"`` (the proxy requires credentials) or ``"other"``. None if
            the reason is unknown.

    Example:
        >>> try:
        ...     raise ConnectionFailed("could not connect", "dns")
        ... except ConnectionFailed as error:
        ...     print(error.reason)
        dns
    """

    reason: str | None = None

    def __init__(self, message: str = "", reason: str | None = None) -> None:
        super().__init__(message)
        # OSError would take a second argument for the text of its own errno.
        self.args = (message, reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[0])


class DecodeError(TransportError, ValueError):
    """A success response could not be read: it is not JSON, has the wrong shape or is too large."""

    def __init__(self, message: str = "", http_status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(message, http_status, request_id)
        self.http_status = http_status
        self.request_id = request_id

    def __str__(self) -> str:
        return str(self.args[0])


_TRANSPORT_ERRORS: dict[str, Callable[[_native.Failure], TransportError]] = {
    "deadline_exceeded": lambda failure: DeadlineExceeded(failure.message),
    "connection_failed": lambda failure: ConnectionFailed(failure.message, failure.reason),
    "decode": lambda failure: DecodeError(failure.message, failure.http_status, failure.request_id),
}

#: The status of errors for which no request was sent. As in the official SDK, a missing management key has none.
_INVALID_ARGUMENTS: dict[str, int | None] = {"invalid_argument": _BAD_REQUEST, "management_key_missing": None}


def exception_for(failure: _native.Failure) -> Exception:
    """Convert a failure of the native half into the exception to raise."""
    kind = failure.kind
    if kind in _TRANSPORT_ERRORS:
        return _TRANSPORT_ERRORS[kind](failure)
    if kind == "invalid_type":
        return TypeError(failure.message)
    if kind in _INVALID_ARGUMENTS:
        return AuthException(_INVALID_ARGUMENTS[kind], ERROR_TYPE_INVALID_ARGUMENT, failure.message)
    details: dict[str, Any] = {
        "error_code": failure.error_code,
        "http_status": failure.http_status,
        "request_id": failure.request_id,
        "explanation": failure.message,
    }
    if kind == "rate_limited":
        return _rate_limit(failure, details)
    exception = TokenNotFound if kind == "token_not_found" else AuthException
    return exception(
        failure.http_status, ERROR_TYPE_SERVER_ERROR, failure.body, retry_after=failure.retry_after, **details
    )


def _rate_limit(failure: _native.Failure, details: dict[str, Any]) -> RateLimitException:
    parameters = {}
    if failure.retry_after is not None:
        parameters[API_RATE_LIMIT_RETRY_AFTER_HEADER] = failure.retry_after
    # If the body has no code, description or message, the official SDK repeats the error type.
    has_details = bool(failure.error_code or failure.error_description or failure.error_message)
    return RateLimitException(
        failure.error_code or _TOO_MANY_REQUESTS,
        ERROR_TYPE_API_RATE_LIMIT,
        failure.error_description if has_details else ERROR_TYPE_API_RATE_LIMIT,
        failure.error_message if has_details else ERROR_TYPE_API_RATE_LIMIT,
        parameters,
        **details,
    )
