"""Checks that every stored record can be read, with the same code that answers questions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from profilegraph.domain.records.kinds import KINDS
from profilegraph.domain.records.stored import StoredKind
from profilegraph.errors import (
    DatabaseBusy,
    DatabaseRefused,
    DatabaseTimeout,
    DatabaseUnavailable,
    ProfilegraphError,
)
from profilegraph.services.taxonomy_changes.planning import plan_of
from profilegraph.services.taxonomy_changes.records import record_of
from profilegraph.storage.destinations import read_deliveries
from profilegraph.storage.duties import read_loans
from profilegraph.storage.live import read_watches
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.operations import count_customers, next_customers, read_stored_keys
from profilegraph.storage.records import reads
from profilegraph.storage.records.facts import read_neighbourhood, read_past
from profilegraph.storage.segments.groups import read_groups
from profilegraph.storage.segments.saved import read_versions
from profilegraph.storage.taxonomies.changes import read_changes
from profilegraph.storage.taxonomies.definitions import read_definitions
from profilegraph.storage.webhooks import read_webhooks

BATCH = 200
MOST_OFFENDERS = 5
"""Most unreadable records named per kind."""
_ALL = 2**31 - 1


@dataclass(frozen=True)
class RecordMoment:
    """The moment as of which records that depend on it are read."""

    database: Database
    now: datetime


Read = Callable[[RecordMoment, Sequence[str]], Awaitable[object]]
"""Reads the records of some keys; raises if one of them cannot be read."""


@dataclass(frozen=True)
class RecordFinding:
    """An unreadable record, by the key of the customer, segment or taxonomy that it belongs to."""

    kind: str
    key: str
    reason: str


@dataclass(frozen=True)
class RecordCheck:
    """How many records were read, and which of them are unreadable."""

    customers: int
    of: int
    """The number of customers."""
    unreadable: tuple[RecordFinding, ...]


def _reader(kind: StoredKind[Any]) -> Read:
    return lambda at, keys: reads.read_owned(at.database, kind, keys)


_OF_CUSTOMERS: Mapping[str, Read] = MappingProxyType(
    {
        "profile": lambda at, keys: reads.read_profiles(at.database, keys),
        "taggings": lambda at, keys: reads.read_taggings(at.database, keys, at.now),
        "past taggings": lambda at, keys: reads.read_all_taggings(at.database, keys),
        "past states": lambda at, keys: reads.read_all_states(at.database, keys),
        "departments": lambda at, keys: reads.read_departments(at.database, keys),
        "decision-makers": lambda at, keys: reads.read_decision_makers(at.database, keys),
        "relations": lambda at, keys: reads.read_relations(at.database, keys),
        "owners": lambda at, keys: reads.read_owners(at.database, keys),
        "arrivals": lambda at, keys: reads.read_arrivals(at.database, keys),
        "explanation": lambda at, keys: read_neighbourhood(at.database, keys, 0),
        "past explanation": lambda at, keys: read_past(at.database, keys, at.now),
    }
    | {kind.plural.replace("_", "-"): _reader(kind) for kind in KINDS if kind.owner is not None}
)


async def _changes(at: RecordMoment, keys: Sequence[str]) -> None:
    for change in await read_changes(at.database, keys=keys, most=_ALL):
        plan_of(change)
        if change.record is not None:
            record_of(change)


async def _loans(at: RecordMoment, keys: Sequence[str]) -> None:
    for key in keys:
        await read_loans(at.database.read, key=key)


_OF_THE_PLATFORM: Mapping[str, Read] = MappingProxyType(
    {
        "taxonomy": lambda at, keys: read_definitions(at.database, keys),
        "change of tags": _changes,
        "segment": lambda at, keys: read_versions(at.database, keys),
        "segment group": lambda at, keys: read_groups(at.database, keys),
        "watched segment": lambda at, keys: read_watches(at.database, keys),
        "webhook": lambda at, keys: read_webhooks(at.database, keys=keys),
        "delivery": lambda at, keys: read_deliveries(at.database, keys=keys),
        "loan of a duty": _loans,
    }
)


async def read_every_record(
    database: Database,
    now: datetime,
    *,
    seconds: float | None = None,
    batch: int = BATCH,
    clock: Callable[[], float] = perf_counter,
) -> RecordCheck:
    """Return which records are unreadable; customers are read by key until `seconds` are over.

    Only the findings are kept in memory. Raises DatabaseUnavailable and similar errors.
    """
    at, ends = RecordMoment(database, now), None if seconds is None else clock() + seconds
    found = [one async for one in _of_the_platform(at, batch)]
    kinds = dict(_OF_CUSTOMERS)
    read, after = 0, ""
    while ends is None or clock() < ends:
        keys = await next_customers(database, after, batch)
        if not keys:
            break
        for kind, reader in list(kinds.items()):
            found += [one async for one in _offenders(at, kind, reader, keys)]
            if sum(one.kind == kind for one in found) >= MOST_OFFENDERS:
                del kinds[kind]
        read, after = read + len(keys), keys[-1]
    return RecordCheck(read, max(read, await count_customers(database)), tuple(found))


async def _of_the_platform(at: RecordMoment, batch: int) -> AsyncIterator[RecordFinding]:
    for kind, reader in _OF_THE_PLATFORM.items():
        keys = await read_stored_keys(at.database, kind)
        for begin in range(0, len(keys), batch):
            async for one in _offenders(at, kind, reader, keys[begin : begin + batch]):
                yield one


async def _offenders(
    at: RecordMoment, kind: str, reader: Read, keys: Sequence[str]
) -> AsyncIterator[RecordFinding]:
    """Yield the unreadable records among some keys, found by bisection."""
    waiting, named = [list(keys)], 0
    while waiting and named < MOST_OFFENDERS:
        some = waiting.pop()
        reason = await _fault(at, reader, some)
        if reason is None:
            continue
        if len(some) == 1:
            named += 1
            yield RecordFinding(kind, some[0], reason)
        else:
            middle = len(some) // 2
            waiting += [some[middle:], some[:middle]]


async def _fault(at: RecordMoment, reader: Read, keys: Sequence[str]) -> str | None:
    try:
        await reader(at, keys)
    except (DatabaseUnavailable, DatabaseTimeout, DatabaseBusy, DatabaseRefused):
        raise
    except ProfilegraphError as error:
        return error.message
    except ValidationError as fault:
        told = fault.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, told['loc']))}: {told['msg']}"
    except Exception as fault:  # noqa: BLE001  (what a reader stumbles over is what is looked for)
        return f"{type(fault).__name__}: {fault}"
    return None
