"""Whether the country of a phone number is certain."""

from __future__ import annotations

import phonenumbers
from phonenumbers import CountryCodeSource, PhoneNumber, PhoneNumberFormat


def require_region(number: PhoneNumber, text: str, region: str) -> None:
    """Raise ValueError unless a national number is written as numbers of `region` are.

    A number without the trunk prefix of its country (the 0 of 010 1234 5678) may belong to another
    country: (415) 555-5938 is in San Francisco, and with a 0 in Dandong. `number` was parsed from
    `text` with its raw input kept.
    """
    if number.country_code_source != CountryCodeSource.FROM_DEFAULT_COUNTRY:
        return
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    prefix = phonenumbers.ndd_prefix_for_region(region, True) or ""
    bare = phonenumbers.national_significant_number(number)
    extension = number.extension or ""
    if _digits(text) in {_digits(national), prefix + bare + extension}:
        return
    raise ValueError(
        f"{text!r} has no country code, and numbers of {region} are written otherwise"
        f" ({national}): it may be another country's; write its country code, or say its `region`"
    )


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())
