#!/usr/bin/env python3
"""Packs with one mistake each: `qiantang check` has to tell it with its code and the way out, and never to end in any other way.

Usage: pack_test.py QIANTANG PACKS_FOLDER
Each row changes the pack tests/packs/payments at one place. The last line printed is "N passed, N failed".
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
FEATURES, SCHEMA, POLICY, MODEL = "features/all.yaml", "schema.yaml", "policy.yaml", "models/amount.yaml"
HOUR_FIELD = "  - {name: hour, type: int, derive: hour(event_time)}\n"
FEATURE = "  - {name: x, entity: account, filter: done, window: 1d, "


def many(count, line):
    return "".join(line.format(i) for i in range(count))


def add_feature(text):
    return (FEATURES, "features:\n", f"features:\n{FEATURE}{text}}}\n")


def add_fields(*fields):
    return (SCHEMA, HOUR_FIELD, HOUR_FIELD + "".join(f"  - {field}\n" for field in fields))


def batch(text):
    return ("batch.yaml", None, text)


BATCH = "type: login\nfields: {channel: COUNTER}\nkinds:\n  A: {key: account"

# name: (the change: file, old text (None: a file more), new text), the code, and a part of what is said
MISTAKES = {
    # features/*.yaml
    "filters that are each other's parents": ((FEATURES, "filters:\n", "filters:\n  a: {parent: b}\n  b: {parent: a}\n"),
                                              "FE009", "depends on itself"),
    "a filter that is its own parent": ((FEATURES, "filters:\n", "filters:\n  a: {parent: a}\n"), "FE009", "'a'"),
    "a filter too many, and one that names it": ((FEATURES, "filters:\n", "filters:\n" + many(520, "  x{0}: {{on: [pay]}}\n") + "  y: {parent: x515}\n"),
                                                 "FE003", "there may be 512"),
    "an entity too many, and one that names it": ((FEATURES, "entities:\n", "entities:\n" + many(140, "  x{0}: {{store: account, key: [account]}}\n")),
                                                  "FE003", "there may be 96"),
    "a feature too many": ((FEATURES, "features:\n", "features:\n" + many(4200, "  - {{name: x{0}, expr: '1.0'}}\n")), "FE003", "there may be 4096"),
    "more things than a store can have": ((FEATURES, "things: 1000,", "things: 100000000,"), "FE004", "67108862"),
    "a window of 4001 days": ((FEATURES, "features:\n", "features:\n  - {name: x, entity: account, aggregate: count, window: {from: 4001d, to: 1d}}\n"),
                              "FE010", "at most 4000 days"),
    "an aggregate without its second value": (add_feature("aggregate: other_with_same, value: payee"), "FE013", "`other_value`"),
    "a second value that is no id": (add_feature("aggregate: other_with_same, value: payee, other_value: amount"), "FE013", "`id:`"),
    "a modal rate by an amount": (add_feature("aggregate: modal_rate, value: amount, other_value: amount, other_filter: tried"), "FE013", "`id:`"),
    "pauses of no length": (add_feature("aggregate: wake_days"), "FE011", "`pause_days`"),
    "days without their condition": (add_feature("aggregate: days_with"), "FE012", "`days`"),
    "a sum of ids": (add_feature("aggregate: days_with, days: {a: {sum: payee}, when: 'day.a == \"x\"'}"), "FE013", "`number:`"),
    "places without coordinates": (add_feature("aggregate: distance_last"), "FE015", "`latitude`"),
    "more columns than a row has": (("features/more.yaml", None, "values:\n" + many(9, "  v{0}: {{number: event.amount}}\n") + "features:\n"
                                     + many(9, "  - {{name: y{0}, entity: customer, aggregate: sum, value: v{0}, window: 1d}}\n")),
                                    "FE016", "number columns"),
    # batch.yaml
    "ticks of a type that is none": (batch("type: tick\nkinds: {}\n"), "BA001", "'tick'"),
    "a key that is no field": (batch("type: login\nkinds: {A: {key: acount}}\n"), "BA001", "'account'"),
    "a key that is no text": (batch("type: login\nkinds: {A: {key: amount}}\n"), "BA002", "is no text"),
    "a time that the run gives": (batch("type: login\nfields: {event_time: 1}\nkinds: {A: {key: account}}\n"), "BA002", "cannot be given"),
    "a derived field in a tick": (batch(BATCH + ", fields: {hour: 1}}\n"), "BA002", "'hour'"),
    "a channel that is none": (batch("type: login\nfields: {channel: MOON}\nkinds: {A: {key: account}}\n"), "BA003", "'MOON'"),
    "a number out of range": (batch(BATCH + ", fields: {count: 1001}}\n"), "BA003", "'count'"),
    "a placeholder that is none": (batch(BATCH + ", fields: {payee: $name}}\n"), "BA004", "$key, $id and $date"),
    "more copies than there may be": (batch(BATCH + ", copy: [" + "account, " * 17 + "]}\n"), "BA005", "at most 16"),
    "a cap of nobody": (batch(BATCH + ", cap: 0}\n"), "BA005", "from 1"),
    "a table that is not there": (batch(BATCH + ", table: persons}\n"), "BA006", "'person'"),
    "a column that does not fit": (batch(BATCH + ", table: person, columns: {payee: age}}\n"), "BA006", "does not fit"),
    "columns of no table": (batch(BATCH + ", columns: {payee: age}}\n"), "BA006", "names none"),
    "a tick that lacks what is required": (batch("type: pay\nkinds: {A: {key: account}}\n"), "BA007", "'amount'"),
    # schema.yaml
    "a place from a field that is known later": (add_fields('{name: lon, type: float, derive: {expr: "1.5"}}',
                                                            '{name: geo, type: string, derive: "geohash(score, lon, 5)"}'), "SC024", "'lon'"),
    "a chain from a field that is known later": (add_fields("{name: s, type: string, derive: {expr: event.payee}}",
                                                            '{name: x, type: string, derive: "prefix(s, 3)"}',
                                                            '{name: y, type: string, derive: "prefix(x, 2)"}'), "SC024", "'s'"),
    "expressions that need each other": (add_fields('{name: u, type: int, derive: {expr: "event.v + 1"}}',
                                                    '{name: v, type: int, derive: {expr: "event.u + 1"}}'), "PK014", "needs itself"),
    "more channels than there may be": ((SCHEMA, "[MOBILE, COUNTER]", "[MOBILE, COUNTER" + many(62, ", C{0}") + "]"), "PK013", "63 channels"),
    # pack.yaml
    "lateness of eleven years": (("pack.yaml", "late_after: 10m", "late_after: 4001d"), "PK011", "4000 days"),
    # policy.yaml
    "33 tasks": ((POLICY, "tasks:\n", "tasks:\n" + many(32, "  - {{id: T{0}, zh: t, en: t}}\n")), "PO002", "32 tasks"),
    "a factor below zero for all families": ((POLICY, "YOUNG: {PX: 0.3}", "YOUNG: -3"), "PO004", "above 0"),
    "two segments of one name": ((POLICY, "segments:\n", "segments:\n  - {id: YOUNG, when: prof.person.age < 10}\n"), "PO001", "'YOUNG'"),
    "two guards of one name": ((POLICY, "id: G9,", "id: G1,"), "PO001", "'G1'"),
    "an exception that is no list": ((POLICY, "except: [M-PX-02-A]", "except: M-PX-02-A"), "YA012", ""),
    "a segment's factor misspelt": ((POLICY, "{YOUNG: {PX: 0.3}}", "{YONG: {PX: 0.3}}"), "PO005", "did you mean 'YOUNG'?"),
    "a channel's factor misspelt": ((POLICY, "{COUNTER: {PX: 2.0}}", "{COUNTR: {PX: 2.0}}"), "PO005", "did you mean 'COUNTER'?"),
    "a rule's action misspelt": ((POLICY, "then: {action: DELAY,", "then: {action: DELLAY,"), "PO006", "did you mean 'DELAY'?"),
    "a rule's task misspelt": ((POLICY, "task: MANUAL}", "task: MANUEL}"), "PO006", "did you mean 'MANUAL'?"),
    # lists/
    "entries in a file of another name": (("lists/bad.jsonl", None, "\n"), "PK015", "neither in .csv nor in .ndjson"),
    # models
    "a channel misspelt": (("models/many.yaml", "channels: [MOBILE]", "channels: [MOBLE]"), "MO010", "did you mean 'MOBILE'?"),
    "a segment misspelt": ((MODEL, "on: [pay]\n", "on: [pay]\nsegments: [YUONG]\n"), "MO010", "did you mean 'YOUNG'?"),
    "an action misspelt": ((MODEL, "action: REJECT", "action: REJCT"), "MO007", "did you mean 'REJECT'?"),
    "an action of the nightly run": (("models/many.yaml", "mode: NRT", "mode: BATCH"), "MO029", "asks for a task"),
    "a task misspelt": ((MODEL, "action: REJECT", "action: REJECT\ntask: MANAUL"), "MO007", "did you mean 'MANUAL'?"),
    "a guard misspelt": ((MODEL, "on: [pay]\n", "on: [pay]\nguards: [G11]\n"), "MO011", "did you mean 'G1'?"),
    "an expected rate out of order": ((MODEL, "score: 60", "expected_alert_rate: {low: 3, target: 2, high: 5}\nscore: 60"), "MO027", "low is at most target"),
    "an expected rate below nothing": ((MODEL, "score: 60", "expected_alert_rate: {low: -1, target: 2, high: 5}\nscore: 60"), "MO027", "not negative"),
    "an expected rate per no events": ((MODEL, "score: 60", "expected_alert_rate: {low: 1, target: 2, high: 5, per: 0}\nscore: 60"), "MO027", "above 0"),
    "an expected rate without its target": ((MODEL, "score: 60", "expected_alert_rate: {low: 1, high: 5}\nscore: 60"), "YA010", "target"),
    "a parameter misspelt": ((MODEL, "expr:", "overrides: [{segment: YOUNG, amount_mn: 2000}]\nexpr:"), "MO014", "did you mean 'amount_min'?"),
    "an override's channel misspelt": ((MODEL, "expr:", "overrides: [{channel: MOBIL, amount_min: 2000}]\nexpr:"), "MO010", "did you mean 'MOBILE'?"),
    "evidence misspelt": ((MODEL, "on: [pay]\n", "on: [pay]\nevidence: [flwo]\n"), "YA013", "flow"),
    "a name in a reason misspelt, behind blanks": ((MODEL, 'en: "pays {event.amount}', 'en: "   pays {event.amonut}'), "MO018",
                                                   "amount.yaml:17:70: error"),
    "a form in a reason misspelt": ((MODEL, "en: \"pays {event.amount}", "en: \"pays {event.amount|procent}"), "MO018",
                                    "'procent' is not a form"),
    "a value above the range": ((MODEL, "default: 50000", "default: 2000000"), "MO012",
                                "2000000 is above 1000000, the most that 'amount_min' may be"),
    "a value below the range": ((MODEL, "default: 50000", "default: 0.1"), "MO012", "0.1 is below 1000, the least that 'amount_min' may be"),
}

REGULATION = """constants:
  LINE: {value: 50000, unit: CNY, document: a law, valid_from: 2020-01-01}
  HOURS: {value: 24, unit: h, document: another law, valid_from: 2020-01-01}
"""
PARAMS, LAW = "default: 50000, unit: CNY, min: 1000, max: 1000000, source: PROPOSAL", ("regulation.yaml", None, REGULATION)
REG_PARAMS = "default: {0}, unit: {1}, source: REG, constant: {2}"


def expr(text):
    return (MODEL, "expr: event.amount >= p.amount_min", f"expr: >-\n  p.amount_min > 0.5 && ({text})")


def twin(text, **changes):
    """A second model beside the first, with a condition of its own."""
    with open(os.path.join(PACKS, "payments", MODEL), encoding="utf-8") as source:
        model = source.read().replace("M-PX-01-A", "M-PX-01-T").replace("expr: event.amount >= p.amount_min", f"expr: >-\n  {text}")
    for key, value in changes.items():
        model = re.sub(f"^{key}: .*$", f"{key}: {value}", model, flags=re.M)
    return ("models/twin.yaml", None, model)


# name: (changes, the warning's code or None where there must be none of these, and a part of what is said)
WARNINGS = {
    "nothing wrong": ([], None, ""),
    # two that are one
    "the same with another number": ([twin("event.amount >= 2.0 * p.amount_min")], "MO020", "condition of M-PX-01-A with other numbers"),
    "the same, turned round": ([twin("p.amount_min < event.amount")], "MO020", "M-PX-01-A"),
    "the same for one channel": ([twin("event.amount > p.amount_min", on="[pay]\nchannels: [MOBILE]")], "MO020", "M-PX-01-A"),
    "a challenger": ([twin("event.amount > p.amount_min", status="CHALLENGER")], None, ""),
    "one that is retired": ([twin("event.amount > p.amount_min", status="RETIRED")], None, ""),
    "the other way": ([twin("event.amount <= p.amount_min")], None, ""),
    "another event": ([twin("event.amount >= p.amount_min", on="[login]")], None, ""),
    "operands in another order": ([expr("event.is_remote && event.amount > p.amount_min"),
                                   twin("event.amount > 3 && (p.amount_min > 2.0 && event.is_remote)")], None, ""),
    "operands in another order, both flat": ([(MODEL, "expr: event.amount >= p.amount_min", "expr: event.is_remote && event.amount >= p.amount_min"),
                                              twin("event.amount > p.amount_min && event.is_remote")], "MO020", "M-PX-01-A"),
    # never and always
    "two bounds that do not meet": ([expr("event.amount > 10 && event.count < 5 && event.amount <= 10")], "MO024", "can never fire"),
    "two bounds that meet": ([expr("event.amount >= 10 && event.amount <= 10")], None, ""),
    "a parameter that contradicts": ([expr("event.amount >= p.amount_min && event.amount < 50000")], "MO024", "can never fire"),
    "a flag and not": ([expr("event.is_remote && !event.is_remote")], "MO024", "can never fire"),
    "two values of one field": ([expr('event.channel == "MOBILE" && event.channel == "COUNTER"')], "MO024", "can never fire"),
    "a value and none of a set": ([expr('event.channel == "MOBILE" && event.channel in ["COUNTER"]')], "MO024", "can never fire"),
    "a value and one of a set": ([expr('event.channel == "MOBILE" && event.channel in ["COUNTER", "MOBILE"]')], None, ""),
    "another type than it watches": ([expr('event.event_type == "login"')], "MO024", "can never fire"),
    "past the field's bounds": ([expr("event.count > 1000")], "MO024", "can never fire"),
    "at the field's bounds": ([expr("event.count >= 1000")], None, ""),
    "alternatives that all contradict": ([expr('event.score > 1.0 || event.count < 0')], "MO024", "can never fire"),
    "alternatives of which one is possible": ([expr('event.score > 1.0 || event.count < 1')], None, ""),
    "every amount": ([expr("event.amount >= 0")], "MO025", "fires on every event"),
    "every channel": ([expr('event.channel in ["MOBILE", "COUNTER"]')], "MO025", "fires on every event"),
    "a part that always holds": ([expr("event.amount >= 0 && event.is_remote")], None, ""),
    "a field of other events": ([twin("event.amount > 7 && event.is_remote", on="[login]", tests="{fire: [], quiet: [tests/px.jsonl#large]}")],
                                "MO026", "event.amount"),
    # the law's numbers
    "a number of the law as a proposal": ([LAW], "MO022", "this is the number of LINE (a law)"),
    "one that is another thing": ([LAW, (MODEL, PARAMS, PARAMS + ", constant: none")], None, ""),
    "a number of the law in the condition": ([LAW, (MODEL, "expr: event.amount >= p.amount_min", "expr: event.amount >= 50000 && p.amount_min > 1.0"),
                                              (MODEL, PARAMS, PARAMS + ", constant: none")], "MO022", "amount.yaml:13:23"),
    "one that says so": ([LAW, (MODEL, PARAMS, REG_PARAMS.format(50000, "CNY", "LINE"))], None, ""),
    "one that says another value": ([LAW, (MODEL, PARAMS, REG_PARAMS.format(60000, "CNY", "LINE"))], "MO023", "another value"),
    "a law misspelt": ([LAW, (MODEL, PARAMS, REG_PARAMS.format(50000, "CNY", "LIME"))], "MO023", "did you mean 'LINE'?"),
}


def check(*changes):
    with tempfile.TemporaryDirectory() as folder:
        pack = os.path.join(folder, "payments")
        shutil.copytree(os.path.join(PACKS, "payments"), pack)
        for change in changes:
            make(pack, change)
        return subprocess.run([QIANTANG, "check", "--brief", pack], capture_output=True, text=True, timeout=60)


def make(pack, change):
    file, old, new = change
    path = os.path.join(pack, file)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if old is not None:
        with open(path, encoding="utf-8") as source:
            text = source.read()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        new = text.replace(old, new)
    with open(path, "w", encoding="utf-8") as source:
        source.write(new)


def main():
    failed = 0
    for name, (change, code, part) in MISTAKES.items():
        done = check(change)
        if done.returncode != 1 or f"error {code}:" not in done.stderr or part not in done.stderr:
            failed += 1
            print(f"FAILED {name}: exit code {done.returncode}, wanted {code} with {part!r}\n{done.stderr[:2000]}")
    for name, (changes, code, part) in WARNINGS.items():
        done = check(*changes)
        told = set(re.findall("warning (MO02[0-6])", done.stderr))
        if done.returncode != 0 or told != ({code} if code else set()) or part not in done.stderr:
            failed += 1
            print(f"FAILED {name}: exit code {done.returncode}, wanted {code} with {part!r}\n{done.stderr[:2000]}")
    print(f"{len(MISTAKES) + len(WARNINGS) - failed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
