"""The markers of the contract table: values that JSON cannot express, and expectations other than equality."""

from __future__ import annotations

import time
from datetime import datetime
from email.utils import formatdate
from typing import Any

_LONE_SURROGATE = "a lone surrogate: \ud800"


def _marker(written: Any) -> tuple[str, Any] | None:
    if isinstance(written, dict) and len(written) == 1:
        [(name, value)] = written.items()
        if name.startswith("$"):
            return name, value
    return None


def to_argument(written: Any, server: str, package: Any) -> Any:
    """Convert a written value into the argument or setting to pass. Classes are looked up in the package."""
    match _marker(written):
        case None:
            return _plain_argument(written, server, package)
        case ("$nan", True):
            return float("nan")
        case ("$infinity", True):
            return float("inf")
        case ("$lone_surrogate", True):
            return _LONE_SURROGATE
        case ("$iterable", list(items)):
            return iter(items)
        case ("$made_of", [str(name), *arguments]):
            return getattr(package, name)(*arguments)
        case other:
            raise ValueError(f"{other} cannot be passed")


def _plain_argument(written: Any, server: str, package: Any) -> Any:
    if isinstance(written, str):
        return written.replace("$server", server)
    if isinstance(written, list):
        return [to_argument(item, server, package) for item in written]
    if isinstance(written, dict):
        return {name: to_argument(value, server, package) for name, value in written.items()}
    return written


def header(written: str) -> str:
    """Return the value of a response header. A date is written in seconds from now."""
    if written.startswith("$httpdate"):
        return formatdate(time.time() + int(written.removeprefix("$httpdate")), usegmt=True)
    return written


def text(written: Any) -> str:
    """Return the string that the table means. The table may write a long string as ``$text``, in pieces."""
    if isinstance(written, str):
        return written
    match _marker(written):
        case ("$text", list(pieces)):
            return "".join(piece if isinstance(piece, str) else piece[0] * piece[1] for piece in pieces)
        case other:
            raise ValueError(f"{other} is not a text")


def matches(expected: Any, actual: Any) -> bool:
    """Return whether ``actual`` is the value that the table expects."""
    if isinstance(actual, datetime):
        actual = actual.isoformat()
    match _marker(expected):
        case None if isinstance(expected, dict) and isinstance(actual, dict):
            return expected.keys() == actual.keys() and all(matches(expected[name], actual[name]) for name in expected)
        case None:
            return bool(expected == actual)
        case ("$contains", list(parts)):
            return isinstance(actual, str) and all(part in actual for part in parts)
        case ("$between", [low, high]):
            return isinstance(actual, int | float) and low <= actual <= high
        case ("$text", _):
            return bool(text(expected) == actual)
        case other:
            raise ValueError(f"{other} cannot be expected")
