"""What whoever asks about the past should know of the answer, as a sentence."""

from __future__ import annotations

from profilegraph.domain.notices import MOST, Notice
from profilegraph.rendering.languages import wording


def notice_line(notice: Notice, locale: str) -> str:
    """Return a notice as one sentence, or as two where nothing at all is known of the moment."""
    words = wording(locale)
    said, who = words.answers.notices, words.names.of(notice.code)
    at, first = (f"{moment:%Y-%m-%d %H:%M}" for moment in (notice.at, notice.first))
    many = (said.or_more if notice.later >= MOST else said.many).format(notice.later)
    saved = words.numbered(said.saved_later, notice.later, who, many, first)
    nothing = said.nothing_before.format(who, at) if notice.nothing_before else ""
    return "".join(one[:1].upper() + one[1:] for one in (nothing, saved))
