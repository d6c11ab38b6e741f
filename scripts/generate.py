"""Write the files that are made from code: `make generate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from profilegraph.api.schema import sdl
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.services.operations.file_schemas import json_schemas, schema_text
from scripts.render_reference import (
    IMPORTS,
    MODULES,
    PERMISSIONS,
    SETTINGS,
    imports_page,
    modules_page,
    permissions_page,
    settings_page,
)
from scripts.render_segments import PAGE, page
from scripts.shipped import shipped_host

SCHEMAS = Path(__file__).parents[1] / "schema"

PAGES: Mapping[Path, Callable[[str], str]] = {
    PAGE: page,
    SETTINGS: settings_page,
    IMPORTS: imports_page,
    MODULES: modules_page,
    PERMISSIONS: permissions_page,
}
"""What writes the generated part of each page anew."""


if __name__ == "__main__":
    host = shipped_host()
    (SCHEMAS / "api.graphql").write_text(sdl(Catalogue.of(host.taxonomies), host), "utf-8")
    for name, schema in json_schemas().items():
        (SCHEMAS / name).write_text(schema_text(schema), "utf-8")
    for target, write in PAGES.items():
        target.write_text(write(target.read_text("utf-8")), "utf-8")
