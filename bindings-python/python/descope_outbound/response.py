"""The service's last answer, for whoever has to look into what happened."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from functools import cached_property
from typing import Any

from descope_outbound import _native
from descope_outbound.redacted import redacting

_LONGEST_PREVIEW = 200
_OK = range(200, 300)


class Headers(Mapping[str, str]):
    """The headers of an answer, found in whatever case they are asked for; those sent twice are joined by a comma."""

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
    """An answer of the service: its JSON, as a dict has it, and what came with it.

    Only kept by a client made with ``verbose=True``. Of an error's body 8 KiB at most are kept, with the call's secrets
    masked; what the service sends with a success is all there, and ``repr`` redacts it.

    Attributes:
        status_code: The HTTP status.
        headers: The headers, found in whatever case they are asked for.
        text: The body.
        ok: Whether the status is 200 to 299.
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
        import json  # noqa: PLC0415 - few clients keep answers

        return redacting(json.loads(self.text))

    def json(self) -> Any:
        """The body's JSON, parsed at the first access.

        Raises:
            ValueError: The body is no JSON.
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
        # Else an empty answer would count as none at all.
        return True

    def __eq__(self, other: object) -> bool:
        try:
            return bool(self.json() == (other.json() if isinstance(other, DescopeResponse) else other))
        except ValueError:
            return self is other

    __hash__ = object.__hash__

    def keys(self) -> KeysView[str]:
        """As of a dict."""
        keys: KeysView[str] = self.json().keys()
        return keys

    def values(self) -> ValuesView[Any]:
        """As of a dict."""
        values: ValuesView[Any] = self.json().values()
        return values

    def items(self) -> ItemsView[str, Any]:
        """As of a dict."""
        items: ItemsView[str, Any] = self.json().items()
        return items

    def get(self, key: str, default: Any = None) -> Any:
        """As of a dict."""
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


def response_of(outcome: _native.Answer | _native.Failure) -> DescopeResponse | None:
    """What the service answered; None where it did not."""
    if outcome.http_status is None or outcome.body is None:
        return None
    return DescopeResponse(outcome.http_status, Headers(outcome.headers), outcome.body)


class LastResponseOfThread:
    """One slot for each thread."""

    def __init__(self) -> None:
        self._local = threading.local()

    def set(self, response: DescopeResponse) -> None:
        """Keeps this one."""
        self._local.response = response

    def get(self) -> DescopeResponse | None:
        """The one that is kept."""
        response: DescopeResponse | None = getattr(self._local, "response", None)
        return response


class LastResponseOfTask:
    """One slot for each task: all tasks of an event loop run on one thread."""

    def __init__(self) -> None:
        self._variable: contextvars.ContextVar[DescopeResponse | None] = contextvars.ContextVar(
            "descope_outbound_last_response", default=None
        )

    def set(self, response: DescopeResponse) -> None:
        """Keeps this one."""
        self._variable.set(response)

    def get(self) -> DescopeResponse | None:
        """The one that is kept."""
        return self._variable.get()
