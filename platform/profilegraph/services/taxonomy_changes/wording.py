"""Changes and warnings in words, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from profilegraph.domain.taxonomy_changes.changes import (
    Delete,
    Deprecate,
    Merge,
    NewVersion,
    Rename,
    Split,
    SplitTarget,
    TagRelocation,
)
from profilegraph.domain.values import Labels
from profilegraph.services.taxonomy_changes.previews import Plan, PlanWarning, WarningKind

_ACTS: Mapping[type, Labels] = MappingProxyType(
    {
        Rename: Labels(zh_cn="「{0}」改名为「{1}」", en="rename {0} to {1}"),
        Merge: Labels(zh_cn="「{0}」合并到「{1}」", en="merge {0} into {1}"),
        Split: Labels(zh_cn="「{0}」按条件拆分出「{1}」", en="split {0} into {1}"),
        TagRelocation: Labels(zh_cn="「{0}」移到{1}", en="move {0} to {1}"),
        Deprecate: Labels(zh_cn="停用「{0}」", en="deprecate {0}"),
        Delete: Labels(zh_cn="删除「{0}」", en="delete {0}"),
        NewVersion: Labels(zh_cn="更新分类体系「{0}」至 {1}", en="load a new version of {0}: {1}"),
    }
)
_UNDONE = Labels(zh_cn="撤销：{0}", en="undo: {0}")
_WARNINGS: Mapping[WarningKind, Labels] = MappingProxyType(
    {
        WarningKind.SEGMENT_BREAKS: Labels(
            zh_cn="人群「{0}」将无法查询：{2}", en="the segment {0} will break: {2}"
        ),
        WarningKind.TAGGINGS_END: Labels(
            zh_cn="{1} 个客户将失去标签「{0}」", en="{1} customers lose the tag {0}"
        ),
        WarningKind.TAG_GIVES_WAY: Labels(
            zh_cn="{1} 个客户在单选维度中有两个标签，「{0}」将让位于另一个",
            en="{1} customers would carry two tags where one is allowed: {0} gives way",
        ),
        WarningKind.TAG_RETIRES: Labels(
            zh_cn="新版本没有标签「{0}」，也没有说明由什么代替：{1} 个客户的该标签不再生效",
            en="the new version leaves out {0} and names no successor: it stays on {1} customers"
            " and counts nowhere",
        ),
        WarningKind.MODEL_SETS_IT: Labels(
            zh_cn="维度「{0}」的标签由模型计算", en="a model sets the tags of {0}"
        ),
        WarningKind.NEEDS_DUTY: Labels(
            zh_cn="维度「{0}」由团队「{2}」负责调整", en="the team {2} restructures {0}"
        ),
        WarningKind.IN_USE: Labels(
            zh_cn="人群「{0}」仍在使用它", en="the segment {0} still uses it"
        ),
    }
)


def told(plan: Plan, locale: str) -> str:
    """Return the change of a plan in words."""
    act = plan.change.act
    match act:
        case Rename(target=one, key=key, labels=labels):
            other = " · ".join(part for part in (key, labels and labels.text(locale)) if part)
        case Merge(tags=tags, into=other):
            one = ", ".join(tags)
        case Split(tag=one, into=into, otherwise=otherwise):
            other = ", ".join(_target(part, locale) for part in (into, otherwise) if part)
        case TagRelocation(target=one):
            given = act.model_dump(exclude={"target"}, exclude_unset=True)
            other = ", ".join(f"{name} {value}" for name, value in given.items())
        case Deprecate(target=one) | Delete(target=one):
            other = ""
        case NewVersion():
            one = ", ".join(step.key for step in plan.taxonomies)
            other = ", ".join(step.after for step in plan.taxonomies)
    return _ACTS[type(act)].text(locale).format(one, other).strip()


def undone(plan: Plan, locale: str) -> str:
    """Return in words that the change of a plan is taken back."""
    return _UNDONE.text(locale).format(told(plan, locale))


def note(text_zh: str, text_en: str) -> str:
    """Return what a version of a segment says of why it was made, for readers of both languages."""
    return f"{text_zh} · {text_en}"


def warned(warning: PlanWarning, locale: str) -> str:
    """Return a warning in words."""
    text = _WARNINGS[warning.kind].text(locale)
    return text.format(warning.subject, f"{warning.count:,}", warning.detail)


def _target(target: SplitTarget, locale: str) -> str:
    return target.key or (target.labels.text(locale) if target.labels is not None else "")
