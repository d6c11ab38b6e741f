"""Checks every part that the platform needs, and says how to repair what is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType

import httpx

from profilegraph.config import Settings
from profilegraph.domain.destinations import DELIVERY
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.webhooks import WEBHOOK
from profilegraph.errors import ProfilegraphError, SchemaBehind
from profilegraph.hooks.hosting.host import Host
from profilegraph.nearest import nearest
from profilegraph.services.cache.states import IndexState
from profilegraph.services.operations.deployment import require_same
from profilegraph.services.operations.stored_records import read_every_record
from profilegraph.services.platform import Address, connect, index_file, schema_migrations
from profilegraph.services.taxonomies.loading import disable_incompatible, replaces
from profilegraph.storage.deployment import read_deployment
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.migrations import require_migrated
from profilegraph.storage.outbox import read_stuck
from profilegraph.storage.taxonomies.definitions import read_taxonomies

RECORD_SECONDS = 15.0
"""How many seconds stored records are read."""
_UNREADABLE = "Questions about it fail: save it again, and report how it came to be."
_SECONDS = 3.0
_OVERDUE = timedelta(minutes=5)
"""How long something may be due before it looks as if nobody sent it."""
_NAMED = 5
"""How many items of the outbox are named; there may be more."""
_ASK_AGAIN: Mapping[str, str] = MappingProxyType(
    {
        WEBHOOK: "Save the webhook again (`saveWebhook`) once its receiver answers: it goes on where it"
        " was. Or delete it.",
        DELIVERY: "Send the segment again (`profilegraph segment send`): it goes to the same members,"
        " under the same id.",
    }
)
"""What to do about items that were given up, by kind."""
_SENT_AGAIN = (
    "They are by themselves; `profilegraph segment webhooks` and `Segment.deliveries` say when."
)
_NOT_SENT = "`profilegraph serve` sends them; where it runs, its log says why it does not."
_PREFIX = "PROFILEGRAPH_"
_GOOD = frozenset({"ok", *(state.value for state in IndexState if state is not IndexState.FAILED)})
"""The states of the parts of a healthy server."""


class Health(Enum):
    """The state of a part of the platform."""

    SOUND = "ok"
    IMPAIRED = "warning"
    """Something does not work; everything else does."""
    BROKEN = "error"
    """The platform cannot do its work."""


@dataclass(frozen=True)
class HealthFinding:
    """The state of one part, and what to do about it."""

    part: str
    health: Health
    message: str
    hint: str = ""


async def examine(
    settings: Settings,
    environment: Mapping[str, str],
    address: Address | ProfilegraphError,
    host: Host,
    now: datetime,
    record_seconds: float | None = RECORD_SECONDS,
) -> list[HealthFinding]:
    """Return the findings on each part of the platform; nothing is changed.

    Without an address, or if no database answers, the checks that need one are left out. Stored
    records are read for `record_seconds`, or until all are read.
    """
    known = list(_settings(environment))
    if isinstance(address, ProfilegraphError):
        return [*known, *_plugins(host), _broken("database", address)]
    try:
        database = await connect(settings, address)
    except ProfilegraphError as error:
        return [*known, *_plugins(host), _broken("database", error)]
    try:
        own = settings.neo4j_uri is None
        judged, taxonomies = await _taxonomies(database, host)
        found = [
            *known,
            *_plugins(judged),
            HealthFinding("database", Health.SOUND, f"answers at {database.address}"),
            await _schema(database, own=own),
            await _deployment(database, settings),
            taxonomies,
        ]
        found += await _records(database, now, record_seconds)
        found += await _outbox(database, now)
    finally:
        await database.close()
    return [*found, _index(settings, address), await _server(settings)]


def plugin_state(host: Host) -> str:
    """Return in a few words which plugins or parts are disabled or failing, without the reasons."""
    message = []
    if host.faults:
        faulty = dict.fromkeys(fault.about for fault in host.faults)
        message.append(f"out of use: {', '.join(faulty)}")
    failing = [one for one in host.guard.troubles if one.in_a_row]
    names = [str(one.part) for one in failing if not one.receiver]
    if names:
        message.append(f"failing: {', '.join(names)}")
    receivers = Counter(one.part for one in failing if one.receiver)
    message += [f"{part} fails for {many} of its receivers" for part, many in receivers.items()]
    return "; ".join(message) or "ok"


def _settings(environment: Mapping[str, str]) -> Iterator[HealthFinding]:
    known = [name.upper() for name in Settings.model_fields]
    given = [name for name in environment if name.startswith(_PREFIX)]
    unknown = [name for name in given if name.removeprefix(_PREFIX) not in known]
    for name in sorted(unknown):
        near = nearest(name.removeprefix(_PREFIX), known, 1)
        hint = f"Did you mean {_PREFIX}{near[0]}?" if near else "Remove it."
        yield HealthFinding("settings", Health.IMPAIRED, f"{name} is no setting", hint)
    if not unknown:
        yield HealthFinding("settings", Health.SOUND, "all are understood")


def _plugins(host: Host) -> Iterator[HealthFinding]:
    for fault in host.faults:
        hint = "Report it to its author, or uninstall it; `plugin list --trace` shows where it is."
        message = f"{fault.about}: {fault.reason}"
        yield HealthFinding("plugins", Health.IMPAIRED, message, hint)
    names = ", ".join(plugin.name for plugin in host.plugins)
    yield HealthFinding("plugins", Health.SOUND, f"{len(host.plugins)} work: {names}")


async def _schema(database: Database, *, own: bool) -> HealthFinding:
    migrations = schema_migrations()
    try:
        await require_migrated(database, migrations)
    except SchemaBehind as error:
        if own:
            message = "what is missing is applied when the platform next starts"
            return HealthFinding("schema", Health.SOUND, message)
        return _broken("schema", error)
    except ProfilegraphError as error:
        return _broken("schema", error)
    return HealthFinding("schema", Health.SOUND, f"is that of version {len(migrations)}")


async def _deployment(database: Database, settings: Settings) -> HealthFinding:
    """Return whether the settings of this process equal those of the graph."""
    kept = await read_deployment(database)
    if kept is None:
        message = "are kept in the graph when the platform first starts"
        return HealthFinding("deployment", Health.SOUND, message)
    try:
        require_same(kept, settings)
    except ProfilegraphError as error:
        return _broken("deployment", error)
    message = f"amounts in {kept.currency}, phones of {kept.phone_region}, days of {kept.timezone}"
    return HealthFinding("deployment", Health.SOUND, message)


async def _taxonomies(database: Database, host: Host) -> tuple[Host, HealthFinding]:
    """Return the host with what the graph disables, and the finding on the taxonomies in the graph."""
    try:
        known = await read_taxonomies(database)
        catalogue = Catalogue.of(known)
    except ProfilegraphError as error:
        return host, _broken("taxonomies", error)
    there = {one.key: one for one in known}
    judged = disable_incompatible(host, known)
    missing = [one.key for one in judged.taxonomies if replaces(one, there.get(one.key))]
    if missing:
        message = f"not in the graph yet: {', '.join(missing)}"
        hint = "They are loaded when the platform next starts."
        return judged, HealthFinding("taxonomies", Health.IMPAIRED, message, hint)
    message = f"{len(known)} with {len(catalogue.dimensions)} dimensions fit together"
    return judged, HealthFinding("taxonomies", Health.SOUND, message)


async def _records(
    database: Database, now: datetime, seconds: float | None
) -> Sequence[HealthFinding]:
    try:
        found = await read_every_record(database, now, seconds=seconds)
    except ProfilegraphError as error:
        return [_broken("records", error)]
    if found.customers < found.of:
        whose = f"those of the first {found.customers:,} of {found.of:,} customers"
        message = f"{whose} can be read; `doctor --all-records` reads the others too"
    else:
        message = f"those of all {found.of:,} customers can be read"
    wrong = [
        HealthFinding(
            "records", Health.BROKEN, f"{one.kind} of {one.key}: {one.reason}", _UNREADABLE
        )
        for one in found.unreadable
    ]
    return wrong or [HealthFinding("records", Health.SOUND, message)]


async def _outbox(database: Database, now: datetime) -> Sequence[HealthFinding]:
    """Return the findings on items that were given up, failed or are overdue."""
    overdue = now - _OVERDUE
    try:
        items = await read_stuck(database, now, overdue)
    except ProfilegraphError as error:
        return [_broken("outbox", error)]
    by_trouble: dict[tuple[str, str], list[str]] = {}
    for item, segment in items:
        if item.given_up:
            trouble = "given up", _ASK_AGAIN[item.kind]
        elif item.due_at <= overdue:
            trouble = "due and not sent", _NOT_SENT
        else:
            trouble = "to be sent again", _SENT_AGAIN
        why = item.problem or f"since {item.due_at:%Y-%m-%d %H:%M} UTC"
        by_trouble.setdefault(trouble, []).append(f"{item.kind} {item.key} of {segment} ({why})")
    return [
        HealthFinding("outbox", Health.IMPAIRED, f"{len(named)} {state}: {_some(named)}", hint)
        for (state, hint), named in by_trouble.items()
    ] or [HealthFinding("outbox", Health.SOUND, "no item failed, is overdue or was given up")]


def _some(named: Sequence[str]) -> str:
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"{'; '.join(named[:_NAMED])}{more}"


def _index(settings: Settings, address: Address) -> HealthFinding:
    if settings.index_bytes is None:
        return HealthFinding("index", Health.SOUND, "is switched off; Cypher answers")
    path = index_file(settings, address)
    message = f"was kept in {path}" if path.exists() else "is built when the platform serves"
    return HealthFinding("index", Health.SOUND, message)


async def _server(settings: Settings) -> HealthFinding:
    """Return the state that a server on this machine reports."""
    url = f"http://{settings.host}:{settings.port}/ready"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=_SECONDS) as client:
            checks: dict[str, str] = (await client.get(url)).json()["checks"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError):
        return HealthFinding("server", Health.SOUND, f"none answers at {url}")
    impaired = {name: state for name, state in checks.items() if state not in _GOOD}
    if impaired:
        message = "; ".join(f"{name}: {state}" for name, state in impaired.items())
        return HealthFinding("server", Health.IMPAIRED, message, "Its log says why.")
    return HealthFinding("server", Health.SOUND, f"is ready at {url}")


def _broken(part: str, error: ProfilegraphError) -> HealthFinding:
    return HealthFinding(part, Health.BROKEN, error.message, error.hint)
