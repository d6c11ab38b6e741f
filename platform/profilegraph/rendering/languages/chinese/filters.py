"""The words of filters in Simplified Chinese: the sentence of each leaf, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from profilegraph.domain.records.activity import FollowUp, FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import Consent, RelationKind
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.values import Record
from profilegraph.language import nodes
from profilegraph.language.nodes.parts import NodePart
from profilegraph.rendering.wording.filters import (
    ComparisonWording,
    CountWording,
    FilterWording,
    WindowWording,
)
from profilegraph.rendering.wording.leaves import (
    ConsentSentence,
    CountSentence,
    DescendantSentence,
    FieldWording,
    PartSentence,
    QualifiedSentence,
    RelatedSentence,
    TagSentence,
    TeamSentence,
    TextSentence,
    TimesSentence,
    TimesWording,
    ValueSentence,
)
from profilegraph.rendering.wording.plurals import Plural

_WINDOW = FieldWording("{}", "时间")
_EVENT = {
    "channels": FieldWording("渠道为{}", "渠道"),
    "content": FieldWording("内容{}", "内容"),
    "amount": FieldWording("金额{}", "金额"),
}
_KNOWN = ("{}已知", "{}未知")
_LEAVES: Mapping[type[nodes.Leaf], PartSentence] = {
    nodes.Tags: TagSentence(
        has="{}{}",
        is_="为{}",
        any_of="为{}之一",
        all_of="同时有{}",
        none_of="不是{}",
        something="已有标签",
        nothing="没有标签",
        or_above="在{}及以上",
        or_below="在{}及以下",
        details={
            "exact": FieldWording("不含下级标签"),
            "min_confidence": FieldWording("置信度不低于{}"),
            "min_weight": FieldWording("权重不低于{}"),
            "source": FieldWording("{}打的标签"),
            "tagged_within_days": FieldWording(Plural("最近{}天内打的标签")),
            "weekday": FieldWording(
                ("每周一", "每周二", "每周三", "每周四", "每周五", "每周六", "每周日")
            ),
        },
    ),
    nodes.AttributeLeaf: ValueSentence(
        *_KNOWN,
        details={
            "number": FieldWording(),
            "text": FieldWording(),
            "date": FieldWording(),
            "boolean": FieldWording(),
        },
    ),
    nodes.MetricLeaf: ValueSentence(*_KNOWN, details={"number": FieldWording()}),
    nodes.Cohort: TextSentence("在随机份额{from_}到{to}之内（“{salt}”）"),
    nodes.Events: TimesSentence(
        "“{type}”",
        TimesWording(
            once="至少一次",
            at_least=Plural("至少{0}次"),
            at_most=Plural("最多{1}次"),
            exactly=Plural("恰好{0}次"),
            between=Plural("{0}到{1}次"),
            never="一次也没有",
        ),
        details={"window": _WINDOW, **_EVENT},
    ),
    nodes.EventTotal: TextSentence(
        "“{type}”金额合计{total}", details={"window": _WINDOW, **_EVENT}
    ),
    nodes.Stopped: TextSentence(
        "“{type}”{at_least}{did}，但{did_not}没有",
        details={"at_least": FieldWording(Plural("至少{}次，")), **_EVENT},
    ),
    nodes.Sequence: TextSentence(
        "先有{first}，后有{then}",
        details={"within_days": FieldWording(Plural("相隔不超过{}天")), "window": _WINDOW},
    ),
    nodes.Opportunities: CountSentence(
        "有商机", Plural("个商机"), "没有商机", details={"where": FieldWording()}
    ),
    nodes.FollowUps: CountSentence(
        "有跟进",
        Plural("次跟进"),
        "没有跟进",
        details={
            "kinds": FieldWording("方式为{}", "方式"),
            "window": _WINDOW,
            "employees": FieldWording("跟进人为{}", "员工"),
            "note": FieldWording("记录{}", "记录"),
            "outcome": FieldWording("结果{}", "结果"),
        },
    ),
    nodes.Arrivals: CountSentence(
        "来过",
        Plural("次到访来源"),
        "没有到访来源",
        details={
            "channels": FieldWording(
                DescendantSentence(
                    "渠道为{}", "及其下级渠道", details={"channels": FieldWording()}
                ),
                "渠道",
            ),
            "window": _WINDOW,
        },
    ),
    nodes.Consents: ConsentSentence(
        "有授权",
        Plural("项授权"),
        "没有授权",
        refused=CountSentence("有拒绝", Plural("项拒绝"), "没有拒绝"),
        details={
            "purposes": FieldWording("用途为{}", "用途"),
            "granted": FieldWording("", "同意或拒绝"),
            "window": _WINDOW,
        },
    ),
    nodes.People: CountSentence(
        "有决策人",
        Plural("位决策人"),
        "没有已知的决策人",
        details={"where": FieldWording()},
    ),
    nodes.Owners: CountSentence(
        "有负责人",
        Plural("位负责人"),
        "没有负责人",
        details={"employees": FieldWording("负责人为{}", "员工"), "window": _WINDOW},
    ),
    nodes.Teams: TeamSentence(
        "有负责人",
        Plural("位负责人"),
        "没有负责人",
        in_team="（团队为{}）",
        any_team="任意",
        below="及其下级团队",
        details={"teams": FieldWording("{}", "团队")},
    ),
    nodes.Related: RelatedSentence(
        "有关联客户",
        Plural("个关联客户"),
        "没有关联客户",
        where="，满足：{}",
        details={
            "kinds": FieldWording("关系为{}"),
            "distance": FieldWording(Plural("最多相隔{}层")),
            "where": FieldWording("", "对方的条件"),
        },
    ),
    nodes.InSegment: TextSentence("属于人群“{key}”"),
}
_PARTS: Mapping[type[NodePart], PartSentence] = {
    nodes.EventTest: QualifiedSentence("“{type}”", details=_EVENT),
    nodes.OpportunityTest: TextSentence(
        "",
        details={
            "stages": FieldWording("阶段为{}", "阶段"),
            "outcomes": FieldWording("结果为{}", "结果"),
            "name": FieldWording("名称{}", "名称"),
            "amount": FieldWording("金额{}", "金额"),
            "close_date": FieldWording("预计成交日期{}", "预计成交日期"),
            "reason": FieldWording("原因{}", "原因"),
        },
    ),
    nodes.PersonTest: TextSentence(
        "",
        details={
            "roles": FieldWording("角色为{}", "角色"),
            "title": FieldWording("职务{}", "职务"),
            "department": FieldWording("{}", "部门"),
            "influence": FieldWording("影响力{}", "影响力"),
            "stance": FieldWording("立场{}", "立场"),
            "chain_depth": FieldWording("上级层数{}", "上级层数"),
            "did": FieldWording("{}", "本人的行为"),
            "takes_part_in": FieldWording("{}", "本人参与的商机"),
        },
    ),
    nodes.DepartmentTest: DescendantSentence(
        "部门为{}",
        "及其下级部门",
        details={"functions": FieldWording(), "name": FieldWording("名称{}")},
    ),
    nodes.ParticipationTest: QualifiedSentence(
        "参与商机",
        details={"where": FieldWording(), "roles": FieldWording("在其中的角色为{}")},
    ),
}
_RECORDS: Mapping[type[Record], PartSentence] = {
    FollowUp: TextSentence(
        "{kind}，{at}",
        details={"employee": FieldWording(), "outcome": FieldWording(), "note": FieldWording()},
    ),
    Consent: TextSentence(
        "{purpose}：{granted}，{at}", details={"granted": FieldWording(("同意", "拒绝"))}
    ),
}
_VALUES: Mapping[type[Enum], Mapping[str, str]] = {
    DecisionRole: {
        "economic_buyer": "经济决策人",
        "decider": "最终决策人",
        "technical_buyer": "技术决策人",
        "champion": "内部支持者",
        "influencer": "影响者",
        "gatekeeper": "把关人",
        "user": "使用者",
        "blocker": "反对者",
    },
    DepartmentFunction: {
        "management": "管理层",
        "it": "信息技术",
        "procurement": "采购",
        "finance": "财务",
        "marketing": "市场",
        "sales": "销售",
        "operations": "运营",
        "production": "生产",
        "research": "研发",
        "human_resources": "人力资源",
        "legal": "法务",
        "administration": "行政",
        "service": "客户服务",
        "other": "其他",
    },
    OpportunityOutcome: {"open": "进行中", "won": "赢单", "lost": "输单"},
    FollowUpKind: {
        "call": "电话",
        "visit": "拜访",
        "chat": "聊天",
        "email": "邮件",
        "meeting": "会议",
        "other": "其他",
    },
    RelationKind: {"parent": "母公司", "subsidiary": "子公司", "partner": "合作伙伴"},
    nodes.Cause: {
        "customer_added": "新客户",
        "merged": "客户已合并",
        "definition_changed": "人群定义已改变",
        "tag_added": "打上标签",
        "tag_removed": "移除标签",
        "tag_expired": "标签到期",
        "tag_changed": "标签内容已改变",
        "person_changed": "决策人已变化",
        "opportunity_changed": "商机已变化",
        "event": "有新行为",
        "follow_up": "有新跟进",
        "arrival": "有新来访",
        "consent": "授权已变化",
        "time_passed": "时间推移",
    },
}

FILTERS = FilterWording(
    not_="不满足（{}）",
    everyone="全部客户",
    no_one="没有客户",
    who="（{}）",
    listed=Plural("在{}位客户的名单中"),
    comparisons=ComparisonWording(
        eq="为{}",
        ne="不为{}",
        in_="为{2}之一",
        lt="小于{}",
        lte="不大于{}",
        gt="大于{}",
        gte="不小于{}",
        between="在{0}到{1}之间",
        contains="包含“{}”",
        starts_with="以“{}”开头",
        in_last_days=Plural("在最近{}天内"),
        in_next_days=Plural("在今后{}天内"),
    ),
    windows=WindowWording(last_days=Plural("最近{}天内"), since="自{}起", until="在{}之前"),
    counts=CountWording(
        at_least="至少有{0}{2}",
        at_most="最多有{1}{2}",
        exactly="恰好有{0}{2}",
        between="有{0}到{1}{2}",
    ),
    leaves=_LEAVES,
    parts=_PARTS,
    records=_RECORDS,
    values=_VALUES,
)
