"""Run the tests in each Python from 3.10 to 3.14 on this machine, each with its own environment.

``python tests/processes/each_python.py`` runs ``tests/processes`` in this Python and ``tests/python`` in each other.
``--all`` runs both in each. ``--soak`` runs the tests of rare failures for longer, in this Python.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

from install import ROOT, install

VERSIONS = [(3, minor) for minor in range(10, 15)]
LONGEST_SECONDS = 900

#: Prints the version of a supported Python. Free-threaded builds cannot load an abi3 wheel, and other implementations
#: are untested.
PRINT_VERSION = """
import ensurepip, ssl, sys, sysconfig
if sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED"):
    print(*sys.version_info[:2])
"""


def version_of(python: str) -> tuple[int, ...] | None:
    """Return the version of this Python, or None if the package cannot be tested in it."""
    try:
        printed = subprocess.run([python, "-c", PRINT_VERSION], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return None
    return tuple(map(int, printed.stdout.split())) or None


def pythons() -> dict[tuple[int, ...], str]:
    """Find one Python of each version: this one, those on the PATH, and those of pyenv."""
    candidates = [sys.executable]
    candidates += [python for major, minor in VERSIONS if (python := shutil.which(f"python{major}.{minor}"))]
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    candidates += sorted(glob.glob(f"{pyenv}/versions/*/bin/python"), reverse=True)
    found: dict[tuple[int, ...], str] = {}
    for candidate in candidates:
        version = version_of(candidate)
        if version in VERSIONS:
            found.setdefault(version, candidate)
    return found


#: The tests that ``--soak`` runs, and how many times as much as usual they do.
SOAK_TESTS = ["tests/python/test_forks.py", "tests/python/test_interpreter_exit.py"]
SOAK_FACTOR = "10"


def soak() -> None:
    """Run the soak tests in this Python, with longer timeouts."""
    interpreter = install(Path(sys.executable))
    command = [str(interpreter), "-m", "pytest", "--override-ini", "faulthandler_timeout=900", *SOAK_TESTS]
    subprocess.run(command, cwd=ROOT, check=True, timeout=LONGEST_SECONDS, env={**os.environ, "SOAK": SOAK_FACTOR})


def main() -> None:
    """Run the tests and stop at the first failure."""
    if "--soak" in sys.argv[1:]:
        soak()
        return
    all_tests = "--all" in sys.argv[1:]
    for version, python in sorted(pythons().items()):
        folders = ["tests/python", "tests/processes"]
        if not all_tests:
            folders = ["tests/processes"] if version == sys.version_info[:2] else ["tests/python"]
        print(f"CPython {version[0]}.{version[1]}:", *folders, flush=True)
        interpreter = install(Path(python))
        command = [str(interpreter), "-m", "pytest", *folders]
        subprocess.run(command, cwd=ROOT, check=True, timeout=LONGEST_SECONDS)


if __name__ == "__main__":
    main()
