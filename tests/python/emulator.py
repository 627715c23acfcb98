"""The emulator in its own process, and its control endpoints."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[2]
BINARY = Path(os.environ.get("EMULATOR", ROOT / "target" / "debug" / "descope-outbound-emulator"))

#: A test may give the emulator an invalid certificate.
_UNVERIFIED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_UNVERIFIED.check_hostname = False
_UNVERIFIED.verify_mode = ssl.CERT_NONE

#: Requests to the control endpoints never go through a proxy.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=_UNVERIFIED))


class Emulator:
    """Runs the emulator until the end of its ``with`` block."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen([str(BINARY), "--port", "0", *arguments], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        started = json.loads(self._process.stdout.readline())
        self.base_url: str = started["base_url"]
        self.project_id: str = started["project_id"]
        self.management_key: str = started["management_key"]
        self.ca_file: str | None = started["ca_file"]

    def __enter__(self) -> Emulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def control(self, method: str, path: str, /, **parameters: Any) -> Any:
        """Call ``/_emulator/<path>`` and return its JSON."""
        request = urllib.request.Request(f"{self.base_url}/_emulator/{path}", method=method)
        if method == "POST":
            request.data = json.dumps(parameters).encode()
            request.add_header("Content-Type", "application/json")
        with _OPENER.open(request, timeout=10) as response:
            return json.loads(response.read())

    def connect(self, app_id: str, user_id: str, **more: Any) -> str:
        """Connect a user to an app and return the token's id."""
        token_id: str = self.control("POST", "connect", app_id=app_id, user_id=user_id, **more)["token_id"]
        return token_id

    def fail(self, **fault: Any) -> None:
        """Add a fault."""
        self.control("POST", "faults", **fault)

    def counters(self) -> dict[str, int]:
        """Return the counters of requests, connections and the like."""
        counters: dict[str, int] = self.control("GET", "counters")
        return counters

    def journal(self) -> list[dict[str, Any]]:
        """Return the requests so far."""
        entries: list[dict[str, Any]] = self.control("GET", "journal")["entries"]
        return entries

    def environment(self) -> dict[str, str]:
        """Return the environment variables that configure a client for this emulator."""
        return {
            "DESCOPE_BASE_URI": self.base_url,
            "DESCOPE_PROJECT_ID": self.project_id,
            "DESCOPE_MANAGEMENT_KEY": self.management_key,
        }
