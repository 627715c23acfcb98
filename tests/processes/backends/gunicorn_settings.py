"""Settings of gunicorn: the application is there before its three workers, which are replaced often."""

from __future__ import annotations

from typing import Any

bind = "127.0.0.1:0"
preload_app = True
workers = 3
# So that workers end, and others begin, all the time.
max_requests = 8
max_requests_jitter = 4
timeout = 20
graceful_timeout = 10
loglevel = "warning"


def when_ready(server: Any) -> None:
    """Tells the test where it listens."""
    print(server.LISTENERS[0].sock.getsockname()[1], flush=True)
