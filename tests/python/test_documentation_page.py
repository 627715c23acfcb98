"""The snippets of Descope's page "Outbound Apps with SDKs", unchanged except for the package's name."""

from __future__ import annotations

from typing import Any

import pytest

from emulator import Emulator

INITIALIZE_FROM_THE_ENVIRONMENT = """
from descope_outbound import DescopeClient
# Initialized using environment variables DESCOPE_PROJECT_ID and DESCOPE_MANAGEMENT_KEY
descope_client = DescopeClient()
"""

INITIALIZE_DIRECTLY = """
from descope_outbound import DescopeClient
# Or directly
descope_client = DescopeClient(
project_id="__ProjectID__",
management_key="management-key"
)
"""

FETCH_TOKEN = """
try:
    token = descope_client.mgmt.outbound_application.fetch_token(
    app_id="app-id",
    user_id="user-id"
    )
    access_token = token["token"]["token"]
except Exception as e:
    # Handle the error
    print(f"Error: {e}")
"""

FETCH_TOKEN_BY_SCOPES = """
try:
    token = descope_client.mgmt.outbound_application.fetch_token_by_scopes(
    app_id="app-id",
    user_id="user-id",
    scopes=["read", "write"]
    )
    access_token = token["token"]["token"]
except Exception as e:
    # Handle the error
    print(f"Error: {e}")
"""

DELETE_TOKEN = """
try:
    descope_client.mgmt.outbound_application.delete_token(token_id="token-id")
except Exception as e:
    # Handle the error
    print(f"Error: {e}")
"""

DELETE_USER_TOKENS = """
try:
    descope_client.mgmt.outbound_application.delete_user_tokens(
    app_id="app-id",
    user_id="user-id"
    )
except Exception as e:
    # Handle the error
    print(f"Error: {e}")
"""


@pytest.fixture(params=["explicit arguments", "environment alone"])
def namespace(request: pytest.FixtureRequest, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The variables after the page's own initialization."""
    monkeypatch.setenv("DESCOPE_BASE_URI", emulator.base_url)
    if request.param == "environment alone":
        for variable, value in emulator.environment().items():
            monkeypatch.setenv(variable, value)
        initialize = INITIALIZE_FROM_THE_ENVIRONMENT
    else:
        initialize = INITIALIZE_DIRECTLY.replace("__ProjectID__", emulator.project_id)
        initialize = initialize.replace("management-key", emulator.management_key)
    return run(initialize, {})


def run(snippet: str, namespace: dict[str, Any]) -> dict[str, Any]:
    exec(snippet, namespace)  # noqa: S102 - the page's own code
    return namespace


@pytest.mark.parametrize("snippet", [FETCH_TOKEN, FETCH_TOKEN_BY_SCOPES], ids=["latest", "by scopes"])
def test_the_documented_snippet_fetches_a_token(
    snippet: str, namespace: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    run(snippet, namespace)
    assert namespace["access_token"] == namespace["token"]["token"]["accessToken"]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("snippet", [DELETE_TOKEN, DELETE_USER_TOKENS], ids=["one token", "a user's tokens"])
def test_the_documented_snippet_deletes_a_token(
    snippet: str, namespace: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    run(snippet, namespace)
    assert capsys.readouterr().out == ""
    run(FETCH_TOKEN, namespace)
    assert "ask the user to connect the app" in capsys.readouterr().out
