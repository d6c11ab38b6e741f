"""Pages that list what the code knows: settings, fields of what can be imported, and modules."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from profilegraph.api.runtime.internals import core_schema
from profilegraph.api.runtime.permissions import declared
from profilegraph.api.schema import build_schema
from profilegraph.config import Settings, variable_of
from profilegraph.domain.access import BUILT_IN_ROLES, Permission
from profilegraph.domain.records.kinds import KINDS
from profilegraph.domain.records.stored import StoredField, StoredKind, ValueType, noun_of

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "docs" / "settings.md"
IMPORTS = ROOT / "docs" / "import-fields.md"
MODULES = ROOT / "docs" / "architecture.md"
PERMISSIONS = ROOT / "docs" / "permissions.md"
PLATFORM = ROOT / "platform" / "profilegraph"
EXAMPLES = ROOT / "examples" / "import"
BEGIN = "<!-- What follows is written by scripts/render_reference.py from the code. -->\n"
_DEFAULTS: Mapping[str, str] = {
    "home": "the user's data folder",
    "cache": "the user's cache folder",
    "neo4j_uri": "none: the embedded one",
    "maven_mirror": "Maven Central",
    "bolt_port": "a free one",
}
_READ: Mapping[ValueType, str] = {
    ValueType.TEXT: "text",
    ValueType.BOOLEAN: "yes or no",
    ValueType.NUMBER: "number",
    ValueType.MONEY: "amount of money",
    ValueType.MOMENT: "moment",
    ValueType.DAY: "day",
    ValueType.LIST: "days of the week",
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
    return _page(text, "\n".join(map(_kind, KINDS)))


def modules_page(text: str) -> str:
    """Return the map of the code with the list of its modules written anew."""
    packages = sorted({path.parent for path in PLATFORM.rglob("*.py")})
    return _page(text, "\n".join(filter(None, map(_package, packages))))


def permissions_page(text: str) -> str:
    """Return the page of permissions, with what each role may ask for written anew."""
    roles = BUILT_IN_ROLES.values()
    granted = [
        (f"`{one.value}`", *("✓" if one in role.permissions else "" for role in roles))
        for one in Permission
    ]
    core = core_schema(build_schema())
    asked = [
        (
            f"`{kind}.{name}`",
            "" if needed is None else f"`{needed.value}`",
            *("✓" if needed is None or needed in role.permissions else "" for role in roles),
        )
        for kind, name, needed in declared(core)
    ]
    names = tuple(role.key for role in roles)
    rows = [(f"`{one.key}`", one.labels["zh-CN"], f"`{one.rows.value}`") for one in roles]
    body = [
        _table(("role", "中文", "rows"), rows),
        _table(("permission", *names), granted),
        _table(("field", "permission", *names), asked),
    ]
    return _page(text, "\n".join(body))


def _package(folder: Path) -> str:
    """Return what each module of a package is for, in its own words; empty where it has none."""
    found = {path.name: _summary(path) for path in sorted(folder.glob("*.py"))}
    rows = [(f"`{name}`", told) for name, told in found.items() if name != "__init__.py"]
    heading = f"### {folder.relative_to(PLATFORM.parent).as_posix()}\n\n"
    return heading + _table(("module", "what it is for"), rows) if rows else ""


def _summary(path: Path) -> str:
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(told.partition("\n\n")[0].split()).replace("|", "\\|")


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


def _kind(kind: StoredKind[Any]) -> str:
    rows = [
        (f"`{one.name}`", _needed(one, kind), _read(one, kind))
        for one in kind.fields.values()
        if one.value_type is not ValueType.MAP
    ]
    if "attributes" in kind.fields:
        rows.append(
            ("`attributes.KEY`", "no", "an attribute of a taxonomy, by its key, in its type")
        )
    about = (kind.record.__doc__ or "").splitlines()[0].replace("`value` in its", "its value in")
    example = (EXAMPLES / f"{kind.plural}.csv").read_text("utf-8")
    return (
        f"## `{kind.plural}`\n\n{about}\n\n{_table(('field', 'required', 'is read as'), rows)}\n"
        f"```\n{example}```\n"
    )


def _needed(one: StoredField, kind: StoredKind[Any]) -> str:
    if one.name == "key" and kind.keyed_by_content:
        return "no: made of what the row says"
    if one.required:
        return "**yes**"
    default = kind.record.model_fields[one.name].get_default(call_default_factory=True)
    if default is None or default == ():
        return "no"
    return f"no: {default.value if isinstance(default, StrEnum) else f'{default:g}'}"


def _read(one: StoredField, kind: StoredKind[Any]) -> str:
    if one.choices is not None:
        return "one of " + ", ".join(f"`{choice.value}`" for choice in one.choices)
    if one.format is not None:
        return one.format.value
    if one.name == "key":
        return "key of your own, 1 to 200 characters"
    if one.refers_to is not None:
        return f"key of {_other(one, kind, one.refers_to)}"
    return _READ[one.value_type]


def _other(one: StoredField, kind: StoredKind[Any], label: str) -> str:
    """Return the noun of what a field refers to, `another` where the record or a field has named one."""
    names = [name for name, other in kind.fields.items() if other.refers_to == label]
    if label == kind.label or names[0] != one.name:
        return f"another {noun_of(label)}"
    return f"{'an' if label[0] in 'AEIOU' else 'a'} {noun_of(label)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(one)} |\n" for one in lines)


def columns_of(kind: str) -> Iterator[str]:
    """Yield the columns of the example file of a kind."""
    with (EXAMPLES / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        yield from next(csv.reader(file))
