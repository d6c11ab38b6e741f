"""Numbers and amounts of money in Chinese and international notation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from profilegraph.importers.values.cells import fold

# What a sign may stand for; a sign of several currencies is taken for the one that is expected.
_DOLLARS = frozenset({"USD", "AUD", "CAD", "HKD", "SGD", "TWD", "NZD", "MXN"})
_SIGNS: Mapping[str, frozenset[str]] = {
    "¥": frozenset({"CNY", "JPY"}),
    "RMB": frozenset({"CNY"}),
    "人民币": frozenset({"CNY"}),
    "元": frozenset({"CNY"}),
    "元整": frozenset({"CNY"}),
    "$": _DOLLARS,
    "US$": frozenset({"USD"}),
    "美元": frozenset({"USD"}),
    "美金": frozenset({"USD"}),
    "HK$": frozenset({"HKD"}),
    "港元": frozenset({"HKD"}),
    "港币": frozenset({"HKD"}),
    "NT$": frozenset({"TWD"}),
    "€": frozenset({"EUR"}),
    "欧元": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "英镑": frozenset({"GBP"}),
    "日元": frozenset({"JPY"}),
    "円": frozenset({"JPY"}),
    "₩": frozenset({"KRW"}),
    "韩元": frozenset({"KRW"}),
    "₹": frozenset({"INR"}),
    "₽": frozenset({"RUB"}),
    "卢布": frozenset({"RUB"}),
}
_UNITS: Mapping[str, int] = {
    "千": 10**3,
    "万": 10**4,
    "萬": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "億": 10**8,
    "万亿": 10**12,
}

_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True)) + "|[A-Z]{3}"
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?P<minus>[-+]?)\s*(?P<before>{_SIGN})?\s*(?P<inner>[-+]?)(?P<number>[\d.,]+(?:['’\ ][\d.,]+)*(?:[eE][+-]?\d{{1,2}})?)"
    rf"\s*(?P<unit>{_UNIT})?\s*(?P<after>{_SIGN})?"
)
# Spaces of any width (they are plain ones by then) and apostrophes part thousands under either sign.
_PARTED = r"(?:[1-9]\d{{0,2}}(?:(?P<by>[{}'’ ])\d{{3}})(?:(?P=by)\d{{3}})*|\d+)?(?:{}\d*)?(?:[eE][+-]?\d{{1,2}})?"
_GROUPED = {
    ".": re.compile(_PARTED.format(",", r"\.")),
    ",": re.compile(_PARTED.format(".", ",")),
}
_NOT_DIGITS = re.compile("[^\\d.,eE+-]")
_BOTH_WAYS = re.compile(r"[1-9]\d{0,2}(?:,\d{3}|\.\d{3})")


@dataclass(frozen=True)
class AmountRules:
    """The notation of amounts in a column: currency (ISO code) and decimal sign."""

    currency: str
    decimal: str = "."


def parse_amount(text: str, rules: AmountRules) -> Decimal:
    """Return an amount in units of the rules' currency, such as 12000 for `1.2万元`.

    Parentheses mean a negative amount. Another currency than the rules' is refused.
    """
    folded = fold(text).replace("−", "-")
    bracketed = folded[:1] == "(" and folded[-1:] == ")"
    found = _number(folded)
    if found is None or (bracketed and (found["minus"] or found["inner"])):
        raise ValueError(f"{text!r} is not an amount such as 1234.50, ¥1,234.50 or 1.2万")
    if found["minus"] and found["inner"]:
        raise ValueError(f"{text!r} has two signs")
    _check_currency(text, (found["before"], found["after"]), rules.currency)
    value = _decimal(text, found["number"], rules.decimal) * _UNITS.get(found["unit"] or "", 1)
    negative = bracketed or "-" in (found["minus"], found["inner"])
    return -value if negative else value


def parse_number(text: str, rules: AmountRules) -> float:
    """Return a number, with thousands separators and Chinese units read as in an amount."""
    return float(parse_amount(text, rules))


def _check_currency(text: str, signs: tuple[str | None, ...], currency: str) -> None:
    for sign in signs:
        if sign is not None and currency not in _SIGNS.get(sign, frozenset({sign})):
            raise ValueError(
                f"{text!r} is in {sign}, and amounts are expected in {currency}; convert it, or say"
                " the column's `currency` in the mapping if its amounts are to be kept as they are"
            )


def _decimal(text: str, number: str, sign: str) -> Decimal:
    if not _is_written(number, sign):
        raise ValueError(_unusual(text, number, sign))
    group = "," if sign == "." else "."
    digits = _NOT_DIGITS.sub("", number.replace(group, ""))
    return Decimal(digits.replace(sign, "."))


def _is_written(number: str, sign: str) -> bool:
    return bool(_GROUPED[sign].fullmatch(number)) and any(digit.isdigit() for digit in number)


def _unusual(text: str, number: str, sign: str) -> str:
    other = "," if sign == "." else "."
    if not _is_written(number, other):
        return f"{text!r} has thousands or decimals in an unusual place"
    name = {",": "comma", ".": "point"}
    return (
        f"{text!r} is a number with a decimal {name[other]}, and this field has a decimal"
        f' {name[sign]}: say `decimal: "{other}"` for it in the mapping and import the whole file'
        " anew, or correct this row"
    )


def decimal_sign(text: str) -> str | None:
    """Return the only decimal sign with which a text is a number; None for either or none.

    `1,250` and `1.000` are numbers with either, and not the same ones.
    """
    found = _number(fold(text))
    if found is None or found["number"].isdigit():
        return None
    ways = [sign for sign in _GROUPED if _is_written(found["number"], sign)]
    return ways[0] if len(ways) == 1 else None


def has_two_meanings(text: str) -> bool:
    """Return whether a text is a different number with a decimal comma than with a point."""
    found = _number(fold(text))
    return found is not None and bool(_BOTH_WAYS.fullmatch(found["number"]))


def _number(folded: str) -> re.Match[str] | None:
    inner = folded[1:-1].strip() if folded[:1] == "(" and folded[-1:] == ")" else folded
    return _AMOUNT.fullmatch(inner) or _AMOUNT.fullmatch(inner.upper())
