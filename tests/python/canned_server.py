"""A loopback server that sends canned responses and keeps the requests that it received."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from typing_extensions import Self

#: A client that waits longer than this is broken, and its test has already failed.
LONGEST_HANG_SECONDS = 30


@dataclass(frozen=True)
class CannedResponse:
    """An HTTP response. With ``drip_seconds``, that much time passes between any two bytes of its body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    delay_seconds: float = 0
    drip_seconds: float | None = None


#: A response, a connection that closes without one, or a connection that hangs.
Reaction = CannedResponse | Literal["close", "hang"]

UNEXPECTED = CannedResponse(418, body=b"this request was not expected")


@dataclass(frozen=True)
class Step:
    """The reaction to the next request or, with ``path``, to the first one of that path, whenever it comes."""

    reaction: Reaction
    path: str | None = None


@dataclass(frozen=True)
class Request:
    """A received request. The query is still encoded, and the header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    #: The number of the step that determined the reaction. None if no step was left.
    step: int | None


class CannedServer:
    """Listens inside its ``with`` block. Every connection serves one request.

    ``aside`` maps the ends of paths to reactions. The server always reacts like this, and does not keep these requests.
    """

    def __init__(self, *steps: Step | Reaction, aside: Mapping[str, Reaction] | None = None) -> None:
        self._aside = aside or {}
        all_steps = [step if isinstance(step, Step) else Step(step) for step in steps]
        self._left = dict(enumerate(all_steps))
        self._received: list[Request] = []
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The server's URL, without a trailing slash."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests(self) -> list[Request]:
        """The requests so far, in order of arrival."""
        with self._lock:
            return list(self._received)

    def react_to(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reaction:
        """Keep the request and return the reaction to it."""
        path, _, query = target.partition("?")
        for end, reaction in self._aside.items():
            if path.endswith(end):
                return reaction
        with self._lock:
            for_this_path = [number for number, step in self._left.items() if step.path == path]
            in_turn = [number for number, step in self._left.items() if step.path is None]
            number = next(iter(for_this_path + in_turn), None)
            self._received.append(Request(method, path, query, headers, body, number))
            return UNEXPECTED if number is None else self._left.pop(number).reaction

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        # This waits for the connections too, which end because the server is stopping.
        self._server.server_close()
        self._thread.join()


class SteadyServer(CannedServer):
    """Reacts to every request in the same way: with ``reaction``, or its result. Keeps only the last request."""

    def __init__(self, reaction: Reaction | Callable[[Request], Reaction] = UNEXPECTED) -> None:
        super().__init__()
        self.reaction = reaction
        self.last: Request | None = None

    def react_to(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reaction:
        path, _, query = target.partition("?")
        request = Request(method, path, query, headers, body, step=None)
        self.last = request
        return self.reaction(request) if callable(self.reaction) else self.reaction


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, canned: CannedServer) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.canned = canned


class _Connection(BaseHTTPRequestHandler):
    server: _Server

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            # The client closed the connection: it timed out, or did not want to read the whole response.
            self.close_connection = True

    def _serve(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        # Not self.path, which has lost one of two leading slashes.
        target = self.requestline.split(" ")[1]
        reaction = self.server.canned.react_to(self.command, target, headers, body)
        if isinstance(reaction, CannedResponse):
            self._send(reaction)
        elif reaction == "hang":
            self.server.canned.stopping.wait(LONGEST_HANG_SECONDS)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the base class's names

    def _send(self, response: CannedResponse) -> None:
        stopping = self.server.canned.stopping
        stopping.wait(response.delay_seconds)
        lines = [f"HTTP/1.1 {response.status} Canned", "connection: close"]
        # A 204 has no body and no length.
        if response.status != 204 and "content-length" not in response.headers:
            lines.append(f"content-length: {len(response.body)}")
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        if response.drip_seconds is None:
            self.wfile.write(response.body)
            return
        for byte in response.body:
            self.wfile.write(bytes([byte]))
            if stopping.wait(response.drip_seconds):
                return

    def log_message(self, *_: object) -> None:
        """Log nothing, because the server keeps the requests."""
