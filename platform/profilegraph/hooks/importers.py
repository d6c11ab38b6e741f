"""Importers: read a partner's format into the platform's records."""

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
    """The label."""
    options: type[OptionsT]
    """The class of its options; every option has a default."""

    def read(
        self, source: Path, options: OptionsT, conventions: Conventions
    ) -> Iterator[Record | UnreadableItem]:
        """Yield the records of a file in order, and what cannot be read.

        The same file and options must give the same records in the same order: an interrupted
        import continues after the last written record. An error of the whole file is an
        InvalidInput. `conventions` are the time zone, currency and phone region of the deployment,
        and the definitions of the taxonomies.
        """
