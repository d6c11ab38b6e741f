"""Identifiers that are well-formed and differ between companies, made from a company's number."""

from __future__ import annotations

CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
MOBILE_PREFIXES = ("135", "136", "137", "138", "139", "150", "151", "158", "186", "189")
# A step without a common divisor with 10^8 reaches every number once before one comes again.
STEP = 38_196_601


def social_credit_code(number: int) -> str:
    """Return a unified social credit code: 18 signs, with the check signs of both its standards."""
    body = f"91310000{number:08d}"
    total = sum(int(d) * w for d, w in zip(body[8:], ORGANISATION_WEIGHTS, strict=True))
    body += "0123456789X0"[11 - total % 11]  # GB 11714: the organisation's own check sign
    total = sum(CODE_ALPHABET.index(s) * w for s, w in zip(body, CODE_WEIGHTS, strict=True))
    return body + CODE_ALPHABET[-total % 31]  # GB 32100


def mobile_number(number: int) -> str:
    """Return a mobile number in international form; no two below 10^8 are the same."""
    prefix = MOBILE_PREFIXES[number % len(MOBILE_PREFIXES)]
    return f"+86{prefix}{number * STEP % 10**8:08d}"


def domain_name(number: int) -> str:
    """Return a domain under a name that is reserved for examples."""
    return f"c{number:07d}.example.com"
