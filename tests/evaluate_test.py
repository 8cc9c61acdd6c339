#!/usr/bin/env python3
"""Whole-program tests of `qiantang evaluate`: a made-up bank, decided on and compared with its labels.

Usage: evaluate_test.py QIANTANG
The last line printed is "N passed, N failed".
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.dom.minidom
from html.parser import HTMLParser

QIANTANG = sys.argv[1]
ROOT = os.environ.get("QIANTANG_ROOT", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BANK = os.path.join(ROOT, "packs", "bank")


def run(*arguments):
    return subprocess.run([QIANTANG, *arguments], capture_output=True, text=True, timeout=280)


def evaluate(folder, *more, labels="labels.ndjson"):
    return run("evaluate", "--pack", BANK, "--events", os.path.join(folder, "events.ndjson"), "--labels", os.path.join(folder, labels),
               "--dead-letters", os.path.join(folder, "dead.ndjson"), "--lists", *glob.glob(os.path.join(folder, "lists", "*.csv")),
               "--tables", *glob.glob(os.path.join(folder, "tables", "*.ndjson")), *more)


class Page(HTMLParser):
    """Every element is closed where it should be, and nothing comes from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.counts = {}

    def handle_starttag(self, tag, attributes):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        assert tag not in ("script", "link", "img", "iframe", "object"), tag
        for name, value in attributes:
            assert name not in ("src", "href") and not name.startswith("on"), (tag, name, value)
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:], self.getpos())
        self.open.pop()


def read_json(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def test_figures_hang_together(folder):
    done = evaluate(folder, "--json", os.path.join(folder, "e.json"), "--page", os.path.join(folder, "e.html"))
    assert done.returncode == 0, done.stderr
    assert "weak typologies" in done.stdout and "interventions per 100,000 events" in done.stdout, done.stdout
    figures = read_json(folder, "e.json")
    labels = [json.loads(line) for line in open(os.path.join(folder, "labels.ndjson"), encoding="utf-8")]
    overall = figures["overall"]
    assert overall["cases"] == len(labels) == sum(group["cases"] for group in figures["families"])
    assert overall["cases"] == sum(group["cases"] for group in figures["typologies"])
    assert overall["lost_minor"] == sum(event["lost"] for label in labels for event in label["events"])
    assert figures["case_events_seen"] == len({event["event_id"] for label in labels for event in label["events"]})
    assert 0 < overall["found"] <= overall["cases"] and 0 <= overall["early_share"] <= overall["recall"] <= 1
    assert sum(row["to_alert"] for row in figures["delays"]) == overall["cases"]
    assert sum(row["to_alert"] for row in figures["delays"] if not row["never"]) == overall["found"]
    assert sum(model["hits"] for model in figures["models"]) >= figures["alerts"] > 0
    assert [case["case_id"] for case in figures["cases"]] == [label["case_id"] for label in labels]
    assert sum(case["alert"] is not None for case in figures["cases"]) == overall["found"]
    assert sum(case["is_early"] for case in figures["cases"]) == round(overall["early_share"] * overall["cases"])
    assert figures["never_fired"] == [model["model"] for model in figures["models"] if model["hits"] == 0]
    for model in figures["models"]:
        assert model["band"] in ("none", "within", "low", "high")
        if model["band"] != "none":
            expected = ("low" if model["per_100000"] < model["expected_low"] / 3 else
                        "high" if model["per_100000"] > model["expected_high"] * 3 else "within")
            assert model["band"] == expected, model
    for side in ("inside", "outside"):
        assert figures["interventions"][side] == sum(row[side] for row in figures["interventions"]["actions"])
        assert figures["interventions"][side] == sum(row[side] for row in figures["interventions"]["days"])
    for row in figures["contained_by_event"] + figures["contained_by_case"]:
        assert row["share"] >= 0.95 and row["of"] >= 3 and row["both"] <= row["of"]
    for row in figures["weak_typologies"]:
        assert min(row["recall"], row["early_share"]) < 0.5
    assert len(figures["measured"]["models"]) == len(figures["models"])


def test_hits_are_those_of_replay(folder):
    summary = os.path.join(folder, "summary.json")
    done = run("replay", "--pack", BANK, "--quiet", "--input", os.path.join(folder, "events.ndjson"), "--summary", summary,
               "--lists", *glob.glob(os.path.join(folder, "lists", "*.csv")), "--tables", *glob.glob(os.path.join(folder, "tables", "*.ndjson")))
    assert done.returncode == 0, done.stderr
    replayed = {model["model"]: model["hits"] - model["held_back"] for model in read_json(folder, "summary.json")["models"]}
    assert replayed == {model["model"]: model["hits"] for model in read_json(folder, "e.json")["models"]}


def test_the_page_is_well_formed(folder):
    with open(os.path.join(folder, "e.html"), encoding="utf-8") as file:
        text = file.read()
    page = Page()
    page.feed(text)
    page.close()
    assert not page.open and page.counts["svg"] == 6 and page.counts["table"] >= 6, page.counts
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    for svg in re.findall(r"<svg.*?</svg>", text, re.S):
        xml.dom.minidom.parseString(svg)
        for name, value in re.findall(r' (x|y|width|height|cx|cy|r|x1|x2|y1|y2)="([^"]*)"', svg):
            assert 0 <= float(value) < 5000, (name, value)
    bands = read_json(folder, "e.json")["models"]
    assert page.counts["circle"] >= min(len(bands), 120)    # those with most hits, when there are more


def test_the_same_figures_each_time(folder):
    texts = []
    for threads in ("1", "2"):
        done = evaluate(folder, "--quiet", "--threads", threads, "--json", os.path.join(folder, "again.json"))
        assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr
        figures = read_json(folder, "again.json")
        del figures["measured"]
        texts.append(json.dumps(figures))
    assert texts[0] == texts[1]


def test_names_of_labels_are_escaped(folder):
    with open(os.path.join(folder, "labels.ndjson"), encoding="utf-8") as file:
        labels = [json.loads(line) for line in file]
    labels[0].update(typology="ZZ-01<b>", name_zh="<script>alert(1)</script>", name_en="a\"b'c&d")
    with open(os.path.join(folder, "odd.ndjson"), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(label) + "\n" for label in labels)
    done = evaluate(folder, "--quiet", "--page", os.path.join(folder, "odd.html"), labels="odd.ndjson")
    assert done.returncode == 0, done.stderr
    with open(os.path.join(folder, "odd.html"), encoding="utf-8") as file:
        text = file.read()
    page = Page()
    page.feed(text)
    assert not page.open and "&lt;script&gt;alert(1)" in text and "ZZ-01&lt;b&gt;" in text


def test_mistakes_are_told(folder):
    with open(os.path.join(folder, "bad.ndjson"), "w", encoding="utf-8") as file:
        file.write('{"case_id":"x"}\n')
    done = evaluate(folder, labels="bad.ndjson")
    assert done.returncode == 1 and "bad.ndjson:1: not a label" in done.stderr, done.stderr
    done = evaluate(folder, labels="nowhere.ndjson")
    assert done.returncode == 3 and "OS001" in done.stderr, done.stderr
    done = run("evaluate", "--pack", BANK, "--events", "x")
    assert done.returncode == 2 and "--labels is missing" in done.stderr, done.stderr
    done = run("evaluate", "--pack", BANK, "--labels", "x")
    assert done.returncode == 2 and "--events is missing" in done.stderr, done.stderr
    done = run("evaluate", "--help")
    assert done.returncode == 0 and "--page" in done.stdout


passed = failed = 0
with tempfile.TemporaryDirectory() as shared:
    made = run("simulate", "--customers", "1000", "--days", "7", "--rate", "10", "--seed", "5", "--out", shared)
    assert made.returncode == 0, made.stderr
    for name, test in [(name, value) for name, value in globals().items() if name.startswith("test_")]:
        try:
            test(shared)
            passed += 1
        except AssertionError as error:
            failed += 1
            print(f"{name}: {error!r}", file=sys.stderr)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
