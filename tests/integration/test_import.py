import csv
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import pytest

from profilegraph.config import data_folder
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.imports import Checkpoint
from profilegraph.domain.records.kinds import RECORDS
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.embedded.server import RunningServer
from profilegraph.errors import Conflict, InvalidInput, NotFound
from profilegraph.importers.records.binding import Conventions
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.taxonomies.files import read_taxonomies
from profilegraph.services.imports.files import ImportJob, ImportReport, import_file
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.imports import ImportIdentity, advance_import, begin_import
from profilegraph.storage.neo4j.database import Database, Transaction
from scripts.render_reference import EXAMPLES
from tests.conftest import NOW, quick
from tests.support.graphs import dump

TAXONOMIES = quick(read_taxonomies(sorted(data_folder("taxonomies").glob("*.yaml"))))
CATALOGUE = Catalogue.of(TAXONOMIES)
CONVENTIONS = Conventions(ZoneInfo("Asia/Shanghai"), "CNY", "CN", CATALOGUE)
TAG = next(iter(CATALOGUE.tags))
EVENT = next(iter(CATALOGUE.events))

WORLD = {
    "customers": "key,kind,name,attributes.city\nC1,企业,甲公司,上海\nC2,个人,乙,\n",
    "identities": "kind,value,customer\n手机,138 1234 5678,C1\nEMAIL,Li@EXAMPLE.com,C1\n",
    "taggings": f"customer,tag,since,source,weekdays\nC1,{TAG},2026-01-31,导入,周二、周四\n",
    "relations": "customer,other,kind\nC1,C2,合作伙伴\n",
    "consents": "key,customer,purpose,granted,at\nK1,C1,短信,是,2026-01-31\n",
    "departments": "key,customer,name,function,parent\nD2,C1,开发组,IT,D1\nD1,C1,信息部,IT,\n",
    "decision_makers": "key,customer,name,role,influence,department,reports_to\n"
    "P1,C1,王,DECIDER,80%,D1,\nP2,C1,李,使用者,0.1,D2,P1\n",
    "teams": "key,name,parent\nT1,销售,\nT2,华东,T1\n",
    "employees": "key,name,team\nE1,张,T2\n",
    "ownerships": "employee,customer,since\nE1,C1,2026/1/31\n",
    "channels": "key,name,parent\nonline,线上,\nwebsite,网站,online\n",
    "arrivals": "customer,channel,at\nC1,website,2026年1月31日 09:30\n",
    "events": f"customer,type,at,channel,amount,person\nC1,{EVENT},20260131,website,¥1.2万,P2\n",
    "opportunities": "key,customer,name,stage,amount,close_date,outcome\n"
    "O1,C1,大单,deciding,3亿,2026-06-30,进行中\n",
    "participations": "person,opportunity,role\nP1,O1,DECIDER\n",
    "follow_ups": "key,customer,kind,at,employee,note\nF1,C1,拜访,2026-02-01 10:00,E1,顺利\n",
}


@pytest.fixture
async def graph(database: Database) -> Database:
    """An empty graph with the taxonomies that ship with the product."""
    await load_taxonomies(database, TAXONOMIES)
    return database


def world_files(folder: Path) -> dict[str, Path]:
    files = {}
    for kind, text in WORLD.items():
        files[kind] = folder / f"{kind}.csv"
        files[kind].write_text(text, encoding="utf-8")
    return files


async def run(database: Database, kind: str, path: Path, **options: Any) -> ImportReport:
    job = ImportJob(kind, path, **options)
    return await import_file(database, job, CONVENTIONS, NOW)


def rejected_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_world_has_every_kind() -> None:
    assert set(WORLD) == set(RECORDS)


async def test_every_kind_is_imported_and_a_second_run_changes_nothing(
    graph: Database, tmp_path: Path
) -> None:
    files = world_files(tmp_path)
    for kind, path in files.items():
        report = await run(graph, kind, path)
        assert (report.rejected, report.written) == (0, WORLD[kind].count("\n") - 1), kind
    before = await dump(graph, imports=True)
    for kind, path in files.items():
        report = await run(graph, kind, path)
        assert report.finished_before, kind
    assert await dump(graph, imports=True) == before
    before = await dump(graph)
    for kind, path in files.items():
        report = await run(graph, kind, path, again=True)
        assert not report.finished_before
        assert report.written == WORLD[kind].count("\n") - 1
    assert await dump(graph) == before


async def test_each_batch_is_recorded_with_the_import_and_its_customers(
    graph: Database, tmp_path: Path
) -> None:
    path = world_files(tmp_path)["customers"]
    await run(graph, "customers", path)
    rows = await graph.read(
        "MATCH (e:AuditEntry {operation: 'ImportRecords'})"
        " RETURN e.actor AS actor, e.customers AS customers, e.targets AS targets"
    )
    [imported] = await graph.read("MATCH (i:Import) RETURN i.key AS key")
    keys = {row["key"] for row in await graph.read("MATCH (c:Customer) RETURN c.key AS key")}
    assert [(row["actor"], set(row["customers"]), row["targets"]) for row in rows] == [
        (OPERATOR.name, keys, [f"import:{imported['key']}"])
    ]


async def test_values_arrive_in_their_canonical_form(graph: Database, tmp_path: Path) -> None:
    for kind, path in world_files(tmp_path).items():
        await run(graph, kind, path)
    rows = await graph.read(
        "MATCH (c:Customer {key: 'C1'})-[:DID]->(e:Event) MATCH (i:Identity)-[:IDENTIFIES]->(c)"
        " RETURN c.attribute_city AS city, toString(e.at) AS at, e.amount AS units,"
        " collect(i.value) AS identities"
    )
    assert sorted(rows[0].pop("identities")) == ["+8613812345678", "li@example.com"]
    assert rows == [{"city": "上海", "at": "2026-01-30T16:00:00Z", "units": 120_000_000}]


async def test_rows_that_name_what_is_not_there_wait_in_the_reject_file(
    graph: Database, tmp_path: Path
) -> None:
    path = tmp_path / "identities.csv"
    path.write_text("kind,value,customer\nPHONE,13812345678,C9\nPHONE,12,C1\nCRM,a,C1\n", "utf-8")
    customers = tmp_path / "customers.csv"
    customers.write_text("key\nC1\n", "utf-8")
    await run(graph, "customers", customers)
    report = await run(graph, "identities", path)
    assert (report.read, report.written, report.rejected) == (3, 1, 2)
    assert report.reject_file == tmp_path / "identities.rejected.csv"
    rows = rejected_rows(report.reject_file)
    assert [row["rejected_line"] for row in rows] == ["2", "3"]
    assert "no Customer has the key 'C9'" in rows[0]["rejected_reason"]
    assert "phone number" in rows[1]["rejected_reason"]
    customers.write_text("key\nC9\n", "utf-8")
    await run(graph, "customers", customers)
    again = await run(graph, "identities", report.reject_file)
    assert (again.written, again.rejected) == (1, 1)
    assert again.reject_file == tmp_path / "identities.rejected-2.csv"


NUMBERS = {
    "C1": "(415) 555-5938",
    "C2": "030 123456",
    "C3": "138 1234 5678",
    "C4": "+44 20 7946 0018",
}
COUNTRIES = {"C1": "US", "C2": "DE", "C3": "", "C4": "FR"}
ANYWHERE = {"+14155555938", "+4930123456", "+8613812345678", "+442079460018"}


async def phones(database: Database) -> set[str]:
    rows = await database.read("MATCH (i:Identity {kind: 'PHONE'}) RETURN i.value AS value")
    return {row["value"] for row in rows}


@pytest.mark.parametrize(
    ("column", "mapping"),
    [
        ("region", {}),
        ("country", {"fields": {"region": "country"}}),
        (
            "land",
            {"fields": {"region": {"column": "land", "values": {"Deutschland": "DE"}}}},
        ),
        ("", {"fields": {"region": {"attribute": "city", "values": {"Deutschland": "DE"}}}}),
    ],
)
async def test_a_phone_number_is_read_by_the_country_of_its_row_or_of_its_customer(
    graph: Database, tmp_path: Path, column: str, mapping: dict[str, Any]
) -> None:
    german = "Deutschland" if "values" in str(mapping) else "DE"
    countries = COUNTRIES | {"C2": german}
    customers, path = tmp_path / "customers.csv", tmp_path / "phones.csv"
    lines = [f"{key},{'' if column else country}" for key, country in countries.items()]
    customers.write_text("\n".join(["key,attributes.city", *lines]), "utf-8")
    more = {key: f",{country}" if column else "" for key, country in countries.items()}
    rows = [f"PHONE,{number},{key}{more[key]}" for key, number in NUMBERS.items()]
    header = "kind,value,customer" + (f",{column}" if column else "")
    path.write_text("\n".join([header, *rows]), "utf-8")
    await run(graph, "customers", customers)
    report = await run(graph, "identities", path, mapping=FileMapping.model_validate(mapping))
    assert report.rejected == 0
    assert await phones(graph) == ANYWHERE


async def test_a_number_whose_country_is_not_certain_waits_in_the_reject_file(
    graph: Database, tmp_path: Path
) -> None:
    customers, path = tmp_path / "customers.csv", tmp_path / "phones.csv"
    customers.write_text("key,attributes.city\nC1,\nC2,Narnia\nC3,\n", "utf-8")
    rows = [f"PHONE,{NUMBERS[key]},{key}" for key in ("C1", "C2", "C3")]
    path.write_text("\n".join(["kind,value,customer", *rows]), "utf-8")
    await run(graph, "customers", customers)
    mapping = FileMapping.model_validate({"fields": {"region": {"attribute": "city"}}})
    report = await run(graph, "identities", path, mapping=mapping)
    assert (report.written, report.rejected, await phones(graph)) == (1, 2, {"+8613812345678"})
    assert report.reject_file is not None
    first, second = (row["rejected_reason"] for row in rejected_rows(report.reject_file))
    assert "may be another country's" in first
    assert "'Narnia' is no country code" in second
    wrong = FileMapping.model_validate({"fields": {"value": {"attribute": "cty"}}})
    with pytest.raises(InvalidInput, match="only the `region` of identities"):
        await run(graph, "identities", path, mapping=wrong)


async def test_nothing_is_written_where_a_column_has_no_use(
    graph: Database, tmp_path: Path
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("key,nmae\nC1,a\n", "utf-8")
    before = await dump(graph, imports=True)
    with pytest.raises(InvalidInput, match="did you mean 'name'"):
        await run(graph, "customers", path)
    assert await dump(graph, imports=True) == before
    with pytest.raises(NotFound, match="custmers"):
        await run(graph, "custmers", path)


PURCHASES = "customer,type,at,amount\n"
FIRST = f"C1,{EVENT},2026-02-01T09:00:00Z,10\n"
SECOND = f"C1,{EVENT},2026-02-06T09:00:00Z,60\n"


async def bought(database: Database) -> tuple[int, float]:
    """How many events there are, and the sum of their amounts."""
    rows = await database.read("MATCH (e:Event) RETURN count(e) AS n, sum(e.amount) AS units")
    return rows[0]["n"], rows[0]["units"] / 10_000


async def buyers(database: Database, folder: Path) -> Path:
    """Have the customers C1 and C2; the file for events without keys."""
    customers = folder / "customers.csv"
    customers.write_text("key\nC1\nC2\n", "utf-8")
    await run(database, "customers", customers)
    return folder / "one.csv"


@pytest.mark.parametrize("again", [False, True])
async def test_another_file_of_the_same_name_adds_its_events(
    graph: Database, tmp_path: Path, again: bool
) -> None:
    path = await buyers(graph, tmp_path)
    path.write_text(PURCHASES + FIRST, "utf-8")
    await run(graph, "events", path)
    path.write_text(PURCHASES + SECOND, "utf-8")
    await run(graph, "events", path, again=again)
    assert await bought(graph) == (2, 70)


async def test_exports_that_overlap_add_only_what_is_new(graph: Database, tmp_path: Path) -> None:
    path = await buyers(graph, tmp_path)
    third = f"C2,{EVENT},2026-02-07T09:00:00+08:00,7.50\n"
    written = f"C2,{EVENT},2026-02-07T01:00:00Z,7.5\n"  # the third one, written otherwise
    for rows, source, known in (
        ([FIRST, FIRST, SECOND], None, 0),
        ([third, FIRST, FIRST, SECOND], None, 3),  # newer rows on top
        ([SECOND, written], "day3", 2),  # what is older has moved off
        ([written, SECOND, FIRST, FIRST], "day4", 4),  # sorted otherwise, renamed
    ):
        path.write_text(PURCHASES + "".join(rows), "utf-8")
        report = await run(graph, "events", path, source=source)
        assert (report.written, report.known) == (len(rows), known)
    assert await bought(graph) == (4, 87.5)


async def test_follow_ups_and_consents_without_keys_are_known_by_what_they_say(
    graph: Database, tmp_path: Path
) -> None:
    await buyers(graph, tmp_path)
    for kind, label, header, rows in (
        (
            "follow_ups",
            "FollowUp",
            "customer,kind,at,note",
            ["CALL,2026-02-01,a", "CALL,2026-02-01,b"],
        ),
        (
            "consents",
            "Consent",
            "customer,purpose,granted,at",
            ["sms,yes,2026-02-01", "sms,no,2026-02-02"],
        ),
    ):
        path = tmp_path / f"{kind}.csv"
        for some in (rows, rows[1:], rows[::-1]):
            path.write_text("\n".join([header, *(f"C1,{row}" for row in some)]), "utf-8")
            await run(graph, kind, path)
        found = await graph.read(f"MATCH (n:{label}) RETURN count(n) AS n")
        assert found == [{"n": 2}], kind


async def test_a_key_of_its_own_wins_and_a_row_without_one_has_that_of_what_it_says(
    graph: Database, tmp_path: Path
) -> None:
    path = await buyers(graph, tmp_path)
    path.write_text(f"key,{PURCHASES}K1,{FIRST},{SECOND}", "utf-8")
    await run(graph, "events", path)
    path.write_text(f"key,{PURCHASES}K1,{FIRST.replace(',10', ',11')},{SECOND}", "utf-8")
    report = await run(graph, "events", path)
    assert (await bought(graph), report.known) == ((2, 71), 1)


async def test_a_corrected_row_that_equals_an_accepted_one_is_not_taken_for_it(
    graph: Database, tmp_path: Path
) -> None:
    path = await buyers(graph, tmp_path)
    path.write_text(PURCHASES + FIRST + FIRST.replace("-02-", "-22-") + "C9" + SECOND[2:], "utf-8")
    first = await run(graph, "events", path)
    rejects = first.reject_file
    assert (first.rejected, rejects is not None) == (2, True)
    assert rejects is not None
    text = rejects.read_text("utf-8-sig").replace("-22-", "-02-").replace("C9,", "C2,")
    rejects.write_text(text, "utf-8")
    again = await run(graph, "events", rejects)
    assert (again.written, again.rejected) == (1, 1)
    assert again.reject_file is not None
    [row] = rejected_rows(again.reject_file)
    assert "equal row is in the graph already" in row["rejected_reason"]
    lines = again.reject_file.read_text("utf-8-sig").splitlines()
    again.reject_file.write_text(f"{lines[0]},key\n{lines[1]},own\n", "utf-8")
    assert (await run(graph, "events", again.reject_file)).written == 1
    assert await bought(graph) == (3, 80)


async def test_an_interrupted_import_counts_equal_rows_from_its_beginning(
    graph: Database, tmp_path: Path
) -> None:
    path = await buyers(graph, tmp_path)
    path.write_text(PURCHASES + FIRST * 30, "utf-8")
    job = ImportJob("events", path, batch=10)
    with pytest.raises(InterruptedError):
        await import_file(graph, job, CONVENTIONS, NOW, _Interrupting(2))
    assert (await bought(graph))[0] == 20
    report = await run(graph, "events", path, batch=10)
    assert (report.read_before, report.known, await bought(graph)) == (20, 0, (30, 300))


async def test_rows_keyed_by_their_line_are_not_doubled(graph: Database, tmp_path: Path) -> None:
    path = await buyers(graph, tmp_path)
    path.write_text(PURCHASES + FIRST, "utf-8")

    async def earlier(transaction: Transaction) -> None:
        old = "CREATE (:Import {key: 'old', kind: 'events', source: 'one.csv', keyedByPlace: true})"
        await transaction.run(old)

    await graph.write(earlier)
    with pytest.raises(Conflict, match="lines as their keys"):
        await run(graph, "events", path)
    assert (await bought(graph))[0] == 0


@pytest.mark.parametrize(
    ("kind", "rows", "other"),
    [
        ("identities", "kind,value,customer\nPHONE,030 123456,C1\n", {"phone_region": "DE"}),
        ("events", PURCHASES + f"C1,{EVENT},2026-02-01,$5\n", {"currency": "USD"}),
        ("events", PURCHASES + f"C1,{EVENT},2026-02-01,5\n", {"zone": ZoneInfo("UTC")}),
    ],
)
async def test_the_same_file_is_read_anew_under_other_settings(
    graph: Database, tmp_path: Path, kind: str, rows: str, other: dict[str, Any]
) -> None:
    path = await buyers(graph, tmp_path)
    path.write_text(rows, "utf-8")
    await run(graph, kind, path)
    job, changed = ImportJob(kind, path), replace(CONVENTIONS, **other)
    report = await import_file(graph, job, changed, NOW)
    assert (report.finished_before, report.rejected, report.written) == (False, 0, 1)
    again = await import_file(graph, job, changed, NOW)
    assert again.finished_before


async def test_what_was_written_under_other_settings_is_told(
    graph: Database, tmp_path: Path
) -> None:
    path = await buyers(graph, tmp_path)
    path.write_text(PURCHASES + FIRST, "utf-8")
    assert (await run(graph, "events", path)).read_otherwise is None
    changed = replace(CONVENTIONS, currency="USD")
    report = await import_file(graph, ImportJob("events", path), changed, NOW)
    assert report.read_otherwise == CONVENTIONS.read_as


async def test_a_lost_reject_file_is_told_when_an_import_goes_on(
    graph: Database, tmp_path: Path
) -> None:
    path, _ = many_customers(tmp_path, 40)
    with pytest.raises(InterruptedError):
        await interrupted(graph, path, after=2)
    (tmp_path / "customers.rejected.csv").unlink()
    with pytest.raises(Conflict, match="gone or shorter"):
        await run(graph, "customers", path, batch=10)
    report = await run(graph, "customers", path, batch=10, again=True)
    assert report.read == 40


async def test_an_explicit_reject_file_is_never_overwritten(
    graph: Database, tmp_path: Path
) -> None:
    path, _ = many_customers(tmp_path, 10)
    mine = tmp_path / "mine.csv"
    mine.write_text("precious", "utf-8")
    with pytest.raises(Conflict, match="exists already"):
        await run(graph, "customers", path, reject=mine)
    assert mine.read_text("utf-8") == "precious"


class _Interrupting:
    """Ends an import after some batches, from inside."""

    def __init__(self, after: int) -> None:
        self.left = after

    def decided(self, encoding: str, example: str) -> None:
        assert encoding

    def scanned(self, position: int) -> None:
        pass

    def written(self, position: int, checkpoint: Checkpoint) -> None:
        self.left -= 1
        if self.left == 0:
            raise InterruptedError


async def interrupted(database: Database, path: Path, after: int) -> None:
    job = ImportJob("customers", path, batch=10)
    await import_file(database, job, CONVENTIONS, NOW, _Interrupting(after))


def many_customers(folder: Path, rows: int) -> tuple[Path, set[int]]:
    """A file of customers, every seventh row of which is bad; and the lines of those."""
    path = folder / "customers.csv"
    bad = set(range(3, rows + 2, 7))
    lines = [f"C{line},{'dog' if line in bad else '企业'}\n" for line in range(2, rows + 2)]
    path.write_text("key,kind\n" + "".join(lines), "utf-8")
    return path, bad


async def test_two_processes_cannot_import_the_same_file_at_once(graph: Database) -> None:
    identity = ImportIdentity("key", "customers", "x.csv", "content", "UTC")
    before = await begin_import(graph, identity, "x.rejected.csv", again=False, now=NOW)
    after = replace(before, line=10, read=9)

    async def advance(transaction: Transaction) -> None:
        await advance_import(transaction, before, after)

    await graph.write(advance)
    with pytest.raises(Conflict, match="another process"):
        await graph.write(advance)


async def test_an_import_that_is_killed_goes_on_where_it_was(
    graph: Database, server: RunningServer, tmp_path: Path
) -> None:
    rows = 8_000
    path, bad = many_customers(tmp_path, rows)
    await killed_when_some_are_in(graph, server, path)
    found = (await graph.read("MATCH (i:Import) RETURN i.read AS read, i.finished AS done"))[0]
    assert 0 < found["read"] < rows
    assert not found["done"]
    rejects = tmp_path / "customers.rejected.csv"
    rejects.write_bytes(rejects.read_bytes() + b"customers.csv,1,written and not committed")
    printed = await command_line(server, path)
    assert f"{rows:,} rows read, {rows - len(bad):,} written, {len(bad):,} rejected" in printed
    assert "went on behind" in printed
    assert [int(row["rejected_line"]) for row in rejected_rows(rejects)] == sorted(bad)
    keys = await graph.read("MATCH (c:Customer) RETURN c.key AS key")
    expected = [f"C{line}" for line in range(2, rows + 2) if line not in bad]
    assert sorted(row["key"] for row in keys) == sorted(expected)
    assert "nothing to do" in await command_line(server, path)


def command(path: Path) -> list[str]:
    program = "from profilegraph.cli.main import run; run()"
    return [sys.executable, "-c", program, "import", "customers", str(path), "--batch", "50"]


def environment(server: RunningServer) -> dict[str, str]:
    return os.environ | {
        "NEO4J_URI": server.uri,
        "NEO4J_USER": server.user,
        "NEO4J_PASSWORD": server.password,
    }


async def command_line(server: RunningServer, path: Path) -> str:
    """What the command prints; it must succeed."""
    done = await anyio.run_process(command(path), env=environment(server))
    return done.stdout.decode()


async def killed_when_some_are_in(database: Database, server: RunningServer, path: Path) -> None:
    """Import in a process of its own, and kill -9 it after its first reject is committed."""
    begun = "MATCH (i:Import) WHERE i.rejectSize > 0 RETURN i.read AS read"
    async with await anyio.open_process(command(path), env=environment(server)) as child:
        while child.returncode is None and not await database.read(begun):
            continue
        child.kill()


async def test_an_imported_tagging_is_told_as_such_unless_the_file_says_who_gave_it(
    graph: Database, tmp_path: Path
) -> None:
    await run(graph, "customers", world_files(tmp_path)["customers"])
    for name, text, source in (
        ("bare", f"customer,tag,since\nC1,{TAG},2026-01-31\n", "IMPORT"),
        ("said", f"customer,tag,since,source\nC1,{TAG},2026-01-31,MANUAL\n", "MANUAL"),
    ):
        path = tmp_path / f"{name}.csv"
        path.write_text(text, "utf-8")
        await run(graph, "taggings", path)
        rows = await graph.read("MATCH (:Customer {key: 'C1'})-[t:TAGGED]->() RETURN t.source AS s")
        assert [row["s"] for row in rows] == [source]


async def test_the_example_file_of_every_kind_is_imported_as_it_is(
    graph: Database, tmp_path: Path
) -> None:
    for kind in RECORDS:
        path = tmp_path / f"{kind}.csv"
        path.write_bytes((EXAMPLES / path.name).read_bytes())
        report = await run(graph, kind, path)
        assert (report.rejected, report.written) == (0, report.read), kind
        assert report.read > 0


async def test_a_file_that_contradicts_itself_is_refused_before_anything_is_written(
    graph: Database, tmp_path: Path
) -> None:
    path = tmp_path / "opportunities.csv"
    path.write_text("key;customer;amount\nO1;C1;1.000\nO2;C1;1,250\nO3;C1;12,50\n", "utf-8")
    before = await dump(graph)
    with pytest.raises(InvalidInput, match="amount: '12,50' in line 4 has a decimal comma"):
        await run(graph, "opportunities", path)
    path.write_bytes("key,customer,name\nO1,C1,谢谢\n".encode("gbk"))
    with pytest.raises(InvalidInput, match="two ways: '谢谢' in GB18030 or"):
        await run(graph, "opportunities", path)
    assert await dump(graph) == before


async def test_a_file_s_encoding_is_told_before_its_first_row_is_written(
    graph: Database, tmp_path: Path
) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes("key,name\nk1,谢霞\n".encode("gbk"))
    told: list[object] = []

    class Listening(_Interrupting):
        def decided(self, encoding: str, example: str) -> None:
            told.append((encoding, example))

        def written(self, position: int, checkpoint: Checkpoint) -> None:
            told.append(checkpoint.written)

    await import_file(graph, ImportJob("customers", path), CONVENTIONS, NOW, Listening(0))
    assert told == [("gb18030", "谢霞"), 1]
    rows = await graph.read("MATCH (c:Customer) RETURN c.name AS name")
    assert [row["name"] for row in rows] == ["谢霞"]
