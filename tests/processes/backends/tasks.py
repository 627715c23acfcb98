"""Celery tasks with a client that is created and used before the pool forks."""

from __future__ import annotations

import asyncio
import os
import time

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded

from descope_outbound import DescopeClient, DescopeClientAsync

FOLDER = os.environ["TASKS_FOLDER"]

application = Celery("tasks", broker="filesystem://", backend=f"file://{FOLDER}/results")
application.conf.update(
    broker_transport_options={
        "data_folder_in": f"{FOLDER}/queue",
        "data_folder_out": f"{FOLDER}/queue",
        "control_folder": f"{FOLDER}/control",
        "polling_interval": 0.05,
    },
    worker_prefetch_multiplier=1,
)

client = DescopeClient(license_handshake=False)
client_async = DescopeClientAsync(license_handshake=False)
client.mgmt.outbound_application.fetch_token("app-id", "user-id")


@application.task(name="fetch")  # type: ignore[untyped-decorator]
def fetch() -> list[object]:
    """Fetch with both clients and return this process's id and the token's app."""
    client.mgmt.outbound_application.fetch_token("app-id", "user-id")
    token = asyncio.run(client_async.mgmt.outbound_application.fetch_token("app-id", "user-id"))
    return [os.getpid(), token["token"]["appId"]]


@application.task(name="wait", soft_time_limit=1)  # type: ignore[untyped-decorator]
def wait() -> list[object]:
    """Make a call that hangs, and return the seconds until the soft time limit ended it and the raised class."""
    begin = time.monotonic()
    try:
        client.mgmt.outbound_application.fetch_token("app-id", "slow")
    except SoftTimeLimitExceeded as error:
        return [time.monotonic() - begin, type(error).__name__]
    return [time.monotonic() - begin, "nothing"]
