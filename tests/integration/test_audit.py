"""The audit log: what is recorded with each change, and how tampering is found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from profilegraph.domain.audit import (
    MOST_NAMED,
    AuditActor,
    AuditEntry,
    AuditFaultKind,
    AuditKind,
    AuditQuestion,
    StoredAuditEntry,
)
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.identity import AuthenticationMethod, Principal
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind
from profilegraph.errors import Conflict, DatabaseUnavailable, Forbidden, NotFound
from profilegraph.services.audit import sealing
from profilegraph.services.audit.questions import audit_page
from profilegraph.services.audit.reading import record_contact_read
from profilegraph.services.audit.recording import append
from profilegraph.services.audit.retention import keep_days, prune_audit
from profilegraph.services.audit.sealing import seal_entries
from profilegraph.services.audit.verifying import AuditHead, verify_audit
from profilegraph.services.customers.records import SaveRecords, TagCustomers, save, save_records
from profilegraph.services.customers.records import tag_customers as tag
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Database, Transaction

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHO = Principal("k1", "crm", AuthenticationMethod.API_KEY, ("admin",))
BY = CommandContext(WHO.actor, NOW, principal=WHO.id)
ALL = AuditQuestion()
CANARY = "13800138000"


async def entries(platform: Platform, question: AuditQuestion = ALL) -> list[AuditEntry]:
    page = await audit_page(platform, question, 1_000)
    return [one.entry for one in page.entries]


async def kinds(database: Database, noted: AuditHead | None = None) -> list[tuple[str, str]]:
    found = await verify_audit(database, NOW, noted)
    return [(one.kind.value, one.where) for one in found.faults]


async def written(platform: Platform, count: int, start: datetime = NOW) -> None:
    """Write so many entries, each in a transaction of its own."""
    for number in range(count):
        entry = AuditEntry(AuditKind.CHANGE, f"o{number}", start, AuditActor("crm"))
        await append(platform, entry)


async def test_a_change_is_recorded_with_who_asked_for_it_and_whom_it_was_about(
    platform: Platform,
) -> None:
    await save_records(platform, SaveRecords((Customer(key="a"), Customer(key="b"))), BY)
    [entry] = await entries(platform)
    assert entry == AuditEntry(
        AuditKind.CHANGE,
        "SaveRecords",
        NOW,
        AuditActor("crm", "k1"),
        ("a", "b"),
        2,
        targets=("kind:Customer",),
    )


async def test_a_change_that_fails_is_not_recorded(platform: Platform) -> None:
    with pytest.raises(NotFound):
        await tag(platform, TagCustomers(("nobody",), ({"tag": "lead_stage/mql"},)), BY)
    assert await entries(platform) == []


async def test_a_repeated_request_is_recorded_once(platform: Platform) -> None:
    command, context = SaveRecords((Customer(key="a"),)), replace(BY, idempotency_key="once")
    for _ in range(2):
        await save_records(platform, command, context)
    assert len(await entries(platform)) == 1


async def test_a_refusal_is_recorded_although_its_transaction_is_rolled_back(
    platform: Platform,
) -> None:
    await save(platform, [Customer(key="a")], NOW)
    context = CommandContext(Actor("sales", "e1"), NOW, principal="k2")
    command = TagCustomers(("a",), ({"tag": "lead_stage/mql"},))
    with pytest.raises(Forbidden):
        await tag(platform, command, context)
    [entry] = await entries(platform, AuditQuestion(what="REFUSAL"))
    assert (entry.operation, entry.actor) == ("TagCustomers", AuditActor("sales", "k2", "e1"))
    assert (entry.customers, entry.code) == (("a",), "FORBIDDEN")


async def test_nothing_that_a_change_says_of_a_customer_is_in_the_log(platform: Platform) -> None:
    identity = Identity(customer="a", kind=IdentityKind.PHONE, value=f"+86{CANARY}")
    records = (Customer(key="a", name=f"name {CANARY}"), identity)
    await save_records(platform, SaveRecords(records), BY)
    await seal_entries(platform.database, NOW)
    rows = await platform.database.read(
        "MATCH (n:AuditEntry|AuditSeal|AuditChain|AuditPartition) RETURN properties(n) AS n"
    )
    assert len(rows) >= 4
    assert CANARY not in repr(rows)


async def test_many_customers_are_counted_and_few_are_named(platform: Platform) -> None:
    few = [f"c{number}" for number in range(MOST_NAMED)]
    await record_contact_read(platform, WHO, [*few, few[0]], "customers", NOW)
    await record_contact_read(platform, WHO, [*few, "x"], "customers", NOW + timedelta(seconds=1))
    await record_contact_read(platform, WHO, [], "customers", NOW)
    many, named = await entries(platform)
    assert (many.customers, many.customer_count) == ((), MOST_NAMED + 1)
    assert many.customers_digest is not None
    assert (set(named.customers), named.customer_count) == (set(few), MOST_NAMED)


async def test_who_read_a_customer_is_answered_with_how_many_entries_may_be_about_it(
    platform: Platform,
) -> None:
    await record_contact_read(platform, WHO, ["a"], "customer", NOW)
    await record_contact_read(platform, WHO, ["b"], "customer", NOW)
    await record_contact_read(platform, WHO, [f"c{n}" for n in range(200)], "customers", NOW)
    page = await audit_page(platform, AuditQuestion(customer="a", what="CONTACT_READ"), 10)
    assert [one.entry.customers for one in page.entries] == [("a",)]
    assert (page.has_next, page.unnamed) == (False, 1)


@pytest.mark.parametrize("who", ["crm", "k9", "e9", "boss"])
async def test_entries_are_found_by_name_key_employee_and_whom_it_was_done_for(
    platform: Platform, who: str
) -> None:
    asked = AuditActor("crm", "k9", "e9", "boss")
    await append(platform, AuditEntry(AuditKind.CHANGE, "o", NOW, asked))
    await append(platform, AuditEntry(AuditKind.CHANGE, "o", NOW, AuditActor("other")))
    assert [one.actor for one in await entries(platform, AuditQuestion(who=who))] == [asked]


async def test_entries_are_found_by_time_operation_and_target(platform: Platform) -> None:
    for hours in range(4):
        entry = AuditEntry(
            AuditKind.CHANGE,
            f"o{hours}",
            NOW + timedelta(hours=hours),
            AuditActor("crm"),
            targets=(f"segment:s{hours}",),
        )
        await append(platform, entry)
    late = AuditQuestion(since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=3))
    assert [one.operation for one in await entries(platform, late)] == ["o2", "o1"]
    assert [one.operation for one in await entries(platform, AuditQuestion(what="o3"))] == ["o3"]
    found = await entries(platform, AuditQuestion(target="segment:s0"))
    assert [one.operation for one in found] == ["o0"]


async def test_concurrent_writers_leave_no_gaps_and_a_log_that_is_sound(
    platform: Platform,
) -> None:
    async def write(writer: int) -> None:
        for number in range(20):
            await save(platform, [Customer(key=f"c{writer}-{number}")], NOW)

    async def keep_sealing() -> None:
        while True:
            await seal_entries(platform.database, NOW)

    sealer = asyncio.create_task(keep_sealing())
    await asyncio.gather(*map(write, range(8)))
    sealer.cancel()
    await asyncio.wait([sealer])
    found = await verify_audit(platform.database, NOW)
    assert (found.entries, found.faults) == (160, ())


async def test_sealers_of_several_processes_do_not_disturb_each_other(platform: Platform) -> None:
    await written(platform, 30)
    await asyncio.gather(*(seal_entries(platform.database, NOW) for _ in range(5)))
    found = await verify_audit(platform.database, NOW)
    assert (found.entries, found.faults) == (30, ())


async def test_what_was_written_before_a_process_died_is_sealed_by_the_next(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dying(*_: object, **__: object) -> bool:
        raise DatabaseUnavailable("the process ends here")

    await written(platform, 5)
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_append", dying)
        with pytest.raises(DatabaseUnavailable):
            await seal_entries(platform.database, NOW)
    assert await seal_entries(platform.database, NOW) == 5
    assert await kinds(platform.database) == []


async def test_blocks_of_any_size_are_chained(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_SEALED", 3)
    await written(platform, 20)
    found = await verify_audit(platform.database, NOW)
    assert (found.entries, found.seals, found.faults) == (20, 7, ())


async def run(database: Database, query: str, **parameters: object) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(query, parameters)

    await database.write(work)


async def positions(platform: Platform) -> Sequence[StoredAuditEntry]:
    return (await audit_page(platform, ALL, 1_000)).entries


async def test_an_entry_removed_before_it_was_sealed_is_missed_by_its_number(
    platform: Platform,
) -> None:
    await written(platform, 5)
    gone = (await positions(platform))[2].position
    await run(platform.database, "MATCH (e:AuditEntry {operation: 'o2'}) DELETE e")
    [fault] = await kinds(platform.database)
    assert fault[0] == "REMOVED"
    await written(platform, 3)
    assert await kinds(platform.database) == [fault], "and for good"
    assert gone.number >= 1


async def test_an_entry_changed_before_it_was_sealed_is_named(platform: Platform) -> None:
    await written(platform, 5)
    changed = (await positions(platform))[0].position
    await run(
        platform.database,
        "MATCH (e:AuditEntry {partition: $p, number: $n}) SET e.actor = 'other'",
        p=changed.partition,
        n=changed.number,
    )
    assert await kinds(platform.database) == [("CHANGED", str(changed))]


async def test_removed_seals_are_named(platform: Platform) -> None:
    for _ in range(4):
        await written(platform, 2)
        await seal_entries(platform.database, NOW)
    await run(platform.database, "MATCH (s:AuditSeal) WHERE s.number IN [2, 4] DELETE s")
    assert await kinds(platform.database) == [("SEAL_REMOVED", "2"), ("SEAL_REMOVED", "4")]


async def test_a_chain_that_was_cut_short_and_its_end_set_back_is_found(
    platform: Platform,
) -> None:
    for _ in range(3):
        await written(platform, 2)
        await seal_entries(platform.database, NOW)
    await run(
        platform.database,
        "MATCH (s:AuditSeal {number: 2}) MATCH (c:AuditChain)"
        " SET c.number = 2, c.hash = s.hash, c.ends = s.ends",
    )
    assert ("SEAL_CHANGED", "3") in await kinds(platform.database)


async def test_a_chain_that_was_rewritten_is_found_by_a_seal_noted_elsewhere(
    platform: Platform,
) -> None:
    await written(platform, 3)
    head = (await verify_audit(platform.database, NOW)).head
    noted = AuditHead(head.number, head.hash)
    assert await kinds(platform.database, noted) == []
    [entry] = await entries(platform, AuditQuestion(what="o1"))
    await run(
        platform.database,
        "MATCH (e:AuditEntry {operation: 'o1'}) SET e.actor = 'other', e.digest = $digest",
        digest=replace(entry, actor=AuditActor("other")).digest,
    )
    await run(platform.database, "MATCH (n:AuditSeal|AuditChain) DELETE n")
    assert await kinds(platform.database) == [], "nothing within the log tells"
    assert await kinds(platform.database, noted) == [("HEAD_UNKNOWN", "1")]


async def test_old_entries_are_deleted_and_the_rest_stays_verifiable(platform: Platform) -> None:
    days = timedelta(days=1)
    for day in range(4):
        await written(platform, 3, NOW + day * days)
        await seal_entries(platform.database, NOW + day * days)
    before = await verify_audit(platform.database, NOW + 3 * days)
    now = NOW + 4 * days
    assert await prune_audit(platform.database, NOW + 2 * days, now, AuditActor("op")) == 6
    found = await verify_audit(platform.database, now)
    assert (found.entries, found.faults, found.head.cut_number) == (7, (), 2)
    noted = AuditHead(before.head.number, before.head.hash)
    assert (await verify_audit(platform.database, now, noted)).faults == ()
    [told] = await entries(platform, AuditQuestion(what="RETENTION"))
    assert told.actor == AuditActor("op")
    assert told.targets == (f"seal:2:{found.head.cut_hash}", "entries:6")
    assert await prune_audit(platform.database, NOW + 2 * days, now, AuditActor("op")) == 0


async def test_the_rule_of_days_deletes_what_is_older(platform: Platform) -> None:
    await written(platform, 2)
    await seal_entries(platform.database, NOW)
    assert await keep_days(platform.database, 10, NOW + timedelta(days=9)) == 0
    assert await keep_days(platform.database, 10, NOW + timedelta(days=11)) == 2


async def test_a_beginning_that_was_deleted_by_hand_is_found(platform: Platform) -> None:
    for _ in range(3):
        await written(platform, 2)
        await seal_entries(platform.database, NOW)
    await run(
        platform.database,
        "MATCH (s:AuditSeal {number: 1}) MATCH (c:AuditChain)"
        " SET c.cutNumber = 1, c.cutHash = s.hash, c.cutEnds = s.ends"
        " WITH s MATCH (e:AuditEntry) WHERE e.number <= s.ends[e.partition] DELETE e"
        " WITH DISTINCT s DELETE s",
    )
    assert await kinds(platform.database) == [("CUT_UNEXPLAINED", "1")]


async def test_a_counter_that_was_set_back_is_found(platform: Platform) -> None:
    await written(platform, 40)
    await seal_entries(platform.database, NOW)
    await run(platform.database, "MATCH (p:AuditPartition {number: 3}) SET p.last = 0")
    assert ("COUNTER_CHANGED", "3") in await kinds(platform.database)


async def test_a_change_is_refused_rather_than_made_unrecorded(platform: Platform) -> None:
    await written(platform, 40)
    await run(platform.database, "MATCH (p:AuditPartition) SET p.last = 0")
    with pytest.raises(Conflict):
        await save(platform, [Customer(key="a")], NOW)
    assert await platform.database.read("MATCH (c:Customer) RETURN c") == []


def test_each_fault_has_a_test() -> None:
    here = Path(__file__).read_text("utf-8")
    there = (Path(__file__).parents[1] / "property" / "test_audit.py").read_text("utf-8")
    assert [one for one in AuditFaultKind if f'"{one.value}"' not in here + there] == []
