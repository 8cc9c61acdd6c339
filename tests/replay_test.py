#!/usr/bin/env python3
"""Whole-program tests of `qiantang replay`: small streams of events, and what must come out of them.

Usage: replay_test.py QIANTANG PACKS_FOLDER
Each test is a function below; the last line printed is "N passed, N failed".
"""
import csv
import gzip
import json
import os
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


def test_guard_says_what_it_held_back():
    run = Run([pay("1", 0, 6000000, payee="court")])
    equal(run.decisions[0]["action"], "PASS")
    equal(run.decisions[0]["hits"][0]["held_by"], ["G9"])


def test_channel_of_a_model():
    run = Run([pay(str(i), i, channel=channel) for i, channel in enumerate([None, None, None, "COUNTER", "MOBILE"])])
    equal([len(decision["hits"]) for decision in run.decisions], [0, 0, 0, 0, 1])


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
