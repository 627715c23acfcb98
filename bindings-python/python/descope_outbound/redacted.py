"""A dict that does not show its secrets."""

from __future__ import annotations

from typing import Any

from descope_outbound import _native


class RedactedDict(dict[str, Any]):
    """The server's JSON, key for key, whose ``repr`` and ``str`` show ``[redacted]`` where a secret stands.

    Example:
        >>> RedactedDict(id="t1", accessToken="made-up")
        {'id': 't1', 'accessToken': '[redacted]'}
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(_redacted(self))

    # object's would ask __repr__ of the class that it finds first; formatting goes this way too.
    __str__ = __repr__

    def copy(self) -> RedactedDict:
        """A shallow copy that redacts as this one does."""
        return type(self)(self)


def redacting(value: Any) -> Any:
    """The value with each dict in it as one that redacts."""
    if isinstance(value, dict):
        return RedactedDict({key: redacting(member) for key, member in value.items()})
    if isinstance(value, list):
        return [redacting(item) for item in value]
    return value


def _redacted(value: Any, name: str = "") -> Any:
    """The value with ``[redacted]`` for each secret, as plain dicts and lists."""
    # What is empty is no secret, and worth seeing. A token's own name is also that of the object which holds it.
    if value and (_native.is_secret_field(name) or (name == "token" and not isinstance(value, dict))):
        return _native.REDACTED
    if isinstance(value, dict):
        return {key: _redacted(member, str(key)) for key, member in value.items()}
    if isinstance(value, list):
        return [_redacted(item) for item in value]
    return value
