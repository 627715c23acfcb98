"""The cost of constructing a client: prints microseconds per client, one figure per round, as JSON."""

import importlib
import json
import sys
import time

from service import Service

ROUNDS = 5
SECONDS = 0.15


def construct(make: type, service: Service) -> float:
    """Return the microseconds for one client."""
    made = 0
    began = time.perf_counter()
    while (took := time.perf_counter() - began) < SECONDS:
        make(service)
        made += 1
    return took / made * 1e6


def main() -> None:
    _, directory, *names = sys.argv
    service = Service("https://127.0.0.1:1", directory, 1)
    makers = {name: importlib.import_module(f"clients.{name}").Client for name in names}
    for make in makers.values():
        construct(make, service)
    rounds = [{name: construct(make, service) for name, make in makers.items()} for _ in range(ROUNDS)]
    print(json.dumps({name: [round(each[name], 2) for each in rounds] for name in names}))


if __name__ == "__main__":
    main()
