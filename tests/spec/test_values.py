"""Conditions on attributes and metrics."""

from __future__ import annotations

import pytest

from tests.spec.conftest import Members

COMPANIES = """
customers:
key  | attributes.employees | attributes.slogan | attributes.founded | attributes.listed
a    | 10                   | 美是最重要的      | 2026-03-01         | true
b    | 50                   | Beauty first      | 2026-02-01         | false
c    | 50.5                 | beauty            | 2020-02-29         | true
d    |                      |                   |                    |
next | 0                    | .*                | 2026-03-02         | false
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"eq": 50}, {"b"}),
        ({"ne": 50}, {"a", "c", "next"}),
        ({"in": [10, 50.5]}, {"a", "c"}),
        ({"lt": 50}, {"a", "next"}),
        ({"lte": 50}, {"a", "b", "next"}),
        ({"gt": 50}, {"c"}),
        ({"gte": 50}, {"b", "c"}),
        ({"between": [10, 50]}, {"a", "b"}),
        ({"gte": 10, "lt": 50}, {"a"}),
    ],
)
async def test_numbers_compare_and_a_missing_one_never_matches(
    members: Members, test: dict[str, object], expected: set[str]
) -> None:
    assert await members(COMPANIES, {"attribute": {"key": "employees", "number": test}}) == expected


async def test_not_turns_a_missing_value_into_a_match(members: Members) -> None:
    filter_ = {"not": {"attribute": {"key": "employees", "number": {"gte": 50}}}}
    assert await members(COMPANIES, filter_) == {"a", "d", "next"}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"eq": "beauty"}, {"c"}),
        ({"ne": "beauty"}, {"a", "b", "next"}),
        ({"in": ["beauty", "美是最重要的"]}, {"a", "c"}),
        ({"contains": "eauty"}, {"b", "c"}),
        ({"contains": "重要"}, {"a"}),
        ({"contains": ".*"}, {"next"}),
        ({"startsWith": "B"}, {"b"}),
        ({"startsWith": "Beauty "}, {"b"}),
        ({"startsWith": "Be "}, set()),
        ({"contains": " "}, {"b"}),
        ({"contains": "uty "}, {"b"}),
    ],
)
async def test_strings_compare_letter_by_letter_with_case(
    members: Members, test: dict[str, object], expected: set[str]
) -> None:
    assert await members(COMPANIES, {"attribute": {"key": "slogan", "text": test}}) == expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"eq": "2026-02-01"}, {"b"}),
        ({"ne": "2026-02-01"}, {"a", "c", "next"}),
        ({"lt": "2026-02-01"}, {"c"}),
        ({"lte": "2026-02-01"}, {"b", "c"}),
        ({"gt": "2026-03-01"}, {"next"}),
        ({"gte": "2026-03-01"}, {"a", "next"}),
        ({"between": ["2026-02-01", "2026-03-01"]}, {"a", "b"}),
        ({"inLastDays": 1}, {"a"}),
        ({"inLastDays": 28}, {"a"}),
        ({"inLastDays": 29}, {"a", "b"}),
        ({"inNextDays": 1}, {"next"}),
    ],
)
async def test_dates_compare_by_day_and_today_is_the_last_of_the_last_days(
    members: Members, test: dict[str, object], expected: set[str]
) -> None:
    assert await members(COMPANIES, {"attribute": {"key": "founded", "date": test}}) == expected


@pytest.mark.parametrize(("value", "expected"), [(True, {"a", "c"}), (False, {"b", "next"})])
async def test_booleans_compare_and_a_missing_one_is_neither(
    members: Members, value: bool, expected: set[str]
) -> None:
    filter_ = {"attribute": {"key": "listed", "boolean": {"eq": value}}}
    assert await members(COMPANIES, filter_) == expected


@pytest.mark.parametrize(("exists", "expected"), [(True, {"a", "b", "c", "next"}), (False, {"d"})])
async def test_exists_tells_a_missing_attribute_from_any_value(
    members: Members, exists: bool, expected: set[str]
) -> None:
    for key in ("employees", "slogan", "founded", "listed"):
        assert await members(COMPANIES, {"attribute": {"key": key, "exists": exists}}) == expected


SCORES = """
metrics:
customer | key   | value
low      | score | -1.5
zero     | score | 0
high     | score | 9.25
customers:
key
none
"""


async def test_a_metric_compares_like_a_number(members: Members) -> None:
    filter_ = {"metric": {"key": "score", "number": {"gte": 0}}}
    assert await members(SCORES, filter_) == {"zero", "high"}


@pytest.mark.parametrize(
    ("exists", "expected"), [(True, {"low", "zero", "high"}), (False, {"none"})]
)
async def test_exists_tells_a_metric_of_zero_from_none(
    members: Members, exists: bool, expected: set[str]
) -> None:
    assert await members(SCORES, {"metric": {"key": "score", "exists": exists}}) == expected


LOOK_ALIKE = """
customers:
key | attributes.slogan
a   | Caf\u00e9 cr\u00e8me
b   | Cafe\u0301\u00a0cre\u0300me
c   | Caf\u00e9\u200b cr\u00e8me\ufeff
d   | Cafe creme
"""


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        ("eq", "Cafe\u0301 cr\u00e8me"),
        ("contains", "\u00e9\u202fcre\u0300"),
        ("startsWith", "Ca\u00adfe\u0301"),
    ],
)
async def test_texts_that_look_the_same_are_the_same(
    members: Members, operator: str, text: str
) -> None:
    filter_ = {"attribute": {"key": "slogan", "text": {operator: text}}}
    assert await members(LOOK_ALIKE, filter_) == {"a", "b", "c"}
