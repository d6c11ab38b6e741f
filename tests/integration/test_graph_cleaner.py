"""What a test leaves in the graph is gone before the next; taxonomies that nobody changed stay."""

from __future__ import annotations

import pytest

from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.hooks.hosting.host import Host
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Database
from profilegraph_testing.cleaning import GraphCleaner
from tests.conftest import NOW, quick
from tests.support.graphs import dump

DAMAGES = {
    "a tag is gone": "MATCH (t:Tag {key: 'temperature/warm'}) DETACH DELETE t",
    "a label is another": "MATCH (t:Tag {key: 'temperature/warm'}) SET t.labelEn = 'Tepid'",
    "a tag is of a kind more": "MATCH (t:Tag {key: 'temperature/warm'}) SET t:Odd",
    "a tag is in no dimension": "MATCH (:Tag {key: 'temperature/warm'})-[r:IN]->() DELETE r",
    "a tag is below another": "MATCH (a:Tag {key: 'temperature/warm'}), (b:Tag {key: 'temperature/cold'})"
    " CREATE (a)-[:CHILD_OF]->(b)",
    "a tag is new": "CREATE (:Tag {key: 'temperature/odd'})",
    "a duty is nobody's": "MATCH ()-[r:GOVERNED_BY]->(:Team) DELETE r",
    "a duty is another": "MATCH ()-[r:GOVERNED_BY]->(:Team) SET r.duty = 'NONE'",
    "a team is new": "CREATE (:Team {key: 'odd'})",
    "a definition is another": "MATCH (t:Taxonomy {key: 'b2b_core'}) SET t.definition = '{}'",
    "all is gone": "MATCH (n:Taxonomy|Dimension|Tag|Team) DETACH DELETE n",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
async def test_whatever_is_done_to_taxonomies_is_undone(
    database: Database, cleaner: GraphCleaner, whole_host: Host, damage: str
) -> None:
    wanted = quick(whole_host.taxonomies)
    await cleaner.leave(wanted)
    before = await dump(database)
    await database.define(damage)
    assert await dump(database) != before
    await cleaner.leave(wanted)
    assert await dump(database) == before


async def test_taxonomies_that_nobody_changed_stay_and_all_else_is_gone(
    platform: Platform, cleaner: GraphCleaner, whole_host: Host
) -> None:
    tags = "MATCH (n:Tag) RETURN elementId(n) AS id ORDER BY id"
    before, there = await dump(platform.database), await platform.database.read(tags)
    assert len(there) > 100
    tagging = Tagging(customer="a", tag="temperature/warm", since=NOW)
    await save(platform, [Customer(key="a"), tagging], NOW)
    await cleaner.leave(quick(whole_host.taxonomies))
    assert await dump(platform.database) == before
    assert await platform.database.read(tags) == there
    await cleaner.leave()
    assert await dump(platform.database) == []
