"""Taxonomies in the graph: the stored definition, and a node for each dimension and tag."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from profilegraph.domain.taxonomy.catalogue import tag_key
from profilegraph.domain.taxonomy.definition import Addition, Dimension, Tag, Taxonomy
from profilegraph.domain.taxonomy.removed import removals
from profilegraph.errors import UnreadableRecord
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.labels import stored_labels
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.statements import statement


async def save_taxonomy(
    transaction: Transaction,
    taxonomy: Taxonomy,
    digest: str,
    now: datetime | None = None,
    additions: Sequence[Addition] | None = None,
) -> None:
    """Write a taxonomy with its dimensions and tags; `digest` identifies the definition.

    `additions` are its own, with the current keys of the dimensions and tags of others. With `now`,
    the former definition is stored as history, and removed definitions with the moment of their
    removal. Raises UnreadableRecord if the former one cannot be read.
    """
    values = {
        "departed": None if now is None else await _departed(transaction, taxonomy, now),
        "version": taxonomy.version,
        "digest": digest,
        "definition": taxonomy.model_dump_json(by_alias=True, exclude_none=True),
        **stored_labels(taxonomy.labels),
    }
    parameters = {
        "key": taxonomy.key,
        "set": {name: value for name, value in values.items() if value is not None},
        "dimensions": [_dimension(dimension) for dimension in taxonomy.dimensions],
        "tags": [*_tags(taxonomy, taxonomy.additions if additions is None else additions)],
        "at": now,
    }
    await transaction.run(statement("taxonomy"), parameters)
    transaction.touch(parts=[ChangedPart.TAXONOMIES])


async def read_removed(database: Database) -> dict[str, datetime]:
    """Return when definitions were removed from taxonomies, if known, by `kind:key`."""
    rows = await database.read(
        "MATCH (t:Taxonomy) WHERE t.departed IS NOT NULL RETURN t.departed AS departed"
    )
    found: dict[str, datetime] = {}
    for row in rows:
        found |= _moments(row["departed"])
    return found


async def taxonomy_digests(database: Database) -> dict[str, str]:
    """Return the digest of each taxonomy in the graph, ordered by key."""
    rows = await database.read(
        "MATCH (t:Taxonomy) RETURN t.key AS key, t.digest AS digest ORDER BY key"
    )
    return {row["key"]: row["digest"] for row in rows}


async def read_taxonomies(database: Database) -> Sequence[Taxonomy]:
    """Return the taxonomies in the graph, ordered by key; raises UnreadableRecord."""
    rows = await database.read(
        "MATCH (t:Taxonomy) RETURN t.definition AS definition ORDER BY t.key"
    )
    return [_definition(row["definition"]) for row in rows]


async def lock_taxonomies(transaction: Transaction) -> Sequence[Taxonomy]:
    """Return all taxonomies, ordered by key, locked until the commit.

    Raises UnreadableRecord.
    """
    # One lock for all: they refer to one another, and a new one has no node to be locked yet.
    await transaction.run("MERGE (l:Lock {key: 'taxonomies'}) SET l.key = l.key")
    rows = await transaction.run(
        "MATCH (t:Taxonomy) RETURN t.definition AS definition ORDER BY t.key"
    )
    return [_definition(row["definition"]) for row in rows]


async def read_taxonomies_at(database: Database, at: datetime) -> Sequence[Taxonomy] | None:
    """Return the taxonomies as of a moment, ordered by key; None if they have not changed since.

    Raises UnreadableRecord.
    """
    changed = await database.read(
        "MATCH (:Taxonomy)-[:WAS]->(was:State) WHERE was.until > $at RETURN was.until LIMIT 1",
        {"at": at},
    )
    if not changed:
        return None
    rows = await database.read(statement("read_taxonomies_at"), {"at": at})
    return [_definition(row["definition"]) for row in rows]


async def read_definitions(database: Database, keys: Sequence[str]) -> Sequence[Taxonomy]:
    """Return some taxonomies in all their states; raises UnreadableRecord."""
    rows = await database.read(
        "MATCH (t:Taxonomy) WHERE t.key IN $keys"
        " UNWIND [t.definition] + [(t)-[:WAS]->(was:State) | was.definition] AS definition"
        " RETURN definition",
        {"keys": list(keys)},
    )
    return [_definition(row["definition"]) for row in rows]


def _definition(text: str) -> Taxonomy:
    """Return a taxonomy from its stored form; raises UnreadableRecord."""
    try:
        return Taxonomy.model_validate_json(text)
    except ValidationError as fault:
        told = fault.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, told["loc"]))
        raise UnreadableRecord(
            f"a stored taxonomy cannot be read: {place}: {told['msg']}.",
            hint="A newer profilegraph may have written it: use that one, or load its file again.",
        ) from fault


async def _departed(transaction: Transaction, taxonomy: Taxonomy, now: datetime) -> str:
    rows = await transaction.run(
        "MATCH (t:Taxonomy {key: $key}) RETURN t.definition AS definition, t.departed AS departed",
        {"key": taxonomy.key},
    )
    old = _definition(rows[0]["definition"]) if rows else None
    before = _moments(rows[0]["departed"] or "{}") if rows else {}
    found = removals(before, old, taxonomy, now)
    return json.dumps({key: at.isoformat() for key, at in sorted(found.items())})


def _moments(text: str) -> dict[str, datetime]:
    return {key: datetime.fromisoformat(at) for key, at in json.loads(text).items()}


def _dimension(dimension: Dimension) -> dict[str, Any]:
    ttl = None if dimension.ttl_days is None else timedelta(days=dimension.ttl_days)
    values = {
        "key": dimension.key,
        "cardinality": dimension.cardinality.value,
        "ordered": dimension.ordered,
        "ttl": ttl,
        **stored_labels(dimension.labels),
    }
    duties = [{"duty": duty.upper(), "team": team} for duty, team in dimension.duties.items()]
    return {"key": dimension.key, "set": values, "duties": duties}


def _tags(taxonomy: Taxonomy, additions: Sequence[Addition]) -> Iterator[dict[str, Any]]:
    """Yield the tags that a taxonomy defines, including those that it adds to other taxonomies' dimensions."""
    own = [(dimension.key, dimension.tags) for dimension in taxonomy.dimensions]
    added = [(addition.dimension, addition.tags) for addition in additions]
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
        **stored_labels(tag.labels),
    }
    parent = None if tag.parent is None else tag_key(dimension, tag.parent)
    return {"key": key, "dimension": dimension, "parent": parent, "set": values}
