// Builds src into ../static/dist: hashed names, a .gz beside each, manifest.json, third-party.txt, strings.json.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
// Tests build into a folder of their own.
const dist = process.argv[2] ? resolve(process.argv[2]) : join(here, "..", "static", "dist");

const entries = ["src/app.ts", "src/editor.ts", "src/css/app.css", "src/css/editor.css", "src/favicon.svg"];

const LICENCE = /^(licen[cs]e|copying|notice)/i;

async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: entries,
    outdir: dist,
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none", // third-party.txt holds them
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    loader: { ".svg": "copy" },
    logLevel: "warning",
  });
  return result.metafile;
}

// {"app.ts": {"file": "app-HASH.js", "chunks": [...]}}: what the page links, and what it may preload.
function manifest(metafile) {
  const found = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const source = output.entryPoint ?? Object.keys(output.inputs).find((name) => name.endsWith(".svg"));
    if (source) found[basename(source)] = { file: basename(path), chunks: chunksOf(path, metafile) };
  }
  return Object.fromEntries(Object.entries(found).sort());
}

function chunksOf(path, metafile, seen = new Set()) {
  for (const each of metafile.outputs[path].imports) {
    if (each.kind !== "import-statement" || seen.has(each.path)) continue;
    seen.add(each.path);
    chunksOf(each.path, metafile, seen);
  }
  return [...seen].map((name) => basename(name)).sort();
}

// The wheel ships the code of these packages, so it ships their notices.
async function notices(metafile) {
  const inputs = Object.keys(metafile.inputs);
  const folders = new Set(inputs.map((name) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(name)?.[0]).filter(Boolean));
  const parts = await Promise.all([...folders].sort().map(notice));
  return parts.join("\n\n");
}

async function notice(folder) {
  const full = join(here, folder);
  const { name, version, license } = JSON.parse(await readFile(join(full, "package.json"), "utf8"));
  const files = (await readdir(full)).filter((each) => LICENCE.test(each)).sort();
  if (!files.length) throw new Error(`${name} has no licence file`);
  const texts = await Promise.all(files.map((each) => readFile(join(full, each), "utf8")));
  return `${name} ${version} (${license})\n${"-".repeat(72)}\n${texts.join("\n").trim()}\n`;
}

async function compress() {
  for (const name of await readdir(dist)) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const path = join(dist, name);
    await writeFile(`${path}.gz`, gzipSync(await readFile(path), { level: 9 }));
  }
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const metafile = await bundle();
await compress();
await writeFile(join(dist, "third-party.txt"), await notices(metafile));
await copyFile(join(here, "src", "strings.json"), join(dist, "strings.json"));
// Last, because its presence says that the build is complete.
await writeFile(join(dist, "manifest.json"), `${JSON.stringify(manifest(metafile), null, 2)}\n`);
console.log(`Built ${relative(process.cwd(), dist) || dist}`);
