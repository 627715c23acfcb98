"""What goes over the wire, the same for every client: compare ``src/wire.rs`` and ``node/service.cjs``.

It imports nothing, since the time to the first token is measured with it.
"""

PATH = "/v1/mgmt/outbound/app/user/token/latest"
PROJECT_ID = "P2made-up"
MANAGEMENT_KEY = "made-up-management-key"
HEADERS = {"Authorization": f"Bearer {PROJECT_ID}:{MANAGEMENT_KEY}"}
APP_ID = "google-calendar"
USER_ID = "U2made-up-user-0123456789abc"
BODY = {"appId": APP_ID, "userId": USER_ID}
ACCESS_TOKEN = "made-up-access-token-0123456789-0123456789-0123456789-0123456789-0123456789"
#: Seconds. Every client has one, and none is reached.
TIMEOUT = 20.0


class Service:
    """Where the service is, whom to trust, and how many calls run at once."""

    def __init__(self, origin: str, directory: str, concurrency: int) -> None:
        self.origin = origin
        self.url = origin + PATH
        #: The service's own authority, for clients that add one to the system's.
        self.authority = f"{directory}/authority.pem"
        #: That and the system's in one file, for clients that take a file instead of the system's.
        self.bundle = f"{directory}/bundle.pem"
        self.concurrency = concurrency
