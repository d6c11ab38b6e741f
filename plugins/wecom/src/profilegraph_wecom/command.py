"""`profilegraph wecom`: the tag library of WeCom as a taxonomy file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.errors import InvalidInput
from profilegraph.hooks import UnreadableItem
from profilegraph_wecom.library import continued, taxonomy_of
from profilegraph_wecom.payloads import TagGroup
from profilegraph_wecom.responses import read_parts

app = typer.Typer(help="What WeCom's API returned.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Prepare what WeCom's API returned; `profilegraph import wecom` imports it."""


@app.command()
def tags(
    file: Annotated[Path, typer.Argument(help="What get_corp_tag_list returned.")],
    output: Annotated[Path, typer.Argument(help="The taxonomy file to write.")],
) -> None:
    """Write the tag library as a taxonomy: `profilegraph taxonomy load` then puts it in force.

    Where the taxonomy file is there already, its next version is written: what is gone from the
    library stays, deprecated.
    """
    taxonomy = read_library(file)
    if output.exists():
        old = Taxonomy.model_validate(yaml.safe_load(output.read_text("utf-8")))
        taxonomy = continued(taxonomy, old)
    data = taxonomy.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    output.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    counted = sum(len(dimension.tags) for dimension in taxonomy.dimensions)
    typer.echo(
        f"{output}: version {taxonomy.version}, {len(taxonomy.dimensions)} dimensions, {counted} tags"
    )


def read_library(file: Path) -> Taxonomy:
    """Return the taxonomy of the tag library in a file; raises InvalidInput where there is none."""
    found = list(read_parts(file))
    wrong = [part for part in found if isinstance(part, UnreadableItem)]
    if wrong:
        raise InvalidInput(wrong[0].reason, where=str(file))
    groups = [part for part in found if isinstance(part, TagGroup)]
    if not groups:
        raise InvalidInput(
            "no tag library is in the file.",
            hint="Give what externalcontact/get_corp_tag_list returned.",
            where=str(file),
        )
    return taxonomy_of(groups)
