"""Texts with a number in them, in the forms that a language has for numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias


class PluralCategory(StrEnum):
    """What kinds of numbers languages tell apart, as Unicode's CLDR names them."""

    ZERO = "zero"
    ONE = "one"
    TWO = "two"
    FEW = "few"
    MANY = "many"
    OTHER = "other"


Number: TypeAlias = int | float | Decimal
PluralRule: TypeAlias = Callable[[Number], PluralCategory]
"""Which category a number is of in one language."""


@dataclass(frozen=True)
class Plural:
    """One text by the category of the number in it; `other` stands for each that is left out."""

    other: str
    zero: str | None = None
    one: str | None = None
    two: str | None = None
    few: str | None = None
    many: str | None = None

    def form(self, category: PluralCategory) -> str:
        """Return the text for numbers of a category."""
        text: str | None = getattr(self, category)
        return self.other if text is None else text


def without_plurals(number: Number) -> PluralCategory:  # noqa: ARG001  (no number is another)
    """Return the one category of a language that has no plural, such as Chinese."""
    return PluralCategory.OTHER


def one_and_other(number: Number) -> PluralCategory:
    """Return the category of a number in English, German and others that tell one from all else."""
    return PluralCategory.ONE if number == 1 else PluralCategory.OTHER
