#!/usr/bin/env python3
"""Settings that count at any time: after SIGHUP each of them counts, nothing stops meanwhile, and a file with mistakes changes nothing.

Usage: reload_test.py QIANTANG PACKS_FOLDER
The server listens on loopback at a port that the system chooses. The last line is "N passed, N failed".

That settings were read is awaited as a service manager does, on $NOTIFY_SOCKET: equal lines of the log are folded for ten seconds. What the log says of it is
counted when the server ends.
"""
import http.client
import json
import os
import pathlib
import queue
import re
import signal
import socket
import subprocess
import sys
import threading

import cases

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PACK = os.path.join(PACKS, "payments")
T0 = 1795420800000
PASSWORD = "correct horse battery"
RELOADED = ("settings_read_again", "settings_not_read", "settings_need_a_start")
SMALL = "journal: {segment_bytes: 8 MiB}\n"   # a new folder begins with two of them made of zeros
PATIENT = SMALL + "decisions: {default_budget: 1 min, overload_wait: 1 min}\n"
BRAKE = "brake: {rules: [{name: stops, over: model, actions: [DELAY, REJECT], share_max: 1 %, count_min: 2, window: 1 h, then: THEN, hold: 1 h, instead: PASS}]}\n"


class Server:
    def __init__(self, data, config=PATIENT):
        self.data, self.number = data, 0
        self.path = os.path.join(data, "settings.yaml")
        self.write(config)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(f"\0qiantang-reload-{os.getpid()}-{id(self)}")
        self.manager.settimeout(60)
        environment = {**os.environ, "NOTIFY_SOCKET": "@" + self.manager.getsockname()[1:].decode()}
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", self.path, "--data", data, "--port", "0"] + ([] if os.path.exists(data + "/journal") else ["--pack", PACK]),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.log, self.seen, self.mark, self.reloads = queue.Queue(), [], 0, {event: 0 for event in RELOADED}
        self.pumping = threading.Thread(target=self.pump, daemon=True)
        self.pumping.start()
        for line in self.process.stdout:
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                self.wait_ready()
                return
        raise AssertionError("it did not start")

    def wait_ready(self):
        while b"READY=1" not in self.manager.recv(65536).split(b"\n"):
            pass

    def write(self, config):
        pathlib.Path(self.path).write_text(config)

    def pump(self):
        for line in self.process.stderr:
            self.log.put(line)

    def wait_for(self, *events):
        """The line of the log with one of these events, since the settings were last read."""
        at = self.mark
        while True:
            while at == len(self.seen):
                self.seen.append(self.log.get(timeout=60))
            at += 1
            if any(f'"{event}"' in self.seen[at - 1] for event in events):
                return self.seen[at - 1]

    def reload(self, config, event="settings_read_again"):
        while not self.log.empty():
            self.seen.append(self.log.get())
        self.mark = len(self.seen)
        self.write(config)
        self.process.send_signal(signal.SIGHUP)
        self.wait_ready()
        self.reloads[event] += 1
        self.reloads["settings_read_again"] += event == "settings_need_a_start"   # the others of that file count

    def check_log(self):
        """Each reading came to what it was to come to."""
        self.pumping.join(60)
        while not self.log.empty():
            self.seen.append(self.log.get())
        found = {event: 0 for event in RELOADED}
        for line in self.seen:
            event = next((event for event in RELOADED if f'"{event}"' in line), None)
            if event:
                repeated = re.search(r'"repeated":(\d+)', line)
                found[event] += int(repeated[1]) if repeated else 1
        assert found == self.reloads, (found, self.reloads)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        reply = connection.getresponse()
        text = reply.read()
        self.headers = {name.lower(): value for name, value in reply.getheaders()}
        connection.close()
        return reply.status, text

    def pay(self, amount=100, headers=None):
        self.number += 1
        status, text = self.ask("POST", "/v1/events", {"event_id": f"e{self.number}", "event_type": "pay", "event_time": T0 + self.number, "phase": "REQUEST",
                                                        "account": "a", "payee": "p", "amount": amount}, headers)
        assert status == 200, text
        return json.loads(text)

    def figure(self, name):
        status, text = self.ask("GET", "/metrics")
        assert status == 200, text
        return next((float(line.rsplit(" ", 1)[1]) for line in text.decode().splitlines() if line.startswith(name + " ")), 0)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.process.stdout.close()
        self.manager.close()
        assert code == 0, code
        self.check_log()


def test_budgets(folder):
    server = Server(folder)
    server.pay()
    tight = SMALL + "decisions: {default_budget: 1 min, overload_wait: 1 min, margin: 999 us, budgets: [{event_type: pay, budget: 1 ms}]}\n"   # leaves 1 us
    server.reload(tight)
    for _ in range(20):
        server.pay()
    few = 'qiantang_decisions_total{action="PASS",effort="rules"}'
    some = server.figure(few)
    assert some >= 10, some
    server.reload(PATIENT)
    server.pay()
    before = server.figure(few)
    for _ in range(10):
        server.pay()
    assert server.figure(few) == before
    server.end()


def test_brakes(folder):
    server = Server(folder)
    for _ in range(3):
        assert server.pay(6000000)["action"] == "DELAY"
    server.reload(PATIENT + BRAKE.replace("THEN", "review"))
    for _ in range(4):
        server.pay(6000000)
    assert server.pay(6000000)["action"] == "PASS"   # held
    brakes = json.loads(server.ask("GET", "/v1/brakes")[1])
    assert brakes["holding"] == 1 and len(brakes["brakes"]) == 1, brakes
    server.reload(PATIENT + BRAKE.replace("THEN", "review") + "log: {level: debug}\n")   # the same rule: it goes on holding
    assert server.pay(6000000)["action"] == "PASS"
    server.reload(PATIENT)
    server.wait_for("brake_lets_go")
    assert server.pay(6000000)["action"] == "DELAY"
    brakes = json.loads(server.ask("GET", "/v1/brakes")[1])
    assert brakes["holding"] == 0 and brakes["brakes"] == [], brakes
    server.end()
    done = subprocess.run([QIANTANG, "verify", "--data", folder], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_freeze_stands_after_a_restart(folder):
    config = PATIENT + BRAKE.replace("THEN", "freeze")
    server = Server(folder, config)
    for _ in range(4):
        server.pay(6000000)
    assert server.pay(6000000)["action"] == "DELAY"   # it holds releases, and no decision
    for how in ("killed", "with a snapshot"):
        brakes = json.loads(server.ask("GET", "/v1/brakes")[1])
        assert brakes["releases_frozen"] and brakes["holding"] == 1 and brakes["brakes"][0]["rule"] == "stops", (how, brakes)
        assert server.figure('qiantang_brake_tripped{rule="stops"}') == 1
        if how == "killed":
            server.process.kill()
            server.process.wait(60)
            server.process.stdout.close()
            server.manager.close()
        else:
            server.end()
        server = Server(folder, config)
        number, server.number = server.number, 100 if how == "killed" else 200
        assert server.pay(6000000)["action"] == "DELAY"
    key = json.loads(server.ask("GET", "/v1/brakes")[1])["brakes"][0]["key"]
    assert server.ask("POST", f"/v1/brakes/stops/{key}/release", {"note": "looked at"})[0] == 200
    brakes = json.loads(server.ask("GET", "/v1/brakes")[1])
    assert not brakes["releases_frozen"] and brakes["holding"] == 0 and brakes["brakes"] == [], brakes
    server.end()
    server = Server(folder, config)
    assert not json.loads(server.ask("GET", "/v1/brakes")[1])["releases_frozen"]
    # A rule that is taken out of the settings lets go.
    server.number = 300
    for _ in range(4):
        server.pay(6000000)
    assert json.loads(server.ask("GET", "/v1/brakes")[1])["releases_frozen"]
    server.reload(PATIENT)
    server.wait_for("brake_lets_go")
    assert not json.loads(server.ask("GET", "/v1/brakes")[1])["releases_frozen"]
    server.end()
    done = subprocess.run([QIANTANG, "verify", "--data", folder], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nightly_runs(folder):
    server = Server(folder)
    server.pay()
    nights = os.path.join(folder, "night")
    assert not os.path.exists(nights)
    server.reload(PATIENT + "batch: {pace: 100 %, runs: [{name: often, every: 1 min}]}\n")
    for _ in range(1000):   # its thread makes it first of all
        if os.path.exists(nights):
            break
        threading.Event().wait(0.02)
    assert os.path.exists(nights)
    server.reload(PATIENT)
    server.pay()
    server.end()


def test_access_releases_log_and_metrics(folder):
    server = Server(folder)
    def sign_in(password, name="zhao"):
        status, _ = server.ask("POST", "/v1/session", {"name": name, "password": password})
        return status, {"Cookie": server.headers.get("set-cookie", "").split(";")[0], "Origin": f"http://127.0.0.1:{server.port}"}

    def begin(name, role, who=None):
        assert server.ask("POST", "/v1/users", {"name": name, "roles": [role], "password": "first " + PASSWORD}, who)[0] == 200
        assert server.ask("PUT", "/v1/session/password", {"old": "first " + PASSWORD, "new": PASSWORD}, sign_in("first " + PASSWORD, name)[1])[0] == 200
        return sign_in(PASSWORD, name)[1]

    who = begin("zhao", "administrator")
    author = begin("ann", "model-author", who)
    key = {"system": "core", "scopes": ["events:write"], "days": 30, "rate": 1000}
    status, text = server.ask("POST", "/v1/keys", key, who)
    assert status == 200, text
    sent = {"Authorization": "Bearer " + json.loads(text)["key"]}
    for _ in range(10):
        server.pay(headers=sent)
    assert server.ask("GET", "/metrics")[0] == 401
    name = json.loads(server.ask("GET", "/v1/releases", None, author)[1])["releases"][0]["name"]
    status, text = server.ask("POST", f"/v1/releases/{name}/try", {}, author)
    assert status == 200 and json.loads(text)["trial"]["events"] == 10, text[-600:]
    server.reload(PATIENT + "access: {key_days_max: 10, login_delay_first: 1 min}\nmetrics: {public: true}\nreleases: {try_records: 3}\n")
    assert server.ask("GET", "/metrics")[0] == 200
    got = server.ask("POST", "/v1/keys", key, who)
    assert got[0] == 422, got
    assert server.ask("POST", "/v1/keys", {**key, "days": 10}, who)[0] == 200
    status, text = server.ask("POST", f"/v1/releases/{name}/try", {}, author)
    assert status == 200 and json.loads(text)["trial"]["events"] == 3, text
    for _ in range(5):
        sign_in("wrong " + PASSWORD)
    assert sign_in(PASSWORD)[0] == 429 and 50 <= int(server.headers["retry-after"]) <= 60, server.headers
    server.reload(PATIENT)
    assert server.ask("GET", "/metrics")[0] == 401
    server.end()


def test_a_bad_file_changes_nothing_and_nothing_stops(folder):
    server = Server(folder, PATIENT + "metrics: {public: true}\n")
    over, failures, counts, answered = threading.Event(), [], [0, 0], threading.Condition()

    def load(which):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        while not over.is_set():
            number = 2 * counts[which] + which
            connection.request("POST", "/v1/events", json.dumps({"event_id": f"l{number}", "event_type": "pay", "event_time": T0 + number, "phase": "REQUEST",
                                                                 "account": "a", "payee": "p", "amount": 100}), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            text = reply.read()
            with answered:
                if reply.status != 200:
                    failures.append(text)
                counts[which] += 1
                answered.notify()
        connection.close()

    def both_go_on():
        with answered:
            before = list(counts)
            assert answered.wait_for(lambda: all(now > then + 1 for now, then in zip(counts, before)), 60), (before, counts)

    threads = [threading.Thread(target=load, args=(which,), daemon=True) for which in (0, 1)]
    for thread in threads:
        thread.start()
    both_go_on()
    for round_ in range(10):
        server.reload("decisions: {default_budget: 3 parsecs}\nnothing: 1\n", "settings_not_read")
        both_go_on()
        server.reload(PATIENT + BRAKE.replace("THEN", "review" if round_ % 2 else "alarm"))
        both_go_on()
    server.reload(PATIENT + "server: {port: 1}\nsnapshots: {every: 1 h}\n", "settings_need_a_start")
    line = server.wait_for("settings_need_a_start")
    assert "server.port" not in line or "snapshots.every" in line, line
    over.set()
    for thread in threads:
        thread.join()
    assert failures == [], failures[:1]
    assert json.loads(server.ask("GET", "/readyz")[1])["decided"] == sum(counts)
    assert server.ask("GET", "/v1/brakes")[0] == 200
    server.end()
    done = subprocess.run([QIANTANG, "audit", "list", "--data", folder], capture_output=True, text=True, timeout=60)
    assert done.stdout.count("settings") == 11, done.stdout
    done = subprocess.run([QIANTANG, "verify", "--data", folder], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


cases.run(globals(), sys.argv[3:], (AssertionError, queue.Empty))
