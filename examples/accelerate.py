"""A backend with a client of the official SDK: one line routes its outbound calls through this package.

Install the official SDK first (``pip install descope``), and set DESCOPE_BASE_URI, DESCOPE_PROJECT_ID and
DESCOPE_MANAGEMENT_KEY. To try it, use the values that ``cargo run --package descope-outbound-emulator`` prints.
"""

import os
import sys

import descope_outbound

NEEDED = ["DESCOPE_BASE_URI", "DESCOPE_PROJECT_ID", "DESCOPE_MANAGEMENT_KEY"]


def main() -> None:
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        sys.exit(f"Please set {', '.join(missing)}.")
    try:
        from descope import AuthException, DescopeClient  # noqa: PLC0415 - the package may be missing
    except ImportError:
        sys.exit("Please install the official package: pip install descope")

    client = DescopeClient(os.environ["DESCOPE_PROJECT_ID"])
    descope_outbound.accelerate(client)  # the one new line

    try:
        token = client.mgmt.outbound_application.fetch_token("google-calendar", "ada")
        print(f"fetched {token}")
    except AuthException as error:
        print(f"{error.status_code}: {error.error_message}")


if __name__ == "__main__":
    main()
