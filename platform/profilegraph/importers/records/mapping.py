"""The mapping file: which column of a foreign table is which field, and how it is written."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from profilegraph.domain.refusals import reason, reasons
from profilegraph.domain.texts import normal_text
from profilegraph.errors import InvalidInput
from profilegraph.importers.taxonomies.located_yaml import Located, YamlFault, load_located
from profilegraph.importers.text.encodings import is_wide
from profilegraph.importers.values.cells import text_of

Word = Annotated[str, AfterValidator(normal_text), BeforeValidator(text_of)]
"""A text; YAML's numbers and booleans stand for what is written."""


def table_encoding(name: str) -> str:
    """Return the name of an encoding that tables can have; raises ValueError."""
    try:
        found = codecs.lookup(name).name
        ascii_compatible = "\n,".encode(found) == b"\n,"
    except LookupError:
        raise ValueError(
            f"no encoding is called {name!r}; such as utf-8, gb18030, latin-1"
        ) from None
    if not ascii_compatible and not is_wide(found):
        raise ValueError(f"{name!r} is no encoding for tables; save the file as UTF-8")
    return found


class FieldSource(BaseModel):
    """Where one field's value comes from, and how the column writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: Annotated[str, AfterValidator(normal_text)] | None = Field(None, min_length=1)
    constant: Word | None = Field(None, description="The same value for every row.")
    attribute: str | None = Field(
        None, description="The attribute of the customer that says it; of an identity's `region`."
    )
    prefix: str = Field("", description="Put before the value, for keys of different systems.")
    values: dict[Word, Word] = Field(default_factory=dict, description="Foreign word → our word.")
    format: str | None = Field(
        None, description="A strptime format of dates, or `excel`, `unix`, `unix_ms`."
    )
    day_first: bool | None = Field(None, description="Whether 03/04/2026 is the third of April.")
    currency: str | None = Field(
        None, pattern=r"^[A-Z]{3}$", description="The currency of the column; nothing is converted."
    )
    decimal: Literal[".", ","] | None = Field(
        None, description="What begins the decimals: a point, unless the file contradicts that."
    )

    @model_validator(mode="before")
    @classmethod
    def _column_alone(cls, given: Any) -> Any:
        return given if isinstance(given, dict) else {"column": text_of(given)}

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = (self.column, self.constant, self.attribute)
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("give exactly one of `column`, `constant` and `attribute`")
        return self


class FileMapping(BaseModel):
    """How a foreign file becomes records; without fields, columns are named as the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: dict[str, FieldSource] = Field(default_factory=dict)
    ignore: tuple[Word, ...] = Field((), description="Columns that are left out on purpose.")
    empty: tuple[Word, ...] = Field((), description="Words that stand for nothing, such as N/A.")
    columns: tuple[Word, ...] = Field((), description="The columns of a file without a header.")
    delimiter: Literal[",", ";", "|", "tab", "whitespace"] | None = Field(
        None, description="Between columns; found out from the header if left out."
    )
    encoding: Annotated[str, AfterValidator(table_encoding)] | None = Field(
        None, description="Found out from the whole file if left out."
    )

    @model_validator(mode="after")
    def _distinct_columns(self) -> Self:
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("`columns` names a column twice")
        return self

    @property
    def digest(self) -> str:
        """Return a fingerprint of what the mapping says, whatever its comments and spacing."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def read_mapping(path: Path) -> FileMapping:
    """Return the mapping in a YAML file; raises InvalidInput with the line of every fault."""
    try:
        located = load_located(path.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise InvalidInput(f"cannot be read: {fault.strerror}.", where=str(path)) from fault
    except UnicodeDecodeError as fault:
        raise InvalidInput(
            "is not UTF-8 text.", where=str(path), hint="Save it as UTF-8."
        ) from fault
    except YamlFault as fault:
        line, column = fault.position
        raise InvalidInput(f"{fault.message}.", where=f"{path}:{line}:{column}") from fault
    faults = [f"{path}:{line}:{column}: {text}" for (line, column), text in located.faults]
    try:
        mapping = FileMapping.model_validate(located.data or {})
    except ValidationError as fault:
        raise InvalidInput("\n".join([*faults, *_faults(path, located, fault)])) from fault
    if faults:
        raise InvalidInput("\n".join(faults))
    return mapping


def _faults(path: Path, located: Located, fault: ValidationError) -> list[str]:
    found = []
    for error in reasons(fault):
        place = error["loc"]
        line, column = located.keys.get(place) or located.position(place)
        name = ".".join(str(part) for part in place)
        known = (FieldSource if place[:1] == ("fields",) else FileMapping).model_fields
        found.append(f"{path}:{line}:{column}: {name}: {reason(error, known)}")
    return found
