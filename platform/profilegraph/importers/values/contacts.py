"""Canonical forms of identities: phone numbers, e-mail addresses and others."""

from __future__ import annotations

import re

import idna
import phonenumbers

from profilegraph.domain.records.customers import IdentityKind
from profilegraph.domain.texts import normal_key
from profilegraph.importers.values.cells import fold
from profilegraph.importers.values.phone_regions import require_region

_PHONE = re.compile(
    r"(?:tel:)?(?P<number>[\d+(][\d\s()+./~\-\u2010-\u2015\u2212\u30fc]*?)"
    r"(?:\s*[,;]?\s*(?:ext(?:ension|n)?|x|#|转|分机号?|内线|доб)[.:=]*\s*(?P<extension>\d{1,7}))?",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"\d{5,}\.0*")
_EMAIL = re.compile(r"(?P<local>[^\s@<>\",;]+)@(?P<domain>[^\s@<>\",;]+\.[^\s@<>\",;.]+)")


def parse_phone(text: str, region: str, *, stated: bool = False) -> str:
    """Return a phone number in E.164 (`+8613812345678`), an extension as `;ext=12` after it.

    `region` is the country (ISO 3166) of numbers written without a country code. Unless it was
    `stated` for this very number, a number that may belong to another country is refused.
    """
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{region!r} is no country that has phone numbers; such as CN, US, DE")
    dialled = _dialled(text)
    try:
        number = phonenumbers.parse(dialled, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        raise ValueError(f"{text!r} is not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError(f"{text!r} is no phone number that exists in its country ({region})")
    if not stated:
        require_region(number, dialled, region)
    canonical = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{canonical};ext={number.extension}" if number.extension else canonical


def _dialled(text: str) -> str:
    """Return the digits of a phone number and its extension; letters are refused."""
    found = _PHONE.fullmatch(fold(text).lstrip("'"))
    if found is None or found["number"].count("+") > 1:
        raise ValueError(f"{text!r} is not a phone number: it has signs that nobody dials")
    if _DECIMAL.fullmatch(found["number"]):
        raise ValueError(
            f"{text!r} is a decimal number, not a phone number: a spreadsheet may have cut off zeros"
            " at its beginning; make the column one of text there"
        )
    return found["number"] + (f" ext. {found['extension']}" if found["extension"] else "")


def parse_email(text: str) -> str:
    """Return an e-mail address in lower case, trimmed, with its domain in Unicode.

    Mailbox names are compared without regard to case: no major provider distinguishes it.
    """
    found = _EMAIL.fullmatch(normal_key(fold(text)))
    if found is None:
        raise ValueError(f"{text!r} is not an e-mail address")
    return f"{found['local'].lower()}@{_domain(text, found['domain'].lower())}"


def _domain(text: str, domain: str) -> str:
    if "xn--" not in domain:
        return domain
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        raise ValueError(f"{text!r} is not an e-mail address: its domain cannot exist") from None


def canonical_identity(kind: IdentityKind, value: str, region: str, *, stated: bool = False) -> str:
    """Return the value of an identity in the canonical form of its kind."""
    match kind:
        case IdentityKind.PHONE:
            return parse_phone(value, region, stated=stated)
        case IdentityKind.EMAIL:
            return parse_email(value)
        case IdentityKind.UNIFIED_SOCIAL_CREDIT_CODE:
            return fold(value).upper()
        case _:
            return normal_key(value).strip()
