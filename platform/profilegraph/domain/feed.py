"""The offsets of a reader of the change feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Offsets:
    """The offsets of a reader: by feed, its epoch and the last number read."""

    epochs: Mapping[int, str]
    seqs: Mapping[int, int]

    def to_json(self) -> dict[str, tuple[str, int]]:
        """Return the offsets as JSON."""
        return {str(feed): (self.epochs[feed], seq) for feed, seq in self.seqs.items()}

    @classmethod
    def of(cls, offsets: Mapping[str, Sequence[Any]]) -> Offsets:
        """Return the offsets of their JSON."""
        return cls(
            {int(feed): epoch for feed, (epoch, _) in offsets.items()},
            {int(feed): seq for feed, (_, seq) in offsets.items()},
        )
