"""What people call the values of the enumerations that answers show."""

from __future__ import annotations

from enum import StrEnum

from profilegraph.domain.values import Labels
from profilegraph.rendering.languages import in_every_language, wording


def enum_label(value: StrEnum, locale: str) -> str:
    """Return what people call a value of an enumeration."""
    return wording(locale).names.label(value)


def enum_labels(value: StrEnum) -> Labels:
    """Return what people call a value of an enumeration, in every language."""
    return in_every_language(lambda words: words.names.label(value))
