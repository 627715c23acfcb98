import os

from service import APP_ID, MANAGEMENT_KEY, PROJECT_ID, TIMEOUT, USER_ID, Service

from descope_outbound import DescopeClientAsync


class Client:
    def __init__(self, service: Service) -> None:
        os.environ["REQUESTS_CA_BUNDLE"] = service.authority
        self.client = DescopeClientAsync(PROJECT_ID, None, False, MANAGEMENT_KEY, TIMEOUT, base_url=service.origin)

    async def fetch_token(self) -> str:
        response = await self.client.mgmt.outbound_application.fetch_token(APP_ID, USER_ID)
        return response["token"]["accessToken"]

    async def close(self) -> None:
        await self.client.aclose()
