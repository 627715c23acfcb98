"""Programs in processes of their own, which say where they hang."""

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

#: How many times as much as usual: `make soak` asks for more.
SOAK = int(os.environ.get("SOAK", "1"))

#: Python warns of every fork beside threads.
QUIET = {"PYTHONWARNINGS": "ignore::DeprecationWarning"}


@dataclass(frozen=True)
class Ended:
    """What a program has left behind."""

    output: str
    errors: str
    code: int


class Program:
    """Python with these arguments, pointed at the emulator, until the end of ``with`` at the latest.

    A program that runs for longer than ``seconds`` is ended, and the test fails with the stack of every thread of it
    and of its children.
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
            # It and its children are one group, and end together.
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
        """Of the program itself."""
        return self._process.pid

    def read_line(self) -> str:
        """The next line that it prints."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def read_error_line(self, part: str) -> str:
        """The next line on its error output that has this part."""
        assert self._process.stderr is not None
        return next(line for line in self._process.stderr if part in line)

    def send_signal(self, number: int) -> None:
        """To the program itself."""
        self._process.send_signal(number)

    def interrupt_calls(self, emulator: Emulator, count: int) -> list[float]:
        """Sends Ctrl-C to each of its calls once that has reached the emulator.

        The program prints the moment at which each has ended. How long each took from the signal on, in seconds.
        """
        waits = []
        for calls in range(1, count + 1):
            while emulator.counters()["requests"] < calls:
                time.sleep(0.005)
            begin = time.monotonic()
            self.send_signal(signal.SIGINT)
            waits.append(float(self.read_line()) - begin)
        return waits

    def wait(self) -> Ended:
        """Waits for its end, and that of all who have inherited its output."""
        output, errors = self._process.communicate()
        if self._is_late:
            pytest.fail(f"it did not end\n{output}\n{errors}")
        return Ended(output, errors, self._process.returncode)

    def _show_stacks(self) -> None:
        self._is_late = True
        self._signal_all(signal.SIGABRT)

    def _signal_all(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def run(
    emulator: Emulator, source: str, *arguments: str, seconds: float = 60, environment: Mapping[str, str] = QUIET
) -> Ended:
    """Runs this source to its end."""
    with Program(emulator, "-c", source, *arguments, seconds=seconds, environment=environment) as program:
        return program.wait()
