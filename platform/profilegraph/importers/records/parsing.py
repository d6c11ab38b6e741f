"""Parses the rows of a table to records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TypeGuard

from pydantic import ValidationError

from profilegraph.domain.records.customers import (
    Customer,
    Identity,
    IdentityKind,
    Tagging,
    TagSource,
)
from profilegraph.domain.refusals import reason, reasons
from profilegraph.domain.taxonomy.conformance import conform
from profilegraph.domain.values import Record
from profilegraph.errors import InvalidInput, NotFound
from profilegraph.importers.records.binding import ATTRIBUTES, NOTHING, Binder, Conventions
from profilegraph.importers.records.content_keys import KEYED_BY_CONTENT, ContentKeys
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.text.rows import SourceRow
from profilegraph.importers.text.tables import SourceTable
from profilegraph.importers.values.contacts import canonical_identity

_UNKEYED = "-"
"""Placeholder for a key that is derived from the finished record."""


class RecordReader:
    """Parses the rows of one table to records of one kind."""

    def __init__(
        self,
        kind: type[Record],
        mapping: FileMapping,
        table: SourceTable,
        conventions: Conventions,
        keys: ContentKeys,
    ) -> None:
        """Bind the columns of a table to fields; `keys` are for rows without a key.

        Raises InvalidInput, which names each unused column and each field without a column.
        """
        self._kind = kind
        self._conventions = conventions
        self._binder = Binder(kind, mapping, conventions)
        self._fields: dict[str, Any] = {}
        self._attributes: dict[str, Any] = {}
        for target, text in self._binder.constants():
            values = self._attributes if target.attribute else self._fields
            values[target.name] = target.read(text)
        self._binder.check(table)
        self.signs_open = {
            one for one in filter(None, table.columns) if self._binder.sign_is_open(one)
        }
        """Columns of amounts without a decimal sign in the mapping."""
        self.read_as = f"{conventions.read_as}\n{self._binder.attribute_types(table)}"
        """The conventions that affect the values, in words."""
        self.region_source = self._binder.region_of_customers()
        """The source of phone regions in the graph."""
        self._keys = keys
        self._keyed_by_content = kind in KEYED_BY_CONTENT
        keyed = "key" in mapping.fields or "key" in table.columns
        self.keyless = self._keyed_by_content and not keyed
        """Whether keys are derived from content."""

    def read(self, row: SourceRow) -> Record:
        """Return the record of a row; raises ValueError with every reason if there is none."""
        fields, attributes = self._fields.copy(), self._attributes.copy()
        faults: list[str] = []
        targets = self._binder.targets
        for column, cell in row.values.items():
            if cell == "":
                continue
            try:
                for name, attribute, read, _ in targets(column):
                    value = read(cell)
                    if value is not NOTHING:
                        (attributes if attribute else fields)[name] = value
            except ValueError as fault:
                faults.append(f"{column}: {fault}")
        if faults:
            raise ValueError("; ".join(faults))
        if attributes:
            fields[ATTRIBUTES] = attributes
        if not self._keyed_by_content or fields.get("key") is not None:
            return self._record(fields)
        record = self._record(fields | {"key": _UNKEYED})
        return record.model_copy(update={"key": self._keys.key(record)})

    def pass_over(self, row: SourceRow) -> None:
        """Count a row that was imported before, because later ones may be equal to it."""
        if self._keyed_by_content and not row.fault:
            with suppress(ValueError):
                self.read(row)

    def _record(self, fields: dict[str, Any]) -> Record:
        try:
            record = self._kind.model_validate(fields)
        except ValidationError as fault:
            raise ValueError("; ".join(_sentences(fault))) from None
        if isinstance(record, Customer):
            return record  # each attribute was read as the catalogue's type of it
        if self.region_source is not None and waits_for_region(record):
            return record
        return fitted(record, self._conventions)


def waits_for_region(record: Record) -> TypeGuard[Identity]:
    """Return whether a record is a phone number whose country only its customer can tell."""
    match record:
        case Identity(kind=IdentityKind.PHONE, region=None):
            return True
    return False


def fitted(record: Record, conventions: Conventions) -> Record:
    """Return a record in its stored form: canonical, with values of the declared types.

    Raises ValueError with the reason if it cannot be stored.
    """
    if isinstance(record, Tagging) and "source" not in record.model_fields_set:
        record = record.model_copy(update={"source": TagSource.IMPORT})  # nobody did it by hand
    if isinstance(record, Identity):
        region, stated = record.region or conventions.phone_region, record.region is not None
        canonical = canonical_identity(record.kind, record.value, region, stated=stated)
        return record.model_copy(update={"value": canonical})
    try:
        return conform(record, conventions.catalogue)
    except (NotFound, InvalidInput) as fault:
        raise ValueError(str(fault)) from None


def _sentences(fault: ValidationError) -> Iterator[str]:
    for error in reasons(fault):
        place = ".".join(str(part) for part in error["loc"])
        if error["type"] == "missing":
            yield f"{place} is missing"
        else:
            yield f"{place}: {reason(error)}" if place else reason(error)
