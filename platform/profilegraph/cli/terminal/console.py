"""The consoles of the commands: results on standard output, progress and errors on standard error.

The output may contain labels and names that anybody wrote: control characters in them are escaped.
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


def escape_control_characters(text: str) -> str:
    r"""Return a text with control and bidirectional characters escaped, such as \x1b."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    steers = unicodedata.category(character) == "Cc" and character not in _KEPT
    if not steers and character not in _BIDI:
        return character
    return ascii(character)[1:-1]


class _Escaped:
    """Any renderable, with its texts escaped and its own styles kept."""

    def __init__(self, printed: RenderableType) -> None:
        self._printed = printed

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for one in console.render(self._printed, options):
            yield one if one.control else Segment(escape_control_characters(one.text), one.style)


class ControlCharacterEscaping(RenderHook):
    """Escapes control characters in everything that a console prints."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Return the renderables to print."""
        return [_Escaped(one) for one in renderables]


def new_console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console that escapes control characters, with the given width."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=True, width=width)
    console.push_render_hook(ControlCharacterEscaping())
    return console


out = new_console()
err = new_console(stderr=True)
