"""Options of parts of plugins: a pydantic class, filled from texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from profilegraph.domain.refusals import reason, reasons
from profilegraph.errors import InvalidInput

ModelT = TypeVar("ModelT", bound=BaseModel)


class NoOptions(BaseModel):
    """The options of a part without any."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def parse_options(options: type[ModelT], given: Mapping[str, Any], of: str) -> ModelT:
    """Return options from texts by name; `of` names their owner in errors.

    Raises InvalidInput, which names what is wrong and the known options.
    """
    try:
        return options.model_validate(given)
    except ValidationError as fault:
        known = ", ".join(options.model_fields) or "none"
        raise InvalidInput(
            "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {reason(e, options.model_fields)}"
                for e in reasons(fault)
            ),
            hint=f"Options of {of}: {known}.",
        ) from fault
