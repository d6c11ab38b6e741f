"""Taxonomies from files into the graph, and the catalogue of all that is in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.taxonomy import Taxonomy
from profilegraph.domain.taxonomy_diff import compare, numbers
from profilegraph.domain.taxonomy_fit import bases_first, misfits, settled
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
        known = await lock_taxonomies(transaction)
        changed = _changed(wanted, known)
        for taxonomy in changed:
            if not taxonomy.additions:  # those are written once, below
                await save_taxonomy(transaction, taxonomy, digest(taxonomy), now)
        whole = {one.key: one for one in (*known, *changed)}
        await follow(transaction, changed, whole.values(), now)
        return changed

    return await database.write(work)


async def follow(
    transaction: Transaction,
    changed: Iterable[Taxonomy],
    whole: Iterable[Taxonomy],
    now: datetime | None,
) -> None:
    """Write anew what taxonomies add to those that changed: their dimensions may have new keys."""
    keys = {one.key for one in changed}
    known = list(whole)
    places = {one.key: one.additions for one in settled(known)}
    for one in bases_first(known):
        if one.additions and keys & {one.key, *one.extends}:
            await save_taxonomy(transaction, one, digest(one), now, places[one.key])


async def load_what_fits(
    database: Database, taxonomies: Iterable[Taxonomy], now: datetime
) -> dict[str, str]:
    """Return why taxonomies were left out, by key; the others are in the graph then.

    One that does not go together with what is there, or lacks what its last version had and says
    nothing of it, must not keep the others from being loaded, nor a process from starting.
    """
    wanted = bases_first(taxonomies)
    known = {one.key: one for one in await read_taxonomies(database)}
    at_once = not misfits([*(known | {one.key: one for one in wanted}).values()])
    left: dict[str, str] = {}
    for one in wanted:
        old = known.get(one.key)
        if old is not None and (one == old or _kept(one, old)):
            continue
        wrong = _gone(one, old) or ("" if at_once else _misfit(known, one))
        if wrong:
            left[one.key] = f"the taxonomy {one.key!r} {one.version} is not in use: {wrong}"
        else:
            known[one.key] = one
    await load_taxonomies(database, [one for one in wanted if one.key not in left], now)
    return left


def _gone(new: Taxonomy, old: Taxonomy | None) -> str:
    lost = () if old is None else compare(old, new).vanished
    if old is None or not lost:
        return ""
    return f"since {old.version} {lost[0]}, and neither an alias nor `removed` says so."


def _misfit(known: Mapping[str, Taxonomy], new: Taxonomy) -> str:
    wrong = misfits([*{**known, new.key: new}.values()])
    return f"{wrong[0].message} {wrong[0].hint}" if wrong else ""


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
    return present is not None and (
        present.editable or numbers(taxonomy.version) < numbers(present.version)
    )


def digest(taxonomy: Taxonomy) -> str:
    """Return a SHA-256 that is equal only for equal taxonomies."""
    text = taxonomy.model_dump_json(by_alias=True, exclude_none=True)
    return hashlib.sha256(text.encode()).hexdigest()
