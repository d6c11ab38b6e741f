"""Whether it is certain which country a phone number belongs to."""

from __future__ import annotations

import phonenumbers
from phonenumbers import CountryCodeSource, PhoneNumber, PhoneNumberFormat


def require_region(number: PhoneNumber, text: str, region: str) -> None:
    """Return nothing where a number without its country code is written as those of `region` are.

    A number without the prefix that its country puts before such numbers (the 0 of 010 1234 5678)
    may as well be another country's: (415) 555-5938 is San Francisco's, and with a 0 Dandong's.
    Raises ValueError for it. `number` was read from `text` with its raw input kept.
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
