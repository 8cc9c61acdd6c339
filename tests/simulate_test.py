#!/usr/bin/env python3
"""Whole-program tests of `qiantang simulate`: its files, and that the bank pack takes every record of them.

Usage: simulate_test.py QIANTANG
The last line printed is "N passed, N failed".
"""
import glob
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

QIANTANG = sys.argv[1]
ROOT = os.environ.get("QIANTANG_ROOT", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BANK = os.path.join(ROOT, "packs", "bank")


def run(*arguments):
    return subprocess.run([QIANTANG, *arguments], capture_output=True, text=True, timeout=280)


def simulate(folder, *more):
    done = run("simulate", "--customers", "1000", "--days", "14", "--past", "7", "--rate", "20", "--seed", "3", "--out", folder, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def test_the_bank_pack_takes_every_record(folder):
    out = simulate(folder)
    assert "typologies" in out and "a second" in out and "events.ndjson" in out
    summary = os.path.join(folder, "summary.json")
    done = run("replay", "--pack", BANK, "--quiet", "--input", os.path.join(folder, "events.ndjson"), "--summary", summary,
               "--dead-letters", os.path.join(folder, "dead.ndjson"),
               "--lists", *glob.glob(os.path.join(folder, "lists", "*.csv")), "--tables", *glob.glob(os.path.join(folder, "tables", "*.ndjson")))
    assert done.returncode == 0, done.stderr
    dead = os.path.join(folder, "dead.ndjson")
    assert not os.path.exists(dead), open(dead).read()[:2000]


def test_every_type_of_event_is_there(folder):
    types = set()
    for line in read(folder, "events.ndjson").splitlines():
        if line.startswith(b'{"event_id"'):
            types.add(line.split(b'"event_type":"', 1)[1].split(b'"', 1)[0].decode())
    text = pathlib.Path(BANK, "schema.yaml").read_text(encoding="utf-8")
    schema = re.findall(r"^  (\w+):", text.split("\ntypes:\n", 1)[1].split("\nfields:\n", 1)[0], re.M)
    assert len(schema) == 35 and types == set(schema), set(schema) - types


def test_labels_say_what_happened(folder):
    cases = [json.loads(line) for line in read(folder, "labels.ndjson").splitlines()]
    assert len({case["typology"] for case in cases}) >= 40
    assert len({case["typology"][:2] for case in cases}) == 17
    for case in cases:
        assert case["events"] and case["begin"] <= case["end"], case
        assert case["lost"] == sum(event["lost"] for event in case["events"]), case["case_id"]
        assert all(event["part"] in ("before", "strike", "after") for event in case["events"])
    assert sum(case["lost"] for case in cases) > 0


def test_labels_say_who_was_what(folder):
    cases = [json.loads(line) for line in read(folder, "labels.ndjson").splitlines()]
    with open(os.path.join(ROOT, "src", "simulation", "roles.def"), encoding="utf-8") as file:
        words = {line.split('"')[1] for line in file if line.startswith("ROLE(")}
    usual = {"AT": "robbed", "VP": "deceived", "CF": "robbed", "MU": "mule", "IE": "employee", "SI": "scene", "NS": "scene", "MF": "merchant"}
    seen = set()
    for case in cases:
        roles = {(role["thing"], role["id"]): role["role"] for role in case["roles"]}
        assert len(roles) == len(case["roles"]), case["case_id"]
        assert set(roles.values()) <= words, case["case_id"]
        assert {("customer", name) for name in case["people"]} | {("account", name) for name in case["accounts"]} <= set(roles), case["case_id"]
        seen |= {(case["typology"][:2], role) for role in roles.values()}
    assert set(usual.items()) <= seen, set(usual.items()) - seen


def test_the_same_seed_gives_the_same_files(folder):
    with tempfile.TemporaryDirectory() as other:
        simulate(other)
        names = ["events.ndjson", "labels.ndjson", "lists/lists.csv"] + ["tables/" + name for name in os.listdir(os.path.join(folder, "tables"))]
        assert len(names) > 15
        for name in names:
            assert read(folder, name) == read(other, name), name


def test_the_document_names_every_scenario_and_its_rate(folder):
    with open(os.path.join(ROOT, "docs", "simulate.md"), encoding="utf-8") as file:
        document = file.read()
    rows = [line.split(None, 3) for line in run("simulate", "--list").stdout.splitlines()[2:]]
    assert len(rows) > 100
    for typology, rate, zh, _ in rows:
        assert f"| {typology} {zh} | {rate} |" in document, typology


def test_ordinary_refunds_go_back_to_the_card(folder):
    quiet = os.path.join(folder, "quiet")
    done = run("simulate", "--customers", "2000", "--days", "7", "--rate", "0", "--out", quiet)
    assert done.returncode == 0, done.stderr
    events = map(json.loads, read(quiet, "events.ndjson").splitlines())
    refunds = [event for event in events if event.get("event_type") == "refund"]
    assert len(refunds) > 100 and all(event["refund_card_token"] == event["orig_card_token"] for event in refunds), len(refunds)


def test_scores_can_be_left_out(folder):
    with tempfile.TemporaryDirectory() as other:
        simulate(other, "--no-scores")
        assert not os.path.exists(os.path.join(other, "tables", "score_acct.ndjson"))
        assert b'"$table":"score_' not in read(other, "events.ndjson")


def test_more_confusion_leaves_the_labels_alone_and_is_understood(folder):
    with tempfile.TemporaryDirectory() as other:
        done = run("simulate", "--quiet", "--customers", "2000", "--days", "14", "--past", "7", "--rate", "0", "--confusion", "2000", "--out", other)
        assert done.returncode == 0, done.stderr
        assert read(other, "labels.ndjson") == b""
        innocents = list(map(json.loads, read(other, "innocents.ndjson").splitlines()))
        events = {event["event_id"]: event["event_time"] for event in map(json.loads, read(other, "events.ndjson").splitlines()) if "event_id" in event}
        assert all(events[one["event_id"]] == one["time"] for one in innocents) and len({one["event_id"] for one in innocents}) == len(innocents)
        assert len({one["lookalike"] for one in innocents}) > 40, {one["lookalike"] for one in innocents}
        assert not os.path.exists(os.path.join(folder, "innocents.ndjson"))
        dead = os.path.join(other, "dead.ndjson")
        done = run("replay", "--pack", BANK, "--quiet", "--input", os.path.join(other, "events.ndjson"), "--dead-letters", dead,
                   "--summary", os.path.join(other, "summary.json"),
                   "--lists", *glob.glob(os.path.join(other, "lists", "*.csv")), "--tables", *glob.glob(os.path.join(other, "tables", "*.ndjson")))
        assert done.returncode == 0, done.stderr
        assert not os.path.exists(dead), open(dead).read()[:2000]


def test_a_wrong_command_line_is_told(folder):
    for arguments, word in ((["--customers", "10"], "--customers"), (["--days", "0"], "--days"), (["--rate", "x"], "--rate"), (["--start", "yesterday"], "--start"),
                            (["--only", "ZZ"], "--only"), (["--past", "-1"], "--past"), (["--confusion", "99"], "--confusion"), (["--confusion", "2001"], "--confusion")):
        done = run("simulate", "--out", folder, *arguments)
        assert done.returncode == 2 and word in done.stderr, (arguments, done.stderr)
    assert run("simulate").returncode == 2
    done = run("simulate", "--list")
    assert done.returncode == 0 and "VP-03" in done.stdout
    done = run("simulate", "--out", "/dev/null/x")
    assert done.returncode == 3 and "OS005" in done.stderr, done.stderr


passed = failed = 0
with tempfile.TemporaryDirectory() as shared:
    for name, test in [(name, value) for name, value in globals().items() if name.startswith("test_")]:
        try:
            test(shared)
            passed += 1
        except AssertionError as error:
            failed += 1
            print(f"{name}: {error}", file=sys.stderr)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
