"""`profilegraph model`: what plugins compute of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from profilegraph.cli.plugins.options import Options, parse_pairs
from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.listing import AsJson, labels_json, show_json, show_rows
from profilegraph.cli.terminal.running import Locale, Moment, present, run

if TYPE_CHECKING:
    from profilegraph.domain.taxonomy.catalogue import Catalogue
    from profilegraph.hooks.models import Model
    from profilegraph.services.platform import Platform
    from profilegraph.services.plugins.models import ModelRun


app = typer.Typer(help="Models: metrics and tags that plugins compute.", no_args_is_help=True)


@app.command("list")
def list_(locale: Locale, as_json: AsJson = False) -> None:
    """List the models of the installed plugins, with their options."""
    from profilegraph.hooks.hosting.host import load_host

    models = [(one, _options(one)) for one in load_host().models]
    if as_json:
        listed = [
            {"key": one.key, "labels": labels_json(one.labels), "options": options}
            for one, options in models
        ]
        show_json(listed)
        return
    show_rows(
        ("model", "label", "options"),
        (
            (one.key, one.labels.text(locale), ", ".join(f"{k}={v}" for k, v in options.items()))
            for one, options in models
        ),
    )


def _options(model: Model[Any]) -> dict[str, object]:
    """Return the options of a model, each with what it is where it is not given."""
    return {
        name: "(required)" if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in model.options.model_fields.items()
    }


@app.command("run")
def run_(
    key: Annotated[str, typer.Argument(help="The model's key, as `list` shows it.")],
    locale: Locale,
    now: Moment = None,
    option: Options = None,
) -> None:
    """Compute a model for every customer, and keep its metrics and tags in the graph."""
    from profilegraph.services.plugins.models import compute, parse_options

    given = parse_pairs(option)

    async def work(platform: Platform) -> tuple[ModelRun, Catalogue]:
        model = platform.host.model(key)
        done = await compute(platform, model, now or present(), parse_options(model, given))
        return done, await platform.catalogue()

    show_run(*run(work), locale)


def show_run(done: ModelRun, catalogue: Catalogue, locale: str) -> None:
    """Print what a run of a model said: its facts, and how many customers got each tag."""
    from profilegraph.domain.taxonomy.catalogue import tag_key

    moment = f"{done.now:%Y-%m-%d %H:%M} UTC"
    out.print(f"[bold]{done.model}[/] as of {moment}: {done.changed:,} customers changed")
    for name, value in done.facts.items():
        if name != "as_of":
            out.print(f"  {name.replace('_', ' ')}: {escape(_fact(value))}")
    for dimension, counts in done.tags.items():
        for tag, count in sorted(counts.items(), key=lambda item: -item[1]):
            label = catalogue.tag(tag_key(dimension, tag)).labels
            out.print(f"  {count:>9,}  {dimension}/{tag}  {escape(label.text(locale))}")


def _fact(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,.10g}"
