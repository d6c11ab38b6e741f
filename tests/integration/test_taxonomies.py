"""Taxonomies go from files into the graph, whole and in order of their versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.errors import Conflict, InvalidTaxonomy, NotFound
from profilegraph.hooks.hosting.host import Candidate, Host, build_host
from profilegraph.importers.taxonomies.files import TaxonomySource, read_source
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import load_sources, load_taxonomies, load_what_fits
from profilegraph.storage.neo4j.database import Database
from tests.conftest import NOW
from tests.support.graphs import dump
from tests.support.plugins import Bringing


def labels(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}


def taxonomy(
    key: str = "fleets", version: str = "1.0.0", key_of_dimension: str = "use", **changes: Any
) -> Taxonomy:
    region = {
        "key": key_of_dimension,
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


def bringing(*taxonomies: Taxonomy) -> Host:
    """Return the host of plugins that bring a taxonomy each, and have its name."""
    return build_host(Candidate(one.key, Bringing(one)) for one in taxonomies)


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
    cache = GraphCache(database)
    await load_taxonomies(database, [taxonomy()])
    assert (await cache.now()).catalogue.descendants["use/goods"] == {
        "use/goods",
        "use/parcels",
    }
    await load_taxonomies(database, [taxonomy(version="1.1.0", ordered=True)])
    assert (await cache.now()).catalogue.dimension("use").ordered


async def test_an_older_version_does_not_replace_a_newer_one(database: Database) -> None:
    await load_taxonomies(database, [taxonomy(version="1.10.0")])
    assert await load_taxonomies(database, [taxonomy(version="1.9.0", ordered=True)]) == []
    assert not (await GraphCache(database).now()).catalogue.dimension("use").ordered


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


def adding(*tags: dict[str, Any], key: str = "vans", version: str = "1.0.0") -> Taxonomy:
    return Taxonomy.model_validate(
        {
            "key": key,
            "version": version,
            "labels": labels(key),
            "extends": {"fleets": ">=1.0,<2"},
            "additions": [{"dimension": "use", "tags": [*tags]}],
        }
    )


VAN = {"key": "van", "parent": "goods", "labels": labels("Van")}
TAGS = (
    "MATCH (g:Tag)-[:IN]->(:Dimension {key: 'use'}) OPTIONAL MATCH (g)-[:CHILD_OF]->(p:Tag)"
    " RETURN g.key AS tag, p.key AS parent, g.single AS single, g.ttl IS NULL AS lasting,"
    " g.retired AS retired ORDER BY tag"
)


async def test_tags_that_another_taxonomy_adds_are_part_of_the_dimension(
    platform: Platform,
) -> None:
    await load_taxonomies(platform.database, [adding(VAN), taxonomy()])
    catalogue = await platform.catalogue()
    assert [tag.key for tag in catalogue.dimension("use").tags] == ["goods", "parcels", "van"]
    assert catalogue.descendants["use/goods"] == {"use/goods", "use/parcels", "use/van"}
    await save(platform, [Customer(key="c"), Tagging(customer="c", tag="use/van", since=NOW)], NOW)
    await save(platform, [Tagging(customer="c", tag="use/parcels", since=NOW)], NOW)
    carried = await platform.database.read("MATCH (:Customer)-[:TAGGED]->(g:Tag) RETURN g.key AS k")
    assert carried == [{"k": "use/parcels"}]  # the dimension is single, for added tags too


async def test_a_new_version_of_the_base_keeps_what_others_added_to_it(database: Database) -> None:
    await load_taxonomies(database, [adding(VAN), taxonomy()])
    await load_taxonomies(database, [taxonomy(version="1.1.0", cardinality="multi", ttl_days=None)])
    same = {"single": False, "lasting": True, "retired": None}
    assert await database.read(TAGS) == [
        {"tag": "use/goods", "parent": None, **same},
        {"tag": "use/parcels", "parent": "use/goods", **same},
        {"tag": "use/van", "parent": "use/goods", **same},
    ]


async def test_what_others_add_follows_a_dimension_and_a_parent_to_their_new_keys(
    platform: Platform,
) -> None:
    await load_taxonomies(platform.database, [adding(VAN), taxonomy()])
    await save(platform, [Customer(key="c"), Tagging(customer="c", tag="use/van", since=NOW)], NOW)
    tags = [{"key": "cargo", "aliases": ["goods", "parcels"], "labels": labels("Cargo")}]
    renamed = taxonomy(version="1.1.0", key_of_dimension="purpose", aliases=["use"], tags=tags)
    await load_taxonomies(platform.database, [renamed])
    catalogue = await platform.catalogue()
    assert catalogue.descendants["purpose/cargo"] == {"purpose/cargo", "purpose/van"}
    assert catalogue.current_tag("use/van") == "purpose/van"
    await save(platform, [Customer(key="d"), Tagging(customer="d", tag="use/van", since=NOW)], NOW)
    found = await platform.database.read(
        "MATCH (:Customer {key: 'd'})-[:TAGGED]->(g:Tag)-[:CHILD_OF]->(p:Tag)"
        " RETURN g.key AS tag, p.key AS parent"
    )
    assert found == [{"tag": "purpose/van", "parent": "purpose/cargo"}]


async def test_what_an_addition_leaves_out_is_retired_and_the_base_is_not(
    database: Database,
) -> None:
    await load_taxonomies(database, [adding(VAN), taxonomy()])
    truck = {"key": "truck", "labels": labels("Truck")}
    await load_taxonomies(database, [adding(truck, version="2.0.0")])
    found = await database.read(TAGS)
    assert [(row["tag"], row["retired"]) for row in found] == [
        ("use/goods", None),
        ("use/parcels", None),
        ("use/truck", None),
        ("use/van", True),
    ]


async def test_a_base_cannot_leave_the_versions_that_another_taxonomy_needs(
    database: Database,
) -> None:
    await load_taxonomies(database, [adding(VAN), taxonomy()])
    with pytest.raises(Conflict, match=r"'vans' extends 'fleets' >=1.0,<2, and 'fleets' is 2.0.0"):
        await load_taxonomies(database, [taxonomy(version="2.0.0")])


async def test_a_taxonomy_that_does_not_fit_is_left_out_at_the_start_and_the_others_are_not(
    database: Database,
) -> None:
    await load_taxonomies(database, [taxonomy(), adding(VAN)])
    less = adding({"key": "truck", "labels": labels("Truck")}, version="1.1.0")
    fine = Taxonomy.model_validate({"key": "fine", "version": "1.0.0", "labels": labels("Fine")})
    judged = await load_what_fits(database, bringing(taxonomy(version="2.0.0"), less, fine), NOW)
    assert judged.disabled == {
        "fleets": (
            "the taxonomy 'fleets' 2.0.0 is not in use: the taxonomy 'vans' extends 'fleets'"
            " >=1.0,<2, and 'fleets' is 2.0.0. Install a version that fits, or widen the range."
        ),
        "vans": (
            "the taxonomy 'vans' 1.1.0 is not in use: since 1.0.0 the tag 'use/van' is gone, and"
            " neither an alias nor `removed` says so."
        ),
    }
    catalogue = (await GraphCache(database).now()).catalogue
    versions = {one.key: one.version for one in catalogue.taxonomies}
    assert versions == {"fine": "1.0.0", "fleets": "1.0.0", "vans": "1.0.0"}


async def test_taxonomies_that_change_together_fit_together(database: Database) -> None:
    await load_taxonomies(database, [taxonomy(), adding(VAN)])
    wider = adding(VAN, version="1.1.0").model_copy(update={"extends": {"fleets": ">=1,<3"}})
    for _ in range(2):
        host = bringing(wider, taxonomy(version="2.0.0"))
        assert (await load_what_fits(database, host, NOW)).faults == ()


async def test_a_file_that_loses_what_the_graph_has_is_refused_with_advice(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "fleets.yaml"

    def write(version: str, tail: str) -> list[TaxonomySource]:
        head = f"key: fleets\nversion: {version}\nlabels: {{zh-CN: 队, en: Fleets}}\n"
        path.write_text(head + tail, "utf-8")
        return [read_source(path)]

    event = "events:\n  - {key: drive, labels: {zh-CN: 试驾, en: Drive}}\n"
    await load_sources(database, write("1.0.0", event), NOW)
    with pytest.raises(InvalidTaxonomy, match=r"the event type 'drive' of version 1\.0\.0 is gone"):
        await load_sources(database, write("2.0.0", ""), NOW)
    removed = "removed:\n  - {kind: event, key: drive}\n"
    [loaded] = await load_sources(database, write("2.0.0", removed), NOW)
    assert loaded.version == "2.0.0"
