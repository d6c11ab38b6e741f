"""When live segments are evaluated whether something changed or not: cron text."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from profilegraph.errors import InvalidInput

_FIELDS = 5


def parse_schedule(text: str, zone: ZoneInfo) -> CronTrigger:
    """Return when a cron text of five fields says; raises InvalidInput where it says nothing.

    Days of the week are named (mon-fri): whether 0 is a Sunday is told differently everywhere.
    """
    fields = text.split()
    hint = "Write minute, hour, day, month and weekday, such as `0 3 * * mon-fri`."
    if len(fields) != _FIELDS:
        raise InvalidInput(f"{text!r} is no schedule.", hint=hint, where="schedule")
    if any(character.isdigit() for character in fields[4].partition("/")[0]):
        raise InvalidInput("days of the week are named.", hint=hint, where="schedule")
    try:
        return CronTrigger.from_crontab(text, timezone=zone)
    except ValueError as fault:
        raise InvalidInput(
            f"{text!r} is no schedule: {fault}.", hint=hint, where="schedule"
        ) from fault


def next_run(schedule: str, after: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first moment after another at which a schedule falls; None if there is no more."""
    trigger = parse_schedule(schedule, zone)
    found: datetime | None = trigger.get_next_fire_time(after, after)
    return found
