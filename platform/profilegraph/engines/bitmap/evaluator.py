"""A filter as a set of ordinals: the third evaluator, and the one that answers by default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from pyroaring import BitMap

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.engines.bitmap import activity, people, profile
from profilegraph.engines.bitmap.bitmaps import united
from profilegraph.engines.bitmap.memo import SetMemo
from profilegraph.engines.bitmap.people import SelectedPeople, chosen
from profilegraph.engines.bitmap.profile import LeafContext, LeafFunction
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.taggings import Taggings
from profilegraph.language import nodes
from profilegraph.language.facts import Context
from profilegraph.language.nodes import (
    AllOf,
    AnyOf,
    AttributeLeaf,
    InSegment,
    Leaf,
    Listed,
    MetricLeaf,
    Node,
    Not,
    Related,
)

LEAVES: Mapping[type[Leaf], LeafFunction] = {**profile.LEAVES, **activity.LEAVES, **people.LEAVES}
"""The leaves that ask about one customer alone; each level answers for its own."""


@dataclass(frozen=True)
class Evaluator:
    """Answers filters from one view; what it has found out it remembers."""

    view: IndexSnapshot
    catalogue: Catalogue
    context: Context
    leaves: SetMemo = field(default_factory=SetMemo)
    """What is known of leaves that ask about one customer alone, whatever segments are saved."""
    _known: SetMemo = field(default_factory=SetMemo)

    @cached_property
    def everyone(self) -> BitMap:
        """Return all customers that may be seen; not to be changed."""
        return united([here.everyone for here in self._places])

    def shares_leaves(self, context: Context) -> bool:
        """Return whether leaves are answered alike in another context: all but its segments is equal."""
        return replace(context, library=self.context.library) == self.context

    def members(self, node: Node) -> BitMap:
        """Return the customers that may be seen and match; not to be changed.

        Raises IndexUnable where the index cannot tell.
        """
        held = self.leaves if type(node) in LEAVES else self._known
        found = held.get(node)
        return held.put(node, self._members(node)) if found is None else found

    def people(self, node: Node, where: nodes.PersonTest) -> list[SelectedPeople]:
        """Return the decision-makers of the customers that match who are as asked, by level."""
        members = self.members(node)
        return [chosen(where, members & here.everyone, here) for here in self._places]

    def parted(self, dimension: str, members: BitMap) -> list[BitMap]:
        """Return who of some members carries each tag of a dimension or one below it, and who none.

        It is what the filters of a breakdown's buckets match among them, without making the filters.
        """
        parts = [(here.level.tags, members & here.everyone) for here in self._places]
        defined = self.catalogue.dimension(dimension)
        keys = [tag_key(defined.key, tag.key) for tag in defined.tags]
        carried = {key: self._carrying(key, parts) for key in keys}
        below = self.catalogue.descendants
        found = [
            carried[key]
            if len(below[key]) == 1
            else BitMap.union(*(carried[k] for k in below[key]))
            for key in keys
        ]
        return [*found, members - BitMap.union(BitMap(), *found)]

    def counted(self, dimension: str, members: BitMap) -> list[int]:
        """Return the sizes of what `parted` returns, without making these sets."""
        defined = self.catalogue.dimension(dimension)
        keys = [tag_key(defined.key, tag.key) for tag in defined.tags]
        sizes = [0] * (len(keys) + 1)
        for here in self._places:
            some = members & here.everyone
            carried = [self._carriers(key, here.level.tags) for key in keys]
            for place, sets in enumerate([*carried, [*chain(*carried)]]):
                sizes[place] += united(sets).intersection_cardinality(some)
        return [*sizes[:-1], len(members) - sizes[-1]]

    def _carriers(self, key: str, tags: Mapping[str, Taggings]) -> list[BitMap]:
        """Return the carriers of a tag and of each below it, under whichever of their keys."""
        keys, now = self.catalogue.carriers, self.context.now
        below = self.catalogue.descendants[key]
        return [tags[one].carried(now) for own in below for one in keys[own] if one in tags]

    def _carrying(self, key: str, parts: Iterable[tuple[Mapping[str, Taggings], BitMap]]) -> BitMap:
        """Return who of some customers of levels carries a tag itself, under whichever of its keys."""
        now = self.context.now
        return BitMap.union(
            BitMap(),
            *(
                tags[one].carried(now) & some
                for tags, some in parts
                for one in self.catalogue.carriers[key]
                if one in tags
            ),
        )

    def _members(self, node: Node) -> BitMap:
        match node:
            case AllOf():
                return self._among(node, self.everyone)
            case AnyOf(conditions):
                return united([*map(self.members, conditions)])
            case Not(condition):
                return self.everyone - self.members(condition)
            case Listed(ordinals):
                return self.everyone & ordinals
            case InSegment(key):
                return self.members(self.context.library.segment(key).filter)
            case Related(where=where):
                matching = self.members(where)
                found = self.view.relations.with_matching(node, matching, self.everyone)
                return found & self.everyone
            case _:
                return _asked(node, self._places)

    def _among(self, node: Node, some: BitMap) -> BitMap:
        """Return who of some customers matches.

        Values are read of as few customers as are left: what sets can tell is asked before. Whoever
        asks for the same values again has them read of all, and nobody does after that.
        """
        match node:
            case AllOf(conditions):
                for condition in sorted(conditions, key=_reads_values):
                    some = self._among(condition, some)
                return some
            case AttributeLeaf() | MetricLeaf() if not self.leaves.met(node):
                return _asked(node, [here.among(some) for here in self._places])
            case _:
                return some & self.members(node)

    @cached_property
    def _places(self) -> tuple[LeafContext, ...]:
        found = []
        for level, mine in zip(self.view.levels, self.view.valid, strict=True):
            present = level.present if mine == level.read else level.present & mine
            here = LeafContext(level, present, self.catalogue, self.context, self.view.trees)
            found.append(self._in_scope(here))
        return tuple(found)

    def _in_scope(self, here: LeafContext) -> LeafContext:
        scope = self.context.scope
        return here if scope is None else here.among(people.in_scope(scope, here))


def _asked(node: Leaf, places: Sequence[LeafContext]) -> BitMap:
    """Return who matches a leaf, of those who are asked about at each place."""
    ask = LEAVES[type(node)]
    return united([ask(node, here) & here.everyone for here in places])


def _reads_values(node: Node) -> bool:
    return isinstance(node, AttributeLeaf | MetricLeaf)
