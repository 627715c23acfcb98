"""The request and the token, the same for every client, as in ``src/wire.rs`` and ``node/service.cjs``.

It imports nothing, because the time to the first token includes this import.
"""

PATH = "/v1/mgmt/outbound/app/user/token/latest"
PROJECT_ID = "P2made-up"
MANAGEMENT_KEY = "made-up-management-key"
HEADERS = {"Authorization": f"Bearer {PROJECT_ID}:{MANAGEMENT_KEY}"}
APP_ID = "google-calendar"
USER_ID = "U2made-up-user-0123456789abc"
BODY = {"appId": APP_ID, "userId": USER_ID}
ACCESS_TOKEN = "made-up-access-token-0123456789-0123456789-0123456789-0123456789-0123456789"
#: Seconds. Every client has this timeout, and no call reaches it.
TIMEOUT = 20.0


class Service:
    """The address of the service, its authority, and the number of concurrent calls."""

    def __init__(self, origin: str, directory: str, concurrency: int) -> None:
        self.origin = origin
        self.url = origin + PATH
        #: The service's own authority, for clients that add one to the system's.
        self.authority = f"{directory}/authority.pem"
        #: The service's authority and the system's in one file, for clients that replace the system's with a file.
        self.bundle = f"{directory}/bundle.pem"
        self.concurrency = concurrency
