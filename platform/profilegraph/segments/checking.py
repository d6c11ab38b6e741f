"""Whether a filter asks for things that exist; done once, before any evaluator sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from profilegraph.domain.catalogue import Catalogue, tag_key
from profilegraph.domain.taxonomy import AttributeType
from profilegraph.domain.values import AMOUNT_LIMIT, AMOUNT_SCALE
from profilegraph.errors import InvalidFilter, NotFound
from profilegraph.segments.nodes import (
    AllOf,
    AnyOf,
    Attribute,
    Events,
    Metric,
    Node,
    Not,
    NumberTest,
    People,
    Tags,
)

_TESTS = {
    AttributeType.NUMBER: "number",
    AttributeType.STRING: "text",
    AttributeType.DATE: "date",
    AttributeType.BOOLEAN: "boolean",
}


def check(node: Node, catalogue: Catalogue) -> None:
    """Return nothing where all that the filter names exists and fits.

    Raises InvalidFilter that lists every fault with its place in the filter.
    """
    faults = list(_faults(node, catalogue, "filter"))
    if faults:
        raise InvalidFilter("; ".join(faults))


def _faults(node: Node, catalogue: Catalogue, place: str) -> Iterator[str]:
    match node:
        case AllOf(conditions) | AnyOf(conditions):
            for index, condition in enumerate(conditions):
                yield from _faults(condition, catalogue, f"{place}.{node.NAME}[{index}]")
        case Not(condition):
            yield from _faults(condition, catalogue, f"{place}.{node.NAME}")
        case Tags() | Attribute() | Metric() | Events() | People():
            try:
                for fault in _leaf_faults(node, catalogue):
                    yield f"{place}.{node.NAME}: {fault}"
            except NotFound as error:
                yield f"{place}.{node.NAME}: {error}"
        case _:
            assert_never(node)


def _leaf_faults(
    leaf: Tags | Attribute | Metric | Events | People, catalogue: Catalogue
) -> Iterator[str]:
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
        case Events():
            catalogue.event(leaf.type)
            yield from _amount_faults(leaf.amount)
        case People():
            if leaf.where.did is not None:
                yield from _leaf_faults(leaf.where.did, catalogue)
        case _:
            assert_never(leaf)


def _tag_faults(leaf: Tags, catalogue: Catalogue) -> Iterator[str]:
    dimension = catalogue.dimension(leaf.dimension)
    named = (*(leaf.any_of or ()), *(leaf.all_of or ()), *(leaf.none_of or ()))
    for name in (*named, *filter(None, (leaf.gte, leaf.lte))):
        catalogue.tag(tag_key(leaf.dimension, name))
    if (leaf.gte or leaf.lte) and not dimension.ordered:
        yield f"{leaf.dimension!r} is not ordered, so gte and lte mean nothing in it."


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
