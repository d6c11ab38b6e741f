"""The words of filter sentences, one module a language; each has every word."""

from profilegraph.segments.wording.chinese import CHINESE
from profilegraph.segments.wording.english import ENGLISH
from profilegraph.segments.wording.words import Wording

__all__ = ["CHINESE", "ENGLISH", "Wording", "wording"]


def wording(locale: str) -> Wording:
    """Return the words for a locale: Chinese for any zh, English otherwise."""
    return CHINESE if locale.lower().startswith("zh") else ENGLISH
