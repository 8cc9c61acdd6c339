// The part of the expression language that the peers can express, read once and written in each
// peer's dialect.
//
//   or      := and ("||" and)*
//   and     := not ("&&" not)*
//   not     := "!" not | compare
//   compare := sum (("==" | "!=" | "<" | "<=" | ">" | ">=" | "in") sum)?
//   sum     := product ("+" product)*
//   product := primary ("*" primary)*
//   primary := number | string | "true" | "false" | "[" primary ("," primary)* "]" | path
//            | "inList" "(" string "," path ")" | "(" or ")"
//
// A tree is {k: kind, ...}. Anything outside of this grammar is an Error: make-rules leaves such a
// rule out.

const TOKEN =
    /\s*(?:(\d+(?:\.\d+)?)|"([^"\\]*)"|([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(&&|\|\||[<>=!]=|[<>!()[\],+*]))/y;
const ROOTS = new Set(["event", "f", "prof", "g", "ml"]);
const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">="]);

function tokens(text) {
    const found = [];
    TOKEN.lastIndex = 0;
    while (text.slice(TOKEN.lastIndex).trim() !== "") {
        const at = TOKEN.lastIndex;
        const m = TOKEN.exec(text);
        if (!m) {
            throw new Error(`unexpected text at ${at}: ${text.slice(at, at + 20)}`);
        }
        if (m[1] !== undefined) found.push({ t: "num", v: m[1] });
        else if (m[2] !== undefined) found.push({ t: "str", v: m[2] });
        else if (m[3] !== undefined) found.push({ t: "name", v: m[3] });
        else found.push({ t: "op", v: m[4] });
    }
    return found;
}

export function parse(text) {
    const ts = tokens(text);
    let at = 0;
    const is = (v) =>
        at < ts.length && (ts[at].t === "op" || ts[at].t === "name") && ts[at].v === v;
    const take = (v) => is(v) && ++at > 0;
    const demand = (v) => {
        if (!take(v)) throw new Error(`expected ${v} in: ${text}`);
    };
    const chain = (k, op, part) => {
        const parts = [part()];
        while (take(op)) parts.push(part());
        return parts.length === 1 ? parts[0] : { k, parts };
    };
    const list = (close, part) => {
        const parts = [];
        while (!take(close)) {
            if (parts.length > 0) demand(",");
            parts.push(part());
        }
        return parts;
    };
    function primary() {
        const t = ts[at++];
        if (!t) throw new Error(`unexpected end: ${text}`);
        if (t.t === "num") return { k: "num", v: t.v };
        if (t.t === "str") return { k: "str", v: t.v };
        if (t.t === "op" && t.v === "[") return { k: "list", parts: list("]", primary) };
        if (t.t === "op" && t.v === "(") {
            const inner = or();
            demand(")");
            return inner;
        }
        if (t.t === "name" && t.v === "inList") {
            demand("(");
            const [name, key, more] = list(")", primary);
            if (name?.k !== "str" || key?.k !== "var" || more) throw new Error(`inList: ${text}`);
            return { k: "inList", name: name.v, key };
        }
        if (t.t === "name" && (t.v === "true" || t.v === "false")) return { k: "bool", v: t.v };
        if (t.t === "name" && ROOTS.has(t.v.split(".")[0]) && t.v.includes("."))
            return { k: "var", v: t.v };
        throw new Error(`unexpected ${t.v} in: ${text}`);
    }
    const product = () => chain("mul", "*", primary);
    const sum = () => chain("add", "+", product);
    function compare() {
        const l = sum();
        if (take("in")) return { k: "in", l, r: sum() };
        const op =
            at < ts.length && ts[at].t === "op" && COMPARISONS.has(ts[at].v) ? ts[at++].v : null;
        return op ? { k: "cmp", op, l, r: sum() } : l;
    }
    const not = () => (take("!") ? { k: "not", e: not() } : compare());
    const and = () => chain("and", "&&", not);
    const or = () => chain("or", "||", and);
    const tree = or();
    if (at !== ts.length) throw new Error(`unexpected ${ts[at].v} in: ${text}`);
    return tree;
}

export function children(n) {
    return n.parts ?? [n.e, n.l, n.r, n.key].filter(Boolean);
}

export function variables(n, into = new Set()) {
    if (n.k === "var") into.add(n.v);
    for (const c of children(n)) variables(c, into);
    return into;
}

// The leaves of the boolean part: comparisons, memberships, and bare boolean variables.
export function atoms(n, into = []) {
    if (n.k === "and" || n.k === "or" || n.k === "not") {
        for (const c of children(n)) atoms(c, into);
    } else {
        into.push(n);
    }
    return into;
}

// The type of every variable, from how the rules use it: bool, num, str or tags (a list of
// strings).
export function inferTypes(trees) {
    const types = new Map();
    const same = [];
    const set = (n, type) => {
        if (n.k !== "var") return;
        const old = types.get(n.v);
        if (old && old !== type) throw new Error(`${n.v} is used as ${old} and as ${type}`);
        types.set(n.v, type);
    };
    const sides = (n) => {
        const text = [n.l, n.r].some((x) => x.k === "str");
        const number = [n.l, n.r].some((x) => x.k === "num" || x.k === "mul" || x.k === "add");
        if (text || number || !["==", "!="].includes(n.op)) {
            for (const x of [n.l, n.r]) {
                for (const v of variables(x)) set({ k: "var", v }, text ? "str" : "num");
            }
        } else {
            same.push(n);
        }
    };
    for (const a of trees.flatMap((t) => atoms(t))) {
        if (a.k === "var") set(a, "bool");
        else if (a.k === "inList") set(a.key, "str");
        else if (a.k === "in" && a.r.k === "list")
            set(a.l, a.r.parts[0].k === "num" ? "num" : "str");
        else if (a.k === "in") set(a.r, "tags");
        else if (a.k === "cmp") sides(a);
    }
    for (const n of same) {
        const type = types.get(n.l.v) ?? types.get(n.r.v) ?? "str";
        set(n.l, type);
        set(n.r, type);
    }
    return types;
}

const JOIN = {
    cel: { and: " && ", or: " || ", not: "!" },
    zen: { and: " and ", or: " or ", not: "not " },
    js: { and: " && ", or: " || ", not: "!" },
};

const STRICT = { "==": "===", "!=": "!==" };

// Writes a tree for "cel", "zen" or "js".
// cel: numbers become doubles (5000 -> 5000.0), as all numbers of a JSON context are.
// zen: inList("name", key) becomes `key in lists.name`; under a `not` it needs parentheses there:
//      ZEN reads `not a in b` as `(not a) in b`, and a decision table takes that error for "no".
// js:  the same with includes(); the yardstick against which the peers' answers are checked.
export function write(n, to) {
    const w = (x) => write(x, to);
    const p = (x) => (["and", "or", "cmp", "in", "add"].includes(x.k) ? `(${w(x)})` : w(x));
    switch (n.k) {
        case "num":
            return to === "cel" && !n.v.includes(".") ? `${n.v}.0` : n.v;
        case "str":
            return `"${n.v}"`;
        case "bool":
        case "var":
            return n.v;
        case "list":
            return `[${n.parts.map(w).join(", ")}]`;
        case "and":
            return n.parts.map((x) => (x.k === "or" ? p(x) : w(x))).join(JOIN[to].and);
        case "or":
            return n.parts.map((x) => (x.k === "and" ? p(x) : w(x))).join(JOIN[to].or);
        case "not":
            return JOIN[to].not + (to === "zen" && n.e.k === "inList" ? `(${w(n.e)})` : p(n.e));
        case "add":
            return n.parts.map(w).join(" + ");
        case "mul":
            return n.parts.map(p).join(" * ");
        case "cmp":
            return `${w(n.l)} ${to === "js" ? (STRICT[n.op] ?? n.op) : n.op} ${w(n.r)}`;
        case "in":
            return to === "js" ? `${w(n.r)}.includes(${w(n.l)})` : `${w(n.l)} in ${w(n.r)}`;
        case "inList":
            if (to === "cel") return `inList("${n.name}", ${w(n.key)})`;
            return to === "js"
                ? `lists.${n.name}.includes(${w(n.key)})`
                : `${w(n.key)} in lists.${n.name}`;
        default:
            throw new Error(`cannot write ${n.k}`);
    }
}
