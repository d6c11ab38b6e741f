"""The distributions: built offline, installed in a new environment, used from another folder."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from profilegraph.api.runtime.schema_changes import schema_changes

ROOT = Path(__file__).parents[2]
CARRIED = (
    "taxonomies/b2b_core.yaml",
    "taxonomies/commerce.yaml",
    "schema/api.graphql",
    "schema/segment.schema.json",
    "schema/taxonomy.schema.json",
    "schema/graph/0001_business_keys.cypher",
    "examples/cdnow/CDNOW_master.txt.gz",
)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, the wheel that is built from it, and the wheels of the plugins."""
    folder = tmp_path_factory.mktemp("distributions")
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", folder)
    run(*build, ROOT, cwd=folder)
    for plugin in ROOT.glob("plugins/*"):
        run(*build, "--wheel", plugin, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment: our wheels, over the dependencies that are here already."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    paths = sysconfig.get_paths(vars={"base": str(home), "platbase": str(home)})
    offline = ("--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")
    wheels = sorted(distributions.glob("*.whl"))
    run(sys.executable, "-m", "pip", "--python", home / "bin" / "python", "install", *offline,
        *wheels, cwd=home)  # fmt: skip
    dependencies = home / "dependencies"
    dependencies.mkdir()
    for found in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if "profilegraph" not in found.name and found.suffix != ".pth":
            (dependencies / found.name).symlink_to(found)
    (Path(paths["purelib"]) / "dependencies.pth").write_text(f"{dependencies}\n", "utf-8")
    return Path(paths["scripts"])


def test_the_wheel_carries_its_data_and_no_tests(distributions: Path) -> None:
    [wheel] = distributions.glob("profilegraph-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {f"profilegraph/_data/{path}" for path in CARRIED} <= set(names)
    template = "profilegraph/services/plugins/scaffold/template/"  # new plugins have tests
    assert f"{template}pyproject.toml.template" in names
    own = [name for name in names if not name.startswith(template)]
    assert [name for name in own if "test" in name or "conftest" in name] == []
    assert {name.split("/")[0].split("-")[0] for name in names} == {"profilegraph"}
    assert any(name.endswith("licenses/NOTICE") for name in names)


def test_the_sdist_carries_what_the_wheel_is_built_from_and_no_tests(distributions: Path) -> None:
    [sdist] = distributions.glob("profilegraph-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {*CARRIED, "README.md", "LICENSE", "NOTICE", "CHANGELOG.md"} <= names
    assert [name for name in names if name.startswith(("tests", "plugins", "docs"))] == []


def test_a_new_environment_has_the_commands_and_the_taxonomies(
    installed: Path, tmp_path: Path
) -> None:
    profilegraph = installed / "profilegraph"
    where = run(installed / "python", "-c", "import profilegraph; print(profilegraph.__file__)",
                cwd=tmp_path)  # fmt: skip
    assert Path(where).is_relative_to(installed.parent)
    assert "taxonomy" in run(profilegraph, "--help", cwd=tmp_path)
    listed = run(profilegraph, "taxonomy", "list", cwd=tmp_path)
    assert "b2b_core" in listed
    assert "commerce" in listed


def test_a_new_environment_prints_the_published_schemas(installed: Path, tmp_path: Path) -> None:
    of_the_platform = (
        "from profilegraph.api.schema import sdl;"
        "from profilegraph.domain.taxonomy.catalogue import Catalogue;"
        "from profilegraph.hooks.hosting.host import shipped_taxonomies;"
        "print(sdl(Catalogue.of(shipped_taxonomies())))"
    )
    printed = run(installed / "python", "-c", of_the_platform, cwd=tmp_path)
    # The published one has what the shipped plugins bring, too; the wheel comes without them.
    changes = schema_changes(printed, (ROOT / "schema" / "api.graphql").read_text("utf-8"))
    assert changes.breaking == ()
    with_plugins = run(installed / "profilegraph", "schema", "print", cwd=tmp_path)
    assert "lead: LeadCondition" in with_plugins


def test_installed_plugins_are_found(installed: Path, tmp_path: Path) -> None:
    listed = run(installed / "profilegraph", "plugin", "list", cwd=tmp_path)
    assert "rfm" in listed
    assert "lifecycle" in listed
