"""The exceptions: their official fields, their base classes and their copies."""

from __future__ import annotations

import pickle

import pytest

import descope_outbound
from descope_outbound import (
    AuthException,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    DescopeError,
    RateLimitException,
    TokenNotFound,
    TransportError,
)

EXAMPLES: list[DescopeError] = [
    DescopeError("x"),
    AuthException(404, "server error", "body", "E1", 404, "ray", "what to do"),
    TokenNotFound(404, "server error", "body", "E111504", 404, None, "what to do"),
    RateLimitException("E130429", "API rate limit exceeded", "d", "m", {"Retry-After": 7}, "E130429", 429, "r", "wait"),
    TransportError("x"),
    DeadlineExceeded("x"),
    ConnectionFailed("x"),
    ConnectionFailed("x", "refused"),
    DecodeError("x"),
    DecodeError("x", 200, "ray"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_exception_can_be_rebuilt_from_its_arguments_and_from_a_pickle(error: DescopeError) -> None:
    for twin in [type(error)(*error.args), pickle.loads(pickle.dumps(error))]:
        assert type(twin) is type(error)
        assert (str(twin), vars(twin), twin.args) == (str(error), vars(error), error.args)


def test_the_exceptions_have_the_expected_base_classes() -> None:
    assert issubclass(TokenNotFound, AuthException)
    assert not issubclass(RateLimitException, AuthException)
    assert issubclass(DeadlineExceeded, TransportError)
    assert issubclass(DeadlineExceeded, TimeoutError)
    assert issubclass(ConnectionFailed, ConnectionError)
    assert issubclass(DecodeError, ValueError)
    for error in EXAMPLES:
        assert isinstance(error, DescopeError)


def test_the_official_constructor_arguments_work() -> None:
    error = AuthException(status_code=400, error_type="t", error_message="m")
    assert (error.status_code, error.error_type, error.error_message) == (400, "t", "m")
    assert (error.error_code, error.http_status, error.request_id) == (None, None, None)
    limit = RateLimitException(429, "t", "d", "m", rate_limit_parameters={"Retry-After": 3})
    assert limit.retry_after == 3
    assert RateLimitException(429, "t", "d", "m").rate_limit_parameters == {}
    assert AuthException().args == (None,) * 8


def test_the_official_constants_are_exported() -> None:
    assert descope_outbound.ERROR_TYPE_INVALID_ARGUMENT == "invalid argument"
    assert descope_outbound.ERROR_TYPE_SERVER_ERROR == "server error"
    assert descope_outbound.ERROR_TYPE_INVALID_PUBLIC_KEY == "invalid public key"
    assert descope_outbound.ERROR_TYPE_INVALID_TOKEN == "invalid token"
    assert descope_outbound.ERROR_TYPE_API_RATE_LIMIT == "API rate limit exceeded"
    assert descope_outbound.API_RATE_LIMIT_RETRY_AFTER_HEADER == "Retry-After"
