"""A kind of record is one declaration: a new one is written, read, indexed and given to plugins by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.kinds import BY_RECORD
from profilegraph.domain.records.organisation import Employee
from profilegraph.domain.records.stored import Edge, StoredKind
from profilegraph.domain.values import (
    Amount,
    Choice,
    CustomerKey,
    EmployeeKey,
    Key,
    Moment,
    Record,
    Share,
    to_units,
)
from profilegraph.engines.bitmap.columns import microseconds_of
from profilegraph.engines.bitmap.tables import IndexTable, columns_of
from profilegraph.hooks.columns import Days, Moments, Numbers, Objects, Wholes
from profilegraph.hooks.tables import Table
from profilegraph.importers.values.dates import DateRules
from profilegraph.importers.values.fields import field_parser
from profilegraph.importers.values.money import AmountRules
from profilegraph.services.customers.records import save
from profilegraph.services.exports.cells import Cell, CellStyle
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.plugins.tables import read_records
from profilegraph.storage.records import writing
from profilegraph.storage.records.facts import record_reader
from profilegraph.storage.records.generated import facts_column, index_statement
from profilegraph.storage.records.reads import read_owned
from profilegraph.storage.records.upserts import UPSERTS, Upsert, owned
from profilegraph.storage.records.writing import Outcome, upsert
from tests.conftest import NOW


class Term(Choice):
    """How long a contract runs."""

    YEARLY = "YEARLY", "A year.", "一年"
    OPEN = "OPEN", "Until it is ended."


class Contract(Record):
    """What a customer signed: `amount` is how many seats it has, and `price` is the money."""

    key: Key
    customer: CustomerKey
    amount: float | None = None
    price: Amount | None = None
    signed_on: date | None = None
    ends_on: date | None = None
    term: Term = Term.OPEN
    discount: Share | None = None
    signed_at: Moment
    seller: EmployeeKey | None = None


CONTRACT = StoredKind(
    Contract,
    "contracts",
    elsewhere=frozenset({"customer", "seller"}),
    names={"signed_on": "signedOn", "ends_on": "endsOn"},
    owner=Edge("SIGNED", incoming=True),
    edges={"seller": Edge("SOLD", incoming=True)},
    order=("signed_at", "key"),
    indexed=("signed_at", "amount", "price", "signed_on", "ends_on", "term", "seller"),
)


@dataclass(frozen=True, eq=False)
class ContractTable(Table):
    """Contracts, by key."""

    ORDER: ClassVar[str] = "key"
    RECORD: ClassVar[type[Record] | None] = Contract

    key: Objects
    amount: Numbers
    price: Wholes
    signed_on: Days
    ends_on: Days
    term: Objects
    signed_at: Moments
    seller: Objects


FULL = Contract(
    key="k1", customer="acme", amount=12.5, price=Decimal("99.99"), signed_on=date(2026, 1, 31),
    ends_on=date(2027, 1, 30), term=Term.YEARLY, discount=0.8, signed_at=NOW, seller="li",
)  # fmt: skip
BARE = Contract(key="k2", customer="acme", signed_at=NOW - timedelta(days=1))


@pytest.fixture
def write(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Returns what writes contracts as if their kind were one of the platform's."""
    kinds: dict[type[Record], StoredKind[Any]] = {**BY_RECORD, Contract: CONTRACT}
    ways: dict[type[Record], Upsert] = {**UPSERTS, Contract: owned(CONTRACT)}
    monkeypatch.setattr(writing, "BY_RECORD", kinds)
    monkeypatch.setattr(writing, "UPSERTS", ways)

    async def written(*contracts: Contract) -> Outcome:
        async def work(transaction: Transaction) -> Outcome:
            return await upsert(transaction, contracts, NOW)

        return await platform.database.write(work)

    return written


@pytest.fixture
async def acme(platform: Platform) -> Platform:
    await save(platform, [Customer(key="acme"), Customer(key="other"), Employee(key="li")], NOW)
    return platform


async def test_what_is_written_is_read_whatever_its_fields_are_called(
    acme: Platform, write: Callable[..., Any]
) -> None:
    assert (await write(FULL, BARE)).written == 2
    assert await read_owned(acme.database, CONTRACT, ["acme", "other"]) == {"acme": [FULL, BARE]}
    [row] = await acme.database.read("MATCH (n:Contract {key: 'k1'}) RETURN properties(n) AS kept")
    assert row["kept"]["amount"] == 12.5
    assert row["kept"]["price"] == 999_900
    assert CONTRACT.undeclared(row["kept"]) == set()


async def test_a_field_that_is_left_out_stays_and_one_that_is_cleared_goes(
    acme: Platform, write: Callable[..., Any]
) -> None:
    await write(FULL)
    await write(Contract(key="k1", customer="acme", signed_at=NOW, ends_on=None, seller=None))
    [kept] = (await read_owned(acme.database, CONTRACT, ["acme"]))["acme"]
    assert kept == FULL.model_copy(update={"ends_on": None, "seller": "li"})


async def test_a_record_that_names_what_is_not_there_is_refused_with_the_reason(
    acme: Platform, write: Callable[..., Any]
) -> None:
    await write(FULL)
    strange = FULL.model_copy(update={"key": "k3", "seller": "nobody"})
    taken = FULL.model_copy(update={"customer": "other"})
    outcome = await write(strange, taken)
    assert [one.reason for one in outcome.refused] == [
        "no Employee has the key 'nobody'.",
        "this contract belongs to another customer already.",
    ]


async def test_facts_index_and_plugins_have_it_in_the_types_that_it_declares(
    acme: Platform, write: Callable[..., Any]
) -> None:
    await write(FULL, BARE)
    [found] = await acme.database.read(
        f"MATCH (c:Customer {{key: 'acme'}}) RETURN {facts_column(CONTRACT, past=False)}"
    )
    read = record_reader(CONTRACT)
    facts = [read(row, customer="acme") for row in found["contracts"]]
    assert sorted(facts, key=str) == [FULL, BARE]
    await _indexed_and_tabled(acme)


async def _indexed_and_tabled(acme: Platform) -> None:
    [found] = await acme.database.read(
        "MATCH (c:Customer {key: 'acme'}) RETURN COLLECT {"
        f" {index_statement(CONTRACT)} }} AS rows"
    )
    rows = [[tuple(one) if isinstance(one, list) else one for one in row] for row in found["rows"]]
    signed_at = 1 + [*columns_of(CONTRACT)].index("signed_at")  # after the ordinal
    rows.sort(key=lambda row: row[signed_at])  # the graph gives them in no order
    table = IndexTable.of(columns_of(CONTRACT), rows)
    signed = [microseconds_of(BARE.signed_at), microseconds_of(NOW)]
    assert table["signed_at"].microseconds().tolist() == signed
    days = (date(2026, 1, 31) - date(1970, 1, 1)).days
    assert table["signed_on"].at([0, 1]) == [None, days]
    assert table["ends_on"].at([0, 1]) == [None, days + 364]
    assert table["amount"].at([0, 1]) == [None, 12.5]
    assert table["price"].at([0, 1]) == [None, to_units(Decimal("99.99"))]
    assert table["seller"].where(lambda keys: "li" in keys).tolist() == [False, True]
    read = await read_records(acme.database, CONTRACT, ContractTable.names(), ["acme"], NOW)
    given = ContractTable.of(read, ["acme"])
    assert given.amount[0] == 12.5
    assert given.price.tolist() == [999_900, 0]
    assert given.ends_on.tolist() == [date(2027, 1, 30), None]
    assert given.term.tolist() == ["YEARLY", "OPEN"]
    assert given.seller.tolist() == ["li", None]


def test_imports_read_its_columns_and_exports_show_them_by_their_types() -> None:
    dates, amounts = DateRules(ZoneInfo("UTC"), None, None), AmountRules("CNY", ".")
    cells = {
        "amount": ("1,200.5", 1200.5),
        "price": ("99.99", Decimal("99.99")),
        "ends_on": ("2027-01-30", date(2027, 1, 30)),
        "discount": ("80%", 0.8),
        "term": ("一年", Term.YEARLY),
    }
    style = CellStyle()
    for name, (text, value) in cells.items():
        assert field_parser(CONTRACT.fields[name], dates, amounts)(text) == value
        shown: Cell = getattr(FULL, name)
        assert style.flat(shown) == shown
