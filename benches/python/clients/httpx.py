import ssl

import httpx
from service import BODY, HEADERS, TIMEOUT, Service


class Client:
    def __init__(self, service: Service) -> None:
        context = ssl.create_default_context()
        context.load_verify_locations(service.authority)
        self.client = httpx.AsyncClient(verify=context, timeout=TIMEOUT, headers=HEADERS)
        self.url = service.url

    async def fetch_token(self) -> str:
        response = await self.client.post(self.url, json=BODY)
        response.raise_for_status()
        return response.json()["token"]["accessToken"]

    async def close(self) -> None:
        await self.client.aclose()
