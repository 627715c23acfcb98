"""A process that does nothing, imports a module, or fetches a first token, and then writes a dot.

``start.py``, ``start.py import MODULE``, ``start.py fetch NAME LOOP ORIGIN DIRECTORY``.
It imports as little as possible.
"""

import os
import sys


def fetch(name: str, loop: str, origin: str, directory: str) -> None:
    from service import ACCESS_TOKEN, Service  # noqa: PLC0415 - not part of the measurement of an import

    make = __import__(f"clients.{name}", fromlist=["Client"]).Client
    service = Service(origin, directory, 1)
    if loop == "threads":
        token = make(service).fetch_token()
    else:

        async def first() -> str:
            token: str = await make(service).fetch_token()
            return token

        token = __import__(loop).run(first())
    if token != ACCESS_TOKEN:
        raise ValueError("another token")


if sys.argv[1:2] == ["import"]:
    __import__(sys.argv[2])
elif sys.argv[1:2] == ["fetch"]:
    fetch(*sys.argv[2:])
os.write(1, b".\n")
