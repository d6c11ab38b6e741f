"""Why a customer entered or left, as a line that people read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.engines.reference.attribution import AttributedCause
from profilegraph.language.nodes import Cause
from profilegraph.language.saved_filters import SavedFilters
from profilegraph.rendering.evidence import evidence_line
from profilegraph.rendering.languages import wording
from profilegraph.rendering.sentences import sentence

CAUSES: Mapping[Cause, Labels] = MappingProxyType(
    {
        Cause.CUSTOMER_ADDED: Labels(zh_cn="新客户", en="new customer"),
        Cause.MERGED: Labels(zh_cn="客户已合并", en="merged into another customer"),
        Cause.DEFINITION_CHANGED: Labels(zh_cn="人群定义已改变", en="the definition changed"),
        Cause.TAG_ADDED: Labels(zh_cn="打上标签", en="tag added"),
        Cause.TAG_REMOVED: Labels(zh_cn="移除标签", en="tag removed"),
        Cause.TAG_EXPIRED: Labels(zh_cn="标签到期", en="tag expired"),
        Cause.TAG_CHANGED: Labels(zh_cn="标签内容已改变", en="tag given with other words"),
        Cause.PERSON_CHANGED: Labels(zh_cn="决策人已变化", en="decision-maker changed"),
        Cause.OPPORTUNITY_CHANGED: Labels(zh_cn="商机已变化", en="opportunity changed"),
        Cause.EVENT: Labels(zh_cn="有新行为", en="new event"),
        Cause.FOLLOW_UP: Labels(zh_cn="有新跟进", en="new follow-up"),
        Cause.ARRIVAL: Labels(zh_cn="有新来访", en="new arrival"),
        Cause.CONSENT: Labels(zh_cn="授权已变化", en="new word on consent"),
        Cause.TIME_PASSED: Labels(zh_cn="时间推移", en="time passed"),
    }
)


def reason_line(
    reason: AttributedCause, catalogue: Catalogue, locale: str, library: SavedFilters
) -> str:
    """Return a cause with what it is seen by, or else the condition, in Chinese or in English.

    `library` has the segments that the condition refers to.
    """
    label = CAUSES[reason.cause].text(locale)
    if reason.evidence is not None:
        detail = evidence_line(reason.evidence, catalogue, locale)
    elif reason.condition is not None:
        detail = sentence(reason.condition, catalogue, locale, library)
    else:
        return label
    return wording(locale).known.format(label, detail)
