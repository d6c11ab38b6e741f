"""Dates and moments as people write them; what can be read in two ways is refused, never guessed.

`dateutil` guesses (03/04/2026 is a date to it), so the forms that have one meaning are listed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from profilegraph.importers.values.cells import fold
from profilegraph.importers.values.names import MONTHS

_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a serial is a wall-clock time
_EXCEL_LAST = 2_958_466  # the day after 9999-12-31

_TIME_OF_DAY = re.compile("%-?[HIMSfcXpz]")
_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})\s?日?"
)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?=\D|$)")
_COMPACT_MOMENT = re.compile(r"(\d{8})T?(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?")
_DOTTED = re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})")
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<sign>[-/])(?P<b>\d{1,2})(?P=sign)(?P<y>\d{4})")
_DAY_NAMED = re.compile(r"(?P<d>\d{1,2})[ -](?P<month>[A-Za-z]{3,9})\.?,?[ -](?P<y>\d{4})")
_MONTH_NAMED = re.compile(r"(?P<month>[A-Za-z]{3,9})\.? (?P<d>\d{1,2}),? (?P<y>\d{4})")
_FORMS = (_YEAR_FIRST, _COMPACT, _DOTTED, _YEAR_LAST, _DAY_NAMED, _MONTH_NAMED)

_TIME = re.compile(
    r"""[T\ ]?\s?(?P<half>上午|下午)?\s?(?P<h>\d{1,2})[:时点]
    (?:(?P<min>\d{2})(?:[:分](?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?[分秒]?
    \s?(?P<noon>[AaPp]\.?[Mm]\.?)?\s?(?P<zone>Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class DateRules:
    """The date format of a column.

    `format` is a `strptime` format, or `excel` (day numbers), `unix` or `unix_ms` (time stamps).
    """

    zone: ZoneInfo
    format: str | None = None
    day_first: bool | None = None


class _Wall(NamedTuple):
    """A parsed moment, without a zone if it is local time."""

    moment: datetime
    day_alone: bool = False
    """Whether it is a day without a time."""


def parse_date(text: str, rules: DateRules) -> date:
    """Return the day of a text; the day of a moment is its day in the rules' zone.

    A midnight elsewhere that is another day here is refused: programs write days as such moments.
    """
    moment = _read(text, rules).moment
    if moment.tzinfo is None:
        return moment.date()
    day = moment.astimezone(rules.zone).date()
    if moment.time() == time() and day != moment.date():
        raise ValueError(
            f"{text!r} can mean two days: it is a midnight, and then {day} in {rules.zone.key};"
            " write the day alone, or say a `format` for this field in the mapping that reads the"
            ' day alone, such as "%Y-%m-%dT00:00:00Z"'
        )
    return day


def parse_moment(text: str, rules: DateRules) -> datetime:
    """Return the moment of a text, with its zone; a day stands for its beginning.

    A text without a zone is local time in the rules' zone.
    """
    wall = _read(text, rules)
    return _placed(wall, rules.zone) if wall.moment.tzinfo is None else wall.moment


def _read(text: str, rules: DateRules) -> _Wall:
    folded = fold(text)
    if rules.format is not None:
        return _formatted(folded, rules.format)
    if folded[:4].isdigit() and folded[4:5] == "-" == folded[7:8] and folded[8:10].isdigit():
        try:
            return _Wall(datetime.fromisoformat(folded), day_alone=len(folded) == len("2026-01-31"))
        except ValueError:
            pass  # the forms below accept more, and say what is wrong
    return _written(folded, rules.day_first)


def _placed(wall: _Wall, zone: ZoneInfo) -> datetime:
    """Return a local time in a zone; refused if it is ambiguous or does not exist there.

    A day begins with its first existing moment, wherever the clocks change at midnight.
    """
    earlier, later = (wall.moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = _offset_of(earlier), _offset_of(later)
    if before == after:
        return earlier
    if wall.day_alone:
        return earlier.astimezone(UTC)
    shown = wall.moment.isoformat(" ")
    if earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.moment:
        raise ValueError(
            f"{shown} does not exist in {zone.key}: the clock was put forward;"
            f" write the moment with its offset, {before} or {after}"
        )
    raise ValueError(
        f"{shown} is twice in {zone.key}: the clock was put back;"
        f" write the moment with its offset, {before} or {after}"
    )


def _offset_of(moment: datetime) -> str:
    return moment.isoformat()[-6:]


def _formatted(text: str, style: str) -> _Wall:
    if style in {"excel", "unix", "unix_ms"}:
        return _numbered(text, style)
    try:
        moment = datetime.strptime(text, style)  # noqa: DTZ007 -- placed in a zone by the caller
    except ValueError:
        raise ValueError(f"{text!r} is not written as the mapping's format {style!r}") from None
    return _Wall(moment, day_alone=not _TIME_OF_DAY.search(style))


def _numbered(text: str, style: str) -> _Wall:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a number, as the mapping's format {style!r} wants"
        ) from None
    if style == "excel":
        if not 1 <= number < _EXCEL_LAST:
            raise ValueError(f"{text!r} is no day number of a spreadsheet")
        moment = _EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
        return _Wall(moment, day_alone=number.is_integer())
    try:
        return _Wall(datetime.fromtimestamp(number / (1000 if style == "unix_ms" else 1), UTC))
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text!r} is no time stamp of this era") from None


def _written(text: str, day_first: bool | None) -> _Wall:
    if compact := _COMPACT_MOMENT.fullmatch(text):
        day, hour, minute, second, zone = compact.groups(default="")
        text = f"{day} {hour}:{minute}:{second or '00'}{zone}"
    for form in _FORMS:
        if found := form.match(text):
            year, month, day_number = _parts(found, day_first)
            rest = text[found.end() :]
            moment_of_day = _time(text, rest)
            try:
                moment = datetime.combine(date(year, month, day_number), moment_of_day)
                return _Wall(moment, day_alone=not rest.strip())
            except ValueError:
                raise ValueError(f"{text!r} is a day that does not exist") from None
    raise ValueError(
        f"{text!r} is no date that has one meaning; write 2026-01-31,"
        " or say the column's `format` in the mapping"
    )


def _parts(found: re.Match[str], day_first: bool | None) -> tuple[int, int, int]:
    parts = found.groupdict()
    year = int(parts["y"])
    if "a" in parts:
        month, day = _ordered(found[0], int(parts["a"]), int(parts["b"]), day_first)
    else:
        month, day = _month(found[0], parts), int(parts["d"])
    return year, month, day


def _month(text: str, parts: Mapping[str, str]) -> int:
    if "m" in parts:
        return int(parts["m"])
    month = MONTHS.get(parts["month"].casefold())
    if month is None:
        raise ValueError(f"{text!r} names no month")
    return month


def _ordered(text: str, first: int, second: int, day_first: bool | None) -> tuple[int, int]:
    if day_first is None:
        if first <= 12 and second <= 12 and first != second:
            raise ValueError(
                f"{text!r} can mean two days; say `day_first: true` or `day_first: false`"
                " for this field in the mapping"
            )
        day_first = first > 12
    return (second, first) if day_first else (first, second)


def _time(whole: str, rest: str) -> time:
    if not rest.strip():
        return time()
    found = _TIME.fullmatch(rest)
    if found is None:
        raise ValueError(f"{whole!r} has a time that cannot be read; write 2026-01-31 09:30:00")
    try:
        return time(
            _hour(found),
            int(found["min"] or 0),
            int(found["s"] or 0),
            int((found["f"] or "0").ljust(6, "0")[:6]),
            tzinfo=_offset(found["zone"]),
        )
    except ValueError:
        raise ValueError(f"{whole!r} has a time that does not exist") from None


def _hour(found: re.Match[str]) -> int:
    hour = int(found["h"])
    half = found["half"] or (found["noon"] or "").upper().replace(".", "")
    if half in {"PM", "下午"} and hour < 12:
        return hour + 12
    if half in {"AM", "上午"} and hour == 12:
        return 0
    return hour


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)
