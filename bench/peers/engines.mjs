// The engines, all behind one door: prepare(rules, types, events) gives {evaluate(set, i)}, where
// set is "all" or an event type and i the number of an event; evaluate returns (a promise of) the
// ids of the rules that hold. What an engine may do ahead of time (parse, compile, bring a context
// into its own form) happens in prepare, outside of the clock; compile_ms is the time for all 600
// rules.
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { parse, variables, write } from "./expr.mjs";

const require = createRequire(import.meta.url);
const version = (name) =>
    JSON.parse(
        require("node:fs").readFileSync(
            new URL(`node_modules/${name}/package.json`, import.meta.url),
        ),
    ).version;

function timed(work) {
    const start = performance.now();
    const result = work();
    return [result, performance.now() - start];
}

// Rules that are functions of a context, called one after another.
function oneByOne(rules, types, functions, contexts, events) {
    let lists;
    const sets = new Map([["all", rules.map((_, i) => i)]]);
    for (const t of types)
        sets.set(
            t,
            rules.flatMap((r, i) => (r.on.includes(t) ? [i] : [])),
        );
    return {
        inList: (name, key) => lists[name].includes(key),
        evaluate(set, i) {
            lists = events[i].lists;
            const context = contexts[i];
            const hits = [];
            for (const r of sets.get(set)) {
                const held = functions[r](context);
                if (held === true) hits.push(rules[r].id);
                else if (held !== false) throw new Error(`${rules[r].id}: ${held}`);
            }
            return hits;
        },
    };
}

// The yardstick: each rule a JavaScript function, as good as V8 makes it. Not a peer, since no bank
// lets its analysts write JavaScript into the payment path.
const plain = {
    name: "plain JavaScript",
    version: process.version,
    async prepare(rules, types, events) {
        const [functions, compile_ms] = timed(() =>
            rules.map(
                (r) =>
                    new Function(
                        "{event, f, prof, g, ml, lists}",
                        `return ${write(parse(r.expr), "js")};`,
                    ),
            ),
        );
        return { compile_ms, ...oneByOne(rules, types, functions, events, events) };
    },
};

const celJs = {
    name: "@marcbachmann/cel-js",
    version: version("@marcbachmann/cel-js"),
    async prepare(rules, types, events) {
        const { Environment } = await import("@marcbachmann/cel-js");
        const functions = [];
        const run = oneByOne(rules, types, functions, events, events);
        const environment = new Environment()
            .registerVariable("event", "map")
            .registerVariable("f", "map<string, double>")
            .registerVariable("prof", "map")
            .registerVariable("g", "map")
            .registerVariable("ml", "map<string, double>")
            .registerFunction("inList(string, dyn): bool", run.inList);
        const [, compile_ms] = timed(() =>
            rules.forEach((r) => functions.push(environment.parse(write(parse(r.expr), "cel")))),
        );
        return { compile_ms, ...run };
    },
};

const bufCel = {
    name: "@bufbuild/cel",
    version: version("@bufbuild/cel"),
    async prepare(rules, types, events) {
        const cel = await import("@bufbuild/cel");
        const { STRING, DYN, DOUBLE, BOOL } = cel.CelScalar;
        const map = (o) => cel.celMap(new Map(Object.entries(o).map(([k, v]) => [k, value(v)])));
        const value = (v) =>
            Array.isArray(v) ? cel.celList(v) : typeof v === "object" ? map(v) : v;
        const contexts = events.map(({ event, f, prof, g, ml }) => ({
            event: map(event),
            f: map(f),
            prof: map(prof),
            g: map(g),
            ml: map(ml),
        }));
        const functions = [];
        const run = oneByOne(rules, types, functions, contexts, events);
        const anything = cel.mapType(STRING, DYN);
        const numbers = cel.mapType(STRING, DOUBLE);
        const environment = cel.celEnv({
            variables: { event: anything, f: numbers, prof: anything, g: anything, ml: numbers },
            funcs: [cel.celFunc("inList", [STRING, DYN], BOOL, run.inList)],
        });
        const [, compile_ms] = timed(() =>
            rules.forEach((r) =>
                functions.push(cel.plan(environment, cel.parse(write(parse(r.expr), "cel")))),
            ),
        );
        return { compile_ms, ...run };
    },
};

// ZEN evaluates a whole decision in one call: a context goes in, is converted for the Rust side,
// and a result comes back. Two forms of a decision that a user would choose, each compiled ahead:
//   table:       a decision table, one row a rule, hit policy "collect": gives the ids that hold
//   expressions: an expression node with one output a rule: the result is 600 booleans
// Two forms of a context: whole (all that the event has), and narrow (only the variables that the
// rules of that event type read), which spares ZEN most of the conversion.
const NODES = {
    table: (rules) => ({
        type: "decisionTableNode",
        content: {
            hitPolicy: "collect",
            inputs: [{ id: "in", name: "rule" }],
            outputs: [{ id: "out", name: "id", field: "id" }],
            rules: rules.map((r) => ({
                _id: r.id,
                in: write(parse(r.expr), "zen"),
                out: `"${r.id}"`,
            })),
        },
    }),
    expressions: (rules) => ({
        type: "expressionNode",
        content: {
            expressions: rules.map((r, i) => ({
                id: r.id,
                key: `r${i}`,
                value: write(parse(r.expr), "zen"),
            })),
        },
    }),
};

function decisionGraph(form, rules) {
    return {
        nodes: [
            { id: "in", name: "in", type: "inputNode" },
            { id: "rules", name: "rules", ...NODES[form](rules) },
            { id: "out", name: "out", type: "outputNode" },
        ],
        edges: [
            { id: "e1", type: "edge", sourceId: "in", targetId: "rules" },
            { id: "e2", type: "edge", sourceId: "rules", targetId: "out" },
        ],
    };
}

function narrowed(event, paths) {
    const context = {};
    for (const path of paths) {
        const names = path.split(".");
        const last = names.pop();
        let from = event,
            to = context;
        for (const n of names) (from = from[n]), (to = to[n] ??= {});
        to[last] = from[last];
    }
    return context;
}

const zen = (form, narrow) => ({
    name: `@gorules/zen-engine, ${form}${narrow ? ", narrow context" : ""}`,
    version: version("@gorules/zen-engine"),
    modes: narrow ? ["typed"] : ["typed", "all"],
    async prepare(rules, types, events) {
        const { ZenEngine, ZenDecisionContent } = require("@gorules/zen-engine");
        const engine = new ZenEngine();
        const decision = (of) =>
            engine.createDecision(new ZenDecisionContent(decisionGraph(form, of)));
        const [all, compile_ms] = timed(() => decision(rules));
        const sets = new Map([["all", { rules, decision: all }]]);
        for (const t of types) {
            const some = rules.filter((r) => r.on.includes(t));
            sets.set(t, { rules: some, decision: decision(some) });
        }
        const paths = (of) => {
            const trees = of.map((r) => parse(r.expr));
            const lists = of.flatMap((r) =>
                [...r.expr.matchAll(/inList\("(\w+)"/g)].map((m) => `lists.${m[1]}`),
            );
            return new Set([...trees.flatMap((t) => [...variables(t)]), ...lists]);
        };
        const contexts = new Map([["all", events]]);
        for (const t of types) {
            const wanted = paths(sets.get(t).rules);
            contexts.set(
                t,
                narrow
                    ? events.map((e) => (e.event_type === t ? narrowed(e, wanted) : null))
                    : events,
            );
        }
        return {
            compile_ms,
            // What ZEN itself says an evaluation took, without the way in and out of JavaScript:
            // "412.5µs", "1.2ms".
            async internal_us(set, i) {
                const { performance: said } = await sets
                    .get(set)
                    .decision.evaluate(contexts.get(set)[i]);
                return parseFloat(said) * (said.endsWith("ms") ? 1000 : 1);
            },
            async evaluate(set, i) {
                const { rules: of, decision: d } = sets.get(set);
                const { result } = await d.evaluate(contexts.get(set)[i]);
                return form === "table"
                    ? result.map((row) => row.id)
                    : of.filter((r, k) => result[`r${k}`]).map((r) => r.id);
            },
        };
    },
});

export const ENGINES = [
    celJs,
    bufCel,
    zen("table", false),
    zen("table", true),
    zen("expressions", false),
    zen("expressions", true),
    plain,
];
export const YARDSTICK = plain.name;
