from datetime import timedelta
from pathlib import Path

from pyreqwest.client import SyncClientBuilder
from service import BODY, HEADERS, TIMEOUT, Service


class Client:
    def __init__(self, service: Service) -> None:
        builder = SyncClientBuilder().add_root_certificate_pem(Path(service.authority).read_bytes())
        builder = builder.timeout(timedelta(seconds=TIMEOUT)).default_headers(HEADERS).error_for_status()
        self.client = builder.build()
        self.url = service.url

    def fetch_token(self) -> str:
        response = self.client.post(self.url).body_json(BODY).build().send()
        return response.json()["token"]["accessToken"]

    def close(self) -> None:
        self.client.close()
