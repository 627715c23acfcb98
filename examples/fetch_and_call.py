"""Fetch a user's token and call the third party with it: what a backend does for every user.

Set DESCOPE_BASE_URI, DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY and PROVIDER_URL first. ``make demo`` sets them to
the values of the emulator.
"""

import json
import os
import sys
import urllib.request

from descope_outbound import DescopeClient, DescopeError, TokenNotFound

NEEDED = ["DESCOPE_BASE_URI", "DESCOPE_PROJECT_ID", "DESCOPE_MANAGEMENT_KEY", "PROVIDER_URL"]

APP_ID = "google-calendar"
USER_ID = "ada"
SCOPES = ["calendar.read", "calendar.write"]


def who_am_i(access_token: str) -> dict[str, object]:
    """Ask the third party which user the token belongs to."""
    url = f"{os.environ['PROVIDER_URL']}/{APP_ID}/me"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {access_token}"})
    with urllib.request.urlopen(request, timeout=10) as response:
        user: dict[str, object] = json.load(response)
        return user


def main() -> None:
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        sys.exit(f"Please set {', '.join(missing)}; or run `make demo`, which starts an emulator and sets them.")

    with DescopeClient() as client:
        outbound = client.mgmt.outbound_application

        token = outbound.fetch_token(APP_ID, USER_ID)
        print(f"  the newest token      {token}")
        print(f"  it expires at         {token.expires_at}")
        print(f"  the provider says     {who_am_i(token['token']['accessToken'])}")

        by_scopes = outbound.fetch_token_by_scopes(APP_ID, USER_ID, SCOPES)
        print(f"  with exactly {SCOPES}: the provider says {who_am_i(by_scopes.access_token)}")

        outbound.delete_token(token["token"]["id"])
        print("  deleted; asking again:")
        try:
            outbound.fetch_token(APP_ID, USER_ID)
        except TokenNotFound as error:
            print(f"  {error}")
        else:
            sys.exit("the token is still there")


if __name__ == "__main__":
    try:
        main()
    except DescopeError as error:
        sys.exit(f"{type(error).__name__}: {error}")
