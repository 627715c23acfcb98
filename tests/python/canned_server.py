"""A server on this machine that answers what it is told to, and keeps what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from typing_extensions import Self

#: A client that waits longer than this is broken, and the test has failed by then.
LONGEST_HANG_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """An HTTP answer; ``drip_seconds`` pass between any two bytes of its body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    delay_seconds: float = 0
    drip_seconds: float | None = None


#: An answer, the end of the connection without one, or nothing at all.
Answer = Reply | Literal["close", "hang"]

UNEXPECTED = Reply(418, body=b"this request was not expected")


@dataclass(frozen=True)
class Step:
    """One answer, and when it is given: to the request of the path ``beside`` whenever it comes, else in turn."""

    answer: Answer
    beside: str | None = None


@dataclass(frozen=True)
class Request:
    """A request as it arrived: the query still encoded, the names of the headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    #: Which step answered it; none if there was none left.
    step: int | None


class CannedServer:
    """Listens from ``with`` to its end; every connection serves one request.

    What ends in a path of ``aside`` is always answered so, and is not kept.
    """

    def __init__(self, *steps: Step | Answer, aside: Mapping[str, Answer] | None = None) -> None:
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
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests(self) -> list[Request]:
        """What has come so far, in the order in which it came."""
        with self._lock:
            return list(self._received)

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Keeps the request and finds its answer."""
        path, _, query = target.partition("?")
        for end, answer in self._aside.items():
            if path.endswith(end):
                return answer
        with self._lock:
            beside = [number for number, step in self._left.items() if step.beside == path]
            in_turn = [number for number, step in self._left.items() if step.beside is None]
            number = next(iter(beside + in_turn), None)
            self._received.append(Request(method, path, query, headers, body, number))
            return UNEXPECTED if number is None else self._left.pop(number).answer

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        # Waits for the connections too: they see that it is stopping.
        self._server.server_close()
        self._thread.join()


class SteadyServer(CannedServer):
    """Answers every request alike: with ``reply``, or what that makes of the request. Only the last one is kept."""

    def __init__(self, reply: Answer | Callable[[Request], Answer] = UNEXPECTED) -> None:
        super().__init__()
        self.reply = reply
        self.last: Request | None = None

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
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
            # The client has gone: a timeout, or an answer that it did not want to read to its end.
            self.close_connection = True

    def _serve(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        # Not self.path, from which one of two slashes has gone.
        target = self.requestline.split(" ")[1]
        answer = self.server.canned.answer(self.command, target, headers, body)
        if isinstance(answer, Reply):
            self._reply(answer)
        elif answer == "hang":
            self.server.canned.stopping.wait(LONGEST_HANG_SECONDS)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the base class's names

    def _reply(self, reply: Reply) -> None:
        stopping = self.server.canned.stopping
        stopping.wait(reply.delay_seconds)
        lines = [f"HTTP/1.1 {reply.status} Canned", "connection: close"]
        # A 204 has no body, and so no length of one.
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
        """Says nothing: the requests are kept."""
