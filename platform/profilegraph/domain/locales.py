"""Language tags (BCP 47), and which of several languages is read where one is wanted."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

LOCALE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
"""A language, with its script and its region where they matter: `fr`, `pt-BR`, `zh-Hant-TW`."""

REQUIRED = ("zh-CN", "en")
"""The languages in which everything is to be read that ships, and that taxonomies define."""

FALLBACK = ("en", "zh-CN")
"""Which languages stand in for one that is not there, in this order."""
_LONGEST = 40
"""No name of a language has more signs; whoever asks may send any number."""


def nearest_locale(wanted: str, known: Collection[str]) -> str:
    """Return the language that is read where one is wanted; `known` has at least one.

    It is that one, a wider one (`pt` for `pt-BR`), another form of it (`pt-BR` for `pt-PT`), else the
    first of `FALLBACK` that there is, else the first of all. An environment's `pt_BR.UTF-8` is
    understood too.
    """
    return wanted if wanted in known else _nearest(wanted[:_LONGEST], tuple(known))


# An answer asks it for each of its labels, all in one language and most with the same ones.
@lru_cache(maxsize=1024)
def _nearest(wanted: str, known: tuple[str, ...]) -> str:
    return related_locale(wanted, known) or next(one for one in (*FALLBACK, *known) if one in known)


def related_locale(wanted: str, known: Collection[str]) -> str | None:
    """Return the same language, a wider one, or another form of it; None where there is none."""
    tags = {one.lower(): one for one in known}
    tag = wanted.partition(".")[0].partition("@")[0].replace("_", "-").lower()
    language = tag.partition("-")[0]
    while tag:
        if tag in tags:
            return tags[tag]
        tag = tag.rpartition("-")[0]
    return next((one for one in known if one.partition("-")[0] == language), None)
