"""The languages of the product: a module or a package each, with every word that it says to a person.

Nothing else names them: a module here that has a `WORDING` is a language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from profilegraph.domain.locales import REQUIRED, nearest_locale
from profilegraph.domain.values import Labels
from profilegraph.rendering.wording import Wording

__all__ = ["Wording", "in_every_language", "languages", "wording"]


@cache
def languages() -> Mapping[str, Wording]:
    """Return the words of every language by its tag, the required ones first.

    Raises LookupError for a language that cannot say every filter.
    """
    modules = (import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__))
    found = {one.WORDING.locale: _whole(one.WORDING) for one in modules if hasattr(one, "WORDING")}
    order = (*REQUIRED, *sorted(found.keys() - set(REQUIRED)))
    return MappingProxyType({locale: found[locale] for locale in order})


def _whole(words: Wording) -> Wording:
    if missing := ", ".join(words.missing()):
        raise LookupError(f"the language {words.locale!r} has no words for {missing}")
    return words


def wording(locale: str) -> Wording:
    """Return the words for a locale; where its language is none of the product's, English ones."""
    known = languages()
    return known[nearest_locale(locale, known)]


def in_every_language(word: Callable[[Wording], str]) -> Labels:
    """Return as labels what each language of the product says."""
    return Labels.model_validate({locale: word(one) for locale, one in languages().items()})
