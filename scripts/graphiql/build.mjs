// Bundles GraphiQL into platform/profilegraph/web/static/graphiql: one script, one style sheet, one page.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../../platform/profilegraph/web/static/graphiql");

/** Drops the embedded web fonts (two thirds of the style sheet): the page uses the system's. */
const withoutFonts = {
  name: "without-fonts",
  setup({ onLoad }) {
    onLoad({ filter: /graphiql\/dist\/style\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      return { contents: css.replace(/@font-face\s*\{[^}]*\}/g, ""), loader: "css" };
    });
  },
};

/** Returns the folder of the package that a bundled file belongs to. */
function packageOf(file) {
  const [, before, name] = file.match(/^(.*node_modules\/)((?:@[^/]+\/)?[^/]+)\//);
  return join(here, before, name);
}

/** Returns one package's name, version and licence text as a section of LICENSES.txt. */
async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), "utf8") : "(no licence text in the package; see its repository)";
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

await mkdir(target, { recursive: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { graphiql: "source/main.jsx" },
  outdir: target,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  alias: { "react-style-singleton": "./source/no-inline-style.js" },
  legalComments: "none",
  metafile: true,
  plugins: [withoutFonts],
});
await copyFile(join(here, "source/index.html"), join(target, "index.html"));

const folders = new Set(
  Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.keys(inputs))
    .filter((file) => file.includes("node_modules/"))
    .map(packageOf),
);
const sections = await Promise.all([...folders].sort().map(licence));
await writeFile(join(target, "LICENSES.txt"), sections.join(`\n${"-".repeat(80)}\n\n`));
for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`${file} ${(bytes / 1024).toFixed(0)} kB`);
}
