"""Schedules of live segments, as cron text."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from profilegraph.errors import InvalidInput

_FIELDS = 5


def parse_schedule(text: str, zone: ZoneInfo) -> CronTrigger:
    """Return the trigger of a cron text with five fields; raises InvalidInput if it is invalid.

    Days of the week have to be names (mon-fri), because the meaning of 0 and 7 differs between
    systems.
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
    """Return the first moment of a schedule after another; None if there is none."""
    trigger = parse_schedule(schedule, zone)
    found: datetime | None = trigger.get_next_fire_time(after, after)
    return found
