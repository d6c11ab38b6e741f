"""From the columns of a table to the records of the domain, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from profilegraph.domain.activity import Event, FollowUp
from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.conformance import conform
from profilegraph.domain.customers import Consent, Customer, Identity
from profilegraph.domain.values import Record
from profilegraph.errors import InvalidInput, NotFound
from profilegraph.importers.contacts import canonical_identity
from profilegraph.importers.dates import DateRules
from profilegraph.importers.fields import Parser, attribute_parser, field_parser
from profilegraph.importers.mapping import FieldSource, FileMapping
from profilegraph.importers.money import AmountRules
from profilegraph.importers.tables import Row, Table
from profilegraph.importers.values import text_of

ATTRIBUTES = "attributes"
_PREFIX = f"{ATTRIBUTES}."
_KEYED_BY_PLACE: frozenset[type[Record]] = frozenset({Event, FollowUp, Consent})
"""Kinds whose key may be left out: where a row stands then is its key."""
_CACHED = 4096


@dataclass(frozen=True)
class Conventions:
    """What values mean where they do not say it themselves."""

    zone: ZoneInfo
    currency: str
    phone_region: str
    catalogue: Catalogue
    """The attributes, event types and tags that exist."""


@dataclass(frozen=True)
class _Field:
    name: str
    column: str
    values: Mapping[str, str]
    prefix: str
    parse: Parser


class RecordReader:
    """Makes records of one kind from the rows of one table."""

    def __init__(
        self,
        kind: type[Record],
        mapping: FileMapping,
        table: Table,
        conventions: Conventions,
    ) -> None:
        """Bind the columns of a table to fields.

        Raises InvalidInput that names each column without a use and each field without a column.
        """
        self._kind = kind
        self._conventions = conventions
        self._mapping = mapping
        self._empty = frozenset(mapping.empty)
        self._ignored = frozenset(mapping.ignore)
        self._bound: dict[str, tuple[_Field, ...]] = {}
        self._constants = self._fixed()
        self._check(table)
        keyed = "key" in mapping.fields or "key" in table.columns
        self.keyed_by_place = kind in _KEYED_BY_PLACE and not keyed
        """Whether a row's source and line are its record's key."""

    def read(self, row: Row) -> Record:
        """Return the record of a row; raises ValueError with every reason why there is none."""
        found: dict[str, Any] = dict(self._constants)
        attributes: dict[str, Any] = dict(self._constants.get(ATTRIBUTES, {}))
        faults: list[str] = []
        for column, value in row.values.items():
            if value == "" or column in self._ignored:
                continue
            try:
                for field in self._fields_of(column):
                    self._put(field, value, found, attributes)
            except ValueError as fault:
                faults.append(f"{column}: {fault}")
        if faults:
            raise ValueError("; ".join(faults))
        if attributes:
            found[ATTRIBUTES] = attributes
        if self.keyed_by_place and "key" not in found:
            found["key"] = f"{row.source}#{row.line}"
        return self._record(found)

    def _put(
        self, field: _Field, value: Any, found: dict[str, Any], attributes: dict[str, Any]
    ) -> None:
        if value is None:
            parsed = None
        else:
            text = text_of(value).strip()
            text = field.values.get(text, text)
            if not text or text in self._empty:
                return
            parsed = field.parse(field.prefix + text)
        if field.name.startswith(_PREFIX):
            attributes[field.name.removeprefix(_PREFIX)] = parsed
        else:
            found[field.name] = parsed

    def _record(self, found: dict[str, Any]) -> Record:
        try:
            record = self._kind.model_validate(found)
        except ValidationError as fault:
            raise ValueError("; ".join(_sentences(fault))) from None
        return _settled(record, self._conventions)

    def _fields_of(self, column: str) -> tuple[_Field, ...]:
        if column not in self._bound:
            if len(self._bound) >= _CACHED:
                self._bound.clear()
            self._bound[column] = tuple(self._bind(column))
        return self._bound[column]

    def _bind(self, column: str) -> Iterator[_Field]:
        sources = self._mapping.fields
        named = {name: source for name, source in sources.items() if source.column == column}
        if not named and column not in sources and self._is_field(column):
            named = {column: FieldSource(column=column)}
        if not named:
            raise ValueError(self._unused(column))
        for name, source in named.items():
            parse = lru_cache(_CACHED)(self._parser(name, source))
            yield _Field(name, column, source.values, source.prefix, parse)

    def _parser(self, name: str, source: FieldSource) -> Parser:
        conventions = self._conventions
        dates = DateRules(conventions.zone, source.format, source.day_first)
        amounts = AmountRules(source.currency or conventions.currency, source.decimal)
        if name.startswith(_PREFIX) and self._kind is Customer:
            try:
                attribute = conventions.catalogue.attribute(name.removeprefix(_PREFIX))
            except NotFound as fault:
                raise ValueError(str(fault)) from None
            return attribute_parser(attribute.type, dates, amounts)
        if name not in self._kind.model_fields or name == ATTRIBUTES:
            raise ValueError(self._no_field(name))
        return field_parser(self._kind, name, dates, amounts)

    def _is_field(self, column: str) -> bool:
        if column.startswith(_PREFIX):
            return self._kind is Customer
        return column in self._kind.model_fields and column != ATTRIBUTES

    def _fixed(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        attributes: dict[str, Any] = {}
        faults = []
        for name, source in self._mapping.fields.items():
            try:
                parse = self._parser(name, source)
                if source.constant is not None:
                    field = _Field(name, "", source.values, source.prefix, parse)
                    self._put(field, source.constant, found, attributes)
            except ValueError as fault:
                faults.append(f"{name}: {fault}")
        if faults:
            raise InvalidInput("; ".join(faults), hint="Correct the `fields` of the mapping.")
        return found | ({ATTRIBUTES: attributes} if attributes else {})

    def _check(self, table: Table) -> None:
        faults = []
        for column in table.columns:
            try:
                if column not in self._ignored:
                    self._fields_of(column)
            except ValueError as fault:
                faults.append(str(fault))
        for name, source in self._mapping.fields.items():
            wanted = source.column
            if wanted is not None and wanted not in table.columns and not table.json:
                near = _nearest(wanted, table.columns)
                faults.append(f"{name}: there is no column {wanted!r}; {near}")
        if faults:
            raise InvalidInput("; ".join(faults), hint="Nothing was written.")

    def _unused(self, column: str) -> str:
        near = _nearest(column, self._names())
        return (
            f"the column {column!r} is no field; {near};"
            " map it to a field or add it to `ignore` in the mapping"
        )

    def _no_field(self, name: str) -> str:
        return f"there is no such field; {_nearest(name, self._names())}"

    def _names(self) -> list[str]:
        names = [name for name in self._kind.model_fields if name != ATTRIBUTES]
        if self._kind is Customer:
            names += [_PREFIX + key for key in self._conventions.catalogue.attributes]
        return names


def _settled(record: Record, conventions: Conventions) -> Record:
    """Return a record in its canonical form, after what it names was found in the catalogue."""
    if isinstance(record, Identity):
        value = canonical_identity(record.kind, record.value, conventions.phone_region)
        return record.model_copy(update={"value": value})
    try:
        return conform(record, conventions.catalogue)
    except (NotFound, InvalidInput) as fault:
        raise ValueError(str(fault)) from None


def _sentences(fault: ValidationError) -> Iterator[str]:
    for error in fault.errors(include_url=False, include_context=False):
        place = ".".join(str(part) for part in error["loc"])
        if error["type"] == "missing":
            yield f"{place} is missing"
        else:
            message = error["msg"].removeprefix("Value error, ")
            yield f"{place}: {message}" if place else message


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
