"""Settings of gunicorn: it loads the application before it forks three workers, and replaces workers often."""

from __future__ import annotations

from typing import Any

bind = "127.0.0.1:0"
preload_app = True
workers = 3
# A small maximum, so that gunicorn replaces its workers all the time.
max_requests = 8
max_requests_jitter = 4
timeout = 20
graceful_timeout = 10
loglevel = "warning"


def when_ready(server: Any) -> None:
    """Print the port, which the test reads."""
    print(server.LISTENERS[0].sock.getsockname()[1], flush=True)
