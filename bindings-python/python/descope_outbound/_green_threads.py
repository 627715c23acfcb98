"""How a sync call waits where threads have been replaced by the green ones of gevent or eventlet."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module

#: Lets other green threads run until the descriptor can be read.
Wait = Callable[[int], object]


def green_wait() -> Wait | None:
    """How this process's green threads wait; None where threads are the system's own.

    Asked at each call, since a program may replace them late. A program that has not replaced ``socket`` or ``thread``
    chose that what blocks should block.
    """
    if os.name != "posix":
        return None
    gevent = sys.modules.get("gevent.monkey")
    if gevent is not None and (gevent.is_module_patched("socket") or gevent.is_module_patched("thread")):
        return _wait_of_gevent
    eventlet = sys.modules.get("eventlet.patcher")
    if eventlet is not None and (eventlet.is_monkey_patched("socket") or eventlet.is_monkey_patched("thread")):
        return _wait_of_eventlet
    return None


def _wait_of_gevent(descriptor: int) -> object:
    return import_module("gevent.socket").wait_read(descriptor)


def _wait_of_eventlet(descriptor: int) -> object:
    return import_module("eventlet.hubs").trampoline(descriptor, read=True)
