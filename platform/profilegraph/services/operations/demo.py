"""The demonstration: real purchases in, models computed, segments answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from profilegraph.config import data_folder
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict
from profilegraph.importers.records.mapping import read_mapping
from profilegraph.language.codec import decode
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.rendering.languages import in_every_language
from profilegraph.services.identity.keys import create_key, list_keys, revoke_key
from profilegraph.services.imports.files import ImportJob, ImportReport, import_file
from profilegraph.services.platform import Platform
from profilegraph.services.plugins.models import ModelRun, compute
from profilegraph.services.segments.service import SaveSegment, Waterfall, save_segment, waterfall
from profilegraph.storage.demo import Totals, only_from, read_totals

SOURCE = "CDNOW_master.txt.gz"
CUSTOMERS = 23_570
KEY_NAME = "demo"
MODELS = ("rfm", "lifecycle")

# Moments are absolute, so that the segments answer the same whenever they are asked.
SEGMENTS = {
    "loyal_customers": {
        "all": [
            {"tags": {"dimension": "rfm", "anyOf": ["important_value"]}},
            {"tags": {"dimension": "lifecycle", "anyOf": ["growth", "maturity"]}},
            {"metric": {"key": "rfm_monetary", "number": {"gte": 200}}},
            {
                "event": {
                    "type": "purchase",
                    "atLeast": 2,
                    "window": {"since": "1998-01-01T00:00:00Z"},
                }
            },
        ]
    },
    "big_spenders_to_win_back": {
        "all": [
            {"tags": {"dimension": "rfm", "anyOf": ["important_keep", "important_win_back"]}},
            {"metric": {"key": "rfm_monetary", "number": {"gte": 150}}},
            {
                "event": {
                    "type": "purchase",
                    "atMost": 0,
                    "window": {"since": "1998-01-01T00:00:00Z"},
                }
            },
        ]
    },
    "one_time_buyers": {
        "all": [
            {"tags": {"dimension": "lifecycle", "anyOf": ["churn"]}},
            {"metric": {"key": "rfm_frequency", "number": {"eq": 1}}},
            {"event": {"type": "purchase", "amount": {"gte": 100}}},
            {"not": {"tags": {"dimension": "rfm", "anyOf": ["general_value"]}}},
        ]
    },
}


@dataclass(frozen=True)
class Answer:
    """A saved segment, and what each of its conditions kept."""

    segment: SavedSegment
    waterfall: Waterfall


async def import_purchases(
    platform: Platform, now: datetime
) -> AsyncIterator[tuple[str, ImportReport]]:
    """Yield the report on the customers, then on the events, of the CDNOW file, each with its kind.

    A second run imports nothing anew. Raises Conflict where the graph holds other customers.
    """
    if not await only_from(platform.database, SOURCE, CUSTOMERS):
        raise Conflict(
            "this database holds customers that are not the demonstration's.",
            hint="Give the demonstration a folder of its own: PROFILEGRAPH_HOME=… profilegraph demo",
        )
    folder = data_folder("examples/cdnow")
    conventions = await platform.conventions()
    for kind in ("customers", "events"):
        job = ImportJob(
            kind,
            folder / SOURCE,
            read_mapping(folder / f"{kind}.yaml"),
            reject=platform.settings.home / f"cdnow.{kind}.rejects.csv",
        )
        yield kind, await import_file(platform.database, job, conventions, now)


async def totals(platform: Platform) -> Totals:
    """Return how many customers and purchases there are, and what was spent in all."""
    return await read_totals(platform.database)


async def run_models(platform: Platform, now: datetime) -> list[ModelRun]:
    """Return the runs of the RFM and lifecycle models as of `now`, with their default options."""
    return [await compute(platform, platform.host.model(key), now) for key in MODELS]


async def answer_segments(platform: Platform, as_of: datetime, now: datetime) -> list[Answer]:
    """Return the demonstration's segments, saved at `now` and answered as of `as_of`."""
    answers = []
    context = CommandContext(Actor(KEY_NAME), now)
    for key, filter_ in SEGMENTS.items():
        command = SaveSegment(key, _labels(key), decode(filter_), "demo")
        saved = await save_segment(platform, command, context)
        answers.append(Answer(saved, await waterfall(platform, saved.filter, as_of)))
    return answers


def _labels(key: str) -> Labels:
    return in_every_language(lambda words: getattr(words.demo, key))


async def renew_key(platform: Platform, now: datetime) -> str:
    """Return the secret of a new key; those of earlier demonstrations end."""
    for key in await list_keys(platform.database):
        if key.name == KEY_NAME and key.revoked_at is None:
            await revoke_key(platform.database, key.id, now)
    return await create_key(platform.database, KEY_NAME, now)
