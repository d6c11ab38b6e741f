"""Changes of a filter as people read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.codec import decode
from profilegraph.language.nodes import EVERYONE
from profilegraph.language.saved_filters import SavedFilter, SavedFilters
from profilegraph.rendering.difference import differences, line

CATALOGUE = Catalogue.of([read_taxonomy(Path(__file__).parents[1] / "spec" / "spec.yaml")])
LIBRARY = SavedFilters({"vip": SavedFilter(Labels(zh_cn="贵宾", en="VIPs"), EVERYONE)})
MEDIUM: dict[str, Any] = {"tags": {"dimension": "size", "gte": "medium"}}
LARGE: dict[str, Any] = {"tags": {"dimension": "size", "gte": "large"}}
GOLF: dict[str, Any] = {"tags": {"dimension": "hobby", "anyOf": ["golf"]}}
VISIT: dict[str, Any] = {"event": {"type": "visit"}}
VIP: dict[str, Any] = {"segment": {"key": "vip"}}
EITHER: dict[str, Any] = {"any": [GOLF, VISIT]}


def told(before: Any, after: Any, locale: str) -> list[str]:
    changes = differences(decode(before), decode(after))
    return [line(change, CATALOGUE, locale, LIBRARY) for change in changes]


@pytest.mark.parametrize(
    ("before", "after", "english", "chinese"),
    [
        (MEDIUM, MEDIUM, [], []),
        (
            {"all": [MEDIUM, VISIT]},
            {"all": [MEDIUM, VIP]},
            ["removed condition: “Visit” at least once", "added condition: in segment “VIPs”"],
            ["移除条件：“访问”至少一次", "新增条件：属于人群“贵宾”"],
        ),
        (
            {"all": [MEDIUM, VISIT]},
            {"all": [VISIT, LARGE]},
            ["changed: Size is Medium or above → Size is Large or above"],
            ["修改：规模在中及以上 → 规模在大及以上"],
        ),
        (
            MEDIUM,
            {"all": [MEDIUM, GOLF]},
            ["added condition: Hobby is Golf"],
            ["新增条件：爱好为高尔夫"],
        ),
        (
            {"all": [MEDIUM, EITHER]},
            {"all": [MEDIUM, {"any": [GOLF, VISIT, VIP]}]},
            [
                "within [Hobby is Golf or “Visit” at least once]: added alternative: in segment “VIPs”"
            ],
            ["在【爱好为高尔夫，或“访问”至少一次】之内：新增备选条件：属于人群“贵宾”"],
        ),
        (
            {"all": [MEDIUM, VISIT]},
            {"any": [VISIT, MEDIUM]},
            [
                "changed: Size is Medium or above and “Visit” at least once → “Visit” at least once or Size is Medium or above"
            ],
            ["修改：规模在中及以上，且“访问”至少一次 → “访问”至少一次，或规模在中及以上"],
        ),
        (
            {"all": [MEDIUM, VISIT]},
            {"all": [VISIT, {"all": [MEDIUM]}]},
            ["written in another way, asks for the same"],
            ["写法不同，含义不变"],
        ),
        (
            {"related": {"where": {"all": [GOLF, VISIT]}}},
            {"related": {"where": {"all": [GOLF]}}},
            [
                "within [(a related customer where Hobby is Golf and “Visit” at least once)]: removed condition: “Visit” at least once"
            ],
            [
                "在【（有关联客户，满足：爱好为高尔夫，且“访问”至少一次）】之内：移除条件：“访问”至少一次"
            ],
        ),
    ],
)
def test_a_change_is_told_in_words(
    before: Any, after: Any, english: list[str], chinese: list[str]
) -> None:
    assert told(before, after, "en") == english
    assert told(before, after, "zh-CN") == chinese


def test_what_no_taxonomy_has_any_more_is_called_by_its_key() -> None:
    gone = {"all": [MEDIUM, {"tags": {"dimension": "mood", "anyOf": ["good"]}}]}
    assert told(gone, MEDIUM, "en") == ["removed condition: mood (missing) is mood/good (missing)"]
    lost = {"segment": {"key": "lost"}}
    assert told(VIP, lost, "en") == ["changed: in segment “VIPs” → in segment “lost (missing)”"]
