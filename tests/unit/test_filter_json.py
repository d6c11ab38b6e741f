"""The JSON form of filters: what is accepted, what is refused, and how it says so."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from profilegraph.errors import InvalidFilter
from profilegraph.language.codec import (
    MAX_DEPTH,
    MAX_LEAVES,
    decode,
    decode_text,
    encode,
    json_schema,
)

VISIT: dict[str, Any] = {"event": {"type": "visit"}}
GOOD: list[dict[str, Any]] = [
    {"all": []},
    {"any": [VISIT, {"not": VISIT}]},
    {"tags": {"dimension": "size", "anyOf": ["small"], "minConfidence": 0.5, "source": "MODEL"}},
    {"attribute": {"key": "founded", "date": {"between": ["2020-01-01", "2021-01-01"]}}},
    {"attribute": {"key": "listed", "boolean": {"eq": False}}},
    {"metric": {"key": "score", "number": {"in": [1.0, 2.5]}}},
    {"event": {"type": "visit", "atLeast": 2, "window": {"since": "2026-01-01T00:00:00+00:00"}}},
    {
        "people": {
            "atMost": 0,
            "where": {"department": {"functions": ["IT"]}, "did": {"type": "visit"}},
        }
    },
    {"event": {"type": "visit", "channels": ["web"], "content": {"contains": "x"}}},
    {"eventTotal": {"type": "visit", "total": {"gte": 10.5}}},
    {
        "stopped": {
            "type": "visit",
            "atLeast": 2,
            "did": {"until": "2026-01-01T00:00:00+00:00"},
            "didNot": {"lastDays": 30},
        }
    },
    {"sequence": {"first": {"type": "visit"}, "then": {"type": "visit"}, "withinDays": 3}},
    {"people": {"where": {"takesPartIn": {"roles": ["USER"], "where": {"outcomes": ["WON"]}}}}},
    {"opportunity": {"atLeast": 1, "where": {"closeDate": {"inNextDays": 7}}}},
    {"followUp": {"kinds": ["CALL"], "employees": ["li"]}},
    {"channel": {"channels": ["ads"], "exact": True}},
    {"owner": {"atMost": 0}},
    {"team": {"teams": ["north"]}},
    {"consent": {"granted": False, "purposes": ["email"]}},
    {"cohort": {"salt": "spring", "from": 0.2, "to": 0.4}},
    {"related": {"kinds": ["PARENT"], "distance": 2, "where": {"not": VISIT}}},
    {"segment": {"key": "good ones"}},
    {"attribute": {"key": "slogan", "text": {"contains": " & ", "startsWith": "A "}}},
]
BAD: list[tuple[Any, str]] = [
    (None, "exactly one key"),
    ({}, "exactly one key"),
    ({"all": [], "any": []}, "exactly one key"),
    ({"every": []}, "there is no condition 'every'"),
    ({"all": VISIT}, "filter.all: a list"),
    ({"all": [VISIT, {"event": {}}]}, r"filter.all\[1\].event.type: it is missing"),
    ({"event": {"type": "visit", "atleast": 1}}, "event.atleast"),
    ({"event": {"type": "visit", "atLeast": -1}}, "atLeast"),
    ({"event": {"type": "visit", "atLeast": 2, "atMost": 1}}, "atMost must not be less"),
    ({"event": {"type": "visit", "window": {}}}, "at least one of lastDays, since, until"),
    ({"event": {"type": "visit", "window": {"since": "2026-01-01T00:00:00"}}}, "time zone"),
    ({"tags": {"dimension": "size"}}, "say which tags"),
    ({"tags": {"dimension": "size", "anyOf": []}}, "anyOf: List should have at least 1 item"),
    ({"tags": {"dimension": "size", "hasAny": True, "weekday": 8}}, "weekday"),
    ({"tags": {"dimension": "Size", "hasAny": True}}, "dimension"),
    ({"attribute": {"key": "a"}}, "exactly one of"),
    ({"attribute": {"key": "a", "exists": True, "boolean": {"eq": True}}}, "exactly one of"),
    ({"attribute": {"key": "a", "number": {"eq": float("nan")}}}, "finite"),
    ({"metric": {"key": "m", "number": {"between": [2, 1]}}}, "must not be greater"),
    ({"people": {"where": {"roles": ["KING"]}}}, "roles"),
    ({"eventTotal": {"type": "visit"}}, "filter.eventTotal.total: "),
    ({"stopped": {"type": "visit", "atLeast": 0}}, "atLeast"),
    ({"sequence": {"first": {}, "then": {"type": "visit"}, "withinDays": 3}}, "first.type"),
    ({"sequence": {"first": VISIT["event"] | {"atLeast": 2}}}, "first.atLeast"),
    ({"cohort": {"salt": "a", "from": 0.5, "to": 0.5}}, "greater than"),
    ({"related": {"distance": 6}}, "distance"),
    ({"related": {"where": {"event": {}}}}, "filter.related.where.event.type"),
    ({"related": {"where": None}}, "filter.related.where: a condition is an object"),
    ({"related": [VISIT]}, "filter.related"),
    ({"segment": {"key": ""}}, "filter.segment.key"),
]


@pytest.mark.parametrize("filter_", GOOD, ids=str)
def test_a_filter_is_the_same_after_reading_and_writing(filter_: dict[str, Any]) -> None:
    assert encode(decode(filter_)) == filter_


@pytest.mark.parametrize(("filter_", "reason"), BAD, ids=str)
def test_a_filter_that_is_none_is_refused_with_place_and_reason(filter_: Any, reason: str) -> None:
    with pytest.raises(InvalidFilter, match=reason) as caught:
        decode(filter_)
    assert str(caught.value).startswith("filter")


def nested(depth: int) -> dict[str, Any]:
    return VISIT if depth == 1 else {"not": nested(depth - 1)}


def test_a_filter_may_be_eight_levels_deep_and_no_deeper() -> None:
    decode(nested(MAX_DEPTH))
    with pytest.raises(InvalidFilter, match="8 levels"):
        decode(nested(MAX_DEPTH + 1))


def test_the_filter_of_related_customers_counts_towards_the_limits() -> None:
    inner: dict[str, Any] = VISIT
    for _ in range(MAX_DEPTH - 1):
        inner = {"related": {"where": inner}}
    decode(inner)
    with pytest.raises(InvalidFilter, match="8 levels"):
        decode({"related": {"where": inner}})
    decode({"related": {"where": {"all": [VISIT] * (MAX_LEAVES - 1)}}})
    with pytest.raises(InvalidFilter, match="101 conditions"):
        decode({"related": {"where": {"all": [VISIT] * MAX_LEAVES}}})


def test_a_filter_may_have_a_hundred_conditions_and_no_more() -> None:
    decode({"all": [VISIT] * MAX_LEAVES})
    with pytest.raises(InvalidFilter, match="101 conditions; at most 100"):
        decode({"all": [VISIT] * (MAX_LEAVES + 1)})


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "9" * 5_000])
def test_a_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilter, match="not JSON"):
        decode_text(text)


def test_the_published_schema_accepts_good_filters_and_refuses_malformed_ones() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for filter_ in GOOD:
        assert validator.is_valid(filter_), filter_
    for filter_, _ in BAD[:7]:
        assert not validator.is_valid(filter_), filter_
