// node make-events.mjs [OUT] - writes events.ndjson: 512 made-up contexts for the rules of
// rules.json.
//
// The problem: with uniform noise either every rule fires or none, and an evaluator that stops at
// the first false comparison looks better or worse than it would in a bank. The idea: read the
// rules, collect what each variable is compared with, and draw its value so that a comparison holds
// with a chance of our choosing:
//
//   - a variable passes with a chance of its own between 0.10 and 0.30; 0.02 where one comparison
//     alone makes a rule
//   - a number that is compared with t1 < t2 < ... stays below t1, or else lands in one of the
//     steps above, each as likely (mirrored for <=)
//   - a number that is only compared with other variables (a >= 0.8 * b) is drawn last, on either
//     side of the limit
//   - two texts that are compared with each other are equal, or not, by the same chance
//   - a key is on a list by a hash of both, so that membership is the same in every event
//
// Every variable that any rule reads has a value in every event: nothing is ever missing. The
// output is the same to the byte on every machine; events.sha256 says which.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { atoms, inferTypes, parse, variables } from "./expr.mjs";
import { Xorshift, hash32 } from "./random.mjs";

const EVENTS = 512;
const SEED = 20261123;
const KEYS = 4096; // distinct keys per variable that is looked up in a list
// The traffic of a retail bank, roughly; the other event types share what is left.
const TRAFFIC = {
    transfer_out: 0.3,
    card_pay: 0.2,
    qr_pay: 0.14,
    transfer_in: 0.14,
    login: 0.08,
    cash_withdraw: 0.03,
};

const rules = JSON.parse(readFileSync(new URL("rules.json", import.meta.url), "utf8"));
const trees = rules.map((r) => parse(r.expr));
const types = inferTypes(trees);
const unit = (text) => hash32(text) / 4294967296;
const FLIP = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!=" };

// What the rules demand of each variable, and what they compare between variables.
const alone = new Set(); // variables that decide a rule on their own
const limits = new Map(); // number: [{op, t}]
const words = new Map(); // text: the constants it is compared with; tags: the tags asked for
const unlike = new Map(); // text: the constant of a !=, which is its usual value
const lists = new Map(); // list: {keys: variables looked up in it, rare}
const numberPairs = []; // comparisons between numbers
const textPairs = [];

function note(map, name, value) {
    map.set(name, [...(map.get(name) ?? []), value]);
}

function learn(atom, rare) {
    const a = atom;
    if (a.k === "inList") {
        const list = lists.get(a.name) ?? { keys: new Set(), rare: false };
        list.keys.add(a.key.v);
        list.rare ||= rare;
        lists.set(a.name, list);
    } else if (a.k === "in" && a.l.k === "str") {
        note(words, a.r.v, a.l.v);
    } else if (a.k === "in") {
        a.r.parts.forEach((w) => note(words, a.l.v, w.v));
    } else if (a.k === "cmp" && variables(a).size > 1) {
        (types.get([...variables(a)][0]) === "num" ? numberPairs : textPairs).push(a);
    } else if (a.k === "cmp") {
        const [v, c, op] = a.l.k === "var" ? [a.l.v, a.r, a.op] : [a.r.v, a.l, FLIP[a.op]];
        if (c.k === "num") note(limits, v, { op, t: Number(c.v) });
        else if (op === "==") note(words, v, c.v);
        else unlike.set(v, c.v);
    }
}

for (const tree of trees) {
    const parts = atoms(tree);
    const rare = parts.length === 1 || tree.k === "or";
    if (rare) parts.forEach((a) => variables(a).forEach((v) => alone.add(v)));
    parts.forEach((a) => learn(a, rare));
}

const passing = (v) => (alone.has(v) ? 0.02 : 0.1 + 0.2 * unit(v));
const usual = new Set(unlike.values());
const onList = (name, key) =>
    !usual.has(key) && unit(`${name}/${key}`) < (lists.get(name).rare ? 0.01 : 0.1);

function places(v) {
    if ((limits.get(v) ?? []).some((l) => !Number.isInteger(l.t))) return 3;
    if (/ratio|score|^ml\./.test(v)) return 3;
    return /sum|amt|amount|avg|bal|income|turnover|ticket/.test(v) ? 2 : 0;
}

function round(x, digits) {
    const scale = [1, 10, 100, 1000][digits];
    return Math.round(x * scale) / scale;
}

// A number against constants. Thresholds that point the same way make steps; a mixture takes one of
// them at random.
function drawNumber(r, v) {
    const mine = limits.get(v);
    if (v.startsWith("prof.") && mine.every((l) => l.op === ">" && l.t === 0)) {
        // "is it known at all"
        return r.chance(0.9) ? 1000 + r.below(20000) : 0;
    }
    const digits = places(v);
    const up = mine.every((l) => l.op === ">=" || l.op === ">");
    const down = mine.every((l) => l.op === "<=" || l.op === "<");
    const pass = r.chance(Math.min(0.5, passing(v) * (mine.length > 3 ? 1.6 : 1)));
    if (!up && !down) {
        const { op, t } = r.pick(mine);
        const above = t + 1 + r.below(Math.max(10, t));
        const below = t * r.next();
        const wanted = { ">=": pass, ">": pass, "<=": !pass, "<": !pass }[op];
        if (op === "==" || op === "!=") return pass === (op === "==") ? t : round(above, digits);
        return round(wanted ? above : below, digits);
    }
    const steps = [...new Set(mine.map((l) => l.t))].sort((a, b) => (up ? a - b : b - a));
    const i = pass ? r.below(steps.length) : -1;
    const from = i < 0 ? (up ? 0 : steps[0] * 4 + 10) : steps[i];
    const to = i < 0 ? steps[0] : (steps[i + 1] ?? (up ? steps[i] * 2 + 10 : 0));
    const x =
        i >= 0 && from > 0 && r.chance(0.1) ? from : from + (to - from) * (0.02 + 0.96 * r.next());
    if (digits > 0) return round(x, digits);
    return up && (i < 0 || from > 0) ? Math.floor(x) : Math.ceil(x);
}

// A number against other variables: the side of the limit is drawn, then the distance from it.
function linear(n, into = { base: 0, terms: new Map() }, factor = 1) {
    if (n.k === "num") into.base += factor * Number(n.v);
    else if (n.k === "var") into.terms.set(n.v, (into.terms.get(n.v) ?? 0) + factor);
    else if (n.k === "add") n.parts.forEach((p) => linear(p, into, factor));
    else if (n.k === "mul") {
        const [known, open] = [
            n.parts.filter((p) => p.k === "num"),
            n.parts.filter((p) => p.k !== "num"),
        ];
        linear(
            open[0],
            into,
            known.reduce((x, p) => x * Number(p.v), factor),
        );
    }
    return into;
}

function drawPair(r, a, values) {
    const { base, terms } = linear(a.r, linear(a.l), -1); // left - right
    const open = [...terms.keys()].filter((v) => !values.has(v));
    for (const v of open.slice(1))
        values.set(v, round(places(v) === 2 ? 100 + 20000 * r.next() : r.below(20), places(v)));
    if (open.length === 0) return;
    const v = open[0];
    let known = base;
    for (const [name, factor] of terms) if (name !== v) known += factor * values.get(name);
    const edge = -known / terms.get(v);
    const above = (r.chance(passing(v)) === (a.op[0] === ">")) === terms.get(v) > 0;
    const x =
        edge <= 0
            ? above
                ? 1 + r.below(100)
                : 0
            : above
              ? edge * (1.1 + 2 * r.next())
              : edge * 0.9 * r.next();
    values.set(v, round(above ? x + 1 : x, places(v)));
}

// A text: one of the words it is compared with, its usual value, or something else.
function drawText(r, v) {
    const known = [...new Set(words.get(v) ?? [])];
    const other = `X${r.below(1000)}`;
    const each = alone.has(v) ? 0.02 : 0.12;
    if (known.length > 0 && r.chance(Math.min(0.9, each * known.length))) return r.pick(known);
    return unlike.has(v) && !r.chance(passing(v)) ? unlike.get(v) : other;
}

function drawTextPair(r, a, values) {
    const [l, rr] = [a.l.v, a.r.v];
    if (!values.has(l) && values.has(rr))
        values.set(l, r.chance(passing(l)) === (a.op === "==") ? values.get(rr) : drawText(r, l));
    if (!values.has(l)) values.set(l, drawText(r, l));
    if (!values.has(rr))
        values.set(rr, r.chance(passing(rr)) === (a.op === "==") ? values.get(l) : drawText(r, rr));
}

const lookedUp = new Set([...lists.values()].flatMap((l) => [...l.keys]));

function drawEvent(r) {
    const values = new Map();
    for (const v of lookedUp) {
        if (!words.has(v) && !unlike.has(v))
            values.set(v, `${v.split(".").pop()}-${r.below(KEYS)}`);
    }
    for (const [v, type] of types) {
        if (values.has(v)) continue;
        if (type === "bool") values.set(v, r.chance(passing(v)));
        else if (type === "num" && limits.has(v)) values.set(v, drawNumber(r, v));
        else if (type === "tags")
            values.set(
                v,
                [...new Set(words.get(v))].filter(() => r.chance(alone.has(v) ? 0.03 : 0.12)),
            );
        else if (type === "str" && (words.has(v) || unlike.has(v))) values.set(v, drawText(r, v));
    }
    for (const a of numberPairs) drawPair(r, a, values);
    for (const a of textPairs) drawTextPair(r, a, values);

    const event = { event_type: drawType(r), event: {}, f: {}, prof: {}, g: {}, ml: {}, lists: {} };
    for (const v of [...types.keys()].sort()) {
        const path = v.split(".");
        const last = path.pop();
        const place = path.reduce((o, name) => (o[name] ??= {}), event);
        place[last] = values.get(v);
    }
    for (const [name, { keys }] of [...lists].sort()) {
        event.lists[name] = [...keys].map((v) => values.get(v)).filter((key) => onList(name, key));
    }
    return event;
}

const rest = [...new Set(rules.flatMap((r) => r.on))].filter((t) => !(t in TRAFFIC)).sort();
function drawType(r) {
    let u = r.next();
    for (const [type, share] of Object.entries(TRAFFIC)) {
        if (u < share) return type;
        u -= share;
    }
    return r.pick(rest);
}

const r = new Xorshift(SEED);
let text = "";
for (let i = 0; i < EVENTS; i++) text += JSON.stringify(drawEvent(r)) + "\n";
writeFileSync(process.argv[2] ?? new URL("events.ndjson", import.meta.url), text);
const sum = createHash("sha256").update(text).digest("hex");
console.error(
    `${EVENTS} events, ${types.size} variables each, ${text.length} bytes, sha256 ${sum}`,
);
