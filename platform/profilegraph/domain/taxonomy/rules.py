"""The rules between the definitions of one taxonomy, over plain values.

The models refuse what breaks these rules; whoever reads files asks them first, and names the line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic.alias_generators import to_camel

H = TypeVar("H", bound=Hashable)


@dataclass(frozen=True)
class Band:
    """The numbers that a tag stands for: from the first, without the second; None is no end."""

    key: str
    begin: float | None
    end: float | None


def repeated(keys: Iterable[H]) -> list[H]:
    """Return what occurs more than once."""
    return [key for key, times in Counter(keys).items() if times > 1]


def field_name(key: str) -> str:
    """Return what a dimension is called as a field of a filter, unless that name is taken."""
    return to_camel(key)


def parent_faults(parents: Mapping[str, str | None]) -> dict[str, str]:
    """Return what is wrong with a tag's parent, by the tag's key; empty where all is well."""
    faults = {}
    for key, parent in parents.items():
        if parent is not None and parent not in parents:
            faults[key] = f"the parent {parent!r} of the tag {key!r} is not a tag of the dimension"
        elif (circle := _circle(key, parents)) is not None:
            faults[key] = f"the tag {key!r} is its own ancestor: {' > '.join(circle)}"
    return faults


def nesting_faults(parents: Mapping[str, str | None]) -> dict[str, str]:
    """Return which tags of an ordered dimension stand apart from their parents, by key.

    Between a tag and its parent only others below that parent may stand: the parent includes them,
    and "at least the parent" could not be told otherwise.
    """
    keys = list(parents)
    faults = {}
    for place, (key, parent) in enumerate(parents.items()):
        if parent is None or parent not in parents:
            continue
        begin, end = sorted((place, keys.index(parent)))
        stranger = next((k for k in keys[begin + 1 : end] if not _below(k, parent, parents)), None)
        if stranger is not None:
            faults[key] = (
                f"the order contradicts the parents: {stranger!r} stands between the tag {key!r}"
                f" and its parent {parent!r}, and is not below it"
            )
    return faults


def alias_faults(aliases: Mapping[str, Sequence[str]]) -> dict[tuple[str, int], str]:
    """Return what is wrong with the aliases of definitions, by key and place in its list."""
    meanings = {key: key for key in aliases}
    faults = {}
    for key, names in aliases.items():
        for place, name in enumerate(names):
            other = meanings.setdefault(name, key)
            if other != key or names.index(name) != place:
                faults[key, place] = f"the alias {name!r} of {key!r} means {other!r} already"
            elif name == key:
                faults[key, place] = f"{key!r} is its own alias"
    return faults


def band_faults(bands: Sequence[Band]) -> dict[tuple[str, str], str]:
    """Return what is wrong with the bands of an ordered dimension, by tag and field.

    Each begins where the one before it ends; the first may have no `from`, the last no `to`.
    """
    if all(band.begin is None and band.end is None for band in bands):
        return {}
    faults = {}
    for before, band in zip([None, *bands], bands, strict=False):
        what = f"the tag {band.key!r}"
        if band.begin is not None and band.end is not None and band.begin >= band.end:
            faults[band.key, "to"] = f"{what} goes from {band.begin:g} to {band.end:g}, not upwards"
        if band.end is None and band is not bands[-1]:
            faults[band.key, "to"] = f"{what} lacks `to`; only the last tag may have no upper bound"
        if before is not None and (said := _seam(before, band)):
            faults[band.key, "from"] = said
    return faults


def banding_faults(
    bands: Sequence[Band], parents: Iterable[str | None], *, ordered: bool, unit: str | None
) -> list[str]:
    """Return what a dimension lacks for its tags to have bounds; empty where they have none."""
    if all(band.begin is None and band.end is None for band in bands):
        return []
    lacks = [] if ordered else ["lacks `ordered: true`"]
    lacks += [] if unit else ["lacks `unit`, which says what they count"]
    lacks += ["has tags with a parent"] if any(parents) else []
    return [f"its tags have bounds, and the dimension {what}" for what in lacks]


def _seam(before: Band, band: Band) -> str | None:
    """Return what is wrong where two bands meet."""
    what = f"the tag {band.key!r}"
    if band.begin is None:
        return f"{what} lacks `from`; only the first tag may have no lower bound"
    if before.begin is not None and band.begin <= before.begin:
        return (
            f"the order contradicts the bounds: {what} begins at {band.begin:g}, and"
            f" {before.key!r} before it at {before.begin:g}; list them from the least to the most"
        )
    if before.end is not None and band.begin != before.end:
        how = "leaves a gap" if band.begin > before.end else "overlaps"
        return f"{what} begins at {band.begin:g}, and {before.key!r} before it ends at {before.end:g}: that {how}"
    return None


def _circle(key: str, parents: Mapping[str, str | None]) -> list[str] | None:
    path = [key]
    above = parents[key]
    while above is not None and above in parents and above not in path:
        path.append(above)
        above = parents[above]
    return [*path, key] if above == key else None


def _below(key: str, ancestor: str | None, parents: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    above = parents.get(key)
    while above is not None and above not in seen and above != ancestor:
        seen.add(above)
        above = parents.get(above)
    return above == ancestor
