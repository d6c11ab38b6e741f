"""The words by which people name weekdays, yes and no, and the members of the domain's enums."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import (
    CustomerKind,
    IdentityKind,
    RelationKind,
    TagSource,
)
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction

YES = frozenset({"1", "true", "yes", "y", "t", "on", "是", "有", "对", "真", "√", "✓"})
NO = frozenset({"0", "false", "no", "n", "f", "off", "否", "无", "不", "错", "假", "×", "✗"})

_DAYS = (
    ("monday", "mon", "一"),
    ("tuesday", "tue", "tues", "二"),
    ("wednesday", "wed", "三"),
    ("thursday", "thu", "thur", "thurs", "四"),
    ("friday", "fri", "五"),
    ("saturday", "sat", "六"),
    ("sunday", "sun", "日", "天"),
)
WEEKDAYS: Mapping[str, int] = {
    name: number for number, names in enumerate(_DAYS, start=1) for name in (str(number), *names)
}

_MONTHS = (
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may",),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep", "sept"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)
MONTHS: Mapping[str, int] = {
    name: number for number, names in enumerate(_MONTHS, start=1) for name in names
}

NAMES: Mapping[type[StrEnum], Mapping[str, str]] = {
    CustomerKind: {"企业": "COMPANY", "公司": "COMPANY", "机构": "COMPANY", "个人": "PERSON"},
    IdentityKind: {
        "手机": "PHONE",
        "手机号": "PHONE",
        "电话": "PHONE",
        "邮箱": "EMAIL",
        "电子邮箱": "EMAIL",
        "企业微信": "WECOM_EXTERNAL_USER",
        "微信": "WECHAT_OPENID",
        "统一社会信用代码": "UNIFIED_SOCIAL_CREDIT_CODE",
        "网站": "WEBSITE",
        "设备": "DEVICE",
        "其他": "OTHER",
    },
    TagSource: {
        "手动": "MANUAL",
        "人工": "MANUAL",
        "规则": "RULE",
        "导入": "IMPORT",
        "模型": "MODEL",
    },
    RelationKind: {
        "母公司": "PARENT",
        "子公司": "SUBSIDIARY",
        "合作伙伴": "PARTNER",
        "伙伴": "PARTNER",
    },
    FollowUpKind: {
        "电话": "CALL",
        "拜访": "VISIT",
        "聊天": "CHAT",
        "微信": "CHAT",
        "邮件": "EMAIL",
        "会议": "MEETING",
        "其他": "OTHER",
    },
    OpportunityOutcome: {
        "进行中": "OPEN",
        "赢单": "WON",
        "成交": "WON",
        "输单": "LOST",
        "丢单": "LOST",
    },
    DecisionRole: {
        "经济决策人": "ECONOMIC_BUYER",
        "决策人": "DECIDER",
        "决策者": "DECIDER",
        "技术决策人": "TECHNICAL_BUYER",
        "支持者": "CHAMPION",
        "影响者": "INFLUENCER",
        "把关人": "GATEKEEPER",
        "使用者": "USER",
        "反对者": "BLOCKER",
    },
    DepartmentFunction: {
        "管理": "MANAGEMENT",
        "管理层": "MANAGEMENT",
        "信息技术": "IT",
        "采购": "PROCUREMENT",
        "财务": "FINANCE",
        "市场": "MARKETING",
        "销售": "SALES",
        "运营": "OPERATIONS",
        "生产": "PRODUCTION",
        "研发": "RESEARCH",
        "人力资源": "HUMAN_RESOURCES",
        "人事": "HUMAN_RESOURCES",
        "法务": "LEGAL",
        "行政": "ADMINISTRATION",
        "客服": "SERVICE",
        "其他": "OTHER",
    },
}
"""Of each enum, the Chinese names of its members; the English ones are the members themselves."""
