"""Migrations of the graph's schema: numbered files, applied in order, once each, never edited."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from profilegraph.errors import SchemaAhead, SchemaBehind, SchemaChanged
from profilegraph.storage.feed.numbering import number_cohorts, number_ordinals
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.records.normal_forms import normalise_texts

_FILE_NAME = re.compile(r"^(\d{4})_([a-z0-9_]+)\.cypher$")

_STEPS: Mapping[str, Callable[[Database], Awaitable[None]]] = MappingProxyType(
    {
        "cohort_numbers": number_cohorts,
        "change_feed": number_ordinals,
        "normal_texts": normalise_texts,
    }
)
"""Idempotent steps in Python, by the name of their migration."""


@dataclass(frozen=True)
class Migration:
    """One numbered migration: its statements, and the checksum of its file."""

    number: int
    name: str
    checksum: str
    statements: tuple[str, ...]


def read_migrations(folder: Path) -> list[Migration]:
    """Return the migrations of a folder in order.

    Raises SchemaChanged unless the numbers are 1, 2, 3 and so on.
    """
    migrations = [_read(path) for path in sorted(folder.glob("*.cypher"))]
    numbers = [migration.number for migration in migrations]
    if numbers != list(range(1, len(numbers) + 1)):
        raise SchemaChanged(f"the migrations in {folder} are numbered {numbers}, not 1, 2, 3 …")
    return migrations


async def migrate(
    database: Database, migrations: list[Migration], now: datetime
) -> list[Migration]:
    """Apply the missing migrations and return them.

    Statements say IF NOT EXISTS, so two processes may migrate at once. Raises SchemaAhead if the
    database has a later migration, SchemaChanged if a file was edited.
    """
    applied = await applied_migrations(database)
    _refuse_foreign(applied, migrations)
    pending = [migration for migration in migrations if migration.number not in applied]
    for migration in pending:
        for statement in migration.statements:
            await database.define(statement)
        if migration.name in _STEPS:
            await _STEPS[migration.name](database)
        await _record(database, migration, now)
    if pending:
        await database.define("CALL db.awaitIndexes(300)")
    return pending


async def require_migrated(database: Database, migrations: list[Migration]) -> None:
    """Raise unless the database's schema is the current one.

    Raises SchemaBehind, SchemaAhead or SchemaChanged, each saying what to do.
    """
    applied = await applied_migrations(database)
    _refuse_foreign(applied, migrations)
    if len(applied) < len(migrations):
        raise SchemaBehind(
            f"the database has schema version {len(applied)}, this profilegraph needs"
            f" {len(migrations)}.",
            hint="Run `profilegraph db migrate`.",
        )


async def applied_migrations(database: Database) -> dict[int, str]:
    """Return the checksums of the applied migrations, by number."""
    rows = await database.read(
        "MATCH (m:Migration) RETURN m.number AS number, m.checksum AS checksum"
    )
    return {row["number"]: row["checksum"] for row in rows}


def _read(path: Path) -> Migration:
    match = _FILE_NAME.match(path.name)
    if match is None:
        raise SchemaChanged(f"{path} is not named like 0001_what_it_does.cypher.")
    text = path.read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
    return Migration(
        number=int(match[1]),
        name=match[2],
        checksum=hashlib.sha256(text.encode()).hexdigest(),
        statements=tuple(part.strip() for part in code.split(";") if part.strip()),
    )


def _refuse_foreign(applied: dict[int, str], known: list[Migration]) -> None:
    ahead = max(applied, default=0)
    if ahead > len(known):
        raise SchemaAhead(
            f"the database has schema version {ahead}, this profilegraph knows {len(known)}.",
            hint="Use the newer profilegraph that migrated it, or another database.",
        )
    for migration in known:
        if applied.get(migration.number, migration.checksum) != migration.checksum:
            raise SchemaChanged(
                f"migration {migration.number:04} ({migration.name}) differs from what was applied.",
                hint="Restore the file as it was, and put the change into a new migration.",
            )


async def _record(database: Database, migration: Migration, now: datetime) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(
            "MERGE (m:Migration {number: $number})"
            " ON CREATE SET m.name = $name, m.checksum = $checksum, m.at = $at",
            {
                "number": migration.number,
                "name": migration.name,
                "checksum": migration.checksum,
                "at": now,
            },
        )

    await database.write(work)
