"""Fetch third-party access tokens from Descope Outbound Apps.

>>> from descope_outbound import DescopeClient
>>> client = DescopeClient(project_id="P2made-up", management_key="made-up-key")
>>> token = client.mgmt.outbound_application.fetch_token("app-id", "user-id")  # doctest: +SKIP
>>> headers = {"Authorization": f"Bearer {token.access_token}"}  # doctest: +SKIP
"""

from descope_outbound._native import VERSION as __version__
from descope_outbound.accelerate import accelerate, restore
from descope_outbound.application import AccessType, PromptType, URLParam
from descope_outbound.client import DescopeClient, DescopeClientAsync
from descope_outbound.exceptions import (
    API_RATE_LIMIT_RETRY_AFTER_HEADER,
    ERROR_TYPE_API_RATE_LIMIT,
    ERROR_TYPE_INVALID_ARGUMENT,
    ERROR_TYPE_INVALID_PUBLIC_KEY,
    ERROR_TYPE_INVALID_TOKEN,
    ERROR_TYPE_SERVER_ERROR,
    AuthException,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    DescopeError,
    RateLimitException,
    TokenNotFound,
    TransportError,
)
from descope_outbound.redacted import RedactedDict
from descope_outbound.response import DescopeResponse
from descope_outbound.token import OutboundToken, TokenResponse

__all__ = [
    "API_RATE_LIMIT_RETRY_AFTER_HEADER",
    "ERROR_TYPE_API_RATE_LIMIT",
    "ERROR_TYPE_INVALID_ARGUMENT",
    "ERROR_TYPE_INVALID_PUBLIC_KEY",
    "ERROR_TYPE_INVALID_TOKEN",
    "ERROR_TYPE_SERVER_ERROR",
    "AccessType",
    "AuthException",
    "ConnectionFailed",
    "DeadlineExceeded",
    "DecodeError",
    "DescopeClient",
    "DescopeClientAsync",
    "DescopeError",
    "DescopeResponse",
    "OutboundToken",
    "PromptType",
    "RateLimitException",
    "RedactedDict",
    "TokenNotFound",
    "TokenResponse",
    "TransportError",
    "URLParam",
    "__version__",
    "accelerate",
    "restore",
]
