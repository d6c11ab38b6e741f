"""The shipped plugins at work in a genuine Neo4j: imported, computed, asked, sent."""

from __future__ import annotations

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Consent, Customer, Identity, IdentityKind, Tagging
from profilegraph.domain.records.organisation import DecisionMaker, DecisionRole
from profilegraph.domain.values import Labels, Record
from profilegraph.hooks import NoOptions
from profilegraph.importers.records.binding import Conventions
from profilegraph.language.codec import decode
from profilegraph.services.customers.records import save
from profilegraph.services.destinations.sending import SendSegment, delivery, request_delivery
from profilegraph.services.imports.files import ImportJob, ImportReport, import_with
from profilegraph.services.platform import Platform
from profilegraph.services.plugins.models import compute
from profilegraph.services.segments.service import SaveSegment, members, save_segment
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph_wecom.command import read_library
from tests.conftest import NOW
from tests.support.graphs import dump
from tests.support.plugins import send_due

RESPONSES = Path(__file__).parents[2] / "plugins" / "wecom" / "tests" / "responses"
EVERYONE: dict[str, list[str]] = {"all": []}


async def import_wecom(
    platform: Platform, name: str, folder: Path, *, again: bool = False
) -> ImportReport:
    conventions = Conventions(ZoneInfo("UTC"), "CNY", "CN", await platform.catalogue())
    job = ImportJob("wecom", RESPONSES / name, reject=folder / f"{name}.rejected", again=again)
    return await import_with(platform.database, platform.host, job, NoOptions(), conventions, NOW)


async def test_what_wecom_returned_is_imported_and_importing_it_again_changes_nothing(
    platform: Platform, tmp_path: Path
) -> None:
    library = read_library(RESPONSES / "get_corp_tag_list.json")
    await load_taxonomies(platform.database, [*platform.host.taxonomies, library])
    names = ("get.json", "batch_get_by_user.json", "groupchat_get.json", "archive.jsonl")
    reports = {name: await import_wecom(platform, name, tmp_path) for name in names}
    assert {name: one.rejected for name, one in reports.items()} == {
        "get.json": 0,
        "batch_get_by_user.json": 2,  # a tag that is not in the library, a phone that is none
        "groupchat_get.json": 0,
        "archive.jsonl": 0,
    }
    before = await dump(platform.database)
    for name in names:
        (tmp_path / f"{name}.rejected").unlink(missing_ok=True)
        await import_wecom(platform, name, tmp_path, again=True)
    assert await dump(platform.database) == before
    [group] = [one for one in library.dimensions if one.labels.zh_cn == "意向程度"]
    asked = {"tags": {"dimension": group.key, "anyOf": [group.tags[0].key]}}
    found = await members(platform, decode(asked), NOW, first=10)
    assert [one.key for one in found.positions] == ["wecom:woINVENTED0000000000000000000001"]


LEADS: list[Record] = [
    Customer(key="keen"),
    Customer(key="cold"),
    *(Event(key=f"e{n}", customer="keen", type="download", at=NOW) for n in range(10)),
    *(Event(key=f"c{n}", customer="keen", type="consult", at=NOW) for n in range(3)),
    Tagging(customer="keen", tag="annual_budget/1m_plus", since=NOW),
    Tagging(customer="keen", tag="company_size/1000_plus", since=NOW),
    Tagging(customer="keen", tag="lead_stage/opportunity", since=NOW),
    DecisionMaker(key="ceo", customer="keen", role=DecisionRole.ECONOMIC_BUYER, stance=1),
    DecisionMaker(key="cio", customer="keen", role=DecisionRole.DECIDER, reports_to="ceo"),
]


async def test_leads_are_scored_graded_and_found_by_the_condition(platform: Platform) -> None:
    await save(platform, LEADS, NOW)
    done = await compute(platform, platform.host.model("lead_quality"), NOW)
    assert done.tags["lead_grade"] == {"b": 1, "d": 1}
    again = await compute(platform, platform.host.model("lead_quality"), NOW)
    assert again.changed == 0
    asked = decode({"lead": {"grade": ["A", "B"], "atLeast": 50}}, platform.host.conditions(None))
    assert [one.key for one in (await members(platform, asked, NOW, first=9)).positions] == ["keen"]


async def test_the_decision_chain_is_told_by_tags(platform: Platform) -> None:
    await save(platform, LEADS, NOW)
    done = await compute(platform, platform.host.model("decision_chain"), NOW)
    assert done.tags == {"decision_chain": {"multi_layer": 1}, "core_deciders": {"several": 1}}


async def test_a_segment_is_sent_as_a_list_of_those_who_consented(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFILEGRAPH_OUTBOX", str(tmp_path))

    def consent(customer: str, *, granted: bool) -> Consent:
        return Consent(
            key=customer, customer=customer, purpose="marketing", granted=granted, at=NOW
        )

    mails = [
        Identity(kind=IdentityKind.EMAIL, value=f"{key}@example.com", customer=key)
        for key in ("yes", "no", "silent")
    ]
    customers = [Customer(key=key) for key in ("yes", "no", "silent")]
    said = [consent("yes", granted=True), consent("no", granted=False)]
    await save(platform, [*customers, *mails, *said], NOW)
    labels = Labels(zh_cn="所有人", en="Everyone")
    await save_segment(
        platform,
        SaveSegment("everyone", labels, decode(EVERYONE)),
        CommandContext(Actor("li"), NOW),
    )
    waiting = await request_delivery(
        platform, SendSegment("everyone", "edm_list", {}, None), CommandContext(Actor("li"), NOW)
    )
    await send_due(platform, NOW)
    sent = await delivery(platform, waiting.key)
    [file] = tmp_path.glob("*.csv")
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert rows[1:] == [["yes", "", "yes@example.com"]]
    assert "1 of 3 members; left out: 2 without consent" in (sent.note or "")
