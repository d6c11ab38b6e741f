"""Taxonomies from files into the graph, and the catalogue of all that is in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.taxonomy import Taxonomy
from profilegraph.domain.taxonomy_fit import bases_first
from profilegraph.storage.database import Database, Transaction
from profilegraph.storage.taxonomies import read_taxonomies, save_taxonomy, taxonomy_digests


async def load_taxonomies(
    database: Database, taxonomies: Iterable[Taxonomy], now: datetime | None = None
) -> list[Taxonomy]:
    """Return those of `taxonomies` that were new or different, after writing them to the graph.

    A version older than the graph's is left out: of two processes, one not yet upgraded, the newer
    one wins. All are written in one transaction; with `now`, it is kept since when what a taxonomy
    had before is gone. Raises Conflict where they do not go together, or not with those that are
    there.
    """
    wanted = {taxonomy.key: taxonomy for taxonomy in taxonomies}
    present = {taxonomy.key: taxonomy for taxonomy in await read_taxonomies(database)}
    Catalogue.of((present | wanted).values())
    digests = await taxonomy_digests(database)
    changed = [
        one
        for one in bases_first(wanted.values())
        if digests.get(one.key) != digest(one) and not _older(one, present.get(one.key))
    ]

    async def work(transaction: Transaction) -> None:
        for taxonomy in changed:
            await save_taxonomy(transaction, taxonomy, digest(taxonomy), now)

    if changed:
        await database.write(work)
    return changed


def _older(taxonomy: Taxonomy, present: Taxonomy | None) -> bool:
    return present is not None and _version(taxonomy) < _version(present)


def _version(taxonomy: Taxonomy) -> tuple[int, ...]:
    return tuple(int(part) for part in taxonomy.version.split("."))


def digest(taxonomy: Taxonomy) -> str:
    """Return a SHA-256 that is equal only for equal taxonomies."""
    text = taxonomy.model_dump_json(by_alias=True, exclude_none=True)
    return hashlib.sha256(text.encode()).hexdigest()
