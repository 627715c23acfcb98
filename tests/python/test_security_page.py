"""The scrubber that SECURITY.md shows, tried on what this package gives."""

from __future__ import annotations

import json
import re
import sys
import types
from typing import Any

import pytest
from secret_calls import EVERYTHING, PLANTED

from descope_outbound import TokenResponse
from emulator import ROOT


def test_the_scrubber_that_is_shown_hides_every_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {}
    sentry = types.ModuleType("sentry_sdk")
    vars(sentry)["init"] = settings.update
    monkeypatch.setitem(sys.modules, "sentry_sdk", sentry)
    shown = re.search(r"```python\n(import sentry_sdk\n.*?)```", (ROOT / "SECURITY.md").read_text(), re.DOTALL)
    assert shown is not None
    exec(shown[1], {})  # noqa: S102 - the page is ours
    assert settings["include_local_variables"] is False
    answer = TokenResponse(EVERYTHING)
    # As Sentry has it: copied into plain dicts and lists, wherever something was logged.
    plain = json.loads(json.dumps(answer))
    event = {"extra": {"answer": plain}, "logentry": {"params": [plain, (plain,)]}, "breadcrumbs": {"values": [plain]}}
    scrubbed = settings["before_send"](event, {})
    assert PLANTED in str(event)
    assert PLANTED not in str(scrubbed)
    assert scrubbed["extra"]["answer"]["appIds"] == ["app-id"]
