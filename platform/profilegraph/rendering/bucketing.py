"""Ways to part customers into buckets that people can read: by tags, by bands of numbers, by filters.

In JSON a way is an object with one key: `{"dimension": "industry"}`, `{"attribute": {"key":
"annual_revenue", "bounds": [100000, 500000]}}`, `{"metric": …}`, `{"eventCount": {"type":
"purchase", "bounds": [1, 3]}}`, `{"eventTotal": …}` or `{"filters": […]}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from pydantic import Field, FiniteFloat, TypeAdapter, ValidationError

from profilegraph.domain.refusals import reason, reasons
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import Labels, SnakeKey
from profilegraph.errors import InvalidInput
from profilegraph.language.answers import ByFilter, ByTag, GroupBy
from profilegraph.language.codec import NO_CONDITIONS, Conditions, decode
from profilegraph.language.nodes import (
    AttributeLeaf,
    BooleanTest,
    Events,
    EventTotal,
    MetricLeaf,
    Node,
    NumberTest,
    Window,
)
from profilegraph.language.nodes.parts import NodePart
from profilegraph.rendering.languages import in_every_language
from profilegraph.rendering.phrases import plain
from profilegraph.rendering.wording.answers import BucketWording

MOST_FILTERS = 50
Bounds = Annotated[tuple[FiniteFloat, ...], Field(max_length=MOST_FILTERS - 1)]


@dataclass(frozen=True)
class Bands(NodePart):
    """Bands of an attribute or a metric: below the first bound, from each to the next, above."""

    key: SnakeKey
    bounds: Bounds = ()

    def __post_init__(self) -> None:
        _ascending(self.bounds)


@dataclass(frozen=True)
class EventBands(NodePart):
    """Bands of how many events of a type there are, or of what their amounts add up to."""

    type: SnakeKey
    bounds: Annotated[Bounds, Field(min_length=1)]
    window: Window | None = None

    def __post_init__(self) -> None:
        _ascending(self.bounds)


@dataclass(frozen=True)
class Bucketing:
    """A level with what people call its buckets; those that have no label are read as filters."""

    level: GroupBy
    labels: tuple[Labels | None, ...]


_BANDS = TypeAdapter(Bands)
_EVENT_BANDS = TypeAdapter(EventBands)
_NAMES = ("dimension", "attribute", "metric", "eventCount", "eventTotal", "filters")


def by_dimension(dimension: str, catalogue: Catalogue) -> Bucketing:
    """Return the parting by the tags of a dimension; raises NotFound."""
    found = catalogue.dimension(dimension)
    return Bucketing(
        ByTag(found.key), (*(tag.labels for tag in found.tags), _said(lambda words: words.untagged))
    )


def parting(
    value: Mapping[str, Any], catalogue: Catalogue, others: Conditions = NO_CONDITIONS
) -> Bucketing:
    """Return the parting that a JSON value stands for; its filters are read with `others`.

    Raises InvalidInput or InvalidFilter where it is none, NotFound where no taxonomy has its key.
    """
    if len(value) != 1 or next(iter(value)) not in _NAMES:
        raise InvalidInput(f"a level is one of {', '.join(_NAMES)}.", where="levels")
    [(name, body)] = value.items()
    match name:
        case "dimension":
            return by_dimension(body, catalogue)
        case "attribute":
            return _by_attribute(_read(_BANDS, body, name), catalogue)
        case "metric":
            return _by_metric(_read(_BANDS, body, name), catalogue)
        case "eventCount":
            return _by_count(_read(_EVENT_BANDS, body, name))
        case "eventTotal":
            bands = _read(_EVENT_BANDS, body, name)
            tests = _tests(bands.bounds)
            return _banded(
                [EventTotal(type=bands.type, window=bands.window, total=one) for one in tests],
                bands.bounds,
                lambda words: words.unmatched,
            )
        case _:
            return _by_filters(body, others)


def _by_attribute(bands: Bands, catalogue: Catalogue) -> Bucketing:
    kind = catalogue.attribute(bands.key).type
    if kind is AttributeType.BOOLEAN and not bands.bounds:
        filters = (
            AttributeLeaf(bands.key, boolean=BooleanTest(True)),
            AttributeLeaf(bands.key, boolean=BooleanTest(False)),
        )
        return Bucketing(
            ByFilter(filters),
            (
                in_every_language(lambda words: words.yes),
                in_every_language(lambda words: words.no),
                _said(lambda words: words.valueless),
            ),
        )
    if kind is not AttributeType.NUMBER or not bands.bounds:
        raise InvalidInput(
            f"{bands.key!r} is a {kind.value} attribute; only numbers have bands, and they need"
            " bounds.",
            hint="Give `bounds` for a number, none for a boolean, and `filters` for all else.",
            where="levels.attribute",
        )
    tests = _tests(bands.bounds)
    return _banded(
        [AttributeLeaf(bands.key, number=one) for one in tests],
        bands.bounds,
        lambda words: words.valueless,
    )


def _by_metric(bands: Bands, catalogue: Catalogue) -> Bucketing:
    catalogue.metric(bands.key)
    if not bands.bounds:
        raise InvalidInput("give at least one bound.", where="levels.metric.bounds")
    tests = _tests(bands.bounds)
    return _banded(
        [MetricLeaf(bands.key, number=one) for one in tests],
        bands.bounds,
        lambda words: words.valueless,
    )


def _by_count(bands: EventBands) -> Bucketing:
    bounds = [int(one) for one in bands.bounds if one >= 1 and one == int(one)]
    if len(bounds) < len(bands.bounds):
        raise InvalidInput(
            "numbers of events are split at whole numbers from 1 on.",
            where="levels.eventCount.bounds",
        )
    ends = [*(one - 1 for one in bounds), None]
    filters = [
        Events(type=bands.type, window=bands.window, at_least=least or None, at_most=most)
        for least, most in zip([0, *bounds], ends, strict=True)
    ]
    labels = [
        _said(lambda words: words.band_from, least)
        if most is None
        else (_text(least) if least == most else _said(lambda words: words.band_whole, least, most))
        for least, most in zip([0, *bounds], ends, strict=True)
    ]
    return Bucketing(ByFilter(tuple(filters)), (*labels, _said(lambda words: words.unmatched)))


def _by_filters(body: Any, others: Conditions) -> Bucketing:
    if not isinstance(body, Sequence) or not 1 <= len(body) <= MOST_FILTERS:
        raise InvalidInput(f"give 1 to {MOST_FILTERS} filters.", where="levels.filters")
    filters = tuple(decode(one, others) for one in body)
    return Bucketing(
        ByFilter(filters), (*(None for _ in filters), _said(lambda words: words.unmatched))
    )


def _tests(bounds: Sequence[float]) -> list[NumberTest]:
    between = [NumberTest(gte=low, lt=high) for low, high in pairwise(bounds)]
    return [NumberTest(lt=bounds[0]), *between, NumberTest(gte=bounds[-1])]


def _banded(
    filters: Sequence[Node], bounds: Sequence[float], rest: Callable[[BucketWording], str]
) -> Bucketing:
    between = (_said(lambda words: words.band_between, low, high) for low, high in pairwise(bounds))
    labels = (
        _said(lambda words: words.band_below, bounds[0]),
        *between,
        _said(lambda words: words.band_from, bounds[-1]),
    )
    return Bucketing(ByFilter(tuple(filters)), (*labels, _said(rest)))


def _said(word: Callable[[BucketWording], str], *values: float) -> Labels:
    """Return what buckets are called in every language, with numbers in it."""
    numbers = [plain(float(value)) for value in values]
    return in_every_language(lambda words: word(words.answers.buckets).format(*numbers))


def _text(number: int) -> Labels:
    return in_every_language(lambda _: plain(float(number)))


def _read(adapter: TypeAdapter[Any], body: object, name: str) -> Any:
    try:
        return adapter.validate_python(body)
    except ValidationError as fault:
        first = reasons(fault)[0]
        place = ".".join(str(part) for part in ("levels", name, *first["loc"]))
        raise InvalidInput(reason(first) + ".", where=place) from fault


def _ascending(bounds: Sequence[float]) -> None:
    if any(low >= high for low, high in pairwise(bounds)):
        raise ValueError("each bound must be greater than the one before it")
