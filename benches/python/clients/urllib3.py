import ssl

import urllib3
from service import BODY, HEADERS, TIMEOUT, Service


class Client:
    def __init__(self, service: Service) -> None:
        context = ssl.create_default_context()
        context.load_verify_locations(service.authority)
        self.pool = urllib3.PoolManager(
            maxsize=service.concurrency, ssl_context=context, timeout=TIMEOUT, headers=HEADERS
        )
        self.url = service.url

    def fetch_token(self) -> str:
        response = self.pool.request("POST", self.url, json=BODY)
        if response.status != 200:
            raise RuntimeError(f"status {response.status}")
        return response.json()["token"]["accessToken"]

    def close(self) -> None:
        self.pool.clear()
