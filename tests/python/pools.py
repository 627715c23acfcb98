"""Calls from the processes of pools, which are started as the first argument says.

The clients are made when this module is imported: by the parent alone where it forks, by the server of forks where
there is one, and by each child where they are spawned.
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
    """Calls in both ways, and tells which process that was."""
    assert client.mgmt.outbound_application.fetch_token("app-id", "user-id").access_token
    token = asyncio.run(client_async.mgmt.outbound_application.fetch_token("app-id", "user-id"))
    assert token.access_token
    return os.getpid()


def main(method: str) -> None:
    """Twice: with each kind of pool, after a call of its own."""
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
