// Packs the built console for the program: node pack.mjs DIST OUT.c OUT.bin
// Every file becomes a row of a table, and its bytes, compressed with gzip and brotli, a piece of one blob that the assembler takes in whole.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TYPES = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  woff2: "font/woff2",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
};

const [dist, tableFile, blobFile] = process.argv.slice(2);
const paths = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.path, entry.name).slice(dist.length + 1))
  .sort();

const pieces = [];
let size = 0;
function put(bytes) {
  const at = size;
  pieces.push(bytes);
  size += bytes.length;
  return `{${at}, ${bytes.length}}`;
}

let rows = "";
for (const path of paths) {
  const type = TYPES[path.split(".").pop()];
  if (type === undefined || !/^[\w./-]+$/.test(path)) {
    throw new Error(`${path}: of a kind that the program doesn't serve; add it to TYPES`);
  }
  const bytes = readFileSync(join(dist, path));
  const etag = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  const gzip = put(gzipSync(bytes, { level: 9 }));
  const brotli = put(
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  );
  rows += `    {"${path}", "${type}", "${etag}", ${bytes.length}, ${gzip}, ${brotli}, ${path.startsWith("assets/")}},\n`;
}
writeFileSync(
  tableFile,
  `// Made by console/pack.mjs.\n\n#include "server/api/console.h"\n\nconst struct console_asset console_assets[] = {\n${rows}};\n` +
    `const uint32_t console_asset_count = ${paths.length};\n`,
);
writeFileSync(blobFile, Buffer.concat(pieces));
