"""How far a reader of the change feed has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Offsets:
    """How far a reader has come: by feed, its epoch and the last number seen."""

    epochs: Mapping[int, str]
    seqs: Mapping[int, int]

    def told(self) -> dict[str, tuple[str, int]]:
        """Return the heads as JSON can have them."""
        return {str(feed): (self.epochs[feed], seq) for feed, seq in self.seqs.items()}

    @classmethod
    def of(cls, told: Mapping[str, Sequence[Any]]) -> Offsets:
        """Return the heads that `told` has made."""
        return cls(
            {int(feed): epoch for feed, (epoch, _) in told.items()},
            {int(feed): seq for feed, (_, seq) in told.items()},
        )
