"""The JSON Schemas of the files that people write, for completion and validation in editors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from profilegraph.domain.taxonomy_changes.changes import TagChange
from profilegraph.importers.records.mapping import FieldSource, FileMapping
from profilegraph.importers.taxonomies.files import SCHEMA_ID, taxonomy_schema
from profilegraph.language.codec import json_schema

TAXONOMY = "taxonomy.schema.json"
SEGMENT = "segment.schema.json"
CHANGE = "taxonomy-change.schema.json"
MAPPING = "import-mapping.schema.json"


def json_schemas() -> Mapping[str, dict[str, Any]]:
    """Return the schema of each kind of file, by the file name under which it is published."""
    return {
        TAXONOMY: taxonomy_schema(),
        SEGMENT: json_schema(),
        CHANGE: _change(),
        MAPPING: _mapping(),
    }


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a JSON Schema as the text of a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _change() -> dict[str, Any]:
    """Return the schema of changes of tags: an object with exactly one change."""
    schema = TagChange.model_json_schema(by_alias=True)
    filters = json_schema()
    # Filters name dimensions as the API does, too, which no fixed schema knows.
    asked = {"anyOf": [{"$ref": "#/$defs/Filter"}, {"type": "object"}]}
    schema["$defs"]["Split"]["properties"]["where"] |= asked
    for name, definition in filters["$defs"].items():
        schema["$defs"].setdefault(name, definition)
    one = {"minProperties": 1, "maxProperties": 1}
    return {"$schema": SCHEMA_ID, **schema, **one}


def _mapping() -> dict[str, Any]:
    """Return the schema of import mappings; a column name alone may stand for a field's source."""
    schema = FileMapping.model_json_schema()
    column = {"type": ["string", "number", "boolean"], "description": "Name of the column."}
    source = {"anyOf": [{"$ref": f"#/$defs/{FieldSource.__name__}"}, column]}
    schema["properties"]["fields"]["additionalProperties"] = source
    return {"$schema": SCHEMA_ID, **schema}
