"""Commands whose modules are imported when they are named, so that every other starts at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


class DeferredCommand(TyperCommand):
    """A command, or a group of commands, as the help shows it: its module is not imported yet."""

    def __init__(self, name: str, place: str, help: str) -> None:  # noqa: A002
        """Take the name, MODULE:ATTRIBUTE, and the first paragraph of what it says of itself."""
        super().__init__(name, help=help)
        self._place = place

    def load(self) -> Any:
        """Import the command, and return it as it is run."""
        module, _, attribute = self._place.partition(":")
        found = getattr(import_module(module), attribute)
        parent = typer.Typer(add_completion=False, rich_markup_mode=None)
        if isinstance(found, typer.Typer):
            parent.add_typer(found, name=self.name)
        else:
            parent.command(self.name)(found)
        return get_group(parent).commands[self.name or ""]


class DeferredGroup(TyperGroup):
    """A group that imports a command when that is run or explained, and none for its own help."""

    deferred: ClassVar[Sequence[DeferredCommand]] = ()
    before_work: Callable[[], None] | None = None
    """Called when the arguments of a command are sound, before its work."""

    def __init__(self, **attributes: Any) -> None:
        """Put the deferred commands before those that are given."""
        given = attributes.pop("commands", {})
        commands: dict[str, Any] = {one.name or "": one for one in self.deferred}
        super().__init__(commands=commands | dict(given), **attributes)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that the arguments name, imported, and the rest of them."""
        name, command, rest = super().resolve_command(ctx, args)
        if isinstance(command, DeferredCommand):
            command = command.load()
        if self.before_work is not None:
            _prepare(command, self.before_work)
        return name, command, rest

    def loaded(self) -> Mapping[str, Any]:
        """Return all commands by name, imported."""
        return {
            name: one.load() if isinstance(one, DeferredCommand) else one
            for name, one in self.commands.items()
        }


def _prepare(command: Any, before_work: Callable[[], None]) -> None:
    """Have something called before the work of a command, or of each in a group."""
    if isinstance(command, TyperGroup):
        for one in command.commands.values():
            _prepare(one, before_work)
        return
    work = command.callback

    @wraps(work)
    def prepared(*arguments: Any, **options: Any) -> Any:
        before_work()
        return work(*arguments, **options)

    command.callback = prepared
