"""The offsets of a reader of the change feeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Offsets:
    """The offsets of a reader: by feed, its epoch and the last number read."""

    epochs: Mapping[int, str]
    seqs: Mapping[int, int]

    def to_json(self) -> dict[str, tuple[str, int]]:
        """Return the offsets as JSON."""
        return {str(feed): (self.epochs[feed], seq) for feed, seq in self.seqs.items()}

    @property
    def position(self) -> FeedPosition:
        """Return the offsets in the form of a cursor."""
        return FeedPosition(self.digest(self.seqs), self.seqs)

    def digest(self, feeds: Iterable[int]) -> str:
        """Return a digest of the epochs of some feeds; of one without an epoch, too."""
        epochs = "".join(f"{feed}={self.epochs.get(feed)};" for feed in sorted(feeds))
        return sha256(epochs.encode()).hexdigest()[:16]

    def joined(self, other: Offsets) -> Offsets:
        """Return the later offset of each feed; those of `other` if a feed was replaced."""
        if any(self.epochs.get(feed, epoch) != epoch for feed, epoch in other.epochs.items()):
            return other
        seqs = {feed: max(seq, self.seqs.get(feed, 0)) for feed, seq in other.seqs.items()}
        return Offsets({**self.epochs, **other.epochs}, {**self.seqs, **seqs})

    @classmethod
    def of(cls, offsets: Mapping[str, Sequence[Any]]) -> Offsets:
        """Return the offsets of their JSON."""
        return cls(
            {int(feed): epoch for feed, (epoch, _) in offsets.items()},
            {int(feed): seq for feed, (_, seq) in offsets.items()},
        )


@dataclass(frozen=True)
class FeedPosition:
    """Offsets as a cursor has them: the last number read by feed, and a digest of all epochs."""

    digest: str
    seqs: Mapping[int, int]

    def offsets(self, current: Offsets) -> Offsets | None:
        """Return the offsets; None if one of the feeds was replaced since, as `current` shows."""
        if current.digest(self.seqs) != self.digest:
            return None
        epochs = {feed: current.epochs[feed] for feed in self.seqs if feed in current.epochs}
        return Offsets(epochs, self.seqs)
