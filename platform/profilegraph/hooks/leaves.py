"""Segment leaves: conditions of plugins that expand to the platform's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel

from profilegraph.domain.values import Labels

InputT = TypeVar("InputT", bound=BaseModel)


@runtime_checkable
class SegmentLeaf(Protocol[InputT]):
    """A condition that expands to the platform's own, so that all engines agree on it."""

    key: str
    """The leaf's key, snake_case, unique over all plugins; its name in filters."""
    labels: Labels
    """The label."""
    description: Labels
    """The description, in one sentence."""
    input: type[InputT]
    """The class of its input; each field has a description."""

    def expand(self, value: InputT) -> Mapping[str, Any]:
        """Return the canonical JSON of the filter that it stands for: a pure function of `value`."""
