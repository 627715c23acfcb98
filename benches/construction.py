"""What a client costs before its first call, in Python: `make bench`."""

import statistics
import subprocess
import sys
import time

from descope_outbound import DescopeClient, DescopeClientAsync

ROUNDS = 7
CLIENTS = 2_000
IMPORT = "import time; start = time.perf_counter(); import descope_outbound; print(time.perf_counter() - start)"


def construction(make: type) -> float:
    """Seconds for one client."""
    start = time.perf_counter()
    for _ in range(CLIENTS):
        make(project_id="P2made-up", management_key="made-up-key")
    return (time.perf_counter() - start) / CLIENTS


def importing() -> float:
    """Seconds for the import, in a process of its own."""
    printed = subprocess.run([sys.executable, "-c", IMPORT], check=True, stdout=subprocess.PIPE, text=True)
    return float(printed.stdout)


def show(what: str, measure: object) -> None:
    """The median and the range of all rounds but the first, which warms up."""
    seconds = [measure() for _ in range(ROUNDS)][1:]  # type: ignore[operator]
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    print(f"Python  {what:<32} {middle * 1e6:>9.1f} us   ({low * 1e6:.1f} to {high * 1e6:.1f})")


def main() -> None:
    show("import", importing)
    for make in (DescopeClient, DescopeClientAsync):
        show(make.__name__, lambda make=make: construction(make))


if __name__ == "__main__":
    main()
