"""Exports over genuine HTTP: whole files, read with the programs that people read them with."""

import asyncio
import csv
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from openpyxl import load_workbook

from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditQuestion
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.records.activity import Arrival, Channel
from profilegraph.domain.records.customers import (
    Customer,
    CustomerKind,
    Identity,
    IdentityKind,
    Tagging,
)
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    DecisionRole,
    Department,
    Employee,
    Ownership,
)
from profilegraph.domain.values import Labels
from profilegraph.errors import DatabaseTimeout
from profilegraph.language.codec import decode
from profilegraph.services.audit.questions import audit_page
from profilegraph.services.audit.recording import append
from profilegraph.services.customers.records import save
from profilegraph.services.exports import tables
from profilegraph.services.identity.keys import create_key, list_keys, revoke_key
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from profilegraph.services.segments.service import SaveSegment
from profilegraph.storage.records.reads import read_profiles
from profilegraph.web import service as web
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.service import platform_app
from tests.conftest import NOW
from tests.support.serving import serving

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠1", "\u3000=1")
LABELS = Labels(zh_cn="华东/大客户", en="Large customers")


async def save_segment(platform: Platform, key: str, filter_: dict[str, Any]) -> None:
    await service.save_segment(
        platform, SaveSegment(key, LABELS, decode(filter_)), CommandContext(Actor("li"), NOW)
    )


@pytest.fixture
async def graph(platform: Platform) -> Platform:
    """Three customers: a has everything, b has no more than a key, c is not in the segment."""
    at = NOW - timedelta(days=3)
    facts = {"annual_revenue": -1.5, "website": "https://a.example", "founded_on": date(1999, 5, 1)}
    await save(
        platform,
        [
            Customer(key="a", name='华为 "技术", 公司', attributes=facts),
            Customer(key="b", kind=CustomerKind.PERSON),
            Customer(key="c"),
            Identity(kind=IdentityKind.PHONE, value="+8613800138000", customer="a"),
            Identity(kind=IdentityKind.PHONE, value="+8613900139000", customer="a"),
            Employee(key="w", name="王"),
            Ownership(employee="w", customer="a", since=at),
            Channel(key="ads"),
            Arrival(customer="a", channel="ads", at=at),
            Tagging(customer="a", tag="company_size/20_50", since=at),
            Tagging(customer="a", tag="pains/no_integration", since=at),
            Tagging(customer="a", tag="pains/weak_customisation", since=at),
            Tagging(customer="c", tag="company_size/50_500", since=at),
        ],
        NOW,
    )
    await platform.database.define("MATCH (c:Customer {key: 'a'}) SET c.metric_rfm_monetary = 99.5")
    await save_segment(
        platform, "s", {"not": {"tags": {"dimension": "company_size", "anyOf": ["50_500"]}}}
    )
    return platform


@asynccontextmanager
async def connected(graph: Platform) -> AsyncIterator[httpx.AsyncClient]:
    key = await create_key(graph.database, "exports", NOW)
    async with serving(platform_app(graph, lambda: NOW)) as address:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(
            base_url=address, headers=headers, trust_env=False, timeout=60
        ) as client:
            yield client


@pytest.fixture
async def client(graph: Platform) -> AsyncIterator[httpx.AsyncClient]:
    async with connected(graph) as client:
        yield client


async def fetch(client: httpx.AsyncClient, file: str, **asked: str) -> bytes:
    response = await client.get(f"/export/segments/{file}", params=asked)
    assert response.status_code == 200, response.text
    return response.content


async def rows(client: httpx.AsyncClient, file: str = "s.csv", **asked: str) -> list[list[str]]:
    text = (await fetch(client, file, **asked)).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline="")))


async def sheet(client: httpx.AsyncClient, file: str = "s.xlsx", **asked: str) -> list[list[Any]]:
    book = load_workbook(BytesIO(await fetch(client, file, **asked)))
    return [list(row) for row in book.worksheets[0]]


async def error(client: httpx.AsyncClient, file: str, **asked: str) -> tuple[int, dict[str, Any]]:
    response = await client.get(f"/export/segments/{file}", params=asked)
    [found] = response.json()["errors"]
    return response.status_code, {"message": found["message"], **found["extensions"]}


async def test_members_come_with_what_the_filter_asks_of_in_the_language_asked_for(client):
    assert await rows(client) == [
        ["Key", "Name", "Kind", "Created", "Owners", "Company size"],
        ["a", '华为 "技术", 公司', "Company", "2026-03-01T12:00:00+00:00", "王", "20-50 people"],
        ["b", "", "Person", "2026-03-01T12:00:00+00:00", "", ""],
    ]
    assert await rows(client, locale="zh-CN", columns="name,kind,tags:pains") == [
        ["名称", "类型", "痛点"],
        ['华为 "技术", 公司', "企业", "不能打通其他数据库; 自定义能力差"],
        ["", "个人", ""],
    ]


COLUMNS = "key,attribute:annual_revenue,attribute:website,metric:rfm_monetary,identity:phone,channels,tags:pains"


async def test_keys_in_place_of_labels_are_for_programs(client):
    assert await rows(client, columns=COLUMNS, labels="false") == [
        COLUMNS.split(","),
        [
            "a",
            "-1.5",
            "https://a.example",
            "99.5",
            "'+8613800138000; +8613900139000",
            "ads",
            "no_integration; weak_customisation",
        ],
        ["b", "", "", "", "", "", ""],
    ]


async def test_json_lines_hold_typed_values_under_the_columns_names(client):
    text = await fetch(client, "s.jsonl", columns=f"{COLUMNS},kind,created_at")
    assert [json.loads(line) for line in text.decode().splitlines()] == [
        {
            "key": "a",
            "attribute:annual_revenue": -1.5,
            "attribute:website": "https://a.example",
            "metric:rfm_monetary": 99.5,
            "identity:phone": ["+8613800138000", "+8613900139000"],
            "channels": ["ads"],
            "tags:pains": ["no_integration", "weak_customisation"],
            "kind": "COMPANY",
            "created_at": "2026-03-01T12:00:00+00:00",
        },
        {
            "key": "b",
            "attribute:annual_revenue": None,
            "attribute:website": None,
            "metric:rfm_monetary": None,
            "identity:phone": [],
            "channels": [],
            "tags:pains": [],
            "kind": "PERSON",
            "created_at": "2026-03-01T12:00:00+00:00",
        },
    ]


async def test_a_workbook_holds_typed_cells(client):
    head, first, second = await sheet(client, columns=f"{COLUMNS},created_at", locale="zh-CN")
    assert [cell.value for cell in head][:2] == ["编号", "年营业额"]
    assert [(cell.value, cell.data_type) for cell in first] == [
        ("a", "s"),
        (-1.5, "n"),
        ("https://a.example", "s"),
        (99.5, "n"),
        ("+8613800138000; +8613900139000", "s"),
        ("ads", "s"),
        ("不能打通其他数据库; 自定义能力差", "s"),
        (datetime(2026, 3, 1, 12), "d"),  # noqa: DTZ001  (a cell knows no zone)
    ]
    assert all(cell.hyperlink is None for cell in first)
    assert [cell.value for cell in second][:3] == ["b", None, None]


@pytest.fixture
async def people(graph: Platform) -> Platform:
    await save(
        graph,
        [
            Department(key="it", customer="a", name="信息部"),
            DecisionMaker(key="li", customer="a", name="李", title="=CTO", department="it"),
            DecisionMaker(
                key="bo",
                customer="a",
                role=DecisionRole.DECIDER,
                influence=0.9,
                stance=-0.5,
                reports_to="li",
            ),
            DecisionMaker(key="wu", customer="c", role=DecisionRole.DECIDER),
        ],
        NOW,
    )
    return graph


async def test_the_people_of_the_members_come_with_their_customer(client, people):
    assert await rows(client, what="people", locale="zh-CN") == [
        [
            "编号",
            "姓名",
            "职务",
            "决策角色",
            "影响力",
            "立场",
            "部门",
            "上级",
            "客户：编号",
            "客户：名称",
        ],
        ["bo", "", "", "最终决策人", "0.9", "-0.5", "", "李", "a", '华为 "技术", 公司'],
        ["li", "李", "'=CTO", "", "", "", "信息部", "", "a", '华为 "技术", 公司'],
    ]
    text = await fetch(
        client,
        "s.jsonl",
        what="people",
        where=json.dumps({"roles": ["DECIDER"]}),
        columns="key,role,customer.tags:pains,customer.identity:phone",
    )
    assert json.loads(text) == {
        "key": "bo",
        "role": "DECIDER",
        "customer.tags:pains": ["no_integration", "weak_customisation"],
        "customer.identity:phone": ["+8613800138000", "+8613900139000"],
    }


async def test_pages_of_people_follow_one_another_into_one_file(client, people, monkeypatch):
    await save_segment(people, "all", {"all": []})
    monkeypatch.setattr(tables, "MAX_PAGE", 1)
    found = await rows(client, "all.csv", what="people", columns="key,customer.key")
    assert found[1:] == [["bo", "a"], ["li", "a"], ["wu", "c"]]


async def test_what_looks_like_a_formula_is_none(client, graph):
    names = [Customer(key=f"f{i}", name=f"{text} x") for i, text in enumerate(FORMULAS)]
    await save(graph, [*names, Customer(key="=2+2")], NOW)
    await save_segment(graph, "all", {"all": []})
    found = dict((await rows(client, "all.csv", columns="key,name"))[1:])
    assert found["'=2+2"] == ""
    shown = [found[one.key] for one in names]
    assert shown == [f"'{one.name}" for one in names]
    cells = {key.value: name for key, name in await sheet(client, "all.xlsx", columns="key,name")}
    kept = [cells[one.key] for one in names]
    assert [cell.value for cell in kept] == [one.name for one in names]
    assert {cell.data_type for cell in kept} == {"s"}
    assert all(cell.quotePrefix for cell in kept)


async def test_excel_is_told_that_csv_is_utf_8_unless_it_must_not(client):
    assert (await fetch(client, "s.csv")).startswith(b"\xef\xbb\xbf")
    assert (await fetch(client, "s.csv", bom="false")).startswith(b'"Key"')


async def test_a_file_is_named_after_its_segment_and_day(client):
    response = await client.get("/export/segments/s.csv", params={"locale": "zh-CN"})
    name = quote("华东_大客户 2026-03-01.csv", safe="")
    assert response.headers["content-disposition"] == (
        f"attachment; filename=\"______ 2026-03-01.csv\"; filename*=UTF-8''{name}"
    )
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_segment_is_found_whatever_signs_its_key_has(client, graph):
    await save_segment(graph, "华东/a.b c", {"all": []})
    assert len(await rows(client, f"{quote('华东/a.b c', safe='')}.csv")) == 4


@pytest.mark.parametrize(
    ("file", "asked", "status", "code", "hint"),
    [
        ("s.csv", {"columns": "key,nam"}, 400, "INVALID_INPUT", "name"),
        ("s.csv", {"columns": "tags:company_sizes"}, 400, "INVALID_INPUT", "tags:company_size"),
        ("s.csv", {"columns": "tags"}, 400, "INVALID_INPUT", "tags:"),
        ("s.csv", {"columns": "key,name,key"}, 400, "INVALID_INPUT", ""),
        ("s.csv", {"columns": ""}, 400, "INVALID_INPUT", ""),
        ("s.csv", {"colums": "key"}, 400, "INVALID_INPUT", "Did you mean columns?"),
        ("s.csv", {"bom": "no"}, 400, "INVALID_INPUT", ""),
        ("s.csv", {"what": "customers"}, 400, "INVALID_INPUT", ""),
        ("s.csv", {"asOf": "yesterday"}, 400, "INVALID_INPUT", ""),
        ("s.csv", {"asOf": "2026-02-01T00:00:00"}, 400, "INVALID_INPUT", ""),
        ("s.csv", {"asOf": "2027-01-01T00:00:00Z"}, 400, "INVALID_INPUT", ""),
        ("s.csv", {"now": "2026-02-01T00:00:00"}, 400, "INVALID_INPUT", ""),
        ("s.csv", {"where": "{}"}, 400, "INVALID_INPUT", ""),
        ("s.csv", {"what": "people", "where": "{"}, 400, "INVALID_FILTER", ""),
        ("s.csv", {"what": "people", "where": '{"rols": []}'}, 400, "INVALID_FILTER", ""),
        ("s.csv", {"what": "people", "columns": "kind"}, 400, "INVALID_INPUT", "customer.kind"),
        ("none.csv", {}, 404, "NOT_FOUND", ""),
        ("s.pdf", {}, 404, "NOT_FOUND", "csv, xlsx, jsonl"),
    ],
)
async def test_what_cannot_be_exported_is_an_error_with_a_code(
    client, file, asked, status, code, hint
):
    found_status, found = await error(client, file, **asked)
    assert (found_status, found["code"]) == (status, code)
    assert hint in found.get("hint", "")


async def test_an_export_needs_a_key(client):
    response = await client.get("/export/segments/s.csv", headers={"Authorization": "Bearer pg_x"})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await client.head("/export/segments/s.csv")).status_code == 405


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
async def test_pages_follow_one_another_into_one_file(client, graph, monkeypatch, form):
    await save(graph, [Customer(key=f"k{i:02}") for i in range(10)], NOW)
    await save_segment(graph, "all", {"all": []})
    whole = await fetch(client, f"all.{form}", columns="key")
    monkeypatch.setattr(tables, "MAX_PAGE", 3)
    paged = await fetch(client, f"all.{form}", columns="key")
    if form == "xlsx":
        shown = [
            [cell.value for cell in load_workbook(BytesIO(one)).active["A"]]  # type: ignore[index]
            for one in (whole, paged)
        ]
        assert shown[0] == shown[1]
        assert len(shown[0]) == 14
    else:
        assert paged == whole
        assert len(whole.splitlines()) == 13 + (form == "csv")


async def test_a_segment_that_changes_meanwhile_does_not_change_the_file(graph, monkeypatch):
    monkeypatch.setattr(tables, "MAX_PAGE", 1)
    await save_segment(graph, "inner", {"all": []})
    await save_segment(graph, "outer", {"not": {"not": {"segment": {"key": "inner"}}}})
    table = await tables.open_table(graph, "outer", NOW, columns=["key"])
    first = await anext(table.pages)
    await save_segment(graph, "inner", {"any": []})
    await save_segment(graph, "outer", {"any": []})
    rest = [row for page in [page async for page in table.pages] for row in page]
    assert [row.profile.key for row in (*first, *rest)] == ["a", "b", "c"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_an_error_on_the_way_breaks_the_connection(client, monkeypatch, log, form):
    monkeypatch.setattr(tables, "MAX_PAGE", 1)
    read, calls = read_profiles, 0

    async def fails_later(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise DatabaseTimeout("the database did not answer.")
        return await read(*given)

    monkeypatch.setattr("profilegraph.services.exports.tables.read_profiles", fails_later)
    with pytest.raises(httpx.RemoteProtocolError):
        await fetch(client, f"s.{form}")
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    [broken] = [one for one in entries if one["event"] == "download_broken"]
    assert broken["code"] == "DATABASE_TIMEOUT"
    [told] = [one for one in entries if one["event"] == "export"]
    assert not told["complete"]
    assert not any(one["event"] == "bug" for one in entries)


async def test_a_past_moment_has_the_members_of_its_time(client, graph):
    old, cold = NOW - timedelta(days=9), {"tags": {"dimension": "temperature", "anyOf": ["cold"]}}
    await save(graph, [Customer(key="b")], NOW)
    await graph.database.define(
        "MATCH (c:Customer) SET c.createdAt = datetime('2026-01-01T00:00:00Z')"
    )
    until = NOW - timedelta(days=2)
    tagging = Tagging(customer="b", tag="temperature/cold", since=old, until=until)
    await save(graph, [tagging], NOW)
    await service.save_segment(
        graph, SaveSegment("cold", LABELS, decode(cold)), CommandContext(Actor("li"), old)
    )
    assert (await rows(client, "cold.csv", columns="key"))[1:] == []
    then = (NOW - timedelta(days=5)).isoformat()
    for moment in ("asOf", "now"):
        assert (await rows(client, "cold.csv", columns="key", **{moment: then}))[1:] == [["b"]]


async def test_a_download_breaks_off_when_its_key_is_revoked(graph, monkeypatch, log):
    monkeypatch.setattr(tables, "MAX_PAGE", 1)
    monkeypatch.setattr(web, "Authenticator", partial(Authenticator, seconds=0.0))
    read, calls = read_profiles, 0

    async def revoking(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            [known] = await list_keys(graph.database)
            await revoke_key(graph.database, known.id, NOW)
        return await read(*given)

    monkeypatch.setattr("profilegraph.services.exports.tables.read_profiles", revoking)
    async with connected(graph) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await fetch(client, "s.csv")
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    [broken] = [one for one in entries if one["event"] == "download_broken"]
    assert broken["code"] == "UNAUTHENTICATED"
    assert calls == 2


async def test_an_error_before_the_first_byte_is_told(client, monkeypatch):
    async def fails(*given: Any) -> Any:
        raise DatabaseTimeout("the database did not answer.")

    monkeypatch.setattr("profilegraph.services.exports.tables.read_profiles", fails)
    for form in ("csv", "jsonl", "xlsx"):
        status, found = await error(client, f"s.{form}")
        assert (status, found["code"]) == (503, "DATABASE_TIMEOUT")


async def test_nothing_more_is_read_for_a_client_that_has_gone(client, graph, monkeypatch):
    monkeypatch.setattr(tables, "MAX_PAGE", 1)
    reading, closed = asyncio.Event(), asyncio.Event()
    read, calls = read_profiles, 0

    async def second_never_ends(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            return await read(*given)
        reading.set()
        try:
            return await asyncio.Event().wait()
        finally:
            closed.set()

    monkeypatch.setattr("profilegraph.services.exports.tables.read_profiles", second_never_ends)
    async with client.stream("GET", "/export/segments/s.csv") as response:
        assert response.status_code == 200
        await reading.wait()
    await asyncio.wait_for(closed.wait(), 10)
    assert calls == 2


async def test_what_was_written_of_a_workbook_is_gone_with_its_client(
    client, monkeypatch, tmp_path
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reading, closed = asyncio.Event(), asyncio.Event()

    async def never_ends(*given: Any) -> Any:
        reading.set()
        try:
            return await asyncio.Event().wait()
        finally:
            assert list(tmp_path.iterdir())
            closed.set()

    monkeypatch.setattr("profilegraph.services.exports.tables.read_profiles", never_ends)
    request = asyncio.create_task(client.get("/export/segments/s.xlsx"))
    await reading.wait()
    request.cancel()
    await asyncio.wait_for(closed.wait(), 10)
    assert not list(tmp_path.iterdir())


async def test_an_export_is_logged_with_who_and_what(graph, log):
    async with connected(graph) as client:
        await rows(client, columns="key,name")
    [told] = [
        one
        for line in log.getvalue().splitlines()
        if (one := json.loads(line))["event"] == "export"
    ]
    assert (told["segment"], told["columns"], told["complete"]) == ("s", "key,name", True)
    assert told["sent"] > 0
    assert told["key_id"]


async def recorded(graph: Platform) -> list[AuditEntry]:
    """Return what the audit log has of exports, as they came."""
    page = await audit_page(graph, AuditQuestion(what="EXPORT"), 100)
    return sorted((one.entry for one in page.entries), key=lambda one: one.code != "STARTED")


async def test_an_export_is_recorded_before_it_leaves_and_when_it_is_over(graph):
    async with connected(graph) as client:
        await rows(client, columns="key,identity:phone")
    [known] = await list_keys(graph.database)
    started, complete = await recorded(graph)
    targets = ("segment:s", "form:csv", "column:key", "column:identity:phone")
    assert (started.code, started.targets, started.customer_count) == ("STARTED", targets, 0)
    assert (complete.code, complete.targets) == ("COMPLETE", targets)
    assert complete.customers == ("a", "b")
    assert started.actor == complete.actor == AuditActor("exports", known.id)
    assert "13800138000" not in repr(await recorded(graph))


async def test_an_export_that_breaks_off_is_recorded_with_what_it_had_read(graph, monkeypatch):
    monkeypatch.setattr(tables, "MAX_PAGE", 1)
    read, calls = read_profiles, 0

    async def fails_later(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise DatabaseTimeout("the database did not answer.")
        return await read(*given)

    monkeypatch.setattr("profilegraph.services.exports.tables.read_profiles", fails_later)
    async with connected(graph) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await fetch(client, "s.csv")
    _, broken = await recorded(graph)
    assert (broken.code, broken.customer_count) == ("BROKEN", 1)


async def test_an_export_of_more_customers_than_are_named_has_their_number_and_digest(
    graph, monkeypatch
):
    monkeypatch.setattr("profilegraph.services.audit.exports.MOST_NAMED", 1)
    async with connected(graph) as client:
        await rows(client)
    _, complete = await recorded(graph)
    keys = "".join(json.dumps(key) for key in ("a", "b"))
    assert (complete.customers, complete.customer_count) == ((), 2)
    assert complete.customers_digest == sha256(keys.encode()).hexdigest()


async def test_an_export_that_cannot_be_recorded_does_not_begin(graph, client):
    for _ in range(40):
        await append(graph, AuditEntry(AuditKind.CHANGE, "o", NOW, AuditActor("x")))
    await graph.database.define("MATCH (p:AuditPartition) SET p.last = 0")
    status, found = await error(client, "s.csv")
    assert (status, found["code"]) == (503, "NOT_RECORDED")


async def test_a_star_stands_for_every_key(client):
    head = (await rows(client, columns="key,metric:*", labels="false"))[0]
    assert head[0] == "key"
    assert "metric:rfm_monetary" in head
    assert all(name.startswith("metric:") for name in head[1:])


async def test_the_command_writes_the_same_file(client, graph, server, tmp_path):
    wanted = await fetch(client, "s.csv", columns="key,tags:pains", locale="zh-CN")
    file = tmp_path / "members.csv"
    file.write_bytes(b"old")
    environment = {
        **os.environ,
        "NEO4J_URI": server.uri,
        "NEO4J_USER": server.user,
        "NEO4J_PASSWORD": server.password,
        "PROFILEGRAPH_HOME": str(tmp_path / "home"),
    }

    async def export(columns: str) -> int | None:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("profilegraph"),
            *("segment", "export", "s", str(file), "--columns", columns, "--locale", "zh-CN"),
            *("--now", NOW.isoformat()),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await asyncio.wait_for(process.communicate(), 60)
        return process.returncode

    assert await export("key,nothing") == 1
    assert file.read_bytes() == b"old"
    assert await export("key,tags:pains") == 0
    assert file.read_bytes() == wanted
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["members.csv"]
