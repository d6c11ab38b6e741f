"""Taxonomies from files into the graph, and the catalogue of all that is in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.taxonomy import Taxonomy
from profilegraph.domain.taxonomy_fit import bases_first
from profilegraph.errors import InvalidTaxonomy
from profilegraph.importers.taxonomies import Source, misfits_of
from profilegraph.importers.taxonomy_versions import vanished_faults
from profilegraph.storage.database import Database, Transaction
from profilegraph.storage.taxonomies import lock_taxonomies, read_taxonomies, save_taxonomy


async def load_taxonomies(
    database: Database, taxonomies: Iterable[Taxonomy], now: datetime | None = None
) -> list[Taxonomy]:
    """Return those of `taxonomies` that were new or different, after writing them to the graph.

    A version older than the graph's is left out: of two processes, one not yet upgraded, the newer
    one wins. So is one that people edit by now. All are written in one transaction; with `now`, what
    they were until then is kept. Raises Conflict where they do not go together, or not with those
    that are there.
    """
    wanted = {taxonomy.key: taxonomy for taxonomy in taxonomies}
    if not _changed(wanted, await read_taxonomies(database)):
        return []

    async def work(transaction: Transaction) -> list[Taxonomy]:
        changed = _changed(wanted, await lock_taxonomies(transaction))
        for taxonomy in changed:
            await save_taxonomy(transaction, taxonomy, digest(taxonomy), now)
        return changed

    return await database.write(work)


async def load_sources(
    database: Database, sources: Sequence[Source], now: datetime
) -> list[Taxonomy]:
    """Return the taxonomies of those files that were new or different, after writing them.

    Raises InvalidTaxonomy, each fault with its line, where a file does not go together with what is
    in the graph, or lacks what is there and says nothing of it.
    """
    present = {one.key: one for one in await read_taxonomies(database)}
    faults = misfits_of(sources, present.values())
    for source in sources:
        old = present.get(source.taxonomy.key)
        if old is not None and not _kept(source.taxonomy, old):
            faults += vanished_faults(source, old)
    if faults:
        raise InvalidTaxonomy(faults)
    return await load_taxonomies(database, [source.taxonomy for source in sources], now)


def _changed(wanted: Mapping[str, Taxonomy], known: Iterable[Taxonomy]) -> list[Taxonomy]:
    present = {taxonomy.key: taxonomy for taxonomy in known}
    changed = [
        one
        for one in bases_first(wanted.values())
        if one != present.get(one.key) and not _kept(one, present.get(one.key))
    ]
    Catalogue.of((present | {one.key: one for one in changed}).values())
    return changed


def _kept(taxonomy: Taxonomy, present: Taxonomy | None) -> bool:
    """Return whether what is in the graph stays: people edit it, or it is newer."""
    return present is not None and (present.editable or _version(taxonomy) < _version(present))


def _version(taxonomy: Taxonomy) -> tuple[int, ...]:
    return tuple(int(part) for part in taxonomy.version.split("."))


def digest(taxonomy: Taxonomy) -> str:
    """Return a SHA-256 that is equal only for equal taxonomies."""
    text = taxonomy.model_dump_json(by_alias=True, exclude_none=True)
    return hashlib.sha256(text.encode()).hexdigest()
