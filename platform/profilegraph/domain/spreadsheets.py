"""Guards texts in files that are opened with a spreadsheet."""

from __future__ import annotations

import re

from profilegraph.domain.texts import INVISIBLE

# Whatever takes no room, or is a space, may stand before what a spreadsheet takes for a formula.
_BEFORE = rf"[\s\u0000-\u001f\u007f-\u009f{INVISIBLE}]*"
_FORMULA = re.compile(rf"[\t\r\n]|{_BEFORE}[=+\-@＝＋－＠]")
_GUARDED = re.compile(rf"'+(?:[\t\r\n]|{_BEFORE}[=+\-@＝＋－＠])")
GUARD = "'"
"""What is put before a text that begins as a formula."""


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet might take a text for a formula and run it."""
    return _FORMULA.match(text) is not None


def escaped(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: behind an apostrophe if need be.

    One that begins with such an apostrophe gets another, so that `unescaped` gives back each text.
    """
    return f"{GUARD}{text}" if is_formula(text) or _GUARDED.match(text) else text


def unescaped(text: str) -> str:
    """Return the text that was `escaped`."""
    return text[1:] if text[:1] == GUARD and _GUARDED.match(text) else text
