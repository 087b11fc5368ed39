// Makes dist/report.html: shell, style and script in one file, the same bytes on every machine.
// node bundle.mjs OUT.html
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const places = ["@LOCKSTEP_TITLE@", "@LOCKSTEP_DATA@", "@LOCKSTEP_TABLES@"];

const common = {
  bundle: true,
  minify: true,
  write: false,
  charset: "ascii",
  legalComments: "none",
};

async function script() {
  const made = await build({
    ...common,
    entryPoints: [join(here, "src/main.ts")],
    format: "iife",
    target: "es2022",
  });
  const text = made.outputFiles[0].text.trimEnd();
  if (/<\/script|<!--/i.test(text)) throw new Error("the script would end its own element");
  return text;
}

async function style() {
  const made = await build({ ...common, entryPoints: [join(here, "src/style.css")] });
  const text = made.outputFiles[0].text.trimEnd();
  if (/<\/style/i.test(text)) throw new Error("the style would end its own element");
  return text;
}

// Replaced by functions: `$&` in a script is no pattern.
async function page() {
  const [shell, js, css] = await Promise.all([
    readFile(join(here, "src/shell.html"), "utf8"),
    script(),
    style(),
  ]);
  const text = shell.replace("@STYLE@", () => css).replace("@SCRIPT@", () => js);
  for (const place of places) {
    if (text.split(place).length !== 2) throw new Error(`${place} must occur once`);
  }
  return text;
}

const out = process.argv[2];
if (!out) throw new Error("usage: node bundle.mjs OUT.html");
await mkdir(dirname(out), { recursive: true });
await writeFile(out, await page());
