#!/usr/bin/env python3
"""What follows the decisions, in a running server: alerts, payments that wait, questions, messages to others; through kills, a store that goes away, releases, nightly runs and backups.

Usage: response_test.py QIANTANG [PART OF A TEST'S NAME...]
$STORE is the address of a PostgreSQL database, as tests/postgresql.py gives it; without, stores are files of SQLite. $QIANTANG_KILLS says how often a server is killed. Servers and receivers
listen on loopback at ports that the system chooses. The last line is "N passed, N failed".
"""
import gzip
import io
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time

import cases
import postgresql
import response_bank as bank

bank.QIANTANG = sys.argv[1]
SERVER = os.environ.get("STORE")
KILLS = int(os.environ.get("QIANTANG_KILLS", "20"))
PASSWORD = "correct horse battery"


def new_store(folder):
    """An empty one; None: the file in the data folder."""
    if SERVER is None:
        return None
    name = "t" + re.sub(r"\W", "", os.path.basename(folder)).lower()
    bank.Store(SERVER).rows(f"CREATE DATABASE {name}", change=True)
    return SERVER.replace("/postgres?", f"/{name}?")


def alerts_of(server):
    return server.rows("SELECT subject, typology_group, severity, hits, events FROM alert ORDER BY subject, typology_group, opened_us")


def holds_of(server):
    return server.rows("SELECT event_id, state FROM hold ORDER BY event_id")


def activate(server, store=None):
    """Strategies leave the shadow, as if they had earned it. No server runs."""
    (store or server.store).rows("UPDATE strategy_state SET state = 'ACTIVE'", change=True)


def begin_active(folder, name="data", **more):
    """A server whose strategies act."""
    store = more.pop("store", None) or new_store(folder + name)
    server = bank.Server(os.path.join(folder, name), more.pop("pack", None) or bank.make_pack(folder, name + "-pack"), store=store, **more)
    server.send([bank.pay(1, bank.AMOUNT_S4, customer="first")])
    server.wait_taken()
    assert len(server.rows("SELECT 1 FROM strategy_state")) == 2
    server.end()
    activate(server)
    return bank.Server(os.path.join(folder, name), store=store, **more)


# ---- a payment that waits ----

def test_held_asked_and_settled_at_its_deadline(folder):
    core, contact = bank.Receiver(folder, "core"), bank.Receiver(folder, "contact")
    server = bank.Server(os.path.join(folder, "data"), bank.make_pack(folder), store=new_store(folder), endpoints={"core": core.endpoint, "contact": contact.endpoint})
    actions = [answer["action"] for answer in server.send([bank.pay(1), bank.pay(2, bank.AMOUNT_S3), bank.pay(3, bank.AMOUNT_S4)])]
    assert actions == ["PASS", "DELAY", "DELAY"], actions
    server.wait(lambda: len(core.of("hold.released")) + len(core.of("hold.refused")) == 2, what="not settled")
    holds = {row[0]: row[1:] for row in server.rows("SELECT event_id, state, until_us - held_us, settled_us - until_us, is_late FROM hold")}
    assert {event: row[:2] for event, row in holds.items()} == {"e2": ("RELEASED", bank.HOLD_S * 1000000), "e3": ("REFUSED", bank.HOLD_S * 1000000)}, holds
    # Never before its second; and what comes behind it, since the machine stood still, says so.
    assert all(late >= 0 and is_late == (late > 1000000) for _, _, late, is_late in holds.values()), holds
    for kind, event in (("hold.released", "e2"), ("hold.refused", "e3")):
        (came, message), = core.of(kind)
        assert message["data"]["event_id"] == event and came >= message["data"]["until"] / 1000, message
        assert message["object"] == message["data"]["hold"] and message["object_kind"] == "hold", message
    assert sorted(message["data"]["event_id"] for _, message in core.of("hold.held")) == ["e2", "e3"]
    asked = {message["data"]["customer"]: message["data"] for _, message in contact.of("task.asked")}
    assert set(asked) == {"c2", "c3"} and "15,000" in asked["c2"]["zh"], asked
    assert core.refused == contact.refused == 0
    server.wait(lambda: not server.rows("SELECT 1 FROM message WHERE state = 'WAITING' AND endpoint IN ('core', 'contact')"))
    state = server.wait(lambda: (lambda state: state if state["endpoints"]["core"]["sent"] == 4 else None)(server.state()))
    assert state["timers"] >= 2 and not state["endpoints"]["page"]["is_set"] and state["endpoints"]["core"]["problem"] == "", state
    assert alerts_of(server) == [("c2", "VP", 3, 1, 1), ("c3", "VP", 4, 1, 1)]
    server.end()


def test_a_strategy_tells_the_engine(folder):
    """The payee of a large payment comes to a list of the engine, once."""
    server = begin_active(folder)
    server.send([bank.pay(2, bank.AMOUNT_S4, customer="second", payee="grey one")])
    entry = server.wait(lambda: (lambda answer: answer if answer["listed"] else None)(server.request("GET", "/v1/lists/grey/entries/grey%20one")[1]))
    assert re.fullmatch(r"disposition \d+", entry["source"]) and entry["until"] - entry["from"] == 30 * 86400 * 1000, entry
    server.wait(lambda: server.rows("SELECT state FROM message WHERE endpoint = 'engine'") == [("DELIVERED",)])
    assert server.state()["engine"]["changes"] == 1
    # What the police push comes to the lists of the pack, whole; what nobody understands is told.
    entries = [{"list": "CASE", "account": f"case {i}", "certificate": f"holder {i}" if i % 2 else None, "bank": None, "from": None, "until": None} for i in range(60)]
    entries += [{"list": "SUSPICIOUS", "account": "suspicious", "certificate": "unused", "bank": None, "from": 1700000000000, "until": 1900000000000}]
    for number, (kind, body) in enumerate([("list.changed", {"police_order": 17, "order": "N17", "authority": "police", "entries": entries}), ("list.unknown", {"entries": []})]):
        server.store.rows("INSERT INTO message (id, endpoint, kind, object_kind, object, body, made_us, next_us, state)"
                          f" VALUES ({900000 + number}, 'lists', '{kind}', 'police_order', {17 + number}, '{json.dumps(body)}', {int(time.time() * 1000000)}, 0, 'WAITING')", change=True)
    server.wait(lambda: server.rows("SELECT id, state FROM message WHERE endpoint = 'lists' ORDER BY id") == [(900000, "DELIVERED"), (900001, "DEAD")])
    for list_, key, listed in (("police", "case 0", True), ("police", "case 59", True), ("punished", "holder 59", True), ("punished", "unused", False), ("grey", "suspicious", True)):
        entry = server.request("GET", f"/v1/lists/{list_}/entries/{key.replace(' ', '%20')}")[1]
        assert entry["listed"] == listed and (not listed or (entry["source"], entry["note"]) == ("order 17", "police N17")), entry
    assert server.rows("SELECT kind FROM message WHERE endpoint = 'page' AND kind = 'message.dead'") == [("message.dead",)]
    server.end()
    done = subprocess.run([bank.QIANTANG, "verify", "--data", server.data], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


# ---- endpoints ----

def test_endpoints_that_fail(folder):
    core = bank.Receiver(folder, "core")
    page = bank.Receiver(folder, "page")
    core.status = 503
    data = os.path.join(folder, "data")
    server = bank.Server(data, bank.make_pack(folder, hold_s=3600), store=new_store(folder), endpoints={"core": core.endpoint})
    server.send([bank.pay(2, bank.AMOUNT_S3)])
    problem = server.wait(lambda: server.state()["endpoints"]["core"]["problem"])
    assert problem.startswith("WH020"), problem
    core.status = 204
    server.wait(lambda: core.of("hold.held"), what="not sent again")
    # One that is refused is dead, and somebody is told; the endpoint for that is set while the server runs.
    core.status = 422
    server.send([bank.pay(3, bank.AMOUNT_S3)])
    server.wait(lambda: server.rows("SELECT 1 FROM message WHERE state = 'DEAD'"))
    with open(data + ".yaml", encoding="utf-8") as file:
        text = file.read()
    bank.write(data + ".yaml", text + f"    - {{name: page, url: \"{page.endpoint[0]}\", secret: {page.endpoint[1]}}}\n")
    server.process.send_signal(signal.SIGHUP)
    server.wait(lambda: page.of("message.dead"), what="nobody was told")
    (_, told), = page.of("message.dead")
    assert told["data"]["object_kind"] == "message" and "core hold.held" in told["data"]["problem"], told
    state = server.wait(lambda: (lambda state: state if state["endpoints"]["core"]["dead"] == 1 else None)(server.state()))
    assert state["endpoints"]["page"]["is_set"] and state["endpoints"]["police"]["waiting"] == 0, state
    server.end()
    # An address that cannot be is told at the start.
    bank.write(data + ".yaml", f"response: {{endpoints: [{{name: core, url: \"ftp://core\", secret: {core.secret}}}]}}\n")
    done = subprocess.run([bank.QIANTANG, "serve", "--config", data + ".yaml", "--data", data, "--port", "0"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "RS005" in done.stderr, (done.returncode, done.stderr)


# ---- kills ----

class Sender:
    """Sends payments in order, each until it is answered, to whichever server runs."""

    def __init__(self, records):
        self.records, self.at, self.server = records, 0, None
        self.over = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while self.at < len(self.records) and not self.over:
            server = self.server
            try:
                if server is None:
                    time.sleep(0.01)
                elif server.request("POST", "/v1/events", json.dumps(self.records[self.at]))[0] == 200:
                    self.at += 1
                    time.sleep(0.004)
            except (OSError, ValueError, EOFError):
                time.sleep(0.01)
            except Exception as error:  # a connection that broke in the middle of an answer
                if "http" not in type(error).__module__:
                    raise

    def join(self):
        self.thread.join()


def some_payments(count, seed=5):
    chance = random.Random(seed)
    amounts = [(number, chance.choice([100, 100, 100, 100, bank.AMOUNT_S3, bank.AMOUNT_S4])) for number in range(10, 10 + count)]
    # Whoever has a payment of S4 has no other alert: it would join, and what becomes of the other's hold would depend on which of them comes first.
    return [bank.pay(number, amount, customer=f"{'g' if amount == bank.AMOUNT_S4 else 'k'}{number % 40}", payee=f"q{number % 25}") for number, amount in amounts]


def outcome(server):
    """What has to be the same however often the server died."""
    # Of each hold and task what was said to whom, once.
    messages = server.rows("SELECT endpoint, kind, object_kind, object, COUNT(*) FROM message WHERE endpoint IN ('core', 'contact') GROUP BY 1, 2, 3, 4 HAVING COUNT(*) > 1")
    assert messages == [], messages
    assert server.rows("SELECT * FROM unread") == []
    timers = server.rows("SELECT kind, object FROM timer WHERE kind IN ('hold', 'run', 'task')")
    assert timers == [], timers
    return {"alerts": alerts_of(server), "holds": holds_of(server),
            "runs": server.rows("SELECT strategy, outcome, COUNT(*) FROM run GROUP BY 1, 2 ORDER BY 1, 2"),
            "engine": server.rows("SELECT kind, state, COUNT(*) FROM message WHERE endpoint = 'engine' GROUP BY 1, 2"),
            "movements": server.rows("SELECT COUNT(*), SUM(amount) FROM movement"),
            "controls": server.rows("SELECT target, measure, state FROM control ORDER BY 1, 2"),
            "timers": server.rows("SELECT kind, COUNT(*) FROM timer GROUP BY 1 ORDER BY 1"),
            "told": server.rows("SELECT endpoint, kind, COUNT(*) FROM message WHERE endpoint IN ('core', 'contact') GROUP BY 1, 2 ORDER BY 1, 2")}


def in_the_journal(data):
    """Numbers of the messages that entries of lists were made of."""
    found = []
    for path in sorted(pathlib.Path(data, "journal").glob("journal-*")):
        found += re.findall(rb'"source":"disposition (\d+)"', path.read_bytes())
    return [int(number) for number in found]


def settled(server):
    return not server.rows("SELECT 1 FROM hold WHERE state = 'HELD'") and not server.rows("SELECT 1 FROM message WHERE state = 'WAITING' AND endpoint IN ('core', 'contact', 'engine')") \
        and not server.rows("SELECT 1 FROM run WHERE state <> 'DONE'")


def run_through(folder, name, records, kills):
    core, contact = bank.Receiver(folder, name + "core"), bank.Receiver(folder, name + "contact")
    endpoints = {"core": core.endpoint, "contact": contact.endpoint}
    server = begin_active(folder, name, endpoints=endpoints)
    store = server.store.address if SERVER else None
    sender = Sender(records)
    sender.server = server
    chance = random.Random(kills)
    for _ in range(kills):
        time.sleep(chance.random() * 0.5)
        sender.server = None
        server.end(signal.SIGKILL)
        server = bank.Server(server.data, store=store, endpoints=endpoints)
        sender.server = server
    sender.join()
    server.wait_taken()
    server.wait(lambda: settled(server), what="not settled")
    result = outcome(server)
    listed = in_the_journal(server.data)
    assert len(listed) == len(set(listed)) == len(server.rows("SELECT 1 FROM message WHERE endpoint = 'engine'")), listed
    # What was to be told has arrived, however often it was sent.
    for receiver, endpoint in ((core, "core"), (contact, "contact")):
        told = {message["message"] for _, message in receiver.messages}
        assert told == {row[0] for row in server.rows(f"SELECT id FROM message WHERE endpoint = '{endpoint}'")}, endpoint
        assert receiver.refused == 0
    server.end()
    return result


def test_killed_again_and_again(folder):
    records = some_payments(400)
    undisturbed = run_through(folder, "calm", records, 0)
    assert len(undisturbed["holds"]) > 50 and len(undisturbed["controls"]) > 10 and undisturbed["engine"][0][2] > 10, (len(undisturbed["holds"]), undisturbed["engine"])
    killed = run_through(folder, "killed", records, KILLS)
    for part, rows in undisturbed.items():
        assert killed[part] == rows, (part, rows, killed[part])


# ---- the store goes away ----

class Load:
    """Payments from four clients as fast as they are answered."""

    def __init__(self, server, every=5):
        self.server, self.every, self.over = server, every, threading.Event()
        self.sent, self.alerting, self.problems, self.lock = 0, 0, [], threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(4)]
        for thread in self.threads:
            thread.start()

    def run(self, client):
        number = 1000 + client
        while not self.over.is_set():
            amount = bank.AMOUNT_S3 if number // 4 % self.every == 0 else 100
            try:
                status, _ = self.server.request("POST", "/v1/events", json.dumps(bank.pay(number, amount, customer=f"n{number}")))
            except OSError as error:
                status = error
            with self.lock:
                self.sent += 1
                self.alerting += amount != 100
                if status != 200:
                    self.problems.append(status)
            number += 4
            time.sleep(0.005)

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        assert not self.problems, self.problems[:5]


def away_and_back(server, take_away, bring_back):
    """While it is away everything is decided; afterwards every alert is there, once, and every hold."""
    server.wait(lambda: server.state()["mode"] == "on", 45, what="no store at the beginning")
    load = Load(server)
    server.wait(lambda: load.sent > 200 and server.state()["taken_sequence"] > 0)
    take_away()
    server.wait(lambda: server.state()["mode"] == "away", what="not noticed")
    before = load.sent
    time.sleep(2)
    assert load.sent > before + 50, (before, load.sent)
    state = server.state()
    assert state["lag_records"] > 0 and state["lag_ms"] > 500 and state["problem"], state
    metrics = server.request("GET", "/metrics", kind="text/plain")[1].decode()
    assert "qiantang_response_up 0" in metrics and re.search(r"qiantang_response_lag_records [1-9]", metrics), metrics[-500:]
    bring_back()
    server.wait(lambda: server.state()["mode"] == "on", 45, what="not back")
    load.end()
    server.wait_taken(400)  # on a machine that others use
    assert server.rows("SELECT COUNT(*), SUM(hits) FROM alert WHERE subject LIKE 'n%'") == [(load.alerting, load.alerting)], load.alerting
    assert server.rows("SELECT COUNT(*) FROM hold") == [(load.alerting,)]
    server.wait(lambda: not server.rows("SELECT 1 FROM hold WHERE state = 'HELD'"))
    assert server.rows("SELECT state, COUNT(*) FROM hold GROUP BY 1") == [("RELEASED", load.alerting)]
    assert server.rows("SELECT * FROM unread") == []
    said = server.said()
    assert said.count('"response_store_is_away"') == said.count('"response_store_is_back"') == 1, said


def test_the_store_goes_away(folder):
    store = new_store(folder)
    server = bank.Server(os.path.join(folder, "data"), bank.make_pack(folder), store=store)
    if SERVER:
        away_and_back(server, postgresql.stop, postgresql.start)
    else:
        names = ["response.db", "response.db-wal", "response.db-shm"]  # it goes first and comes last: what is half there is opened by nobody

        def move(source, target, names):
            for name in names:
                if os.path.exists(os.path.join(source, name)):
                    os.rename(os.path.join(source, name), os.path.join(target, name))
        os.mkdir(os.path.join(folder, "elsewhere"))
        away_and_back(server, lambda: move(server.data, os.path.join(folder, "elsewhere"), names), lambda: move(os.path.join(folder, "elsewhere"), server.data, names[::-1]))
    server.end()


def test_the_store_is_away_at_the_start(folder):
    store = new_store(folder)
    data = os.path.join(folder, "data")
    if SERVER:
        postgresql.stop()
    else:
        os.makedirs(os.path.join(data, "response.db"))  # a folder is no file
    server = bank.Server(data, bank.make_pack(folder), store=store)
    server.send([bank.pay(2, bank.AMOUNT_S3)])
    server.wait(lambda: server.state()["mode"] == "away")
    if SERVER:
        postgresql.start()
    else:
        os.rmdir(os.path.join(data, "response.db"))
    server.wait_taken(45)
    assert alerts_of(server) == [("c2", "VP", 3, 1, 1)]
    server.end()


def test_a_store_of_another_server(folder):
    pack = bank.make_pack(folder)
    store = new_store(folder) or f"sqlite:{folder}/shared.db"
    first = bank.Server(os.path.join(folder, "first"), pack, store=store)
    first.send([bank.pay(number, bank.AMOUNT_S3) for number in range(20)])
    first.wait_taken()
    second = bank.Server(os.path.join(folder, "second"), pack, store=store)
    state = second.wait(lambda: (lambda state: state if state["mode"] == "stopped" else None)(second.state()))
    assert state["problem"].startswith("RS008"), state
    second.send([bank.pay(number) for number in range(20)])  # and decides on
    # It has more records now: it is told by the place, which somebody else moves on.
    second.send([bank.pay(100 + number) for number in range(200)])
    second.end()
    second = bank.Server(os.path.join(folder, "second"), pack, store=store)
    second.wait_taken()
    first.send([bank.pay(50, bank.AMOUNT_S3)])
    state = first.wait(lambda: (lambda state: state if state["mode"] == "stopped" else None)(first.state()))
    assert state["problem"].startswith("RS003"), state
    first.end()
    second.end()


def test_a_password_comes_from_a_file(folder):
    if SERVER is None:
        return
    address = new_store(folder)
    name = address.split("/")[3].split("?")[0]
    store = bank.Store(SERVER)
    store.rows(f"CREATE ROLE keeper{name} LOGIN PASSWORD 'geheim#1'", change=True)
    store.rows(f"ALTER DATABASE {name} OWNER TO keeper{name}", change=True)
    bank.Store(address).rows(f"ALTER SCHEMA public OWNER TO keeper{name}", change=True)
    postgresql.ask_for_password(f"keeper{name}")
    own = address.replace("qiantang@", f"keeper{name}@")
    secret = os.path.join(folder, "pass word %")
    bank.write(secret, f"*:*:*:keeper{name}:geheim#1\n")
    os.chmod(secret, 0o600)
    data = os.path.join(folder, "data")
    server = bank.Server(data, bank.make_pack(folder), store=own)
    state = server.wait(lambda: (lambda state: state if state["mode"] == "away" else None)(server.state()))
    assert state["problem"].startswith("ST001"), state
    server.end()
    server = bank.Server(data, store=own, password_file=secret)
    server.wait_taken()
    server.end()
    with open(data + ".log", encoding="utf-8") as file:
        assert "geheim" not in file.read()


# ---- packs ----

def archive(pack, file=None, text=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(pathlib.Path(pack).rglob("*")):
            name = path.relative_to(pack).as_posix()
            if path.is_file():
                body = (text if name == file else path.read_text(encoding="utf-8")).encode()
                entry = tarfile.TarInfo(name)
                entry.size = len(body)
                tar.addfile(entry, io.BytesIO(body))
    return gzip.compress(out.getvalue())


class Person:
    def __init__(self, server, name, password=PASSWORD):
        self.server, self.cookie = server, None
        status, value, headers = self.ask("POST", "/v1/session", {"name": name, "password": password})
        assert status == 200, value
        self.cookie = headers["set-cookie"].split(";")[0]

    def ask(self, method, path, body=None, kind="application/json"):
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        sent = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.server.port}"} if self.cookie else {}
        if body is not None:
            sent["Content-Type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, json.loads(text), {name.lower(): value for name, value in reply.getheaders()}

    def expect(self, status, method, path, body=None, kind="application/json"):
        answer = self.ask(method, path, body, kind)
        assert answer[0] == status, answer
        return answer[1]


def make_people(server, names):
    """The first is made by nobody, who may everything on loopback; each has changed his first password."""
    people, maker = {}, None
    for name, role in names.items():
        body = json.dumps({"name": name, "roles": [role], "password": "first " + PASSWORD})
        status = server.request("POST", "/v1/users", body)[0] if maker is None else maker.ask("POST", "/v1/users", json.loads(body))[0]
        assert status == 200, (name, status)
        Person(server, name, "first " + PASSWORD).expect(200, "PUT", "/v1/session/password", {"old": "first " + PASSWORD, "new": PASSWORD})
        people[name] = Person(server, name)
        maker = maker or people[name]
    return people


def release(people, pack):
    """Through two hands; what the one who approves sees of strategies."""
    name = people["ann"].expect(200, "POST", "/v1/releases", archive(pack), "application/gzip")["name"]
    people["ann"].expect(200, "POST", f"/v1/releases/{name}/propose", {"note": "tests"})
    seen = people["bob"].expect(200, "GET", f"/v1/releases/{name}")["strategies"]
    people["bob"].expect(200, "POST", f"/v1/releases/{name}/approve", {"note": "fine"})
    people["bob"].expect(200, "POST", f"/v1/releases/{name}/release", {})
    return seen


def test_releases(folder):
    """A pack without a disposition switches the response off; strategies that do not compile are refused; those that have changed begin anew."""
    data = os.path.join(folder, "data")
    server = bank.Server(data, bank.make_pack(folder, "without", disposition=False), store=new_store(folder))
    people = make_people(server, {"zhao": "administrator", "ann": "model-author", "bob": "model-approver", "eve": "operator"})
    key = {"Authorization": "Bearer " + people["zhao"].expect(200, "POST", "/v1/keys", {"system": "core", "scopes": ["events:write"], "days": 3})["key"]}

    def send(record):
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("POST", "/v1/events", json.dumps(record), {"Content-Type": "application/json", **key})
        assert connection.getresponse().status == 200
        connection.close()

    def wait(holds):
        until = time.monotonic() + 120
        while not holds():
            assert time.monotonic() < until, (people["eve"].expect(200, "GET", "/v1/state")["response"], server.said())
            time.sleep(0.02)

    def mode():
        return people["eve"].expect(200, "GET", "/v1/state")["response"]["mode"]

    wait(lambda: mode() == "no_disposition")
    send(bank.pay(1, bank.AMOUNT_S3))
    assert SERVER or not os.path.exists(os.path.join(data, "response.db"))
    broken = bank.make_pack(folder, "broken", version=2)
    bank.write(os.path.join(broken, "strategies", "D-ASK.yaml"), bank.ASK.format(version=1, least=10000).replace("script: ASK", "script: AKS"))
    refused = people["ann"].expect(422, "POST", "/v1/releases", archive(broken), "application/gzip")
    assert refused["code"] == "pack_has_errors" and any(diag["file"].endswith("D-ASK.yaml") for diag in refused["diagnostics"]), refused
    seen = release(people, bank.make_pack(folder, "second", version=3))
    assert seen == {"disposition": True, "count": 2, "same": 0, "changed": [], "new": ["D-GREY", "D-ASK"], "gone": []}, seen
    wait(lambda: mode() == "on")
    send(bank.pay(2, bank.AMOUNT_S3))
    wait(lambda: len(alerts_of(server)) == 1)  # what was decided before the disposition is left alone
    assert alerts_of(server)[0][0] == "c2"
    seen = release(people, bank.make_pack(folder, "third", version=4, least=5000))
    assert seen == {"disposition": True, "count": 2, "same": 1, "changed": ["D-ASK"], "new": [], "gone": []}, seen
    send(bank.pay(3, bank.AMOUNT_S3))
    wait(lambda: len(alerts_of(server)) == 2)
    hashes = server.rows("SELECT strategy_hash, state FROM strategy_state WHERE strategy = 'D-ASK'")
    assert len(hashes) == 2 and all(state == "SHADOW" for _, state in hashes), hashes
    assert server.rows("SELECT * FROM unread") == []
    server.end()
    # A pack that is named at the first start has to compile too.
    done = subprocess.run([bank.QIANTANG, "serve", "--pack", broken, "--data", os.path.join(folder, "other"), "--port", "0"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "SV005" in done.stderr and "strategies" in done.stderr, done.stderr


# ---- nightly runs ----

def test_nightly_runs(folder):
    """What a nightly run finds joins or opens alerts; it moves no money, holds nothing and tells nobody of it."""
    data = os.path.join(folder, "data")
    store = new_store(folder)
    server = bank.Server(data, bank.make_pack(folder), store=store)
    server.send([bank.pay(number, amount, customer=f"c{number}") for number, amount in enumerate([100, bank.AMOUNT_NIGHT, bank.AMOUNT_NIGHT, bank.AMOUNT_S3])])
    server.wait_taken()
    assert [row[0] for row in alerts_of(server)] == ["c3"]
    server.end()
    time.sleep(0.01)
    done = subprocess.run([bank.QIANTANG, "batch", "--data", data, "--append", "--output", os.path.join(folder, "out")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    server = bank.Server(data, store=store)
    server.wait_taken()
    assert [row[:4] for row in alerts_of(server)] == [("c1", "VP", 2, 1), ("c2", "VP", 2, 1), ("c3", "VP", 3, 1)], alerts_of(server)
    assert server.rows("SELECT COUNT(*) FROM movement") == [(4,)]
    assert server.rows("SELECT amount_sum, money_here FROM alert WHERE subject = 'c1'") == [(bank.AMOUNT_NIGHT, 0)]
    assert holds_of(server) == [("e3", "RELEASED")] or holds_of(server) == [("e3", "HELD")]
    server.end()


# ---- backups ----

def test_backup_and_restore(folder):
    if SERVER:
        return  # of a server that is pg_dump's; docs/operations/backup.md
    data, to, back = (os.path.join(folder, name) for name in ("data", "backup", "back"))
    server = bank.Server(data, bank.make_pack(folder))
    load = Load(server)
    server.wait(lambda: load.sent > 150)
    for _ in range(2):  # the second is brought up to date
        done = subprocess.run([bank.QIANTANG, "backup", "--data", data, "--to", to], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
    with open(os.path.join(to, "backup.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    assert "response.db" in [file["path"] for file in manifest["files"]]
    assert sorted(name for name in os.listdir(to) if name.startswith("response")) == ["response.db"]
    load.end()
    server.wait_taken(180)  # on a machine that others use
    server.end()
    for arguments in (["--check"], ["--data", back]):
        done = subprocess.run([bank.QIANTANG, "restore", "--from", to, *arguments], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
    restored = bank.Server(back)
    restored.wait_taken()
    # It knows what the journal of the backup knows, no more and no less, and each of its alerts is one of the server's.
    count, = restored.rows("SELECT COUNT(*) FROM alert")[0]
    store = bank.Store(f"sqlite:{data}/response.db")
    assert 0 < count <= store.rows("SELECT COUNT(*) FROM alert")[0][0]
    only = set(restored.rows("SELECT id, subject FROM alert")) - set(store.rows("SELECT id, subject FROM alert"))
    assert not only, only
    durable = restored.request("GET", "/v1/state")[1]["durable_sequence"]
    assert restored.rows("SELECT COUNT(*) FROM movement") == [(durable // 2,)], (durable, restored.rows("SELECT COUNT(*) FROM movement"))
    restored.send([bank.pay(7, bank.AMOUNT_S3, customer="afterwards")])
    restored.wait(lambda: restored.rows("SELECT 1 FROM alert WHERE subject = 'afterwards'"))
    restored.end()
    # A copy that is damaged is told.
    with open(os.path.join(to, "response.db"), "r+b") as file:
        file.seek(5000)
        file.write(b"damaged")
    done = subprocess.run([bank.QIANTANG, "restore", "--from", to, "--check"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "BU007" in done.stderr, done.stderr


# ---- a journal that was moved away ----

def test_segments_stay_until_they_are_read(folder):
    """What the store has not taken stays in the journal's folder, though an archive is set; and a record that is in neither stops the response, and is gone on with when it is back."""
    data, archive_folder = os.path.join(folder, "data"), os.path.join(folder, "archive")
    os.mkdir(archive_folder)
    settings = f"journal: {{segment_bytes: 8 MiB, archive: {archive_folder}, keep_snapshots: 1}}\n"
    store = new_store(folder)
    server = bank.Server(data, bank.make_pack(folder), store=store, settings=settings)
    server.send([bank.pay(2, bank.AMOUNT_S3)])
    server.wait_taken()
    server.end()
    if SERVER:
        postgresql.stop()
    else:
        os.rename(os.path.join(data, "response.db"), os.path.join(folder, "away.db"))
        os.makedirs(os.path.join(data, "response.db"))
    server = bank.Server(data, store=store, settings=settings)
    for part in range(12):
        server.send([bank.pay(1000 + part * 2000 + number) for number in range(2000)])
    server.send([bank.pay(3, bank.AMOUNT_S3)])
    server.end()
    if SERVER:
        postgresql.start()
    else:
        os.rmdir(os.path.join(data, "response.db"))
        os.rename(os.path.join(folder, "away.db"), os.path.join(data, "response.db"))
    segments = sorted(name for name in os.listdir(os.path.join(data, "journal")) if name.startswith("journal-"))
    assert len(segments) > 1, segments
    # Moved away by hand: without it nothing goes on.
    shutil.move(os.path.join(data, "journal", segments[0]), os.path.join(folder, segments[0]))
    server = bank.Server(data, store=store, settings=settings)
    state = server.wait(lambda: (lambda state: state if state["mode"] == "away" else None)(server.state()))
    assert state["problem"].startswith("RS004"), state
    shutil.move(os.path.join(folder, segments[0]), os.path.join(archive_folder, segments[0]))
    server.wait_taken(45)
    assert [row[0] for row in alerts_of(server)] == ["c2", "c3"]
    assert server.rows("SELECT COUNT(*) FROM movement") == [(24002,)]
    server.end()


cases.run(globals(), sys.argv[2:], fails=(AssertionError, subprocess.TimeoutExpired))
