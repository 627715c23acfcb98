import requests
from requests.adapters import HTTPAdapter
from service import BODY, HEADERS, TIMEOUT, Service


class Client:
    def __init__(self, service: Service) -> None:
        self.session = requests.Session()
        self.session.headers.update(HEADERS)
        self.session.verify = service.bundle
        self.session.mount(service.origin, HTTPAdapter(pool_maxsize=service.concurrency))
        self.url = service.url

    def fetch_token(self) -> str:
        response = self.session.post(self.url, json=BODY, timeout=TIMEOUT)
        response.raise_for_status()
        return response.json()["token"]["accessToken"]

    def close(self) -> None:
        self.session.close()
