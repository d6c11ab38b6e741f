"""The words of filter sentences, one module a language; each has every word."""

from profilegraph.rendering.languages.chinese import CHINESE
from profilegraph.rendering.languages.english import ENGLISH
from profilegraph.rendering.languages.words import Wording

__all__ = ["CHINESE", "ENGLISH", "Wording", "wording"]


def wording(locale: str) -> Wording:
    """Return the words for a locale: Chinese for any zh, English otherwise."""
    return CHINESE if locale.lower().startswith("zh") else ENGLISH
