"""Segment leaves: conditions of a plugin's own, made of the conditions that the platform has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel

from profilegraph.domain.values import Labels

InputT = TypeVar("InputT", bound=BaseModel)


@runtime_checkable
class SegmentLeaf(Protocol[InputT]):
    """A condition that expands to the platform's own, so that every engine answers it alike."""

    key: str
    """The leaf's key, snake_case, unique over all plugins; its name in filters."""
    labels: Labels
    """What people read instead of the key."""
    description: Labels
    """What it asks, in one sentence."""
    input: type[InputT]
    """The class of what it is asked with: its fields, each with a description."""

    def expand(self, value: InputT) -> Mapping[str, Any]:
        """Return the filter that it stands for, as canonical JSON: a pure function of `value`."""
