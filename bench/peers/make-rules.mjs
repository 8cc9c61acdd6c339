// node make-rules.mjs SRC [OUT] - picks 600 rules from a catalogue in CSV (columns id, on, expr)
// for rules.json.
//
// A rule qualifies when expr.mjs can read it and no variable is used with two types. Of those, the
// 600 with the smallest hash of their id are taken, so that the choice favours no family and stays
// put when the catalogue grows; they are written in the order of the catalogue, one a line.
import { readFileSync, writeFileSync } from "node:fs";
import { inferTypes, parse } from "./expr.mjs";
import { hash32 } from "./random.mjs";

const WANTED = 600;

// RFC 4180: quoted fields, "" inside of quotes.
function rowsOfCsv(text) {
    const rows = [];
    let row = [],
        field = "",
        quoted = false;
    for (let i = 0; i < text.length; i++) {
        const c = text[i];
        if (quoted) {
            if (c !== '"') field += c;
            else if (text[i + 1] === '"') (field += '"'), i++;
            else quoted = false;
        } else if (c === '"') quoted = true;
        else if (c === "," || c === "\n") {
            row.push(field);
            field = "";
            if (c === "\n") rows.push(row), (row = []);
        } else if (c !== "\r") field += c;
    }
    if (field !== "" || row.length > 0) rows.push([...row, field]);
    const names = rows.shift();
    return rows.map((r) => Object.fromEntries(names.map((n, i) => [n, r[i]])));
}

const [source, out = new URL("rules.json", import.meta.url)] = process.argv.slice(2);
if (!source) {
    console.error("usage: node make-rules.mjs CATALOGUE.csv [OUT]");
    process.exit(2);
}
const candidates = rowsOfCsv(readFileSync(source, "utf8"));
const fit = [];
for (const c of candidates) {
    try {
        const tree = parse(c.expr);
        inferTypes([tree]);
        fit.push({ id: c.id, on: c.on.split(" "), expr: c.expr, tree });
    } catch (e) {
        console.error(`left out ${c.id}: ${e.message}`);
    }
}
inferTypes(fit.map((r) => r.tree));
if (fit.length < WANTED) {
    console.error(`only ${fit.length} of ${candidates.length} rules qualify`);
    process.exit(1);
}
const chosen = new Set(
    fit
        .map((r) => r.id)
        .sort((a, b) => hash32(a) - hash32(b) || (a < b ? -1 : 1))
        .slice(0, WANTED),
);
const lines = fit
    .filter((r) => chosen.has(r.id))
    .map(({ id, on, expr }) => JSON.stringify({ id, on, expr }));
writeFileSync(out, `[\n${lines.join(",\n")}\n]\n`);
console.error(`${lines.length} of ${candidates.length} rules (${fit.length} qualify)`);
