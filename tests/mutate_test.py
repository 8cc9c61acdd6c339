#!/usr/bin/env python3
"""`qiantang test`: which conditions no sequence guards (--mutate), in expressions of every shape, and which models none tells apart.

Usage: mutate_test.py QIANTANG
The last line printed is "N passed, N failed".
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

QIANTANG = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parent.parent
STORIES = """base:
  pay: {phase: REQUEST, account: A1, customer: C1, amount: 60000, payee: P1, is_remote: true, score: 0.5, channel: MOBILE}
stories:
  fire: {expect: fire, events: [{event: pay}]}
  line: {expect: fire, events: [{event: pay, amount: 50000}]}
  small: {expect: quiet, events: [{event: pay, amount: 49999.99}]}
  near: {expect: quiet, events: [{event: pay, is_remote: false}]}
"""

# expression: (sequences that must fire, that must not, guarded, conditions, places and marks that are told)
CASES = {
    "event.amount >= p.amount_min": ("fire line", "small", 2, 2, []),
    "event.amount  >=  p.amount_min ": ("fire", "small", 1, 2, ["14:21: warning ST022: no sequence notices when >= becomes >"]),
    "p.amount_min <= event.amount && event.is_remote": ("fire line", "small near", 3, 3, []),
    "p.amount_min <= event.amount && (event.is_remote)": ("fire line", "small", 2, 3, ["14:40: warning ST021"]),
    "(event.amount >= p.amount_min) && !(!(event.is_remote))": ("fire line", "small near", 3, 3, []),
    "event.amount >= p.amount_min && (event.is_remote || event.score >= 0.9)": ("fire line", "small near", 4, 6, ["14:59", "14:71"]),
    'event.amount >= p.amount_min && !(event.channel in ["COUNTER"]) && has(event.payee) && event.payee.startsWith("P")':
        ("fire line", "small", 2, 5, ["ST021"]),
    "((event.amount) >= (p.amount_min)) && (event.payee == \"(\" || (event.is_remote))": ("fire line", "small near", 4, 5, ["14:46"]),
    "cel.bind(a, event.amount, a >= p.amount_min && a >= 1000.0 * 2.0)": ("fire line", "small", 3, 5, ["ST021", "ST022"]),
    '["COUNTER", "MOBILE"].exists(c, event.channel == c && event.amount >= p.amount_min)': ("fire line", "small", 3, 4, ["ST021"]),
    "event.is_remote ? event.amount >= p.amount_min : false": ("fire line", "small near", 2, 2, []),
    "event.amount - p.amount_min >= 0": ("fire line", "small", 2, 2, []),
    "event.amount >= event.amount * 2 || event.is_remote": ("fire", "near", 1, 2, ["14:7: warning ST021"]),
}


def run(expression, fire, quiet, *options):
    with tempfile.TemporaryDirectory() as folder:
        pack = pathlib.Path(folder) / "pack"
        shutil.copytree(ROOT / "tests/packs/payments", pack)
        model = pack / "models/amount.yaml"
        text = re.sub(r"^expr:.*\n", lambda _: f"expr: |-\n      {expression}\n".replace("|-\n     ", ">-\n     "), model.read_text(), flags=re.M)
        names = [", ".join(f"tests/story.yaml#{name}" for name in group.split()) for group in (fire, quiet)]
        model.write_text(re.sub(r"^tests:.*\n", f"tests: {{fire: [{names[0]}], quiet: [{names[1]}]}}\n", text, flags=re.M))
        (pack / "tests/story.yaml").write_text(STORIES)
        return subprocess.run([QIANTANG, "test", str(pack), "M-PX-01-A", "--mutate", *options], capture_output=True, text=True, timeout=60)


def run_neighbours(second, fire, quiet, *options):
    """Two models of one typology: the amount, and `second`."""
    with tempfile.TemporaryDirectory() as folder:
        pack = pathlib.Path(folder) / "pack"
        shutil.copytree(ROOT / "tests/packs/payments", pack)
        for path in (pack / "models").iterdir():
            if path.name != "amount.yaml":
                path.unlink()
        model = pack / "models/amount.yaml"
        text = re.sub(r"^tests:.*\n", "tests: {fire: [tests/story.yaml#fire], quiet: [tests/story.yaml#small]}\n", model.read_text(), flags=re.M)
        model.write_text(text)
        names = [", ".join(f"tests/story.yaml#{name}" for name in group.split()) for group in (fire, quiet)]
        text = re.sub(r"^tests:.*\n", f"tests: {{fire: [{names[0]}], quiet: [{names[1]}]}}\n", text, flags=re.M).replace("M-PX-01-A", "M-PX-01-B")
        (pack / "models/second.yaml").write_text(re.sub(r"^expr:.*\n", f"expr: {second}\n", text, flags=re.M))
        (pack / "tests/story.yaml").write_text(STORIES + "  same: {expect: quiet, like: line}\n")
        return subprocess.run([QIANTANG, "test", str(pack), *options], capture_output=True, text=True, timeout=60)


# expression of the second model, its sequences, options; exit code, and whether the two are one to the sequences
NEIGHBOURS = [
    ("event.amount > 50000", "fire", "small", ["--strict"], 1, True),
    ("event.amount > 50000", "fire", "small", [], 0, True),
    ("event.amount > 50000", "fire", "small same", ["PX-01"], 0, False),
    ("event.amount > 50000", "fire", "small", ["M-PX-01-B", "--strict"], 0, False),     # sequences of the other are not run
    ("event.amount >= 50000 && event.is_remote", "fire", "near", [], 0, False),
]


def main():
    failed = 0
    for second, fire, quiet, options, code, one in NEIGHBOURS:
        done = run_neighbours(second, fire, quiet, *options)
        told = "warning ST023: no sequence tells 'M-PX-01-A' from 'M-PX-01-B'" in done.stderr
        if done.returncode != code or told != one:
            failed += 1
            print(f"FAILED {second} {options}: exit code {done.returncode}, wanted {code}; told {told}\n{done.stdout}{done.stderr}")
    for expression, (fire, quiet, guarded, conditions, parts) in CASES.items():
        done = run(expression, fire, quiet)
        share = f"{guarded} of {conditions} conditions are guarded ({100 * guarded / conditions:.1f} %)"
        told = done.stdout.count(": warning ST02")
        if (done.returncode != (guarded < conditions) or done.stdout.splitlines()[-1:] != [share] or told != conditions - guarded
                or any(part not in done.stdout for part in parts)):
            failed += 1
            print(f"FAILED {expression}: exit code {done.returncode}, wanted {share!r} with {parts}\n{done.stdout}{done.stderr}")
    expression, (fire, quiet, *_) = list(CASES.items())[3]
    for least, code in (("60", 0), ("67", 1)):
        done = run(expression, fire, quiet, "--least", least)
        if done.returncode != code:
            failed += 1
            print(f"FAILED --least {least}: exit code {done.returncode}, wanted {code}\n{done.stdout}{done.stderr}")
    print(f"{len(CASES) + len(NEIGHBOURS) + 2 - failed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
