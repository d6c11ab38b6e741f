"""Labels for codes and keys in answers, in the requested language."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.rendering.enum_labels import enum_label

Locale = Annotated[
    str,
    strawberry.argument(
        description="Language of the text, such as zh-CN or en; the nearest there is."
    ),
]


def maybe_label(value: StrEnum | None, locale: str) -> str | None:
    """Return the label of an enum value; None for None."""
    return None if value is None else enum_label(value, locale)


async def event_type_label(info: Info, key: str, locale: str) -> str:
    """Return the label of an event type; its key if no taxonomy has it any more."""
    known = (await info.context.catalogue()).events.get(key)
    return key if known is None else known.labels.text(locale)


async def channel_name(info: Info, key: str | None) -> str | None:
    """Return the name of a channel, if it has one."""
    found = () if key is None else await info.context.load.channels.load(key)
    return found[0].name if found else None
