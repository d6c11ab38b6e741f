"""What people call the values of the enumerations that answers show, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import (
    CustomerKind,
    IdentityKind,
    RelationKind,
    TagSource,
)
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.values import Labels
from profilegraph.rendering.languages import CHINESE, ENGLISH

E = TypeVar("E", bound=StrEnum)


def label_of(value: StrEnum) -> Labels:
    """Return what people call a value of an enumeration."""
    # By type first: a value of one enumeration is equal to that of another with the same text.
    return ENUM_LABELS[type(value)][value]


def _worded(chinese: Mapping[E, str], english: Mapping[E, str]) -> Mapping[str, Labels]:
    """Return as labels the words that sentences have for values."""
    return {one: Labels(zh_cn=chinese[one], en=_capital(text)) for one, text in english.items()}


def _named(**names: tuple[str, str]) -> Mapping[str, Labels]:
    """Return labels by value, of Chinese and English names."""
    return {value: Labels(zh_cn=zh, en=en) for value, (zh, en) in names.items()}


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


ENUM_LABELS: Mapping[type[StrEnum], Mapping[str, Labels]] = MappingProxyType(
    {
        DecisionRole: _worded(CHINESE.roles, ENGLISH.roles),
        DepartmentFunction: _worded(CHINESE.functions, ENGLISH.functions),
        OpportunityOutcome: _worded(CHINESE.sale_outcomes, ENGLISH.sale_outcomes),
        FollowUpKind: _worded(CHINESE.meetings, ENGLISH.meetings),
        RelationKind: _worded(CHINESE.relations, ENGLISH.relations),
        CustomerKind: _named(COMPANY=("企业", "Company"), PERSON=("个人", "Person")),
        TagSource: _named(
            MANUAL=("人工", "By hand"),
            RULE=("规则", "Rule"),
            IMPORT=("导入", "Import"),
            MODEL=("模型", "Model"),
        ),
        IdentityKind: _named(
            PHONE=("电话", "Phone"),
            EMAIL=("邮箱", "E-mail"),
            WECOM_EXTERNAL_USER=("企业微信外部联系人", "WeCom external contact"),
            WECHAT_OPENID=("微信 OpenID", "WeChat OpenID"),
            WECHAT_UNIONID=("微信 UnionID", "WeChat UnionID"),
            UNIFIED_SOCIAL_CREDIT_CODE=("统一社会信用代码", "Unified social credit code"),
            WEBSITE=("网站", "Website"),
            DEVICE=("设备", "Device"),
            CRM=("CRM 编号", "CRM number"),
            OTHER=("其他", "Other"),
        ),
        SegmentKind: _named(
            DYNAMIC=("动态", "Dynamic"), STATIC=("静态", "Static"), SNAPSHOT=("快照", "Snapshot")
        ),
        SegmentState: _named(
            DRAFT=("草稿", "Draft"), ACTIVE=("启用", "Active"), ARCHIVED=("已归档", "Archived")
        ),
    }
)
"""Of each enumeration, the labels of its values."""
