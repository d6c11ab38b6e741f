"""Who entered a segment and who left it between two moments, and what made them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    Event,
    FollowUp,
    FollowUpKind,
    Opportunity,
    Participation,
)
from profilegraph.domain.records.customers import Consent, Customer, Tagging
from profilegraph.domain.records.organisation import DecisionMaker, DecisionRole
from profilegraph.domain.values import Labels, Record
from profilegraph.errors import InvalidInput, NoHistory, NotFound
from profilegraph.language.codec import decode
from profilegraph.language.facts import Past
from profilegraph.language.nodes import Cause
from profilegraph.rendering.attribution import reason_line
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.platform import Platform
from profilegraph.services.segments import membership, service
from profilegraph.services.segments.membership import MembershipSums
from profilegraph.services.segments.service import SaveSegment
from profilegraph.storage.neo4j.database import Transaction
from tests.conftest import NOW

DAY = timedelta(days=1)
PAIN = "pains/no_integration"
PAINED: dict[str, Any] = {"tags": {"dimension": "pains", "anyOf": ["no_integration"]}}
LABELS = Labels(zh_cn="人群", en="Segment")
Told = tuple[bool, list[Cause]]


async def save_as(platform: Platform, key: str, filter_: object, now: datetime) -> None:
    node = decode(filter_)
    await service.save_segment(
        platform, SaveSegment(key, LABELS, node), CommandContext(Actor("li"), now)
    )


async def changes(platform: Platform, days: float = 10) -> dict[str, Told]:
    """Return who entered or left in so many days from NOW, with the causes."""
    end = NOW + days * DAY
    asked = await membership.compare_moments(platform, "s", NOW, end, end)
    page = await membership.page(platform, asked, first=100)
    assert not page.has_next
    return {one.customer: (one.entered, [why.cause for why in one.reasons]) for one in page.changes}


def tagging(customer: str = "a", since: datetime = NOW, **fields: Any) -> Tagging:
    return Tagging(customer=customer, tag=PAIN, since=since, **fields)


LATER = NOW + 5 * DAY
CASES: dict[str, tuple[dict[str, Any], Sequence[Record], Sequence[Record], Told]] = {
    "a tag was given": (PAINED, [], [tagging(since=LATER)], (True, [Cause.TAG_ADDED])),
    "a tag ended by itself": (
        PAINED,
        [tagging(until=LATER)],
        [],
        (False, [Cause.TAG_EXPIRED]),
    ),
    "a tag had ended by itself when it came again": (
        {"all": [PAINED, {"tags": {**PAINED["tags"], "source": "MANUAL"}}]},
        [tagging(until=NOW + DAY)],
        [tagging(since=LATER, source="RULE")],
        (False, [Cause.TAG_CHANGED]),
    ),
    "a tag gave way to another": (
        {"tags": {"dimension": "company_size", "anyOf": ["0_20"]}},
        [Tagging(customer="a", tag="company_size/0_20", since=NOW)],
        [Tagging(customer="a", tag="company_size/20_50", since=LATER)],
        (False, [Cause.TAG_REMOVED]),
    ),
    "a refused tag was given": (
        {"not": PAINED},
        [],
        [tagging(since=LATER)],
        (False, [Cause.TAG_ADDED]),
    ),
    "a tag was given with less confidence": (
        {"tags": {**PAINED["tags"], "minConfidence": 0.5}},
        [tagging(confidence=0.9)],
        [tagging(since=LATER, confidence=0.1)],
        (False, [Cause.TAG_CHANGED]),
    ),
    "a tag was given with more confidence": (
        {"tags": {**PAINED["tags"], "minConfidence": 0.5}},
        [tagging(confidence=0.1)],
        [tagging(since=LATER, confidence=0.9)],
        (True, [Cause.TAG_CHANGED]),
    ),
    "a tag became old": (
        {"tags": {**PAINED["tags"], "taggedWithinDays": 7}},
        [tagging()],
        [],
        (False, [Cause.TIME_PASSED]),
    ),
    "something was done": (
        {"event": {"type": "purchase"}},
        [],
        [Event(key="e", customer="a", type="purchase", at=LATER)],
        (True, [Cause.EVENT]),
    ),
    "what was done became old": (
        {"event": {"type": "purchase", "window": {"lastDays": 7}}},
        [Event(key="e", customer="a", type="purchase", at=NOW)],
        [],
        (False, [Cause.TIME_PASSED]),
    ),
    "enough was spent": (
        {"eventTotal": {"type": "purchase", "total": {"gte": 10}}},
        [Event(key="e", customer="a", type="purchase", at=NOW, amount=Decimal(6))],
        [Event(key="f", customer="a", type="purchase", at=LATER, amount=Decimal(6))],
        (True, [Cause.EVENT]),
    ),
    "a person came": (
        {"people": {}},
        [],
        [DecisionMaker(key="p", customer="a")],
        (True, [Cause.PERSON_CHANGED]),
    ),
    "a person was given another role": (
        {"people": {"where": {"roles": ["USER"]}}},
        [DecisionMaker(key="p", customer="a", role=DecisionRole.USER)],
        [DecisionMaker(key="p", customer="a", role=DecisionRole.DECIDER)],
        (False, [Cause.PERSON_CHANGED]),
    ),
    "a person did something": (
        {"people": {"where": {"did": {"type": "purchase"}}}},
        [DecisionMaker(key="p", customer="a")],
        [Event(key="e", customer="a", type="purchase", at=LATER, person="p")],
        (True, [Cause.EVENT]),
    ),
    "a person took part": (
        {"people": {"where": {"takesPartIn": {}}}},
        [DecisionMaker(key="p", customer="a"), Opportunity(key="o", customer="a")],
        [Participation(person="p", opportunity="o", role=DecisionRole.USER)],
        (True, [Cause.PERSON_CHANGED]),
    ),
    "what a person takes part in moved on": (
        {"people": {"where": {"takesPartIn": {"where": {"stages": ["contract"]}}}}},
        [
            DecisionMaker(key="p", customer="a"),
            Opportunity(key="o", customer="a"),
            Participation(person="p", opportunity="o", role=DecisionRole.USER),
        ],
        [Opportunity(key="o", customer="a", stage="contract")],
        (True, [Cause.OPPORTUNITY_CHANGED]),
    ),
    "an opportunity moved on": (
        {"opportunity": {"where": {"stages": ["proposal"]}}},
        [Opportunity(key="o", customer="a", stage="proposal")],
        [Opportunity(key="o", customer="a", stage="contract")],
        (False, [Cause.OPPORTUNITY_CHANGED]),
    ),
    "we met": (
        {"followUp": {}},
        [],
        [FollowUp(key="f", customer="a", kind=FollowUpKind.CALL, at=LATER)],
        (True, [Cause.FOLLOW_UP]),
    ),
    "it came to us": (
        {"channel": {}},
        [Channel(key="ads")],
        [Arrival(customer="a", channel="ads", at=LATER)],
        (True, [Cause.ARRIVAL]),
    ),
    "it refused": (
        {"consent": {}},
        [Consent(key="k", customer="a", purpose="email", granted=True, at=NOW)],
        [Consent(key="l", customer="a", purpose="email", granted=False, at=LATER)],
        (False, [Cause.CONSENT]),
    ),
    "two things happened at once": (
        {"all": [PAINED, {"event": {"type": "purchase"}}]},
        [],
        [tagging(since=LATER), Event(key="e", customer="a", type="purchase", at=LATER)],
        (True, [Cause.TAG_ADDED, Cause.EVENT]),
    ),
    "only one of two alternatives came to hold": (
        {"any": [PAINED, {"event": {"type": "purchase"}}]},
        [],
        [Event(key="e", customer="a", type="purchase", at=LATER)],
        (True, [Cause.EVENT]),
    ),
    "of conditions that had failed one came to hold and one had held": (
        {"all": [PAINED, {"people": {}}]},
        [DecisionMaker(key="p", customer="a")],
        [tagging(since=LATER), DecisionMaker(key="q", customer="a")],
        (True, [Cause.TAG_ADDED]),
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_made_a_customer_enter_or_leave_is_its_cause(
    platform: Platform, case: str
) -> None:
    filter_, before, then, expected = CASES[case]
    await save(platform, [Customer(key="a"), Customer(key="still"), *before], NOW)
    await save_as(platform, "s", filter_, NOW)
    await save(platform, then, LATER)
    assert await changes(platform) == {"a": expected}


async def test_a_tag_that_was_taken_away_is_told_from_one_that_ended(platform: Platform) -> None:
    ends = {"taken": None, "cut": NOW + 8 * DAY, "over": NOW + DAY}
    tags = [tagging(key, until=end) for key, end in ends.items()]
    await save(platform, [*(Customer(key=key) for key in ends), *tags], NOW)
    await save_as(platform, "s", PAINED, NOW)
    assert (
        await untag_customers(
            platform, UntagCustomers(tuple(ends), (PAIN,)), CommandContext(OPERATOR, LATER)
        )
        == 3
    )
    assert await changes(platform) == {
        "taken": (False, [Cause.TAG_REMOVED]),
        "cut": (False, [Cause.TAG_REMOVED]),
        "over": (False, [Cause.TAG_EXPIRED]),
    }


async def test_another_definition_is_the_cause_where_the_old_one_would_say_the_same(
    platform: Platform,
) -> None:
    customers = [Customer(key=key) for key in ("kept", "out", "in", "tagged")]
    await save(platform, [*customers, tagging("kept"), tagging("out")], NOW)
    await save_as(platform, "s", PAINED, NOW)
    people = [DecisionMaker(key=f"p-{key}", customer=key) for key in ("kept", "in")]
    await save(platform, [*people, tagging("tagged", LATER)], LATER)
    await save(platform, [DecisionMaker(key="p-tagged", customer="tagged")], LATER)
    await save_as(platform, "s", {"people": {}}, LATER)
    assert await changes(platform) == {
        "in": (True, [Cause.DEFINITION_CHANGED]),
        "out": (False, [Cause.DEFINITION_CHANGED]),
        "tagged": (True, [Cause.TAG_ADDED]),
    }


async def test_a_segment_inside_that_is_defined_otherwise_changes_the_definition(
    platform: Platform,
) -> None:
    await save(platform, [Customer(key="a"), Customer(key="b"), tagging("a")], NOW)
    await save_as(platform, "inner", PAINED, NOW)
    await save_as(platform, "s", {"not": {"segment": {"key": "inner"}}}, NOW)
    await save(platform, [tagging("b", LATER)], LATER)
    assert await changes(platform) == {"b": (False, [Cause.TAG_ADDED])}
    await save_as(platform, "inner", {"any": []}, LATER)
    assert await changes(platform) == {"a": (True, [Cause.DEFINITION_CHANGED])}


async def test_who_was_no_customer_entered_as_a_new_one(platform: Platform) -> None:
    await save(platform, [Customer(key="a")], NOW)
    await save_as(platform, "s", {"all": []}, NOW)
    await save(platform, [Customer(key="b")], LATER)
    assert await changes(platform) == {"b": (True, [Cause.CUSTOMER_ADDED])}


async def test_who_was_merged_into_another_left_by_that(platform: Platform) -> None:
    await save(platform, [Customer(key="a"), Customer(key="b")], NOW)
    await save_as(platform, "s", {"all": []}, NOW)

    async def merge(transaction: Transaction) -> None:
        await transaction.run(
            "MATCH (a:Customer {key: 'a'}), (b:Customer {key: 'b'})"
            " CREATE (a)-[:MERGED_INTO {at: $at}]->(b)",
            {"at": LATER},
        )

    await platform.database.write(merge)
    assert await changes(platform) == {"a": (False, [Cause.MERGED])}


@pytest.fixture
async def moved(platform: Platform) -> Platform:
    """Of 5 customers each, i… enter, o… leave and k… stay."""
    keys = [f"{kind}{number}" for kind in "iok" for number in range(5)]
    old = [tagging(key) for key in keys if key[0] in "ok"]
    await save(platform, [*(Customer(key=key) for key in keys), *old], NOW)
    await save_as(platform, "s", PAINED, NOW)
    await save(platform, [tagging(key, LATER) for key in keys if key[0] == "i"], LATER)
    await untag_customers(
        platform,
        UntagCustomers(tuple([key for key in keys if key[0] == "o"]), (PAIN,)),
        CommandContext(OPERATOR, LATER),
    )
    return platform


async def test_sums_causes_and_pages_tell_of_the_same_changes(moved: Platform) -> None:
    asked = await membership.compare_moments(moved, "s", NOW, LATER, LATER)
    assert await membership.sums(moved, asked) == MembershipSums(
        before=10, after=10, entered=5, left=5
    )
    assert dict(await membership.causes(moved, asked)) == {
        (True, Cause.TAG_ADDED): 5,
        (False, Cause.TAG_REMOVED): 5,
    }
    found: list[str] = []
    for entered, kind in ((True, "i"), (False, "o")):
        after = None
        for size, more in ((2, True), (2, True), (1, False)):
            page = await membership.page(moved, asked, first=2, after=after, entered=entered)
            assert (len(page.changes), page.has_next) == (size, more)
            found += [one.customer for one in page.changes]
            after = found[-1]
            assert {key[0] for key in found[-size:]} == {kind}
    assert len(set(found)) == 10


async def test_the_sums_are_those_of_the_two_moments(moved: Platform) -> None:
    asked = await membership.compare_moments(moved, "s", NOW, LATER - DAY, LATER)
    assert await membership.sums(moved, asked) == MembershipSums(10, 10, 0, 0)
    assert await service.count(moved, decode(PAINED), Past(LATER - DAY, LATER)) == 10


async def test_the_causes_of_too_many_changes_are_not_counted(
    moved: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await membership.compare_moments(moved, "s", NOW, LATER, LATER)
    monkeypatch.setattr(membership, "MOST_EXPLAINED", 9)
    with pytest.raises(InvalidInput, match="10 customers entered or left"):
        await membership.causes(moved, asked)
    monkeypatch.setattr(membership, "MOST_EXPLAINED", 10)
    monkeypatch.setattr(membership, "_BATCH", 5)
    assert sum((await membership.causes(moved, asked)).values()) == 10


@pytest.mark.parametrize(
    ("start", "end", "error"),
    [(5, 5, InvalidInput), (5, 1, InvalidInput), (1, 9, InvalidInput), (-1, 5, NotFound)],
)
async def test_two_moments_that_cannot_be_compared_are_refused(
    moved: Platform, start: int, end: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await membership.compare_moments(moved, "s", NOW + start * DAY, NOW + end * DAY, LATER)


async def test_what_keeps_no_history_has_no_difference(platform: Platform) -> None:
    await save_as(platform, "s", {"owner": {}}, NOW)
    with pytest.raises(NoHistory, match=r"filter\.owner"):
        await membership.compare_moments(platform, "s", NOW, LATER, LATER)


async def test_every_cause_reads_in_both_languages(moved: Platform) -> None:
    asked = await membership.compare_moments(moved, "s", NOW, LATER, LATER)
    [one] = (await membership.page(moved, asked, first=1)).changes
    [why] = one.reasons
    library = asked.old.context.library
    english, chinese = (
        reason_line(why, asked.catalogue, locale, library) for locale in ("en", "zh-CN")
    )
    seen = "No integration with other databases since 2026-03-06 12:00, by hand"
    assert english == f"tag added: {seen}"
    assert chinese.startswith("打上标签：")
    assert "自2026-03-06 12:00起" in chinese
