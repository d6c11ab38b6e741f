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

    @property
    def key(self) -> str:
        """Return the leaf's key, snake_case, unique over all plugins; its name in filters."""

    @property
    def labels(self) -> Labels:
        """Return what people read instead of the key."""

    @property
    def description(self) -> Labels:
        """Return what it asks, in one sentence."""

    @property
    def input(self) -> type[InputT]:
        """Return the class of what it is asked with: its fields, each with a description."""

    def expand(self, value: InputT) -> Mapping[str, Any]:
        """Return the filter that it stands for, as canonical JSON: a pure function of `value`."""
