"""Taxonomies in the graph: the definition as it was read, and a node for each dimension and tag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from profilegraph.domain.catalogue import tag_key
from profilegraph.domain.taxonomy import Dimension, Tag, Taxonomy
from profilegraph.storage.database import Database, Transaction
from profilegraph.storage.feed import Part
from profilegraph.storage.statements import statement


async def save_taxonomy(transaction: Transaction, taxonomy: Taxonomy, digest: str) -> None:
    """Write a taxonomy with its dimensions and tags; `digest` tells this definition from others."""
    values = {
        "version": taxonomy.version,
        "digest": digest,
        "definition": taxonomy.model_dump_json(by_alias=True, exclude_none=True),
        "labelZh": taxonomy.labels.zh_cn,
        "labelEn": taxonomy.labels.en,
    }
    parameters = {
        "key": taxonomy.key,
        "set": values,
        "dimensions": [_dimension(dimension) for dimension in taxonomy.dimensions],
        "tags": [*_tags(taxonomy)],
    }
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


def _dimension(dimension: Dimension) -> dict[str, Any]:
    ttl = None if dimension.ttl_days is None else timedelta(days=dimension.ttl_days)
    values = {
        "key": dimension.key,
        "cardinality": dimension.cardinality.value,
        "ordered": dimension.ordered,
        "ttl": ttl,
        "labelZh": dimension.labels.zh_cn,
        "labelEn": dimension.labels.en,
    }
    duties = [{"duty": duty.upper(), "team": team} for duty, team in dimension.duties.items()]
    return {"key": dimension.key, "set": values, "duties": duties}


def _tags(taxonomy: Taxonomy) -> Iterator[dict[str, Any]]:
    """Yield the tags that a taxonomy defines, those that it adds to another's dimensions too."""
    own = [(dimension.key, dimension.tags) for dimension in taxonomy.dimensions]
    added = [(addition.dimension, addition.tags) for addition in taxonomy.additions]
    for dimension, tags in (*own, *added):
        for place, tag in enumerate(tags):
            yield _tag(taxonomy.key, dimension, tag, place)


def _tag(taxonomy: str, dimension: str, tag: Tag, place: int) -> dict[str, Any]:
    key = tag_key(dimension, tag.key)
    values = {
        "key": key,
        "dimension": dimension,
        "taxonomy": taxonomy,
        "position": place,
        "labelZh": tag.labels.zh_cn,
        "labelEn": tag.labels.en,
    }
    parent = None if tag.parent is None else tag_key(dimension, tag.parent)
    return {"key": key, "dimension": dimension, "parent": parent, "set": values}
