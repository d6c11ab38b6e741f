"""How much work a question to the index is, known before it is done: for whoever has to share a processor.

One unit is what reading one number of a column takes, about two billionths of a second. It is no
forecast: it grows with what is touched, and tells what takes no time from what takes a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.engines.bitmap.columns import DictionaryColumn
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.tables import IndexTable
from profilegraph.language import nodes
from profilegraph.language.nodes import InSegment, Node, Related, bounds, walk
from profilegraph.language.saved_filters import SavedFilters

_STEP = 500
"""What any step of Python takes, however little it touches."""
_TEXT = 100
"""What looking at one of a column's different texts takes."""
_SCAN, _SORTED = 4, 30
"""What a row takes that is read, counted by customer, or looked up among others."""
_PAIR = 60
_BITS = 32
"""How many customers of a set are looked at in the time of one number of a column."""
_MOST_PAIRS = 33


def of_filters(filters: Iterable[Node], view: IndexSnapshot, library: SavedFilters) -> int:
    """Return how much work it is to find who matches each of some filters."""
    return sum(_of_filter(one, view, library) for one in filters)


def of_sets(view: IndexSnapshot, many: int) -> int:
    """Return how much work it is to lay so many pairs of sets of customers over each other."""
    return many * (_STEP + view.customers // _BITS)


def of_page(members: int) -> int:
    """Return how much work it is to put so many customers into the order of their keys."""
    return _STEP + _SCAN * members


def _of_filter(node: Node, view: IndexSnapshot, library: SavedFilters) -> int:
    return sum(_of_node(one, view, library) for one in walk(node))


def _of_node(node: Node, view: IndexSnapshot, library: SavedFilters) -> int:
    own = of_sets(view, 1)
    match node:
        case InSegment(key):
            return own + _of_filter(library.segment(key).filter, view, library)
        case Related():
            return own + sum(_of_relations(node, level) for level in view.levels)
        case _ if (tables := _TABLES.get(type(node))) is not None:
            rows = (_of_table(one, node) for level in view.levels for one in tables(node, level))
            return own + sum(rows)
        case nodes.Tags():
            return own * (1 + _named(node))
        case _:
            return own


def _of_relations(leaf: Related, level: IndexRun) -> int:
    least, most = bounds(leaf)
    many = min(least if most is None else most + 1, _MOST_PAIRS)
    return len(level.tables["relations"]) * leaf.distance * (1 + many) * _PAIR


def _named(leaf: nodes.Tags) -> int:
    return len((*(leaf.any_of or ()), *(leaf.all_of or ()), *(leaf.none_of or ())))


def _of_table(table: IndexTable, leaf: Node) -> int:
    each = _SORTED if isinstance(leaf, nodes.Sequence | nodes.Consents) else _SCAN
    texts = sum(
        len(one.values) for one in table.columns.values() if isinstance(one, DictionaryColumn)
    )
    return len(table) * each + texts * _TEXT


def _value(key: str, level: IndexRun) -> Iterator[IndexTable]:
    if key in level.values:
        yield level.values[key]


def _events(level: IndexRun, *types: str) -> Iterator[IndexTable]:
    yield from (level.events[one] for one in types if one in level.events)


def _people(leaf: nodes.People, level: IndexRun) -> Iterator[IndexTable]:
    yield from (level.tables[one] for one in ("people", "workplaces", "parts", "opportunities"))
    if leaf.where.did is not None:
        yield from _events(level, leaf.where.did.type)


_TABLES: Mapping[type[Node], Callable[[Any, IndexRun], Iterator[IndexTable]]] = MappingProxyType(
    {
        nodes.AttributeLeaf: lambda leaf, level: _value(attribute_property(leaf.key), level),
        nodes.MetricLeaf: lambda leaf, level: _value(metric_property(leaf.key), level),
        nodes.Cohort: lambda _, level: iter((level.cohorts,)),
        nodes.Events: lambda leaf, level: _events(level, leaf.type),
        nodes.EventTotal: lambda leaf, level: _events(level, leaf.type),
        nodes.Stopped: lambda leaf, level: _events(level, leaf.type, leaf.type),
        nodes.Sequence: lambda leaf, level: _events(level, leaf.first.type, leaf.then.type),
        nodes.Opportunities: lambda _, level: iter((level.tables["opportunities"],)),
        nodes.FollowUps: lambda _, level: iter((level.tables["follow_ups"],)),
        nodes.Consents: lambda _, level: iter((level.tables["consents"],)),
        nodes.People: _people,
        nodes.Owners: lambda _, level: iter((level.tables["owners"],)),
        nodes.Teams: lambda _, level: iter((level.tables["owners"],)),
        nodes.Arrivals: lambda _, level: iter((level.tables["arrivals"],)),
    }
)
"""The tables that a leaf reads of a level."""
