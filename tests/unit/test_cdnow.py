"""The copy of the CDNOW data is the original, and says what its README says."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from profilegraph.config import data_folder
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, CustomerKind
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Record
from profilegraph.importers.records.binding import Conventions
from profilegraph.importers.records.content_keys import ContentKeys
from profilegraph.importers.records.mapping import read_mapping
from profilegraph.importers.records.parsing import RecordReader
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.importers.text.files import scan
from profilegraph.importers.text.tables import open_table

FOLDER = data_folder("examples/cdnow")


@pytest.fixture(scope="module")
def original() -> bytes:
    return gzip.decompress((FOLDER / "CDNOW_master.txt.gz").read_bytes())


@pytest.fixture(scope="module")
def purchases(original: bytes) -> list[list[str]]:
    return [line.split() for line in original.decode("ascii").splitlines()[1:]]


def test_the_figures_are_those_of_the_published_data(purchases: list[list[str]]) -> None:
    assert len(purchases) == 69_659
    assert len({customer for customer, *_ in purchases}) == 23_570
    assert sum(Decimal(dollars) for *_, dollars in purchases) == Decimal("2500315.63")
    days = [day for _, day, *_ in purchases]
    assert (min(days), max(days)) == ("19970101", "19980630")


def test_the_readme_tells_the_same(original: bytes, purchases: list[list[str]]) -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    cds = sum(int(row[2]) for row in purchases)
    repeated = len(purchases) - len({tuple(row) for row in purchases})
    free = sum(Decimal(row[3]) == 0 for row in purchases)
    for figure in (
        hashlib.sha256(original).hexdigest(),
        f"| {cds:,} |",
        f"{repeated} lines equal",
        f"{free} purchases cost nothing",
    ):
        assert figure in readme


def test_the_copy_carries_no_time_so_that_it_can_be_made_again(original: bytes) -> None:
    packed = (FOLDER / "CDNOW_master.txt.gz").read_bytes()
    assert packed[4:8] == bytes(4)


def imported(kind: type[Record], mapping: str) -> list[Record]:
    """Return the records that the importers make of the copy, with the mapping beside it."""
    catalogue = Catalogue.of([read_taxonomy(data_folder("taxonomies") / "commerce.yaml")])
    rules = Conventions(ZoneInfo("UTC"), "USD", "US", catalogue)
    source, read = scan(FOLDER / "CDNOW_master.txt.gz"), read_mapping(FOLDER / mapping)
    with open_table(source, source.path.name, read) as table:
        reader = RecordReader(kind, read, table, rules, ContentKeys())
        return [reader.read(row) for row in table.rows]


@pytest.mark.slow
def test_the_mapping_beside_it_makes_a_customer_of_every_person() -> None:
    customers = imported(Customer, "customers.yaml")
    assert len(customers) == 69_659
    assert {customer.kind for customer in customers if isinstance(customer, Customer)} == {
        CustomerKind.PERSON
    }
    assert len({customer.key for customer in customers if isinstance(customer, Customer)}) == 23_570


@pytest.mark.slow
def test_the_mapping_beside_it_makes_an_event_of_every_purchase() -> None:
    events = [event for event in imported(Event, "events.yaml") if isinstance(event, Event)]
    assert len({event.key for event in events}) == 69_659
    assert sum(event.amount or 0 for event in events) == Decimal("2500315.63")
    assert (events[0].customer, events[0].type) == ("00001", "purchase")
    assert min(event.at for event in events) == datetime(1997, 1, 1, tzinfo=UTC)
    assert max(event.at for event in events) == datetime(1998, 6, 30, tzinfo=UTC)
