"""Taxonomies in the graph: the definition as it was read, and a node for each dimension and tag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from profilegraph.domain.catalogue import tag_key
from profilegraph.domain.taxonomy import Cardinality, Dimension, Tag, Taxonomy
from profilegraph.storage.database import Database, Transaction
from profilegraph.storage.feed import Part
from profilegraph.storage.statements import statement


async def save_taxonomy(
    transaction: Transaction, taxonomy: Taxonomy, digest: str, at: datetime | None = None
) -> None:
    """Write a taxonomy with its dimensions and tags; `digest` tells this definition from others.

    With `at`, the definition that it had until then is kept beside it.
    """
    values = {
        "version": taxonomy.version,
        "digest": digest,
        "definition": taxonomy.model_dump_json(by_alias=True, exclude_none=True),
        "labelZh": taxonomy.labels.zh_cn,
        "labelEn": taxonomy.labels.en,
    }
    dimensions = [_dimension(dimension) for dimension in taxonomy.dimensions]
    parameters = {"key": taxonomy.key, "set": values, "dimensions": dimensions, "at": at}
    await transaction.run(statement("taxonomy"), parameters)
    transaction.touch(parts=[Part.TAXONOMIES])


async def taxonomy_digests(database: Database) -> dict[str, str]:
    """Return the digest of each taxonomy in the graph, by key, in the order of the keys."""
    rows = await database.read(
        "MATCH (t:Taxonomy) RETURN t.key AS key, t.digest AS digest ORDER BY key"
    )
    return {row["key"]: row["digest"] for row in rows}


async def read_taxonomies(database: Database) -> Sequence[Taxonomy]:
    """Return the taxonomies in the graph in the order of their keys."""
    rows = await database.read(
        "MATCH (t:Taxonomy) RETURN t.definition AS definition ORDER BY t.key"
    )
    return [Taxonomy.model_validate_json(row["definition"]) for row in rows]


async def lock_taxonomies(transaction: Transaction) -> Sequence[Taxonomy]:
    """Return all taxonomies, by key; nobody else changes them until the commit."""
    # One lock for all: they refer to one another, and a new one has no node to be locked yet.
    await transaction.run("MERGE (l:Lock {key: 'taxonomies'}) SET l.key = l.key")
    rows = await transaction.run(
        "MATCH (t:Taxonomy) RETURN t.definition AS definition ORDER BY t.key"
    )
    return [Taxonomy.model_validate_json(row["definition"]) for row in rows]


async def read_taxonomies_at(database: Database, at: datetime) -> Sequence[Taxonomy]:
    """Return the taxonomies as they were at a moment, by key; before the first, as they were first."""
    rows = await database.read(statement("read_taxonomies_at"), {"at": at})
    return [Taxonomy.model_validate_json(row["definition"]) for row in rows]


def _dimension(dimension: Dimension) -> dict[str, Any]:
    values = {
        "key": dimension.key,
        "cardinality": dimension.cardinality.value,
        "ordered": dimension.ordered,
        "labelZh": dimension.labels.zh_cn,
        "labelEn": dimension.labels.en,
    }
    return {
        "key": dimension.key,
        "set": values,
        "duties": [{"duty": duty.upper(), "team": team} for duty, team in dimension.duties.items()],
        "tags": [_tag(dimension, tag, place) for place, tag in enumerate(dimension.tags)],
    }


def _tag(dimension: Dimension, tag: Tag, place: int) -> dict[str, Any]:
    key = tag_key(dimension.key, tag.key)
    values = {
        "key": key,
        "dimension": dimension.key,
        "single": dimension.cardinality is Cardinality.SINGLE,
        "position": place,
        "ttl": None if dimension.ttl_days is None else timedelta(days=dimension.ttl_days),
        "labelZh": tag.labels.zh_cn,
        "labelEn": tag.labels.en,
    }
    parent = None if tag.parent is None else tag_key(dimension.key, tag.parent)
    return {"key": key, "parent": parent, "set": values}
