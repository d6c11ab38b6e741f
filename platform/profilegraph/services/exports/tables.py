"""The rows of an exported table, streamed page by page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from profilegraph.domain.limits import MAX_PAGE
from profilegraph.domain.records.customers import Consent
from profilegraph.domain.values import Labels
from profilegraph.language.facts import Past, When
from profilegraph.language.nodes import Node, PersonTest
from profilegraph.language.rewriting import current
from profilegraph.language.saved_filters import inlined
from profilegraph.services.access.contacts import shown
from profilegraph.services.customers import people
from profilegraph.services.exports.columns import (
    ColumnRequirement,
    ExportColumn,
    ExportRow,
    ExportSubject,
    choose,
    usual,
)
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from profilegraph.services.segments.broken import require_sound
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.records.people import read_portraits
from profilegraph.storage.records.reads import (
    ByCustomer,
    Profile,
    read_arrivals,
    read_consents,
    read_identities,
    read_owners,
    read_profiles,
    read_taggings,
)

_READERS: Mapping[
    ColumnRequirement, Callable[[Database, Sequence[str], datetime], Awaitable[ByCustomer[Any]]]
] = {
    ColumnRequirement.TAGGINGS: read_taggings,
    ColumnRequirement.IDENTITIES: lambda database, keys, _: read_identities(database, keys),
    ColumnRequirement.OWNERS: lambda database, keys, _: read_owners(database, keys),
    ColumnRequirement.ARRIVALS: lambda database, keys, _: read_arrivals(database, keys),
    ColumnRequirement.CONSENTS: lambda database, keys, now: _consents(database, keys, now),
}


@dataclass(frozen=True)
class ExportTable:
    """An export: its name, its columns and its rows, which are read on iteration."""

    labels: Labels
    columns: tuple[ExportColumn, ...]
    pages: AsyncGenerator[Sequence[ExportRow], None]


async def open_table(
    platform: Platform,
    segment: str,
    when: When,
    *,
    of_people: PersonTest | None = None,
    columns: Sequence[str] | None = None,
) -> ExportTable:
    """Return the table of a segment's members, by key, with the named columns.

    With `of_people`, it is the table of the members' decision-makers that match it. The filter and
    the moment are fixed, however long the reading takes; for a moment in the past, the columns
    still show current values. Each page is a read of its own with a deadline of its own. Raises
    NotFound, NoHistory, BrokenSegment, and InvalidInput if there is no such column.
    """
    saved = await service.segment(platform, segment, when)
    await require_sound(platform, segment, saved.filter, when)
    catalogue = await platform.catalogue()
    whole = inlined(saved.filter, await service.library(platform, saved.filter, when))
    node = current(whole, catalogue)
    what = ExportSubject.MEMBERS if of_people is None else ExportSubject.PEOPLE
    names = usual(node, what) if columns is None else columns
    chosen = choose(names, what, catalogue)
    pages = (
        _members(platform, node, when, chosen)
        if of_people is None
        else _people(platform, node, of_people, when, chosen)
    )
    return ExportTable(saved.labels, chosen, pages)


async def _members(
    platform: Platform, node: Node, when: When, columns: Sequence[ExportColumn]
) -> AsyncGenerator[Sequence[ExportRow], None]:
    """Yield the rows of all members, in at least one page."""
    page = await service.members(platform, node, when, first=MAX_PAGE)
    while True:
        keys = [position.key for position in page.positions]
        found = await _rows(platform, keys, _today(when), columns)
        yield [found[key] for key in keys if key in found]
        if not page.has_next:
            return
        after = page.positions[-1]
        page = await service.members(platform, node, when, first=MAX_PAGE, after=after)


async def _people(
    platform: Platform, node: Node, where: PersonTest, when: When, columns: Sequence[ExportColumn]
) -> AsyncGenerator[Sequence[ExportRow], None]:
    """Yield the rows of all people of the members, in at least one page."""
    ask = partial(people.page, platform, node, where, when, first=MAX_PAGE)
    page = await ask()
    while True:
        customers = list(dict.fromkeys(seat.customer for seat in page.seats))
        found = await _rows(platform, customers, _today(when), columns)
        portraits = await read_portraits(platform.database, [seat.person for seat in page.seats])
        yield [
            replace(found[seat.customer], portrait=portraits[seat.person])
            for seat in page.seats
            if seat.customer in found and seat.person in portraits
        ]
        if not page.has_next:
            return
        page = await ask(after=page.seats[-1].person)


async def _rows(
    platform: Platform, keys: Sequence[str], now: datetime, columns: Sequence[ExportColumn]
) -> dict[str, ExportRow]:
    """Return rows by customer, without the contact data that whoever asks may not see."""
    found = await read_customers(platform.database, keys, now, columns)
    if not any(row.identities for row in found.values()):
        return found
    identities = await shown(platform, {key: row.identities for key, row in found.items()}, now)
    return {key: replace(row, identities=identities[key]) for key, row in found.items()}


def _today(when: When) -> datetime:
    return when.present if isinstance(when, Past) else when


async def _consents(database: Database, keys: Sequence[str], now: datetime) -> ByCustomer[Consent]:
    found = await read_consents(database, keys)
    return {key: [one for one in said if one.at <= now] for key, said in found.items()}


async def read_customers(
    database: Database, keys: Sequence[str], now: datetime, columns: Sequence[ExportColumn]
) -> dict[str, ExportRow]:
    """Return the customer data that the columns need, by key; deleted customers are left out."""
    profiles = await read_profiles(database, keys)
    needs = {column.need for column in columns if column.need is not None}
    read = {need.value: await _READERS[need](database, keys, now) for need in needs}

    def row(key: str, profile: Profile) -> ExportRow:
        known: dict[str, Any] = {name: found.get(key, ()) for name, found in read.items()}
        return ExportRow(profile, **known)

    return {key: row(key, profile) for key, [profile] in profiles.items()}
