"""New plugins: which names they can have, and where they are made."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from profilegraph.errors import Conflict, InvalidInput
from profilegraph.services.plugins.scaffold.making import ScaffoldNames, make_plugin


@pytest.mark.parametrize("name", ["pet_care", "pet-care"])
def test_all_names_are_made_of_one(name: str) -> None:
    values = ScaffoldNames.of(name).values
    assert (values["key"], values["package"]) == ("pet_care", "profilegraph_pet_care")
    assert (values["distribution"], values["name"]) == ("profilegraph-pet-care", "PetCare")


@pytest.mark.parametrize(
    ("name", "advice"),
    [("Pet Care", "pet_care"), ("9lives", "lives"), ("a__b", "a_b"), ("宠物", "")],
)
def test_a_name_that_cannot_be_is_refused_with_one_that_can(name: str, advice: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ScaffoldNames.of(name)
    assert advice in refused.value.hint


@pytest.mark.parametrize("name", ["class", "tags", "all"])
def test_words_of_python_and_of_filters_are_no_names(name: str) -> None:
    with pytest.raises(InvalidInput, match="is a word of"):
        ScaffoldNames.of(name)


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(Conflict, match="'rfm'"):
        ScaffoldNames.of("rfm", {"rfm"})


def test_a_package_is_made_whole_and_sound(tmp_path: Path) -> None:
    made = make_plugin(ScaffoldNames.of("pet_care"), tmp_path / "new")
    assert (tmp_path / "new" / "src" / "profilegraph_pet_care" / "py.typed") in made
    for path in made:
        text = path.read_text("utf-8")
        assert "$" not in text
        if path.suffix == ".py":
            ast.parse(text)
    project = tomllib.loads((tmp_path / "new" / "pyproject.toml").read_text("utf-8"))
    entries = project["project"]["entry-points"]["profilegraph"]
    assert entries == {"pet_care": "profilegraph_pet_care"}


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Conflict, match="not empty"):
        make_plugin(ScaffoldNames.of("pet_care"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(InvalidInput, match="cannot be written"):
        make_plugin(ScaffoldNames.of("pet_care"), tmp_path / "mine.txt" / "below")
