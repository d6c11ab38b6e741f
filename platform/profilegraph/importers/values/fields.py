"""How the text of a cell is read, decided by the type of the field that it goes to."""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, Union, get_args, get_origin

from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import Record
from profilegraph.importers.values.cells import (
    parse_boolean,
    parse_enum,
    parse_hours,
    parse_region,
    parse_share,
    parse_tag,
    parse_weekdays,
)
from profilegraph.importers.values.dates import DateRules, parse_date, parse_moment
from profilegraph.importers.values.money import AmountRules, parse_amount, parse_number

Parser = Callable[[str], Any]
"""From text to a value; raises ValueError with a reason."""


def attribute_parser(kind: AttributeType, dates: DateRules, amounts: AmountRules) -> Parser:
    """Return how an attribute of a taxonomy is read."""
    match kind:
        case AttributeType.NUMBER:
            return partial(parse_number, rules=amounts)
        case AttributeType.DATE:
            return partial(parse_date, rules=dates)
        case AttributeType.BOOLEAN:
            return parse_boolean
        case AttributeType.STRING:
            return str


def field_parser(record: type[Record], name: str, dates: DateRules, amounts: AmountRules) -> Parser:
    """Return how the field `name` of a kind of record is read."""
    kind = bare_type(record.model_fields[name].annotation)
    if issubclass(kind, StrEnum):
        return partial(parse_enum, words=kind)
    if name == "hours":
        return parse_hours
    if name == "region":
        return parse_region
    if name == "tag":
        return parse_tag
    parsers: dict[type, Parser] = {
        datetime: partial(parse_moment, rules=dates),
        date: partial(parse_date, rules=dates),
        Decimal: partial(parse_amount, rules=amounts),
        float: parse_share,
        bool: parse_boolean,
        tuple: parse_weekdays,
        str: str,
    }
    return parsers[kind]


def amount_rules(parser: Parser) -> AmountRules | None:
    """Return how a parser reads amounts; None where it reads something else."""
    rules = parser.keywords.get("rules") if isinstance(parser, partial) else None
    return rules if isinstance(rules, AmountRules) else None


def bare_type(annotation: Any) -> type:
    """Return the class behind `Annotated[…]`, `… | None` and `tuple[…, ...]`."""
    while (origin := get_origin(annotation)) is not None:
        if origin is tuple:
            return tuple
        options = get_args(annotation)
        if origin in {Union, types.UnionType}:
            options = tuple(option for option in options if option is not types.NoneType)
        annotation = options[0]
    bare: type = annotation
    return bare
