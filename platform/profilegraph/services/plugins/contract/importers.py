"""Checks that importers read the same valid records from the same file each time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from profilegraph.domain.taxonomy.conformance import conform
from profilegraph.errors import InvalidInput, ProfilegraphError
from profilegraph.hooks import Importer, UnreadableItem
from profilegraph.importers.records.binding import Conventions
from profilegraph.services.plugins.contract.findings import ContractFinding

MOST = 10_000
"""Most records examined per file."""


def importer_findings(
    importer: Importer[Any], files: Iterator[Path] | tuple[Path, ...], conventions: Conventions
) -> Iterator[ContractFinding]:
    """Yield findings on the records that an importer reads from the files that it accepts."""
    about = f"importer {importer.key}"
    for file in files:
        try:
            first = _records_of(importer, file, conventions)
            again = _records_of(importer, file, conventions)
        except InvalidInput as error:
            yield ContractFinding(about, f"refuses {file.name}: {error.message}", error.hint)
            continue
        except Exception as error:  # noqa: BLE001  (a partner's code may raise anything: it is the finding)
            problem = f"reading {file.name} raises {type(error).__name__}: {error}."
            yield ContractFinding(about, problem, "Yield Unreadable for what is no record.")
            continue
        if first != again:
            advice = "Let keys and moments come from the file alone."
            yield ContractFinding(about, f"reads {file.name} twice and tells two things.", advice)
        for one in first:
            if not isinstance(one, UnreadableItem):
                yield from _unfit(about, one, conventions)


def _records_of(importer: Importer[Any], file: Path, conventions: Conventions) -> list[Any]:
    return list(islice(importer.read(file, importer.options(), conventions), MOST))


def _unfit(about: str, record: Any, conventions: Conventions) -> Iterator[ContractFinding]:
    try:
        conform(record, conventions.catalogue)
    except ProfilegraphError as error:
        yield ContractFinding(about, error.message, error.hint)
