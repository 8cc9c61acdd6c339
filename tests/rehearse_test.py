#!/usr/bin/env python3
"""Whole-program tests of `qiantang rehearse`: what it prints is what the store holds, twice the same, and nothing is closed that must not be.

Usage: rehearse_test.py QIANTANG
The last line printed is "N passed, N failed".
"""
import glob
import json
import os
import re
import sqlite3
import subprocess
import sys

import cases

QIANTANG = sys.argv[1]
ROOT = os.environ.get("QIANTANG_ROOT", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BANK = os.path.join(ROOT, "packs", "bank")


def run(*arguments):
    return subprocess.run([QIANTANG, *arguments], capture_output=True, text=True, timeout=280)


def simulate(folder):
    done = run("simulate", "--seed", "5", "--customers", "500", "--days", "40", "--rate", "2", "--confusion", "2000", "--out", folder)
    assert done.returncode == 0, done.stderr


def parts(folder):
    """The events of the first 20 days, in which models are still too young to close anything, and those behind."""
    with open(os.path.join(folder, "events.ndjson"), encoding="utf-8") as file:
        lines = file.readlines()
    middle = len(lines) // 2
    for name, some in (("first.ndjson", lines[:middle]), ("second.ndjson", lines[middle:])):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.writelines(some)


def rehearse(folder, events, store, *more):
    return run("rehearse", "--pack", BANK, "--lists", *sorted(glob.glob(os.path.join(folder, "lists", "*.csv"))),
               "--tables", *sorted(glob.glob(os.path.join(folder, "tables", "*.ndjson"))), "--events", os.path.join(folder, events),
               "--labels", os.path.join(folder, "labels.ndjson"), "--store", "sqlite:" + os.path.join(folder, store), "--quiet", *more)


def rows(folder, store, question):
    connection = sqlite3.connect(os.path.join(folder, store))
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


def one(folder, store, question):
    return rows(folder, store, question)[0][0]


def by_themselves(folder):
    """Payments that would have failed without anybody in the way: for want of money."""
    with open(os.path.join(folder, "events.ndjson"), encoding="utf-8") as file:
        results = (json.loads(line) for line in file if '"result":"FAIL"' in line)
        return {result["orig_event_id"] for result in results if "orig_event_id" in result}


TABLES = ("alert", "run", "agreement", "task", "hold", "control", "trace", "label", "movement", "police_order")


def test_months_of_a_bank(folder):
    simulate(folder)
    parts(folder)

    # In the shadow: people decide, nothing is closed by itself; and it happens twice in the same way.
    first = rehearse(folder, "first.ndjson", "a.db")
    again = rehearse(folder, "first.ndjson", "b.db")
    assert first.returncode == 0, first.stderr
    assert first.stdout == again.stdout
    for table in TABLES:
        assert rows(folder, "a.db", f"SELECT * FROM {table}") == rows(folder, "b.db", f"SELECT * FROM {table}"), table
    assert "closed automatically 0 of " in first.stdout, first.stdout
    opened = int(re.search(r"alerts opened (\d+)", first.stdout).group(1))
    assert opened > 50 and opened == one(folder, "a.db", "SELECT COUNT(*) FROM alert"), first.stdout
    assert one(folder, "a.db", "SELECT COUNT(*) FROM alert WHERE is_automatic = 1") == 0
    assert one(folder, "a.db", "SELECT COUNT(*) FROM run WHERE is_shadow = 0 AND outcome = 'CLOSED'") == 0
    assert one(folder, "a.db", "SELECT COUNT(*) FROM run WHERE is_shadow = 1") > 2
    assert one(folder, "a.db", "SELECT COUNT(*) FROM unread") == 0, rows(folder, "a.db", "SELECT * FROM unread LIMIT 3")

    # They act, as if they had earned it: here they are told to.
    connection = sqlite3.connect(os.path.join(folder, "a.db"))
    connection.execute("UPDATE strategy_state SET state = 'ACTIVE'")
    connection.execute("UPDATE model_age SET since_us = 0")
    connection.commit()
    connection.close()
    second = rehearse(folder, "second.ndjson", "a.db")
    assert second.returncode == 0, second.stderr
    told = re.search(r"closed automatically (\d+) of (\d+)", second.stdout)
    automatic = "SELECT COUNT(*) FROM alert WHERE state = 'CLOSED_AUTO' AND is_automatic = 1"
    assert int(told.group(1)) == one(folder, "a.db", automatic) >= 3, second.stdout

    # What may never be closed by itself.
    closed = "SELECT COUNT(*) FROM alert WHERE is_automatic = 1 AND state = 'CLOSED_AUTO' AND "
    assert one(folder, "a.db", closed + "severity_most = 4 AND code LIKE 'FP%'") == 0
    assert one(folder, "a.db", closed + "typology_group IN ('IE', 'AM', 'SI')") == 0
    assert one(folder, "a.db", closed + "typology_group IN ('MU', 'UB', 'CG', 'IF', 'CO') AND severity_most >= 3 AND code NOT LIKE 'TP%'") == 0
    assert one(folder, "a.db", closed + "amount >= 200000000") == 0
    assert one(folder, "a.db", closed + "is_late + is_degraded > 0") == 0

    # Closures are counted as they are; samples and breakers have their day; secrets are nobody else's.
    assert one(folder, "a.db", "SELECT COUNT(*) FROM closing") == one(folder, "a.db", "SELECT COUNT(*) FROM run WHERE is_shadow = 0 AND outcome = 'CLOSED'")
    assert one(folder, "a.db", "SELECT COUNT(*) FROM timer WHERE kind = 'daily'") == 1
    paged = "SELECT COUNT(*) FROM message m JOIN alert a ON a.id = m.object WHERE m.endpoint = 'page' AND m.object_kind = 'alert'"
    assert one(folder, "a.db", paged + " AND a.secrecy <> 'NORMAL'") > 0
    assert one(folder, "a.db", paged + " AND a.secrecy <> 'NORMAL' AND m.body NOT LIKE '%\"role\":\"' || a.secrecy || '\\_%' ESCAPE '\\'") == 0
    assert one(folder, "a.db", paged + " AND a.secrecy = 'NORMAL' AND m.body LIKE '%\"role\":\"AML%'") == 0
    assert one(folder, "a.db", "SELECT COUNT(*) FROM message WHERE body LIKE '%ML-STR%'") == 0

    # The result of a payment is that of the response, and comes when it follows from it.
    asked = "SELECT COUNT(*) FROM alert_event WHERE is_request = 1 AND "
    assert one(folder, "a.db", asked + "action IN ('REJECT', 'STOP_PAY') AND outcome = 'SUCCESS'") == 0
    assert one(folder, "a.db", asked + "action IN ('REJECT', 'STOP_PAY') AND outcome = 'FAIL'") > 0
    assert one(folder, "a.db", asked + "action = 'STEP_UP' AND outcome = 'SUCCESS'") > 0
    settled = "SELECT COUNT(*) FROM hold h JOIN alert_event e ON e.sequence = h.id AND e.alert = h.alert WHERE "
    assert one(folder, "a.db", settled + "h.state = 'RELEASED' AND e.outcome = 'SUCCESS'") > 0
    failed = {event for (event,) in rows(folder, "a.db", settled.replace("COUNT(*)", "h.event_id") + "h.state = 'RELEASED' AND e.outcome = 'FAIL'")}
    assert failed <= by_themselves(folder), failed - by_themselves(folder)
    assert one(folder, "a.db", settled + "h.state = 'REFUSED' AND e.outcome = 'SUCCESS'") == 0

    # What was earned here is known elsewhere, and nothing else of it.
    elsewhere = rehearse(folder, "first.ndjson", "c.db", "--earned", "sqlite:" + os.path.join(folder, "a.db"))
    assert elsewhere.returncode == 0, elsewhere.stderr
    assert rows(folder, "c.db", "SELECT DISTINCT state FROM strategy_state WHERE reason NOT LIKE 'breaker%'") == [("ACTIVE",)]
    assert one(folder, "c.db", "SELECT COUNT(*) FROM agreement WHERE alert < 0") == one(folder, "a.db", "SELECT COUNT(*) FROM agreement") > 0
    assert one(folder, "c.db", "SELECT COUNT(*) FROM alert") > 50 and one(folder, "c.db", automatic) > 0
    nothing = rehearse(folder, "first.ndjson", "d.db", "--earned", "sqlite:" + os.path.join(folder, "e.db"))
    assert nothing.returncode == 3 and "RH001" in nothing.stderr, (nothing.returncode, nothing.stderr)
    assert not os.path.exists(os.path.join(folder, "e.db"))

    # Holds: settled at their deadline or before, none forgotten, none twice.
    end = one(folder, "a.db", "SELECT MAX(at_us) FROM trace")
    assert one(folder, "a.db", "SELECT COUNT(*) FROM hold") > 10
    assert one(folder, "a.db", "SELECT COUNT(*) FROM hold WHERE settled_us > until_us AND is_late = 0") == 0
    assert one(folder, "a.db", f"SELECT COUNT(*) FROM hold WHERE state = 'HELD' AND until_us < {end}") == 0
    assert one(folder, "a.db", "SELECT COUNT(*) FROM message WHERE kind IN ('hold.released', 'hold.refused')") == \
        one(folder, "a.db", "SELECT COUNT(DISTINCT object) FROM message WHERE kind IN ('hold.released', 'hold.refused')")


def test_mistakes_are_told(folder):
    events, labels = os.path.join(folder, "events.ndjson"), os.path.join(folder, "labels.ndjson")
    for name, text in ((events, "{\"event_id\":\n"), (labels, "")):
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
    bank = ("rehearse", "--pack", BANK, "--labels", labels, "--quiet")
    store = "sqlite:" + os.path.join(folder, "a.db")
    for code, word, arguments in ((3, "none.ndjson", ("--events", os.path.join(folder, "none.ndjson"), "--store", store)),
                                  (2, "--events", ("--store", store)),
                                  (2, "--from", ("--events", events, "--store", store, "--from", "yesterday")),
                                  (3, "ST001", ("--events", events, "--store", "oracle:x"))):
        done = run(*bank, *arguments)
        assert done.returncode == code and word in done.stderr, (word, done.returncode, done.stderr)
    done = run(*bank, "--events", os.path.join(folder, "none.ndjson"), "--store", "sqlite:" + os.path.join(folder, "left.db"))
    assert done.returncode == 3 and not os.path.exists(os.path.join(folder, "left.db"))   # no empty store is left behind


cases.run(globals(), sys.argv[2:])
