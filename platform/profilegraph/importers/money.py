"""Numbers and amounts of money as people write them in China and elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from profilegraph.importers.values import fold

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
    rf"(?P<minus>[-+]?)\s*(?P<before>{_SIGN})?\s*(?P<inner>[-+]?)(?P<number>[\d.,]+(?:[eE][+-]?\d{{1,2}})?)"
    rf"\s*(?P<unit>{_UNIT})?\s*(?P<after>{_SIGN})?"
)
_GROUPED = {
    ".": re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,2})?"),
    ",": re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d*)?(?:[eE][+-]?\d{1,2})?"),
}


@dataclass(frozen=True)
class AmountRules:
    """How a column writes its amounts: the ISO code they are in, and the decimal sign."""

    currency: str
    decimal: str = "."


def parse_amount(text: str, rules: AmountRules) -> Decimal:
    """Return an amount in units of the rules' currency, such as 12000 for `1.2万元`.

    Parentheses mean less than nothing. Another currency than the rules' is refused.
    """
    folded = fold(text).replace("−", "-")
    inner = folded[1:-1].strip() if folded[:1] == "(" and folded[-1:] == ")" else folded
    found = _AMOUNT.fullmatch(inner) or _AMOUNT.fullmatch(inner.upper())
    if found is None or (inner != folded and (found["minus"] or found["inner"])):
        raise ValueError(f"{text!r} is not an amount such as 1234.50, ¥1,234.50 or 1.2万")
    if found["minus"] and found["inner"]:
        raise ValueError(f"{text!r} has two signs")
    _check_currency(text, (found["before"], found["after"]), rules.currency)
    value = _decimal(text, found["number"], rules.decimal) * _UNITS.get(found["unit"] or "", 1)
    negative = inner != folded or "-" in (found["minus"], found["inner"])
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
    if not _GROUPED[sign].fullmatch(number) or not any(digit.isdigit() for digit in number):
        raise ValueError(
            f'{text!r} has thousands or decimals in an unusual place; say `decimal: ","` for this'
            " field in the mapping if the comma begins the decimals"
        )
    group = "," if sign == "." else "."
    return Decimal(number.replace(group, "").replace(sign, "."))
