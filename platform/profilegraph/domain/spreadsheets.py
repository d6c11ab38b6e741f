"""Texts in files that people open with a spreadsheet."""

from __future__ import annotations

_TRIGGERS = frozenset("=+-@＝＋－＠\t\r\n")
_UNSEEN = " \u00a0\u200b\u200c\u200d\u2060\u3000\ufeff"


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet might take a text for a formula and run it."""
    return text[:1] in _TRIGGERS or text.lstrip(_UNSEEN)[:1] in _TRIGGERS if text else False


def escaped(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: behind an apostrophe if need be."""
    return f"'{text}" if is_formula(text) else text
