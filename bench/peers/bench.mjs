// node bench.mjs [--json] [--passes N] [--write-hits] - the 600 rules on each of the 512 events, in
// each engine.
//
// First every engine's hits are compared with those of plain JavaScript, per event, on all 600
// rules and on the rules of the event's type, and these with hits.ndjson (which --write-hits writes
// anew); a difference is printed and makes the exit status 1. Then the clock: a pass goes through
// all events in order, one at a time; passes run until 3 seconds are over (warm-up), then N of them
// are measured. The figure is a pass divided by its events, the median over the passes; "cpu" is
// the same for the processor time of all threads.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import { ENGINES, YARDSTICK } from "./engines.mjs";

const WARM_UP_MS = 3000;
const SHOWN = 5; // events with differences that are printed, per engine and set of rules
const argument = (name, otherwise) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const asJson = process.argv.includes("--json");
const passes = argument("--passes", 15);
const say = (text) => (asJson ? console.error(text) : console.log(text));

const here = (name) => new URL(name, import.meta.url);
const rules = JSON.parse(readFileSync(here("rules.json"), "utf8"));
const bytes = readFileSync(here("events.ndjson"));
const expected = readFileSync(here("events.sha256"), "utf8").split(" ")[0];
if (createHash("sha256").update(bytes).digest("hex") !== expected) {
    say("events.ndjson is not what events.sha256 names: run make-events.mjs");
    process.exit(1);
}
const lines = (file) =>
    file
        .toString("utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
const events = lines(bytes);
const types = [...new Set(events.map((e) => e.event_type))].sort();
const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

// The set of rules an event is put to: "all", or those of its type.
const MODES = { typed: (e) => e.event_type, all: () => "all" };

async function hitsOf(engine, mode) {
    const found = [];
    for (let i = 0; i < events.length; i++)
        found.push(await engine.evaluate(MODES[mode](events[i]), i));
    return found;
}

function differences(name, mode, found, yardstick) {
    let count = 0;
    let shown = 0;
    for (let i = 0; i < events.length; i++) {
        const [a, b] = [new Set(found[i]), new Set(yardstick[i])];
        const more = found[i].filter((id) => !b.has(id)).map((id) => `+${id}`);
        const less = yardstick[i].filter((id) => !a.has(id)).map((id) => `-${id}`);
        count += more.length + less.length;
        if (more.length + less.length > 0 && shown++ < SHOWN)
            say(`DIFFERENCE ${name}, ${mode}, event ${i}: ${[...more, ...less].join(" ")}`);
    }
    return count;
}

async function pass(engine, mode) {
    const cpu = process.cpuUsage();
    const start = process.hrtime.bigint();
    for (let i = 0; i < events.length; i++) {
        const hits = engine.evaluate(MODES[mode](events[i]), i);
        if (hits instanceof Promise) await hits;
    }
    const us = Number(process.hrtime.bigint() - start) / 1000;
    const used = process.cpuUsage(cpu);
    return { us: us / events.length, cpu: (used.user + used.system) / events.length };
}

async function measure(engine, mode) {
    const until = performance.now() + WARM_UP_MS;
    while (performance.now() < until) await pass(engine, mode);
    const runs = [];
    for (let i = 0; i < passes; i++) runs.push(await pass(engine, mode));
    const us = runs.map((r) => r.us);
    return {
        us_per_event: median(us),
        us_min: Math.min(...us),
        us_max: Math.max(...us),
        cpu_us_per_event: median(runs.map((r) => r.cpu)),
    };
}

// For engines that report a time of their own: its mean over the events, taken outside of the clock
// above.
async function internal(engine, mode) {
    if (!engine.internal_us) return {};
    const said = [];
    for (let i = 0; i < events.length; i++)
        said.push(await engine.internal_us(MODES[mode](events[i]), i));
    return { internal_us_per_event: perEvent(said) };
}

const perEvent = (list) => list.reduce((n, x) => n + x, 0) / events.length;
const report = {
    node: process.version,
    cpu: os.cpus()[0].model,
    cpus: os.cpus().length,
    rules: rules.length,
    events: events.length,
    passes,
    rules_per_typed_event: perEvent(
        events.map((e) => rules.filter((r) => r.on.includes(e.event_type)).length),
    ),
    engines: [],
};
const shared = report.rules_per_typed_event.toFixed(1);
say(`${rules.length} rules, ${events.length} events; an event's type has ${shared} rules on average`);
say(`${report.cpu}, ${report.cpus} CPUs, Node ${process.version}, median of ${passes} passes\n`);

const yardstick = {};
const reference = await ENGINES.find((e) => e.name === YARDSTICK).prepare(rules, types, events);
for (const mode of Object.keys(MODES)) yardstick[mode] = await hitsOf(reference, mode);
let different = 0;
if (process.argv.includes("--write-hits")) {
    writeFileSync(
        here("hits.ndjson"),
        yardstick.all.map((ids) => JSON.stringify(ids) + "\n").join(""),
    );
} else {
    different += differences(
        "hits.ndjson",
        "all",
        lines(readFileSync(here("hits.ndjson"))),
        yardstick.all,
    );
}

const cell = (x, width) => String(x).padStart(width);
const columns = (time, cpu, hits) => `${cell(time, 9)} ${cell(cpu, 7)} ${cell(hits, 6)}`;
const side = (m) =>
    m
        ? columns(m.us_per_event.toFixed(1), m.cpu_us_per_event.toFixed(1), m.hits)
        : columns("-", "-", "-");
const line = (name, typed, all, compile) =>
    say(`${name.padEnd(56)} ${typed} ${all} ${cell(compile, 11)}`);

line("engine", columns("typed us", "cpu", "hits"), columns("all us", "cpu", "hits"), "compile ms");
for (const engine of ENGINES) {
    const made = await engine.prepare(rules, types, events);
    const row = { name: engine.name, version: engine.version, compile_ms: made.compile_ms };
    for (const mode of engine.modes ?? Object.keys(MODES)) {
        const found = await hitsOf(made, mode);
        const wrong = differences(engine.name, mode, found, yardstick[mode]);
        different += wrong;
        row[mode] = {
            ...(await measure(made, mode)),
            ...(await internal(made, mode)),
            hits: found.flat().length,
            differences: wrong,
        };
    }
    report.engines.push(row);
    const title = `${row.name} ${row.version}`;
    line(title, side(row.typed), side(row.all), row.compile_ms.toFixed(1));
}
for (const { name, typed, all } of report.engines.filter((e) => e.typed.internal_us_per_event)) {
    const own = [typed, all]
        .filter(Boolean)
        .map((m) => m.internal_us_per_event.toFixed(1))
        .join(" typed, ");
    say(`${name}: by its own clock ${own}${all ? " all" : " typed"}`);
}
say(different === 0 ? "\nAll engines find the same hits." : `\n${different} differences.`);
if (asJson) console.log(JSON.stringify(report, null, 2));
process.exit(different === 0 ? 0 : 1);
