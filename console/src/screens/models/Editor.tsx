// The text of one file of a pack: CodeMirror with YAML, CEL in it, what is offered while one writes, and the compiler's diagnostics at their places. Loaded when it is first needed.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

import type { Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { celCompletion, celMarks, type Vocabulary } from "@/screens/models/cel";

export type Told = Schemas["Diagnostic"];

const looks = {
  light: { key: "#0a5089", text: "#22591f", number: "#8a3b00", comment: "#5c6570", name: "#5b2a86", word: "#8c1015", operator: "#333b45", ground: "#ffffff", gutter: "#f3f5f8", line: "#f4f8fc", ink: "#14202c" },
  dark: { key: "#8cc4f5", text: "#a8d8a0", number: "#f2b880", comment: "#a3adb8", name: "#d3b5f5", word: "#ff9d99", operator: "#c8d0d8", ground: "#141a22", gutter: "#10151c", line: "#1b232d", ink: "#e4e9ee" },
};

function look(dark: boolean) {
  const c = looks[dark ? "dark" : "light"];
  return [
    EditorView.theme(
      {
        "&": { backgroundColor: c.ground, color: c.ink, fontSize: "13px", height: "100%" },
        "&.cm-focused": { outline: "2px solid #2f8fdd" },
        ".cm-content": { fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace', caretColor: c.ink },
        ".cm-cursor": { borderLeftColor: c.ink },
        ".cm-gutters": { backgroundColor: c.gutter, color: c.comment, border: "none" },
        ".cm-activeLine": { backgroundColor: c.line },
        ".cm-cel-text": { color: c.text },
        ".cm-cel-number": { color: c.number },
        ".cm-cel-name": { color: c.name, fontWeight: "600" },
        ".cm-cel-word": { color: c.word },
        ".cm-cel-call": { color: c.key, fontStyle: "italic" },
        ".cm-cel-operator": { color: c.operator, fontWeight: "600" },
        ".cm-tooltip": { backgroundColor: c.gutter, color: c.ink },
        ".cm-panels": { backgroundColor: c.gutter, color: c.ink },
      },
      { dark },
    ),
    syntaxHighlighting(
      HighlightStyle.define([
        { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: c.key },
        { tag: [tags.string, tags.content, tags.attributeValue], color: c.ink },
        { tag: tags.comment, color: c.comment, fontStyle: "italic" },
        { tag: [tags.number, tags.bool, tags.keyword], color: c.number },
        { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: c.operator },
      ]),
    ),
  ];
}

function placed(state: EditorState, told: Told): Diagnostic {
  const line = state.doc.line(Math.min(Math.max(1, told.line), state.doc.lines));
  const from = Math.min(line.from + Math.max(0, told.column - 1), line.to);
  return { from, to: Math.min(from + Math.max(1, told.length), line.to), severity: told.level === "note" ? "info" : told.level, source: told.code, message: told.hint === "" ? told.message : `${told.message}\n${told.hint}` };
}

interface Props {
  path: string;
  text: string;
  label: string;
  diagnostics: Told[];
  vocabulary: Vocabulary | undefined;
  onChange: (text: string) => void;
  goTo: { line: number; column: number; times: number } | null;
}

export default function Editor({ path, text, label, diagnostics, vocabulary, onChange, goTo }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const { dark, language } = useSettings();
  const latest = useRef({ onChange, vocabulary, text });
  latest.current = { onChange, vocabulary, text };
  const written = useRef<string[]>([]); // told and not come back yet: who writes fast is ahead of what comes back
  const follows = useRef(false);

  useEffect(() => {
    const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
    const made = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          nonce === undefined ? [] : EditorView.cspNonce.of(nonce),
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          search({ top: true }),
          yaml(),
          celMarks,
          autocompletion({ override: [celCompletion(() => latest.current.vocabulary, language)] }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          EditorView.lineWrapping,
          look(dark),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !follows.current) {
              const after = update.state.doc.toString();
              written.current.push(after);
              latest.current.onChange(after);
            }
          }),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [path, label, dark, language]);

  // Undone elsewhere: the editor follows.
  useEffect(() => {
    const made = view.current;
    const own = written.current.indexOf(text);
    written.current.splice(0, own + 1);
    if (own < 0 && made !== null && made.state.doc.toString() !== text) {
      follows.current = true;
      made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: text } });
      follows.current = false;
    }
  }, [text]);

  useEffect(() => {
    const made = view.current;
    if (made !== null) {
      made.dispatch(setDiagnostics(made.state, diagnostics.map((told) => placed(made.state, told))));
    }
  }, [diagnostics, path, dark, language]);

  useEffect(() => {
    const made = view.current;
    if (made !== null && goTo !== null) {
      const line = made.state.doc.line(Math.min(Math.max(1, goTo.line), made.state.doc.lines));
      const at = Math.min(line.from + Math.max(0, goTo.column - 1), line.to);
      made.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      made.focus();
    }
  }, [goTo]);

  return <div ref={box} data-told="" style={{ height: "100%", minHeight: 0, overflow: "hidden" }} />;
}
