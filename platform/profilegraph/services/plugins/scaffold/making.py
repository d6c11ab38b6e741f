"""Makes the package of a new plugin from the template beside this module."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

from pydantic.alias_generators import to_camel

from profilegraph import __version__
from profilegraph.errors import Conflict, InvalidInput
from profilegraph.language.codec import NAMES

TEMPLATE = Path(__file__).parent / "template"
_SUFFIX = ".template"
_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_LONGEST = 40


@dataclass(frozen=True)
class ScaffoldNames:
    """The names of the parts of a plugin, derived from one name."""

    key: str
    """The key of plugin, taxonomy, model and leaf: `pet_care`."""

    @classmethod
    def of(cls, name: str, taken: Iterable[str] = ()) -> ScaffoldNames:
        """Return the names derived from one; raises InvalidInput, Conflict if it is `taken`."""
        key = name.replace("-", "_")
        if not _NAME.fullmatch(name) or len(name) > _LONGEST:
            words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:_LONGEST]
            advice = f" Did you mean {words}?" if words else ""
            raise InvalidInput(
                f"a plugin cannot be called {name!r}.",
                hint=f"Use lower-case letters, digits and _, such as pet_care.{advice}",
            )
        if keyword.iskeyword(key) or key in NAMES:
            raise InvalidInput(
                f"{key!r} is a word of Python or of filters already.", hint="Use another name."
            )
        if key in taken:
            raise Conflict(
                f"a plugin or taxonomy is called {key!r} already.", hint="Use another name."
            )
        return cls(key)

    @property
    def values(self) -> dict[str, str]:
        """Return the values of the template's placeholders."""
        words = self.key.split("_")
        return {
            "key": self.key,
            "package": f"profilegraph_{self.key}",
            "distribution": f"profilegraph-{self.key.replace('_', '-')}",
            "name": "".join(word.capitalize() for word in words),
            "condition": to_camel(self.key),
            "title": " ".join(words).capitalize(),
            "version": ".".join(__version__.split(".")[:2]),
        }


def make_plugin(names: ScaffoldNames, folder: Path) -> list[Path]:
    """Write the files of a new plugin to a folder, which must be new or empty, and return them.

    Raises Conflict if it is not, InvalidInput if it cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Conflict(
                f"{folder} is there already, and is not empty.",
                hint="Name another folder with --folder.",
            )
        made = []
        for path, text in _files(names):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
            made.append(target)
    except OSError as fault:
        raise InvalidInput(f"{folder} cannot be written: {fault.strerror}.") from fault
    return made


def _files(names: ScaffoldNames) -> Iterator[tuple[Path, str]]:
    for source in sorted(TEMPLATE.rglob(f"*{_SUFFIX}")):
        relative = source.relative_to(TEMPLATE).as_posix().removesuffix(_SUFFIX)
        path = Template(relative.replace("__key__", "${key}").replace("__package__", "${package}"))
        text = Template(source.read_text("utf-8"))
        yield Path(path.substitute(names.values)), text.substitute(names.values)
