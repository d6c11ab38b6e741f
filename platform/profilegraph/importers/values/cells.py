"""Short values as people write them: yes and no, shares, weekdays, hours, and words for enums.

Every parser takes one cell's text and raises ValueError with a reason for the one who wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TypeVar

from profilegraph.domain.texts import without_unseen
from profilegraph.domain.values import Choice
from profilegraph.importers.values.names import NO, WEEKDAYS, YES

E = TypeVar("E", bound=Choice)

_REGION = re.compile(r"[A-Z]{2}")
_ITEMS = re.compile(r"[\s,、;|/]+")
_SEVERAL = re.compile(r"\s*[,、;；，|\n]\s*")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-~至到—–]\s*(\d{1,2}):(\d{2})")


def fold(text: str) -> str:
    """Return `text` trimmed, without invisible characters, with full-width characters normalised."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", without_unseen(text)).strip()


def text_of(value: object) -> str:
    """Return a value of a JSON document as the text of a table's cell."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return str(value)
        case list():
            return ",".join(text_of(item) for item in value)
        case _:
            raise ValueError("an object cannot be used here; give a text, a number or true/false")


def parse_boolean(text: str) -> bool:
    """Return True for yes, 是, true, 1, … and False for their opposites."""
    word = fold(text).casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(f"{text!r} is neither yes nor no; use true or false")


def parse_share(text: str) -> float:
    """Return a number, where `80%` is 0.8."""
    number = fold(text)
    percent = number.endswith("%")
    try:
        value = float(number.removesuffix("%"))
    except ValueError:
        raise ValueError(f"{text!r} is not a number such as 0.8 or 80%") from None
    return value / 100 if percent else value


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Return ISO weekdays (1 is Monday), sorted, from `1,3,6`, `周二、周四` or `Tue, Thu`."""
    items = [item for item in _ITEMS.split(fold(text).casefold()) if item]
    unknown = [item for item in items if _weekday(item) is None]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is no weekday; use 1 (Monday) to 7, 周一 or Mon")
    return tuple(sorted({day for item in items if (day := _weekday(item)) is not None}))


def _weekday(item: str) -> int | None:
    for prefix in ("星期", "礼拜", "周"):
        item = item.removeprefix(prefix)
    return WEEKDAYS.get(item)


def parse_tag(text: str) -> str:
    """Return the key of one tag."""
    several = [item for item in _SEVERAL.split(text) if item]
    if len(several) > 1:
        raise ValueError(
            f"{text!r} names {len(several)} tags, and a row is one tagging: write a row for each"
        )
    return text


def parse_hours(text: str) -> str:
    """Return a span of hours as `09:00-18:00`, from `9:00～18:00` or `9:00至18:00`."""
    found = _HOURS.fullmatch(fold(text))
    if found is None:
        raise ValueError(f"{text!r} is not a span of hours such as 09:00-18:00")
    begin, begin_minute, end, end_minute = found.groups()
    return f"{begin:0>2}:{begin_minute}-{end:0>2}:{end_minute}"


def parse_region(text: str) -> str:
    """Return a country's code of two letters (ISO 3166), such as US."""
    code = fold(text).upper()
    if _REGION.fullmatch(code):
        return code
    raise ValueError(
        f"{text!r} is no country code such as US or DE; a value map in the mapping can translate it"
    )


def parse_enum(text: str, words: type[E]) -> E:
    """Return the member of `words` that `text` names: by its key in any case, or by a synonym."""
    word = fold(text)
    upper = re.sub(r"[\s-]+", "_", word).upper()
    if upper in words.__members__:
        return words[upper]
    found: E | None = _by_synonym(words).get(word)
    if found is not None:
        return found
    choices = ", ".join(member.value for member in words)
    raise ValueError(f"{text!r} is none of {choices}; a value map in the mapping can translate it")


@cache
def _by_synonym(words: type[E]) -> Mapping[str, E]:
    return {synonym: member for member in words for synonym in member.synonyms}
