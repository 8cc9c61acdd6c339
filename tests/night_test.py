#!/usr/bin/env python3
"""Nightly runs as a whole: what they find is what a replay with all models finds beyond the decisions in flight, subjects that did nothing are looked at,
and a run that is killed goes on and finds the same.

Usage: night_test.py QIANTANG PACKS_FOLDER
The last line is "N passed, N failed".
"""
import glob
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PATIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "patient.yaml")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KILLS = int(os.environ.get("QIANTANG_KILLS", "6"))
NOW = int(time.time()) * 1000
LINES = 2000   # fewer than may wait
T0 = NOW - 3 * 3600 * 1000   # events are of today, since record times are

MODEL = """id: {id}
version: 1
status: ACTIVE
name: {{zh: 夜间, en: "{id}"}}
family: NX
typology: {typology}
mode: BATCH
on: {on}
owner: {{dept: tests}}
rationale: Something that is looked at when the day is over and the models in flight have had their say.
expr: >
  {expr}
score: 40
severity: S2
action: MANUAL
reason: {{zh: "{reason}", en: "{reason}"}}
tests: {{fire: [], quiet: []}}
"""
MODELS = {
    "M-NX-01-A": ("[pay]", "event.amount >= 20000", "{event.amount} by {event.account}"),
    "M-NX-02-A": ("[pay]", "f.account_done_cnt_1h >= 5", "{f.account_done_cnt_1h} payments"),
    "M-NX-03-A": ("[tick]", "event.tick_entity == \"ACCT\" && f.account_done_cnt_1d >= 6", "{event.tick_key}: {f.account_done_cnt_1d} payments"),
    "M-NX-04-A": ("[tick]", "event.tick_entity == \"CUST\" && prof.person.age >= 90", "{event.customer} is {prof.person.age}"),
    "M-NX-05-A": ("[tick]", "event.tick_entity == \"ACCT\" && event.payee == \"court\" && event.tick_date == \"{day}\"", "last paid {event.payee}"),
}
BATCH = """type: tick
fields: {tick_key: $key, tick_date: $date, phase: RESULT}
kinds:
  CUST: {key: customer, table: person, fields: {tick_entity: CUST}}
  ACCT: {key: account, copy: [customer, payee], fields: {tick_entity: ACCT}}
"""


def moment():
    """Now, behind all that was appended."""
    time.sleep(0.002)
    at = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03}Z"


def day_over(at):
    """The last day that is over, in the pack's zone."""
    return time.strftime("%Y%m%d", time.gmtime(at / 1000 + 8 * 3600 - 86400))


def make_pack(folder):
    """The tests' pack with models of mode BATCH, ticks, and a person of whom only a table knows."""
    pack = os.path.join(folder, "pack")
    shutil.copytree(os.path.join(PACKS, "payments"), pack)
    path = os.path.join(pack, "schema.yaml")
    with open(path) as file:
        schema = file.read()
    schema = schema.replace("  login: {", "  tick: {zh: 节拍, en: tick}\n  login: {")
    schema += "".join(f"  - {{name: {name}, type: string, max: 64, required: [tick]}}\n" for name in ("tick_entity", "tick_key", "tick_date"))
    with open(path, "w") as file:
        file.write(schema)
    for name, (on, expr, reason) in MODELS.items():
        with open(os.path.join(pack, "models", name + ".yaml"), "w") as file:
            file.write(MODEL.format(id=name, typology=name[2:7], on=on, expr=expr.replace("{day}", day_over(NOW)), reason=reason))
    with open(os.path.join(pack, "batch.yaml"), "w") as file:
        file.write(BATCH)
    os.mkdir(os.path.join(pack, "tables"))
    with open(os.path.join(pack, "tables", "person.csv"), "w") as file:
        file.write("customer,age\nquiet,91\nyoung,20\n")
    return pack


def pay(number, account, amount=100, **more):
    return {"event_id": f"e{number}", "event_type": "pay", "event_time": T0 + number * 1000, "phase": "REQUEST", "account": account, "payee": "p",
            "channel": "MOBILE", "amount": amount, **more}


def some_day(count, seed=3):
    """Payments, some late, repeated, taken back or failed, and changes between."""
    chance = random.Random(seed)
    records = []
    for number in range(count):
        account = f"a{chance.randrange(count // 8 + 1)}"
        amount = chance.choice([100, 900, 2000000, 2500000, 6000000])
        event = pay(number, account, amount, customer=f"c{chance.randrange(9)}", payee=chance.choice(["p", "q", "court"]))
        if chance.random() < 0.1 and number > 5:
            event.update(phase="REVERSAL", orig_event_id=f"e{number - 3}")
        elif chance.random() < 0.1 and number > 5:
            event.update(phase="RESULT", result=chance.choice(["SUCCESS", "FAIL"]), orig_event_id=f"e{number - 2}")
        elif chance.random() < 0.1:
            event["event_time"] -= 40 * 60 * 1000
        records.append(event)
        if chance.random() < 0.05:
            records.append({"$list": "bad_payee", "op": "add", "key": "q", "time": event["event_time"]})
        if chance.random() < 0.05:
            records.append({"$table": "person", "key": f"c{chance.randrange(99)}", "set": {"age": chance.choice([10, 30, 95])}})
        if chance.random() < 0.05:
            records.append(event)
    return records


def run(*arguments, code=0):
    done = subprocess.run([QIANTANG, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == code, (arguments, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout, done.stderr


class Server:
    def __init__(self, data, *more):
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", PATIENT, "--data", data, "--port", "0", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise AssertionError(self.process.stderr.read())

    def send(self, records):
        """All of them; the answers as objects."""
        answers = []
        for first in range(0, len(records), LINES):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            body = "".join(json.dumps(record) + "\n" for record in records[first:first + LINES])
            connection.request("POST", "/v1/records", body, {"Content-Type": "application/x-ndjson"})
            reply = connection.getresponse()
            text = reply.read()
            assert reply.status == 200, text
            answers += [json.loads(line) for line in text.splitlines()]
            connection.close()
        return answers

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(60)
        assert code == (0 if how == signal.SIGTERM else -how), (code, self.process.stderr.read())
        self.process.stdout.close()
        self.process.stderr.close()


def fill(data, pack, records):
    server = Server(data, "--pack", pack)
    answers = server.send(records)
    server.end()
    return answers


def hits(decision):
    return [(hit["model"], hit["reason_en"]) for hit in decision.get("hits", [])]


def night_hits(decision):
    return [(hit["model"], hit["reason_en"]) for hit in decision.get("hits", []) if hit["mode"] == "BATCH"]


def replay(folder, pack, records):
    path, out = os.path.join(folder, "in.ndjson"), os.path.join(folder, "out.ndjson")
    with open(path, "w") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    tables = glob.glob(os.path.join(pack, "tables", "*"))
    lists = glob.glob(os.path.join(pack, "lists", "*"))
    run("replay", "--quiet", "--pack", pack, "--input", path, "--decisions", out, "--dead-letters", os.path.join(folder, "dead"),
        *(["--tables", *tables] if tables else []), *(["--lists", *lists] if lists else []))
    with open(out) as file:
        return [json.loads(line) for line in file]


def batch(data, folder, *more):
    out = os.path.join(folder, "results.ndjson")
    _, said = run("batch", "--data", data, "--output", out, *more)
    with open(out) as file:
        return [json.loads(line) for line in file], said


def is_event(record):
    return "event_id" in record


def check_oracle(folder, pack, records):
    """In flight and at night together are all models at once, event by event, hit by hit."""
    data = os.path.join(folder, "data")
    flight = [answer for record, answer in zip(records, fill(data, pack, records)) if is_event(record)]
    everything = replay(folder, pack, records)
    results, said = batch(data, folder)
    night = {result["decision"]["event_id"]: result["decision"] for result in results if "of" in result}
    seen = set()
    checked = 0
    for one, both in zip(flight, everything, strict=True):
        event_id = one["event_id"]
        assert event_id == both["event_id"]
        if event_id in seen:
            continue
        seen.add(event_id)
        ours = hits(one) + hits(night.get(event_id, {}))
        assert sorted(ours) == sorted(hits(both)), (event_id, ours, hits(both))
        checked += len(hits(night.get(event_id, {})))
    assert checked == sum(len(hits(decision)) for decision in night.values()) and checked > 0, checked
    assert f"{len(results)} results" in said, said
    return data, results


def test_night_and_flight_are_all(folder):
    pack = make_pack(folder)
    records = some_day(600)
    data, results = check_oracle(folder, pack, records)
    ticks = [result for result in results if "tick" in result]
    assert [result["tick"] for result in ticks] == sorted({result["tick"] for result in ticks})
    assert results == [result for result in results if "of" in result] + ticks
    by_model = {}
    for result in ticks:
        for model, reason in hits(result["decision"]):
            by_model.setdefault(model, []).append((result["event"], reason))
    # Somebody of whom no event tells, and those whose row was set by a record.
    old = [event["tick_key"] for event, _ in by_model["M-NX-04-A"]]
    last = {}
    for record in records:
        if "$table" in record:
            last[record["key"]] = record["set"]["age"]
    assert old == sorted(["quiet"] + [key for key, age in last.items() if age == 95]), old
    assert all(event["customer"] == event["tick_key"] for event, _ in by_model["M-NX-04-A"])
    # The newest payee is copied.
    newest = {}
    for record in records:
        if is_event(record) and record["event_time"] >= newest.get(record["account"], (0, ""))[0]:
            newest[record["account"]] = (record["event_time"], record["payee"])
    assert [event["tick_key"] for event, _ in by_model["M-NX-05-A"]] == sorted(key for key, (_, payee) in newest.items() if payee == "court")
    assert by_model["M-NX-03-A"]
    # Asked again it finds the same, and has left nothing.
    again = batch(data, folder, "--as-of", moment())[0]
    assert [hits(result["decision"]) for result in again] == [hits(result["decision"]) for result in results]
    assert not os.path.exists(os.path.join(data, "night"))


def test_the_banks_own_pack(folder):
    made = os.path.join(folder, "made")
    run("simulate", "--seed", "7", "--customers", "500", "--days", "4", "--past", "1", "--rate", "300", "--only", "CO,SI,MF,IE", "--no-scores", "--out", made, "--quiet")
    pack = os.path.join(folder, "pack")
    shutil.copytree(os.path.join(ROOT, "packs", "bank"), pack)
    for kind in ("tables", "lists"):
        os.makedirs(os.path.join(pack, kind), exist_ok=True)
        for path in glob.glob(os.path.join(made, kind, "*")):
            shutil.copy(path, os.path.join(pack, kind, os.path.basename(path)))
    with open(os.path.join(made, "events.ndjson")) as file:
        records = [json.loads(line) for line in file]
    # A branch that nobody inspects, one that nobody owns, and an employee who never leaves: none of them is heard of.
    records += [{"$table": "br", "key": "B7", "set": {"days_since_insp": 121, "grid_owner_id": "T1", "letter_year": 2099, "days_since_drill": 1}},
                {"$table": "br", "key": ["B8"], "set": {"days_since_insp": 1, "grid_owner_id": "", "letter_year": 2099, "days_since_drill": 1}},
                {"$table": "emp", "key": "E7", "set": {"is_key_post": True, "no_leave_days": 400, "branch_id": "B7"}}]
    data, results = check_oracle(folder, pack, records)
    found = {(model, result["event"]["tick_key"], result["event"].get("branch_id")) for result in results if "tick" in result
             for model, _ in hits(result["decision"])}
    assert {("M-SI-05-A", "B7", "B7"), ("M-SI-05-B", "B8", "B8"), ("M-IE-09-C", "E7", "B7")} <= found, found
    assert not [one for one in found if one[1] in ("B7", "B8", "E7") and one[0] not in ("M-SI-05-A", "M-SI-05-B", "M-IE-09-C")], found


def test_parts_are_one(folder):
    """Runs one after the other find what a replay finds of all records; verify agrees, and a run that the journal has comes out again."""
    pack = make_pack(folder)
    records = some_day(400)
    data = os.path.join(folder, "data")
    ofs = []
    for part in (records[:150], records[150:160], records[160:]):
        fill(data, pack, part)
        results, said = batch(data, folder, "--append")
        ofs += [result for result in results if "of" in result]
        time.sleep(0.002)   # a run is of a moment behind the last one's
    expected = {decision["event_id"]: night_hits(decision) for decision in replay(folder, pack, records) if night_hits(decision)}
    assert {result["decision"]["event_id"]: hits(result["decision"]) for result in ofs} == expected and len(ofs) == len(expected)
    assert "3 nightly runs" in run("verify", "--data", data)[0]
    again = batch(data, folder, "--as-of", results[0]["run"])[0]
    assert again == results, "a run that the journal has comes out again"
    _, said = run("batch", "--data", data, "--append", "--as-of", "2020-01-01", code=1)
    assert "NR005" in said, said


def test_killed_it_goes_on(folder):
    pack = make_pack(folder)
    data = os.path.join(folder, "data")
    fill(data, pack, some_day(5000))
    at = moment()
    before = time.monotonic()
    undisturbed = batch(data, folder, "--as-of", at)[0]
    took = time.monotonic() - before
    chance = random.Random(11)
    for _ in range(KILLS):
        process = subprocess.Popen([QIANTANG, "batch", "--data", data, "--append", "--as-of", at], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(chance.random() * took)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    run("batch", "--data", data, "--append", "--as-of", at)
    assert f"1 nightly runs, {len(undisturbed)} results" in run("verify", "--data", data)[0]
    assert batch(data, folder, "--as-of", at)[0] == undisturbed


passed = failed = 0
for name, test in [(name, value) for name, value in list(globals().items()) if name.startswith("test_")]:
    if len(sys.argv) > 3 and sys.argv[3] not in name:
        continue
    with tempfile.TemporaryDirectory() as folder:
        try:
            test(folder)
            passed += 1
        except AssertionError as error:
            failed += 1
            print(f"{name}: {str(error)[-1500:]}", file=sys.stderr)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
