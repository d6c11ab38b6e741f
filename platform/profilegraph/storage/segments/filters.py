"""Queries of filters: sets of customers by ordinal, and sorted pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, assert_never

from pyroaring import BitMap

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.domain.records.customers import RelationKind
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.texts import normal_text
from profilegraph.engines.cypher.past import existed
from profilegraph.engines.cypher.profile import CARRIED, TAGGINGS
from profilegraph.engines.cypher.queries import FOUND, HEAD, Query
from profilegraph.language.answers import ByAttribute, ByMetric, Order, Position, Sort
from profilegraph.language.facts import Context
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.readings import ReadTransaction

_BEHIND = {"ASC": ">", "DESC": "<"}
_SEARCH = "CALL db.index.fulltext.queryNodes('customer_search', $q.phrase) YIELD node AS c"
_NAMED = f"{_SEARCH} {FOUND}"
_CARRIERS = {
    past: "MATCH (c:Customer) WHERE c.ordinal IN $q.members"
    f" MATCH (c)-[t:{TAGGINGS[past]}]->(g:Tag) WHERE g.key IN $q.keys"
    f" AND {CARRIED[past]} WITH g, collect(DISTINCT c.ordinal) AS ordinals"
    " RETURN g.key AS key, ordinals"
    for past in (False, True)
}
RELATIONS = (
    "MATCH (c:Customer)-[r:SUBSIDIARY_OF|RELATED_TO]->(o:Customer)"
    " RETURN collect([c.ordinal, o.ordinal, CASE type(r) WHEN 'RELATED_TO' THEN r.kind END]) AS found"
)
PLAN_SECONDS = 60.0
"""The deadline for planning one statement on a server that has just started."""


@dataclass(frozen=True)
class Candidates:
    """The customers of a page: all, optionally limited to some ordinals and names.

    The scope of the context is not looked at: of a scoped question, the visible ones are `listed`.
    """

    context: Context
    listed: Iterable[int] | None = None
    search: str | None = None


async def found_by(reading: ReadTransaction, query: Query) -> BitMap:
    """Return the ordinals of the customers that a query finds."""
    text, values = f"{HEAD} {query.statement}", {**query.values, "run": True}
    [(ordinals,)] = await reading.plain(text, {"q": values})
    return BitMap(ordinals)


async def plan(database: Database, statements: Iterable[str]) -> None:
    """Make the server plan statements, without executing them."""
    for statement_ in statements:
        await database.read(f"{HEAD} {statement_}", {"q": {"run": False}}, timeout=PLAN_SECONDS)


def name_query(search: str) -> Query:
    """Return the query of the customers whose names contain the words of `search`."""
    return Query(_NAMED, {"phrase": _phrase(search)})


async def carriers(
    reading: ReadTransaction, keys: Iterable[str], members: Iterable[int], context: Context
) -> dict[str, BitMap]:
    """Return the customers, among some, with each of some tags itself, by full key.

    A tag without carriers is absent.
    """
    values = {"keys": sorted(keys), "members": list(members), "now": context.now}
    rows = await reading.plain(_CARRIERS[context.past], {"q": values})
    return {key: BitMap(ordinals) for key, ordinals in rows}


async def relations(reading: ReadTransaction) -> list[tuple[int, int, str]]:
    """Return each relation in both directions: customer, other customer and kind."""
    [(found,)] = await reading.plain(f"{HEAD} {RELATIONS}", {"q": {"run": True}})
    rows: list[tuple[int, int, str]] = []
    for one, other, kind in found:
        rows.append((one, other, kind or RelationKind.PARENT.value))
        rows.append((other, one, kind or RelationKind.SUBSIDIARY.value))
    return rows


async def page_of_keys(
    reading: ReadTransaction,
    catalogue: Catalogue,
    candidates: Candidates,
    *,
    first: int,
    after: Position | None = None,
    order: Sort = Order.KEY,
    descending: bool = False,
) -> list[Position]:
    """Return the positions of at most `first` candidates, in order, after a position.

    Raises NotFound if they are sorted by something that no taxonomy declares.
    """
    parameters = _Parameters({"now": candidates.context.now, "limit": first})
    direction = "DESC" if descending else "ASC"
    source = _source(candidates, parameters)
    if order is Order.KEY:
        rest = _by_key(parameters, after, direction)
    else:
        rest = _by_value(parameters, _sorted_by(order, catalogue, parameters), after, direction)
    rows = await reading.run(f"{source} {rest} LIMIT $q.limit", {"q": parameters.values})
    return [Position(row["value"], row["key"]) for row in rows]


@dataclass
class _Parameters:
    """The parameter `$q` of a query."""

    values: dict[str, Any] = field(default_factory=dict)

    def put(self, name: str, value: Any) -> str:
        """Add a value and return the expression that reads it."""
        self.values[name] = value
        return f"$q.{name}"


def _source(candidates: Candidates, parameters: _Parameters) -> str:
    """Return the clauses that bind each candidate to `c`; they end in a condition."""
    tests = [existed(past=candidates.context.past)]
    if candidates.listed is not None:
        tests.insert(0, f"c.ordinal IN {parameters.put('listed', list(candidates.listed))}")
    head = "MATCH (c:Customer)"
    if candidates.search is not None:
        parameters.put("phrase", _phrase(candidates.search))
        head = f"{_SEARCH} WITH c"
    return f"{head} WHERE {' AND '.join(tests)}"


def _by_key(parameters: _Parameters, after: Position | None, direction: str) -> str:
    """Return the rest of a query for customers ordered by key, which an index provides.

    Reading stops when the page is full. For that, there must always be a condition on the key and
    no other sort key.
    """
    place = "c.key >= ''"
    if after is not None:
        place = f"c.key {_BEHIND[direction]} {parameters.put('after', after.key)}"
    return f"AND {place} RETURN c.key AS value, c.key AS key ORDER BY key {direction}"


def _by_value(parameters: _Parameters, value: str, after: Position | None, direction: str) -> str:
    """Return the rest of a query for customers ordered by a value; those without one come last."""
    where = ""
    if after is not None:
        sign, key = _BEHIND[direction], parameters.put("after", after.key)
        if after.value is None:
            where = f" WHERE value IS NULL AND c.key {sign} {key}"
        else:
            reached = parameters.put("reached", after.value)
            behind = f"value {sign} {reached} OR (value = {reached} AND c.key {sign} {key})"
            where = f" WHERE value IS NULL OR {behind}"
    return (
        f"WITH c, {value} AS value{where} RETURN value, c.key AS key"
        f" ORDER BY value IS NULL, value {direction}, key {direction}"
    )


# Neo4j orders stored texts by code point, and those that it computed, or was given, by UTF-16: a page
# that began after a text of one kind would leave out some of the other.
_COMPUTED = "{} + ''"


def _sorted_by(order: Sort, catalogue: Catalogue, parameters: _Parameters) -> str:
    match order:
        case Order.KEY:
            return "c.key"
        case Order.NAME:
            return _COMPUTED.format("c.name")
        case Order.CREATED_AT:
            return "c.createdAt"
        case ByAttribute(key):
            kind = catalogue.attribute(key).type
            return _typed(parameters.put("property", attribute_property(key)), kind)
        case ByMetric(key):
            catalogue.metric(key)
            return _typed(parameters.put("property", metric_property(key)), AttributeType.NUMBER)
        case _:
            assert_never(order)


def _typed(name: str, kind: AttributeType) -> str:
    """Return the value of a property, null if it has the wrong type."""
    place = f"c[{name}]"
    match kind:
        case AttributeType.NUMBER:
            # Zero has two signs, which sort one after the other and are yet equal: one is taken.
            return (
                f"CASE WHEN {place} IS :: INTEGER NOT NULL OR {place} IS :: FLOAT NOT NULL"
                f" THEN {place} + 0 END"
            )
        case AttributeType.STRING:
            return f"CASE WHEN {place} IS :: STRING NOT NULL THEN {_COMPUTED.format(place)} END"
        case AttributeType.DATE:
            cypher_type = "DATE"
        case AttributeType.BOOLEAN:
            cypher_type = "BOOLEAN"
    return f"CASE WHEN {place} IS :: {cypher_type} NOT NULL THEN {place} END"


def _phrase(search: str) -> str:
    """Return a full-text query for the words of `search` as a phrase, with its operators escaped."""
    escaped = normal_text(search).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
