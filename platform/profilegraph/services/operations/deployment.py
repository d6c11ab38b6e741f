"""The settings of a deployment: stored in the graph at its first start, checked at every later one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from profilegraph.config import DEPLOYMENT, Settings
from profilegraph.domain.deployment import Deployment
from profilegraph.errors import InvalidConfiguration, InvalidInput, NotFound
from profilegraph.services.audit.entries import operator_entry
from profilegraph.storage.deployment import (
    Depending,
    change_deployment,
    count_depending,
    keep_deployment,
    read_deployment,
)
from profilegraph.storage.neo4j.database import Database


@dataclass(frozen=True)
class SettingsChange:
    """The effects of a change of settings, computed before it is made."""

    before: Deployment
    after: Deployment
    meaning: tuple[str, ...]
    """Sentences on what depends on the changed settings; empty if nothing does."""


def of_process(settings: Settings) -> Deployment:
    """Return the settings of the process, from its environment and the defaults."""
    return Deployment(settings.currency, settings.phone_region, settings.timezone)


def chosen(settings: Settings) -> dict[str, str]:
    """Return the settings of the process that were set explicitly, by name."""
    return {name: getattr(settings, name) for name in DEPLOYMENT & settings.model_fields_set}


async def keep(database: Database, settings: Settings, now: datetime) -> Deployment:
    """Return the settings of a graph, after storing those of the process if it had none.

    Raises InvalidConfiguration if the process sets another value explicitly.
    """
    kept = await keep_deployment(database, of_process(settings), chosen(settings), now)
    require_same(kept, settings)
    return kept


def require_same(kept: Deployment, settings: Settings) -> None:
    """Raise InvalidConfiguration if the process sets explicitly what differs from the graph."""
    differing = list(_differing(kept, settings))
    if differing:
        told = "; ".join(
            f"PROFILEGRAPH_{name.upper()} is {ours}, and this graph's is {theirs}"
            for name, ours, theirs in differing
        )
        options = " ".join(f"--{name.replace('_', '-')} {ours}" for name, ours, _ in differing)
        raise InvalidConfiguration(
            f"{told}.",
            hint="Unset it to go by the graph. `profilegraph settings change"
            f" {options}` changes the graph, and says what that means first.",
        )


async def kept_settings(database: Database) -> Deployment:
    """Return the settings stored in a graph; raises NotFound if no process has started on it."""
    kept = await read_deployment(database)
    if kept is None:
        raise NotFound(
            "this graph keeps no settings yet.",
            hint="They are kept when the platform first starts: `profilegraph serve`.",
        )
    return kept


async def plan(database: Database, given: dict[str, str | None]) -> SettingsChange:
    """Return the effects of a change; raises InvalidInput if it changes nothing."""
    before = await kept_settings(database)
    new = {name: value for name, value in given.items() if value is not None}
    after = Deployment(**asdict(before) | new)
    if after == before:
        raise InvalidInput(
            "nothing would change.", hint="Give --currency, --phone-region or --timezone."
        )
    depending = await count_depending(database)
    return SettingsChange(before, after, tuple(_meaning(before, after, depending)))


async def change(database: Database, planned: SettingsChange, now: datetime) -> None:
    """Apply a planned change."""
    before, after = asdict(planned.before), asdict(planned.after)
    changed = (f"setting:{name}" for name in before if before[name] != after[name])
    entry = operator_entry("ChangeSettings", now, *changed)
    await change_deployment(database, planned.after, now, entry)


def _differing(kept: Deployment, settings: Settings) -> Iterator[tuple[str, str, str]]:
    theirs = asdict(kept)
    for name, ours in sorted(chosen(settings).items()):
        if ours != theirs[name]:
            yield name, ours, theirs[name]


def _meaning(before: Deployment, after: Deployment, depending: Depending) -> Iterator[str]:
    if after.currency != before.currency:
        amounts = depending.events + depending.opportunities
        if amounts:
            yield (
                f"{amounts:,} amounts ({depending.events:,} of events,"
                f" {depending.opportunities:,} of opportunities) are {before.currency} now, and"
                f" become {after.currency} with the same numbers: nothing is converted. So do amounts"
                " in filters, and what models computed."
            )
    if after.phone_region != before.phone_region and depending.phones:
        yield (
            f"{depending.phones:,} phone numbers stay as they are; those that were read as numbers of"
            f" {before.phone_region} by mistake are not mended. Numbers without a country code are"
            f" {after.phone_region}'s from now on, when they are saved, imported and looked up."
        )
    if after.timezone != before.timezone and depending.segments:
        yield (
            f"Days begin at midnight in {after.timezone}: conditions on days and weekdays, schedules"
            f" and exports of {depending.segments:,} segments answer accordingly. Moments that are"
            " in the graph stay, also those that were read from texts without a zone."
        )
    if depending.unfinished:
        yield (
            f"{depending.unfinished:,} imports are not finished: they begin anew when they are given"
            " again."
        )
