"""The difference of two versions of a taxonomy, and the version step that it demands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from profilegraph.domain.taxonomy.compatibility import NAMES, definitions_of, former_keys
from profilegraph.domain.taxonomy.definition import Definition, Kind, Tag, Taxonomy


class VersionStep(IntEnum):
    """Which number of the version has to grow, from none to the first."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


class DefinitionDifference(StrEnum):
    """What became of a definition."""

    ADDED = "ADDED"
    RENAMED = "RENAMED"
    """It has another key, and the old one as an alias."""
    MERGED = "MERGED"
    """Another, which was there already, has its key as an alias."""
    MOVED = "MOVED"
    """A tag is in another dimension or below another tag."""
    RELABELLED = "RELABELLED"
    """It is called otherwise, and means the same."""
    ANNOTATED = "ANNOTATED"
    """What is noted about it changed: description, owner, duties, folder and their like."""
    DEPRECATED = "DEPRECATED"
    """It should not be used any more, or may be again."""
    CHANGED = "CHANGED"
    """It means something else, or is kept otherwise."""
    REMOVED = "REMOVED"
    """It is gone, and the file says so."""
    VANISHED = "VANISHED"
    """It is gone, and the file says nothing of it."""


@dataclass(frozen=True)
class DefinitionChange:
    """What became of one definition; `before` and `after` are its keys, a tag's with its dimension.

    `before` is None for what is new, `after` for what is gone. `fields` are those that changed.
    Without a `kind` it is the taxonomy itself.
    """

    what: DefinitionDifference
    kind: Kind | None
    before: str | None
    after: str | None
    step: VersionStep
    fields: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the key that it has now, or had last."""
        return self.after or self.before or ""

    def __str__(self) -> str:
        """Return the change as a clause: `the tag 'need/none' was removed`."""
        kind = "taxonomy" if self.kind is None else NAMES[self.kind]
        name = f"the {kind} {(self.before or self.after)!r}"
        match self.what:
            case (
                DefinitionDifference.RENAMED
                | DefinitionDifference.MERGED
                | DefinitionDifference.MOVED
            ) if self.before != self.after:
                return f"{name} became {self.after!r}"
            case DefinitionDifference.MOVED:
                return f"{name} has another parent"
            case _ if self.fields:
                return f"{name} has another {' and '.join(f'`{one}`' for one in self._names())}"
            case DefinitionDifference.VANISHED:
                return f"{name} is gone"
        return f"{name} was {self.what.value.lower()}"

    def _names(self) -> tuple[str, ...]:
        return tuple({"begin": "from", "end": "to"}.get(name, name) for name in self.fields)


@dataclass(frozen=True)
class VersionComparison:
    """All that two versions of one taxonomy differ in."""

    old: str
    new: str
    """The versions."""
    changes: tuple[DefinitionChange, ...]

    @property
    def step(self) -> VersionStep:
        """Return the largest step that a change demands."""
        return max((change.step for change in self.changes), default=VersionStep.NONE)

    @property
    def vanished(self) -> tuple[DefinitionChange, ...]:
        """Return what is gone and is neither an alias now nor among what was removed."""
        return tuple(one for one in self.changes if one.what is DefinitionDifference.VANISHED)

    @property
    def least_version(self) -> str:
        """Return the least version that may carry the changes."""
        return stepped(self.old, self.step)

    @property
    def version_fits(self) -> bool:
        """Return whether the new version is far enough from the old one."""
        return numbers(self.new) >= numbers(self.least_version)


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as three numbers, which compare as versions do."""
    return tuple(int(part) for part in version.split("."))


def stepped(version: str, step: VersionStep) -> str:
    """Return the next version after a step; before 1.0.0 the second number stands for the first."""
    major, minor, patch = numbers(version)
    match VersionStep(min(step, VersionStep.MINOR)) if major == 0 else step:
        case VersionStep.NONE:
            return version
        case VersionStep.PATCH:
            return f"{major}.{minor}.{patch + 1}"
        case VersionStep.MINOR:
            return f"{major}.{minor + 1}.0"
    return f"{major + 1}.0.0"


def compare(old: Taxonomy, new: Taxonomy) -> VersionComparison:
    """Return what two versions of a taxonomy differ in; what is gone first, what is new last."""
    pair = _Pair.of(old, new)
    found = (
        *pair.gone(),
        *_of_itself(old, new),
        *pair.kept(),
        *_orders(pair, old, new),
        *pair.new(),
    )
    return VersionComparison(old.version, new.version, found)


Known = Mapping[tuple[Kind, str], Definition]

STEPS: Mapping[str, tuple[DefinitionDifference, VersionStep]] = {
    "labels": (DefinitionDifference.RELABELLED, VersionStep.PATCH),
    "deprecated": (DefinitionDifference.DEPRECATED, VersionStep.MINOR),
    "ttl_days": (DefinitionDifference.CHANGED, VersionStep.MINOR),
    **dict.fromkeys(
        ("cardinality", "ordered", "unit", "derived", "type", "begin", "end"),
        (DefinitionDifference.CHANGED, VersionStep.MAJOR),
    ),
    **dict.fromkeys(
        ("description", "owner", "layer", "duties", "folder"),
        (DefinitionDifference.ANNOTATED, VersionStep.PATCH),
    ),
}
"""Of each field, what its change is: one that alters what a filter means needs a major version."""


@dataclass(frozen=True)
class _Pair:
    """The definitions of two versions, and which of the old ones became which of the new ones."""

    before: Known
    after: Known
    became: Mapping[tuple[Kind, str], str]
    removed: frozenset[tuple[Kind, str]]

    @classmethod
    def of(cls, old: Taxonomy, new: Taxonomy) -> _Pair:
        """Return a pair of versions."""
        before, after = _known(old), _known(new)
        names = {
            (kind, alias): place.key for kind, alias, place in former_keys(definitions_of([new]))
        }
        keys = {(kind, key): _current(kind, key, after, names) for kind, key in before}
        became = {place: key for place, key in keys.items() if (place[0], key) in after}
        return cls(before, after, became, frozenset((one.kind, one.key) for one in new.removed))

    def gone(self) -> Iterator[DefinitionChange]:
        """Yield what is in the new version no more; of a dimension, not every tag."""
        for kind, key in self.before:
            if (kind, key) in self.became:
                continue
            holder = (Kind.DIMENSION, key.partition("/")[0])
            if kind is not Kind.TAG or holder not in self.before or holder in self.became:
                told = (kind, key) in self.removed
                what = DefinitionDifference.REMOVED if told else DefinitionDifference.VANISHED
                yield DefinitionChange(what, kind, key, None, VersionStep.MAJOR)

    def new(self) -> Iterator[DefinitionChange]:
        """Yield what the old version did not have."""
        reached = {(kind, key) for (kind, _), key in self.became.items()}
        for kind, key in self.after:
            if (kind, key) not in reached:
                yield DefinitionChange(
                    DefinitionDifference.ADDED, kind, None, key, VersionStep.MINOR
                )

    def kept(self) -> Iterator[DefinitionChange]:
        """Yield what changed about that which is in both."""
        for (kind, key), now in self.became.items():
            place = self._place(kind, key, now)
            if place is not None:
                what, step = place
                yield DefinitionChange(what, kind, key, now, step)
            yield from self._fields(kind, key, now)

    def _place(
        self, kind: Kind, key: str, now: str
    ) -> tuple[DefinitionDifference, VersionStep] | None:
        """Return what the keys, and of tags the parents, say."""
        if now != key and (kind, now) in self.before:
            return DefinitionDifference.MERGED, VersionStep.MAJOR
        if kind is not Kind.TAG:
            return (DefinitionDifference.RENAMED, VersionStep.MINOR) if now != key else None
        (holder, _, name), (other, _, later) = key.partition("/"), now.partition("/")
        if self.became.get((Kind.DIMENSION, holder), holder) != other:
            return DefinitionDifference.MOVED, VersionStep.MAJOR
        old, new = self.before[kind, key], self.after[kind, now]
        above = self._above(holder, old.parent if isinstance(old, Tag) else None)
        if above != (f"{other}/{new.parent}" if isinstance(new, Tag) and new.parent else None):
            return DefinitionDifference.MOVED, VersionStep.MAJOR
        return (DefinitionDifference.RENAMED, VersionStep.MINOR) if name != later else None

    def _above(self, dimension: str, parent: str | None) -> str | None:
        key = f"{dimension}/{parent}"
        return None if parent is None else self.became.get((Kind.TAG, key), key)

    def _fields(self, kind: Kind, key: str, now: str) -> Iterator[DefinitionChange]:
        old, new = self.before[kind, key], self.after[kind, now]
        if now != key and (kind, now) in self.before:
            return  # it was merged into one that has its own meaning
        changed = [name for name in STEPS if getattr(old, name, None) != getattr(new, name, None)]
        for what in dict.fromkeys(STEPS[name][0] for name in changed):
            fields = tuple(name for name in changed if STEPS[name][0] is what)
            yield DefinitionChange(
                what, kind, key, now, max(STEPS[name][1] for name in fields), fields
            )


def _known(taxonomy: Taxonomy) -> Known:
    return {(one.kind, one.key): one.definition for one in definitions_of([taxonomy])}


def _current(kind: Kind, key: str, after: Known, names: Mapping[tuple[Kind, str], str]) -> str:
    """Return the key that a definition has in the new version, if it is there."""
    if (kind, key) in after:
        return key
    if kind is Kind.TAG and (kind, key) not in names:
        dimension, _, tag = key.partition("/")
        key = f"{names.get((Kind.DIMENSION, dimension), dimension)}/{tag}"
    return names.get((kind, key), key)


def _of_itself(old: Taxonomy, new: Taxonomy) -> Iterator[DefinitionChange]:
    """Yield what changed about the taxonomy itself."""
    names = ("labels", "description", "owner", "deprecated", "extends", "editable")
    fields = tuple(name for name in names if getattr(old, name) != getattr(new, name))
    if fields:
        step = VersionStep.MINOR if {"deprecated", "extends"} & {*fields} else VersionStep.PATCH
        yield DefinitionChange(DefinitionDifference.ANNOTATED, None, old.key, new.key, step, fields)


def _orders(pair: _Pair, old: Taxonomy, new: Taxonomy) -> Iterator[DefinitionChange]:
    """Yield the ordered dimensions whose tags come in another order now."""
    later = {dimension.key: dimension for dimension in new.dimensions}
    for dimension in old.dimensions:
        now = later.get(pair.became.get((Kind.DIMENSION, dimension.key), ""))
        if now is None or not (dimension.ordered and now.ordered):
            continue
        places = {f"{now.key}/{tag.key}": place for place, tag in enumerate(now.tags)}
        keys = (pair.became.get((Kind.TAG, f"{dimension.key}/{t.key}"), "") for t in dimension.tags)
        order = [places[key] for key in keys if key in places]
        if order != sorted(order):
            what = DefinitionDifference.CHANGED
            yield DefinitionChange(
                what, Kind.DIMENSION, dimension.key, now.key, VersionStep.MAJOR, ("order",)
            )
