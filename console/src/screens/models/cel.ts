// CEL inside the YAML of a model: its parts are marked, and names, lists, values and functions are offered while one writes.
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { type Extension, RangeSetBuilder, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

import type { Schemas } from "@/api/client";
import type { Language } from "@/app/words";

export type Vocabulary = Schemas["Vocabulary"];

const KEYS = /^(\s*)(?:- )?(?:expr|when):\s*(.*)$/;

// The lines of conditions: from [line, column of its first byte] on.
function conditionLines(text: Text): Map<number, number> {
  const found = new Map<number, number>();
  for (let number = 1; number <= text.lines; number++) {
    const line = text.line(number).text;
    const key = KEYS.exec(line);
    if (key === null) {
      continue;
    }
    const [, indent, rest] = key as unknown as [string, string, string];
    if (!/^[>|][+-]?\s*$/.test(rest)) {
      found.set(number, line.length - rest.length);
    }
    while (number < text.lines) {
      const next = text.line(number + 1).text;
      if (next.trim() !== "" && next.length - next.trimStart().length <= indent.length) {
        break;
      }
      number++;
      found.set(number, 0);
    }
  }
  return found;
}

const TOKENS = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\b\d+(?:\.\d+)?\b)|\b(event|is|f|prof|g|ml|p|d)((?:\.\w+)+)|\b(true|false|null|in)\b|([A-Za-z_][\w.]*)(?=\()|(&&|\|\||[!=<>]=?|[-+*/%?:])/g;
const mark = (name: string) => Decoration.mark({ class: `cm-cel-${name}` });
const MARKS = { text: mark("text"), number: mark("number"), name: mark("name"), word: mark("word"), call: mark("call"), operator: mark("operator") };

function marksOf(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { doc } = view.state;
  for (const [number, column] of conditionLines(doc)) {
    const line = doc.line(number);
    const text = line.text.slice(column);
    for (const token of text.matchAll(TOKENS)) {
      const from = line.from + column + token.index;
      const kind = token[1] !== undefined ? "text" : token[2] !== undefined ? "number" : token[3] !== undefined ? "name" : token[5] !== undefined ? "word" : token[6] !== undefined ? "call" : "operator";
      builder.add(from, from + token[0].length, MARKS[kind]);
    }
  }
  return builder.finish();
}

export const celMarks: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = marksOf(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged) {
        this.decorations = marksOf(update.view);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function parametersOf(text: string): string[] {
  const block = /^params:[^\n]*\n((?:[ \t]+[^\n]*\n|\n)*)/m.exec(text);
  return block === null ? [] : [...block[1]!.matchAll(/^\s{2,4}(\w+):/gm)].map((one) => one[1]!);
}

// What may stand at the cursor.
export function celCompletion(vocabulary: () => Vocabulary | undefined, language: Language) {
  const meaning = (one: { zh: string; en: string }) => (language === "zh" ? one.zh || one.en : one.en || one.zh);
  return (context: CompletionContext): CompletionResult | null => {
    const words = vocabulary();
    if (words === undefined) {
      return null;
    }
    const list = context.matchBefore(/inList\("\w*/);
    if (list !== null) {
      return { from: list.from + 'inList("'.length, options: words.lists.map((one) => ({ label: one.list, detail: meaning(one), type: "constant" })), validFor: /^\w*$/ };
    }
    const value = context.matchBefore(/([\w.]+)\s*(?:==|!=)\s*"\w*/);
    if (value !== null) {
      const [, name] = /^([\w.]+)/.exec(value.text) ?? [];
      const known = words.names.find((one) => one.name === name);
      const from = value.from + value.text.lastIndexOf('"') + 1;
      return known === undefined || known.values.length === 0 ? null : { from, options: known.values.map((one) => ({ label: one.value, detail: meaning(one), type: "enum" })), validFor: /^\w*$/ };
    }
    const word = context.matchBefore(/[A-Za-z_][\w.]*/);
    const inCondition = conditionLines(context.state.doc).has(context.state.doc.lineAt(context.pos).number);
    const isName = word !== null && /^(event|is|f|prof|g|ml|p|d)\./.test(word.text);
    if (word === null || (!context.explicit && !inCondition && !isName)) {
      return null;
    }
    const options: Completion[] = [
      ...words.names.map((one) => ({ label: one.name, detail: one.type, info: meaning(one) || undefined, type: one.kind === "feature" ? "function" : "variable" })),
      ...parametersOf(context.state.doc.toString()).map((name) => ({ label: `p.${name}`, detail: "double", type: "variable", boost: 2 })),
      ...[...new Map(words.functions.map((one) => [one.function, one]))].map(([name, one]) => ({ label: name, detail: one.signature, type: "method", apply: `${name}(`, boost: -1 })),
    ];
    return { from: word.from, options, validFor: /^[\w.]*$/ };
  };
}
