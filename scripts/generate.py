"""Write the files that are made from code: `make generate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from profilegraph.api.schema import sdl
from profilegraph.domain.catalogue import Catalogue
from profilegraph.importers.taxonomies import taxonomy_schema
from profilegraph.segments.codec import json_schema
from scripts.render_segments import PAGE, page
from scripts.shipped import shipped_host

SCHEMAS = Path(__file__).parents[1] / "schema"


def as_text(schema: dict[str, Any]) -> str:
    """Return a JSON Schema as it is committed."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    host = shipped_host()
    (SCHEMAS / "api.graphql").write_text(sdl(Catalogue.of(host.taxonomies), host), "utf-8")
    (SCHEMAS / "segment.schema.json").write_text(as_text(json_schema()), "utf-8")
    (SCHEMAS / "taxonomy.schema.json").write_text(as_text(taxonomy_schema()), "utf-8")
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
