"""A dict whose text does not show its secrets."""

from __future__ import annotations

from typing import Any

from descope_outbound import _native


class RedactedDict(dict[str, Any]):
    """The service's JSON object with all its keys. Its ``repr`` and ``str`` show ``[redacted]`` instead of a secret.

    Example:
        >>> RedactedDict(id="t1", accessToken="made-up")
        {'id': 't1', 'accessToken': '[redacted]'}
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(_redacted(self))

    # Without this, str() of a subclass could call the __repr__ of another base class. Formatting calls __str__ too.
    __str__ = __repr__

    def copy(self) -> RedactedDict:
        """Return a shallow copy of the same class."""
        return type(self)(self)


def with_redacted_dicts(value: Any) -> Any:
    """Return the value with every dict in it replaced with a ``RedactedDict``."""
    if isinstance(value, dict):
        return RedactedDict({key: with_redacted_dicts(member) for key, member in value.items()})
    if isinstance(value, list):
        return [with_redacted_dicts(item) for item in value]
    return value


def _redacted(value: Any, name: str = "") -> Any:
    """Return the value as plain dicts and lists, with ``[redacted]`` instead of each secret."""
    # An empty value is not secret, and showing it helps debugging. "token" names a token, or the object around it.
    if value and (_native.is_secret_field(name) or (name == "token" and not isinstance(value, dict))):
        return _native.REDACTED
    if isinstance(value, dict):
        return {key: _redacted(member, str(key)) for key, member in value.items()}
    if isinstance(value, list):
        return [_redacted(item) for item in value]
    return value
