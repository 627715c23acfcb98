"""The rules of the verdicts: for each rule, an outcome that fails it."""

from __future__ import annotations

from typing import Any

import page
import pytest
import table as fault_table
from judge import Run, judge
from table import ACCESS_TOKEN, MANAGEMENT_KEY, OTHER_USERS_TOKEN, FaultRow

TABLE = fault_table.read()
SUCCESS = {"kind": "success", "class": "success", "token": ACCESS_TOKEN, "seconds": 0.1}
REFUSED = {
    "kind": "connection_failed",
    "class": "ConnectionFailed",
    "status": None,
    "retry_after": None,
    "text": "connection refused",
    "shown": "ConnectionFailed",
    "seconds": 0.1,
}


def fault(of_id: str) -> FaultRow:
    return next(fault for fault in TABLE.faults if fault.id == of_id)


def verdict(
    of_id: str, *outcomes: dict[str, Any], is_ours: bool = True, memory_mib: float = 1, strayed: tuple[str, ...] = ()
) -> str:
    run = Run(list(outcomes), memory_mib, list(strayed), requests=1)
    return judge(TABLE, fault(of_id), run, is_ours=is_ours).verdict


def test_an_expected_outcome_is_good() -> None:
    assert verdict("overloaded-once", SUCCESS) == "survived"
    assert verdict("refused", REFUSED) == "failed clearly"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kind": "hung", "seconds": 12}, "hung"),
        ({"seconds": 4}, "late"),
        ({"text": f"refused: Bearer {MANAGEMENT_KEY}"}, "leaked"),
        ({"shown": f"Traceback: {MANAGEMENT_KEY}"}, "leaked"),
        ({"kind": "other"}, "unclear"),
        ({"kind": "deadline_exceeded"}, "unclear"),
        ({"text": "something went wrong"}, "unclear"),
        (SUCCESS, "wrong"),
    ],
)
def test_every_difference_of_an_error_has_its_verdict(change: dict[str, Any], expected: str) -> None:
    assert verdict("refused", REFUSED | change) == expected


def test_a_success_must_return_the_users_token() -> None:
    assert verdict("overloaded-once", SUCCESS | {"token": None}) == "wrong"
    assert verdict("overloaded-once", SUCCESS | {"token": OTHER_USERS_TOKEN}) == "leaked"


def test_a_credential_that_reaches_another_origin_is_a_leak() -> None:
    redirected = [
        {**REFUSED, "kind": "http", "status": status, "text": str(status)} for status in (301, 302, 303, 307, 308)
    ]
    assert verdict("redirect-other-origin", *redirected) == "failed clearly"
    assert verdict("redirect-other-origin", *redirected, strayed=("Authorization",)) == "leaked"


def test_memory_growth_counts_in_rows_that_measure_it() -> None:
    too_large = REFUSED | {"kind": "decode", "text": "larger than 1 MiB"}
    assert verdict("large-body", too_large) == "failed clearly"
    assert verdict("large-body", too_large, memory_mib=200) == "swelled"


def test_status_and_wait_must_match() -> None:
    limited = REFUSED | {"kind": "rate_limited", "retry_after": 7}
    assert verdict("rate-limit-number", limited) == "failed clearly"
    assert verdict("rate-limit-number", limited | {"retry_after": 0}) == "unclear"
    assert verdict("rate-limit-absent", limited) == "unclear"
    bad_gateway = REFUSED | {"kind": "http", "status": 502, "text": "HTTP 502"}
    assert verdict("nginx-nothing-behind", bad_gateway | {"status": 503}) == "unclear"


def test_the_worst_call_decides_the_verdict() -> None:
    assert verdict("half-closed-keep-alive", SUCCESS, REFUSED, SUCCESS) == "unclear"


def test_more_outcomes_are_tolerated_from_the_official_sdks() -> None:
    lost = REFUSED | {"text": "connection closed"}
    assert verdict("reset-before-headers-once", lost) == "unclear"
    assert verdict("reset-before-headers-once", lost, is_ours=False) == "failed clearly"


def test_the_license_endpoint_fails_in_every_way_of_an_endpoint() -> None:
    ways = {fault.id.removeprefix("license-") for fault in fault_table.license_faults(TABLE)}
    others = {fault.id for fault in TABLE.faults} - ways
    of_connections = {"refused", "unresolvable", "tls-other-host", "tls-unknown-authority", "tls-expired"}
    of_nginx = {fault.id for fault in TABLE.faults if fault.server == "nginx"}
    assert others == of_connections | of_nginx | {"restart", "mute-keep-alive", "vanished-keep-alive"}
    statuses = {each["status"] for each in fault_table.license_statuses().faults}
    assert statuses == set(range(300, 600))


def test_the_page_can_be_written_and_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    rows = {(each.group, each.title): dict.fromkeys(page.COLUMNS, "survived") for each in TABLE.faults}
    path = tmp_path / "faults.md"
    path.write_text(page.write(TABLE, rows), encoding="utf-8")
    monkeypatch.setattr(page, "PAGE", path)
    assert page.read() == rows


def test_a_cell_names_clients_only_if_they_differ() -> None:
    def cell(*seconds: float) -> str:
        runs = {}
        for number, each in enumerate(seconds):
            run = Run([REFUSED | {"seconds": each}], 1, [], 0)
            runs[f"client {number}"] = run, judge(TABLE, fault("refused"), run, is_ours=True)
        return page.cell(TABLE, fault("refused"), runs, is_ours=True)

    alike = "failed clearly (`connection_failed`); 0 requests; at once"
    assert cell(0.1, 0.2) == alike
    assert cell(0.1, 13).startswith(f"client 0: {alike}<br>client 1: **late**")
