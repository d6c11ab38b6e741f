"""How large the TypeScript is that front ends generate: `python -m benchmarks.generated_types`.

From the schema of what ships, and of 100 and 500 dimensions of 20 tags each, with graphql-codegen and
gql.tada as `benchmarks/typescript/package-lock.json` pins them. The same with `@oneOf` on the filter
shows what that mark would cost. Sizes and counts, no times: they are the same on each machine.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.peers.npm import install, node_program
from benchmarks.report import BEGIN, END, table
from benchmarks.typed_schema import wide
from profilegraph.api.schema import ALONE, sdl
from profilegraph.domain.taxonomy.catalogue import Catalogue
from scripts.shipped import shipped_host

FOLDER = Path(__file__).parent / "typescript"
PAGE = Path(__file__).parents[1] / "docs" / "typescript.md"
SECONDS = 300
PLAIN, MARKED = "input FilterInput {", "input FilterInput @oneOf {"
QUESTION = """import { initGraphQLTada, type VariablesOf } from "gql.tada";
import type { introspection } from "./introspection.d.ts";
const graphql = initGraphQLTada<{ introspection: introspection }>();
const counted = graphql(
  `query Count($filter: FilterInput!) { segmentPreview(filter: $filter) { count } }`,
);
export const asked: VariablesOf<typeof counted> = {
  filter: { all: [{ segment: { key: "loyal" } }, { not: { segment: { key: "gone" } } }] },
};
"""
OPTIONS = {
    "strict": True,
    "noEmit": True,
    "module": "esnext",
    "moduleResolution": "bundler",
    "target": "es2022",
    "skipLibCheck": True,
    "types": [],
    "plugins": [
        {
            "name": "gql.tada/ts-plugin",
            "schema": "./schema.graphql",
            "tadaOutputLocation": "./introspection.d.ts",
        }
    ],
}


def main() -> None:
    """Print the sizes, and put them into docs/typescript.md."""
    install(FOLDER)
    head = ("dimensions", "filter", "graphql-codegen, kB", "gql.tada, kB", "types that tsc makes")
    text = table(head, list(_rows()))
    Console().print(text, markup=False)
    page = PAGE.read_text("utf-8")
    before, rest = page.split(BEGIN, 1)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.split(END, 1)[1]}", "utf-8")


def _rows() -> Iterator[Sequence[str]]:
    host = shipped_host()
    shipped = Catalogue.of(host.taxonomies)
    schemas = [(shipped, host), (wide(100, 20), ALONE), (wide(500, 20), ALONE)]
    for catalogue, brought in schemas:
        plain = sdl(catalogue, brought)
        named = f"{len(catalogue.dimensions)}{' (what ships)' if catalogue is shipped else ' × 20 tags'}"
        for shape, text in (("as it is", plain), ("with @oneOf", plain.replace(PLAIN, MARKED))):
            yield named, shape, *_measured(text)


def _measured(schema: str) -> tuple[str, str, str]:
    """Return the sizes of what the generators make of a schema, and how many types a check makes."""
    # Within the folder of the packages, where Node.js looks for them.
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        folder = Path(name)
        (folder / "schema.graphql").write_text(schema, "utf-8")
        (folder / "question.ts").write_text(QUESTION, "utf-8")
        options = {"compilerOptions": OPTIONS, "include": ["question.ts"]}
        (folder / "tsconfig.json").write_text(json.dumps(options), "utf-8")
        _node(folder, "../generate.mjs", "schema.graphql", "types.ts")
        _node(folder, "../node_modules/gql.tada/bin/cli.js", "generate-output")
        checked = _node(
            folder, "../node_modules/typescript/bin/tsc", "--extendedDiagnostics", "-p", "."
        )
        [types] = re.findall(r"^Types:\s+(\d+)$", checked, re.MULTILINE)
        sizes = ((folder / one).stat().st_size for one in ("types.ts", "introspection.d.ts"))
        codegen, tada = (f"{size / 1000:,.0f}" for size in sizes)
        return codegen, tada, f"{int(types):,}"


def _node(folder: Path, *arguments: str) -> str:
    command = [str(node_program("node")), *arguments]
    done = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, timeout=SECONDS
    )
    return done.stdout


if __name__ == "__main__":
    main()
