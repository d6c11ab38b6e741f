"""The words of changes of taxonomies in Simplified Chinese."""

from __future__ import annotations

from profilegraph.rendering.wording.changes import (
    ActWording,
    ChangeWording,
    PlanHeadings,
    WarningWording,
)
from profilegraph.rendering.wording.plurals import Plural

CHANGES = ChangeWording(
    acts=ActWording(
        rename="「{0}」改名为「{1}」",
        merge="「{0}」合并到「{1}」",
        split="「{0}」按条件拆分出「{1}」",
        move="「{0}」移到{1}",
        deprecate="停用「{0}」",
        delete="删除「{0}」",
        version="更新分类体系「{0}」至 {1}",
        undone="撤销：{0}",
    ),
    warnings=WarningWording(
        segment_breaks=Plural("人群「{0}」将无法查询：{2}"),
        taggings_end=Plural("{1} 个客户将失去标签「{0}」"),
        tag_gives_way=Plural("{1} 个客户在单选维度中有两个标签，「{0}」将让位于另一个"),
        tag_retires=Plural(
            "新版本没有标签「{0}」，也没有说明由什么代替：{1} 个客户的该标签不再生效"
        ),
        model_sets_it=Plural("维度「{0}」的标签由模型计算"),
        needs_duty=Plural("维度「{0}」由团队「{2}」负责调整"),
        in_use=Plural("人群「{0}」仍在使用它"),
    ),
    headings=PlanHeadings(
        segment="人群",
        label="名称",
        before="之前",
        after="之后",
        enter="进入",
        leave="离开",
        such_as="例如",
    ),
    none_touched="没有受影响的人群。",
    taggings=Plural("{0:,} 个标签记录有变化，涉及 {1}。"),
    customers=Plural("{:,} 个客户"),
    apply="执行：{}",
    breaks="有人群将无法查询：加上 {} 才会执行。",
)
