"""What keeps a filter from being asked: what is missing or does not fit, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from profilegraph.domain.values import Labels


class FaultKind(StrEnum):
    """Why a segment cannot be evaluated any more."""

    DIMENSION_MISSING = "DIMENSION_MISSING"
    TAG_MISSING = "TAG_MISSING"
    ATTRIBUTE_MISSING = "ATTRIBUTE_MISSING"
    METRIC_MISSING = "METRIC_MISSING"
    EVENT_TYPE_MISSING = "EVENT_TYPE_MISSING"
    SEGMENT_MISSING = "SEGMENT_MISSING"
    NOT_ORDERED = "NOT_ORDERED"
    OTHER_TYPE = "OTHER_TYPE"
    AMOUNT = "AMOUNT"
    CIRCLE = "CIRCLE"
    TOO_LARGE = "TOO_LARGE"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a filter."""

    kind: FaultKind
    place: str
    """Where in the filter, such as `filter.all[1].tags`; through the segments that it refers to."""
    message: str
    key: str | None = None
    """Key of what is missing, or of what is not as the filter needs it."""
    hint: str = ""

    def __str__(self) -> str:
        """Return the whole sentence: where, what is wrong, what was probably meant."""
        return f"{self.place}: {self.message}" + (f" {self.hint}" if self.hint else "")

    def text(self, locale: str) -> str:
        """Return what is wrong, in Chinese for any zh locale and in English otherwise."""
        return _TEXTS[self.kind].text(locale).format(self.key)

    def advice(self, locale: str) -> str:
        """Return what to do about it."""
        return _ADVICE.get(self.kind, _SAVE_ANEW).text(locale)


def _missing(zh_cn: str, en: str) -> Labels:
    return Labels(
        zh_cn=f"{zh_cn}「{{0}}」已不存在", en=f"the {en} {{0!r}} is in no taxonomy any more"
    )


_TEXTS: Mapping[FaultKind, Labels] = MappingProxyType(
    {
        FaultKind.DIMENSION_MISSING: _missing("维度", "dimension"),
        FaultKind.TAG_MISSING: _missing("标签", "tag"),
        FaultKind.ATTRIBUTE_MISSING: _missing("属性", "attribute"),
        FaultKind.METRIC_MISSING: _missing("指标", "metric"),
        FaultKind.EVENT_TYPE_MISSING: _missing("行为类型", "event type"),
        FaultKind.SEGMENT_MISSING: Labels(
            zh_cn="人群「{0}」已不存在", en="the segment {0!r} is not there any more"
        ),
        FaultKind.NOT_ORDERED: Labels(
            zh_cn="维度「{0}」不再有顺序，无法比较高低",
            en="the dimension {0!r} is not ordered any more, so above and below mean nothing in it",
        ),
        FaultKind.OTHER_TYPE: Labels(
            zh_cn="属性「{0}」已改为其他类型，无法这样比较",
            en="the attribute {0!r} is of another type now and cannot be compared so",
        ),
        FaultKind.AMOUNT: Labels(zh_cn="金额超出范围", en="an amount cannot be kept as it is"),
        FaultKind.CIRCLE: Labels(
            zh_cn="人群互相引用，形成循环", en="segments refer to one another in a circle"
        ),
        FaultKind.TOO_LARGE: Labels(
            zh_cn="连同所引用的人群，条件过多",
            en="with the segments that it refers to, the filter is too large",
        ),
    }
)
_SAVE_ANEW = Labels(
    zh_cn="请保存人群的新版本，去掉或更改该条件。",
    en="Save a new version of the segment without this condition, or with another.",
)
_BRING_BACK = Labels(
    zh_cn="请重新加载含有它的分类，人群会自动恢复；或保存不含该条件的新版本。",
    en="Load a taxonomy that has it, and the segment mends itself; or save a new version of the"
    " segment without this condition.",
)
_ADVICE: Mapping[FaultKind, Labels] = MappingProxyType(
    {
        FaultKind.DIMENSION_MISSING: _BRING_BACK,
        FaultKind.TAG_MISSING: _BRING_BACK,
        FaultKind.ATTRIBUTE_MISSING: _BRING_BACK,
        FaultKind.METRIC_MISSING: _BRING_BACK,
        FaultKind.EVENT_TYPE_MISSING: _BRING_BACK,
        FaultKind.SEGMENT_MISSING: Labels(
            zh_cn="请以同一键值重新保存该人群，或保存不含该条件的新版本。",
            en="Save a segment under that key again, or a new version of this one without the"
            " condition.",
        ),
    }
)
