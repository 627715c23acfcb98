"""Processes that read requests from their standard input and reply with lines of JSON."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
from types import TracebackType
from typing import Any

#: Seconds to wait for a reply beyond the requested duration.
PATIENCE = 30.0
#: Variables that would change what a client does.
_MISLEADING = ("CURL_", "DESCOPE_", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "NODE_", "UV_", "PYTHON")


class Failed(Exception):
    """The process ended or did not reply in time. The text says which."""


def clean_environment(additional: dict[str, str]) -> dict[str, str]:
    """Return this process's environment without the variables that clients read."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(_MISLEADING)}
    variables = {name: value for name, value in variables.items() if not name.lower().endswith("_proxy")}
    return variables | {"NO_PROXY": "127.0.0.1"} | additional


class Driven:
    """A driven process, which ends with the context."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=clean_environment(environment),
        )

    def __enter__(self) -> Driven:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.end()

    @property
    def id(self) -> int:
        """The process's id."""
        return self._process.pid

    def ask(self, line: str, seconds: float) -> Any:
        """Send a line and return the reply, which may take these seconds and a little more."""
        try:
            self._write(line)
        except BrokenPipeError:
            raise self._failure("ended") from None
        return self.read(seconds)

    def read(self, seconds: float) -> Any:
        """Return the next line that the process writes."""
        output = self._process.stdout
        assert output is not None  # noqa: S101 - it is a pipe
        ready, _, _ = select.select([output], [], [], seconds + PATIENCE)
        reply = output.readline() if ready else b""
        if not reply:
            raise self._failure("ended" if ready else f"no reply in {seconds + PATIENCE:.0f} s")
        return json.loads(reply)

    def peak_kib(self) -> int:
        """Return the peak memory of the process, in KiB."""
        with open(f"/proc/{self.id}/status", encoding="ascii") as status:
            found = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
        if not found:
            raise self._failure("ended")
        return found[0]

    def end(self) -> None:
        """Ask the process to end, and kill it after 5 seconds."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._complaints.close()

    def _write(self, line: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(f"{line}\n".encode())

    def _failure(self, what: str) -> Failed:
        if what != "ended":
            self._process.kill()
        self._process.wait()
        self._complaints.seek(0)
        written = self._complaints.read().decode(errors="replace").strip().splitlines()
        # Indented lines are locations, not messages.
        errors = [line for line in written if "rror" in line and not line[0].isspace()]
        return Failed((errors or written or [f"{what}, exit code {self._process.returncode}"])[-1].strip()[:200])
