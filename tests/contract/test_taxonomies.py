"""Taxonomies go from files into the graph, whole and in order of their versions."""

from __future__ import annotations

from typing import Any

import pytest

from profilegraph.domain.customers import Customer, Tagging
from profilegraph.domain.taxonomy import Taxonomy
from profilegraph.errors import Conflict, NotFound
from profilegraph.services.knowledge import Knowledge
from profilegraph.services.platform import Platform
from profilegraph.services.records import save
from profilegraph.services.taxonomies import load_taxonomies
from profilegraph.storage.database import Database
from tests.conftest import NOW
from tests.support.graphs import dump


def labels(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}


def taxonomy(key: str = "fleets", version: str = "1.0.0", **changes: Any) -> Taxonomy:
    region = {
        "key": "use",
        "labels": labels("Use"),
        "cardinality": "single",
        "ttl_days": 30,
        "duties": {"tag": "sales"},
        "tags": [
            {"key": "goods", "labels": labels("Goods")},
            {"key": "parcels", "parent": "goods", "labels": labels("Parcels")},
        ],
    }
    return Taxonomy.model_validate(
        {
            "key": key,
            "version": version,
            "labels": labels(key),
            "dimensions": [region | changes],
        }
    )


async def test_a_taxonomy_becomes_nodes_with_parents_order_and_duties(database: Database) -> None:
    await load_taxonomies(database, [taxonomy()])
    found = await database.read(
        "MATCH (g:Tag)-[:IN]->(d:Dimension)-[:IN]->(t:Taxonomy {key: 'fleets'})"
        " OPTIONAL MATCH (g)-[:CHILD_OF]->(parent:Tag)"
        " OPTIONAL MATCH (d)-[governed:GOVERNED_BY]->(team:Team)"
        " RETURN g.key AS tag, g.position AS position, g.single AS single, parent.key AS parent,"
        " governed.duty AS duty, team.key AS team ORDER BY position"
    )
    common = {"single": True, "duty": "TAG", "team": "sales"}
    assert found == [
        {"tag": "use/goods", "position": 0, "parent": None, **common},
        {"tag": "use/parcels", "position": 1, "parent": "use/goods", **common},
    ]


async def test_loading_again_changes_nothing(database: Database) -> None:
    assert await load_taxonomies(database, [taxonomy()]) == [taxonomy()]
    before = await dump(database)
    assert await load_taxonomies(database, [taxonomy()]) == []
    assert await dump(database) == before


async def test_the_catalogue_follows_a_change_without_a_restart(database: Database) -> None:
    knowledge = Knowledge(database)
    await load_taxonomies(database, [taxonomy()])
    assert (await knowledge.now()).catalogue.descendants["use/goods"] == {
        "use/goods",
        "use/parcels",
    }
    await load_taxonomies(database, [taxonomy(version="1.1.0", ordered=True)])
    assert (await knowledge.now()).catalogue.dimension("use").ordered


async def test_an_older_version_does_not_replace_a_newer_one(database: Database) -> None:
    await load_taxonomies(database, [taxonomy(version="1.10.0")])
    assert await load_taxonomies(database, [taxonomy(version="1.9.0", ordered=True)]) == []
    assert not (await Knowledge(database).now()).catalogue.dimension("use").ordered


async def test_two_taxonomies_cannot_define_one_dimension(database: Database) -> None:
    await load_taxonomies(database, [taxonomy()])
    before = await dump(database)
    with pytest.raises(Conflict, match=r"'fleets' and 'others' both define.* 'use'"):
        await load_taxonomies(database, [taxonomy("others")])
    assert await dump(database) == before


async def test_a_tag_that_a_new_version_leaves_out_keeps_its_taggings_but_takes_no_new_ones(
    platform: Platform,
) -> None:
    await load_taxonomies(platform.database, [taxonomy()])
    await save(
        platform, [Customer(key="c"), Tagging(customer="c", tag="use/parcels", since=NOW)], NOW
    )
    less = taxonomy(version="2.0.0", tags=[{"key": "goods", "labels": labels("Goods")}])
    await load_taxonomies(platform.database, [less])
    kept = await platform.database.read(
        "MATCH (:Customer)-[:TAGGED]->(g:Tag {retired: true}) RETURN g.key AS tag"
    )
    assert kept == [{"tag": "use/parcels"}]
    with pytest.raises(NotFound, match="use/parcels"):
        await save(platform, [Tagging(customer="c", tag="use/parcels", since=NOW)], NOW)
