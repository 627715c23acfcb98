"""The service's last response, for debugging."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from functools import cached_property
from typing import Any

from descope_outbound import _native
from descope_outbound.redacted import with_redacted_dicts

_LONGEST_PREVIEW = 200
_OK = range(200, 300)


class Headers(Mapping[str, str]):
    """The headers of a response. Lookups ignore case. Headers with the same name are joined with a comma."""

    def __init__(self, headers: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in headers:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


class DescopeResponse:
    """A response of the service. It reads like the dict of its JSON body.

    Only a client with ``verbose=True`` keeps responses. The body of an error response is cut to 8 KiB, and the call's
    secrets in it are masked. The body of a success response is complete, and ``repr`` redacts its secrets.

    Attributes:
        status_code: The HTTP status (int).
        headers: The headers, a mapping whose lookups ignore case.
        text: The body (str).
        ok: Whether the status is 200 to 299 (bool).
    """

    def __init__(self, status_code: int, headers: Mapping[str, str], text: str) -> None:
        self.status_code = status_code
        self.headers = headers
        self.text = text

    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
        return self.status_code in _OK

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.text.encode()

    @cached_property
    def _json(self) -> Any:
        import json  # noqa: PLC0415 - few clients keep responses

        return with_redacted_dicts(json.loads(self.text))

    def json(self) -> Any:
        """Return the body's JSON, parsed on first use.

        Raises:
            ValueError: The body is not JSON.
        """
        return self._json

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON."""
        try:
            self.json()
        except ValueError:
            return False
        return True

    def __getitem__(self, key: Any) -> Any:
        return self.json()[key]

    def __contains__(self, key: object) -> bool:
        return key in self.json()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.json())

    def __len__(self) -> int:
        return len(self.json())

    def __bool__(self) -> bool:
        # Otherwise a response with an empty object would be falsy, like no response.
        return True

    def __eq__(self, other: object) -> bool:
        try:
            return bool(self.json() == (other.json() if isinstance(other, DescopeResponse) else other))
        except ValueError:
            return self is other

    __hash__ = object.__hash__

    def keys(self) -> KeysView[str]:
        """Return the keys of the body's JSON object."""
        keys: KeysView[str] = self.json().keys()
        return keys

    def values(self) -> ValuesView[Any]:
        """Return the values of the body's JSON object."""
        values: ValuesView[Any] = self.json().values()
        return values

    def items(self) -> ItemsView[str, Any]:
        """Return the items of the body's JSON object."""
        items: ItemsView[str, Any] = self.json().items()
        return items

    def get(self, key: str, default: Any = None) -> Any:
        """Return the member ``key`` of the body's JSON object, or ``default`` if it has none."""
        return self.json().get(key, default)

    def __str__(self) -> str:
        return str(self.json()) if self.is_json else self._preview()

    def __repr__(self) -> str:
        if self.is_json:
            return f"DescopeResponse({self.json()!r})"
        return f"DescopeResponse(status_code={self.status_code}, text={self._preview()!r})"

    def _preview(self) -> str:
        if len(self.text) <= _LONGEST_PREVIEW:
            return self.text
        return f"{self.text[:_LONGEST_PREVIEW]}... ({len(self.text)} chars, use .text for the full body)"


def response_from(outcome: _native.Response | _native.Failure) -> DescopeResponse | None:
    """Convert a response or failure of the native half. Returns None if the service sent no response."""
    if outcome.http_status is None or outcome.body is None:
        return None
    return DescopeResponse(outcome.http_status, Headers(outcome.headers), outcome.body)


class LastResponsePerThread:
    """Keeps the last response of each thread."""

    def __init__(self) -> None:
        self._local = threading.local()

    def set(self, response: DescopeResponse) -> None:
        """Keep this response."""
        self._local.response = response

    def get(self) -> DescopeResponse | None:
        """Return the kept response, or None."""
        response: DescopeResponse | None = getattr(self._local, "response", None)
        return response


class LastResponsePerTask:
    """Keeps the last response of each asyncio task, because all tasks of an event loop run on one thread."""

    def __init__(self) -> None:
        self._variable: contextvars.ContextVar[DescopeResponse | None] = contextvars.ContextVar(
            "descope_outbound_last_response", default=None
        )

    def set(self, response: DescopeResponse) -> None:
        """Keep this response."""
        self._variable.set(response)

    def get(self) -> DescopeResponse | None:
        """Return the kept response, or None."""
        return self._variable.get()
