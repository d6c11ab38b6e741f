"""Segments are answered, explained and saved in versions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.records.customers import Customer, Relation, RelationKind, Tagging
from profilegraph.domain.values import Labels
from profilegraph.engines.reference.evaluator import Neighbour
from profilegraph.errors import Conflict, InvalidFilter, InvalidInput, NotFound
from profilegraph.language.answers import Order, WaterfallCounts
from profilegraph.language.codec import decode
from profilegraph.language.nodes import EVERYONE, AllOf, Node
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from profilegraph.services.segments.service import SaveSegment
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.saved import save_version
from tests.conftest import NOW

LABELS = Labels(zh_cn="有痛点的客户", en="Customers in pain")
PAINED = decode({"tags": {"dimension": "pains", "hasAny": True}})
SMALL = decode({"tags": {"dimension": "company_size", "lte": "20_50"}})
NAMED = decode({"attribute": {"key": "website", "exists": True}})


@pytest.fixture
async def customers(platform: Platform) -> Platform:
    tags = {
        "a": ("pains/no_integration", "company_size/0_20"),
        "b": ("pains/no_integration",),
        "c": ("company_size/20_50",),
        "d": (),
    }
    names = {"a": "华为技术", "b": "Acme Tools", "c": 'acme "quoted" AND (odd) ~*? name', "d": None}
    records = [
        Customer(key=key, name=names[key], attributes={"website": "x"} if key in "abd" else {})
        for key in tags
    ]
    edges = [
        Tagging(customer=key, tag=tag, since=NOW)
        for key, carried in tags.items()
        for tag in carried
    ]
    await save(platform, [*records, *edges], NOW)
    return platform


async def test_a_waterfall_says_what_each_condition_kept_removed_and_alone_keeps_out(
    customers: Platform,
) -> None:
    filter_ = decode({"all": [{"not": {"any": []}}]})
    assert (await service.waterfall(customers, filter_, NOW)).steps == (WaterfallCounts(4, 0, 0),)
    fall = await service.waterfall(customers, AllOf((PAINED, SMALL, NAMED)), NOW)
    assert fall.total == 4
    assert fall.steps == (
        WaterfallCounts(2, 2, 0),
        WaterfallCounts(1, 1, 1),
        WaterfallCounts(1, 0, 0),
    )
    assert await service.count(customers, AllOf((PAINED, SMALL, NAMED)), NOW) == 1


async def test_a_filter_that_is_no_all_has_one_step(customers: Platform) -> None:
    assert (await service.waterfall(customers, PAINED, NOW)).steps == (WaterfallCounts(2, 2, 2),)
    assert (await service.waterfall(customers, EVERYONE, NOW)).steps == ()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", list(Order))
async def test_pages_follow_one_another_without_gap_or_repetition(
    customers: Platform, order: Order, descending: bool
) -> None:
    found: list[str] = []
    after = None
    for _ in range(3):
        page = await service.members(
            customers, EVERYONE, NOW, first=2, after=after, order=order, descending=descending
        )
        found += [position.key for position in page.positions]
        if not page.has_next:
            break
        after = page.positions[-1]
    assert sorted(found) == ["a", "b", "c", "d"]
    whole = await service.members(
        customers, EVERYONE, NOW, first=9, order=order, descending=descending
    )
    assert found == [position.key for position in whole.positions]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("华为", ["a"]),
        ("为技", ["a"]),
        ("acme", ["b", "c"]),
        ("ACME tools", ["b"]),
        ('"quoted" AND (odd) ~*?', ["c"]),
        ("a\\", []),
    ],
)
async def test_search_finds_words_of_names_and_takes_every_sign_literally(
    customers: Platform, words: str, expected: list[str]
) -> None:
    page = await service.members(customers, EVERYONE, NOW, first=9, search=words)
    assert [position.key for position in page.positions] == expected


@pytest.mark.parametrize("first", [0, 1_001])
async def test_a_page_has_a_sensible_size(customers: Platform, first: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 1000"):
        await service.members(customers, EVERYONE, NOW, first=first)


async def test_an_explanation_names_what_the_customer_carries_instead(customers: Platform) -> None:
    verdict = await service.explain_member(customers, PAINED, "b", NOW)
    assert verdict.holds
    assert [one.tag for one in verdict.evidence] == ["pains/no_integration"]  # type: ignore[union-attr]
    large = decode({"tags": {"dimension": "company_size", "anyOf": ["1000_plus"]}})
    verdict = await service.explain_member(customers, large, "c", NOW)
    assert not verdict.holds
    assert [one.tag for one in verdict.evidence] == ["company_size/20_50"]  # type: ignore[union-attr]


async def test_an_explanation_names_only_what_the_customer_carries_now(customers: Platform) -> None:
    def tagged(tag: str, since: int, until: int | None) -> Tagging:
        end = None if until is None else NOW + timedelta(days=until)
        return Tagging(customer="d", tag=tag, since=NOW + timedelta(days=since), until=end)

    over, now, to_come = (
        "pains/no_collaboration",
        "pains/no_integration",
        "pains/weak_customisation",
    )
    await save(customers, [tagged(over, -9, 0), tagged(now, 0, 1), tagged(to_come, 1, None)], NOW)
    absent = decode({"tags": {"dimension": "pains", "anyOf": ["no_collaboration"]}})
    verdict = await service.explain_member(customers, absent, "d", NOW)
    assert not verdict.holds
    assert [one.tag for one in verdict.evidence] == [now]  # type: ignore[union-attr]


async def test_an_unknown_customer_cannot_be_explained(customers: Platform) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        await service.explain_member(customers, PAINED, "nobody", NOW)


@pytest.mark.parametrize(
    ("filter_", "reason"),
    [
        ({"tags": {"dimension": "pain", "hasAny": True}}, "Did you mean pains"),
        ({"tags": {"dimension": "pains", "anyOf": ["no_integrations"]}}, "pains/no_integration"),
        ({"tags": {"dimension": "pains", "gte": "no_integration"}}, "not ordered"),
        ({"attribute": {"key": "website", "number": {"eq": 1}}}, "text attribute"),
        ({"metric": {"key": "rfm", "number": {"eq": 1}}}, "no metric"),
        ({"event": {"type": "purchases"}}, "Did you mean purchase"),
        ({"event": {"type": "purchase", "amount": {"eq": 0.00001}}}, "four decimal"),
        ({"people": {"where": {"did": {"type": "purchases"}}}}, "Did you mean purchase"),
        ({"eventTotal": {"type": "purchase", "total": {"eq": 0.00001}}}, "four decimal"),
        ({"opportunity": {"where": {"amount": {"eq": 0.00001}}}}, "four decimal"),
        ({"related": {"where": {"event": {"type": "purchases"}}}}, "Did you mean purchase"),
        (
            {
                "sequence": {
                    "first": {"type": "purchase"},
                    "then": {"type": "purchases"},
                    "withinDays": 1,
                }
            },
            "Did you mean purchase",
        ),
    ],
)
async def test_what_does_not_exist_is_named_with_its_place_and_the_nearest_that_does(
    customers: Platform, filter_: dict[str, object], reason: str
) -> None:
    with pytest.raises(InvalidFilter, match=reason) as caught:
        await service.count(customers, decode({"all": [{"all": []}, filter_]}), NOW)
    assert "filter.all[1]." in str(caught.value)


async def saved(platform: Platform, filter_: Node, note: str = "", days: int = 0) -> int:
    one = await service.save_segment(
        platform,
        SaveSegment("pained", LABELS, filter_, note),
        CommandContext(Actor("li"), NOW + timedelta(days=days)),
    )
    return one.version


async def test_saving_makes_versions_and_the_same_filter_no_new_one(customers: Platform) -> None:
    assert [
        await saved(customers, PAINED, "first"),
        await saved(customers, PAINED, "again", 1),
        await saved(customers, SMALL, "other", 2),
    ] == [1, 1, 2]
    one = await service.segment(customers, "pained")
    assert (one.version, one.note, one.at) == (2, "other", NOW + timedelta(days=2))
    assert one.filter == SMALL
    assert [other.key for other in await service.segments(customers)] == ["pained"]


async def test_everyone_who_saves_is_answered_with_their_own_version(customers: Platform) -> None:
    filters = [decode({"metric": {"key": "rfm_monetary", "number": {"gt": n}}}) for n in range(8)]

    async def save_one(node: Node) -> SavedSegment:
        return await service.save_segment(
            customers, SaveSegment("raced", LABELS, node), CommandContext(Actor("li"), NOW)
        )

    answers = await asyncio.gather(*map(save_one, filters))
    assert [one.filter for one in answers] == filters
    assert sorted(one.version for one in answers) == list(range(1, 9))


async def test_a_repeated_request_is_answered_with_the_version_that_it_saved(
    customers: Platform,
) -> None:
    async def save_one(node: Node, request_key: str) -> SavedSegment:
        return await service.save_segment(
            customers, SaveSegment("s", LABELS, node), CommandContext(Actor("li"), NOW, request_key)
        )

    first = await save_one(PAINED, "1")
    second = await save_one(SMALL, "2")
    assert (first.version, second.version) == (1, 2)
    assert await save_one(PAINED, "1") == replace(first, is_newest=False)
    with pytest.raises(Conflict):
        await save_one(SMALL, "1")
    digests = await customers.database.read("MATCH (r:Request) RETURN r.digest AS digest")
    assert {len(row["digest"]) for row in digests} == {64}


async def test_labels_change_without_a_new_version(customers: Platform) -> None:
    await saved(customers, PAINED)
    renamed = await service.save_segment(
        customers,
        SaveSegment("pained", Labels(zh_cn="新名", en="New name"), PAINED, "renamed"),
        CommandContext(Actor("li"), NOW),
    )
    assert (renamed.version, renamed.labels.en, renamed.note) == (1, "New name", "")


@pytest.mark.parametrize("key", ["", " ", "a\x00b", "k" * 201])
async def test_what_cannot_be_a_key_is_no_key_of_a_segment(customers: Platform, key: str) -> None:
    with pytest.raises(InvalidInput):
        await service.save_segment(
            customers, SaveSegment(key, LABELS, PAINED), CommandContext(Actor("li"), NOW)
        )
    assert await service.segments(customers) == []


async def test_a_version_is_tied_to_the_dimensions_and_tags_that_it_uses(
    customers: Platform,
) -> None:
    await saved(customers, SMALL)
    used = await customers.database.read(
        "MATCH (:SegmentVersion)-[:USES]->(n) RETURN labels(n)[0] AS label, n.key AS key ORDER BY label"
    )
    assert used == [
        {"label": "Dimension", "key": "company_size"},
        {"label": "Tag", "key": "company_size/20_50"},
    ]


async def test_a_segment_that_does_not_exist_is_not_found(platform: Platform) -> None:
    with pytest.raises(NotFound, match="'none'"):
        await service.segment(platform, "none")


async def test_a_filter_that_asks_for_unknown_things_is_not_saved(customers: Platform) -> None:
    with pytest.raises(InvalidFilter):
        await saved(customers, decode({"event": {"type": "purchases"}}))
    assert await service.segments(customers) == []


async def test_a_filter_reads_as_a_sentence_in_both_languages(customers: Platform) -> None:
    catalogue = await customers.catalogue()
    assert service.text(SMALL, catalogue, "zh-CN") == "企业规模在20-50人及以下"
    assert service.text(SMALL, catalogue, "en") == "Company size is 20-50 people or below"


async def save_as(platform: Platform, key: str, filter_: dict[str, object]) -> None:
    labels = Labels(zh_cn=f"人群{key}", en=f"Segment {key}")
    node = decode(filter_)
    await service.save_segment(
        platform, SaveSegment(key, labels, node), CommandContext(Actor("li"), NOW)
    )


def segment(key: str) -> dict[str, object]:
    return {"segment": {"key": key}}


HAS_PAIN: dict[str, object] = {"tags": {"dimension": "pains", "hasAny": True}}


async def test_a_reference_follows_the_newest_version_of_the_segment(customers: Platform) -> None:
    await save_as(customers, "pained", HAS_PAIN)
    await save_as(customers, "others", {"not": segment("pained")})
    others = decode(segment("others"))
    assert await service.count(customers, others, NOW) == 2
    await save_as(customers, "pained", {"all": []})
    assert await service.count(customers, others, NOW) == 0
    named = await service.library(customers, others)
    catalogue = await customers.catalogue()
    assert service.text(others, catalogue, "zh", named) == "属于人群“人群others”"


async def test_a_reference_is_explained_by_the_segment_s_conditions(customers: Platform) -> None:
    await save_as(customers, "pained", HAS_PAIN)
    verdict = await service.explain_member(customers, decode(segment("pained")), "b", NOW)
    [inner] = verdict.children
    assert (verdict.holds, verdict.place) == (True, "filter.segment")
    assert inner.place == "filter.segment.pained.tags"
    assert [one.tag for one in inner.evidence] == ["pains/no_integration"]  # type: ignore[union-attr]


async def test_a_segment_that_does_not_exist_is_answered_with_the_nearest(
    customers: Platform,
) -> None:
    await save_as(customers, "pained", HAS_PAIN)
    with pytest.raises(InvalidFilter, match=r"filter\.not\.segment: .*Did you mean pained"):
        await service.count(customers, decode({"not": segment("pain")}), NOW)


async def test_segments_that_refer_to_one_another_in_a_circle_are_not_saved(
    customers: Platform,
) -> None:
    await save_as(customers, "a", HAS_PAIN)
    await save_as(customers, "b", {"not": segment("a")})
    await save_as(customers, "c", {"related": {"where": segment("b")}})
    with pytest.raises(InvalidFilter, match="circle: a → c → b → a"):
        await save_as(customers, "a", {"any": [segment("c"), HAS_PAIN]})
    with pytest.raises(InvalidFilter, match="circle"):
        await save_as(customers, "b", segment("b"))
    assert (await service.segment(customers, "a")).version == 1


async def test_a_circle_that_two_saves_at_once_made_is_refused_when_asked(
    customers: Platform,
) -> None:
    await save_as(customers, "a", HAS_PAIN)
    await save_as(customers, "b", segment("a"))

    async def close_the_circle(transaction: Transaction) -> None:
        await save_version(
            transaction, "a", LABELS, decode(segment("b")), author="li", note="", at=NOW
        )

    await customers.database.write(close_the_circle)
    with pytest.raises(InvalidFilter, match="circle"):
        await service.count(customers, decode(segment("a")), NOW)


async def test_the_limits_hold_with_all_references_written_out(customers: Platform) -> None:
    await save_as(customers, "many", {"any": [HAS_PAIN] * 60})
    await save_as(customers, "deep", {"not": {"not": {"not": {"not": HAS_PAIN}}}})
    with pytest.raises(InvalidFilter, match="120 conditions and 3 levels"):
        await service.count(customers, decode({"all": [segment("many")] * 2}), NOW)
    with pytest.raises(InvalidFilter, match="1 conditions and 9 levels"):
        await save_as(customers, "deeper", {"not": {"not": {"not": {"not": segment("deep")}}}})


async def test_a_version_is_tied_to_the_segments_that_it_uses(customers: Platform) -> None:
    await save_as(customers, "pained", HAS_PAIN)
    await save_as(customers, "others", {"related": {"where": segment("pained")}})
    used = await customers.database.read(
        "MATCH (v:SegmentVersion)-[:USES]->(s:Segment) RETURN v.key AS version, s.key AS segment"
    )
    assert used == [{"version": "others#1", "segment": "pained"}]


async def test_related_customers_that_matched_are_the_evidence(customers: Platform) -> None:
    ties = [("a", "c", RelationKind.SUBSIDIARY), ("c", "b", RelationKind.PARTNER)]
    await save(
        customers, [Relation(customer=one, other=two, kind=kind) for one, two, kind in ties], NOW
    )
    node = decode({"related": {"distance": 2, "where": HAS_PAIN}})
    verdict = await service.explain_member(customers, node, "a", NOW)
    assert verdict.holds
    assert verdict.evidence == (Neighbour("b", "Acme Tools", 2),)
    assert await service.count(customers, node, NOW) == 3
