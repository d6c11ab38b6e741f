"""What an attacker with a valid key, or with none, sends again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from benchmarks.attackers import (
    Act,
    dripping,
    leaving,
    posting,
    stalled_sockets,
    stalled_streams,
    with_bad_keys,
)
from benchmarks.http import operation
from benchmarks.hub import DIMENSIONS, KINDS, TAGS

_PREVIEW = "query ($f: FilterInput!) { segmentPreview(filter: $f) { %s } }"
_PAST = "query ($f: FilterInput!, $at: DateTime) { segmentPreview(filter: $f, asOf: $at) { %s } }"
_OVERLAP = "segmentOverlap(filters: $f) { union }"
_EVERYONE: dict[str, Any] = {"all": []}


@dataclass(frozen=True)
class Flood:
    """What each connection does until the time is up."""

    name: str
    act: Act
    large: bool = field(default=False, kw_only=True)
    """Whether it is also tried on a hub of 50,000."""
    once: bool = field(default=False, kw_only=True)
    """Whether it is only measured alone: another one floods with what takes as much or more."""
    alone: bool = field(default=True, kw_only=True)
    """Whether what it takes alone can be measured: it is one request and its answer."""


def floods() -> Iterator[Flood]:
    """Yield all floods, plain work as the first, for a measure of what eight connections take."""
    yield Flood("plain counts", posting(lambda n: operation(_PREVIEW % "count", {"f": _tag(n)})))
    yield from _filters()
    yield from _multiplying()
    yield from _of_documents()
    yield from _large()
    yield Flood("subscriptions on WebSockets that are never read", stalled_sockets, alone=False)
    yield Flood("subscriptions on event streams that are never read", stalled_streams, alone=False)
    heavy = leaving(lambda n: operation(_PREVIEW % "count", {"f": sequences(n)}))
    yield Flood("100 sequences, and gone after 20 ms", heavy, alone=False)
    yield Flood("connections that send one byte at a time", dripping, alone=False)
    # The last, since keys that are new here wait after it.
    yield Flood("keys that nobody has", with_bad_keys)


def _filters() -> Iterator[Flood]:
    def preview(fields: str, make: Callable[[int], Any]) -> Act:
        return posting(lambda n: operation(_PREVIEW % fields, {"f": make(n)}))

    yield Flood("100 sequences", preview("count", sequences))
    yield Flood("waterfall of 100 sequences", preview("waterfall { total }", sequences))
    yield Flood("related, distance 5, at least 1 to 5", preview("count", related), large=True)
    yield Flood("related in related, 6 levels", preview("count", nested), large=True)
    near = {"related": {"distance": 2, "where": _EVERYONE, "atLeast": 2_999}}
    yield Flood("related, distance 2, at least 2999", preview("count", lambda _: near), once=True)
    texts = {"attribute": {"key": "slogan", "text": {"in": [f"text {n}" for n in range(1_000)]}}}
    yield Flood("one of 1,000 texts", preview("count", lambda _: texts), once=True)

    def overlaps(n: int) -> bytes:
        three = [sequences(n + 1_000 * part) for part in range(3)]
        twice = f"query ($f: [FilterInput!]) {{ a: {_OVERLAP} b: {_OVERLAP} }}"
        return operation(twice, {"f": three})

    yield Flood("2 overlaps of 3 × 100 sequences", posting(overlaps))

    def past(n: int) -> bytes:
        at = f"2026-02-01T00:00:00.{n % 1_000_000:06}Z"
        return operation(_PAST % "count", {"f": sequences(n, 30), "at": at})

    yield Flood("30 sequences as of a past moment", posting(past))


def _multiplying() -> Iterator[Flood]:
    aliases = " ".join(f"a{number}: filter" for number in range(30))
    told = f"breakdown {{ buckets {{ {aliases} }} }}"
    few = {"all": [{"not": _tag(n)} for n in range(3)]}
    long = {"all": [_tag(n) for n in range(90)]}
    wide = {"all": [{"tags": {"dimension": "one", "anyOf": ["t1"] * 200}}] * 90}
    for name, f in (("100 KB filter", wide), ("long filter", long), ("short filter", few)):
        yield Flood(f"a {name}, told 30 times a bucket", _always(_PREVIEW % told, {"f": f}))
    levels = ", ".join(f'{{dimension: "{one}"}}' for one in DIMENSIONS)
    tree = f"split(levels: [{levels}]) {{ total {_splits(len(DIMENSIONS))} }}"
    yield Flood(
        f"split by {TAGS}⁴ tags", posting(lambda n: operation(_PREVIEW % tree, {"f": _tag(n)}))
    )
    tables = "".join(
        f'c{n}: crossTable(rows: "{rows}", columns: "{columns}")'
        " { rows { count cells { count } } } "
        for n, (rows, columns) in enumerate(combinations(DIMENSIONS, 2))
    )
    yield Flood("cross tables of all dimensions", _always(f"{{ {tables} }}"))
    around = "key"
    for _ in range(2):
        around = f"key relations {{ customer {{ {around} }} }}"
    yield Flood(
        "relations of relations of the hub", _always(f'{{ customer(key: "c0") {{ {around} }} }}')
    )
    thousand = "key events(first: 1000) { person { department { decisionMakers { key } } } }"
    product = f"{{ customers(first: 1000) {{ edges {{ node {{ {thousand} }} }} }} }}"
    yield Flood("1,000 events of 1,000 customers", _always(product))


def _of_documents() -> Iterator[Flood]:
    deep = "{ __schema { types { " + "fields { type { " * 4 + "name" + " } }" * 4 + " } } }"
    yield Flood("introspection, nested", _always(deep))
    full = "{ __schema { types { name description fields { name description args { name"
    full += " description type { name ofType { name } } } } inputFields { name description } } } }"
    yield Flood("introspection of everything", _always(full))
    bomb = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(90))
    bomb = f"{{ ...F0 }} {bomb} fragment F90 on Query {{ __typename }}"
    yield Flood("a bomb of 90 fragments", _always(bomb))
    pairs = "{ viewer { " + "employee { key } " * 480 + "} }"
    yield Flood("one field 480 times", _always(pairs), once=True)
    spreads = "".join(f"...F{n} " for n in range(200))
    fragments = "".join(f"fragment F{n} on Viewer {{ name }}" for n in range(200))
    yield Flood("200 fragments", _always("{ viewer { " + spreads + "} }" + fragments), once=True)
    named = "".join(f"query Q{n} {{ ...F }} " for n in range(200))
    named += "fragment F on Query { viewer { name } }"
    yield Flood("200 operations", _always(named), once=True)


def _always(query: str, variables: dict[str, Any] | None = None) -> Act:
    body = operation(query, variables)
    return posting(lambda _: body)


def _splits(levels: int) -> str:
    inside = ""
    for _ in range(levels):
        inside = f"branches {{ count {inside} }}"
    return inside


def _large() -> Iterator[Flood]:
    many = {"all": [_tag(1)] * 9_000}
    yield Flood("9,000 conditions", _always(_PREVIEW % "count", {"f": many}))
    yield Flood("1 MB of variables", _always("{ __typename }", {"heap": list(range(130_000))}))
    yield Flood("1 MB of empty objects", _always("{ __typename }", {"heap": [[{}]] * 170_000}))
    page = "{ customers(first: 1000) { edges { node { key name createdAt tags { since } } } } }"
    yield Flood("the largest page", _always(page))

    def sorted_page(n: int) -> bytes:
        query = (
            "query ($s: String, $n: Int!) { customers(first: $n, search: $s,"
            ' orderBy: {attribute: "slogan"}) { totalCount edges { node { key events { at } } } } }'
        )
        return operation(query, {"s": "c", "n": 400 + n % 9})

    yield Flood("a sorted page with events", posting(sorted_page))


def sequences(turn: int, many: int = 100) -> dict[str, Any]:
    """Return a filter of sequences that no other turn has."""
    return {
        "any": [
            {
                "sequence": {
                    "first": {"type": KINDS[0]},
                    "then": {"type": KINDS[1]},
                    "withinDays": 1 + (turn * many + number) % 3_000,
                }
            }
            for number in range(many)
        ]
    }


def related(turn: int) -> dict[str, Any]:
    """Return a filter of all that is related to each customer, five times counted."""
    leaves = [
        {"related": {"distance": 5, "atLeast": number + turn % 97, "where": _of_one(turn + number)}}
        for number in range(1, 6)
    ]
    return {"any": leaves}


def nested(turn: int) -> dict[str, Any]:
    """Return a filter of what is related to what is related, six levels deep."""
    found = _of_one(turn)
    for _ in range(6):
        found = {"related": {"distance": 5, "where": found}}
    return found


def _of_one(turn: int) -> dict[str, Any]:
    return {"tags": {"dimension": "one", "anyOf": [f"t{turn % TAGS}"]}}


def _tag(turn: int) -> dict[str, Any]:
    dimension = DIMENSIONS[turn // TAGS % len(DIMENSIONS)]
    return {"tags": {"dimension": dimension, "anyOf": [f"t{turn % TAGS}"]}}
