"""Findings of the checks of a plugin, each with advice for its author."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from profilegraph.errors import ProfilegraphError


@dataclass(frozen=True)
class ContractFinding:
    """One violation of the contract by a plugin."""

    about: str
    """The part of the plugin, such as `model rfm`."""
    problem: str
    advice: str

    def __str__(self) -> str:
        """Return the whole sentence: the part, the violation and the advice."""
        return f"{self.about}: {self.problem} {self.advice}".rstrip()


def raised_by(about: str, doing: str, call: Callable[[], object]) -> Iterator[ContractFinding]:
    """Yield a finding if a call into a plugin raises."""
    try:
        call()
    except ProfilegraphError as error:
        yield ContractFinding(about, f"{doing}: {error.located_message}", error.hint)
    except Exception as error:  # noqa: BLE001  (a partner's code may raise anything: it is the finding)
        yield ContractFinding(
            about, f"{doing} raises {type(error).__name__}: {error}.", "Handle that case."
        )
