/** Builds live.js, which `lstm live` puts into its pages: `npm ci && npm run build`.
 *
 * The same sources give the same bytes, so that a test can tell whether live.js is up to date. It
 * is pure ASCII, for its page is not UTF-8. `node build.mjs FOLDER` builds into another folder.
 */

import { build } from "esbuild";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

const { outputFiles, metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/page/main.tsx"],
  outfile: "live.js",
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  charset: "ascii",
  legalComments: "none", // the whole licences stand above instead
  jsx: "automatic",
  jsxImportSource: "preact",
});

/** The licences of the packages that are part of the script: they ask to be kept with every copy. */
async function licences() {
  const packages = new Set();
  for (const path of Object.keys(metafile.inputs)) {
    const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (found) packages.add(found[1]);
  }
  const named = new Map(); // text -> the packages it is of
  for (const name of [...packages].sort()) {
    const folder = join(here, "node_modules", name);
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} has no licence`);
    const text = (await readFile(join(folder, file), "utf8")).trim();
    named.set(text, [...(named.get(text) ?? []), name]);
  }
  const all = [...named].map(([text, names]) => `${names.join(", ")}\n\n${text}`).join("\n\n---\n\n");
  const ascii = all.normalize("NFD").replace(/[\u0300-\u036f\r]/g, "").replace(/[^\x00-\x7f]/g, "?");
  return `/* This script contains:\n\n${ascii.replaceAll("*/", "* /").replaceAll("<", "(").replaceAll(">", ")")}\n*/\n`;
}

await writeFile(join(process.argv[2] ?? here, "live.js"), (await licences()) + outputFiles[0].text);
