"""Generates the statements for kinds of record that belong to a customer, from their declarations.

Only names declared in code become part of a statement; values are parameters. Statements with more
logic (histories, trees, locks) are written by hand in `statements`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from profilegraph.domain.records.stored import Edge, StoredField, StoredKind, ValueType

_UPSERT = """
UNWIND $rows AS row
MATCH (c:Customer {{key: row.customer}})
{found}MERGE (n:{label} {{key: row.key}})
{initial}WITH {variables}, n
// Of two writers that bring the same key at once, the second one finds here what the first one made.
OPTIONAL MATCH {known}
WITH {variables}, n, known WHERE known IS NULL OR known = c
SET n += row.set
FOREACH (one IN CASE WHEN known IS NULL THEN [n] ELSE [] END | CREATE {owned})
{told}WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
"""
_FOUND = """OPTIONAL MATCH ({name}:{label} {{key: row.{name}}})
WITH {variables}
WHERE row.{name} IS NULL OR {name} IS NOT NULL
"""
_TOLD = """WITH {variables}, n
CALL ({name}, n) {{
  MATCH {old}
  WHERE was <> {name}
  DELETE old
}}
FOREACH (one IN CASE WHEN {name} IS NULL THEN [] ELSE [{name}] END | MERGE {new})
"""
_READ = """
UNWIND $keys AS key
MATCH {owned}
WITH key, n ORDER BY {order}
RETURN key AS customer, collect({item}) AS items
"""
_TIMELINE = """
UNWIND $keys AS key
MATCH (c:Customer {{key: key}})
CALL (c) {{
  MATCH {owned}
  WHERE ($kinds IS NULL OR n.{kind} IN $kinds)
    AND ($at IS NULL OR n.{moment} < $at OR (n.{moment} = $at AND n.key > $after))
  WITH n ORDER BY n.{moment} DESC, n.key LIMIT $most
  RETURN collect({item}) AS items
}}
RETURN key AS customer, items
"""
_BY_KEY = """
UNWIND $keys AS key
MATCH {owned}
RETURN c.key AS customer, collect({item}) AS items
"""
_INDEX = """
MATCH {owned}
RETURN [c.ordinal, {columns}]
"""
_TABLE = """
UNWIND $customers AS key
MATCH {owned}{past}
RETURN key, {columns}
"""
_KEPT = """COLLECT {{
    MATCH {owned}, (kept)-[:WAS]->{{0,1}}(n)
    WHERE coalesce(n.since <= $at, true) AND coalesce(n.until > $at, true)
    RETURN {item} ORDER BY n.key
  }}"""


@cache
def upsert_statement(kind: StoredKind[Any]) -> str:
    """Return the statement that writes `$rows` of a kind; whatever a row names must exist."""
    found, told, variables = "", "", "row, c"
    for name in kind.edges:
        variables += f", {name}"
        found += _FOUND.format(name=name, label=kind.needs[name], variables=variables)
    for name, edge in kind.edges.items():
        told += _TOLD.format(
            name=name,
            variables=variables,
            old=_pattern(edge, "n", "was", "old"),
            new=_pattern(edge, "n", "one"),
        )
    owner = _owner(kind)
    return _UPSERT.strip().format(
        label=kind.label,
        found=found,
        initial="  ON CREATE SET n += row.initial\n" if kind.initial else "",
        variables=variables,
        known=_pattern(owner, "n", "known:Customer"),
        owned=_pattern(owner, "one", "c"),
        told=told,
    )


@cache
def read_statement(kind: StoredKind[Any]) -> str:
    """Return the statement that reads all records of a kind for the customers with `$keys`, in order."""
    fields = (kind.fields[name] for name in kind.order)
    order = ", ".join(
        f"n.{one.stored_as} DESC" if one.value_type is ValueType.MOMENT else f"n.{one.stored_as}"
        for one in fields
    )
    owned = _owned(kind, "c:Customer {key: key}")
    return _READ.strip().format(owned=owned, order=order, item=_item(kind))


@cache
def timeline_statement(kind: StoredKind[Any], kind_field: str) -> str:
    """Return the statement that reads the `$most` latest records of the customers with `$keys`.

    `$kinds` limits the values of `kind_field`, and the records come after the one with the moment
    `$at` and the key `$after`; a null parameter means no limit.
    """
    return _TIMELINE.strip().format(
        owned=_owned(kind, "c"),
        kind=kind.fields[kind_field].stored_as,
        moment=kind.fields[kind.moment].stored_as,
        item=_item(kind),
    )


@cache
def by_key_statement(kind: StoredKind[Any]) -> str:
    """Return the statement that reads the records with some `$keys` of their own, by customer."""
    owned = _pattern(_owner(kind), f"n:{kind.label} {{key: key}}", "c:Customer")
    return _BY_KEY.strip().format(owned=owned, item=_item(kind))


@cache
def index_statement(kind: StoredKind[Any]) -> str:
    """Return the statement that reads the kind's indexed columns for a customer `c`, a list per record."""
    columns = ", ".join(_column(kind, name) for name in kind.indexed)
    return _INDEX.strip().format(owned=_owned(kind, "c"), columns=columns)


def facts_column(kind: StoredKind[Any], *, past: bool) -> str:
    """Return the expression of all records of a kind of a customer `c`, each with the keys of related nodes.

    With `past`, as of the moment `$at`, in their former states if the kind keeps those.
    """
    item = _item(kind)
    if past and kind.keeps_history:
        owned = _pattern(_owner(kind), f"kept:{kind.label}", "c")
        return f"{_KEPT.format(owned=owned, item=item)} AS {kind.plural}"
    moment = kind.fields.get(kind.moment) if past else None
    when = "" if moment is None else f" WHERE n.{moment.stored_as} <= $at"
    return f"[{_owned(kind, 'c')}{when} | {item}] AS {kind.plural}"


@cache
def table_statement(kind: StoredKind[Any], columns: tuple[str, ...]) -> str:
    """Return the statement that reads some fields for `$customers`, without moments after `$now`."""
    moment = kind.fields.get(kind.moment)
    past = "" if moment is None else f"\nWHERE n.{moment.stored_as} <= $now"
    shown = ", ".join(
        f"{_column(kind, name)}[0]" if name in kind.edges else _column(kind, name)
        for name in columns
    )
    owned = _owned(kind, "c:Customer {key: key}")
    return _TABLE.strip().format(owned=owned, past=past, columns=shown)


def _pattern(edge: Edge, node: str, other: str, relationship: str = "") -> str:
    """Return the pattern from a record's node to a related one."""
    before, after = ("<-", "-") if edge.incoming else ("-", "->")
    return f"({node}){before}[{relationship}:{edge.type}]{after}({other})"


def _owner(kind: StoredKind[Any]) -> Edge:
    if kind.owner is None:
        raise ValueError(f"no single relationship says whose a {kind.label} is")
    return kind.owner


def _owned(kind: StoredKind[Any], customer: str) -> str:
    return _pattern(_owner(kind), f"n:{kind.label}", customer)


def _item(kind: StoredKind[Any]) -> str:
    """Return the expression of a node `n` with the keys of its related nodes."""
    told: Iterable[str] = (f", {name}: {_column(kind, name)}[0]" for name in kind.edges)
    return f"n {{.*{''.join(told)}}}"


def _column(kind: StoredKind[Any], name: str) -> str:
    """Return the expression of a field of a node `n` as a number or text, or a list for a reference."""
    one = kind.fields[name]
    if name in kind.edges:
        return f"[{_pattern(kind.edges[name], 'n', f'other:{kind.needs[name]}')} | other.key]"
    return _value(one)


def _value(one: StoredField) -> str:
    name = f"n.{one.stored_as}"
    match one.value_type:
        case ValueType.MOMENT:
            return f"{name}.epochSeconds * 1000000 + {name}.microsecond"
        case ValueType.DAY:
            return f"duration.inDays(date('1970-01-01'), {name}).days"
        case _:
            return name
