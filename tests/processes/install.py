"""Create an environment with the package and the backend servers for a Python, and print the path of its interpreter.

``python tests/processes/install.py PYTHON`` creates it in ``target/pythons``, one per version. An environment is reused
until the requirements change.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
ENVIRONMENTS = ROOT / "target" / "pythons"


def install(python: Path) -> Path:
    """Install this repository's wheel in the environment of this Python and return the environment's interpreter."""
    version = subprocess.check_output([python, "-c", "import sys; print(sys.version.split()[0])"], text=True).strip()
    environment = ENVIRONMENTS / version
    interpreter = environment / "bin" / "python"
    installed = environment / "installed-requirements.txt"
    if not installed.exists() or installed.read_text(encoding="utf-8") != REQUIREMENTS.read_text(encoding="utf-8"):
        shutil.rmtree(environment, ignore_errors=True)
        subprocess.run([python, "-m", "venv", environment], check=True)
        _pip(interpreter, "--no-deps", "--only-binary", ":all:", "--requirement", str(REQUIREMENTS))
        subprocess.run([interpreter, "-m", "pip", "check"], check=True, stdout=subprocess.DEVNULL)
        shutil.copy(REQUIREMENTS, installed)
    (wheel,) = (ROOT / "target" / "wheels").glob("*.whl")
    _pip(interpreter, "--no-deps", "--force-reinstall", str(wheel))
    return interpreter


def _pip(interpreter: Path, *arguments: str) -> None:
    command = [str(interpreter), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    print(install(Path(sys.argv[1])))
