"""The rules that turn the run of a fault into a verdict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import table as fault_table
from table import Call, Expectation, FaultRow, Table

#: From the best to the worst. The first two are good.
VERDICTS = ["survived", "failed clearly", "unclear", "wrong", "late", "swelled", "hung", "leaked"]
GOOD = VERDICTS[:2]

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """The behavior of a client with a fault."""

    outcomes: list[Outcome]
    memory_mib: float
    #: The parts of requests that reached another origin, although only the service may see them.
    strayed: list[str]
    requests: int


@dataclass(frozen=True)
class Judgement:
    """The verdict, and the first reason for a bad one."""

    verdict: str
    reason: str = ""


def judge(table: Table, fault: FaultRow, run: Run, *, is_ours: bool) -> Judgement:
    """Return the worst verdict of all rules. The table tolerates more outcomes from the official SDKs."""
    found = list(_of_whole(table, fault, run))
    for call, outcome in zip(fault.calls, run.outcomes, strict=True):
        found.append(judge_call(table, fault, call, outcome, is_ours=is_ours))
    return max(found, key=lambda judgement: VERDICTS.index(judgement.verdict))


def _of_whole(table: Table, fault: FaultRow, run: Run) -> list[Judgement]:
    found = []
    if run.strayed:
        found.append(Judgement("leaked", f"another origin received {', '.join(run.strayed)}"))
    if fault.is_about_memory and run.memory_mib > table.memory_limit_mib:
        found.append(Judgement("swelled", f"by {run.memory_mib:.0f} MiB"))
    return found


def judge_call(table: Table, fault: FaultRow, call: Call, outcome: Outcome, *, is_ours: bool) -> Judgement:
    """Judge a call: leaks count most, then time, then the outcome."""
    leaked = _leak(outcome)
    if leaked is not None:
        return Judgement("leaked", leaked)
    if outcome["kind"] == "hung":
        return Judgement("hung", f"not ended after {outcome['seconds']:.0f} s")
    if outcome["seconds"] > fault.deadline_seconds + table.margin_seconds:
        return Judgement("late", f"ended after {outcome['seconds']:.1f} s")
    accepted = call.expected if is_ours else call.expected + call.tolerated
    complaints = [complaint(expectation, outcome) for expectation in accepted]
    if None in complaints:
        return Judgement("survived" if outcome["kind"] == "success" else "failed clearly")
    verdict = "wrong" if outcome["kind"] == "success" else "unclear"
    return Judgement(verdict, f"{outcome['class']}: {complaints[0]}: {outcome.get('text', '')[:300]}")


def _leak(outcome: Outcome) -> str | None:
    """Return a secret in an error, or the token of another user, as a reason."""
    shown = outcome.get("text", "") + outcome.get("shown", "")
    for secret in fault_table.SECRETS:
        if secret in shown:
            # The reason names the secret without its prefix, because the scan for secrets reads this output.
            return f"{outcome['class']} shows the {secret.removeprefix('made-up-')}"
    if outcome.get("token") == fault_table.OTHER_USERS_TOKEN:
        return "returned another user's token"
    return None


def complaint(expected: Expectation, outcome: Outcome) -> str | None:
    """Return how an outcome differs from an expectation, or None."""
    if outcome["kind"] not in expected.kinds:
        return f"{outcome['kind']} instead of {' or '.join(expected.kinds)}"
    if expected.gives_token and outcome["token"] != fault_table.ACCESS_TOKEN:
        return "not the token that the service has"
    if expected.status is not None and outcome["status"] != expected.status:
        return f"status {outcome['status']} instead of {expected.status}"
    if expected.says is not None and not re.search(expected.says, outcome["text"], re.IGNORECASE):
        return f"does not say {expected.says}"
    if expected.is_about_retrying and not _is_within(outcome["retry_after"], expected.retry_after):
        return f"retry_after {outcome['retry_after']}"
    return None


def _is_within(value: float | None, limits: tuple[float, float] | None) -> bool:
    if limits is None or value is None:
        return limits is None and value is None
    return limits[0] <= value <= limits[1]
