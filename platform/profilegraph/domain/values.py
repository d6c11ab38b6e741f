"""Small values that every record is made of: keys, labels, amounts, moments."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""What moments are counted from where they are numbers."""

# Amounts are kept as whole ten-thousandths of the currency unit (the `money` type of SQL Server
# does the same): sums are then exact and the same in every engine, whatever the order of adding.
AMOUNT_SCALE = 10_000
AMOUNT_LIMIT = Decimal(2**62 // AMOUNT_SCALE)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone, such as 2026-01-31T09:00:00+08:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError as fault:
        raise ValueError("a moment lies between the years 1 and 9999 in UTC") from fault


def _storable_amount(amount: Decimal) -> Decimal:
    if not amount.is_finite() or abs(amount) > AMOUNT_LIMIT:
        raise ValueError(f"an amount is a finite number of at most {AMOUNT_LIMIT}")
    if amount != amount.quantize(Decimal(1) / AMOUNT_SCALE):
        raise ValueError("an amount has at most four decimal places")
    return amount


Key = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
SnakeKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
TagKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}/[a-z0-9][a-z0-9_]{0,62}$")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Region = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z]{2}$")]
Moment = Annotated[datetime, AfterValidator(_utc)]
Share = Annotated[float, Field(ge=0, le=1)]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO day of the week: 1 is Monday")]
Amount = Annotated[Decimal, AfterValidator(_storable_amount)]


class Record(BaseModel):
    """Something that is stored under a business key; a field left out stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=10_000)

    def given(self, *names: str) -> dict[str, Any]:
        """Return those of the fields `names` that were given, by name; None where cleared."""
        return {name: getattr(self, name) for name in names if name in self.model_fields_set}


class Labels(BaseModel):
    """What people read instead of a key, in both languages of the product."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    zh_cn: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(alias="zh-CN")
    en: Annotated[str, StringConstraints(min_length=1, max_length=200)]

    def text(self, locale: str) -> str:
        """Return the label for a locale: the Chinese one for any zh, the English one otherwise."""
        return self.zh_cn if locale.lower().startswith("zh") else self.en


def to_units(amount: Decimal) -> int:
    """Return an amount as whole ten-thousandths of its currency unit."""
    return int((amount * AMOUNT_SCALE).to_integral_value(ROUND_HALF_EVEN))


def from_units(units: int) -> Decimal:
    """Return the amount that `units` ten-thousandths of a currency unit are."""
    return Decimal(units) / AMOUNT_SCALE
