"""What a run of a fault shows of a client, by rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import table as fault_table
from table import Call, Expectation, Fault, Table

#: From the best to the worst. The first two are what a client should show.
VERDICTS = ["survived", "failed clearly", "unclear", "wrong", "late", "swelled", "hung", "leaked"]
GOOD = VERDICTS[:2]

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """What a client did with a fault."""

    outcomes: list[Outcome]
    memory_mib: float
    #: What reached another origin of what only the service should see.
    strayed: list[str]
    requests: int


@dataclass(frozen=True)
class Judgement:
    """The verdict, and the first reason for one that is not good."""

    verdict: str
    reason: str = ""


def judge(table: Table, fault: Fault, run: Run, *, is_ours: bool) -> Judgement:
    """The worst of what the rules find; of the official SDKs less is asked, where the table says so."""
    found = list(_of_whole(table, fault, run))
    for call, outcome in zip(fault.calls, run.outcomes, strict=True):
        found.append(judge_call(table, fault, call, outcome, is_ours=is_ours))
    return max(found, key=lambda judgement: VERDICTS.index(judgement.verdict))


def _of_whole(table: Table, fault: Fault, run: Run) -> list[Judgement]:
    found = []
    if run.strayed:
        found.append(Judgement("leaked", f"another origin received {', '.join(run.strayed)}"))
    if fault.is_about_memory and run.memory_mib > table.memory_limit_mib:
        found.append(Judgement("swelled", f"by {run.memory_mib:.0f} MiB"))
    return found


def judge_call(table: Table, fault: Fault, call: Call, outcome: Outcome, *, is_ours: bool) -> Judgement:
    """Leaks count most, then time, then what surfaced."""
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
    """A secret in an error, or a token that is another's."""
    shown = outcome.get("text", "") + outcome.get("shown", "")
    for secret in fault_table.SECRETS:
        if secret in shown:
            # Not the secret itself: what is printed here is looked through for it.
            return f"{outcome['class']} shows the {secret.removeprefix('made-up-')}"
    if outcome.get("token") == fault_table.SOMEBODY_ELSES_TOKEN:
        return "gave somebody else's token"
    return None


def complaint(expected: Expectation, outcome: Outcome) -> str | None:
    """What keeps an outcome from being what was expected."""
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
