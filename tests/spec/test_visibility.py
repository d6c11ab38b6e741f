"""Who is there for whoever asks: customers merged away, and whose customers may be seen"""

from __future__ import annotations

import pytest

from tests.spec.conftest import Filter, Members

EVERYONE: dict[str, object] = {"all": []}
MERGED = """
customers:
key
a
b
old
older
taggings:
customer | tag
a        | hobby/golf
old      | hobby/golf
older    | hobby/fishing
relations:
customer | other | kind
b        | old   | PARTNER
old      | a     | PARTNER
mergers:
customer | into
old      | a
older    | old
"""


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (EVERYONE, {"a", "b"}),
        ({"tags": {"dimension": "hobby", "anyOf": ["golf", "fishing"]}}, {"a"}),
        ({"not": {"tags": {"dimension": "hobby", "anyOf": ["golf"]}}}, {"b"}),
        ({"event": {"type": "visit", "atMost": 0}}, {"a", "b"}),
        ({"any": []}, set()),
    ],
)
async def test_a_customer_merged_into_another_is_no_customer_any_more(
    members: Members, filter_: dict[str, object], expected: set[str]
) -> None:
    assert await members(MERGED, filter_) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, set()),
        ({"distance": 2}, {"a", "b"}),
        ({"atMost": 0}, {"a", "b"}),
    ],
)
async def test_relations_lead_past_a_customer_merged_away_but_never_to_it(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(MERGED, {"related": fields}) == expected


CLOSED = """
taggings:
customer | tag         | since | until
a        | hobby/golf  | -9d   |
b        | hobby/golf  | -9d   |
c        | hobby/golf  | -9d   |
d        | hobby/golf  | -9d   | -1d
closed taggings:
customer | tag        | until
b        | hobby/golf | now
c        | hobby/golf | +1d
"""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"anyOf": ["golf"]}, {"a"}),
        ({"hasAny": False}, {"b", "c", "d"}),
        ({"anyOf": ["golf"], "taggedWithinDays": 30}, {"a"}),
    ],
)
async def test_a_closed_tagging_is_of_the_past(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(CLOSED, {"tags": {"dimension": "hobby", **fields}}) == expected


OWNED = """
customers:
key
nobody's
teams:
key     | parent
china   |
north   | china
beijing | north
japan   |
employees:
key  | team
li   | beijing
wang | north
sato | japan
free |
ownerships:
employee | customer | since
li       | a        | -100d
wang     | a        | -5d
sato     | b        | -5d
free     | c        | -100d
li       | d        | +1d
li       | gone     | -1d
taggings:
customer | tag
a        | hobby/golf
b        | hobby/golf
relations:
customer | other | kind
a        | b     | PARTNER
b        | c     | PARTNER
mergers:
customer | into
gone     | a
"""


def seen_by(*employees: str, teams: tuple[str, ...] = ()) -> Filter:
    """Return the scope of who sees the customers of some employees and teams, as roles have it."""
    owned = [{"owner": {"employees": [*employees]}}] if employees else []
    return {"any": [*owned, *([{"team": {"teams": [*teams]}}] if teams else [])]}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (None, {"a", "b", "c", "d", "nobody's"}),
        (seen_by("li"), {"a"}),
        (seen_by("wang", "free"), {"a", "c"}),
        (seen_by("somebody"), set()),
        (seen_by(), set()),
    ],
)
async def test_who_sees_the_customers_of_some_employees_sees_those_that_they_own_now(
    members: Members, scope: Filter | None, expected: set[str]
) -> None:
    assert await members(OWNED, EVERYONE, {}, scope) == expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (seen_by(teams=("china",)), {"a"}),
        (seen_by(teams=("beijing",)), {"a"}),
        (seen_by(teams=("japan", "north")), {"a", "b"}),
        (seen_by("free", teams=("japan",)), {"b", "c"}),
        (seen_by(teams=("somewhere",)), set()),
    ],
)
async def test_who_sees_the_customers_of_a_team_sees_those_of_the_teams_below_it_too(
    members: Members, scope: Filter, expected: set[str]
) -> None:
    assert await members(OWNED, EVERYONE, {}, scope) == expected


GOLFERS: dict[str, object] = {"tags": {"dimension": "hobby", "anyOf": ["golf"]}}


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (GOLFERS, {"b"}),
        ({"not": GOLFERS}, {"c"}),
        ({"all": []}, {"b", "c"}),
        ({"any": []}, set()),
        ({"not": {"not": GOLFERS}}, {"b"}),
        ({"segment": {"key": "golfers"}}, {"b"}),
    ],
)
async def test_not_is_the_rest_of_those_who_may_be_seen(
    members: Members, filter_: dict[str, object], expected: set[str]
) -> None:
    scope = seen_by("free", "sato")
    assert await members(OWNED, filter_, {"golfers": GOLFERS}, scope) == expected


@pytest.mark.parametrize(
    ("scope", "fields", "expected"),
    [
        (None, {}, {"a", "b", "c"}),
        (seen_by("li", "sato"), {}, {"a", "b"}),
        (seen_by("li", "free"), {}, set()),
        (seen_by("li", "free"), {"distance": 2}, set()),
        (seen_by("li", "free", "sato"), {"distance": 2, "atLeast": 2}, {"a", "b", "c"}),
        (seen_by("li", "free"), {"atMost": 0}, {"a", "c"}),
    ],
)
async def test_related_customers_out_of_sight_do_not_count_nor_do_relations_lead_past_them(
    members: Members, scope: Filter | None, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(OWNED, {"related": fields}, {}, scope) == expected


@pytest.mark.parametrize(
    ("scope", "filter_", "expected"),
    [
        (GOLFERS, EVERYONE, {"a", "b"}),
        ({"not": GOLFERS}, EVERYONE, {"c", "d", "nobody's"}),
        ({"not": GOLFERS}, GOLFERS, set()),
        (GOLFERS, {"not": {"owner": {"employees": ["li"]}}}, {"b"}),
        ({"related": {"where": GOLFERS}}, EVERYONE, {"a", "b", "c"}),
        ({"related": {"where": GOLFERS}}, {"related": {"where": {"not": GOLFERS}}}, {"b"}),
        ({"all": []}, GOLFERS, {"a", "b"}),
    ],
)
async def test_any_filter_can_say_who_is_seen_and_is_itself_asked_of_all(
    members: Members, scope: Filter, filter_: Filter, expected: set[str]
) -> None:
    assert await members(OWNED, filter_, {}, scope) == expected
