"""The benchmark's customers in the graph: what the platform itself would have written."""

from __future__ import annotations

from benchmarks.data import NOW, customer_key, generate
from benchmarks.graph import INSIDE, TOUCHED, load
from benchmarks.peers.profilegraph import filter_of
from benchmarks.questions import QUESTIONS, Kind, Truth
from profilegraph.domain.records.customers import Tagging, TagSource
from profilegraph.language.codec import decode
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service


async def test_the_graph_grows_with_the_customers_and_gives_the_right_answers(
    platform: Platform,
) -> None:
    customers = generate(1_500, 7)
    said: list[str] = []
    await load(platform, customers.first(500), 0, said.append)
    await save(platform, [Tagging(customer=customer_key(1), tag=INSIDE, since=NOW)], NOW)
    await load(platform, customers, 500, said.append)
    truth = Truth(customers)
    for question in QUESTIONS:
        if question.kind is Kind.COUNT:
            node = decode(filter_of(question.conditions))
            found = await service.count(platform, node, NOW)
            assert found == truth.answer(question), question
    taggings = await platform.database.read("MATCH ()-[t:TAGGED]->() RETURN count(t) AS count")
    assert taggings == [{"count": customers.tags.size}]
    assert said == []  # it is told of every 100,000


async def test_a_tagging_has_the_properties_of_one_that_the_platform_wrote(
    platform: Platform,
) -> None:
    await load(platform, generate(1, 7), 0, print)
    tagging = Tagging(customer=customer_key(0), tag=TOUCHED, since=NOW, source=TagSource.IMPORT)
    await save(platform, [tagging], NOW)
    rows = await platform.database.read(
        "MATCH (:Customer)-[t:TAGGED]->(g:Tag)"
        " RETURN g.key = $touched AS own, collect(DISTINCT t {.*, since: null}) AS properties",
        {"touched": TOUCHED},
    )
    found = {row["own"]: row["properties"] for row in rows}
    assert len(found[True]) == 1
    assert found[False] == found[True]
