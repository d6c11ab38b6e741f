"""The value types of records: keys, labels, amounts, moments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum, StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from profilegraph.domain.locales import LOCALE, REQUIRED, nearest_locale, related_locale
from profilegraph.domain.texts import normal_key, normal_text

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


KEY = r"^[^\x00-\x1f\x7f-\x9f]+$"
HOURS = r"^\d{2}:\d{2}-\d{2}:\d{2}$"
SNAKE_KEY = r"^[a-z][a-z0-9_]{0,62}$"
TAG_KEY = r"^[a-z][a-z0-9_]{0,62}/[a-z0-9][a-z0-9_]{0,62}$"


def _as_key(value: Any) -> Any:
    return normal_key(value) if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    return normal_text(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class RecordReference:
    """Marks a type as the key of a record of a kind, by the name of its class."""

    to: str


class TextFormat(Enum):
    """Marks a type that is written in a format of its own, and says to people in which."""

    TAG = "full key of a tag, `dimension/tag`"
    HOURS = "span of the day, such as `18:00-22:00`"
    REGION = "country, such as `CN`"
    EVENT_TYPE = "key of an event type"
    SHARE = "share, 0 to 1"
    STANCE = "number, -1 (against us) to 1 (for us)"


NormalText = BeforeValidator(_as_text)
"""Brings texts into the form in which they are kept and compared, before anything is asked of them."""
Key = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=KEY),
    BeforeValidator(_as_key),
]
CustomerKey = Annotated[Key, RecordReference("Customer")]
DepartmentKey = Annotated[Key, RecordReference("Department")]
PersonKey = Annotated[Key, RecordReference("DecisionMaker")]
TeamKey = Annotated[Key, RecordReference("Team")]
EmployeeKey = Annotated[Key, RecordReference("Employee")]
ChannelKey = Annotated[Key, RecordReference("Channel")]
OpportunityKey = Annotated[Key, RecordReference("Opportunity")]
SnakeKey = Annotated[str, StringConstraints(pattern=SNAKE_KEY)]
EventType = Annotated[SnakeKey, TextFormat.EVENT_TYPE]
TagKey = Annotated[str, StringConstraints(pattern=TAG_KEY), RecordReference("Tag"), TextFormat.TAG]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000), NormalText]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), NormalText
]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200), NormalText]
Region = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z]{2}$"), TextFormat.REGION
]
Hours = Annotated[str, Field(pattern=HOURS), TextFormat.HOURS]
Moment = Annotated[datetime, AfterValidator(_utc)]
Share = Annotated[float, Field(ge=0, le=1), TextFormat.SHARE]
Stance = Annotated[float, Field(ge=-1, le=1), TextFormat.STANCE]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO day of the week: 1 is Monday")]
Amount = Annotated[Decimal, AfterValidator(_storable_amount)]


class Choice(StrEnum):
    """One of a few words with a meaning, declared by its key, then by what these attributes are."""

    description: str
    """What it means, as the GraphQL schema says it."""
    synonyms: tuple[str, ...]
    """What else imports take for it; its key they know in any case."""

    # Who looks a member up has its key alone.
    def __new__(cls, key: str, description: str = "", *synonyms: str) -> Self:
        """Return the member of a key, with what is declared of it."""
        member = str.__new__(cls, key)
        member._value_ = key
        member.description = description
        member.synonyms = synonyms
        return member


class Record(BaseModel):
    """Something that is stored under a business key; a field left out stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=10_000)


def _locales_alone(schema: dict[str, Any]) -> None:
    schema["patternProperties"] = {LOCALE: schema["additionalProperties"]}
    schema["additionalProperties"] = False
    schema["minProperties"] = 1


NO_LOCALE = "no_locale"
"""The type of the error that a label is in no language."""


class Labels(BaseModel):
    """What people read instead of a key, by language: in zh-CN, in en or in both, and in any other.

    Where one is missing, the nearest is read in its place.
    """

    model_config = ConfigDict(
        frozen=True, extra="allow", populate_by_name=True, json_schema_extra=_locales_alone
    )
    __pydantic_extra__: dict[str, Label] = Field(init=False)

    zh_cn: Label | None = Field(None, alias="zh-CN")
    en: Label | None = None

    @model_validator(mode="after")
    def _said(self) -> Self:
        wrong = [one for one in self.__pydantic_extra__ if not re.fullmatch(LOCALE, one)]
        if wrong:
            raise ValidationError.from_exception_data("Labels", [_no_locale(one) for one in wrong])
        if not self.by_locale:
            told = "say it in zh-CN, in en, or in both"
            raise PydanticCustomError("labels", "{told}", {"told": told})
        return self

    @cached_property
    def by_locale(self) -> Mapping[str, str]:
        """Return the labels that there are by their language, in the order of `FALLBACK`."""
        found = {"en": self.en, "zh-CN": self.zh_cn, **self.__pydantic_extra__}
        return {locale: text for locale, text in found.items() if text is not None}

    def text(self, locale: str) -> str:
        """Return the label for a locale; where it is missing, that of `nearest_locale`."""
        known = self.by_locale
        return known.get(locale) or known[nearest_locale(locale, known)]

    @property
    def joined(self) -> str:
        """Return what there is, the English one first."""
        return " · ".join(self.by_locale.values())

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the required languages in which there is no label."""
        known = self.by_locale
        return tuple(one for one in REQUIRED if related_locale(one, known) is None)

    def each(self, change: Callable[[str], str]) -> Labels:
        """Return every label that there is, changed."""
        return Labels.model_validate({one: change(text) for one, text in self.by_locale.items()})

    def over(self, known: Labels) -> Labels:
        """Return these, and in a language that they lack what was `known`."""
        return Labels.model_validate({**known.by_locale, **self.by_locale})


def _no_locale(name: str) -> InitErrorDetails:
    told = "a language is named by its tag, such as fr or pt-BR"
    fault = PydanticCustomError(NO_LOCALE, "{told}", {"told": told})
    return InitErrorDetails(type=fault, loc=(name,), input=name)


def to_units(amount: Decimal) -> int:
    """Return an amount as whole ten-thousandths of its currency unit."""
    return int((amount * AMOUNT_SCALE).to_integral_value(ROUND_HALF_EVEN))


def from_units(units: int) -> Decimal:
    """Return the amount that `units` ten-thousandths of a currency unit are."""
    return Decimal(units) / AMOUNT_SCALE
