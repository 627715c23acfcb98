"""The servers that fail: emulators, nginx in front of an emulator, and addresses without a server."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "python"))

import table as fault_table
from table import FaultRow

from emulator import ROOT, Emulator

PLACE = ROOT / "target" / "faults"


def check_programs() -> None:
    """Exit if a program is missing."""
    if nginx_program() is None or shutil.which("openssl") is None:
        sys.exit("tests/faults needs nginx and openssl: as root, apt-get update && apt-get install nginx openssl")


def nginx_program() -> str | None:
    """Return the path of nginx, also if Debian's directory for it is not on the PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@dataclass
class FaultServers:
    """The address of a fault, and the records of its servers."""

    base_url: str
    environment: dict[str, str] = field(default_factory=dict)
    emulator: Emulator | None = None
    other: Emulator | None = None

    def requests(self) -> Counter[str]:
        """Return the number of requests per app that reached the service, without license handshakes."""
        if self.emulator is None:
            return Counter()
        counted: Counter[str] = Counter()
        for entry in self.emulator.journal():
            if entry["path"] != fault_table.LICENSE_PATH:
                body = entry["body"] or {}
                counted[body.get("appId") or entry["query"].get("appId") or ""] += 1
        return counted

    def strayed(self) -> list[str]:
        """Return the parts of requests that reached another origin, although only the service may see them."""
        seen = set()
        for entry in self.other.journal() if self.other else []:
            if "authorization" in entry["headers"]:
                seen.add("Authorization")
            if any(name.startswith("x-descope-") for name in entry["headers"]):
                seen.add("x-descope-*")
            if entry["body_length"]:
                seen.add("the body")
        return sorted(seen)

    def restart(self, after_requests: int, refuse_ms: int) -> None:
        """Restart the service after this number of requests."""
        assert self.emulator is not None
        begin = time.monotonic()
        while self.emulator.counters()["requests"] < after_requests and time.monotonic() - begin < 10:
            time.sleep(0.05)
        self.emulator.control("POST", "restart", refuse_ms=refuse_ms)


@contextmanager
def serve(fault: FaultRow) -> Iterator[FaultServers]:
    """Start the servers of the fault, and stop them at the end."""
    with ExitStack() as stack:
        if fault.server == "refused":
            # Bound, so that no other process gets the port, but not listening.
            closed = stack.enter_context(socket.socket())
            closed.bind(("127.0.0.1", 0))
            yield FaultServers(f"http://127.0.0.1:{closed.getsockname()[1]}")
            return
        if fault.server == "unresolvable":
            # On a machine without a network, the resolver must not take longer than the table allows.
            yield FaultServers("https://unresolvable.invalid", {"RES_OPTIONS": "timeout:1 attempts:1"})
            return
        arguments = ["--management-key", fault_table.MANAGEMENT_KEY]
        if fault.server == "tls":
            arguments += ["--tls", "--certificate", fault.more.get("certificate", "good")]
        emulator = stack.enter_context(Emulator(*arguments))
        tokens = {"access_token": fault_table.ACCESS_TOKEN, "refresh_token": fault_table.REFRESH_TOKEN}
        emulator.connect("app", "user", **tokens)
        fault_servers = FaultServers(emulator.base_url, emulator=emulator)
        if fault.server == "tls":
            fault_servers.environment = (
                trusting(emulator.ca_file) if fault.more.get("trusted", True) else {"apart": "1"}
            )
        if fault.server == "nginx":
            behind = emulator.base_url if fault.more.get("behind") != "nothing" else "http://127.0.0.1:1"
            fault_servers.base_url = stack.enter_context(nginx_before(behind))
            fault_servers.environment = trusting(str(certificates() / "authority.pem"))
        if fault.server == "emulator":
            prepare(emulator, fault, fault_servers, stack)
        yield fault_servers


def trusting(authority: str | None) -> dict[str, str]:
    """Return the variables that make the clients of all languages trust this authority."""
    return {"SSL_CERT_FILE": authority or "", "NODE_EXTRA_CA_CERTS": authority or ""}


def prepare(emulator: Emulator, fault: FaultRow, fault_servers: FaultServers, stack: ExitStack) -> None:
    """Add the faults to the emulator, and start another origin if a fault names one."""
    text = json.dumps(fault.faults)
    if "$other" in text:
        fault_servers.other = stack.enter_context(Emulator("--management-key", fault_table.MANAGEMENT_KEY))
        fault_servers.other.fail(status=200, body=fault_table.token_body())
        text = text.replace("$other", fault_servers.other.base_url)
    text = text.replace("$self", emulator.base_url)
    text = text.replace("$http_date_in_90_s", formatdate(time.time() + 90, usegmt=True))
    add_faults(emulator, json.loads(text))


def add_faults(emulator: Emulator, faults: list[dict[str, Any]]) -> None:
    """Add the faults over one connection, because there may be hundreds."""
    connection = http.client.HTTPConnection(emulator.base_url.removeprefix("http://"), timeout=30)
    for fault in faults:
        connection.request("POST", "/_emulator/faults", json.dumps(fault))
        response = connection.getresponse()
        text = response.read()
        if response.status != 200:
            raise ValueError(f"the emulator rejects a fault: {text.decode()}")
    connection.close()


_LOCK = threading.Lock()


def certificates() -> Path:
    """Return the directory of an authority and of a certificate for nginx; create it once per run."""
    with _LOCK:
        place = PLACE / "certificates"
        if not place.exists():
            place.mkdir(parents=True)
            key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
            authority = ["-subj", "/CN=made up for the faults", "-keyout", "authority.key", "-out", "authority.pem"]
            own = ["-subj", "/CN=nginx of the faults", "-addext", "subjectAltName=IP:127.0.0.1"]
            own += ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "own.key", "-out", "own.pem"]
            signed = ["-CA", "authority.pem", "-CAkey", "authority.key"]
            for arguments in (authority, own + signed):
                subprocess.run(
                    ["openssl", "req", "-x509", *key, *arguments], cwd=place, check=True, capture_output=True
                )
        return place


_CONFIGURATION = """
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_timeout 1s;
    keepalive_requests 20;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {certificates}/own.pem;
        ssl_certificate_key {certificates}/own.key;
        location / {{
            proxy_pass {behind};
            proxy_http_version 1.1;
            proxy_set_header Host 127.0.0.1;
        }}
    }}
}}
"""


@contextmanager
def nginx_before(behind: str) -> Iterator[str]:
    """Start nginx with TLS and HTTP/2. It keeps a connection for one second and for 20 requests."""
    program = nginx_program()
    assert program is not None
    port = free_port()
    place = PLACE / f"nginx-{port}"
    place.mkdir(parents=True, exist_ok=True)
    text = _CONFIGURATION.format(port=port, certificates=certificates(), behind=behind)
    (place / "nginx.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen([program, "-p", f"{place}/", "-c", "nginx.conf", "-e", "error.log"], env=os.environ)
    try:
        wait_until_open(port, process)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(place)


#: Below the ephemeral ports of the system, because an emulator could take one of those before nginx does.
_PORTS = itertools.count(20000 + os.getpid() % 10000)


def free_port() -> int:
    """Return a free port that this run has not used yet."""
    while True:
        port = next(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the port accepts connections or the process has ended."""
    begin = time.monotonic()
    while time.monotonic() - begin < 10 and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nginx does not listen; exit code {process.poll()}")
