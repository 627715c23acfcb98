"""What holds for any text, any JSON and any moment, not only for the examples that somebody thought of."""

from __future__ import annotations

import asyncio
import copy
import json
import math
import os
import pickle
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from canned_server import Reply, Request, SteadyServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from descope_outbound import AuthException, DecodeError, DescopeClient, DescopeClientAsync, OutboundToken, TokenResponse

#: The same examples at every run, unless somebody asks for others: a build fails for what has changed in it.
settings.register_profile(
    "bounded",
    max_examples=int(os.environ.get("EXAMPLES", "40")),
    derandomize="EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("bounded")

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
IDS = st.one_of(TEXTS, st.text("./?#%&=+ \\é😀\t\n", max_size=8))
#: What reads JSON in Rust takes no number beyond a double, nor half of a surrogate pair: see docs/deviations.md.
NUMBERS = st.one_of(
    st.integers(min_value=-(10**300), max_value=10**300), st.floats(allow_nan=False, allow_infinity=False)
)
NAMES = st.one_of(TEXTS, st.sampled_from(["token", "accessToken", "accessTokenExpiry", "refreshToken", "scopes", "id"]))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5)
#: As `options` can carry them: a whole number has 64 bits at most.
SENT = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(min_value=-(2**63), max_value=2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)


class Service(SteadyServer):
    """What the last request was, and what the next is answered with."""

    def answer_with(self, body: bytes) -> None:
        """Answers so from now on, and forgets the last request."""
        self.reply = Reply(body=body)
        self.last = None

    @property
    def asked(self) -> Request:
        """The last request."""
        assert self.last is not None, "there was none"
        return self.last


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


Call = Callable[..., Any]


@pytest.fixture(scope="module", params=["sync", "async"])
def call(request: pytest.FixtureRequest, service: Service) -> Iterator[Call]:
    """Calls a method of either client by its name."""
    made: dict[str, Any] = {"management_key": "made-up-key", "base_url": service.url, "license_handshake": False}
    if request.param == "sync":
        with DescopeClient("Pmadeup", **made) as client:
            yield lambda method, *given: getattr(client.mgmt.outbound_application, method)(*given)
        return
    client_async = DescopeClientAsync("Pmadeup", **made)
    loop = asyncio.new_event_loop()
    run = loop.run_until_complete
    yield lambda method, *given: run(getattr(client_async.mgmt.outbound_application, method)(*given))
    run(client_async.aclose())
    loop.close()


def same(ours: Any, theirs: Any) -> bool:
    """Whether both are the same to the type and to the sign of a zero, with their members in the same order."""
    if isinstance(theirs, dict):
        return list(ours) == list(theirs) and all(same(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, float):
        return type(ours) is float and ours == theirs and math.copysign(1, ours) == math.copysign(1, theirs)
    return type(ours) is type(theirs) and bool(ours == theirs)


@given(answer=OBJECTS, token=OBJECTS, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]), mark=st.booleans())
def test_an_answer_is_what_pythons_own_reader_makes_of_it(
    call: Call, service: Service, answer: Any, token: Any, ascii_only: bool, indent: int | None, mark: bool
) -> None:
    text = json.dumps({**answer, "token": token}, ensure_ascii=ascii_only, indent=indent)
    service.answer_with(b"\xef\xbb\xbf" * mark + text.encode())
    for method, arguments in [("fetch_token", ("a", "u")), ("load_application", ("i",))]:
        ours = call(method, *arguments)
        assert same(ours, json.loads(text))
        assert ours == json.loads(text)
        assert json.dumps(ours) == json.dumps(json.loads(text))


@given(members=st.lists(st.tuples(st.sampled_from(["token", "a", "b"]), VALUES), max_size=6))
def test_of_a_name_that_is_sent_twice_the_last_value_counts(
    call: Call, service: Service, members: list[tuple[str, Any]]
) -> None:
    text = "{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in members) + "}"
    service.answer_with(text.encode())
    assert same(call("fetch_token", "a", "u"), json.loads(text))


@pytest.mark.parametrize("value", ["1e400", "-1e400", "1" * 310, r'"\ud800"', r'"\ude00\ud83d"', "NaN", "Infinity"])
def test_what_not_every_reader_of_json_reads_is_an_error(call: Call, service: Service, value: str) -> None:
    service.answer_with(f'{{"token":{{"a":{value}}}}}'.encode())
    with pytest.raises(DecodeError):
        call("fetch_token", "a", "u")


@given(token=OBJECTS)
def test_a_token_is_copied_pickled_and_written_as_the_dict_that_it_is(call: Call, service: Service, token: Any) -> None:
    text = json.dumps({"token": token})
    service.answer_with(text.encode())
    answer = call("fetch_token", "a", "u")
    assert type(answer["token"]) is OutboundToken
    copies = [copy.copy(answer), copy.deepcopy(answer), answer.copy()]
    copies += [pickle.loads(pickle.dumps(answer, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for twin in copies:
        assert (type(twin), type(twin["token"])) == (TokenResponse, OutboundToken)
        assert same(twin, json.loads(text))
        assert repr(twin) == repr(answer)
    assert json.dumps(answer) == text


@given(identifier=st.one_of(IDS, st.text(max_size=10)))
def test_an_id_of_any_text_stays_in_its_place(call: Call, service: Service, identifier: str) -> None:
    calls: dict[str, Callable[[], str]] = {
        "load_application": lambda: unquote(service.asked.path.removeprefix("/v1/mgmt/outbound/app/"), errors="strict"),
        "delete_token": lambda: dict(parse_qsl(service.asked.query, keep_blank_values=True))["id"],
        "list_apps_with_user_token": lambda: dict(parse_qsl(service.asked.query, keep_blank_values=True))["userId"],
        "delete_application": lambda: json.loads(service.asked.body)["id"],
    }
    for method, arrived in calls.items():
        service.answer_with(b"{}")
        changes_the_path = method == "load_application" and identifier in {".", ".."}
        if changes_the_path or not identifier or any(unicodedata.category(letter) == "Cs" for letter in identifier):
            with pytest.raises(AuthException, match="400"):
                call(method, identifier)
            assert service.last is None
        else:
            call(method, identifier)
            assert arrived() == identifier
            assert "#" not in service.asked.path + service.asked.query


@given(scopes=st.lists(TEXTS, max_size=6))
def test_any_iterable_of_texts_is_a_list_of_scopes(call: Call, service: Service, scopes: list[str]) -> None:
    service.answer_with(b'{"token":{}}')
    for given_scopes in [scopes, tuple(scopes), iter(scopes), (scope for scope in scopes)]:
        call("fetch_token_by_scopes", "a", "u", given_scopes)
        assert json.loads(service.asked.body)["scopes"] == scopes
    for given_scopes in [set(scopes), dict.fromkeys(scopes).keys()]:
        call("fetch_token_by_scopes", "a", "u", given_scopes)
        assert sorted(json.loads(service.asked.body)["scopes"]) == sorted(given_scopes)


@given(options=st.dictionaries(NAMES, SENT, max_size=5))
def test_options_arrive_as_they_were_given(call: Call, service: Service, options: dict[str, Any]) -> None:
    service.answer_with(b'{"token":{}}')
    call("fetch_token", "a", "u", "t", options)
    assert same(json.loads(service.asked.body)["options"], options)


@given(number=st.one_of(st.integers(min_value=2**64), st.integers(max_value=-(2**63) - 1)))
def test_a_whole_number_that_would_arrive_as_another_is_refused(call: Call, service: Service, number: int) -> None:
    service.answer_with(b"{}")
    with pytest.raises(AuthException, match="options must hold whole numbers of 64 bits"):
        call("fetch_token", "a", "u", None, {"number": number})
    assert service.last is None


@given(
    moment=st.datetimes(datetime(1975, 1, 1), datetime(5138, 11, 15)),
    offset=st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_a_moment_is_the_same_in_every_form(moment: datetime, offset: int) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=timezone.utc)
    seconds = moment.replace(microsecond=0)
    local = moment.astimezone(timezone(timedelta(minutes=offset)))
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)

    def read(expiry: object) -> datetime | None:
        return TokenResponse({"token": {"accessTokenExpiry": expiry}}).expires_at

    for text in [local.isoformat(), moment.isoformat(), moment.isoformat().replace("+00:00", "Z")]:
        assert read(text) == moment
    # What a number counts is told by its size: 10^11 s lie beyond the year 5138, and 10^11 ms before 1974.
    for expiry in [milliseconds // 1000, str(milliseconds // 1000), f" {milliseconds // 1000} "]:
        assert read(expiry) == seconds
    if milliseconds >= 10**11:
        assert read(milliseconds) == read(str(milliseconds)) == moment


@given(expiry=st.one_of(VALUES, st.text(max_size=20)))
def test_whatever_an_expiry_is_reading_it_never_fails(expiry: object) -> None:
    expires_at = TokenResponse({"token": {"accessTokenExpiry": expiry}}).expires_at
    assert expires_at is None or expires_at.tzinfo is timezone.utc
