"""Simplified Chinese."""

from __future__ import annotations

from profilegraph.rendering.languages.chinese.answers import ANSWERS
from profilegraph.rendering.languages.chinese.changes import CHANGES
from profilegraph.rendering.languages.chinese.filters import FILTERS
from profilegraph.rendering.languages.chinese.names import COLUMNS, DEMO, NAMES, SIGN_IN
from profilegraph.rendering.wording import Wording
from profilegraph.rendering.wording.plurals import without_plurals

WORDING = Wording(
    locale="zh-CN",
    plural=without_plurals,
    and_="，且",
    or_="，或",
    group="（{}）",
    comma="、",
    semicolon="；",
    space="",
    yes="是",
    no="否",
    none="无",
    known="{}：{}",
    gone="{}（已缺失）",
    filters=FILTERS,
    answers=ANSWERS,
    changes=CHANGES,
    names=NAMES,
    columns=COLUMNS,
    demo=DEMO,
    sign_in=SIGN_IN,
)
