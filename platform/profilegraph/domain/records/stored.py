"""How a kind of record is stored in the graph: derived from the types of its fields, or declared."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from profilegraph.domain.values import (
    Choice,
    Record,
    RecordReference,
    TextFormat,
    from_units,
    to_units,
)
from profilegraph.errors import UnreadableRecord

R = TypeVar("R", bound=Record)
Properties = Mapping[str, Any]


class ValueType(Enum):
    """What a field holds, which decides how it is stored, read, indexed and given to plugins."""

    TEXT = "text"
    CHOICE = "one of a few words"
    BOOLEAN = "yes or no"
    NUMBER = "number"
    MONEY = "amount of money"
    DAY = "day"
    MOMENT = "moment"
    LIST = "list"
    MAP = "values by key"


_TYPES: Mapping[type, ValueType] = {
    str: ValueType.TEXT,
    bool: ValueType.BOOLEAN,
    float: ValueType.NUMBER,
    int: ValueType.NUMBER,
    Decimal: ValueType.MONEY,
    date: ValueType.DAY,
    datetime: ValueType.MOMENT,
    tuple: ValueType.LIST,
    dict: ValueType.MAP,
}
_TO_GRAPH: Mapping[ValueType, Callable[[Any], Any]] = {
    ValueType.MONEY: to_units,
    # The driver forms the repr of every value, and an enum's is slow.
    ValueType.CHOICE: lambda choice: choice.value,
    ValueType.LIST: list,
}


@dataclass(frozen=True)
class StoredField:
    """A field of a record, and how its value is written and read."""

    name: str
    stored_as: str
    """What the graph calls it, where it is a property."""
    value_type: ValueType
    required: bool
    """Whether whoever makes a record must say it."""
    known: bool
    """Whether every record has a value of it, said or not."""
    choices: type[Choice] | None = None
    refers_to: str | None = None
    """The kind of record that it is the key of, by the name of its class."""
    format: TextFormat | None = None
    """The format in which people write it, where it has one of its own."""

    @property
    def to_graph(self) -> Callable[[Any], Any] | None:
        """Return what makes a value as the graph keeps it, of one that is not None; None: it is the same."""
        return _TO_GRAPH.get(self.value_type)


@dataclass(frozen=True)
class Edge:
    """A relationship between the node of a record and that of another one."""

    type: str
    incoming: bool = False
    """Whether it begins at the other one."""


@dataclass(frozen=True, eq=False)
class StoredKind(Generic[R]):
    """One kind of record: its name in files and tables, its properties, and its relationships."""

    record: type[R]
    plural: str
    """What many of them are called, in imports and tables."""
    elsewhere: frozenset[str] = frozenset()
    """Fields that are no properties: other nodes and relationships tell them."""
    beside: frozenset[str] = frozenset()
    """Properties that the graph keeps for itself: they are no fields, and no reader takes them for some."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of each field whose property is called otherwise, the property."""
    prefixes: tuple[str, ...] = ()
    """How properties begin that taxonomies declare."""
    owner: Edge | None = None
    """The relationship between its node and the customer that it is of."""
    edges: Mapping[str, Edge] = field(default_factory=dict)
    """Of each field that another node tells, the relationship to that node."""
    stated: frozenset[str] = frozenset()
    """Properties that the statement sets which writes it, each in its own way."""
    moment: str = "at"
    """The field that says when it was, if it has one of that name."""
    title: str = "name"
    """The field by which people know one of them, if it has one of that name."""
    order: tuple[str, ...] = ("key",)
    """The fields by which those of one customer are sorted; of moments the latest comes first."""
    indexed: tuple[str, ...] = ()
    """The columns of its table in the index."""
    keyed_by_content: bool = False
    """Whether an import makes its key of what it says, where it has none."""

    @property
    def label(self) -> str:
        """Return the label of its nodes."""
        return self.record.__name__

    @property
    def keeps_history(self) -> bool:
        """Return whether what a record was is kept when it changes."""
        return "since" in self.stated and "until" in self.beside

    @property
    def noun(self) -> str:
        """Return what one of them is called in a sentence."""
        return noun_of(self.label)

    @cached_property
    def fields(self) -> Mapping[str, StoredField]:
        """Return all fields by name."""
        return {one.name: one for one in fields_of(self.record, self.names)}

    @cached_property
    def values(self) -> frozenset[str]:
        """Return the fields that are properties."""
        return frozenset(self.record.model_fields) - self.elsewhere

    @cached_property
    def properties(self) -> frozenset[str]:
        """Return the names of all properties, without those that taxonomies declare."""
        return frozenset(self.fields[one].stored_as for one in self.values) | self.beside

    @cached_property
    def needs(self) -> Mapping[str, str]:
        """Return the label of the node that each field must name which is told by a relationship."""
        return {
            name: one.refers_to
            for name, one in self.fields.items()
            if name in self.elsewhere and one.refers_to is not None
        }

    @cached_property
    def parent(self) -> str | None:
        """Return the field that names a record of the same kind."""
        return next((name for name, label in self.needs.items() if label == self.label), None)

    @cached_property
    def _written(self) -> Sequence[tuple[str, str, Callable[[Any], Any] | None]]:
        stated = self.stated | {"key"}
        fields = (one for one in self.fields.values() if one.name in self.values - stated)
        return [(one.name, one.stored_as, one.to_graph) for one in fields]

    @cached_property
    def initial(self) -> Mapping[str, Any]:
        """Return the properties that a record has from the first, where nobody says them."""
        return {
            stored: default if convert is None else convert(default)
            for name, stored, convert in self._written
            if self.fields[name].known and not self.fields[name].required
            for default in [self._default(name)]
        }

    def _default(self, name: str) -> Any:
        return self.record.model_fields[name].get_default(call_default_factory=True)

    @cached_property
    def _by_property(self) -> Mapping[str, StoredField]:
        return {one.stored_as: one for one in self.fields.values()}

    def write(self, record: R, *, whole: bool = False) -> dict[str, Any]:
        """Return the properties that a record sets: those of given fields, None where cleared.

        With `whole`, those of all fields. The key, and what the statement sets, are left out.
        """
        given, values = record.model_fields_set, {}
        for name, stored, convert in self._written:
            if whole or name in given:
                value = getattr(record, name)
                values[stored] = value if value is None or convert is None else convert(value)
        return values

    def read(self, found: Properties, **told: Any) -> R:
        """Return the record of some properties and of what is `told` by where they were found.

        Raises UnreadableRecord where they make none.
        """
        fields = self._by_property
        values = {}
        for name, value in found.items():
            if (one := fields.get(name)) is not None:
                money = one.value_type is ValueType.MONEY and value is not None
                values[one.name] = from_units(value) if money else value
        try:
            return self.record.model_validate(values | told)
        except ValidationError as fault:
            raise self._unreadable(fault, values | told) from fault

    def undeclared(self, properties: Properties) -> set[str]:
        """Return the names of properties that nothing here declares."""
        return {one for one in properties if one not in self.properties and not self._prefixed(one)}

    def _prefixed(self, name: str) -> bool:
        return any(name.startswith(prefix) for prefix in self.prefixes)

    def _unreadable(self, fault: ValidationError, values: Properties) -> UnreadableRecord:
        names = ("customer", "key", "tag")
        where = ", ".join(f"{name} {values[name]!r}" for name in names if name in values)
        told = "; ".join(
            _validation_message(one) for one in fault.errors(include_url=False, include_input=False)
        )
        return UnreadableRecord(
            f"a stored {self.record.__name__} cannot be read: {told}.",
            where=where,
            hint="`profilegraph doctor` names all that cannot be read; say it again to replace it.",
        )


def noun_of(label: str) -> str:
    """Return the name of a class as a noun: `decision-maker` of `DecisionMaker`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", label).lower()


def fields_of(
    record: type[Record], names: Mapping[str, str] | None = None
) -> Iterator[StoredField]:
    """Yield the fields of a kind of record; `names` has the properties that are called otherwise."""
    for name, info in record.model_fields.items():
        bare, marks = _unwrapped(info.annotation)
        marks += info.metadata
        choices = bare if issubclass(bare, Choice) else None
        yield StoredField(
            name=name,
            stored_as=(names or {}).get(name, name),
            value_type=ValueType.CHOICE if choices is not None else _TYPES[bare],
            required=info.is_required(),
            known=info.is_required() or info.get_default(call_default_factory=True) is not None,
            choices=choices,
            refers_to=next((one.to for one in marks if isinstance(one, RecordReference)), None),
            format=next((one for one in marks if isinstance(one, TextFormat)), None),
        )


def _unwrapped(annotation: Any) -> tuple[type, list[Any]]:
    """Return the class behind `Annotated[…]`, `… | None` and `tuple[…, ...]`, and what annotates it."""
    marks: list[Any] = []
    while (origin := get_origin(annotation)) is not None:
        options: Collection[Any] = get_args(annotation)
        if origin is Annotated:
            marks += annotation.__metadata__
        elif origin not in {Union, types.UnionType}:
            return origin, marks
        annotation = next(one for one in options if one is not types.NoneType)
    bare: type = annotation
    return bare, marks


def _validation_message(fault: Mapping[str, Any]) -> str:
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else str(fault["msg"])
