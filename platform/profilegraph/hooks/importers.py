"""Importers: what reads a partner's format and tells the platform's records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel

from profilegraph.domain.values import Labels, Record
from profilegraph.importers.records.binding import Conventions
from profilegraph.importers.records.items import UnreadableItem

OptionsT = TypeVar("OptionsT", bound=BaseModel)


@runtime_checkable
class Importer(Protocol[OptionsT]):
    """Code that reads a file of a foreign format."""

    key: str
    """The importer's key, snake_case, unique over all plugins."""
    labels: Labels
    """What people read instead of the key."""
    options: type[OptionsT]
    """The class of its options; every option has a default."""

    def read(
        self, source: Path, options: OptionsT, conventions: Conventions
    ) -> Iterator[Record | UnreadableItem]:
        """Yield the records of a file, one after the other, and what of it is none.

        The same file and options give the same records in the same order: an import that was
        interrupted goes on behind what it had written. What is wrong with the whole file is an
        InvalidInput. `conventions` say the time zone, currency and phone region of the deployment,
        and what the taxonomies define.
        """
