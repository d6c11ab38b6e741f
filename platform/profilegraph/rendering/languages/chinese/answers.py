"""The words of answers in Simplified Chinese."""

from __future__ import annotations

from profilegraph.rendering.wording.answers import (
    AnswerWording,
    BucketWording,
    CounterfactualWording,
    DifferenceWording,
    DistanceWording,
    EvidenceWording,
    GroupWording,
    NoticeWording,
)
from profilegraph.rendering.wording.plurals import Plural

_EVIDENCE = EvidenceWording(
    tagging="{}，自{}起，{}{}",
    unknown="{}未知",
    event="{}，{}",
    of="，{}",
    place="在“{0}”中位于{1:.4f}",
    sale="{}、{}",
    came="来自{}，{}",
    owner="{}，自{}起",
    neighbour=Plural("{0}，相隔{1}层"),
    counted=Plural("共{}条"),
    total="合计{}",
    more=Plural("……另有{}条"),
)
_COUNTERFACTUAL = CounterfactualWording(
    wanted="{}；需要：{}",
    unwanted="{}；不应：{}",
    has_count="现有{}",
    sureness="{}（置信度{:g}、权重{:g}）",
    nearest="最接近：{}（不符：{}）",
    distances=DistanceWording(
        number_up=Plural("还差{}"),
        number_down=Plural("多出{}"),
        times_up=Plural("还差{}"),
        times_down=Plural("多出{}"),
        days_up=Plural("晚{}天"),
        days_down=Plural("早{}天"),
        steps_up=Plural("高{}级"),
        steps_down=Plural("低{}级"),
    ),
)
_BUCKETS = BucketWording(
    untagged="未标注",
    valueless="无值",
    unmatched="均不符合",
    band_below="低于 {}",
    band_between="{} 至低于 {}",
    band_from="{} 及以上",
    band_whole="{} 至 {}",
)
_DIFFERENCE = DifferenceWording(
    customers_added=Plural("新增客户{}位"),
    customers_removed=Plural("移除客户{}位"),
    added="新增条件：{}",
    added_alternative="新增备选条件：{}",
    removed="移除条件：{}",
    removed_alternative="移除备选条件：{}",
    changed="修改：{} → {}",
    rewritten="写法不同，含义不变",
    inside="在【{}】之内：{}",
)
_GROUPS = GroupWording(
    no_segment="不属于其中任何一个人群。",
    one_segment="只属于{0}。",
    first_segment="同时属于{0}；{1}排在最前。",
    ranked="{0}（第{1}位）",
    heaviest_segment="同时属于{0}；{1}权重最高。",
    weighed="{0}（权重{1:g}）",
)
_NOTICES = NoticeWording(
    nothing_before="平台在 {1} UTC 时没有任何{0}的记录；",
    saved_later=Plural("{1}{0}在此之后才存入（最早 {2} UTC），未计入该时刻。"),
    many="{:,} 个",
    or_more="{:,} 个或更多",
)

ANSWERS = AnswerWording(
    evidence=_EVIDENCE,
    counterfactual=_COUNTERFACTUAL,
    buckets=_BUCKETS,
    difference=_DIFFERENCE,
    groups=_GROUPS,
    notices=_NOTICES,
)
