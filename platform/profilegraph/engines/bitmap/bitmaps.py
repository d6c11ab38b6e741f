"""Roaring bitmaps of ordinals from numpy arrays, and back.

pyroaring fills a bitmap number by number. From a mask it is faster by a factor of a hundred to
write the portable serialized form (the RoaringFormatSpec of the Roaring project) and read it.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

Ordinals = NDArray[np.uint32]
Mask = NDArray[np.bool_]
S = TypeVar("S", bound=np.generic)

_CHUNK = 1 << 16
_MOST_LISTED = 4_096  # numbers of one chunk that the format lists; more are bits
_COOKIE = 12_346  # the format's mark of a bitmap without run containers
_FEW = 1_024


def bitmap_of(ordinals: Ordinals) -> BitMap:
    """Return the set of some ordinals, in any order, with or without duplicates."""
    if len(ordinals) < _FEW:
        return BitMap(array("I", ordinals.astype(np.uint32, copy=False).tobytes()))
    first = int(ordinals.min()) // _CHUNK * _CHUNK
    mask = np.zeros(int(ordinals.max()) - first + 1, np.bool_)
    mask[(ordinals - np.uint32(first)).astype(np.intp)] = (
        True  # numpy is slower to turn them itself
    )
    return bitmap_of_mask(mask, first)


def masked(values: NDArray[S], mask: Mask) -> NDArray[S]:
    """Return the values for which a mask is true, shape (k,); read-only: they may be all of them."""
    # `values[mask]` takes up to four times as long.
    return values if mask.all() else values.compress(mask)


def united(sets: Sequence[BitMap]) -> BitMap:
    """Return the union of some sets; read-only, because it may be one of them."""
    return sets[0] if len(sets) == 1 else BitMap.union(*(sets or (BitMap(),)))


def bitmap_where(ordinals: Ordinals, mask: Mask) -> BitMap:
    """Return the set of the ordinals for which a mask is true; they are distinct and ascending."""
    if len(ordinals) < _FEW or int(ordinals[-1]) - int(ordinals[0]) >= len(ordinals):
        return _bitmap_of_ascending(masked(ordinals, mask))
    # Without a gap between them, the mask is the set already, but for where it begins.
    before = int(ordinals[0]) % _CHUNK
    if before:
        mask = np.concatenate([np.zeros(before, np.bool_), mask])
    return bitmap_of_mask(mask, int(ordinals[0]) - before)


def _bitmap_of_ascending(ordinals: Ordinals) -> BitMap:
    if len(ordinals) < _FEW:
        return bitmap_of(ordinals)
    chunks = ordinals >> np.uint32(16)
    starts = first_places(chunks)
    sizes = np.diff(np.append(starts, len(ordinals)))
    low = ordinals.astype("<u2")  # the place within the chunk is what is left of the number
    bodies = [
        _listed(low[start : start + size])
        for start, size in zip(starts.tolist(), sizes.tolist(), strict=True)
    ]
    return _read(chunks[starts], sizes, bodies)


def first_places(numbers: Ordinals) -> NDArray[np.int64]:
    """Return the index of the first occurrence of each value in ascending numbers, shape (k,)."""
    if not len(numbers):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate([[True], numbers[1:] != numbers[:-1]]))


def _listed(places: NDArray[np.uint16]) -> bytes:
    """Return the roaring container for the places within one chunk."""
    if len(places) <= _MOST_LISTED:
        return places.tobytes()
    mask = np.zeros(_CHUNK, np.bool_)
    mask[places] = True
    return np.packbits(mask, bitorder="little").tobytes()


def bitmap_of_mask(mask: Mask, first: int = 0) -> BitMap:
    """Return the set of the places where a mask is true, counted from `first` (a multiple of 2¹⁶)."""
    bits = np.zeros(-(-len(mask) // _CHUNK) * (_CHUNK // 8), np.uint8)
    packed = np.packbits(mask, bitorder="little")
    bits[: len(packed)] = packed
    chunks = bits.reshape(-1, _CHUNK // 8)
    sizes = np.bitwise_count(chunks.view(np.uint64)).sum(axis=1, dtype=np.int64)
    filled = np.flatnonzero(sizes)
    bodies = [
        chunks[at].tobytes()
        if sizes[at] > _MOST_LISTED
        else np.flatnonzero(mask[at * _CHUNK : (at + 1) * _CHUNK]).astype("<u2").tobytes()
        for at in filled
    ]
    return _read(filled + first // _CHUNK, sizes[filled], bodies)


def _read(chunks: NDArray[Any], sizes: NDArray[Any], bodies: Sequence[bytes]) -> BitMap:
    """Return the set that is made of filled chunks: their numbers, cardinalities and containers."""
    if not bodies:
        return BitMap()
    heads = np.empty((len(bodies), 2), "<u2")
    heads[:, 0] = chunks
    heads[:, 1] = sizes - 1
    start = 8 + 8 * len(bodies)
    offsets = start + np.cumsum([0, *(len(body) for body in bodies[:-1])])
    head = np.array([_COOKIE, len(bodies)], "<u4").tobytes()
    parts = [head, heads.tobytes(), offsets.astype("<u4").tobytes(), *bodies]
    return BitMap.deserialize(b"".join(parts))


def ordinals_of(bitmap: BitMap) -> Ordinals:
    """Return the members of a set in ascending order."""
    return np.frombuffer(bitmap.to_array(), np.uint32)


def size_of(bitmap: BitMap) -> int:
    """Return the memory that a set takes in bytes, without its small fixed header."""
    told = bitmap.get_statistics()
    return int(
        told["n_bytes_array_containers"]
        + told["n_bytes_run_containers"]
        + told["n_bytes_bitset_containers"]
    )
