"""The words by which people name weekdays, months, yes and no."""

from __future__ import annotations

from collections.abc import Mapping

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
