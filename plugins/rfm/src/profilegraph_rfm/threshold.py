"""Where a number turns from low to high: fixed, or taken from the customers themselves."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator


class Method(StrEnum):
    """How a threshold is found."""

    FIXED = "fixed"
    MEAN = "mean"
    MEDIAN = "median"
    QUANTILE = "quantile"


class Threshold(BaseModel):
    """A threshold; as one word: `mean`, `median`, `quantile:0.8`, `fixed:30` or just `30`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method = Method.MEDIAN
    value: Decimal | None = Field(
        None,
        description="Of `fixed` the threshold itself, of `quantile` the share below it, 0 to 1.",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_one_word(cls, given: Any) -> Any:
        if isinstance(given, int | float | Decimal) and not isinstance(given, bool):
            return {"method": "fixed", "value": str(given)}
        if not isinstance(given, str):
            return given
        method, colon, value = given.strip().partition(":")
        if not colon and not method[:1].isalpha():
            method, value = "fixed", method
        return {"method": method, "value": value or None}

    @model_validator(mode="after")
    def _value_fits_the_method(self) -> Self:
        needed = self.method in {Method.FIXED, Method.QUANTILE}
        if needed != (self.value is not None):
            example = "quantile:0.8" if self.method is Method.QUANTILE else "fixed:30"
            wanted = f"needs a number, such as {example!r}" if needed else "takes no number"
            raise ValueError(f"the threshold {self.method.value!r} {wanted}")
        if self.value is not None and not self.value.is_finite():
            raise ValueError("a threshold is a finite number")
        if self.method is Method.QUANTILE and self.value is not None and not 0 <= self.value <= 1:
            raise ValueError("a quantile lies between 0 and 1")
        return self

    def __str__(self) -> str:
        return self.method.value if self.value is None else f"{self.method.value}:{self.value}"

    def of(self, values: NDArray[np.int64], scale: int = 1) -> float:
        """Return the threshold for whole numbers, at least one of them.

        `scale` is how many of the values' units make one unit of a fixed threshold. Quantiles lie
        on the straight line between their two neighbours (numpy's default).
        """
        match self.method:
            case Method.MEAN:
                return float(values.mean())
            case Method.MEDIAN:
                return float(np.median(values))
            case Method.QUANTILE:
                return float(np.quantile(values, float(self.value or 0)))
            case Method.FIXED:
                return float((self.value or Decimal()) * scale)
