import ssl

import aiohttp
from service import BODY, HEADERS, TIMEOUT, Service


class Client:
    def __init__(self, service: Service) -> None:
        context = ssl.create_default_context()
        context.load_verify_locations(service.authority)
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=service.concurrency, ssl=context),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            headers=HEADERS,
        )
        self.url = service.url

    async def fetch_token(self) -> str:
        async with self.session.post(self.url, json=BODY) as response:
            response.raise_for_status()
            return (await response.json())["token"]["accessToken"]

    async def close(self) -> None:
        await self.session.close()
