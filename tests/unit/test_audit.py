"""Entries of the audit log: all that they say is in their digest."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditSeal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENTRY = AuditEntry(AuditKind.CHANGE, "o", NOW, AuditActor("crm"))
OTHERWISE: dict[str, Any] = {
    "kind": AuditKind.EXPORT,
    "operation": "p",
    "at": NOW + timedelta(microseconds=1),
    "customers": ("a",),
    "customer_count": 1,
    "customers_digest": "d",
    "targets": ("segment:s",),
    "code": "SENT",
}
ACTORS = [
    AuditActor("crm", "k"),
    AuditActor("crm", None, "k"),
    AuditActor("crm", None, None, "k"),
    AuditActor("k"),
]


def test_whatever_an_entry_says_otherwise_it_has_another_digest() -> None:
    assert {*OTHERWISE, "actor"} == {one.name for one in fields(AuditEntry)}
    others = [replace(ENTRY, **{name: value}) for name, value in OTHERWISE.items()]
    others += [replace(ENTRY, actor=actor) for actor in ACTORS]
    assert len({one.digest for one in [ENTRY, *others]}) == len(others) + 1


def test_the_same_moment_in_another_zone_has_the_same_digest_also_a_second_time() -> None:
    there = replace(ENTRY, at=NOW.astimezone(timezone(timedelta(hours=8))))
    assert there.digest == ENTRY.digest == replace(ENTRY).digest


def test_whatever_a_seal_says_otherwise_it_has_another_hash() -> None:
    seal = AuditSeal(1, "0" * 64, NOW, (0,), (1,), bytes(32))
    others: list[dict[str, Any]] = [
        {"number": 2},
        {"previous": "1" * 64},
        {"at": NOW + timedelta(microseconds=1)},
        {"starts": (1,)},
        {"ends": (2,)},
        {"digests": bytes([1] * 32)},
    ]
    assert {name for one in others for name in one} == {one.name for one in fields(AuditSeal)}
    assert len({seal.hash, *(replace(seal, **one).hash for one in others)}) == len(others) + 1
