#!/usr/bin/env python3
"""Compiles the expressions of docs/expressions.md: those in ```cel blocks must pass `qiantang check`, those in ```cel-error blocks
must give the code behind them.

    tests/docs_examples.py PROGRAM
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

MODEL = """id: M-ZZ-01-{number}
version: 1
status: ACTIVE
name: {{zh: 文档示例, en: "example of the documents"}}
family: ZZ
typology: ZZ-01
mode: NRT
on: [transfer_out]
owner: {{role: documents}}
rationale: An example of docs/expressions.md, compiled so that the page stays true to the program.
expr: |-
  {expression}
score: 10
severity: S1
action: PASS
reason: {{zh: 示例, en: example}}
tests: {{fire: [none], quiet: [none]}}
"""


def examples():
    text = (ROOT / "docs/expressions.md").read_text()
    for kind, block in re.findall(r"^```(cel|cel-error)\n(.*?)^```", text, re.M | re.S):
        for line in filter(str.strip, block.splitlines()):
            expression, _, code = line.partition(" //") if kind == "cel-error" else (line, "", "")
            yield expression.strip(), code.strip()


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        pack = pathlib.Path(folder) / "bank"
        shutil.copytree(ROOT / "packs/bank", pack, ignore=shutil.ignore_patterns("tests", "models"))
        models = pack / "models"
        models.mkdir()
        wanted = list(examples())
        for number, (expression, _) in enumerate(wanted):
            (models / f"example-{number}.yaml").write_text(MODEL.format(number=number, expression=expression))
        done = subprocess.run([sys.argv[1], "check", "--brief", str(pack)], text=True, capture_output=True)
        told = {}
        for number, level, code in re.findall(r"example-(\d+)\.yaml:[\d:]+ (error|warning) ([A-Z]{2}\d{3})", done.stderr):
            if not re.fullmatch("MO02[0-6]", code):  # examples are no library: some are alike, and some are always true
                told.setdefault(int(number), set()).add(code)
        for number, (expression, code) in enumerate(wanted):
            codes = told.get(number, set())
            if codes != ({code} if code else set()):
                print(f"{expression}\n  gives {', '.join(sorted(codes)) or 'no error'}; the page says {code or 'none'}")
                failed += 1
    if failed:
        print(done.stderr)
    print(f"{len(wanted)} examples, {failed} wrong")
    sys.exit(1 if failed or not wanted else 0)


main()
