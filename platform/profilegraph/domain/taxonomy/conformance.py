"""Whether a record fits the taxonomies that are in force."""

from __future__ import annotations

from datetime import date
from typing import Any

from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Tagging, TagSource
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import Record
from profilegraph.errors import InvalidInput


def conform(record: Record, catalogue: Catalogue) -> Record:
    """Return a record with its attributes in their declared types, its tag under its present key.

    Raises NotFound where it names an attribute, tag or event type that no taxonomy declares,
    InvalidInput where an attribute's value has another type, or a tag is a model's to give.
    """
    match record:
        case Customer(attributes=attributes) if attributes:
            typed = {key: _typed(key, value, catalogue) for key, value in attributes.items()}
            return record.model_copy(update={"attributes": typed})
        case Tagging(tag=tag):
            catalogue.tag(tag)
            _refuse_derived(record, catalogue)
            return record.model_copy(update={"tag": catalogue.current_tag(tag)})
        case Event(type=kind):
            catalogue.event(kind)
    return record


def _refuse_derived(tagging: Tagging, catalogue: Catalogue) -> None:
    derived = catalogue.dimension(tagging.dimension).derived
    if derived and tagging.source is not TagSource.MODEL:
        raise InvalidInput(
            f"a model sets the tags of {tagging.dimension!r}, people and files do not.",
            hint="Run the model, or use a dimension that is not derived.",
        )


def _typed(key: str, value: Any, catalogue: Catalogue) -> Any:
    attribute = catalogue.attribute(key)
    match attribute.type, value:
        case _, None:
            return None
        case AttributeType.BOOLEAN, bool():
            return value
        case AttributeType.NUMBER, int() | float() if not isinstance(value, bool):
            return float(value)
        case AttributeType.STRING, str():
            return value
        case AttributeType.DATE, date():
            return value
        case AttributeType.DATE, str():
            return _date(key, value)
    raise InvalidInput(
        f"the attribute {key!r} is a {attribute.type.value}, and {value!r} is not.",
        hint="Give a value of that type.",
    )


def _date(key: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(
            f"the attribute {key!r} is a date, and {value!r} is not.",
            hint="Write it as 2026-01-31.",
        ) from None
