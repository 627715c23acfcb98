"""The servers that fail: emulators, nginx before one, and places where nobody is."""

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
from table import Fault

from emulator import ROOT, Emulator

PLACE = ROOT / "target" / "faults"


def check_programs() -> None:
    """Says at once what is missing."""
    if nginx_program() is None or shutil.which("openssl") is None:
        sys.exit("tests/faults needs nginx and openssl: as root, apt-get update && apt-get install nginx openssl")


def nginx_program() -> str | None:
    """Where Debian puts it, even where that is not on the PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@dataclass
class Served:
    """Where a fault happens, and what the servers have seen when it is over."""

    base_url: str
    environment: dict[str, str] = field(default_factory=dict)
    emulator: Emulator | None = None
    other: Emulator | None = None

    def requests(self) -> Counter[str]:
        """How many requests for each app have reached the service; those for the licence apart."""
        if self.emulator is None:
            return Counter()
        counted: Counter[str] = Counter()
        for entry in self.emulator.journal():
            if entry["path"] != fault_table.LICENCE_PATH:
                body = entry["body"] or {}
                counted[body.get("appId") or entry["query"].get("appId") or ""] += 1
        return counted

    def strayed(self) -> list[str]:
        """What reached another origin of what only the service should see."""
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
        """Restarts the service as soon as so many requests have come."""
        assert self.emulator is not None
        begin = time.monotonic()
        while self.emulator.counters()["requests"] < after_requests and time.monotonic() - begin < 10:
            time.sleep(0.05)
        self.emulator.control("POST", "restart", refuse_ms=refuse_ms)


@contextmanager
def serve(fault: Fault) -> Iterator[Served]:
    """Starts what the fault needs, and stops it by the end."""
    with ExitStack() as stack:
        if fault.server == "refused":
            # Bound, so that nobody else gets the port, and never listening.
            nobody = stack.enter_context(socket.socket())
            nobody.bind(("127.0.0.1", 0))
            yield Served(f"http://127.0.0.1:{nobody.getsockname()[1]}")
            return
        if fault.server == "unresolvable":
            # The resolver of a machine without a network must not take longer than the table allows.
            yield Served("https://unresolvable.invalid", {"RES_OPTIONS": "timeout:1 attempts:1"})
            return
        arguments = ["--management-key", fault_table.MANAGEMENT_KEY]
        if fault.server == "tls":
            arguments += ["--tls", "--certificate", fault.more.get("certificate", "good")]
        emulator = stack.enter_context(Emulator(*arguments))
        tokens = {"access_token": fault_table.ACCESS_TOKEN, "refresh_token": fault_table.REFRESH_TOKEN}
        emulator.connect("app", "user", **tokens)
        served = Served(emulator.base_url, emulator=emulator)
        if fault.server == "tls":
            served.environment = trusting(emulator.ca_file) if fault.more.get("trusted", True) else {"apart": "1"}
        if fault.server == "nginx":
            behind = emulator.base_url if fault.more.get("behind") != "nothing" else "http://127.0.0.1:1"
            served.base_url = stack.enter_context(nginx_before(behind))
            served.environment = trusting(str(certificates() / "authority.pem"))
        if fault.server == "emulator":
            prepare(emulator, fault, served, stack)
        yield served


def trusting(authority: str | None) -> dict[str, str]:
    """The variables by which a client trusts this authority, in each language."""
    return {"SSL_CERT_FILE": authority or "", "NODE_EXTRA_CA_CERTS": authority or ""}


def prepare(emulator: Emulator, fault: Fault, served: Served, stack: ExitStack) -> None:
    """Adds what goes wrong, and another origin if one is named."""
    text = json.dumps(fault.faults)
    if "$other" in text:
        served.other = stack.enter_context(Emulator("--management-key", fault_table.MANAGEMENT_KEY))
        served.other.fail(status=200, body=fault_table.token_body())
        text = text.replace("$other", served.other.base_url)
    text = text.replace("$self", emulator.base_url)
    text = text.replace("$http_date_in_90_s", formatdate(time.time() + 90, usegmt=True))
    add_faults(emulator, json.loads(text))


def add_faults(emulator: Emulator, faults: list[dict[str, Any]]) -> None:
    """Over one connection: there may be hundreds."""
    connection = http.client.HTTPConnection(emulator.base_url.removeprefix("http://"), timeout=30)
    for fault in faults:
        connection.request("POST", "/_emulator/faults", json.dumps(fault))
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise ValueError(f"the emulator refuses a fault: {said.decode()}")
    connection.close()


_LOCK = threading.Lock()


def certificates() -> Path:
    """An authority of nginx's own, and a certificate for this machine; made once a run."""
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
    """An nginx of our own, with TLS and HTTP/2, which keeps a connection for a second and for 20 requests."""
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


#: Below those that systems give out by themselves, since an emulator would take one before nginx does.
_PORTS = itertools.count(20000 + os.getpid() % 10000)


def free_port() -> int:
    """One that nobody has, and that nobody else of this run is given."""
    while True:
        port = next(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens, or the process has ended."""
    begin = time.monotonic()
    while time.monotonic() - begin < 10 and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nginx does not listen; exit code {process.poll()}")
