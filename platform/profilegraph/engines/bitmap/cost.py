"""Prices the work of an index query before it runs: so it can be refused, or done beside the others.

One unit is the reading of one number of a column, about two nanoseconds. The price is made of what
the query touches: rows by table, pairs of related customers, sets of customers, characters of texts.
It may be above what the work turns out to be, for a part may be remembered or end early; it is not
below it by more than a factor of two, which `tests/property/test_prices.py` holds by counting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.engines.bitmap.columns import DictionaryColumn
from profilegraph.engines.bitmap.profile import is_qualified
from profilegraph.engines.bitmap.relations import FEW
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.tables import IndexTable
from profilegraph.engines.bitmap.taggings import Taggings
from profilegraph.language.facts import Context
from profilegraph.language.nodes import (
    Leaf,
    Node,
    ReferenceKind,
    Related,
    Tags,
    bounds,
)
from profilegraph.language.nodes.parts import NodePart
from profilegraph.language.resolve import tag_groups

_STEP = 1_500
"""The overhead of one Python step."""
_LEAF = 15 * _STEP
"""The overhead of one leaf in one run."""
_TEXT = 100
"""The overhead of testing one distinct text of a column; each character is one unit more."""
_SCAN, _SORTED = 8, 24
"""The cost of a row that is read, counted per customer, or looked up."""
_COMPARISON = 2
"""The cost of comparing a row with one value more."""
_PAIR = 60
"""The cost of one pair of related customers in one step between them."""
_BITS = 32
"""Members of a set that are processed in one unit."""


def of_page(members: int) -> int:
    """Return the price of sorting `members` customers by key."""
    return _STEP + _SCAN * members


@dataclass(frozen=True)
class Pricing:
    """Prices the parts of filters on one snapshot."""

    view: IndexSnapshot
    catalogue: Catalogue
    context: Context

    @property
    def a_set(self) -> int:
        """Return the price of intersecting two sets of customers."""
        return _STEP + self.view.customers // _BITS

    def of(self, node: Node) -> int:
        """Return the price of evaluating a part of a filter, beside the parts within it."""
        own = self.a_set
        match node:
            case Related():
                return own + self._of_relations(node)
            case Tags():
                return own + sum(self._of_taggings(node, run) for run in self.view.runs)
            case Leaf():
                return own + sum(_LEAF + _of_rows(node, run) for run in self.view.runs)
            case _:
                return own

    def of_dimension(self, dimension: str) -> int:
        """Return the price of intersecting customers with those of each tag of a dimension."""
        defined = self.catalogue.dimension(dimension)
        price = self.a_set
        for tag in defined.tags:
            for below in self.catalogue.descendants[tag_key(defined.key, tag.key)]:
                known = [
                    run.tags.get(one)
                    for run in self.view.runs
                    for one in self.catalogue.carriers[below]
                ]
                price += sum(
                    self.a_set + self._of_tag(one, qualified=False) for one in known if one
                )
        return price

    def _of_relations(self, leaf: Related) -> int:
        """Return the price of following relations: of pairs where few are asked for, else of sets."""
        rows = sum(len(run.tables["relations"]) for run in self.view.runs)
        least, most = bounds(leaf)
        enough = least if most is None else most + 1
        if enough <= FEW:
            pairs = self.view.customers + 2 * rows * (1 + enough)
            return leaf.distance * pairs * _PAIR
        reached = min(rows, self.view.customers)
        return rows * _PAIR + leaf.distance * rows * (_STEP + reached // _BITS)

    def _of_taggings(self, leaf: Tags, run: IndexRun) -> int:
        """Return the price of the union of a leaf's tags, each filtered by what is asked of a tagging."""
        groups = tag_groups(leaf, self.catalogue)
        keys = {key for group in (*groups.wanted, groups.refused) for key in group}
        found = [run.tags[key] for key in keys if key in run.tags]
        each = len(groups.wanted) + bool(groups.refused)
        qualified = is_qualified(leaf)
        return (
            _LEAF
            + (each + len(found)) * self.a_set
            + sum(self._of_tag(one, qualified=qualified) for one in found)
        )

    def _of_tag(self, taggings: Taggings, *, qualified: bool) -> int:
        if not qualified and taggings.always_carried(self.context.now):
            return 0
        return len(taggings.customers) * _SCAN * (1 + qualified)


def _of_rows(leaf: Leaf, run: IndexRun) -> int:
    """Return the price of scanning the rows of a run that a leaf reads."""
    each = (_SORTED if leaf.FACTS.sorts else _SCAN) + _COMPARISON * _comparisons(leaf)
    return leaf.FACTS.passes * sum(_of_table(one, each) for one in _tables(leaf, run))


def _comparisons(part: NodePart) -> int:
    """Return how many values a leaf compares with, those of its parts included."""
    given = part.given().values()
    return sum(_comparisons(one) if isinstance(one, NodePart) else 1 for one in given)


def _of_table(table: IndexTable, each: int) -> int:
    texts = sum(
        len(one.values) * _TEXT + one.characters
        for one in table.columns.values()
        if isinstance(one, DictionaryColumn)
    )
    return len(table) * each + texts


def _tables(leaf: Leaf, run: IndexRun) -> Iterator[IndexTable]:
    for name in leaf.FACTS.tables:
        yield run.cohorts if name == "cohorts" else run.tables[name]
    for named in leaf.names():
        find = _NAMED.get(named.kind)
        found = None if find is None else find(run, named.key)
        if found is not None:
            yield found


_NAMED: Mapping[ReferenceKind, Callable[[IndexRun, str], IndexTable | None]] = {
    ReferenceKind.ATTRIBUTE: lambda run, key: run.values.get(attribute_property(key)),
    ReferenceKind.METRIC: lambda run, key: run.values.get(metric_property(key)),
    ReferenceKind.EVENT_TYPE: lambda run, key: run.events.get(key),
}
"""Finds the table of a definition that a leaf names."""
