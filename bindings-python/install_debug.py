"""Install the debug build of the Python package in place: the environment imports the source folder.

``make dev`` runs this after cargo. ``make wheel`` puts the release wheel in its place.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "bindings-python" / "python"
PACKAGE = SOURCES / "descope_outbound"
LIBRARY = "libdescope_outbound_python" + (".dylib" if sys.platform == "darwin" else ".so")


def copy_library() -> None:
    """Replace the library as a whole: a running process may still have the old one mapped."""
    target = PACKAGE / "_native.abi3.so"
    fresh = target.with_suffix(".new")
    shutil.copy(ROOT / "target" / "debug" / LIBRARY, fresh)
    fresh.replace(target)


def is_installed_in_place() -> bool:
    """Whether this environment imports the source folder."""
    found = importlib.util.find_spec("descope_outbound")
    return found is not None and found.origin is not None and Path(found.origin).parent == PACKAGE


def install_in_place() -> None:
    """Install a wheel whose only content is the path of the source folder, so that pip can replace it later."""
    match = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        sys.exit("Cargo.toml has no version")
    version = match[1]
    about = f"descope_outbound-{version}.dist-info"
    files = {
        "descope_outbound.pth": f"{SOURCES}\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: descope-outbound\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{about}/RECORD"])
    with tempfile.TemporaryDirectory() as folder:
        wheel = os.path.join(folder, f"descope_outbound-{version}-py3-none-any.whl")
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--force-reinstall", wheel], check=True)


def main() -> None:
    """Copy the library, and install the package if the environment has another one."""
    copy_library()
    if not is_installed_in_place():
        install_in_place()


if __name__ == "__main__":
    main()
