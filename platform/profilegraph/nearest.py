"""Suggests the nearest existing names for a misspelt one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import islice

_WORDS = re.compile(r"[A-Z]?[^\W_A-Z]+|[A-Z]+|\d+")
_PARTED = re.compile(r"(.*[/:.])([^/:.]*)", re.DOTALL)
_MOST_COMPARED = 2_000
_MOST_LISTED = 12
_LONGEST = 200
_ALIKE = 0.65
_ALIKE_SIGNS = 0.5
"""Less is asked of Chinese names: two signs of which one is wrong are half alike."""
_AS_GOOD = 0.1
_FOR_WORDS = 0.35


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the names that `name` was probably meant to be, the likeliest first; none is like some."""
    ranked = _ranked(name, known, most)
    least = _ALIKE if name.isascii() else _ALIKE_SIGNS
    return [one for score, one in ranked if score >= max(least, ranked[0][0] - _AS_GOOD)]


def meant(name: str, known: Iterable[str]) -> str:
    """Return the question whether one of the nearest names was meant; empty where none is like it."""
    near = nearest(name, known)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def did_you_mean(name: str, known: Iterable[str], all_of_them: str = "") -> str:
    """Return what to do about a name that means nothing, as a sentence.

    It names what was probably meant, else all that there is, and where that is much the nearest and
    `all_of_them`, a sentence on how to list them.
    """
    known = list(known)
    if question := meant(name, known):
        return question
    if len(known) <= _MOST_LISTED:
        return f"There are {', '.join(sorted(known))}." if known else "There are none."
    shown = ", ".join(one for _, one in _ranked(name, known, 3))
    return f"The nearest are {shown}. {all_of_them}".rstrip()


def instead(name: str, known: Iterable[str]) -> str:
    """Return the same as the end of a sentence that has said what is wrong."""
    known = list(known)
    if near := nearest(name, known, 1):
        return f"; did you mean {near[0]!r}?"
    advice = did_you_mean(name, known)
    return f"; {advice[0].lower()}{advice[1:]}".removesuffix(".")


def _ranked(name: str, known: Iterable[str], most: int) -> list[tuple[float, str]]:
    """Return the best names with how like `name` they are; of equals the first in the alphabet."""
    given = _PARTED.fullmatch(name)
    names = sorted(islice(known, _MOST_COMPARED))
    within = [one for one in names if given and one.startswith(given[1])]
    if given and within:  # the tag of a dimension, say, where the dimension is right
        like = _likeness(given[2])
        scored = [(like(one.removeprefix(given[1])), one) for one in within]
    else:
        like = _likeness(name)
        scored = [(max(map(like, _whole_and_last(one))), one) for one in names]
    return nlargest(most, scored, key=lambda one: one[0])


def _whole_and_last(name: str) -> tuple[str, ...]:
    parted = _PARTED.fullmatch(name)
    return (name,) if parted is None else (name, parted[2])


def _likeness(name: str) -> Callable[[str], float]:
    """Return what tells how like another name is, 0 to 1 and a little more: by letters and whole words.

    How words are put together (camelCase, snake_case, CAPITALS) is no difference.
    """
    mine = _words(name)
    letters, words = SequenceMatcher(autojunk=False), frozenset(mine)
    letters.set_seq2("".join(mine))  # what it knows of the second, it keeps

    def like(other: str) -> float:
        theirs = _words(other)
        letters.set_seq1("".join(theirs))
        if letters.real_quick_ratio() + _FOR_WORDS < _ALIKE_SIGNS:
            return 0.0
        found = sum(word in words for word in theirs) / max(len(theirs), 1)
        if letters.quick_ratio() + _FOR_WORDS * found < _ALIKE_SIGNS:
            return 0.0
        return letters.ratio() + _FOR_WORDS * found

    return like


def _words(name: str) -> list[str]:
    return [word.casefold() for word in _WORDS.findall(name[:_LONGEST])]
