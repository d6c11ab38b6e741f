"""The generator of companies: repeatable, streamed, consistent, and readable by the importers."""

from __future__ import annotations

import itertools
import tracemalloc
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from examples.b2b.__main__ import main
from examples.b2b.files import Format, write_world
from examples.b2b.world import KINDS, World, companies, records, records_of, staff
from profilegraph.config import data_folder
from profilegraph.domain.records.customers import IdentityKind
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Cardinality
from profilegraph.errors import InvalidInput
from profilegraph.importers.records.binding import Conventions
from profilegraph.importers.records.content_keys import ContentKeys
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.records.parsing import RecordReader
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.importers.text.files import scan
from profilegraph.importers.text.tables import open_table

SMALL = World(customers=100)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.of([read_taxonomy(data_folder("taxonomies") / "b2b_core.yaml")])


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        main(["--customers", "50", "--seed", "3", "--out", str(tmp_path / name)])
    main(["--customers", "50", "--seed", "4", "--out", str(tmp_path / "other")])
    for kind in KINDS:
        one, two, other = (
            (tmp_path / name / f"{kind}.csv").read_bytes() for name in ("one", "two", "other")
        )
        assert one == two
        assert one != other or kind == "teams"


def test_a_larger_world_begins_with_the_smaller_one() -> None:
    first = list(itertools.islice(companies(World(customers=1_000_000)), 20))
    assert first == list(companies(World(customers=20)))


def test_companies_are_made_one_by_one_in_flat_memory() -> None:
    stream = companies(World(customers=1_000_000))
    next(stream)
    tracemalloc.start()
    for _ in itertools.islice(stream, 400):
        pass
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    # 400 companies that were kept would be 16 MB; pydantic's bounded cache of strings is 1 MB.
    assert held < 3_000_000


def test_everything_fits_the_taxonomy(catalogue: Catalogue) -> None:
    for company in companies(SMALL):
        assert set(company.customer.attributes) <= set(catalogue.attributes)
        assert {event.type for event in company.events} <= set(catalogue.events)
        assert {tagging.tag for tagging in company.taggings} <= set(catalogue.tags)
        of_single = [
            tagging.dimension
            for tagging in company.taggings
            if catalogue.dimension(tagging.dimension).cardinality is Cardinality.SINGLE
        ]
        assert len(of_single) == len(set(of_single))


def test_every_tag_of_the_taxonomy_occurs(catalogue: Catalogue) -> None:
    used = {t.tag for company in companies(World(customers=400)) for t in company.taggings}
    assert used == set(catalogue.tags)


@pytest.mark.parametrize("count", [0, 5, 12, 23])
def test_the_number_of_tags_can_be_set_and_changes_nothing_else(count: int) -> None:
    plain = companies(SMALL)
    for company in companies(World(customers=100, taggings=count)):
        other = next(plain)
        assert len({t.tag for t in company.taggings}) == len(company.taggings) == count
        assert (company.customer, company.events, company.decision_makers) == (
            other.customer, other.events, other.decision_makers,
        )  # fmt: skip


def test_keys_and_identities_are_unique() -> None:
    for kind in ("customers", "departments", "decision_makers", "events", "identities"):
        keys = [record.key for record in records(SMALL, kind)]  # type: ignore[attr-defined]
        assert len(keys) == len(set(keys)) > 0


def test_a_record_stands_after_those_that_it_names() -> None:
    teams, employees = staff(SMALL)
    known = {None} | {team.key for team in teams} | {employee.key for employee in employees}
    assert {employee.team for employee in employees} <= known
    for company in companies(SMALL):
        known.add(company.customer.key)
        for ownership in company.ownerships:
            assert {ownership.employee, ownership.customer} <= known
        for department in company.departments:
            assert {department.customer, department.parent} <= known
            known.add(department.key)
        for person in company.decision_makers:
            assert {person.department, person.reports_to} <= known
            known.add(person.key)
        assert {event.person for event in company.events} <= known


def test_departments_nest_and_people_report_over_several_layers() -> None:
    found = list(companies(SMALL))
    parents = {d.key: d.parent for company in found for d in company.departments}
    assert any(parent and parents[parent] for parent in parents.values())
    bosses = {p.key: p.reports_to for company in found for p in company.decision_makers}
    assert any(boss and bosses[boss] for boss in bosses.values())


def test_identities_are_well_formed() -> None:
    for company in companies(SMALL):
        for identity in company.identities:
            if identity.kind is IdentityKind.PHONE:
                assert phonenumbers.is_valid_number(phonenumbers.parse(identity.value))
            if identity.kind is IdentityKind.UNIFIED_SOCIAL_CREDIT_CODE:
                alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
                digits = [alphabet.index(sign) for sign in identity.value]
                assert (
                    sum(d * pow(3, n, 31) for n, d in enumerate(digits)) % 31 == 0
                    or (sum(d * pow(3, n, 31) for n, d in enumerate(digits[:17])) + digits[17]) % 31
                    == 0
                )


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_importers_read_every_record_back(
    form: Format, tmp_path: Path, catalogue: Catalogue
) -> None:
    world = World(customers=30)
    counts = write_world(world, tmp_path, form)
    rules = Conventions(ZoneInfo("UTC"), "CNY", "CN", catalogue)
    for name, kind in KINDS.items():
        written = list(records(world, name))
        assert counts[name] == len(written) > 0
        source = scan(tmp_path / f"{name}.{form}")
        with open_table(source, name, FileMapping()) as table:
            reader = RecordReader(kind, FileMapping(), table, rules, ContentKeys())
            assert [reader.read(row) for row in table.rows] == written


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"customers": 10_000_001}, "from 0 to 10,000,000"),
        ({"customers": 1, "taggings": 24}, "from 0 to 23 tags"),
        ({"customers": 1, "employees": 0}, "at least one employee"),
    ],
)
def test_sizes_that_cannot_be_made_are_refused(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        World(**wrong)  # type: ignore[arg-type]


def test_the_command_says_what_it_wrote_or_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--customers", "3", "--taggings", "4", "--out", str(tmp_path)]) == 0
    assert "taggings.csv: 12" in capsys.readouterr().out
    assert main(["--customers", "3", "--taggings", "99", "--out", str(tmp_path)]) == 1
    assert "from 0 to 23 tags" in capsys.readouterr().err


def test_all_records_of_a_company_belong_to_it() -> None:
    for company in companies(World(customers=10)):
        for name, found in records_of(company).items():
            if name != "customers":
                assert {record.customer for record in found} <= {company.customer.key}  # type: ignore[attr-defined]
