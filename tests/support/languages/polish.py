"""A third language in one file: English with every text in brackets, and the plurals of Polish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from profilegraph.rendering.languages.english import WORDING as ENGLISH
from profilegraph.rendering.wording import Wording
from profilegraph.rendering.wording.plurals import Number, Plural, PluralCategory


def polish(number: Number) -> PluralCategory:
    """Return the category of a number: 1, 2 to 4 and 22 to 24 …, the other whole ones, fractions."""
    if number != int(number):
        return PluralCategory.OTHER
    if number == 1:
        return PluralCategory.ONE
    few = 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14
    return PluralCategory.FEW if few else PluralCategory.MANY


def bracketed(value: Any) -> Any:
    """Return words with every text in brackets; of plurals a form for each category of Polish."""
    match value:
        case str():
            return f"⟦{value}⟧"
        case tuple():
            return tuple(map(bracketed, value))
        case Mapping():
            return {key: bracketed(one) for key, one in value.items()}
        case Plural(other=other, one=one):
            forms = {name: f"⟦{name}: {other}⟧" for name in ("few", "many")}
            return Plural(f"⟦{other}⟧", one=f"⟦{one or other}⟧", **forms)
        case _ if is_dataclass(value) and not isinstance(value, type):
            named = {one.name: getattr(value, one.name) for one in fields(value)}
            return replace(value, **{name: bracketed(one) for name, one in named.items()})
        case _:
            return value


_WORDS: Wording = bracketed(ENGLISH)
WORDING = replace(_WORDS, locale="pl", plural=polish)
