"""Pages that list what the code knows: settings, and the fields of what can be imported."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from profilegraph.config import Settings, variable_of
from profilegraph.domain.values import Record
from profilegraph.importers.records.content_keys import KEYED_BY_CONTENT
from profilegraph.importers.values.fields import bare_type
from profilegraph.storage.records.upserts import RECORDS

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "docs" / "settings.md"
IMPORTS = ROOT / "docs" / "import-fields.md"
EXAMPLES = ROOT / "examples" / "import"
ORDER = (
    "customers",
    "identities",
    "departments",
    "decision_makers",
    "teams",
    "employees",
    "ownerships",
    "channels",
    "arrivals",
    "events",
    "follow_ups",
    "opportunities",
    "participations",
    "consents",
    "relations",
    "taggings",
)
"""Kinds, each after those that it names."""
BEGIN = "<!-- What follows is written by scripts/render_reference.py from the code. -->\n"
_DEFAULTS: Mapping[str, str] = {
    "home": "the user's data folder",
    "cache": "the user's cache folder",
    "neo4j_uri": "none: the embedded one",
    "maven_mirror": "Maven Central",
    "bolt_port": "a free one",
}
_REFERENCES: Mapping[str, str] = {
    "customer": "key of a customer",
    "other": "key of another customer",
    "person": "key of a decision-maker",
    "reports_to": "key of another decision-maker",
    "department": "key of a department",
    "employee": "key of an employee",
    "team": "key of a team",
    "channel": "key of a channel",
    "opportunity": "key of an opportunity",
    "parent": "key of another of this kind",
}
_READ: Mapping[type, str] = {
    str: "text",
    bool: "yes or no",
    float: "number",
    int: "whole number",
    Decimal: "amount of money",
    datetime: "moment",
    date: "day",
    tuple: "days of the week",
}


def settings_page(text: str) -> str:
    """Return the page of settings with the table written anew."""
    rows = [
        (f"`{variable_of(name)}`", _default(name, field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return _page(text, _table(("variable", "default", "meaning"), rows))


def imports_page(text: str) -> str:
    """Return the page of import fields with its tables and examples written anew."""
    return _page(text, "\n".join(_kind(kind, RECORDS[kind]) for kind in ORDER))


def _page(text: str, body: str) -> str:
    head, mark, _ = text.partition(BEGIN)
    if not mark:
        raise ValueError(f"the page lacks the line {BEGIN!r}")
    return f"{head}{BEGIN}\n{body}"


def _default(name: str, field: FieldInfo) -> str:
    if name in _DEFAULTS:
        return _DEFAULTS[name]
    value = field.default
    if value is PydanticUndefined or value in (None, ()):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _kind(kind: str, record: type[Record]) -> str:
    rows = [
        (f"`{name}`", _needed(name, field, record), _read(name, field.annotation, record))
        for name, field in record.model_fields.items()
        if name != "attributes"
    ]
    if "attributes" in record.model_fields:
        rows.append(
            ("`attributes.KEY`", "no", "an attribute of a taxonomy, by its key, in its type")
        )
    about = (record.__doc__ or "").splitlines()[0].replace("`value` in its", "its value in")
    example = (EXAMPLES / f"{kind}.csv").read_text("utf-8")
    return (
        f"## `{kind}`\n\n{about}\n\n{_table(('field', 'required', 'is read as'), rows)}\n"
        f"```\n{example}```\n"
    )


def _needed(name: str, field: FieldInfo, record: type[Record]) -> str:
    if name == "key" and record in KEYED_BY_CONTENT:
        return "no: made of what the row says"
    if field.is_required():
        return "**yes**"
    default = field.get_default(call_default_factory=True)
    if default is None or default == ():
        return "no"
    return f"no: {default.value if isinstance(default, StrEnum) else f'{default:g}'}"


def _read(name: str, annotation: Any, record: type[Record]) -> str:
    bare = bare_type(annotation)
    if issubclass(bare, StrEnum):
        return "one of " + ", ".join(f"`{one.value}`" for one in bare)
    own: Mapping[tuple[str, str], str] = {
        ("Event", "type"): "key of an event type",
        ("Tagging", "tag"): "full key of a tag, `dimension/tag`",
        ("Tagging", "hours"): "span of the day, such as `18:00-22:00`",
        ("Tagging", "confidence"): "share, 0 to 1",
        ("Tagging", "weight"): "share, 0 to 1",
        ("DecisionMaker", "influence"): "share, 0 to 1",
        ("DecisionMaker", "stance"): "number, -1 (against us) to 1 (for us)",
    }
    if (found := own.get((record.__name__, name))) is not None:
        return found
    if name == "key":
        return "key of your own, 1 to 200 characters"
    return _REFERENCES.get(name, _READ[bare]) if bare is str else _READ[bare]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(one)} |\n" for one in lines)


def columns_of(kind: str) -> Iterator[str]:
    """Yield the columns of the example file of a kind."""
    with (EXAMPLES / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        yield from next(csv.reader(file))
