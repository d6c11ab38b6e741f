"""Conditions on tags."""

from __future__ import annotations

import pytest

from tests.spec.conftest import Members

REGIONS = """
taggings:
customer | tag
hz       | region/hangzhou
zj       | region/zhejiang
cn       | region/china
jp       | region/japan
both     | region/hangzhou
both     | region/japan
customers:
key
none
"""


def tags(dimension: str, **fields: object) -> dict[str, object]:
    return {"tags": {"dimension": dimension, **fields}}


async def test_any_of_keeps_customers_with_at_least_one_of_the_tags(members: Members) -> None:
    assert await members(REGIONS, tags("region", anyOf=["hangzhou", "japan"])) == {
        "hz",
        "jp",
        "both",
    }


async def test_a_wider_tag_includes_those_below_it(members: Members) -> None:
    assert await members(REGIONS, tags("region", anyOf=["china"])) == {"hz", "zj", "cn", "both"}


async def test_exact_asks_for_the_tag_itself(members: Members) -> None:
    assert await members(REGIONS, tags("region", anyOf=["china"], exact=True)) == {"cn"}


async def test_all_of_needs_each_of_the_tags_or_one_below_it(members: Members) -> None:
    assert await members(REGIONS, tags("region", allOf=["china", "japan"])) == {"both"}


async def test_none_of_keeps_customers_without_the_tags_also_those_without_any(
    members: Members,
) -> None:
    assert await members(REGIONS, tags("region", noneOf=["zhejiang"])) == {"cn", "jp", "none"}


async def test_has_any_keeps_customers_with_some_tag_of_the_dimension(members: Members) -> None:
    assert await members(REGIONS, tags("region", hasAny=True)) == {"hz", "zj", "cn", "jp", "both"}


async def test_has_any_false_keeps_customers_with_no_tag_of_the_dimension(members: Members) -> None:
    assert await members(REGIONS, tags("region", hasAny=False)) == {"none"}


async def test_all_fields_of_one_condition_must_hold_together(members: Members) -> None:
    filter_ = tags("region", anyOf=["china"], noneOf=["japan"])
    assert await members(REGIONS, filter_) == {"hz", "zj", "cn"}


SIZES = """
taggings:
customer | tag
s        | size/small
m        | size/medium
l        | size/large
customers:
key
unknown
"""


async def test_gte_in_an_ordered_dimension_includes_the_tag_and_those_above(
    members: Members,
) -> None:
    assert await members(SIZES, tags("size", gte="medium")) == {"m", "l"}


async def test_lte_in_an_ordered_dimension_includes_the_tag_and_those_below(
    members: Members,
) -> None:
    assert await members(SIZES, tags("size", lte="medium")) == {"s", "m"}


async def test_gte_and_lte_together_are_a_range(members: Members) -> None:
    assert await members(SIZES, tags("size", gte="medium", lte="medium")) == {"m"}


HOBBIES = """
taggings:
customer  | tag           | since | until | confidence | weight | source | weekdays
plain     | hobby/fishing | -50d  |       | 0.5        | 0.2    | MANUAL |
sure      | hobby/fishing | -50d  |       | 0.9        | 0.2    | IMPORT |
heavy     | hobby/fishing | -50d  |       | 0.5        | 0.8    | MODEL  |
saturday  | hobby/fishing | -50d  |       | 0.5        | 0.2    | RULE   | 2,4,6
fresh     | hobby/fishing | -3d   |       | 0.5        | 0.2    | MANUAL |
edge      | hobby/fishing | -7d   |       | 0.5        | 0.2    | MANUAL |
over      | hobby/fishing | -50d  | -1d   | 1          | 1      | MANUAL | 6
ends_now  | hobby/fishing | -50d  | now   | 1          | 1      | MANUAL | 6
lasts     | hobby/fishing | -50d  | +1s   | 0.5        | 0.2    | MANUAL |
future    | hobby/fishing | +1d   |       | 1          | 1      | MANUAL | 6
"""
CURRENT = {"plain", "sure", "heavy", "saturday", "fresh", "edge", "lasts"}


async def test_only_taggings_that_hold_at_now_count(members: Members) -> None:
    assert await members(HOBBIES, tags("hobby", anyOf=["fishing"])) == CURRENT


async def test_a_tag_that_is_over_counts_as_not_there(members: Members) -> None:
    assert await members(HOBBIES, tags("hobby", noneOf=["fishing"])) == {
        "over",
        "ends_now",
        "future",
    }


@pytest.mark.parametrize(
    ("qualifier", "value", "expected"),
    [
        ("minConfidence", 0.9, {"sure"}),
        ("minWeight", 0.8, {"heavy"}),
        ("source", "IMPORT", {"sure"}),
        ("source", "MODEL", {"heavy"}),
        ("weekday", 6, {"saturday"}),
        ("weekday", 1, set()),
    ],
)
async def test_a_qualifier_must_hold_of_the_tagging_itself(
    members: Members, qualifier: str, value: object, expected: set[str]
) -> None:
    assert (
        await members(HOBBIES, tags("hobby", anyOf=["fishing"], **{qualifier: value})) == expected
    )


async def test_tagged_within_days_counts_from_now_and_excludes_the_far_edge(
    members: Members,
) -> None:
    assert await members(HOBBIES, tags("hobby", anyOf=["fishing"], taggedWithinDays=7)) == {"fresh"}


async def test_none_of_with_a_qualifier_refuses_only_such_taggings(members: Members) -> None:
    found = await members(HOBBIES, tags("hobby", noneOf=["fishing"], minConfidence=0.9))
    assert "sure" not in found
    assert "plain" in found
