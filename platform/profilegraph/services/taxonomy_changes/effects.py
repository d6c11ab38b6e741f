"""The state before and after a change: definitions, filters and taggings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain

from pyroaring import BitMap

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Cardinality, Dimension, Taxonomy
from profilegraph.domain.taxonomy.edits import World
from profilegraph.domain.taxonomy_changes.changes import NewVersion, TagChange
from profilegraph.domain.taxonomy_changes.restructuring import Revision, revised
from profilegraph.domain.taxonomy_changes.retagging import Rule
from profilegraph.engines.bitmap.retagging import RetaggingStep
from profilegraph.errors import NotFound
from profilegraph.importers.taxonomies.files import parse_taxonomy
from profilegraph.language.nodes import InSegment, Node, Tags, walk
from profilegraph.language.resolve import tag_groups
from profilegraph.language.rewriting import RenamedKeys, current, renamed
from profilegraph.language.saved_filters import SavedFilter, SavedFilters, inlined
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.language.validation import faults
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import taxonomy_digest


@dataclass(frozen=True)
class ChangeSide:
    """Definitions and saved filters before or after a change."""

    catalogue: Catalogue
    library: SavedFilters

    def problem(self, key: str) -> str | None:
        """Return why a segment cannot be evaluated; None if it can."""
        found = faults(self.library.segments[key].filter, self.catalogue, self.library)
        return "; ".join(map(str, found)) or None

    def whole(self, key: str) -> Node:
        """Return the filter of a valid segment with the segments that it refers to inlined."""
        return inlined(self.library.segments[key].filter, self.library)


@dataclass(frozen=True)
class ChangeDifference:
    """A change, and the states before and after it."""

    revision: Revision
    segments: Mapping[str, SavedSegment]
    before: ChangeSide
    after: ChangeSide

    @property
    def rewritten(self) -> dict[str, Node]:
        """Return the filters that are rewritten with new keys, by segment key."""
        new = self.after.library.segments
        return {
            key: new[key].filter
            for key, one in self.segments.items()
            if one.filter != new[key].filter
        }

    @property
    def touched(self) -> list[str]:
        """Return the segments that the change may affect, by key."""
        tags, dimensions = self._tags, frozenset(self.dimensions)
        return [key for key in self.segments if self._concerned(key, tags, dimensions)]

    @property
    def dimensions(self) -> list[str]:
        """Return the dimensions that the change restructures, by their former keys."""
        old, new = self.before.catalogue.dimensions, self.after.catalogue.dimensions
        changed = {key for key, one in old.items() if new.get(key) != one}
        goals = {
            goal.partition("/")[0] for goal in self.revision.moves.values() if goal is not None
        }
        return sorted(changed | (goals & old.keys()))

    @property
    def digest(self) -> str:
        """Return a digest that only equal definitions and filters share."""
        known = [
            [
                taxonomy_digest(side[one.key])
                for side in (self.revision.before, self.revision.after)
                if one.key in side
            ]
            for one in self.revision.changed
        ]
        filters = [(key, self.segments[key].version) for key in self.touched]
        return sha256(repr((known, filters)).encode()).hexdigest()

    def steps(self, members: BitMap | None = None) -> tuple[RetaggingStep, ...]:
        """Return the retagging steps; `members` are the customers that match the filter of a split."""
        single = frozenset(
            key
            for key, one in self.after.catalogue.dimensions.items()
            if one.cardinality is Cardinality.SINGLE
        )
        split = self.revision.split
        if split is None:
            rule = Rule(self.revision.moves, single, self.revision.narrowed)
            return (RetaggingStep(rule),) if rule.moves or rule.narrowed else ()
        first = RetaggingStep(Rule({split.tag: split.into}, single), members)
        if split.otherwise is None:
            return (first,)
        return first, RetaggingStep(Rule({split.tag: split.otherwise}, single))

    @property
    def _tags(self) -> frozenset[str]:
        """Return the tags that change their meaning, are removed or are new."""
        old, new = self.before.catalogue.tags, self.after.catalogue.tags
        changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        rules = [step.rule for step in self.steps(BitMap())]
        named = chain.from_iterable(rule.tags for rule in rules)
        rivals = frozenset(chain.from_iterable(rule.rivals for rule in rules))
        beside = rivals | self._reordered
        return frozenset((*changed, *named, *(k for k in new if k.partition("/")[0] in beside)))

    @property
    def _reordered(self) -> frozenset[str]:
        """Return the ordered dimensions with moved tags."""
        old, new = self.before.catalogue.dimensions, self.after.catalogue.dimensions
        return frozenset(
            key
            for key in old.keys() & new.keys()
            if new[key].ordered and _order(old[key]) != _order(new[key])
        )

    def _concerned(self, key: str, tags: frozenset[str], dimensions: frozenset[str]) -> bool:
        return any(
            self._names(leaf, side, tags, dimensions)
            for side in (self.before, self.after)
            for leaf in _leaves(key, side.library)
        )

    def _names(
        self, leaf: Tags, side: ChangeSide, tags: frozenset[str], dimensions: frozenset[str]
    ) -> bool:
        if faults(leaf, side.catalogue):
            return side.catalogue.current_dimension(leaf.dimension) in dimensions
        groups = tag_groups(leaf, side.catalogue)
        return not tags.isdisjoint(groups.refused.union(*groups.wanted))


def compare_sides(
    taxonomies: Iterable[Taxonomy],
    segments: Sequence[SavedSegment],
    change: TagChange,
    version: Taxonomy | None,
) -> ChangeDifference:
    """Return the states before and after a change; `version` is the taxonomy of a new version.

    Raises NotFound, Conflict and InvalidInput if the change cannot be made.
    """
    world: World = {one.key: one for one in taxonomies}
    revision = revised(world, change.act, version)
    old, new = Catalogue.of(world.values()), Catalogue.of(revision.after.values())
    names = names_after(revision)
    before = {one.key: SavedFilter(one.labels, current(one.filter, old)) for one in segments}
    after = {
        key: replace(one, filter=current(renamed(one.filter, names), new))
        for key, one in before.items()
    }
    keys = tuple(before)
    return ChangeDifference(
        revision,
        {one.key: one for one in segments},
        ChangeSide(old, SavedFilters(before, keys)),
        ChangeSide(new, SavedFilters(after, keys)),
    )


def names_after(revision: Revision) -> RenamedKeys:
    """Return the keys of tags and dimensions in filters after a change."""
    split = revision.split

    def tags(key: str, exact: bool) -> tuple[str, ...]:
        if split is not None and key == split.tag and exact:
            others = () if split.otherwise is None else (split.otherwise,)
            return (key, split.into, *others)
        return (revision.moves.get(key) or key,)

    return RenamedKeys(tags, lambda key: revision.dimensions.get(key, key))


def new_version(platform: Platform, change: TagChange) -> Taxonomy | None:
    """Return the taxonomy of a change to a new version; None for other changes.

    Raises InvalidTaxonomy with all faults of a text, NotFound if none is installed.
    """
    act = change.act
    if not isinstance(act, NewVersion):
        return None
    if act.text is not None:
        return parse_taxonomy(act.text, "text")
    for taxonomy in platform.host.brought:
        if taxonomy.key == act.installed:
            return taxonomy
    keys = ", ".join(sorted(one.key for one in platform.host.brought))
    raise NotFound(f"no taxonomy {act.installed!r} is installed.", hint=f"Installed are: {keys}.")


def _order(dimension: Dimension) -> list[str]:
    return [tag.key for tag in dimension.tags]


def _leaves(key: str, library: SavedFilters) -> Iterable[Tags]:
    """Yield the tag conditions of a segment and of those that it refers to."""
    waiting, seen = [key], set[str]()
    while waiting:
        one = waiting.pop()
        if one in seen or one not in library.segments:
            continue
        seen.add(one)
        for node in walk(library.segments[one].filter):
            if isinstance(node, Tags):
                yield node
            elif isinstance(node, InSegment):
                waiting.append(node.key)
