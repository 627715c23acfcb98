"""Python programs, each in its own process, which print their stacks if they hang."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

import pytest

from emulator import ROOT, Emulator

#: The factor by which tests do more than usual. `make soak` sets it.
SOAK = int(os.environ.get("SOAK", "1"))

#: Hides a warning of Python: every fork in a process with threads causes one.
QUIET = {"PYTHONWARNINGS": "ignore::DeprecationWarning"}


@dataclass(frozen=True)
class FinishedProgram:
    """The output and the exit code of a program that has ended."""

    output: str
    errors: str
    code: int


class Program:
    """Runs Python with these arguments, configured for the emulator, at most until the end of its ``with`` block.

    If the program runs for longer than ``seconds``, the test aborts it and fails with the stacks of all its threads and
    its children's.
    """

    def __init__(
        self, emulator: Emulator, *arguments: str, seconds: float = 60, environment: Mapping[str, str] = QUIET
    ) -> None:
        self._process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, **emulator.environment(), "PYTHONFAULTHANDLER": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            # The program and its children are one process group, so that one signal ends them all.
            start_new_session=True,
        )
        self._is_late = False
        self._watchdog = threading.Timer(seconds * SOAK, self._show_stacks)
        self._watchdog.daemon = True
        self._watchdog.start()

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._watchdog.cancel()
        self._signal_all(signal.SIGKILL)
        output, errors = self._process.communicate()
        if error is not None and kind is not pytest.fail.Exception:
            print(output, errors, sep="\n", file=sys.stderr)

    @property
    def process_id(self) -> int:
        """The process id of the program itself."""
        return self._process.pid

    def read_line(self) -> str:
        """Return the next line of its output."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def read_error_line(self, part: str) -> str:
        """Return the next line of its error output that contains ``part``."""
        assert self._process.stderr is not None
        return next(line for line in self._process.stderr if part in line)

    def send_signal(self, number: int) -> None:
        """Send a signal to the program itself."""
        self._process.send_signal(number)

    def interrupt_calls(self, emulator: Emulator, count: int) -> list[float]:
        """Send Ctrl-C during each of its calls, once the call's request has reached the emulator.

        The program prints the time at which each call ends. Return the seconds from each signal to that time.
        """
        waits = []
        for calls in range(1, count + 1):
            while emulator.counters()["requests"] < calls:
                time.sleep(0.005)
            begin = time.monotonic()
            self.send_signal(signal.SIGINT)
            waits.append(float(self.read_line()) - begin)
        return waits

    def wait(self) -> FinishedProgram:
        """Wait for the end of the program, and of every process that inherited its output."""
        output, errors = self._process.communicate()
        if self._is_late:
            pytest.fail(f"the program did not end\n{output}\n{errors}")
        return FinishedProgram(output, errors, self._process.returncode)

    def _show_stacks(self) -> None:
        self._is_late = True
        self._signal_all(signal.SIGABRT)

    def _signal_all(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def run(
    emulator: Emulator, source: str, *arguments: str, seconds: float = 60, environment: Mapping[str, str] = QUIET
) -> FinishedProgram:
    """Run this source to its end."""
    with Program(emulator, "-c", source, *arguments, seconds=seconds, environment=environment) as program:
        return program.wait()
