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
class Reply:
    """An HTTP response. With ``drip_seconds``, that much time passes between any two bytes of its body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    delay_seconds: float = 0
    drip_seconds: float | None = None


#: A response, a connection that closes without one, or a connection that hangs.
ReplyOrFault = Reply | Literal["close", "hang"]

UNEXPECTED = Reply(418, body=b"this request was not expected")


@dataclass(frozen=True)
class Step:
    """A reply to one request: to the next one or, with ``path``, to the first one of that path, whenever it comes."""

    reply: ReplyOrFault
    path: str | None = None


@dataclass(frozen=True)
class Request:
    """A received request. The query is still encoded, and the header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    #: The number of the step that replied. None if no step was left.
    step: int | None


class CannedServer:
    """Listens inside its ``with`` block. Every connection serves one request.

    ``aside`` maps the ends of paths to replies. The server always sends these replies and does not keep their requests.
    """

    def __init__(self, *steps: Step | ReplyOrFault, aside: Mapping[str, ReplyOrFault] | None = None) -> None:
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

    def reply_to(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> ReplyOrFault:
        """Keep the request and return its reply."""
        path, _, query = target.partition("?")
        for end, reply in self._aside.items():
            if path.endswith(end):
                return reply
        with self._lock:
            for_this_path = [number for number, step in self._left.items() if step.path == path]
            in_turn = [number for number, step in self._left.items() if step.path is None]
            number = next(iter(for_this_path + in_turn), None)
            self._received.append(Request(method, path, query, headers, body, number))
            return UNEXPECTED if number is None else self._left.pop(number).reply

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
    """Sends the same reply to every request: ``reply``, or the result of calling it. Keeps only the last request."""

    def __init__(self, reply: ReplyOrFault | Callable[[Request], ReplyOrFault] = UNEXPECTED) -> None:
        super().__init__()
        self.reply = reply
        self.last: Request | None = None

    def reply_to(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> ReplyOrFault:
        path, _, query = target.partition("?")
        request = Request(method, path, query, headers, body, step=None)
        self.last = request
        return self.reply(request) if callable(self.reply) else self.reply


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
        reply = self.server.canned.reply_to(self.command, target, headers, body)
        if isinstance(reply, Reply):
            self._send(reply)
        elif reply == "hang":
            self.server.canned.stopping.wait(LONGEST_HANG_SECONDS)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the base class's names

    def _send(self, reply: Reply) -> None:
        stopping = self.server.canned.stopping
        stopping.wait(reply.delay_seconds)
        lines = [f"HTTP/1.1 {reply.status} Canned", "connection: close"]
        # A 204 has no body and no length.
        if reply.status != 204 and "content-length" not in reply.headers:
            lines.append(f"content-length: {len(reply.body)}")
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        if reply.drip_seconds is None:
            self.wfile.write(reply.body)
            return
        for byte in reply.body:
            self.wfile.write(bytes([byte]))
            if stopping.wait(reply.drip_seconds):
                return

    def log_message(self, *_: object) -> None:
        """Log nothing, because the server keeps the requests."""
