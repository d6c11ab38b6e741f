"""The keys by which channels know customers, in their one canonical form each."""

from __future__ import annotations

import re

import phonenumbers

from profilegraph.domain.customers import IdentityKind
from profilegraph.importers.phone_regions import require_region
from profilegraph.importers.values import fold

_EMAIL = re.compile(r"(?P<local>[^\s@<>\",;]+)@(?P<domain>[^\s@<>\",;]+\.[^\s@<>\",;.]+)")


def parse_phone(text: str, region: str, *, stated: bool = False) -> str:
    """Return a phone number in E.164 (`+8613812345678`), an extension as `;ext=12` behind it.

    `region` is the country (ISO 3166) of numbers that are written without their country code.
    Unless it was `stated` for this very number, one that may be another country's is refused.
    """
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{region!r} is no country that has phone numbers; such as CN, US, DE")
    folded = fold(text).lstrip("'").replace("转", " ext. ").replace("分机", " ext. ")
    try:
        number = phonenumbers.parse(folded, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        raise ValueError(f"{text!r} is not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError(f"{text!r} is no phone number that exists in its country ({region})")
    if not stated:
        require_region(number, folded, region)
    canonical = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{canonical};ext={number.extension}" if number.extension else canonical


def parse_email(text: str) -> str:
    """Return an e-mail address, trimmed, its domain in lower case."""
    found = _EMAIL.fullmatch(fold(text))
    if found is None:
        raise ValueError(f"{text!r} is not an e-mail address")
    return f"{found['local']}@{found['domain'].lower()}"


def canonical_identity(kind: IdentityKind, value: str, region: str, *, stated: bool = False) -> str:
    """Return the value of an identity in the form under which the graph keeps its kind."""
    match kind:
        case IdentityKind.PHONE:
            return parse_phone(value, region, stated=stated)
        case IdentityKind.EMAIL:
            return parse_email(value)
        case IdentityKind.UNIFIED_SOCIAL_CREDIT_CODE:
            return fold(value).upper()
        case _:
            return value.strip()
