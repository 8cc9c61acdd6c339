#!/usr/bin/env python3
"""Checks that what docs/examples.md shows is real.

    tests/evaluate/snippets.py PROGRAM [DOCUMENT]

A block under a line that only names a file in backquotes has to be that file. A `console` block runs its command, with `qiantang`
replaced by PROGRAM, from the top of the repository; `...` as a line stands for any lines, at the end of a line for any rest, inside
one for any text.
"""
import os
import re
import shlex
import subprocess
import sys


def pattern(lines):
    out = []
    for line in lines:
        out.append(r"(?:[^\n]*\n)*?" if line == "..." else ".*".join(re.escape(part) for part in line.split("...")) + "\n")
    return "".join(out)


def main(arguments):
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write(__doc__)
        return 2
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    program = os.path.abspath(arguments[0])
    document = arguments[1] if len(arguments) == 2 else os.path.join(root, "docs", "examples.md")
    with open(document, encoding="utf-8") as file:
        text = file.read()
    checked = wrong = 0
    for path, block in re.findall(r"^`([^`\n]+)`\n```\w*\n(.*?)^```$", text, re.M | re.S):
        checked += 1
        with open(os.path.join(root, path), encoding="utf-8") as file:
            if file.read() != block:
                wrong += 1
                print(f"{path} is not what the document shows")
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S):
        checked += 1
        lines = block.rstrip("\n").split("\n")
        words = shlex.split(lines[0][2:])
        words[0] = program
        run = subprocess.run(words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8")
        if not re.fullmatch(pattern(lines[1:]), run.stdout):
            wrong += 1
            print(f"{lines[0]} prints something else:\n{run.stdout}")
    print(f"{checked} snippets, {wrong} wrong")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
