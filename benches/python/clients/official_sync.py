import os

from descope import DescopeClient
from service import APP_ID, MANAGEMENT_KEY, PROJECT_ID, TIMEOUT, USER_ID, Service


class Client:
    def __init__(self, service: Service) -> None:
        os.environ["REQUESTS_CA_BUNDLE"] = service.authority
        os.environ["DESCOPE_BASE_URI"] = service.origin
        self.client = DescopeClient(PROJECT_ID, management_key=MANAGEMENT_KEY, timeout_seconds=TIMEOUT)

    def fetch_token(self) -> str:
        response = self.client.mgmt.outbound_application.fetch_token(APP_ID, USER_ID)
        return response["token"]["accessToken"]

    def close(self) -> None:
        pass
