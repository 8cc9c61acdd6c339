#!/usr/bin/env python3
"""Stories: the example of docs/packs.md runs, and each mistake is told with its code and place.

Usage: story_test.py QIANTANG
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
STORY = "tests/PX/story.yaml"

GOOD = """base:
  pay: {phase: REQUEST, account: A1, customer: C1, amount: 1}
stories:
  one:
    expect: fire
    events:
      - {event: login, as: first, at: -1h}
      - {event: pay, as: before, repeat: 3, at: -30m, every: 1m, payee: "P{i}", amount: "{i*2}"}
      - {event: pay, at: 03:12, amount: 60000}
"""

# name: (old text, new text, code, line:column, a part of what is said)
MISTAKES = {
    "an event type misspelt": ("event: login", "event: logn", "ST002", "7:17", "did you mean 'login'?"),
    "no type": ("{event: pay, at: 03:12,", "{at: 03:12,", "ST002", "9:9", "under `event:`"),
    "a base of no type": ("  pay: {phase", "  pai: {phase", "ST002", "2:3", "did you mean 'pay'?"),
    "a field misspelt": ("amount: 60000", "amonut: 60000", "ST003", "9:33", "did you mean 'amount'?"),
    "a field that is derived": ("amount: 60000", "hour: 3", "ST004", "9:33", "'hour'"),
    "the time as a field": ("amount: 60000", "event_time: 3", "ST004", "9:33", "`at:`"),
    "an amount of three decimals": ("amount: 60000", "amount: 1.005", "ST005", "9:41", "1200.50"),
    "a moment that is none": ("at: -1h", "at: soon", "ST006", "7:39", "03:12 of the story's day"),
    "no time": (", at: -1h", "", "ST006", "7:9", "does not say when"),
    "a circle of times": ("at: 03:12", "after: {before: 1m}", "ST006", "9:29", "circle"),
    "nothing before": ("at: -1h", "after: 1h", "ST006", "7:42", "first event"),
    "no time between": (", every: 1m", "", "ST006", "8:42", "`every:`"),
    "what happens too late": ("at: -1h", "at: 04:00", "ST007", "7:9", "last in time"),
    "an event that is not there": ("events:", "change: {frist: {at: -2h}}\n    events:", "ST008", "6:14", "no event 'frist'"),
    "two of one name": ("as: before", "as: first", "ST008", "8:9", "'first'"),
    "a story like none": ("events:", "like: oen\n    events:", "ST001", "6:11", "did you mean 'one'?"),
    "a story like itself": ("events:", "like: one\n    events:", "ST009", "6:11", "8 stories"),
    "a counter misspelt": ("P{i}", "P{j}", "ST010", "8:75", "{i} counts from 1"),
    "a counter without end": ("{i*2}", "{i*1e300*1e300}", "ST010", "8:90", "{i} counts from 1"),
    "a remainder of nothing": ("{i*2}", "{i%0}", "ST010", "8:90", "{i} counts from 1"),
    "twelve years": ("every: 1m", "every: 4001d", "ST006", "8:62", "4000 days"),
    "a list as a time": ("at: -1h", "at: [1h]", "YA012", "7:39", ""),
    "a mapping as a type": ("event: login", "event: {a: b}", "YA012", "7:17", ""),
    "a list as a value": ("amount: 60000", "amount: [1]", "YA012", "9:41", ""),
    "a million times": ("repeat: 3", "repeat: 1000000", "ST010", "8:42", "10000"),
    "a column misspelt": ("events:", "context: {prof: {person: {aeg: 3}}}\n    events:", "ST011", "6:31", "prof.person.aeg"),
    "a list misspelt": ("events:", "context: {lists: {none_such: [a]}}\n    events:", "ST011", "6:23", "none_such"),
    "a value that is refused": ("amount: 60000", "phase: SOON", "ST012", "9:9", "SOON"),
    "no events": ("    events:\n", "    then: []\n    note:\n", "ST013", "", "no events"),
    "a key misspelt": ("expect: fire", "expect: fire\n    nota: x", "YA011", "6:5", "did you mean 'note'?"),
    "an expectation misspelt": ("expect: fire", "expect: fires", "YA013", "5:13", "fire"),
}


def run(pack, text, path, *names):
    model = next(path for path in pack.rglob("models/**/*.yaml") if f"id: {names[0]}\n" in path.read_text())
    text_of_model = re.sub(r"^tests:.*?(?=^\S|\Z)", "", model.read_text(), flags=re.M | re.S)
    fire, quiet = ([f"{path}#{name}" for name in group] for group in names[1:])
    model.write_text(f"{text_of_model}\ntests: {{fire: [{', '.join(fire)}], quiet: [{', '.join(quiet)}]}}\n")
    story = pack / path
    story.parent.mkdir(parents=True, exist_ok=True)
    story.write_text(text)
    return subprocess.run([QIANTANG, "test", str(pack), names[0]], capture_output=True, text=True, timeout=60)


def in_copy(of, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        pack = pathlib.Path(folder) / "pack"
        shutil.copytree(ROOT / of, pack)
        return run(pack, *arguments)


def main():
    failed = 0
    block = re.search(r"### Stories.*?^```yaml\n(.*?)^```", (ROOT / "docs/packs.md").read_text(), re.M | re.S)[1]
    done = in_copy("packs/bank", block, "tests/AT/example.yaml", "M-AT-02-A", ["fire-1", "at-the-line"], ["known-payee", "another-customer"])
    if done.returncode != 0 or "4 passed, 0 failed" not in done.stdout:
        failed += 1
        print(f"FAILED the example of docs/packs.md\n{done.stdout}{done.stderr}")
    done = in_copy("tests/packs/payments", GOOD, STORY, "M-PX-01-A", ["one"], [])
    if "1 passed, 0 failed" not in done.stdout:
        failed += 1
        print(f"FAILED the story that the mistakes are made in\n{done.stdout}{done.stderr}")
    with tempfile.TemporaryDirectory() as folder:
        pack = pathlib.Path(folder) / "pack"
        shutil.copytree(ROOT / "tests/packs/payments", pack)
        (pack / "tests/unused.yaml").write_text(GOOD)
        done = subprocess.run([QIANTANG, "test", str(pack)], capture_output=True, text=True, timeout=60)
        if done.returncode != 0 or "tests/unused.yaml:4:3: warning ST015" not in done.stderr:
            failed += 1
            print(f"FAILED a story that no model runs\n{done.stdout}{done.stderr}")
    for name, (old, new, code, place, part) in MISTAKES.items():
        assert GOOD.count(old) == 1, f"{old!r} stands {GOOD.count(old)} times"
        text = GOOD.replace(old, new)
        if code == "ST013":
            text = text[:text.index("      - ")]
        done = in_copy("tests/packs/payments", text, STORY, "M-PX-01-A", ["one"], [])
        if done.returncode != 1 or done.stderr.count("error ") != 1 or f"story.yaml:{place}" not in done.stderr or f"error {code}:" not in done.stderr or part not in done.stderr:
            failed += 1
            print(f"FAILED {name}: exit code {done.returncode}, wanted {code} at {place} with {part!r}\n{done.stderr[:2000]}")
    print(f"{len(MISTAKES) + 3 - failed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
