"""Whether a filter asks for things that exist; done once, before any evaluator sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from profilegraph.domain.catalogue import Catalogue, tag_key
from profilegraph.domain.taxonomy import AttributeType
from profilegraph.domain.values import AMOUNT_LIMIT, AMOUNT_SCALE
from profilegraph.errors import InvalidFilter, NotFound
from profilegraph.segments.codec import MAX_DEPTH, MAX_LEAVES
from profilegraph.segments.library import NO_SEGMENTS, Library, size
from profilegraph.segments.nodes import (
    AllOf,
    AnyOf,
    Arrivals,
    Attribute,
    Cohort,
    Consents,
    Events,
    EventTest,
    EventTotal,
    FollowUps,
    InSegment,
    Leaf,
    Listed,
    Metric,
    Node,
    Not,
    NumberTest,
    Opportunities,
    Owners,
    People,
    PersonTest,
    Related,
    Sequence,
    Stopped,
    Tags,
    Teams,
)

_TESTS = {
    AttributeType.NUMBER: "number",
    AttributeType.STRING: "text",
    AttributeType.DATE: "date",
    AttributeType.BOOLEAN: "boolean",
}


def check(node: Node, catalogue: Catalogue, library: Library = NO_SEGMENTS, key: str = "") -> None:
    """Return nothing where all that the filter names exists and fits.

    `library` has the saved segments that it refers to, `key` is that of the segment that it is to
    be saved as. Raises InvalidFilter that lists every fault with its place in the filter, shows
    the circle that segments form, or says that the filter is too large with them written out.
    """
    whole = size(node, library, key)
    if whole.leaves > MAX_LEAVES or whole.depth > MAX_DEPTH:
        raise InvalidFilter(
            f"with the segments that it refers to, the filter has {whole.leaves} conditions and"
            f" {whole.depth} levels; at most {MAX_LEAVES} and {MAX_DEPTH} are allowed.",
            hint="Refer to fewer or simpler segments.",
        )
    faults = list(_Checker(catalogue, library).faults(node, "filter"))
    if faults:
        raise InvalidFilter("; ".join(faults))


@dataclass(frozen=True)
class _Checker:
    catalogue: Catalogue
    library: Library

    def faults(self, node: Node, place: str) -> Iterator[str]:
        match node:
            case AllOf(conditions) | AnyOf(conditions):
                for index, condition in enumerate(conditions):
                    yield from self.faults(condition, f"{place}.{node.NAME}[{index}]")
            case Not(condition):
                yield from self.faults(condition, f"{place}.{node.NAME}")
            case Listed():
                pass  # who is on a list was looked up when it was made
            case Related(where=where):
                yield from self.faults(where, f"{place}.{node.NAME}.where")
            case _:
                yield from self._placed(node, f"{place}.{node.NAME}")

    def _placed(self, leaf: Leaf, place: str) -> Iterator[str]:
        try:
            if isinstance(leaf, InSegment):
                yield from self.faults(self.library.segment(leaf.key).filter, f"{place}.{leaf.key}")
            else:
                yield from (f"{place}: {fault}" for fault in _leaf_faults(leaf, self.catalogue))
        except NotFound as error:
            yield f"{place}: {error}"


def _leaf_faults(leaf: Leaf, catalogue: Catalogue) -> Iterator[str]:
    match leaf:
        case Tags():
            yield from _tag_faults(leaf, catalogue)
        case Attribute():
            wanted = _TESTS[catalogue.attribute(leaf.key).type]
            given = (leaf.given().keys() - {"key"}).pop()
            if given not in (wanted, "exists"):
                yield f"{leaf.key!r} is a {wanted} attribute; it cannot be compared as {given}."
        case Metric():
            catalogue.metric(leaf.key)
        case Events() | EventTotal() | Stopped() | Sequence():
            yield from _activity_faults(leaf, catalogue)
        case People():
            yield from _person_faults(leaf.where, catalogue)
        case Opportunities():
            yield from _amount_faults(leaf.where.amount)
        case Cohort() | FollowUps() | Arrivals() | Owners() | Teams() | Consents():
            pass  # they name keys of records, which come and go, and nothing that is declared
        case Related() | InSegment():
            raise AssertionError("a leaf with a filter inside is followed by the checker")
        case _:
            assert_never(leaf)


def _activity_faults(
    leaf: Events | EventTotal | Stopped | Sequence, catalogue: Catalogue
) -> Iterator[str]:
    if isinstance(leaf, Sequence):
        yield from _event_faults(leaf.first, catalogue)
        yield from _event_faults(leaf.then, catalogue)
        return
    yield from _event_faults(leaf, catalogue)
    if isinstance(leaf, EventTotal):
        yield from _amount_faults(leaf.total)


def _event_faults(test: EventTest, catalogue: Catalogue) -> Iterator[str]:
    catalogue.event(test.type)
    yield from _amount_faults(test.amount)


def _person_faults(test: PersonTest, catalogue: Catalogue) -> Iterator[str]:
    if test.did is not None:
        yield from _event_faults(test.did, catalogue)
    if test.takes_part_in is not None:
        yield from _amount_faults(test.takes_part_in.where.amount)


def _tag_faults(leaf: Tags, catalogue: Catalogue) -> Iterator[str]:
    dimension = catalogue.dimension(leaf.dimension)
    named = (*(leaf.any_of or ()), *(leaf.all_of or ()), *(leaf.none_of or ()))
    for name in named:
        catalogue.tag(tag_key(leaf.dimension, name))
    for name in filter(None, (leaf.gte, leaf.lte)):
        key = tag_key(leaf.dimension, name)
        catalogue.tag(key)
        if not catalogue.current_tag(key).startswith(f"{dimension.key}/"):
            yield f"{key!r} is in another dimension now: it has no place in the order of {dimension.key!r}."
    if (leaf.gte or leaf.lte) and not dimension.ordered:
        yield f"{dimension.key!r} is not ordered, so gte and lte mean nothing in it."


def _amount_faults(test: NumberTest | None) -> Iterator[str]:
    if test is None:
        return
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
