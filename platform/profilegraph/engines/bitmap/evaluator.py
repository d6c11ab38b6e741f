"""Evaluates a filter to a set of ordinals: the third evaluator, and the default one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from pyroaring import BitMap

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.engines.bitmap import activity, people, profile
from profilegraph.engines.bitmap.bitmaps import united
from profilegraph.engines.bitmap.cost import Pricing
from profilegraph.engines.bitmap.interruption import check
from profilegraph.engines.bitmap.memo import SetMemo
from profilegraph.engines.bitmap.people import SelectedPeople, chosen
from profilegraph.engines.bitmap.profile import LeafContext, LeafFunction
from profilegraph.engines.bitmap.relations import Relations
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
from profilegraph.language.saved_filters import walk_with_segments

LEAVES: Mapping[type[Leaf], LeafFunction] = {**profile.LEAVES, **activity.LEAVES, **people.LEAVES}
"""The leaves that depend on one customer alone; each run evaluates them for its own customers."""


@dataclass(frozen=True)
class Evaluator:
    """Evaluates filters on one snapshot of the index and memoizes the results."""

    view: IndexSnapshot
    catalogue: Catalogue
    context: Context
    leaves: SetMemo = field(default_factory=SetMemo)
    """Results of leaves that depend on one customer alone; they stay valid when segments are saved."""
    _known: SetMemo = field(default_factory=SetMemo)

    @cached_property
    def everyone(self) -> BitMap:
        """Return all visible customers; read-only."""
        return united([here.everyone for here in self._places])

    def shares_leaves(self, context: Context) -> bool:
        """Return whether results of leaves are valid in another context: all but its library is equal."""
        return replace(context, library=self.context.library) == self.context

    def members(self, node: Node) -> BitMap:
        """Return the visible customers that match; read-only.

        Raises IndexUnable if the index cannot decide.
        """
        held = self._memo(node)
        found = held.get(node)
        return held.put(node, self._members(node)) if found is None else found

    @property
    def price_of_a_set(self) -> int:
        """Return the price of intersecting two sets of customers."""
        return self._pricing.a_set

    def price(self, filters: Iterable[Node]) -> int:
        """Return the price of evaluating some filters.

        What is known already, or was priced before and will be known then, costs nothing.
        """
        price = 0
        if self._scoping is not None and self.context.scope is not None:
            price = self._scoping.price([self.context.scope.filter])
        for part in walk_with_segments(filters, self.context.library):
            if self._memo(part).expect(part):
                price += self._pricing.of(part)
        return price

    def price_of_dimension(self, dimension: str) -> int:
        """Return the price of parting customers by the tags of a dimension."""
        return self._pricing.of_dimension(dimension)

    def _memo(self, node: Node) -> SetMemo:
        return self.leaves if type(node) in LEAVES else self._known

    def people(self, node: Node, where: nodes.PersonTest) -> list[SelectedPeople]:
        """Return the matching decision-makers of the matching customers, by run."""
        members = self.members(node)
        return [chosen(where, members & here.everyone, here) for here in self._places]

    def parted(self, dimension: str, members: BitMap) -> list[BitMap]:
        """Return the members with each tag of a dimension, or a descendant of it, and those without any.

        It equals evaluating the filters of the breakdown's buckets, without building the filters.
        """
        check()
        parts = [(here.run.tags, members & here.everyone) for here in self._places]
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
        """Return the sizes of the sets that `parted` returns, without building the sets."""
        defined = self.catalogue.dimension(dimension)
        keys = [tag_key(defined.key, tag.key) for tag in defined.tags]
        sizes = [0] * (len(keys) + 1)
        for here in self._places:
            some = members & here.everyone
            carried = [self._carriers(key, here.run.tags) for key in keys]
            for place, sets in enumerate([*carried, [*chain(*carried)]]):
                sizes[place] += united(sets).intersection_cardinality(some)
        return [*sizes[:-1], len(members) - sizes[-1]]

    def _carriers(self, key: str, tags: Mapping[str, Taggings]) -> list[BitMap]:
        """Return the carriers of a tag and of each descendant, under current and former keys."""
        keys, now = self.catalogue.carriers, self.context.now
        below = self.catalogue.descendants[key]
        return [tags[one].carried(now) for own in below for one in keys[own] if one in tags]

    def _carrying(self, key: str, parts: Iterable[tuple[Mapping[str, Taggings], BitMap]]) -> BitMap:
        """Return the customers with a tag itself, under its current or a former key, per run."""
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
        check()
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
                found = self._relations.with_matching(node, matching, self.everyone)
                return found & self.everyone
            case _:
                return _asked(node, self._places)

    def _among(self, node: Node, some: BitMap) -> BitMap:
        """Return the matching customers among some.

        Set conditions are evaluated first, so that values are read for as few customers as
        possible. When the same values are requested again, they are read for all customers, once.
        """
        match node:
            case AllOf(conditions):
                check()
                for condition in sorted(conditions, key=_reads_values):
                    some = self._among(condition, some)
                return some
            case AttributeLeaf() | MetricLeaf() if not self.leaves.requested_before(node):
                return _asked(node, [here.among(some) for here in self._places])
            case _:
                return some & self.members(node)

    @cached_property
    def _pricing(self) -> Pricing:
        return Pricing(self.view, self.catalogue, self.context)

    @cached_property
    def _relations(self) -> Relations:
        """Return the relations between visible customers."""
        known = self.view.relations
        return known if self.context.scope is None else known.among(self.everyone)

    @cached_property
    def _places(self) -> tuple[LeafContext, ...]:
        found = []
        for run, mine in zip(self.view.runs, self.view.valid, strict=True):
            present = run.present if mine == run.read else run.present & mine
            here = LeafContext(run, present, self.catalogue, self.context, self.view.trees)
            found.append(here)
        if self._scoping is None or self.context.scope is None:
            return tuple(found)
        seen = self._scoping.members(self.context.scope.filter)
        return tuple(here.among(seen) for here in found)

    @cached_property
    def _scoping(self) -> Evaluator | None:
        """Return what evaluates the filter of the scope, among all customers; None without a scope."""
        scope = self.context.scope
        return None if scope is None else Evaluator(self.view, scope.catalogue, scope.context)


def _asked(node: Leaf, places: Sequence[LeafContext]) -> BitMap:
    """Return the customers that match a leaf, among those selected in each context."""
    ask = LEAVES[type(node)]
    return united([ask(node, here) & here.everyone for here in places])


def _reads_values(node: Node) -> bool:
    return isinstance(node, AttributeLeaf | MetricLeaf)
