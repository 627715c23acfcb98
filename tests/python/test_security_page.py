"""The scrubber in SECURITY.md, applied to the responses of this package."""

from __future__ import annotations

import json
import re
import sys
import types
from typing import Any

import pytest
from secret_calls import PLANTED, SECRET_RESPONSE

from descope_outbound import TokenResponse
from emulator import ROOT


def test_the_scrubber_of_the_security_page_hides_every_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {}
    sentry = types.ModuleType("sentry_sdk")
    vars(sentry)["init"] = settings.update
    monkeypatch.setitem(sys.modules, "sentry_sdk", sentry)
    shown = re.search(r"```python\n(import sentry_sdk\n.*?)```", (ROOT / "SECURITY.md").read_text(), re.DOTALL)
    assert shown is not None
    exec(shown[1], {})  # noqa: S102 - the page is part of this repository
    assert settings["include_local_variables"] is False
    response = TokenResponse(SECRET_RESPONSE)
    # Sentry copies logged values into plain dicts and lists.
    plain = json.loads(json.dumps(response))
    event = {
        "extra": {"response": plain},
        "logentry": {"params": [plain, (plain,)]},
        "breadcrumbs": {"values": [plain]},
    }
    scrubbed = settings["before_send"](event, {})
    assert PLANTED in str(event)
    assert PLANTED not in str(scrubbed)
    assert scrubbed["extra"]["response"]["appIds"] == ["app-id"]
