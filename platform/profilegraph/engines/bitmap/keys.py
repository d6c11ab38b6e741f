"""Sorted keys of customers or people in one byte string: a Python string each would take five times the memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from profilegraph.engines.bitmap.bitmaps import Ordinals


@dataclass(frozen=True)
class Keys:
    """Keys in ascending order, with the ordinal that each belongs to."""

    text: bytes
    """The keys in UTF-8, concatenated."""
    ends: NDArray[np.int64]
    """The end of each key in `text`, by rank."""
    ordinal: Ordinals
    """The ordinal that the key belongs to, by rank."""
    ranked: Ordinals
    """The ordinals in ascending order …"""
    rank: NDArray[np.uint32]
    """… and the rank of the key of each."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, str]]) -> Self:
        """Return the keys of some ordinals."""
        return cls._of((key.encode(), ordinal) for ordinal, key in pairs)

    @classmethod
    def _of(cls, pairs: Iterable[tuple[bytes, int]]) -> Self:
        known = sorted(pairs)
        text = b"".join(key for key, _ in known)
        ends = np.cumsum(np.fromiter((len(key) for key, _ in known), np.int64, len(known)))
        ordinal = np.fromiter((one for _, one in known), np.uint32, len(known))
        rank = np.argsort(ordinal, kind="stable").astype(np.uint32)
        return cls(text, ends, ordinal, ordinal[rank], rank)

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the keys take."""
        arrays = (self.ends, self.ordinal, self.ranked, self.rank)
        return len(self.text) + sum(array.nbytes for array in arrays)

    def __len__(self) -> int:
        return len(self.ends)

    def ranks(self, ordinals: Ordinals) -> NDArray[np.uint32]:
        """Return the ranks, shape (n,), of the keys of some ordinals, all of which must be present."""
        return self.rank[np.searchsorted(self.ranked, ordinals)]

    def behind(self, key: str) -> int:
        """Return the rank of the first key greater than another."""
        return bisect_right(range(len(self)), key.encode(), key=self._bytes)

    def at(self, key: str) -> int:
        """Return the rank of the first key not less than another."""
        return bisect_left(range(len(self)), key.encode(), key=self._bytes)

    def ordinal_of(self, key: str) -> int | None:
        """Return the ordinal that a key belongs to; None if it is unknown."""
        rank = self.at(key)
        here = rank < len(self) and self._bytes(rank) == key.encode()
        return int(self.ordinal[rank]) if here else None

    def key(self, rank: int) -> str:
        """Return the key of a rank."""
        return self._bytes(rank).decode()

    def take(self, ordinals: Ordinals) -> Self:
        """Return the keys of the given ordinals that are present."""
        ranks = np.flatnonzero(np.isin(self.ordinal, ordinals))
        return self._of((self._bytes(rank), int(self.ordinal[rank])) for rank in ranks.tolist())

    def moved(self, by: int) -> Self:
        """Return the keys with `by` added to every ordinal."""
        step = np.uint32(by)
        return replace(self, ordinal=self.ordinal + step, ranked=self.ranked + step)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the keys of several parts in one object."""
        return cls._of(
            (part._bytes(rank), int(part.ordinal[rank]))
            for part in parts
            for rank in range(len(part))
        )

    def _bytes(self, rank: int) -> bytes:
        start = int(self.ends[rank - 1]) if rank else 0
        return self.text[start : int(self.ends[rank])]
