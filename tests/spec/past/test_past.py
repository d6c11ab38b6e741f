"""The past is answered as it was then, whatever was written since; each table at its moment."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import pytest

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.errors import InvalidInput, NoHistory
from profilegraph.language.codec import decode
from profilegraph.language.facts import Past
from profilegraph.language.history import as_of, require_history
from profilegraph.language.saved_filters import NO_SEGMENTS
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.records.writing import untag
from tests.conftest import NOW
from tests.property.worlds_as_facts import scope_of
from tests.spec.conftest import CONTEXT, OF_THE_PAST, Filter, library_of
from tests.support.worlds import World, add_world, load_only, load_world, moment, parse_world

FISHING: Filter = {"tags": {"dimension": "hobby", "anyOf": ["fishing"]}}


class Told(Protocol):
    """Asks who matched at a moment, of what was written at several."""

    def __call__(
        self, tables: Mapping[str, str], filter_: Filter, at: str, /, scope: Filter | None = None
    ) -> Awaitable[set[str]]: ...


@pytest.fixture(params=OF_THE_PAST)
async def told(request: pytest.FixtureRequest, migrated: Database, catalogue: Catalogue) -> Told:
    """Who matched at a moment, by one evaluator."""
    evaluate = OF_THE_PAST[request.param]
    await load_only(migrated, catalogue.taxonomies)

    async def ask(
        tables: Mapping[str, str], filter_: Filter, at: str, /, scope: Filter | None = None
    ) -> set[str]:
        await load_world(migrated, World((), {}), NOW)
        for when, text in tables.items():
            now = moment(when, NOW)
            if text.startswith("untag "):
                await remove(migrated, text, now)
            elif text.startswith("merge "):
                await merge(migrated, text, now)
            else:
                await add_world(migrated, parse_world(text, now), now)
        then = moment(at, NOW)
        context = replace(CONTEXT, now=then, today=then.date(), present=NOW)
        seen = None if scope is None else decode(scope)
        context = replace(context, scope=scope_of(seen, catalogue, context))
        require_history(decode(filter_), NO_SEGMENTS)
        return await evaluate(migrated, catalogue, decode(filter_), context)

    return ask


async def remove(database: Database, text: str, now: datetime) -> None:
    _, customer, tag = text.split()

    async def work(transaction: Transaction) -> int:
        return await untag(transaction, [(customer, tag)], now)

    assert await database.write(work) == 1


async def merge(database: Database, text: str, now: datetime) -> None:
    _, one, other = text.split()

    async def work(transaction: Transaction) -> None:
        await transaction.run(
            "MATCH (a:Customer {key: $one}), (b:Customer {key: $other})"
            " CREATE (a)-[:MERGED_INTO {at: $at}]->(b)",
            {"one": one, "other": other, "at": now},
        )

    await database.write(work)


def tagged(customer: str, tag: str, since: str = "now", **fields: str) -> str:
    header, row = (
        " | ".join(["customer", "tag", "since", *fields]),
        " | ".join([customer, tag, since, *fields.values()]),
    )
    return f"taggings:\n{header}\n{row}"


TAGS = {
    "-30d": "customers:\nkey\na\nb\nc",
    "-20d": tagged("a", "hobby/fishing"),
    "-10d": "untag a hobby/fishing",
    "-5d": "customers:\nkey\nd",
    "-4d": tagged("d", "hobby/fishing", since="-20d"),
}


@pytest.mark.parametrize(
    ("at", "expected"),
    [("-21d", set()), ("-20d", {"a"}), ("-11d", {"a"}), ("-10d", set()), ("-1d", {"d"})],
)
async def test_a_tag_counts_from_when_it_was_given_until_it_was_taken_away(
    told: Told, at: str, expected: set[str]
) -> None:
    assert await told(TAGS, FISHING, at) == expected


@pytest.mark.parametrize(
    ("at", "expected"), [("-40d", set()), ("-7d", {"a", "b", "c"}), ("-1d", {"a", "b", "c", "d"})]
)
async def test_everyone_is_everyone_who_was_there(told: Told, at: str, expected: set[str]) -> None:
    assert await told(TAGS, {"all": []}, at) == expected


async def test_none_of_is_asked_of_those_who_were_there(told: Told) -> None:
    assert await told(TAGS, {"not": FISHING}, "-7d") == {"a", "b", "c"}
    assert await told(TAGS, {"not": FISHING}, "-15d") == {"b", "c"}


async def test_who_was_merged_into_another_later_was_still_there(told: Told) -> None:
    merged = {"-30d": "customers:\nkey\na\nb", "-10d": "merge a b"}
    assert await told(merged, {"all": []}, "-11d") == {"a", "b"}
    assert await told(merged, {"all": []}, "-10d") == {"b"}


async def test_of_the_past_those_are_seen_who_may_be_seen_today(told: Told) -> None:
    owned = {
        "-30d": "customers:\nkey\na\nb\nemployees:\nkey\nli\nwang",
        "-5d": "ownerships:\nemployee | customer | since\nli | a | -5d\nwang | b | -30d",
    }
    scope: Filter = {"owner": {"employees": ["li"]}}
    assert await told(owned, {"all": []}, "-10d", scope=scope) == {"a"}


SIZES = {
    "-30d": tagged("a", "size/small"),
    "-20d": tagged("a", "size/large"),
}


@pytest.mark.parametrize(("at", "size"), [("-21d", "small"), ("-19d", "large")])
async def test_a_tag_of_a_single_dimension_gave_way_to_the_next(
    told: Told, at: str, size: str
) -> None:
    found = {
        name: await told(SIZES, {"tags": {"dimension": "size", "anyOf": [name]}}, at)
        for name in ("small", "large")
    }
    assert {name for name, members in found.items() if members} == {size}


WORDS = {
    "-30d": tagged("a", "hobby/fishing", confidence="0.2", source="MANUAL"),
    "-20d": tagged("a", "hobby/fishing", confidence="0.9", source="MODEL"),
    "-10d": tagged("a", "hobby/fishing", since="-30d", confidence="0.5", source="RULE"),
    "-5d": "untag a hobby/fishing",
}


@pytest.mark.parametrize(
    ("at", "confidence", "source"),
    [("-25d", 0.2, "MANUAL"), ("-20d", 0.9, "MODEL"), ("-11d", 0.9, "MODEL"), ("-6d", 0.5, "RULE")],
)
async def test_a_tagging_was_as_its_last_word_by_then_said(
    told: Told, at: str, confidence: float, source: str
) -> None:
    async def at_least(share: float) -> set[str]:
        asked = {**FISHING["tags"], "minConfidence": share}
        return await told(WORDS, {"tags": asked}, at)

    assert await at_least(confidence) == {"a"}
    assert await at_least(confidence + 0.1) == set()
    assert await told(WORDS, {"tags": {**FISHING["tags"], "source": source}}, at) == {"a"}


async def test_a_tagging_goes_on_from_its_first_day_whatever_is_said_again(told: Told) -> None:
    fresh = {"tags": {**FISHING["tags"], "taggedWithinDays": 5}}
    assert await told(WORDS, fresh, "-26d") == {"a"}
    assert await told(WORDS, fresh, "-19d") == set()


SALES = {
    "-30d": "opportunities:\nkey | customer | stage | amount\no | a | proposal | 100",
    "-20d": "opportunities:\nkey | customer | stage | amount\no | a | contract | 80",
    "-10d": "opportunities:\nkey | customer | outcome | reason\no | a | LOST | too dear",
}


@pytest.mark.parametrize(
    ("where", "before", "between", "after"),
    [
        ({}, {"a"}, {"a"}, {"a"}),
        ({"stages": ["proposal"]}, {"a"}, set(), set()),
        ({"stages": ["contract"]}, set(), {"a"}, {"a"}),
        ({"amount": {"gte": 100}}, {"a"}, set(), set()),
        ({"outcomes": ["OPEN"]}, {"a"}, {"a"}, set()),
        ({"reason": {"contains": "dear"}}, set(), set(), {"a"}),
    ],
)
async def test_an_opportunity_was_as_far_as_it_was_then(
    told: Told, where: Filter, before: set[str], between: set[str], after: set[str]
) -> None:
    asked = {"opportunity": {"where": where}}
    found = [await told(SALES, asked, at) for at in ("-31d", "-25d", "-20d", "-9d")]
    assert found == [set(), before, between, after]


PEOPLE = {
    "-30d": """
departments:
key | customer | name | function | parent
it  | a        | IT   | IT       |
ops | a        | Ops  | OTHER    | it
decision_makers:
key | customer | title | role | influence | stance | department | reports_to
boss | a       | CEO   | DECIDER | 0.9    | 0      |            |
p   | a        | Clerk | USER | 0.1       | -1     | ops        | boss
""",
    "-20d": """
departments:
key | customer | function | parent
hq  | a        | MANAGEMENT |
ops | a        | FINANCE  | hq
fin | a        | FINANCE  |
decision_makers:
key | customer | title | role    | influence | stance
p   | a        | CFO   | CHAMPION | 0.8      | 1
""",
    "-10d": """
decision_makers:
key | customer | department | reports_to
q   | a        |            |
r   | a        |            |
p   | a        | fin        | q
q   | a        |            | r
""",
}
PERSON_THEN: list[tuple[Filter, bool, bool, bool]] = [
    ({"roles": ["USER"]}, True, False, False),
    ({"roles": ["CHAMPION"]}, False, True, True),
    ({"title": {"eq": "CFO"}}, False, True, True),
    ({"influence": {"between": [0.1, 0.2]}}, True, False, False),
    ({"stance": {"lt": 0}}, True, False, False),
    ({"roles": ["USER", "CHAMPION"], "department": {"functions": ["IT"]}}, True, False, False),
    ({"department": {"functions": ["OTHER"], "exact": True}}, True, False, False),
    ({"department": {"functions": ["FINANCE"], "exact": True}}, False, True, True),
    ({"department": {"name": {"eq": "Ops"}}}, True, True, False),
    ({"chainDepth": {"eq": 1}}, True, True, True),
    ({"chainDepth": {"eq": 2}}, False, False, True),
    ({"roles": ["CHAMPION"], "chainDepth": {"eq": 2}}, False, False, True),
]


@pytest.mark.parametrize(("where", "before", "between", "after"), PERSON_THEN)
async def test_a_person_was_who_it_was_then(
    told: Told, where: Filter, before: bool, between: bool, after: bool
) -> None:
    asked = {"people": {"where": where}}
    found = [bool(await told(PEOPLE, asked, at)) for at in ("-31d", "-30d", "-20d", "-9d")]
    assert found == [False, before, between, after]


async def test_people_were_as_many_as_were_known_then(told: Told) -> None:
    two = {"people": {"atLeast": 2, "atMost": 2}}
    assert await told(PEOPLE, two, "-15d") == {"a"}
    assert await told(PEOPLE, two, "-9d") == set()
    assert await told(PEOPLE, {"people": {"atMost": 0}}, "-30d") == set()


PARTS = {
    "-30d": """
decision_makers:
key | customer
p   | a
opportunities:
key | customer | stage
o   | a        | proposal
participations:
person | opportunity | role
p      | o           | USER
""",
    "-20d": "participations:\nperson | opportunity | role\np | o | DECIDER",
    "-10d": "opportunities:\nkey | customer | stage\no | a | contract",
}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"roles": ["USER"]}, [True, False, False]),
        ({"roles": ["DECIDER"]}, [False, True, True]),
        ({"where": {"stages": ["proposal"]}}, [True, True, False]),
        ({"roles": ["DECIDER"], "where": {"stages": ["contract"]}}, [False, False, True]),
    ],
)
async def test_a_person_took_part_as_it_did_then(
    told: Told, part: Filter, expected: list[bool]
) -> None:
    asked = {"people": {"where": {"takesPartIn": part}}}
    found = [bool(await told(PARTS, asked, at)) for at in ("-30d", "-20d", "-9d")]
    assert found == expected


DATED = {
    "-30d": """
customers:
key
a
decision_makers:
key | customer
p   | a
channels:
key
ads
""",
    "-1d": """
events:
key | customer | type  | at   | person
1   | a        | visit | -19d | p
follow_ups:
key | customer | kind | at
1   | a        | CALL | -19d
arrivals:
customer | channel | at
a        | ads     | -19d
consents:
key | customer | purpose | granted | at
1   | a        | email   | true    | -24d
2   | a        | email   | false   | -9d
""",
}


@pytest.mark.parametrize(
    "filter_",
    [
        {"event": {"type": "visit"}},
        {"people": {"where": {"did": {"type": "visit"}}}},
        {"followUp": {"kinds": ["CALL"]}},
        {"channel": {"channels": ["ads"], "exact": True}},
        {"channel": {}},
    ],
)
async def test_what_happened_counts_from_when_it_did(told: Told, filter_: Filter) -> None:
    assert await told(DATED, filter_, "-21d") == set()
    assert await told(DATED, filter_, "-19d") == {"a"}


async def test_the_word_that_counted_then_is_the_latest_one_by_then(told: Told) -> None:
    allowed = {"consent": {"purposes": ["email"]}}
    assert await told(DATED, allowed, "-26d") == set()
    assert await told(DATED, allowed, "-15d") == {"a"}
    assert await told(DATED, allowed, "-9d") == set()


@pytest.mark.parametrize(
    ("filter_", "place", "reason"),
    [
        ({"attribute": {"key": "listed", "exists": True}}, "attribute", "present value"),
        ({"metric": {"key": "score", "exists": True}}, "metric", "computed last"),
        ({"owner": {}}, "owner", "owners"),
        ({"team": {}}, "team", "owners"),
        ({"related": {}}, "related", "no dates"),
        ({"channel": {"channels": ["ads"]}}, "channel", "exact"),
        ({"any": [FISHING, {"not": {"owner": {}}}]}, r"any\[1\]\.not\.owner", "owners"),
        ({"segment": {"key": "owned"}}, "segment.owned.owner", "owners"),
    ],
)
def test_what_keeps_no_history_is_refused_by_its_place_and_with_the_reason(
    filter_: Filter, place: str, reason: str
) -> None:
    library = library_of({"owned": {"owner": {}}})
    with pytest.raises(NoHistory, match=f"filter.{place}: .*{reason}"):
        require_history(decode(filter_), library)


def test_a_moment_to_come_is_refused_and_now_is_the_present() -> None:
    assert as_of(None, NOW) == as_of(NOW, NOW) == NOW
    assert as_of(moment("-1s", NOW), NOW) == Past(moment("-1s", NOW), NOW)
    with pytest.raises(InvalidInput, match="still to come"):
        as_of(moment("+1s", NOW), NOW)
