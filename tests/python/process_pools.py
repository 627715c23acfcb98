"""A program that calls from the processes of pools. Its first argument is the start method.

Importing this module creates the clients: with ``fork`` only in the parent, with ``forkserver`` in the fork server, and
with ``spawn`` in each child.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from descope_outbound import DescopeClient, DescopeClientAsync

client = DescopeClient()
client_async = DescopeClientAsync()


def fetch(_number: int) -> int:
    """Fetch with both clients and return the process id."""
    assert client.mgmt.outbound_application.fetch_token("app-id", "user-id").access_token
    token = asyncio.run(client_async.mgmt.outbound_application.fetch_token("app-id", "user-id"))
    assert token.access_token
    return os.getpid()


def main(method: str) -> None:
    """Fetch in this process, then in each kind of pool, then in this process again."""
    fetch(0)
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert os.getpid() not in set(executor.map(fetch, range(8)))
    with context.Pool(2) as pool:
        assert os.getpid() not in set(pool.map(fetch, range(8)))
        pool.close()
        pool.join()
    fetch(0)
    print("done")


if __name__ == "__main__":
    main(sys.argv[1])
