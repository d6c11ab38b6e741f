"""Where the commands print: results on standard output, progress and errors on standard error.

What is printed may hold what anybody wrote into a label or a name: characters that would steer the
terminal are shown as what they are.
"""

from __future__ import annotations

import unicodedata

from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
    RenderableType,
    RenderHook,
    RenderResult,
)
from rich.segment import Segment

_KEPT = "\n\t"
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def harmless(text: str) -> str:
    r"""Return a text in which what would steer a terminal is written as its code, such as \x1b."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    steers = unicodedata.category(character) == "Cc" and character not in _KEPT
    if not steers and character not in _BIDI:
        return character
    return ascii(character)[1:-1]


class _Harmless:
    """Anything that is printed, with its texts made harmless and its own styles left."""

    def __init__(self, printed: RenderableType) -> None:
        self._printed = printed

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for one in console.render(self._printed, options):
            yield one if one.control else Segment(harmless(one.text), one.style)


class MakeHarmless(RenderHook):
    """Comes before each print of a console."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Return what is printed instead."""
        return [_Harmless(one) for one in renderables]


def new_console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console of which nothing that is printed steers a terminal; as wide as said."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=True, width=width)
    console.push_render_hook(MakeHarmless())
    return console


out = new_console()
err = new_console(stderr=True)
