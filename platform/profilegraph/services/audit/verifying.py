"""Verifies the audit log: recomputes every digest and follows the chain of seals."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from profilegraph.domain.audit import (
    MISSING,
    PARTITIONS,
    AuditChain,
    AuditFault,
    AuditFaultKind,
    AuditKind,
    AuditPosition,
    AuditSeal,
    AuditVerification,
    cut_target,
)
from profilegraph.errors import Conflict
from profilegraph.services.audit.sealing import ranges_of, seal_entries
from profilegraph.storage.audit.seals import (
    read_chain,
    read_entries,
    read_entry,
    read_lasts,
    read_seals,
    read_strays,
    wait_for_entries,
)
from profilegraph.storage.neo4j.database import Database

MOST_FAULTS = 1_000
"""Most faults that are listed."""
_SEALS = 20
"""Seals that are read at once."""


@dataclass(frozen=True)
class AuditHead:
    """A seal that was noted elsewhere."""

    number: int
    hash: str


async def verify_audit(
    database: Database, now: datetime, noted: AuditHead | None = None
) -> AuditVerification:
    """Seal what is not sealed yet, verify the whole audit log, and return what was found.

    With a `noted` seal, also that the chain still contains it.
    """
    database = database.patient
    while True:
        with suppress(Conflict):  # the chain's end was set back: what is found then says so
            await seal_entries(database, now)
        chain = await read_chain(database)
        verification = await _Verifier(database, chain, noted).run()
        # Entries that were deleted by the rules meanwhile are no fault.
        if (await read_chain(database)).cut_number == chain.cut_number:
            return verification


@dataclass(frozen=True)
class _Mismatch:
    """An entry that is not what was sealed."""

    position: AuditPosition
    seal: int
    sealed: bytes
    found: bytes | None
    """The digest of what is there; None for nothing."""


@dataclass
class _Verifier:
    """Follows the chain once, and collects what is wrong."""

    database: Database
    chain: AuditChain
    noted: AuditHead | None
    faults: list[AuditFault] = field(default_factory=list)
    mismatches: list[_Mismatch] = field(default_factory=list)
    sound: int = 0
    seals: int = 0
    explained: bool = False
    """Whether an entry tells of the cut."""
    known: bool = False
    """Whether the chain contains the noted seal."""

    async def run(self) -> AuditVerification:
        """Return the faults of the chain, of its entries, and of what is outside of it."""
        chain = self.chain
        await self._follow()
        self._judge()
        await self._outside()
        if chain.cut_number and not self.explained:
            self._add(AuditFaultKind.CUT_UNEXPLAINED, str(chain.cut_number))
        if self.noted is not None and not self._knows(self.noted):
            self._add(AuditFaultKind.HEAD_UNKNOWN, str(self.noted.number))
        listed = tuple(self.faults[:MOST_FAULTS])
        more = len(self.faults) - len(listed)
        return AuditVerification(self.sound, self.seals, chain, listed, more)

    def _knows(self, noted: AuditHead) -> bool:
        cut = AuditHead(self.chain.cut_number, self.chain.cut_hash)
        # Of what was cut before nothing can be known any more.
        return self.known or noted.number < cut.number or noted == cut

    def _add(self, kind: AuditFaultKind, where: str, seal: int | None = None) -> None:
        self.faults.append(AuditFault(kind, where, seal))

    async def _follow(self) -> None:
        """Follow the chain from where it was cut to its newest seal."""
        chain = self.chain
        before: tuple[str, tuple[int, ...]] | None = (chain.cut_hash, chain.cut_ends)
        number = chain.cut_number
        while number < chain.number:
            up_to = min(number + _SEALS, chain.number)
            read = await read_seals(self.database.read, number, up_to)
            found = {seal.number: (seal, kept) for seal, kept in read}
            for wanted in range(number + 1, up_to + 1):
                before = await self._seal(wanted, found.get(wanted), before)
            number = up_to
        if before is not None and before != (chain.hash, chain.ends):
            self._add(AuditFaultKind.SEAL_CHANGED, str(chain.number), chain.number)
        for seal, _ in await read_seals(self.database.read, chain.number, chain.number + _SEALS):
            self._add(AuditFaultKind.SEAL_CHANGED, str(seal.number), seal.number)

    async def _seal(
        self,
        number: int,
        found: tuple[AuditSeal, str] | None,
        before: tuple[str, tuple[int, ...]] | None,
    ) -> tuple[str, tuple[int, ...]] | None:
        """Verify one seal and its entries; return what the next one has to follow, None if unknown."""
        if found is None:
            self._add(AuditFaultKind.SEAL_REMOVED, str(number), number)
            return None
        seal, kept = found
        follows = before is None or (seal.previous, seal.starts) == before
        whole = seal.hash == kept and len(seal.digests) == 32 * seal.size
        if not (follows and whole):
            self._add(AuditFaultKind.SEAL_CHANGED, str(number), number)
        if whole:
            self.seals += follows
            self.known |= self.noted == AuditHead(number, kept)
            await self._entries(seal)
        return kept, seal.ends

    async def _entries(self, seal: AuditSeal) -> None:
        """Compare the entries of a block with their sealed digests."""
        rows = await read_entries(self.database, ranges_of(seal.starts, seal.ends))
        there = {AuditPosition(row["partition"], row["number"]): read_entry(row) for row in rows}
        cut = cut_target(self.chain.cut_number, self.chain.cut_hash)
        for index, position in enumerate(seal.positions):
            stored, sealed = there.get(position), seal.digest_at(index)
            digest = None if stored is None else stored.entry.digest
            if stored is not None and digest == sealed:
                self.sound += 1
                about_cut = stored.entry.kind is AuditKind.RETENTION
                self.explained |= about_cut and cut in stored.entry.targets
                continue
            found = b"" if position in there and digest is None else digest
            self.mismatches.append(_Mismatch(position, seal.number, sealed, found))

    def _judge(self) -> None:
        """Say of each mismatch what happened to the entry."""
        elsewhere = {one.sealed for one in self.mismatches}
        for one in self.mismatches:
            if one.found is None:
                kind = AuditFaultKind.REMOVED
            elif one.sealed == MISSING:
                kind = AuditFaultKind.INSERTED
            elif one.found in elsewhere:
                kind = AuditFaultKind.REORDERED
            else:
                kind = AuditFaultKind.CHANGED
            self._add(kind, str(one.position), one.seal)

    async def _outside(self) -> None:
        """Look for entries that are outside of everything written, and for counters set back."""
        strays = await read_strays(self.database, self.chain, MOST_FAULTS)
        if strays:
            # A commit becomes visible piece by piece; it is over once its lock is free.
            await wait_for_entries(self.database, range(PARTITIONS))
            strays = await read_strays(self.database, self.chain, MOST_FAULTS)
        for position in strays:
            self._add(AuditFaultKind.INSERTED, str(position))
        lasts = await read_lasts(self.database)
        for partition, end in enumerate(self.chain.ends):
            if lasts.get(partition, 0) < end:
                self._add(AuditFaultKind.COUNTER_CHANGED, str(partition))
