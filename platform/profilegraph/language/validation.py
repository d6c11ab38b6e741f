"""Validates that everything a filter names exists, once, before any evaluator runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import AMOUNT_LIMIT, AMOUNT_SCALE
from profilegraph.errors import InvalidFilter, NotFound
from profilegraph.language.codec import MAX_DEPTH, MAX_LEAVES
from profilegraph.language.faults import Fault, FaultKind
from profilegraph.language.nodes import (
    InSegment,
    Leaf,
    Node,
    NumberTest,
    Reference,
    ReferenceKind,
    Tags,
    steps,
)
from profilegraph.language.saved_filters import (
    NO_SEGMENTS,
    FilterSize,
    SavedFilters,
    references,
    size,
)

_TESTS = {
    AttributeType.NUMBER: "number",
    AttributeType.STRING: "text",
    AttributeType.DATE: "date",
    AttributeType.BOOLEAN: "boolean",
}
_LOOK_UPS: Mapping[ReferenceKind, tuple[FaultKind, Callable[[Catalogue, str], object]]] = {
    ReferenceKind.DIMENSION: (FaultKind.DIMENSION_MISSING, Catalogue.dimension),
    ReferenceKind.TAG: (FaultKind.TAG_MISSING, Catalogue.tag),
    ReferenceKind.ATTRIBUTE: (FaultKind.ATTRIBUTE_MISSING, Catalogue.attribute),
    ReferenceKind.METRIC: (FaultKind.METRIC_MISSING, Catalogue.metric),
    ReferenceKind.EVENT_TYPE: (FaultKind.EVENT_TYPE_MISSING, Catalogue.event),
}
_DECIDING = (ReferenceKind.DIMENSION, ReferenceKind.ATTRIBUTE)
"""If one of these is missing, a leaf cannot be checked further."""
_MOST_REMEMBERED = 256
_MOST_TOLD = 10
"""Most faults listed in a refusal: suggestions are searched among thousands of names."""
_OF_THE_WHOLE = frozenset({FaultKind.CIRCLE, FaultKind.TOO_LARGE})


def check(
    node: Node, catalogue: Catalogue, library: SavedFilters = NO_SEGMENTS, key: str = ""
) -> FilterSize:
    """Return the size of a filter with its segments inlined, if everything it names exists and fits.

    `library` has the saved segments that it refers to, `key` is that of the segment to save it as.
    Raises InvalidFilter, which lists the first faults with their places, shows a circle of
    references, or says that the filter is too large with the segments inlined.
    """
    whole, found = _examined(node, catalogue, library, key, _MOST_TOLD)
    if whole is None or (found[:1] and found[0].kind in _OF_THE_WHOLE):
        raise InvalidFilter(found[0].message, hint=found[0].hint, where=found[0].place)
    if found:
        raise _all_of(found)
    return whole


def _all_of(found: tuple[Fault, ...]) -> InvalidFilter:
    """Return the error that lists every fault; its message names every place."""
    first, *others = found
    if not others:
        return InvalidFilter(first.message, hint=first.hint, where=first.place)
    told = str(first).removeprefix(f"{first.place}: ")
    return InvalidFilter("; ".join([told, *map(str, others)]), where=first.place)


class ValidationCache:
    """Caches the filters that are valid: many are queried again and again."""

    def __init__(self) -> None:
        self._catalogue: Catalogue | None = None
        self._sizes: dict[Node, FilterSize] = {}

    def size(self, node: Node, catalogue: Catalogue, library: SavedFilters) -> FilterSize:
        """Return the size of a filter after `check`; raises InvalidFilter."""
        if catalogue is not self._catalogue or len(self._sizes) >= _MOST_REMEMBERED:
            self._catalogue, self._sizes = catalogue, {}
        known = self._sizes.get(node)
        if known is None:
            known = check(node, catalogue, library)
            if not references(node):  # what others mean can change
                self._sizes[node] = known
        return known


def faults(
    node: Node, catalogue: Catalogue, library: SavedFilters = NO_SEGMENTS, key: str = ""
) -> tuple[Fault, ...]:
    """Return every fault of a filter, by place; none if it is valid."""
    return _examined(node, catalogue, library, key)[1]


def _examined(
    node: Node, catalogue: Catalogue, library: SavedFilters, key: str, most: int | None = None
) -> tuple[FilterSize | None, tuple[Fault, ...]]:
    """Return the size of a filter, None if it is infinite, and its faults: all, or the first ones."""
    try:
        whole = size(node, library, key)
    except InvalidFilter as error:
        return None, (Fault(FaultKind.CIRCLE, "filter", error.message, hint=error.hint),)
    if whole.leaves > MAX_LEAVES or whole.depth > MAX_DEPTH:
        return whole, (_too_large(whole),)
    return whole, tuple(islice(_Checker(catalogue, library).faults(node, "filter"), most))


def _too_large(whole: FilterSize) -> Fault:
    return Fault(
        FaultKind.TOO_LARGE,
        "filter",
        f"with the segments that it refers to, the filter has {whole.leaves} conditions and"
        f" {whole.depth} levels; at most {MAX_LEAVES} and {MAX_DEPTH} are allowed.",
        hint="Refer to fewer or simpler segments.",
    )


@dataclass(frozen=True)
class _Checker:
    catalogue: Catalogue
    library: SavedFilters

    def faults(self, node: Node, place: str) -> Iterator[Fault]:
        if isinstance(node, InSegment):
            yield from self._referred(node.key, f"{place}.{node.NAME}")
        elif isinstance(node, Leaf):
            yield from _Leaf(self.catalogue, f"{place}.{node.NAME}").faults(node)
        for step, one in steps(node):
            yield from self.faults(one, f"{place}.{step}")

    def _referred(self, key: str, place: str) -> Iterator[Fault]:
        try:
            saved = self.library.segment(key)
        except NotFound as error:
            yield Fault(FaultKind.SEGMENT_MISSING, place, error.message, key, error.hint)
        else:
            yield from self.faults(saved.filter, f"{place}.{key}")


@dataclass(frozen=True)
class _Leaf:
    """Checks one leaf at its place."""

    catalogue: Catalogue
    place: str

    def faults(self, leaf: Leaf) -> Iterator[Fault]:
        for one in leaf.names():
            gone = self._missing(one)
            if gone is not None:
                yield gone
                if one.kind in _DECIDING:
                    return
            else:
                yield from self._comparison(one)
        for test in leaf.amounts():
            for message in _amount_faults(test):
                yield Fault(FaultKind.AMOUNT, self.place, message)
        if isinstance(leaf, Tags):
            yield from self._order(leaf)

    def _missing(self, named: Reference) -> Fault | None:
        kind, look_up = _LOOK_UPS[named.kind]
        try:
            look_up(self.catalogue, named.key)
        except NotFound as error:
            return Fault(kind, self.place, error.message, named.key, error.hint)
        return None

    def _order(self, leaf: Tags) -> Iterator[Fault]:
        catalogue, name = self.catalogue, leaf.dimension
        dimension = catalogue.dimension(name)
        if (leaf.gte or leaf.lte) and not dimension.ordered:
            message = f"{dimension.key!r} is not ordered, so gte and lte mean nothing in it."
            yield Fault(FaultKind.NOT_ORDERED, self.place, message, name)
        for key in (tag_key(name, end) for end in (leaf.gte, leaf.lte) if end):
            now = catalogue.current_tag(key)
            order = {tag_key(dimension.key, tag.key) for tag in dimension.tags}
            if now in catalogue.tags and order.isdisjoint(catalogue.carriers[now]):
                message = (
                    f"{key!r} is {now!r} now, with no place in the order of {dimension.key!r}."
                )
                yield Fault(FaultKind.NOT_ORDERED, self.place, message, key)

    def _comparison(self, named: Reference) -> Iterator[Fault]:
        if named.type is None:
            return
        known, given = _TESTS[self.catalogue.attribute(named.key).type], _TESTS[named.type]
        if known != given:
            message = f"{named.key!r} is a {known} attribute; it cannot be compared as {given}."
            yield Fault(FaultKind.OTHER_TYPE, self.place, message, named.key)


def _amount_faults(test: NumberTest) -> Iterator[str]:
    numbers = [
        test.eq,
        test.ne,
        test.lt,
        test.lte,
        test.gt,
        test.gte,
        *(test.in_ or ()),
        *(test.between or ()),
    ]
    for number in numbers:
        if number is None:
            continue
        if abs(number) > AMOUNT_LIMIT:
            yield f"an amount is at most {AMOUNT_LIMIT}, not {number!r}."
        elif round(number * AMOUNT_SCALE) / AMOUNT_SCALE != number:
            yield f"an amount has at most four decimal places, not {number!r}."
