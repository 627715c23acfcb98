"""Servers that fork their workers after the client was created and used."""

from __future__ import annotations

import json
import signal
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emulator import Emulator
from emulator_fixtures import emulator, running_emulator
from program import Program

__all__ = ["emulator", "running_emulator"]

BACKENDS = Path(__file__).parent / "backends"
WORKERS = 3
REQUESTS = 60
#: A gevent worker checks only once a second whether it has reached its maximum of requests.
MOST_ROUNDS = 40

#: The application for each of gunicorn's worker classes.
APPLICATIONS = {
    "sync": "wsgi:application",
    "gthread": "wsgi:application",
    "gevent": "wsgi:application",
    "uvicorn.workers.UvicornWorker": "asgi:application",
}


def ask(port: str, user_id: str) -> tuple[int, str]:
    """Request a token of this user and return the id of the responding process and the token's app."""
    for attempt in range(3):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{user_id}", timeout=20) as response:
                process_id, app_id = json.loads(response.read())
                return process_id, app_id
        except (ConnectionError, urllib.error.URLError) as error:
            # A worker that is being replaced may close a connection that it has just accepted.
            if isinstance(error, urllib.error.HTTPError) or attempt == 2:
                raise
    raise AssertionError


def wait_until_it_listens(port: str) -> None:
    """Wait until uvicorn accepts connections, because it reports its start a moment earlier."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", int(port))).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@pytest.mark.parametrize("worker", APPLICATIONS)
def test_workers_of_gunicorn_can_call_with_a_client_used_before_the_fork(worker: str, emulator: Emulator) -> None:
    settings = ["--config", str(BACKENDS / "gunicorn_settings.py"), "--chdir", str(BACKENDS)]
    gunicorn = ["-m", "gunicorn", *settings, "--worker-class", worker, APPLICATIONS[worker]]
    # uvicorn warns that its worker class has moved to another package.
    with Program(emulator, *gunicorn, environment={"PYTHONWARNINGS": "ignore", "NO_COLOR": "1"}) as server:
        port = server.read_line()
        responses: set[tuple[int, str]] = set()
        with ThreadPoolExecutor(6) as clients:
            for _ in range(MOST_ROUNDS):
                responses.update(clients.map(lambda _: ask(port, "user-id"), range(REQUESTS)))
                if len(responses) > WORKERS:
                    break
        with pytest.raises(urllib.error.HTTPError) as not_found:
            ask(port, "unconnected-user")
        not_found.value.close()
        server.send_signal(signal.SIGTERM)
        ended = server.wait()
    assert {app_id for _, app_id in responses} == {"app-id"}
    assert len(responses) > WORKERS, "no worker was replaced"
    assert not_found.value.code == 404
    # No crash, no worker that hung and no traceback.
    assert (ended.errors, ended.code) == ("", 0), ended


def test_spawned_workers_of_uvicorn_call_with_their_own_clients(emulator: Emulator) -> None:
    uvicorn = ["-m", "uvicorn", "--app-dir", str(BACKENDS), "--workers", "2", "--port", "0", "asgi:application"]
    with Program(emulator, *uvicorn, "--no-access-log", environment={"PYTHONUNBUFFERED": "1"}) as server:
        port = server.read_error_line("running on").rpartition(":")[2].split()[0]
        wait_until_it_listens(port)
        with ThreadPoolExecutor(6) as clients:
            responses = list(clients.map(lambda _: ask(port, "user-id"), range(REQUESTS)))
        server.send_signal(signal.SIGTERM)
        ended = server.wait()
    assert {app_id for _, app_id in responses} == {"app-id"}
    assert "Traceback" not in ended.errors, ended
