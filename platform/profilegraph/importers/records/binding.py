"""Binds columns to fields of a kind of record, with a parser for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from profilegraph.domain.records.customers import Customer, Identity
from profilegraph.domain.records.stored import fields_of
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.texts import normal_text
from profilegraph.domain.values import Record
from profilegraph.errors import InvalidInput, NotFound
from profilegraph.importers.records.mapping import FieldSource, FileMapping
from profilegraph.importers.text.tables import SourceTable
from profilegraph.importers.values.cells import text_of
from profilegraph.importers.values.dates import DateRules
from profilegraph.importers.values.fields import (
    Parser,
    amount_rules,
    attribute_parser,
    field_parser,
)
from profilegraph.importers.values.money import AmountRules
from profilegraph.nearest import instead

ATTRIBUTES = "attributes"
REGION = "region"
NOTHING = object()
"""The value of an empty cell: the field stays as it is."""

_PREFIX = f"{ATTRIBUTES}."
_EXPORTED = re.compile("^attribute:")
"""The prefix of an attribute's column in exports."""
_REMEMBERED = 4096
"""Most cached cells per column, and columns per table."""


@dataclass(frozen=True)
class Conventions:
    """How ambiguous values are read."""

    zone: ZoneInfo
    currency: str
    phone_region: str
    catalogue: Catalogue
    """The existing attributes, event types and tags."""

    @property
    def read_as(self) -> str:
        """Return how ambiguous values are read, in one line for people."""
        return (
            f"time zone {self.zone.key}, currency {self.currency}, phone region {self.phone_region}"
        )


class Target(NamedTuple):
    """The field of a column."""

    name: str
    attribute: bool
    """Whether it is an attribute of the customer, not a field of the record."""
    read: Callable[[Any], Any]
    """Parses a cell: a value, None to clear the field, or NOTHING; raises ValueError."""
    sign_is_open: bool = False
    """Whether its cells are amounts without a decimal sign in the mapping."""


class RegionSource(NamedTuple):
    """The attribute of customers that gives the country of their phone numbers."""

    attribute: str
    read: Callable[[Any], Any]
    """Parses its value: a region, or NOTHING; raises ValueError."""


class Binder:
    """Finds the fields of columns, for one kind of record and one mapping."""

    def __init__(self, kind: type[Record], mapping: FileMapping, conventions: Conventions) -> None:
        self._kind = kind
        self._mapping = mapping
        self._conventions = conventions
        self._fields = {one.name: one for one in fields_of(kind)}
        self._has_attributes = kind is Customer
        self._bound = lru_cache(_REMEMBERED)(lambda column: tuple(self._bind(column)))

    def targets(self, column: str) -> tuple[Target, ...]:
        """Return the fields of a column; raises ValueError if it has none."""
        return self._bound(column)

    def constants(self) -> Iterator[tuple[Target, str]]:
        """Yield the fields with a constant in the mapping, and the constant.

        Raises InvalidInput with every field of the mapping that does not exist.
        """
        faults = []
        for name, source in self._mapping.fields.items():
            try:
                target = self._target(name, source)
                if source.constant is not None:
                    target.read(source.constant)
                    yield target, source.constant
            except ValueError as fault:
                faults.append(f"{name}: {fault}")
        if faults:
            raise InvalidInput("\n".join(faults), hint="Correct the `fields` of the mapping.")

    def region_of_customers(self) -> RegionSource | None:
        """Return the source of phone regions by customer; None if there is none."""
        source = self._mapping.fields.get(REGION)
        if source is None or source.attribute is None:
            return None
        return RegionSource(source.attribute, self._target(REGION, source).read)

    def attribute_types(self, table: SourceTable) -> str:
        """Return the declared types of a table's attributes, on which its values depend."""
        known = self._conventions.catalogue.attributes
        columns = (_EXPORTED.sub(_PREFIX, column) for column in table.columns)
        names = {*self._mapping.fields, *columns} if self._has_attributes else set()
        keys = {name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)}
        return ",".join(f"{key}:{known[key].type.value}" for key in sorted(keys & known.keys()))

    def check(self, table: SourceTable) -> None:
        """Raise InvalidInput with every unused column and every field without a column."""
        faults = []
        for column in filter(None, table.columns):
            try:
                self.targets(column)
            except ValueError as fault:
                faults.append(str(fault))
        for name, source in self._mapping.fields.items():
            wanted = source.column
            if wanted is not None and wanted not in table.columns and not table.json:
                near = instead(wanted, table.columns)
                faults.append(f"{name}: there is no column {wanted!r}{near}")
        if faults:
            raise InvalidInput(
                "\n".join(faults),
                hint="Map each column to a field, or add it to `ignore` in the mapping."
                f" The fields are {', '.join(self._names())}. Nothing was written.",
            )

    def sign_is_open(self, column: str) -> bool:
        """Return whether a column has amounts without a decimal sign in the mapping."""
        return any(target.sign_is_open for target in self.targets(column))

    def _bind(self, column: str) -> Iterator[Target]:
        if column in self._mapping.ignore:
            return
        sources = self._mapping.fields
        named = {name: source for name, source in sources.items() if source.column == column}
        field = _EXPORTED.sub(_PREFIX, column)
        if not named and field not in sources and self._is_field(field):
            named = {field: FieldSource(column=column)}
        if not named:
            raise ValueError(f"the column {column!r} is no field{instead(column, self._names())}")
        for name, source in named.items():
            yield self._target(name, source)

    def _target(self, name: str, source: FieldSource) -> Target:
        if source.attribute is not None:
            self._require_attribute(name, source.attribute)
        attribute = self._has_attributes and name.startswith(_PREFIX)
        parse = self._parser(name, source)
        read = _reader(parse, source, frozenset(self._mapping.empty))
        sign_is_open = source.decimal is None and amount_rules(parse) is not None
        field = name.removeprefix(_PREFIX) if attribute else name
        return Target(field, attribute, read, sign_is_open)

    def _require_attribute(self, name: str, key: str) -> None:
        if self._kind is not Identity or name != REGION:
            raise ValueError("only the `region` of identities can come from an attribute")
        try:
            self._conventions.catalogue.attribute(key)
        except NotFound as fault:
            raise ValueError(str(fault)) from None

    def _parser(self, name: str, source: FieldSource) -> Parser:
        conventions = self._conventions
        dates = DateRules(conventions.zone, source.format, source.day_first)
        amounts = AmountRules(source.currency or conventions.currency, source.decimal or ".")
        if not self._is_field(name):
            raise ValueError(f"there is no such field{instead(name, self._names())}")
        if name.startswith(_PREFIX):
            attribute = conventions.catalogue.attribute(name.removeprefix(_PREFIX))
            return attribute_parser(attribute.type, dates, amounts)
        return field_parser(self._fields[name], dates, amounts)

    def _is_field(self, name: str) -> bool:
        if name.startswith(_PREFIX):
            known = self._conventions.catalogue.attributes
            return self._has_attributes and name.removeprefix(_PREFIX) in known
        return name in self._kind.model_fields and name != ATTRIBUTES

    def _names(self) -> list[str]:
        names = [name for name in self._kind.model_fields if name != ATTRIBUTES]
        if self._has_attributes:
            names += [_PREFIX + key for key in self._conventions.catalogue.attributes]
        return names


def _reader(parse: Parser, source: FieldSource, empty: frozenset[str]) -> Callable[[Any], Any]:
    prefix, words = source.prefix, source.values
    rules = amount_rules(parse)
    sign = "." if rules is None else rules.decimal

    def read_text(text: str) -> Any:
        text = normal_text(text).strip()
        text = words.get(text, text)
        if not text or text in empty:
            return NOTHING
        if "\x00" in text:
            raise ValueError("it holds a NUL character")
        return parse(prefix + text)

    # Names and keys seldom come twice; dates, amounts and words do, and cost more to parse.
    known = read_text if parse is str else lru_cache(_REMEMBERED)(read_text)

    def read(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is str:
            return known(value)
        text = text_of(value)
        # A number of JSON has a decimal point, whatever texts in the same field have.
        return known(text.replace(".", sign) if isinstance(value, float | Decimal) else text)

    return read
