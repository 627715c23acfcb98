"""Start the emulator, connect two users to an app, and run the Python and the Node example: ``make demo``."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

EXAMPLES = Path(__file__).parent
EMULATOR = EXAMPLES.parent / "target" / "debug" / "descope-outbound-emulator"


def connect(base_url: str, user_id: str) -> None:
    """Connect a user, as the consent page of the third party would."""
    connection = {"app_id": "google-calendar", "user_id": user_id, "scopes": ["calendar.read", "calendar.write"]}
    request = urllib.request.Request(f"{base_url}/_emulator/connect", data=json.dumps(connection).encode())
    request.add_header("Content-Type", "application/json")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()


def run(title: str, *command: str, environment: dict[str, str]) -> bool:
    """Run one example, with its output on the terminal, and return whether it succeeded."""
    print(f"\n{title}: {' '.join(command)}", flush=True)
    return subprocess.run(command, env=environment, check=False, timeout=60).returncode == 0


def main() -> None:
    emulator = subprocess.Popen([str(EMULATOR), "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        assert emulator.stdout is not None
        started = json.loads(emulator.stdout.readline())
        base_url = started["base_url"]
        print(f"The emulator replaces Descope and Google at {base_url}")
        for user_id in ["ada", "grace"]:
            connect(base_url, user_id)
            print(f"{user_id} has connected google-calendar")
        environment = {
            **os.environ,
            "DESCOPE_BASE_URI": base_url,
            "DESCOPE_PROJECT_ID": started["project_id"],
            "DESCOPE_MANAGEMENT_KEY": started["management_key"],
            "PROVIDER_URL": f"{base_url}/provider",
            "NO_PROXY": "127.0.0.1",
        }
        python = run("Python", sys.executable, str(EXAMPLES / "fetch_and_call.py"), environment=environment)
        node = run("Node", "node", str(EXAMPLES / "fetch-and-call.mjs"), environment=environment)
    finally:
        emulator.terminate()
        emulator.wait(timeout=10)
    if not (python and node):
        sys.exit("\nThe demo failed.")
    print("\nBoth worked. To call Descope, set the variables of these programs to the values of your own project.")


if __name__ == "__main__":
    main()
