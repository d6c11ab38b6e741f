"""The Cypher that is made of a kind's declaration, one readable file a statement in tests/unit/kind_cypher.

`python -m tests.unit.test_kind_cypher` writes the files anew; their diff is the review.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from profilegraph.domain.records.kinds import (
    BY_RECORD,
    CONSENT,
    EVENT,
    FOLLOW_UP,
    IDENTITY,
    INDEXED,
    KINDS,
    OPPORTUNITY,
)
from profilegraph.domain.records.stored import ValueType, fields_of
from profilegraph.domain.values import Amount, Record, Share
from profilegraph.hooks.tables import TABLES
from profilegraph.storage.records.facts import facts_statement
from profilegraph.storage.records.generated import (
    by_key_statement,
    index_statement,
    read_statement,
    table_statement,
    timeline_statement,
    upsert_statement,
)
from profilegraph.storage.records.upserts import UPSERTS

CASES = Path(__file__).parent / "kind_cypher"


def _statements() -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        if UPSERTS[kind.record].file is None:
            yield f"upsert_{kind.plural}", upsert_statement(kind)
    for kind in (IDENTITY, OPPORTUNITY, CONSENT):
        yield f"read_{kind.plural}", read_statement(kind)
    for kind, field in ((EVENT, "type"), (FOLLOW_UP, "kind")):
        yield f"timeline_of_{kind.plural}", timeline_statement(kind, field)
    for kind in (EVENT, OPPORTUNITY, FOLLOW_UP, CONSENT):
        yield f"{kind.plural}_by_key", by_key_statement(kind)
    for kind in INDEXED:
        yield f"index_{kind.plural}", index_statement(kind)
    yield "facts", facts_statement(past=False)
    yield "facts_as_of", facts_statement(past=True)
    for table in TABLES:
        if table.RECORD is not None:
            kind = BY_RECORD[table.RECORD]
            yield f"table_{kind.plural}", table_statement(kind, table.names())


STATEMENTS = dict(_statements())


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_is_made_as_its_file_says(name: str) -> None:
    assert f"{STATEMENTS[name]}\n" == (CASES / f"{name}.cypher").read_text("utf-8")


def test_no_file_is_left_of_a_statement_that_is_made_no_more() -> None:
    assert {path.stem for path in CASES.iterdir()} == set(STATEMENTS)


def test_every_kind_comes_after_those_that_its_records_name() -> None:
    places = {kind.label: place for place, kind in enumerate(KINDS)}
    for kind in KINDS:
        for label in kind.needs.values():
            if label != "Tag":  # taxonomies bring those
                assert places[label] <= places[kind.label], (kind.label, label)


def test_columns_of_plugins_are_of_the_type_that_the_field_declares() -> None:
    types = {
        ValueType.MONEY: "int64",
        ValueType.NUMBER: "float64",
        ValueType.MOMENT: "datetime64[us]",
        ValueType.DAY: "datetime64[D]",
    }
    for table in TABLES:
        if table.RECORD is not None:
            known = BY_RECORD[table.RECORD].fields
            made = table.of(())
            for name in table.names():
                dtype = types.get(known[name].value_type, "object")
                assert str(getattr(made, name).dtype) == dtype, (table, name)


class Named(Record):
    """Fields whose names say another type than they are of."""

    amount: float
    key: Amount
    at: bool
    close_date: str
    share: Share


def test_a_fields_type_decides_and_not_its_name() -> None:
    found = {one.name: (one.value_type, one.to_graph) for one in fields_of(Named)}
    assert {name: kind for name, (kind, _) in found.items()} == {
        "amount": ValueType.NUMBER,
        "key": ValueType.MONEY,
        "at": ValueType.BOOLEAN,
        "close_date": ValueType.TEXT,
        "share": ValueType.NUMBER,
    }
    assert {name for name, (_, to_graph) in found.items() if to_graph is not None} == {"key"}


if __name__ == "__main__":
    CASES.mkdir(exist_ok=True)
    for path in CASES.iterdir():
        path.unlink()
    for name, text in STATEMENTS.items():
        (CASES / f"{name}.cypher").write_text(f"{text}\n", "utf-8")
