#!/usr/bin/env python3
"""Whole-program tests of `qiantang replay`: small streams of events, and what must come out of them.

Usage: replay_test.py QIANTANG PACKS_FOLDER
Each test is a function below; the last line printed is "N passed, N failed".
"""
import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PACK = os.path.join(PACKS, "payments")
T0 = 1795420800000  # 2026-11-23 16:00 in Shanghai
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def pay(event_id, at, amount=10000, **more):
    event = {"event_id": event_id, "event_type": "pay", "event_time": T0 + at, "phase": "REQUEST",
             "account": "a", "payee": "p", "amount": amount}
    event.update(more)
    return {key: value for key, value in event.items() if value is not None}


class Run:
    """One replay: its decisions, features (by event id), dead letters and summary."""

    def __init__(self, records, name="events.ndjson", options=(), raw=None, pack=PACK):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name)
            if raw is None:
                raw = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
            with open(path, "wb") as out:
                out.write(raw)
            files = {key: os.path.join(folder, key) for key in ("decisions", "features", "dead-letters", "summary")}
            arguments = [QIANTANG, "replay", "--quiet", "--pack", pack, "--input", path, *options]
            for key, value in files.items():
                arguments += [f"--{key}", value]
            done = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr}"
            self.decision_bytes = self.read(files["decisions"])
            self.decisions = [json.loads(line) for line in self.decision_bytes.splitlines()]
            rows = list(csv.DictReader(self.read(files["features"]).decode().splitlines()))
            self.features = {row["event_id"]: row for row in rows}
            self.dead = [json.loads(line) for line in self.read(files["dead-letters"]).splitlines()]
            for letter in self.dead:
                assert letter.pop("source") == path
            summary = self.read(files["summary"])
            self.summary = json.loads(summary) if summary else {}

    @staticmethod
    def read(path):
        if not os.path.exists(path):
            return b""
        with open(path, "rb") as file:
            return file.read()

    def by_id(self, event_id):
        return [decision for decision in self.decisions if decision["event_id"] == event_id][0]


def ended(options, records, pack=PACK):
    """The exit code of a replay that may fail, and what it said."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "events.ndjson")
        with open(path, "w") as out:
            out.writelines(json.dumps(record) + "\n" for record in records)
        done = subprocess.run([QIANTANG, "replay", "--quiet", "--pack", pack, "--input", path, "--dead-letters", os.path.join(folder, "dead"), *options],
                              capture_output=True, text=True, timeout=120)
        return done.returncode, done.stderr


def equal(got, wanted):
    assert got == wanted, f"got {repr(got)[:300]}, wanted {repr(wanted)[:300]}"


# ---- decisions ----------------------------------------------------------------------------------------------

def test_threshold_to_the_minor_unit():
    run = Run([pay("1", 0, 4999999), pay("2", MINUTE, 5000000)])
    equal([decision["action"] for decision in run.decisions], ["PASS", "DELAY"])
    hit = run.decisions[1]["hits"][0]
    equal(hit["model"], "M-PX-01-A")
    equal(hit["saw"]["event.amount"], 50000.00)
    equal(hit["reason_zh"], "付款 50,000 元,超过 50,000 元")
    equal(run.decisions[1]["delay_s"], 7200)
    equal(run.decisions[1]["tasks"], ["MANUAL"])
    equal(run.decisions[1]["rules"], ["reject_needs_device_or_list"])


def test_segment_and_channel_factors():
    young = {"$table": "person", "key": ["kid"], "time": T0, "set": {"age": 12}}
    run = Run([young, pay("1", 0, 1500000, customer="kid"), pay("2", 1, 1499999, customer="kid", account="b"),
               pay("3", 2, 9999999, channel="COUNTER", account="c"), pay("4", 3, 10000000, channel="COUNTER", account="d"),
               pay("5", 4, 3000000, channel="COUNTER", customer="kid", account="e")])
    equal([len(decision["hits"]) for decision in run.decisions], [1, 0, 0, 1, 1])
    equal(run.decisions[0]["segment"], "YOUNG")
    equal(run.decisions[0]["hits"][0]["saw"]["p.amount_min"], 15000)


def test_lists_hold_from_begin_to_end():
    add = {"$list": "bad_payee", "op": "add", "key": "p", "source": "bank", "reason": "case 1", "begin": T0 + HOUR,
           "end": T0 + 2 * HOUR, "time": T0}
    run = Run([add, pay("1", HOUR - 1), pay("2", HOUR), pay("3", 2 * HOUR - 1), pay("4", 2 * HOUR)])
    equal([len(decision["hits"]) for decision in run.decisions], [0, 1, 1, 0])
    equal(run.decisions[1]["action"], "REJECT")


def test_a_rule_needs_no_hit():
    add = {"$list": "sanctioned", "op": "add", "key": "boat", "time": T0}
    payments = [pay("1", MINUTE, payee="boat"), pay("2", 2 * MINUTE), pay("1", MINUTE, payee="boat"), pay("3", HOUR, payee="boat")]
    run = Run([add, *payments])
    listed = run.decisions[0]
    equal([listed["hits"], listed["action"], listed["tasks"], listed["rules"]], [[], "REJECT", ["MANUAL"], ["sanction"]])
    equal([decision["action"] for decision in run.decisions], ["REJECT", "PASS", "REJECT", "REJECT"])
    equal(run.decision_bytes.splitlines()[2], run.decision_bytes.splitlines()[0])
    equal([decision["rules"] for decision in Run(payments).decisions], [[], [], [], []])


def test_guard_says_what_it_held_back():
    run = Run([pay("1", 0, 6000000, payee="court")])
    equal(run.decisions[0]["action"], "PASS")
    equal(run.decisions[0]["hits"][0]["held_by"], ["G9"])


def test_channel_of_a_model():
    run = Run([pay(str(i), i, channel=channel) for i, channel in enumerate([None, None, None, "COUNTER", "MOBILE"])])
    equal([len(decision["hits"]) for decision in run.decisions], [0, 0, 0, 0, 1])


def test_less_effort_asks_fewer_models_and_remembers_all():
    rule = "  - {id: blind, when: 'd.effort == \"rules\"', then: {task: MANUAL}, zh: 未判断, en: nothing was asked}\n"
    events = [pay(str(i), i, 6000000, channel="MOBILE") for i in range(3)]
    listed = {"$list": "bad_payee", "op": "add", "key": "p", "time": T0 - HOUR}
    models = {"full": ["M-PX-01-A", "M-PX-02-A", "M-PX-03-A"], "in_flight": ["M-PX-01-A", "M-PX-02-A"],
              "at_hand": ["M-PX-01-A", "M-PX-02-A"], "rules": []}
    with tempfile.TemporaryDirectory() as folder:
        pack = changed_pack(folder, ("policy.yaml", "rules:\n", "rules:\n" + rule),
                            ("models/feature.yaml", None, Run.read(os.path.join(PACK, "models/many.yaml")).decode()
                             .replace("M-PX-03-A", "M-PX-05-A").replace("typology: PX-03", "typology: PX-05").replace("mode: NRT", "mode: SYNC")))
        for effort, wanted in models.items():
            state = os.path.join(folder, effort)
            run = Run([listed] + events + [events[0]], pack=pack, options=["--effort", effort, "--state-out", state])
            last = run.decisions[2]
            equal([hit["model"] for hit in last["hits"] if hit["model"] != "M-PX-05-A"], wanted)
            equal("M-PX-05-A" in [hit["model"] for hit in last["hits"]], effort in ("full", "in_flight"))
            equal(last.get("degraded"), None if effort == "full" else effort)
            equal("blind" in last["rules"], effort == "rules")
            lines = run.decision_bytes.splitlines()
            equal(lines[0], lines[3])  # one that comes again is answered as it was
            # Whatever was asked, what follows sees the events.
            after = Run([pay("next", 10, 100, channel="MOBILE")], pack=pack, options=["--state-in", state])
            equal(after.features["next"]["account_done_cnt_10m"], "4")
    code, text = ended(["--effort", "some"], events)
    assert code == 2 and "--effort is full" in text, (code, text)


def test_a_canary_counts_for_its_share():
    def with_share(folder, percent):
        os.mkdir(folder)
        return changed_pack(folder, ("models/amount.yaml", "status: ACTIVE", f"status: CANARY\ncanary: {{percent: {percent}, by: account}}"))

    events = [pay(str(i), i, 6000000, account=f"a{i % 500}") for i in range(1000)]
    events.append(pay("none", 1000, 6000000, account=None, payee="q"))
    counted = {}
    with tempfile.TemporaryDirectory() as folder:
        for percent in (0.01, 10, 30, 100):
            run = Run(events, pack=with_share(os.path.join(folder, str(percent)), percent))
            for decision in run.decisions:
                hit = [hit for hit in decision["hits"] if hit["model"] == "M-PX-01-A"][0]
                equal(decision["action"] == "DELAY", "shadow" not in hit)
            ids = {int(decision["event_id"]) for decision in run.decisions if decision["action"] == "DELAY"}
            equal({i % 500 for i in ids}, {i for i in range(500) if i in ids and i + 500 in ids})  # one thing, one answer
            counted[percent] = {i % 500 for i in ids}
        assert counted[0.01] <= counted[10] <= counted[30] <= counted[100] and len(counted[100]) == 500, counted
        assert 25 <= len(counted[10]) <= 80 and 110 <= len(counted[30]) <= 190, (len(counted[10]), len(counted[30]))
        pack = changed_pack(folder, ("models/amount.yaml", "status: ACTIVE", "status: CANARY"))
        code, text = ended([], events[:1], pack=pack)
        assert code == 1 and "MO028" in text, (code, text)


def test_two_models_are_apart_when_their_evidence_is():
    rule = ("  - {id: apart, when: d.s3_apart, then: {task: LOOK}, zh: 两类证据, en: two kinds}\n", "tasks:\n  - {id: LOOK, zh: 看, en: look}\n")
    listed = {"$list": "bad_payee", "op": "add", "key": "p", "time": T0 - HOUR}
    with tempfile.TemporaryDirectory() as folder:
        # A large payment (S3, flow) to a payee on the list (S4, list); alone each is one kind, whatever it reads.
        pack = changed_pack(folder, ("policy.yaml", "rules:\n", "rules:\n" + rule[0]), ("policy.yaml", "tasks:\n", rule[1]))
        run = Run([pay("1", 0, 6000000, payee="q"), listed, pay("2", 1), pay("3", 2, 6000000)], pack=pack)
        equal(["apart" in decision["rules"] for decision in run.decisions], [False, False, True])
    with tempfile.TemporaryDirectory() as folder:
        # Of the same two kinds both: two models, and no more evidence than one of them has.
        kinds = "expr: {}\nevidence: [flow, list]"
        pack = changed_pack(folder, ("policy.yaml", "rules:\n", "rules:\n" + rule[0]), ("policy.yaml", "tasks:\n", rule[1]),
                            *((f"models/{file}.yaml", f"expr: {expr}", kinds.format(expr)) for file, expr in
                              (("amount", "event.amount >= p.amount_min"), ("listed", 'inList("bad_payee", event.payee)'))))
        run = Run([listed, pay("1", 0, 6000000)], pack=pack)
        equal([hit["model"] for hit in run.decisions[0]["hits"]], ["M-PX-01-A", "M-PX-02-A"])
        equal("apart" in run.decisions[0]["rules"], False)


# ---- what windows count -------------------------------------------------------------------------------------

def test_same_id_is_answered_the_same_and_counts_once():
    run = Run([pay("1", 0, 6000000), pay("2", 1), pay("1", 2, 99), pay("3", 3)])
    lines = run.decision_bytes.splitlines()
    equal(lines[0], lines[2])
    equal(run.features["3"]["account_done_cnt_1h"], "3")
    equal(run.summary["duplicates"], 1)
    plain = Run([pay("1", 0), pay("1", 1)]).decision_bytes.splitlines()
    equal(plain[0], plain[1])


def test_a_failed_result_takes_the_request_back():
    run = Run([pay("1", 0), pay("2", MINUTE, phase="RESULT", result="FAIL", orig_event_id="1"), pay("3", 2 * MINUTE)])
    equal(run.features["3"]["account_done_cnt_1h"], "1")
    equal(run.features["3"]["account_failed_cnt_1d"], "1")
    equal(run.features["3"]["account_tried_cnt_1d"], "2")  # attempts stay counted


def test_a_successful_result_does_not_count_twice():
    run = Run([pay("1", 0), pay("2", MINUTE, phase="RESULT", result="SUCCESS", orig_event_id="1"), pay("3", 2 * MINUTE)])
    equal(run.features["3"]["account_done_cnt_1h"], "2")


def test_a_stream_in_parts_is_the_stream():
    events = [pay(str(i), i * MINUTE, amount=100000 + i, account=f"a{i % 7}", payee=f"p{i % 5}") for i in range(60)]
    events += [pay("r1", 61 * MINUTE, phase="RESULT", result="FAIL", orig_event_id="59"), pay("3", 62 * MINUTE)]
    changes = [{"$list": "bad_payee", "op": "add", "key": "p2", "time": T0 + 20 * MINUTE}]
    whole = Run(events[:20] + changes + events[20:])
    assert sum(len(decision["hits"]) for decision in whole.decisions) > 0
    with tempfile.TemporaryDirectory() as folder:
        state = os.path.join(folder, "state")
        first = Run(events[:20] + changes + events[20:40], options=["--state-out", state])
        second = Run(events[40:], options=["--state-in", state])
        equal(first.decision_bytes + second.decision_bytes, whole.decision_bytes)
        equal(second.features["58"], whole.features["58"])
        equal(second.summary["duplicates"], 1)
        # Damaged, cut, and of a pack that remembers other things: refused, with a reason.
        bytes_of = Run.read(state)
        for damaged in (bytes_of[:-1], bytes_of[:1000], bytes_of[:200] + b"x" + bytes_of[201:]):
            with open(state, "wb") as out:
                out.write(damaged)
            code, text = ended(["--state-in", state], events[40:])
            assert code == 1 and "damaged" in text, (code, text)
        with open(state, "wb") as out:
            out.write(bytes_of)
        changed = changed_pack(folder, ("features/all.yaml", "features:", "# Another text.\nfeatures:"))
        code, text = ended(["--state-in", state], events[40:], pack=changed)
        assert code == 1 and "no state of this pack" in text, (code, text)
        # Other models take it up: what they decide of the rest is what they decide of it in one run.
        shutil.rmtree(changed)
        changed = changed_pack(folder, ("models/amount.yaml", "default: 50000", "default: 1000"))
        other = Run(events[:20] + changes + events[20:], pack=changed)
        assert other.decisions != whole.decisions
        second = Run(events[40:60], options=["--state-in", state], pack=changed)
        equal(second.decision_bytes, b"".join(other.decision_bytes.splitlines(keepends=True)[40:60]))
        code, text = ended(["--state-in", os.path.join(folder, "none")], events[40:])
        assert code == 3, (code, text)


def test_a_result_that_confirms_is_not_alerted_twice():
    big = dict(amount=6000000)
    result = dict(phase="RESULT", orig_event_id="1", **big)
    run = Run([pay("1", 0, **big), pay("2", 1000, result="SUCCESS", **result)])
    equal([decision["action"] for decision in run.decisions], ["DELAY", "PASS"])
    equal([decision["flags"] for decision in run.decisions], [[], ["confirms"]])
    # One that failed tells something new, and one whose request is not known is the first word of it.
    run = Run([pay("1", 0, **big), pay("2", 1000, result="FAIL", **result), pay("3", 2000, result="SUCCESS", **{**result, "orig_event_id": "never"})])
    equal([decision["action"] for decision in run.decisions], ["DELAY"] * 3)
    equal([decision["flags"] for decision in run.decisions], [[]] * 3)


def test_models_that_read_an_outcome_are_asked_again_when_a_result_confirms():
    model = """
id: M-PX-04-A
version: 1
status: ACTIVE
name: {zh: 成功的付款, en: "A payment that succeeded"}
family: PX
typology: PX-04
mode: SYNC
on: [pay]
owner: {dept: tests}
rationale: Asks for something that is only known once the payment is over, and for nothing else.
expr: event.result == "SUCCESS"
score: 10
severity: S1
action: DELAY
reason: {zh: "成功", en: "succeeded"}
"""
    with tempfile.TemporaryDirectory() as folder:
        run = Run([pay("1", 0, 6000000), pay("2", 1000, 6000000, phase="RESULT", result="SUCCESS", orig_event_id="1")],
                  pack=changed_pack(folder, ("models/outcome.yaml", None, model)))
    equal([[hit["model"] for hit in decision["hits"]] for decision in run.decisions], [["M-PX-01-A"], ["M-PX-04-A"]])


def test_a_reversal_takes_back_once():
    reversal = dict(phase="REVERSAL", orig_event_id="1")
    run = Run([pay("1", 0), pay("2", 1), pay("3", 2, **reversal), pay("4", 3, **reversal), pay("5", 4)])
    equal(run.features["5"]["account_done_cnt_1h"], "2")
    equal(run.summary["taken_back"], 1)


def test_an_unknown_original_is_counted_as_such():
    run = Run([pay("1", 0, phase="REVERSAL", orig_event_id="never"), pay("2", 1)])
    equal(run.features["2"]["account_done_cnt_1h"], "1")
    equal(run.summary["reversals_unmatched"], 1)


def test_window_ends():
    run = Run([pay("1", 0), pay("2", 10 * MINUTE - 1), pay("3", 10 * MINUTE)])
    equal([run.features[str(i)]["account_done_cnt_10m"] for i in (1, 2, 3)], ["1", "2", "2"])


def test_calendar_day_is_that_of_shanghai():
    midnight = 8 * HOUR  # from 16:00
    run = Run([pay("1", midnight - 1), pay("2", midnight), pay("3", midnight + 1)])
    equal([run.features[str(i)]["account_done_cnt_day"] for i in (1, 2, 3)], ["1", "1", "2"])


def test_late_and_early_events():
    run = Run([pay("1", HOUR), pay("2", 30 * MINUTE), pay("3", 50 * MINUTE + 1), pay("4", HOUR + 1),
               pay("5", 3 * HOUR, recv_time=T0 + HOUR + 2), pay("6", HOUR + 3, recv_time=T0 + HOUR + 3)])
    equal([run.by_id(str(i))["flags"] for i in range(1, 7)], [[], ["late"], [], [], ["clock_skew"], []])
    equal(run.features["2"]["account_done_cnt_1d"], "1")
    equal(run.features["4"]["account_done_cnt_1h"], "3")  # not the late one
    equal(run.features["4"]["account_done_cnt_1d"], "4")
    equal(run.features["6"]["account_done_cnt_1d"], "5")  # the early one is later than this


def test_order_does_not_matter_for_long_windows():
    events = [pay(str(i), i * MINUTE, amount=100 * i) for i in range(1, 20)]
    inside = Run(events + [pay("x", 30 * MINUTE)]).features["x"]
    mixed = events[::2] + events[1::2]
    outside = Run(mixed + [pay("x", 30 * MINUTE)]).features["x"]
    equal(inside["account_done_sum_1d"], outside["account_done_sum_1d"])
    equal(inside["account_done_cnt_1d"], outside["account_done_cnt_1d"])


def test_expressions_over_features():
    run = Run([pay("1", 0, 300), pay("2", 1, 100)])
    equal(run.features["2"]["sum_or_zero"], "4")
    equal(run.features["2"]["account_small_ratio_1d"], "1")
    equal(run.features["2"]["since_account_done"], "0.001")


def test_a_derived_expression_may_stand_before_what_it_reads():
    hour = "  - {name: hour, type: int, derive: hour(event_time)}\n"
    fields = '  - {name: twice, type: int, derive: {expr: "event.once * 2 + prof.person.age"}}\n' \
             '  - {name: customer2, type: string, derive: {expr: "event.payee"}}\n' \
             '  - {name: once, type: int, derive: {expr: "event.count + 1"}}\n'
    with tempfile.TemporaryDirectory() as folder:
        pack = changed_pack(folder, ("schema.yaml", hour, hour + fields), ("knowledge.yaml", "key: [customer]", "key: [customer2]"),
                            ("features/all.yaml", "features:\n", "features:\n  - {name: twice, expr: event.twice}\n"))
        age = {"$table": "person", "key": ["p"], "time": T0, "set": {"age": 100}}
        equal(Run([age, pay("1", 0, count=4)], pack=pack).features["1"]["twice"], "110")


def test_reasons_show_numbers_of_any_size():
    with tempfile.TemporaryDirectory() as folder:
        pack = changed_pack(folder, ("schema.yaml", "type: float, min: 0, max: 1}", "type: float}"),
                            ("models/amount.yaml", 'en: "pays', 'en: "{event.score} pays'))
        shown = {1e300: "1e+300", -1e300: "-1e+300", 1e15: "1000000000000000", 999999999999.5: "999,999,999,999.5",
                 -1234.567: "-1,234.57", 0.001: "0", -0.001: "0", 5.0: "5"}
        run = Run([pay(str(i), i, 6000000, account=f"a{i}", score=score) for i, score in enumerate(shown)], pack=pack)
        equal([decision["hits"][0]["reason_en"].split(" ")[0] for decision in run.decisions], list(shown.values()))
        equal(run.decisions[0]["hits"][0]["saw"]["event.score"], 1e300)


def test_reasons_name_values_where_the_pack_does():
    """What was seen stays the value; people read its name."""
    reason = ('reason: {zh: "付款 {event.amount} 元,超过 {p.amount_min} 元"', 'reason: {zh: "{event.channel}、{event.result}"')
    english = ('en: "pays {event.amount}, at or above {p.amount_min}"}', 'en: "by {event.channel}, {event.result}"}')
    values = "  channel: {MOBILE: {zh: 手机银行, en: mobile bank}, COUNTER: {zh: 柜面, en: counter}}"
    with tempfile.TemporaryDirectory() as folder:
        pack = changed_pack(folder, ("models/amount.yaml", *reason), ("models/amount.yaml", *english), ("schema.yaml", "  channel: [MOBILE, COUNTER]", values))
        for channel, zh, en in (("MOBILE", "手机银行、无", "by mobile bank, none"), ("COUNTER", "柜面、无", "by counter, none")):
            run = Run([pay("a", 0, amount=100_000_000, channel=channel)], pack=pack)
            hit = next(hit for hit in run.decisions[0]["hits"] if hit["model"] == "M-PX-01-A")
            equal((hit["reason_zh"], hit["reason_en"], hit["saw"]["event.channel"]), (zh, en, channel))
        run = Run([pay("a", 0, amount=100_000_000, channel="MOBILE", result="SUCCESS")], pack=pack)
        hit = next(hit for hit in run.decisions[0]["hits"] if hit["model"] == "M-PX-01-A")
        equal(hit["reason_zh"], "手机银行、SUCCESS")  # that enumeration has no names


def test_hits_stand_in_the_order_of_ids():
    with tempfile.TemporaryDirectory() as folder:
        pack = changed_pack(folder)
        os.rename(os.path.join(pack, "models/amount.yaml"), os.path.join(pack, "models/z.yaml"))
        add = {"$list": "bad_payee", "op": "add", "key": "p", "source": "bank", "reason": "case 1", "time": T0}
        run = Run([add, pay("1", 1, 6000000)], pack=pack)
        equal([hit["model"] for hit in run.decisions[0]["hits"]], ["M-PX-01-A", "M-PX-02-A"])


# ---- bad input ----------------------------------------------------------------------------------------------

def test_every_kind_of_bad_record_becomes_one_dead_letter():
    good = pay("good", 0)
    bad = [
        (b'{"event_id": "1", ', "IN001"),
        (b'{"event_id": "\xff"}', "IN002"),
        (json.dumps(pay("long", 0, account="x" * (1 << 20))).encode(), "IN003"),
        (b"[1, 2]", "IN004"),
        (json.dumps(pay("1", 0, amount=None)).encode(), "IN005"),
        (json.dumps(pay("2", 0, amount="12")).encode(), "IN006"),
        (json.dumps(pay("3", 0, amount=12.5)).encode(), "IN006"),
        (json.dumps(pay("4", 0, amount=-1)).encode(), "IN007"),
        (json.dumps(pay("5", 0, amount=2**60)).encode(), "IN007"),
        (json.dumps(pay("5b", 0, amount=2**64)).encode(), "IN007"),
        (json.dumps(pay("6", 0, score=1.5)).encode(), "IN007"),
        (json.dumps(pay("7", 0, channel="MOBLIE")).encode(), "IN008"),
        (json.dumps(pay("8", 0, event_time="9999-12-31T23:59:59Z")).encode(), "IN009"),
        (json.dumps(pay("9", 0, event_time=253402300799000)).encode(), "IN009"),
        (json.dumps(pay("10", 0, account="y" * 33)).encode(), "IN010"),
        (b'{"event_id": "11", "event_id": "12", "event_type": "pay"}', "IN011"),
        (json.dumps(pay("13", 0, event_type="pya")).encode(), "IN012"),
        (json.dumps(pay("", 0)).encode(), "IN017"),
    ]
    raw = b"\n".join([json.dumps(good).encode()] + [record for record, _ in bad] + [json.dumps(pay("end", 1)).encode()])
    run = Run(None, raw=raw + b"\n")
    equal([decision["event_id"] for decision in run.decisions], ["good", "end"])
    equal([letter["code"] for letter in run.dead], [code for _, code in bad])
    equal([letter["position"] for letter in run.dead], list(range(2, 2 + len(bad))))
    assert all(letter["reason"] and letter["raw"] for letter in run.dead)
    equal(run.summary["refused"], len(bad))


def test_a_truncated_gzip_gives_what_was_whole():
    lines = b"".join(json.dumps(pay(str(i), i)).encode() + b"\n" for i in range(2000))
    packed = gzip.compress(lines, mtime=0)
    run = Run(None, name="events.ndjson.gz", raw=packed[:len(packed) // 2])
    assert 100 < len(run.decisions) < 2000, len(run.decisions)
    equal([decision["event_id"] for decision in run.decisions], [str(i) for i in range(len(run.decisions))])
    equal([letter["code"] for letter in run.dead], ["IN015"])


def test_changes_that_are_not_understood():
    run = Run([{"$list": "bad_payees", "op": "add", "key": "p", "time": T0}, {"$table": "person", "key": ["k"], "time": T0,
               "set": {"age": "old"}}, pay("1", 0)])
    equal(run.summary["changes_refused"], 2)
    equal([letter["code"] for letter in run.dead], ["IN016", "IN016"])
    assert "bad_payee" in run.dead[0]["reason"], run.dead[0]
    assert "bad_payees" in run.dead[0]["raw"], run.dead[0]
    equal(len(run.decisions), 1)


def test_csv_with_the_schemas_own_names():
    text = "event_id,event_type,event_time,phase,account,amount,unknown\r\n" \
           f"1,pay,{T0},REQUEST,a,500,x\r\n2,pay,{T0 + 1},REQUEST,\"a\",abc,\r\n3,pay,{T0 + 2},REQUEST,a\r\n4,pay,{T0 + 3},REQUEST,a,7,\r\n"
    run = Run(None, name="events.csv", raw=text.encode())
    equal([decision["event_id"] for decision in run.decisions], ["1", "4"])
    equal([letter["code"] for letter in run.dead], ["IN006", "IN013"])
    equal(run.features["4"]["account_done_sum_1d"], "5.07")


CSV_MAP = """format: csv
constants: {event_type: pay, phase: REQUEST}
columns:
  "$position": {field: event_id, prefix: "P"}
  when: {field: event_time}
  who: {field: account}
  much: {field: amount, money: major}
"""


def changed_pack(folder, *changes):
    """A copy of the pack in which texts of files are replaced, or added (old text None)."""
    pack = os.path.join(folder, "payments")
    shutil.copytree(PACK, pack)
    for file, old, new in changes:
        path = os.path.join(pack, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if old is not None:
            text = Run.read(path).decode()
            equal(text.count(old), 1)
            new = text.replace(old, new)
        with open(path, "w") as out:
            out.write(new)
    return pack


def pack_with_map(folder, text=CSV_MAP):
    return changed_pack(folder, ("maps/default.yaml", None, text))


def replay_files(pack, files, *options, stdin=None):
    """Replays files by name; gives the ids decided and the codes refused."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, raw in files.items():
            paths.append(os.path.join(folder, name))
            with open(paths[-1], "wb") as out:
                out.write(raw)
        out, dead = os.path.join(folder, "decisions"), os.path.join(folder, "dead")
        done = subprocess.run([QIANTANG, "replay", "--quiet", "--pack", pack, "--decisions", out, "--dead-letters", dead,
                               "--input", *paths, *(["-"] if stdin else []), *options],
                              input=stdin, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        ids = [json.loads(line)["event_id"] for line in Run.read(out).splitlines()]
        return ids, [json.loads(line)["code"] for line in Run.read(dead).splitlines()]


def test_the_format_is_decided_for_each_file():
    own = json.dumps(pay("own", 0)).encode() + b"\n"
    foreign = f"when,who,much\n{T0},a,5.00\n{T0 + 1},a,6.00\n".encode()
    with tempfile.TemporaryDirectory() as folder:
        pack = pack_with_map(folder)
        for name in ("own.ndjson", "own.jsonl", "own.json", "own.ndjson.gz"):
            raw = gzip.compress(own) if name.endswith(".gz") else own
            equal(replay_files(pack, {name: raw}), (["own"], []))
        equal(replay_files(pack, {"foreign": foreign}), (["P1", "P2"], []))
        equal(replay_files(pack, {"foreign.csv.gz": gzip.compress(foreign)}), (["P1", "P2"], []))
        equal(replay_files(pack, {"foreign.csv": foreign, "own.ndjson": own}), (["P1", "P2", "own"], []))
        equal(replay_files(pack, {}, stdin=foreign), (["P1", "P2"], []))
        equal(replay_files(pack, {}, "--format", "ndjson", stdin=own), (["own"], []))
        equal(replay_files(pack, {"own.csv": own}, "--format", "ndjson"), (["own"], []))
        equal(replay_files(pack, {"foreign.ndjson": foreign}, "--format", "csv"), (["P1", "P2"], []))
        pack_map = os.path.join(pack, "maps", "default.yaml")
        with tempfile.NamedTemporaryFile(suffix=".ndjson") as file:
            code, _, errors = command("replay", "--pack", pack, "--map", pack_map, "--input", file.name)
            equal(code, 2)
            assert "--format csv" in errors, errors


def test_an_ndjson_map_leaves_csv_alone():
    foreign = json.dumps({"id": "m", "when": T0, "who": "a"}).encode() + b"\n"
    text = "format: ndjson\nconstants: {event_type: pay, phase: REQUEST, amount: 100}\n" \
           "columns: {id: {field: event_id}, when: {field: event_time}, who: {field: account}}\n"
    own = f"event_id,event_type,event_time,phase,account,amount\nc,pay,{T0},REQUEST,a,500\n".encode()
    with tempfile.TemporaryDirectory() as folder:
        pack = pack_with_map(folder, text)
        equal(replay_files(pack, {"a.ndjson": foreign, "b.csv": own}), (["m", "c"], []))


def test_positions_go_on_through_all_inputs():
    foreign = f"when,who,much\n{T0},a,5.00\n{T0 + 1},a,x\n".encode()
    with tempfile.TemporaryDirectory() as folder:
        pack = pack_with_map(folder)
        equal(replay_files(pack, {"1.csv": foreign, "2.csv": foreign}), (["P1", "P3"], ["IN006", "IN006"]))


def test_a_pipe_is_opened_once():
    with tempfile.TemporaryDirectory() as folder:
        path, out = os.path.join(folder, "pipe.ndjson"), os.path.join(folder, "out")
        os.mkfifo(path)
        with subprocess.Popen([QIANTANG, "replay", "--quiet", "--pack", PACK, "--input", path, "--decisions", out]) as run:
            with open(path, "wb") as pipe:
                for i in range(3000):
                    pipe.write(json.dumps(pay(str(i), i)).encode() + b"\n")
                    pipe.flush()
            equal(run.wait(timeout=60), 0)
        equal(len(Run.read(out).splitlines()), 3000)


# ---- the same bytes -----------------------------------------------------------------------------------------

def stream():
    records = []
    for i in range(3000):
        records.append(pay(str(i), i * 7000, amount=(i * 7919) % 6000000, account=f"a{i % 37}", payee=f"p{i % 11}",
                           customer=f"c{i % 23}", channel=["MOBILE", "COUNTER"][i % 2]))
        if i % 100 == 50:
            records.append({"$list": "bad_payee", "op": "add", "key": f"p{i % 11}", "source": "s", "reason": "r",
                            "begin": T0 + i * 7000, "end": T0 + (i + 30) * 7000, "time": T0 + i * 7000})
        if i % 130 == 70:
            records.append({"$table": "person", "key": [f"c{i % 23}"], "time": T0 + i * 7000, "set": {"age": i % 90}})
        if i % 50 == 7:
            records.append(pay(f"r{i}", i * 7000 + 1, phase="REVERSAL", orig_event_id=str(i - 5), account=f"a{(i - 5) % 37}"))
        if i % 170 == 5:
            records.append({"$list": "nobody", "op": "add", "key": "x", "time": T0})
        if i % 40 == 3:
            records.append({"event_id": f"bad{i}"})
    return records


def test_one_thread_and_two_give_the_same_bytes():
    records = stream()
    one = Run(records, options=["--threads", "1"])
    two = Run(records, options=["--threads", "2"])
    again = Run(records)
    assert len(one.decision_bytes) > 100000
    equal(one.decision_bytes, two.decision_bytes)
    equal(one.decision_bytes, again.decision_bytes)
    equal(one.dead, two.dead)
    equal(one.features, two.features)


def test_compression_does_not_change_the_decisions():
    records = stream()[:500]
    plain = Run(records)
    raw = "".join(json.dumps(record) + "\n" for record in records).encode()
    packed = Run(None, name="events.ndjson.gz", raw=gzip.compress(raw))
    equal(plain.decision_bytes, packed.decision_bytes)


# ---- the command line ---------------------------------------------------------------------------------------

def command(*words):
    done = subprocess.run([QIANTANG, *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_exit_codes():
    equal(command()[0], 2)
    equal(command("--help")[0], 0)
    equal(command("replay", "--help")[0], 0)
    equal(command("replay")[0], 2)
    equal(command("repaly")[0], 2)
    code, _, errors = command("check", PACK, "--breif")
    equal(code, 2)
    assert "--brief" in errors, errors
    equal(command("check", PACK)[0], 0)
    equal(command("check", "/nowhere")[0], 3)
    equal(command("replay", "--pack", PACK, "--input", "/nowhere.ndjson")[0], 3)
    code, _, errors = command("explain", "--pack", PACK, "M-PX-01-B")
    equal(code, 1)
    assert "M-PX-01-A" in errors, errors
    code, out, _ = command("test", PACK)
    equal((code, out.splitlines()[-1]), (0, "6 passed, 0 failed"))


def test_explain_names_what_a_model_reads_and_costs():
    override = "overrides: [{segment: YOUNG, channel: MOBILE, amount_min: 7000}]\nexpr: f.account_done_cnt_10m >= 3 && event.amount >= p.amount_min"
    with tempfile.TemporaryDirectory() as folder:
        pack = changed_pack(folder, ("models/amount.yaml", "expr: event.amount >= p.amount_min", override))
        code, out, _ = command("explain", "--pack", pack, "M-PX-01-A")
        equal(code, 0)
        for part in ("p.amount_min = 50000 CNY; by segment: YOUNG 15000; by channel: COUNTER 100000; for both: YOUNG on MOBILE 7000\n",
                     "    at hand         event.amount >= p.amount_min\n    after features  f.account_done_cnt_10m >= 3\n",
                     "costs 1 walk over rows, 0 of them for this model alone"):
            assert part in out, out
        assert "slot" not in out, out


def test_a_pack_is_what_lies_in_its_folders():
    label = command("check", PACK)[1].split(":")[0]
    with tempfile.TemporaryDirectory() as folder:
        pack = changed_pack(folder, ("data/big.csv", None, "x"), ("data/features/notes.yaml", None, "]"), ("docs/a.yaml", None, "]"),
                            ("lists/README.md", None, "x"), ("models/README.md", None, "x"))
        code, out, errors = command("check", pack)
        equal((code, out.split(":")[0], errors), (0, label, ""))


def test_words_that_belong_to_no_option():
    code, _, errors = command("replay", "--pack", PACK, "--quiet", "events.ndjson")
    equal(code, 2)
    assert "'events.ndjson' belongs to no option" in errors, errors


def test_standard_output_holds_what_was_asked_for():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "e.ndjson")
        with open(path, "w") as out:
            out.write(json.dumps(pay("1", 0)) + "\n")
        for option in ("decisions", "summary"):
            code, out, errors = command("replay", "--pack", PACK, "--input", path, f"--{option}", "-")
            equal((code, list(json.loads(out))[0]), (0, {"decisions": "event_id", "summary": "catalogue"}[option]))
            assert errors.startswith("events 1, from"), errors


def test_a_replay_that_cannot_begin_says_only_that():
    with tempfile.TemporaryDirectory() as folder:
        path, entries = os.path.join(folder, "e.ndjson"), os.path.join(folder, "entries.txt")
        for name in (path, entries):
            open(name, "w").close()
        replay = ["replay", "--pack", PACK, "--input", path, "--decisions", os.path.join(folder, "out")]
        code, out, errors = command(*replay, "--features", os.path.join(folder, "no/where.csv"))
        equal((code, out), (3, ""))
        assert "no/where.csv" in errors, errors
        code, out, errors = command(*replay, "--lists", entries)
        equal((code, out), (2, ""))
        assert "ends in .csv or .ndjson" in errors, errors
        equal(command("replay", "--pack", PACK, "--input", path + "x")[:2], (3, ""))


SEQUENCE = {"test_id": "large", "expect": True, "events": [pay("1", 0, 5000000)]}


def run_sequence(*changes, **more):
    """Runs the model's two sequences with the first one changed; the exit code and what is said."""
    sequence = json.dumps({**SEQUENCE, **more})
    with tempfile.TemporaryDirectory() as folder:
        text = Run.read(os.path.join(PACK, "tests/px.jsonl")).decode()
        pack = changed_pack(folder, ("tests/px.jsonl", text.splitlines()[0], sequence), *changes)
        code, out, errors = command("test", pack, "M-PX-01-A")
        return code, out + errors


def test_sequences_are_found_by_their_test_id():
    other = json.dumps({"test_id": "other", "expect": False, "note": "large", "events": [pay("large", 0, 1)]})
    late = json.dumps({"expect": True, "events": [pay(str(i), i, 5000000) for i in range(20)], "test_id": "large"})
    with tempfile.TemporaryDirectory() as folder:
        text = Run.read(os.path.join(PACK, "tests/px.jsonl")).decode().splitlines()
        pack = changed_pack(folder, ("tests/px.jsonl", None, "\n".join([other, "not JSON: \"large\"", late, *text[1:]]) + "\n"))
        equal(command("test", pack, "M-PX-01-A")[:2], (0, "2 passed, 0 failed\n"))
        pack = changed_pack(os.path.join(folder, "2"), ("tests/px.jsonl", text[0], "{\"test_id\": \"large\", "))
        code, _, errors = command("test", pack, "M-PX-01-A")
        equal(code, 1)
        assert "its line is not JSON" in errors, errors
    named = ("models/amount.yaml", "tests/px.jsonl#large", "tests/px.jsonl")
    assert "named as file#id" in run_sequence(named)[1]


def test_the_context_of_a_sequence_is_checked():
    equal(run_sequence(context={"prof": {"person": {"income": 5000, "age": 30}}, "lists": {"bad_payee": ["x"]}})[0], 0)
    for context, part in (({"lists": {"bad_payee": [5]}}, "is no text"), ({"lists": {"bad_payees": ["x"]}}, "which the pack has not"),
                          ({"prof": {"person": {"incme": 5}}}, "which no table has"),
                          ({"prof": {"person": {"income": 1e300}}}, "does not fit"), ({"prof": {"person": {"age": "old"}}}, "does not fit")):
        code, said = run_sequence(context=context, events=[pay("1", 0, 5000000, customer="c")])
        equal(code, 1)
        assert part in said, said


def test_sequences_need_lists_that_can_be_read():
    code, said = run_sequence(("lists/bad.csv", None, "list,key\nnobody,x\n"))
    equal(code, 1)
    assert "KN101" in said, said


def main():
    passed = failed = 0
    for name, function in sorted(globals().items()):
        if not name.startswith("test_") or (len(sys.argv) > 3 and not any(word in name for word in sys.argv[3:])):
            continue
        try:
            function()
            passed += 1
        except Exception as problem:  # each failure is told, the others still run
            failed += 1
            print(f"FAILED {name}: {type(problem).__name__}: {problem}")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
