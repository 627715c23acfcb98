"""How a sync call waits if gevent or eventlet has replaced the system's threads with green threads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module

#: Runs other green threads until the file descriptor is readable.
Wait = Callable[[int], object]


def green_thread_wait() -> Wait | None:
    """Return the wait function of this process's green threads, or None if its threads are the system's.

    Every call checks this, because a program may apply gevent's or eventlet's patches late. A program that patched
    neither ``socket`` nor ``thread`` has chosen blocking calls.
    """
    if os.name != "posix":
        return None
    gevent = sys.modules.get("gevent.monkey")
    if gevent is not None and (gevent.is_module_patched("socket") or gevent.is_module_patched("thread")):
        return _wait_with_gevent
    eventlet = sys.modules.get("eventlet.patcher")
    if eventlet is not None and (eventlet.is_monkey_patched("socket") or eventlet.is_monkey_patched("thread")):
        return _wait_with_eventlet
    return None


def _wait_with_gevent(descriptor: int) -> object:
    return import_module("gevent.socket").wait_read(descriptor)


def _wait_with_eventlet(descriptor: int) -> object:
    return import_module("eventlet.hubs").trampoline(descriptor, read=True)
