"""Loads taxonomies from files into the graph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.compatibility import (
    bases_first,
    describe_incompatibility,
    incompatible,
    with_current_keys,
)
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.taxonomy.difference import compare, numbers
from profilegraph.errors import InvalidTaxonomy
from profilegraph.hooks.hosting.host import Host
from profilegraph.importers.taxonomies.files import TaxonomySource, incompatibilities_of
from profilegraph.importers.taxonomies.versions import vanished_faults
from profilegraph.services.audit.entries import operator_entry
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.taxonomies.definitions import (
    lock_taxonomies,
    read_taxonomies,
    save_taxonomy,
)


async def load_taxonomies(
    database: Database, taxonomies: Iterable[Taxonomy], now: datetime | None = None
) -> list[Taxonomy]:
    """Write those of `taxonomies` that are new or different to the graph, and return them.

    A version older than the graph's is skipped: of two processes, one not yet upgraded, the newer
    one wins. A taxonomy that people have edited is skipped, too. All are written in one
    transaction; with `now`, their former versions are kept as history, and the audit log says that
    it was done. Raises Conflict if they are
    incompatible with each other or with those in the graph.
    """
    wanted = {taxonomy.key: taxonomy for taxonomy in taxonomies}
    if not _changed(wanted, await read_taxonomies(database)):
        return []

    async def work(transaction: Transaction) -> list[Taxonomy]:
        known = await lock_taxonomies(transaction)
        changed = _changed(wanted, known)
        for taxonomy in changed:
            if not taxonomy.additions:  # those are written once, below
                await save_taxonomy(transaction, taxonomy, taxonomy_digest(taxonomy), now)
        whole = {one.key: one for one in (*known, *changed)}
        await follow(transaction, changed, whole.values(), now)
        if changed and now is not None:
            loaded = (f"taxonomy:{one.key}" for one in changed)
            transaction.record(operator_entry("LoadTaxonomies", now, *loaded))
        return changed

    return await database.write(work)


async def follow(
    transaction: Transaction,
    changed: Iterable[Taxonomy],
    whole: Iterable[Taxonomy],
    now: datetime | None,
) -> None:
    """Rewrite the extensions by other taxonomies of those that changed: dimensions may have new keys."""
    keys = {one.key for one in changed}
    known = list(whole)
    places = {one.key: one.additions for one in with_current_keys(known)}
    for one in bases_first(known):
        if one.additions and keys & {one.key, *one.extends}:
            await save_taxonomy(transaction, one, taxonomy_digest(one), now, places[one.key])


async def load_what_fits(database: Database, host: Host, now: datetime) -> Host:
    """Load the taxonomies of plugins that fit, and return the host with the others disabled.

    A taxonomy that is incompatible with the graph, or omits definitions of its last version without
    declaring it, must not keep the others from being loaded, nor a process from starting.
    """
    with_disabled = disable_incompatible(host, await read_taxonomies(database))
    await load_taxonomies(database, with_disabled.taxonomies, now)
    return with_disabled


def disable_incompatible(host: Host, known: Iterable[Taxonomy]) -> Host:
    """Return the host with those taxonomies disabled that are incompatible with known ones.

    Taxonomies in the graph stay in use. This is the one place where it is decided: serving
    processes, `/ready`, `doctor` and the listing commands all call it.
    """
    present = {one.key: one for one in known}
    plugins = {key: one.name for key, one in host.providers.items()}
    coming = [one for one in host.brought if replaces(one, present.get(one.key))]
    left = {one.key: wrong for one in coming if (wrong := _gone(one, present.get(one.key)))}
    fitting = [one for one in coming if one.key not in left]
    refused = incompatible(fitting, present.values())
    left |= {
        one.key: describe_incompatibility(one, refused[one.key], plugins)
        for one in fitting
        if one.key in refused
    }
    return host.with_disabled(left)


def replaces(new: Taxonomy, old: Taxonomy | None) -> bool:
    """Return whether a taxonomy replaces the graph's taxonomy of its key, if it is compatible."""
    return new != old and not _kept(new, old)


def _gone(new: Taxonomy, old: Taxonomy | None) -> str:
    lost = () if old is None else compare(old, new).vanished
    if old is None or not lost:
        return ""
    return (
        f"the taxonomy {new.key!r} {new.version} is not in use: since {old.version} {lost[0]}, and"
        " neither an alias nor `removed` says so."
    )


async def load_sources(
    database: Database, sources: Sequence[TaxonomySource], now: datetime
) -> list[Taxonomy]:
    """Write the taxonomies of files that are new or different, and return them.

    Raises InvalidTaxonomy, each fault with its line, if a file is incompatible with the graph, or
    omits definitions without declaring it.
    """
    present = {one.key: one for one in await read_taxonomies(database)}
    faults = incompatibilities_of(sources, present.values())
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
    """Return whether the graph's taxonomy stays, because people edit it or it is newer."""
    return present is not None and (
        present.editable or numbers(taxonomy.version) < numbers(present.version)
    )


def taxonomy_digest(taxonomy: Taxonomy) -> str:
    """Return a SHA-256 that only equal taxonomies share."""
    text = taxonomy.model_dump_json(by_alias=True, exclude_none=True)
    return hashlib.sha256(text.encode()).hexdigest()
