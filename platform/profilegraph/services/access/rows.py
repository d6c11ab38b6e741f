"""Filters of rows, which narrow the customers of a role or of a key: checked before they are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from profilegraph.errors import InvalidFilter
from profilegraph.language.codec import decode, encode
from profilegraph.language.nodes import InSegment, Node, steps
from profilegraph.language.validation import check
from profilegraph.services.platform import Platform
from profilegraph.services.segments.conditions import conditions


async def checked_rows(platform: Platform, value: object) -> Mapping[str, Any]:
    """Return a filter of rows in its canonical JSON form, with the conditions of plugins expanded.

    Raises InvalidFilter, which says where it is wrong or refers to a saved segment.
    """
    node = decode(value, await conditions(platform))
    for place in _references(node, "filter"):
        raise InvalidFilter(
            "rows refer to no saved segments, which others may change.",
            hint="Write the conditions of the segment themselves.",
            where=place,
        )
    check(node, await platform.catalogue())
    canonical: Mapping[str, Any] = json.loads(json.dumps(encode(node)))
    return canonical


def _references(node: Node, place: str) -> Iterator[str]:
    """Yield the places of the conditions that refer to saved segments."""
    if isinstance(node, InSegment):
        yield f"{place}.{node.NAME}"
    for step, one in steps(node):
        yield from _references(one, f"{place}.{step}")
