#!/usr/bin/env python3
"""Writes the table of docs/people.md: every word of the response's commands, as src/cli/remote/words.def has them.

The table stands between <!-- words --> and the next empty line. tests/docs.py compares the document with the list.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "people.md"
WORD = re.compile(r'^WORD\((\w+), "([\w-]+)", (\w+), "([^"]+)", (\w+),(.*?)(?=^WORD\(|\Z)', re.M | re.S)


def needed(parts):
    """The options that cannot be left out, as they are written."""
    for first, other, name, argument in re.findall(r'EITHER\("(\w+)", "(\w+)"|(?:QUERY_NEEDED\(|MEMBER\((?=[^()]*NEEDED))"(\w+)", "(\w+)"', parts):
        yield f"--{first} or --{other}" if first else f"--{name.replace('_', '-')} {argument}"


def words():
    text = re.sub(r"^//.*\n", "", (ROOT / "src/cli/remote/words.def").read_text(encoding="utf-8"), flags=re.M)
    for command, word, method, path, view, rest in WORD.findall(text):
        operands = [name.upper() for name in re.findall(r"{(\w+)}", path)] + re.findall(r'BODY\("(\w+)"\)', rest)
        parts, summary = re.fullmatch(r'(.*)"((?:[^"\\]|\\.)+)",\s*(?:"(?:[^"\\]|\\.)*"\s*)+\)\s*', rest, re.S).groups()
        yield " ".join([command, word, *operands, *needed(parts), *(["--out FILE"] if view == "FILE" else [])]), method, path, summary


def table():
    head = "| `qiantang` | what | asks |\n|---|---|---|\n"
    return head + "\n".join(f"| `{usage}` | {summary} | `{method} {path}` |" for usage, method, path, summary in words())


def document():
    return re.sub(r"(<!-- words -->\n).*?(?=\n\n)", lambda match: match[1] + table(), DOCUMENT.read_text(encoding="utf-8"), flags=re.S)


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
