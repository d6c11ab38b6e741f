"""Taxonomy files: YAML in, a validated Taxonomy out, every fault with its line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from profilegraph.domain.taxonomy.compatibility import (
    NAMES,
    Incompatibility,
    definitions_of,
    incompatibilities,
)
from profilegraph.domain.taxonomy.compatibility import Path as Place
from profilegraph.domain.taxonomy.definition import STRUCTURE_FAULT, Taxonomy
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidTaxonomy
from profilegraph.importers.taxonomies.located_yaml import (
    Located,
    Position,
    YamlFault,
    load_located,
)
from profilegraph.importers.taxonomies.messages import explained
from profilegraph.importers.taxonomies.structure import structure_faults

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class TaxonomySource:
    """A taxonomy, and the file that it was read from."""

    taxonomy: Taxonomy
    located: Located
    name: str
    """The name of the file in faults."""

    def fault(self, path: tuple[str | int, ...], what: str) -> str:
        """Return a fault of the part at `path` as `name:line:column: what`."""
        return _fault(self.name, self.located.position(path), what)


def read_taxonomies(paths: Iterable[Path]) -> tuple[Taxonomy, ...]:
    """Return the taxonomies of several files; raises InvalidTaxonomy with the faults of all."""
    return tuple(source.taxonomy for source in read_sources(paths))


def read_sources(paths: Iterable[Path]) -> list[TaxonomySource]:
    """Return several files with their taxonomies; raises InvalidTaxonomy with the faults of all."""
    found: list[TaxonomySource] = []
    faults: list[str] = []
    for path in paths:
        try:
            found.append(read_source(path))
        except InvalidTaxonomy as error:
            faults.extend(error.faults)
    if faults:
        raise InvalidTaxonomy(faults)
    return found


def read_taxonomy(path: Path) -> Taxonomy:
    """Return the taxonomy that a YAML file defines.

    Raises InvalidTaxonomy with all faults of the file at once, each as `file:line:column: what`.
    """
    return read_source(path).taxonomy


def read_source(path: Path) -> TaxonomySource:
    """Return a YAML file with its taxonomy; raises InvalidTaxonomy with all its faults."""
    try:
        return _parsed(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as fault:
        raise InvalidTaxonomy([f"{path}: cannot be read: {fault.strerror}"]) from fault
    except UnicodeDecodeError as fault:
        raise InvalidTaxonomy([f"{path}: is not UTF-8 text (byte {fault.start})"]) from fault


def parse_taxonomy(text: str, name: str) -> Taxonomy:
    """Return the taxonomy of a YAML text; `name` is the name of the file in faults.

    Raises InvalidTaxonomy with all faults, each as `name:line:column: what`.
    """
    return _parsed(text, name).taxonomy


def incompatibilities_of(
    sources: Iterable[TaxonomySource], others: Iterable[Taxonomy]
) -> list[str]:
    """Return why files are incompatible with each other and with other taxonomies.

    A taxonomy of a file replaces another one of its key.
    """
    found = {source.taxonomy.key: source for source in sources}
    rest = [one for one in others if one.key not in found]
    wrong = incompatibilities([*rest, *(source.taxonomy for source in found.values())])
    return [_located(incompatibility, found) for incompatibility in wrong]


def missing_labels(source: TaxonomySource) -> list[str]:
    """Return which parts of a file lack a label in a required language, each with its place."""
    taxonomy = source.taxonomy
    named: list[tuple[Place, str, Labels]]
    named = [(("labels",), f"the taxonomy {taxonomy.key!r}", taxonomy.labels)]
    named += [
        ((*one.path, "labels"), f"the {NAMES[one.kind]} {one.key!r}", one.definition.labels)
        for one in definitions_of([taxonomy])
    ]
    return [
        source.fault(path, f"{what} has no {language} label: {labels.joined!r} is shown for it")
        for path, what, labels in named
        for language in labels.missing
    ]


def taxonomy_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of taxonomy files, as published in schema/."""
    return {"$schema": SCHEMA_ID, **Taxonomy.model_json_schema(by_alias=True)}


def _located(incompatibility: Incompatibility, sources: dict[str, TaxonomySource]) -> str:
    what = f"{incompatibility.message} {incompatibility.hint}"
    source = sources.get(incompatibility.taxonomy)
    return what if source is None else source.fault(incompatibility.path, what)


def _fault(name: str, position: Position, what: str) -> str:
    line, column = position
    return f"{name}:{line}:{column}: {what}"


def _parsed(text: str, name: str) -> TaxonomySource:
    try:
        located = load_located(text)
    except YamlFault as fault:
        raise InvalidTaxonomy([_fault(name, fault.position, fault.message)]) from fault
    if not isinstance(located.data, dict):
        what = "the file is empty" if located.data is None else "the file holds no mapping"
        raise InvalidTaxonomy([_fault(name, (1, 1), f"{what}; begin with `key:`")])
    taxonomy, faults = _validated(located)
    faults = sorted({*faults, *located.faults, *structure_faults(located)})
    if faults or taxonomy is None:
        raise InvalidTaxonomy([_fault(name, position, what) for position, what in faults])
    return TaxonomySource(taxonomy, located, name)


def _validated(located: Located) -> tuple[Taxonomy | None, list[tuple[Position, str]]]:
    # Strict JSON input is what the published schema describes: "30" is no number, `yes` no boolean.
    try:
        text = json.dumps(located.data)
        return Taxonomy.model_validate_json(text, strict=True, by_alias=True, by_name=False), []
    except ValidationError as error:
        found = [e for e in error.errors(include_url=False) if e["type"] != STRUCTURE_FAULT]
        return None, [explained(e, located) for e in found]
