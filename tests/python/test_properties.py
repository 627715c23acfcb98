"""Properties that hold for any text, any JSON and any time, tested with generated examples."""

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
from canned_server import CannedResponse, Request, SteadyServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from descope_outbound import AuthException, DecodeError, DescopeClient, DescopeClientAsync, OutboundToken, TokenResponse

#: Every run has the same examples, so that a build fails only because of its changes. ``EXAMPLES`` tries others.
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
#: The JSON parser in Rust rejects numbers beyond a double and lone surrogates: see docs/deviations.md.
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
#: The values that `options` can hold: a whole number has at most 64 bits.
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
    """A server that keeps the last request and sends the next response."""

    def respond_with(self, body: bytes) -> None:
        """Send this body from now on, and drop the last request."""
        self.reaction = CannedResponse(body=body)
        self.last = None

    @property
    def last_request(self) -> Request:
        """The last request."""
        assert self.last is not None, "there was no request"
        return self.last


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


Call = Callable[..., Any]


@pytest.fixture(scope="module", params=["sync", "async"])
def call(request: pytest.FixtureRequest, service: Service) -> Iterator[Call]:
    """A function that calls a method of either client by its name."""
    settings: dict[str, Any] = {"management_key": "made-up-key", "base_url": service.url, "license_handshake": False}
    if request.param == "sync":
        with DescopeClient("Pmadeup", **settings) as client:
            yield lambda method, *given: getattr(client.mgmt.outbound_application, method)(*given)
        return
    client_async = DescopeClientAsync("Pmadeup", **settings)
    loop = asyncio.new_event_loop()
    run = loop.run_until_complete
    yield lambda method, *given: run(getattr(client_async.mgmt.outbound_application, method)(*given))
    run(client_async.aclose())
    loop.close()


def is_identical(actual: Any, expected: Any) -> bool:
    """Whether both have the same types, values, signs of zero and order of members."""
    if isinstance(expected, dict):
        return list(actual) == list(expected) and all(is_identical(actual[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(actual) == len(expected) and all(map(is_identical, actual, expected))
    if isinstance(expected, float):
        return type(actual) is float and actual == expected and math.copysign(1, actual) == math.copysign(1, expected)
    return type(actual) is type(expected) and bool(actual == expected)


@given(response=OBJECTS, token=OBJECTS, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]), mark=st.booleans())
def test_a_response_equals_the_result_of_pythons_json_parser(
    call: Call, service: Service, response: Any, token: Any, ascii_only: bool, indent: int | None, mark: bool
) -> None:
    text = json.dumps({**response, "token": token}, ensure_ascii=ascii_only, indent=indent)
    service.respond_with(b"\xef\xbb\xbf" * mark + text.encode())
    for method, arguments in [("fetch_token", ("a", "u")), ("load_application", ("i",))]:
        actual = call(method, *arguments)
        assert is_identical(actual, json.loads(text))
        assert actual == json.loads(text)
        assert json.dumps(actual) == json.dumps(json.loads(text))


@given(members=st.lists(st.tuples(st.sampled_from(["token", "a", "b"]), VALUES), max_size=6))
def test_the_last_value_of_a_duplicate_name_counts(
    call: Call, service: Service, members: list[tuple[str, Any]]
) -> None:
    text = "{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in members) + "}"
    service.respond_with(text.encode())
    assert is_identical(call("fetch_token", "a", "u"), json.loads(text))


@pytest.mark.parametrize("value", ["1e400", "-1e400", "1" * 310, r'"\ud800"', r'"\ude00\ud83d"', "NaN", "Infinity"])
def test_json_that_not_every_parser_accepts_raises(call: Call, service: Service, value: str) -> None:
    service.respond_with(f'{{"token":{{"a":{value}}}}}'.encode())
    with pytest.raises(DecodeError):
        call("fetch_token", "a", "u")


@given(token=OBJECTS)
def test_a_token_is_copied_pickled_and_dumped_like_a_dict(call: Call, service: Service, token: Any) -> None:
    text = json.dumps({"token": token})
    service.respond_with(text.encode())
    response = call("fetch_token", "a", "u")
    assert type(response["token"]) is OutboundToken
    copies = [copy.copy(response), copy.deepcopy(response), response.copy()]
    copies += [pickle.loads(pickle.dumps(response, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for twin in copies:
        assert (type(twin), type(twin["token"])) == (TokenResponse, OutboundToken)
        assert is_identical(twin, json.loads(text))
        assert repr(twin) == repr(response)
    assert json.dumps(response) == text


@given(identifier=st.one_of(IDS, st.text(max_size=10)))
def test_any_text_as_an_id_stays_in_its_part_of_the_request(call: Call, service: Service, identifier: str) -> None:
    calls: dict[str, Callable[[], str]] = {
        "load_application": lambda: unquote(
            service.last_request.path.removeprefix("/v1/mgmt/outbound/app/"), errors="strict"
        ),
        "delete_token": lambda: dict(parse_qsl(service.last_request.query, keep_blank_values=True))["id"],
        "list_apps_with_user_token": lambda: dict(parse_qsl(service.last_request.query, keep_blank_values=True))[
            "userId"
        ],
        "delete_application": lambda: json.loads(service.last_request.body)["id"],
    }
    for method, arrived in calls.items():
        service.respond_with(b"{}")
        changes_the_path = method == "load_application" and identifier in {".", ".."}
        if changes_the_path or not identifier or any(unicodedata.category(letter) == "Cs" for letter in identifier):
            with pytest.raises(AuthException, match="400"):
                call(method, identifier)
            assert service.last is None
        else:
            call(method, identifier)
            assert arrived() == identifier
            assert "#" not in service.last_request.path + service.last_request.query


@given(scopes=st.lists(TEXTS, max_size=6))
def test_any_iterable_of_texts_is_accepted_as_scopes(call: Call, service: Service, scopes: list[str]) -> None:
    service.respond_with(b'{"token":{}}')
    for given_scopes in [scopes, tuple(scopes), iter(scopes), (scope for scope in scopes)]:
        call("fetch_token_by_scopes", "a", "u", given_scopes)
        assert json.loads(service.last_request.body)["scopes"] == scopes
    for given_scopes in [set(scopes), dict.fromkeys(scopes).keys()]:
        call("fetch_token_by_scopes", "a", "u", given_scopes)
        assert sorted(json.loads(service.last_request.body)["scopes"]) == sorted(given_scopes)


@given(options=st.dictionaries(NAMES, SENT, max_size=5))
def test_options_of_any_json_are_sent_as_given(call: Call, service: Service, options: dict[str, Any]) -> None:
    service.respond_with(b'{"token":{}}')
    call("fetch_token", "a", "u", "t", options)
    assert is_identical(json.loads(service.last_request.body)["options"], options)


@given(number=st.one_of(st.integers(min_value=2**64), st.integers(max_value=-(2**63) - 1)))
def test_a_whole_number_that_would_lose_digits_is_rejected(call: Call, service: Service, number: int) -> None:
    service.respond_with(b"{}")
    with pytest.raises(AuthException, match="options must hold whole numbers of 64 bits"):
        call("fetch_token", "a", "u", None, {"number": number})
    assert service.last is None


@given(
    moment=st.datetimes(datetime(1975, 1, 1), datetime(5138, 11, 15)),
    offset=st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_every_form_of_a_time_is_parsed_to_the_same_time(moment: datetime, offset: int) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=timezone.utc)
    seconds = moment.replace(microsecond=0)
    local = moment.astimezone(timezone(timedelta(minutes=offset)))
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)

    def read(expiry: object) -> datetime | None:
        return TokenResponse({"token": {"accessTokenExpiry": expiry}}).expires_at

    for text in [local.isoformat(), moment.isoformat(), moment.isoformat().replace("+00:00", "Z")]:
        assert read(text) == moment
    # The size of a number says whether it counts seconds: 10^11 s lie beyond the year 5138, and 10^11 ms before 1974.
    for expiry in [milliseconds // 1000, str(milliseconds // 1000), f" {milliseconds // 1000} "]:
        assert read(expiry) == seconds
    if milliseconds >= 10**11:
        assert read(milliseconds) == read(str(milliseconds)) == moment


@given(expiry=st.one_of(VALUES, st.text(max_size=20)))
def test_parsing_an_expiry_never_fails(expiry: object) -> None:
    expires_at = TokenResponse({"token": {"accessTokenExpiry": expiry}}).expires_at
    assert expires_at is None or expires_at.tzinfo is timezone.utc
