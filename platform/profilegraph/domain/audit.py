"""The audit log: entries, seals over blocks of entries, and the hashes that chain the seals.

Entries name keys only: what a filter, a name or a phone number says is nowhere in them, nor in their
digests, because a short value could be guessed from its digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

PARTITIONS = 16
"""As many transactions can append entries without waiting for each other."""
MOST_NAMED = 100
"""Most customers named by one entry; of more, it has their number and a digest of their keys."""
FIRST_HASH = "0" * 64
"""What the first seal follows."""
MISSING = bytes(32)
"""The digest of an entry that was removed before it was sealed."""


class AuditKind(StrEnum):
    """What an entry of the audit log is about."""

    CHANGE = "CHANGE"
    """Something was changed."""
    CONTACT_READ = "CONTACT_READ"
    """Contact data of customers were shown unmasked."""
    EXPORT = "EXPORT"
    """Customers were written to a file."""
    DELIVERY = "DELIVERY"
    """Customers were sent to another system, or that was tried."""
    SIGN_IN = "SIGN_IN"
    """Somebody signed in or out, or was not let in."""
    REFUSAL = "REFUSAL"
    """Something was refused, for want of a permission."""
    RETENTION = "RETENTION"
    """Old entries of the audit log were deleted."""


@dataclass(frozen=True)
class AuditActor:
    """Who did something."""

    name: str
    """The name of the author of changes."""
    principal: str | None = None
    """Id of the key, session or token; None for what the platform or its operator does."""
    employee: str | None = None
    on_behalf_of: str | None = None
    """For work in the background, the name of whoever asked for it."""


@dataclass(frozen=True)
class AuditTargets:
    """What something was done to: customers by key, all else as `kind:key`."""

    customers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, customers: Iterable[str] = (), **others: str | None) -> AuditTargets:
        """Return the targets with the given customers, and a key for each kind that has one."""
        named = (f"{kind}:{key}" for kind, key in others.items() if key is not None)
        return cls(tuple(customers), tuple(named))


@dataclass(frozen=True)
class AuditEntry:
    """One entry of the audit log; all of it is hashed."""

    kind: AuditKind
    operation: str
    """The name of the command, field or routine."""
    at: datetime
    actor: AuditActor
    customers: tuple[str, ...] = ()
    """Keys of the customers, in order; empty if they are more than `MOST_NAMED`."""
    customer_count: int = 0
    customers_digest: str | None = None
    """If they are not named, a SHA-256 of their keys."""
    targets: tuple[str, ...] = ()
    """What else it was done to, as `kind:key`."""
    code: str | None = None
    """The outcome: of a refusal its error code, of a delivery that of the attempt."""

    @classmethod
    def of(
        cls,
        kind: AuditKind,
        operation: str,
        actor: AuditActor,
        at: datetime,
        targets: AuditTargets = AuditTargets(),
        code: str | None = None,
    ) -> AuditEntry:
        """Return an entry that names its customers if they are few."""
        entry = cls(kind, operation, at, actor, targets=targets.others, code=code)
        return entry.about(targets.customers)

    def about(self, customers: Iterable[str]) -> AuditEntry:
        """Return the entry with other customers, named if they are few."""
        keys = sorted(set(customers))
        if len(keys) <= MOST_NAMED:
            return replace(
                self, customers=tuple(keys), customer_count=len(keys), customers_digest=None
            )
        digest = CustomersDigest()
        digest.add(keys)
        return replace(
            self, customers=(), customer_count=len(keys), customers_digest=digest.hexadecimal
        )

    @cached_property
    def digest(self) -> bytes:
        """Return the SHA-256 of everything that the entry says."""
        # All fields, as `asdict` would give them, which takes five times as long.
        return _digest(vars(self) | {"at": _moment(self.at), "actor": vars(self.actor)})


class CustomersDigest:
    """A SHA-256 of keys of customers, which may be added page by page, in the order of the keys."""

    def __init__(self) -> None:
        self._hash = sha256()
        self.count = 0

    def add(self, keys: Iterable[str]) -> None:
        """Add keys."""
        for key in keys:
            # JSON ends each key where nothing within a key can.
            self._hash.update(json.dumps(key).encode())
            self.count += 1

    @property
    def hexadecimal(self) -> str:
        """Return the digest of the keys so far."""
        return self._hash.hexdigest()


@dataclass(frozen=True)
class AuditPosition:
    """Where an entry is: its number within its partition, from 1 on and without gaps."""

    partition: int
    number: int

    def __str__(self) -> str:
        """Return the id of the entry."""
        return f"{self.partition}-{self.number}"


@dataclass(frozen=True)
class StoredAuditEntry:
    """An entry at its position."""

    position: AuditPosition
    entry: AuditEntry


def positions_between(starts: Sequence[int], ends: Sequence[int]) -> Sequence[AuditPosition]:
    """Return the positions after one number of each partition up to another, in order."""
    return [
        AuditPosition(partition, number)
        for partition, (start, end) in enumerate(zip(starts, ends, strict=True))
        for number in range(start + 1, end + 1)
    ]


@dataclass(frozen=True)
class AuditSeal:
    """A block of entries, and the hash that chains it to the block before."""

    number: int
    previous: str
    """Hash of the seal before."""
    at: datetime
    starts: tuple[int, ...]
    """The last number of each partition before the block …"""
    ends: tuple[int, ...]
    """… and the last one in it."""
    digests: bytes
    """Digests of the entries, 32 bytes each, by partition and number."""

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the seal, and by `previous` of all seals before."""
        told = {
            "number": self.number,
            "previous": self.previous,
            "at": _moment(self.at),
            "starts": self.starts,
            "ends": self.ends,
            "digests": sha256(self.digests).hexdigest(),
        }
        return _digest(told).hex()

    @property
    def size(self) -> int:
        """Return the number of entries."""
        return sum(self.ends) - sum(self.starts)

    @property
    def positions(self) -> Sequence[AuditPosition]:
        """Return the positions of the entries, in the order of their digests."""
        return positions_between(self.starts, self.ends)

    def digest_at(self, index: int) -> bytes:
        """Return the digest of one entry."""
        return self.digests[32 * index : 32 * (index + 1)]


NOTHING_SEALED = (0,) * PARTITIONS


@dataclass(frozen=True)
class AuditChain:
    """The two ends of the chain of seals: where it was cut, and its newest seal."""

    number: int = 0
    """Number of the newest seal; 0 for none."""
    hash: str = FIRST_HASH
    ends: tuple[int, ...] = NOTHING_SEALED
    cut_number: int = 0
    """Number of the last deleted seal; 0 for none."""
    cut_hash: str = FIRST_HASH
    cut_ends: tuple[int, ...] = NOTHING_SEALED


class AuditFaultKind(StrEnum):
    """How the audit log is not as it was written."""

    REMOVED = "REMOVED"
    """An entry is gone."""
    CHANGED = "CHANGED"
    """An entry says something else."""
    REORDERED = "REORDERED"
    """An entry is where another was."""
    INSERTED = "INSERTED"
    """An entry is where none was written."""
    SEAL_REMOVED = "SEAL_REMOVED"
    """A seal is gone, with what it proved."""
    SEAL_CHANGED = "SEAL_CHANGED"
    """A seal is not what was computed, or does not follow the one before."""
    COUNTER_CHANGED = "COUNTER_CHANGED"
    """A partition counts less than was sealed of it."""
    CUT_UNEXPLAINED = "CUT_UNEXPLAINED"
    """The log begins late, and no entry says that it was cut there."""
    HEAD_UNKNOWN = "HEAD_UNKNOWN"
    """The chain does not contain a seal that was noted elsewhere."""


@dataclass(frozen=True)
class AuditFault:
    """One difference between the audit log and what was written."""

    kind: AuditFaultKind
    where: str
    """Id of the entry, or number of the seal."""
    seal: int | None = None
    """Number of the seal by which it was found; None before it was sealed."""


def cut_target(number: int, hash_: str) -> str:
    """Return what the entry that tells of a cut names: the last deleted seal with its hash."""
    return f"seal:{number}:{hash_}"


@dataclass(frozen=True)
class AuditVerification:
    """The result of verifying the audit log."""

    entries: int
    """Sealed entries that are as they were written."""
    seals: int
    head: AuditChain
    """The newest seal, to be noted elsewhere: with it, a rewritten chain is found, too."""
    faults: tuple[AuditFault, ...] = ()
    more_faults: int = 0
    """Faults beyond those that are listed."""


@dataclass(frozen=True)
class AuditQuestion:
    """Which entries are wanted; None asks for no condition."""

    who: str | None = None
    """Name, key of the employee, or id of the key or session, also of those on whose behalf it was."""
    what: str | None = None
    """A kind of entry, or the name of an operation."""
    customer: str | None = None
    """Key of a customer that entries name."""
    target: str | None = None
    """Anything else that entries name, as `kind:key`."""
    since: datetime | None = None
    until: datetime | None = None
    """The end, exclusive."""


@dataclass(frozen=True)
class AuditCursor:
    """A place in the list of entries, the newest first."""

    at: datetime
    position: AuditPosition


@dataclass(frozen=True)
class AuditPage:
    """Some entries, the newest first."""

    entries: tuple[StoredAuditEntry, ...]
    has_next: bool
    unnamed: int = 0
    """If a customer is asked for: entries that fit otherwise, and have only the number of their customers."""


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _digest(told: Mapping[str, object]) -> bytes:
    return sha256(_encode(told).encode()).digest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
