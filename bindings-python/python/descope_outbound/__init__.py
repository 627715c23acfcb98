"""Fetch third-party access tokens from Descope Outbound Apps.

>>> from descope_outbound import DescopeClient
>>> client = DescopeClient(project_id="P2made-up", management_key="made-up-key")
>>> token = client.mgmt.outbound_application.fetch_token("app-id", "user-id")  # doctest: +SKIP
>>> headers = {"Authorization": f"Bearer {token.access_token}"}  # doctest: +SKIP
"""

from descope_outbound._native import VERSION as __version__

# Set by hand, because importing typing takes longer than importing this whole package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from descope_outbound.acceleration import accelerate, restore
    from descope_outbound.application import AccessType, PromptType, URLParam
    from descope_outbound.cache import Cache, CacheOptions
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
    "Cache",
    "CacheOptions",
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

#: The names that each module defines, for lazy import. A name that no other entry lists is in ``exceptions``.
_MODULES = {
    "acceleration": ("accelerate", "restore"),
    "application": ("AccessType", "PromptType", "URLParam"),
    "cache": ("Cache", "CacheOptions"),
    "client": ("DescopeClient", "DescopeClientAsync"),
    "redacted": ("RedactedDict",),
    "response": ("DescopeResponse",),
    "token": ("OutboundToken", "TokenResponse"),
    "exceptions": __all__,
}


if not TYPE_CHECKING:  # with __getattr__, a type checker would accept any name

    def __getattr__(name: str) -> object:
        """Import a name on first access, so that a program loads only the modules that it uses."""
        import importlib  # noqa: PLC0415 - most programs import the package without it

        for module, names in _MODULES.items():
            if name == module:
                return importlib.import_module(f"{__name__}.{module}")
            if name in names:
                value: object = getattr(importlib.import_module(f"{__name__}.{module}"), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
