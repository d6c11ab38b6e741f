"""The copy of the CDNOW data is the original, and says what its README says."""

from __future__ import annotations

import gzip
import hashlib
from decimal import Decimal

import pytest

from profilegraph.config import data_folder

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
