"""The words of filter sentences, one set a language; both have every word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from profilegraph.domain.customers import TagSource
from profilegraph.domain.organisation import DecisionRole, DepartmentFunction


@dataclass(frozen=True)
class Wording:
    """The words of one language; `{}` is where a value stands."""

    and_: str
    or_: str
    not_: str
    group: str
    comma: str
    space: str
    everyone: str
    no_one: str
    has: str
    is_: str
    any_of: str
    all_of: str
    none_of: str
    something: str
    nothing: str
    or_above: str
    or_below: str
    exactly_this: str
    confidence: str
    weight: str
    source: str
    tagged_within: str
    is_known: str
    is_unknown: str
    yes: str
    no: str
    did: str
    by_channel: str
    content: str
    amount: str
    who: str
    role: str
    title: str
    influence: str
    stance: str
    chain_depth: str
    works_in: str
    named: str
    or_below_it: str
    tagging: str
    known: str
    unknown: str
    event: str
    of: str
    comparisons: Mapping[str, str]
    times: Mapping[str, str]
    windows: Mapping[str, str]
    people: Mapping[str, str]
    sources: Mapping[TagSource, str]
    weekdays: tuple[str, ...]
    roles: Mapping[DecisionRole, str]
    functions: Mapping[DepartmentFunction, str]


ENGLISH = Wording(
    and_=" and ",
    or_=" or ",
    not_="not ({})",
    group="({})",
    comma=", ",
    space=" ",
    everyone="every customer",
    no_one="no customer",
    has="{} {}",
    is_="is {}",
    any_of="is any of {}",
    all_of="has all of {}",
    none_of="is none of {}",
    something="has any tag",
    nothing="has no tag",
    or_above="is {} or above",
    or_below="is {} or below",
    exactly_this="without the tags below",
    confidence="confidence at least {:g}",
    weight="weight at least {:g}",
    source="tagged by {}",
    tagged_within="tagged in the last {} days",
    is_known="{} is known",
    is_unknown="{} is not known",
    yes="yes",
    no="no",
    did="“{}”",
    by_channel="by {}",
    content="content ",
    amount="amount ",
    who=" with {}",
    role="role {}",
    title="title ",
    influence="influence ",
    stance="stance ",
    chain_depth="superiors above ",
    works_in="department {}",
    named="named ",
    or_below_it=" or below",
    tagging="{} since {}, by {} {}",
    known="{}: {}",
    unknown="{} is not known",
    event="{} on {}",
    of=" in {}",
    comparisons={
        "eq": "is {}",
        "ne": "is not {}",
        "in_": "is one of {2}",
        "lt": "below {}",
        "lte": "at most {}",
        "gt": "above {}",
        "gte": "at least {}",
        "between": "from {0} to {1}",
        "contains": "contains “{}”",
        "starts_with": "starts with “{}”",
        "in_last_days": "in the last {} days",
        "in_next_days": "in the next {} days",
    },
    times={
        "once": " at least once",
        "at_least": " at least {0} times",
        "at_most": " at most {1} times",
        "exactly": " exactly {0} times",
        "between": " {0} to {1} times",
        "never": " never",
    },
    windows={"last_days": "in the last {} days", "since": "since {}", "until": "before {}"},
    people={
        "once": "a decision-maker",
        "at_least": "at least {0} decision-makers",
        "at_most": "at most {1} decision-makers",
        "exactly": "exactly {0} decision-makers",
        "between": "{0} to {1} decision-makers",
        "never": "no known decision-maker",
    },
    sources={
        TagSource.MANUAL: "hand",
        TagSource.RULE: "a rule",
        TagSource.IMPORT: "an import",
        TagSource.MODEL: "a model",
    },
    weekdays=(
        "on Mondays",
        "on Tuesdays",
        "on Wednesdays",
        "on Thursdays",
        "on Fridays",
        "on Saturdays",
        "on Sundays",
    ),
    roles={
        DecisionRole.ECONOMIC_BUYER: "economic buyer",
        DecisionRole.DECIDER: "decider",
        DecisionRole.TECHNICAL_BUYER: "technical buyer",
        DecisionRole.CHAMPION: "champion",
        DecisionRole.INFLUENCER: "influencer",
        DecisionRole.GATEKEEPER: "gatekeeper",
        DecisionRole.USER: "user",
        DecisionRole.BLOCKER: "blocker",
    },
    functions={one: one.value.replace("_", " ").lower() for one in DepartmentFunction}
    | {DepartmentFunction.IT: "IT"},
)

CHINESE = Wording(
    and_="，且",
    or_="，或",
    not_="不满足（{}）",
    group="（{}）",
    comma="、",
    space="",
    everyone="全部客户",
    no_one="没有客户",
    has="{}{}",
    is_="为{}",
    any_of="为{}之一",
    all_of="同时有{}",
    none_of="不是{}",
    something="已有标签",
    nothing="没有标签",
    or_above="在{}及以上",
    or_below="在{}及以下",
    exactly_this="不含下级标签",
    confidence="置信度不低于{:g}",
    weight="权重不低于{:g}",
    source="{}打的标签",
    tagged_within="最近{}天内打的标签",
    is_known="{}已知",
    is_unknown="{}未知",
    yes="是",
    no="否",
    did="“{}”",
    by_channel="渠道为{}",
    content="内容",
    amount="金额",
    who="（{}）",
    role="角色为{}",
    title="职务",
    influence="影响力",
    stance="立场",
    chain_depth="上级层数",
    works_in="部门为{}",
    named="名称",
    or_below_it="及其下级部门",
    tagging="{}，自{}起，{}{}",
    known="{}：{}",
    unknown="{}未知",
    event="{}，{}",
    of="，{}",
    comparisons={
        "eq": "为{}",
        "ne": "不为{}",
        "in_": "为{2}之一",
        "lt": "小于{}",
        "lte": "不大于{}",
        "gt": "大于{}",
        "gte": "不小于{}",
        "between": "在{0}到{1}之间",
        "contains": "包含“{}”",
        "starts_with": "以“{}”开头",
        "in_last_days": "在最近{}天内",
        "in_next_days": "在今后{}天内",
    },
    times={
        "once": "至少一次",
        "at_least": "至少{0}次",
        "at_most": "最多{1}次",
        "exactly": "恰好{0}次",
        "between": "{0}到{1}次",
        "never": "一次也没有",
    },
    windows={"last_days": "最近{}天内", "since": "自{}起", "until": "在{}之前"},
    people={
        "once": "有决策人",
        "at_least": "至少有{0}位决策人",
        "at_most": "最多有{1}位决策人",
        "exactly": "恰好有{0}位决策人",
        "between": "有{0}到{1}位决策人",
        "never": "没有已知的决策人",
    },
    sources={
        TagSource.MANUAL: "人工",
        TagSource.RULE: "规则",
        TagSource.IMPORT: "导入",
        TagSource.MODEL: "模型",
    },
    weekdays=("每周一", "每周二", "每周三", "每周四", "每周五", "每周六", "每周日"),
    roles={
        DecisionRole.ECONOMIC_BUYER: "经济决策人",
        DecisionRole.DECIDER: "最终决策人",
        DecisionRole.TECHNICAL_BUYER: "技术决策人",
        DecisionRole.CHAMPION: "内部支持者",
        DecisionRole.INFLUENCER: "影响者",
        DecisionRole.GATEKEEPER: "把关人",
        DecisionRole.USER: "使用者",
        DecisionRole.BLOCKER: "反对者",
    },
    functions={
        DepartmentFunction.MANAGEMENT: "管理层",
        DepartmentFunction.IT: "信息技术",
        DepartmentFunction.PROCUREMENT: "采购",
        DepartmentFunction.FINANCE: "财务",
        DepartmentFunction.MARKETING: "市场",
        DepartmentFunction.SALES: "销售",
        DepartmentFunction.OPERATIONS: "运营",
        DepartmentFunction.PRODUCTION: "生产",
        DepartmentFunction.RESEARCH: "研发",
        DepartmentFunction.HUMAN_RESOURCES: "人力资源",
        DepartmentFunction.LEGAL: "法务",
        DepartmentFunction.ADMINISTRATION: "行政",
        DepartmentFunction.SERVICE: "客户服务",
        DepartmentFunction.OTHER: "其他",
    },
)


def wording(locale: str) -> Wording:
    """Return the words for a locale: Chinese for any zh, English otherwise."""
    return CHINESE if locale.lower().startswith("zh") else ENGLISH
