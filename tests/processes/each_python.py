"""Runs the tests in each Python from 3.10 to 3.14 that this machine has, each in an environment of its own.

python tests/processes/each_python.py: the tests of what runs backends in this Python, and the package's own in each
other one. With ``--all``: both in each. With ``--soak``: for longer, in this one, what may go wrong rarely.
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

#: Free-threaded builds load no abi3 wheel, and other implementations are not known to work.
ABOUT = """
import ensurepip, ssl, sys, sysconfig
if sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED"):
    print(*sys.version_info[:2])
"""


def version_of(python: str) -> tuple[int, ...] | None:
    """Its version; None where it is nothing that the package can be tested in."""
    try:
        about = subprocess.run([python, "-c", ABOUT], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return None
    return tuple(map(int, about.stdout.split())) or None


def pythons() -> dict[tuple[int, ...], str]:
    """One of each version: this one, those on the PATH, and those that pyenv keeps."""
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


#: What is repeated.
SOAKED = ["tests/python/test_forks.py", "tests/python/test_interpreter_exit.py"]
TIMES = "10"


def soak() -> None:
    """Ten times as much as usual, and ten times as patiently."""
    interpreter = install(Path(sys.executable))
    command = [str(interpreter), "-m", "pytest", "--override-ini", "faulthandler_timeout=900", *SOAKED]
    subprocess.run(command, cwd=ROOT, check=True, timeout=LONGEST_SECONDS, env={**os.environ, "SOAK": TIMES})


def main() -> None:
    """Stops at the first failure."""
    if "--soak" in sys.argv[1:]:
        soak()
        return
    everything = "--all" in sys.argv[1:]
    for version, python in sorted(pythons().items()):
        folders = ["tests/python", "tests/processes"]
        if not everything:
            folders = ["tests/processes"] if version == sys.version_info[:2] else ["tests/python"]
        print(f"CPython {version[0]}.{version[1]}:", *folders, flush=True)
        interpreter = install(Path(python))
        command = [str(interpreter), "-m", "pytest", *folders]
        subprocess.run(command, cwd=ROOT, check=True, timeout=LONGEST_SECONDS)


if __name__ == "__main__":
    main()
