"""Parsers of cells, selected by the type of the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from profilegraph.domain.records.stored import StoredField, ValueType
from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import TextFormat
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
_FORMATS: Mapping[TextFormat | None, Parser] = {
    TextFormat.TAG: parse_tag,
    TextFormat.HOURS: parse_hours,
    TextFormat.REGION: parse_region,
    TextFormat.SHARE: parse_share,
    TextFormat.STANCE: parse_share,
}


def attribute_parser(kind: AttributeType, dates: DateRules, amounts: AmountRules) -> Parser:
    """Return the parser of an attribute of a taxonomy."""
    match kind:
        case AttributeType.NUMBER:
            return partial(parse_number, rules=amounts)
        case AttributeType.DATE:
            return partial(parse_date, rules=dates)
        case AttributeType.BOOLEAN:
            return parse_boolean
        case AttributeType.STRING:
            return str


def field_parser(field: StoredField, dates: DateRules, amounts: AmountRules) -> Parser:
    """Return the parser of a field of a kind of record."""
    if field.choices is not None:
        return partial(parse_enum, words=field.choices)
    if field.format in _FORMATS:
        return _FORMATS[field.format]
    match field.value_type:
        case ValueType.MOMENT:
            return partial(parse_moment, rules=dates)
        case ValueType.DAY:
            return partial(parse_date, rules=dates)
        case ValueType.MONEY:
            return partial(parse_amount, rules=amounts)
        case ValueType.NUMBER:
            return partial(parse_number, rules=amounts)
        case ValueType.BOOLEAN:
            return parse_boolean
        case ValueType.LIST:
            return parse_weekdays
        case _:
            return str


def amount_rules(parser: Parser) -> AmountRules | None:
    """Return the amount rules of a parser; None if it parses something else."""
    rules = parser.keywords.get("rules") if isinstance(parser, partial) else None
    return rules if isinstance(rules, AmountRules) else None
