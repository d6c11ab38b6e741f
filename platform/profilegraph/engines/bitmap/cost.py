"""Estimates the work of an index query before it runs, so that a processor can be shared.

One unit is the reading of one number of a column, about two nanoseconds. The estimate is not a
forecast of time: it grows with the amount of data touched, and tells short work from long work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.engines.bitmap.columns import DictionaryColumn
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.tables import IndexTable
from profilegraph.language import nodes
from profilegraph.language.nodes import (
    InSegment,
    Leaf,
    Node,
    ReferenceKind,
    Related,
    bounds,
    walk,
)
from profilegraph.language.saved_filters import SavedFilters

_STEP = 500
"""The overhead of one Python step."""
_TEXT = 100
"""The cost of testing one distinct text of a column."""
_SCAN, _SORTED = 4, 30
"""The cost of a row that is read, counted per customer, or looked up."""
_PAIR = 60
_BITS = 32
"""Members of a set that are processed in one unit."""
_MOST_PAIRS = 33


def of_filters(filters: Iterable[Node], view: IndexSnapshot, library: SavedFilters) -> int:
    """Return the estimated work of evaluating some filters."""
    return sum(_of_filter(one, view, library) for one in filters)


def of_sets(view: IndexSnapshot, many: int) -> int:
    """Return the estimated work of intersecting `many` pairs of sets of customers."""
    return many * (_STEP + view.customers // _BITS)


def of_page(members: int) -> int:
    """Return the estimated work of sorting `members` customers by key."""
    return _STEP + _SCAN * members


def _of_filter(node: Node, view: IndexSnapshot, library: SavedFilters) -> int:
    return sum(_of_node(one, view, library) for one in walk(node))


def _of_node(node: Node, view: IndexSnapshot, library: SavedFilters) -> int:
    own = of_sets(view, 1)
    match node:
        case InSegment(key):
            return own + _of_filter(library.segment(key).filter, view, library)
        case Related():
            return own + sum(_of_relations(node, run) for run in view.runs)
        case nodes.Tags():
            return own * (1 + len(node.listed_tags))
        case Leaf():
            return own + sum(_of_rows(node, run) for run in view.runs)
        case _:
            return own


def _of_relations(leaf: Related, run: IndexRun) -> int:
    least, most = bounds(leaf)
    many = min(least if most is None else most + 1, _MOST_PAIRS)
    return len(run.tables["relations"]) * leaf.distance * (1 + many) * _PAIR


def _of_rows(leaf: Leaf, run: IndexRun) -> int:
    """Return the estimated work of scanning the rows of a run that a leaf reads."""
    each = _SORTED if leaf.FACTS.sorts else _SCAN
    return leaf.FACTS.passes * sum(_of_table(one, each) for one in _tables(leaf, run))


def _of_table(table: IndexTable, each: int) -> int:
    texts = sum(
        len(one.values) for one in table.columns.values() if isinstance(one, DictionaryColumn)
    )
    return len(table) * each + texts * _TEXT


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
