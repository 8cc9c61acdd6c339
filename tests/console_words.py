#!/usr/bin/env python3
"""Texts of the console stand in its words, in both languages: no Chinese outside of them, and no text of a control written beside it.

In a words block each text has a zh and an en that are not empty, the Chinese one has Chinese in it unless it is the same in both, and both name the same values in braces.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent / "console" / "src"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENTRY = re.compile(r'\{\s*zh:\s*(?P<zh>"(?:[^"\\]|\\.)*"|`[^`]*`),\s*en:\s*(?P<en>"(?:[^"\\]|\\.)*"|`[^`]*`),?\s*\}')
LITERAL = re.compile(r'\b(?:title|label|placeholder|aria-label|message|description|okText|cancelText|alt|summary)="(?P<text>[^"]*[A-Za-z]{2}[^"]*)"')
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.S)
# Chinese names of what the server names in English alone, by its words: nothing is written twice there.
GLOSSARIES = {"screens/data/things.ts", "screens/office/measures.ts", "screens/system/scopes.ts"}
# Chinese that is no text: what a language is called in itself.
ALLOWED = {"中文"}


def blocks(text):
    """The spans of defineWords({...}) calls."""
    for begin in re.finditer(r"defineWords\(", text):
        depth, at = 0, begin.end() - 1
        while at < len(text):
            if text[at] in '"`':
                quote, at = text[at], at + 1
                while text[at] != quote:
                    at += 2 if text[at] == "\\" else 1
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
            if depth == 0:
                break
        yield begin.start(), at


def main():
    problems, texts = [], 0
    for path in sorted([*ROOT.rglob("*.ts"), *ROOT.rglob("*.tsx")]):
        text = path.read_text(encoding="utf-8")
        outside, last = "", 0
        for begin, end in blocks(text):
            outside += text[last:begin]
            last = end
            for entry in ENTRY.finditer(text[begin:end]):
                texts += 1
                zh, en = entry["zh"][1:-1], entry["en"][1:-1]
                place = f"{path.relative_to(ROOT)}: {zh} / {en}"
                if not zh.strip() or not en.strip():
                    problems.append(f"{place}: empty")
                elif CHINESE.search(en):
                    problems.append(f"{place}: Chinese in the English text")
                elif not CHINESE.search(zh) and zh != en and re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", zh)):
                    problems.append(f"{place}: no Chinese in the Chinese text")
                elif set(re.findall(r"\{\w+\}", zh)) != set(re.findall(r"\{\w+\}", en)):
                    problems.append(f"{place}: other values in braces")
        outside += text[last:]
        outside = COMMENT.sub("", outside)
        for line in outside.splitlines():
            if path.relative_to(ROOT).as_posix() in GLOSSARIES:
                break
            if CHINESE.search(re.sub("|".join(ALLOWED), "", line)):
                problems.append(f"{path.relative_to(ROOT)}: Chinese outside of words: {line.strip()[:100]}")
            for literal in LITERAL.finditer(line):
                if re.fullmatch(r"[A-Z0-9-]+", literal["text"]):  # an example of an id
                    continue
                problems.append(f"{path.relative_to(ROOT)}: a text beside its control: {literal['text'][:80]}")
    print(f"{texts} texts, {len(problems)} problems")
    print("\n".join(problems))
    sys.exit(1 if problems or texts < 50 else 0)


main()
