#!/usr/bin/env python3
"""What was decided long ago: an event that comes again later than the pack remembers gets the answer it had and counts once, also when a restart lies between and
when its segment of the journal was moved away.

Usage: past_test.py QIANTANG PACKS_FOLDER
The server listens on loopback at a port that the system chooses. The last line is "N passed, N failed".
"""
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

import cases

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
T0 = 1795420800000
REMEMBERED = 1024
CONFIG = """
decisions: {default_budget: 1 min, overload_wait: 1 min}
journal: {segment_bytes: 8 MiB, durability: async%s}
"""


def pay(number, **more):
    return {"event_id": f"e{number}", "event_type": "pay", "event_time": T0 + number * 10, "phase": "REQUEST", "account": f"a{number % 50}", "payee": "p",
            "amount": 6000000 if number % 5 == 0 else 100, **more}


class Server:
    def __init__(self, folder, archive=None):
        self.data, self.pack = os.path.join(folder, "data"), os.path.join(folder, "pack")
        if not os.path.exists(self.pack):
            shutil.copytree(os.path.join(PACKS, "payments"), self.pack)
            with open(os.path.join(self.pack, "pack.yaml"), "a") as file:
                file.write(f"remember: {REMEMBERED}\n")
        path = os.path.join(folder, "settings.yaml")
        pathlib.Path(path).write_text(CONFIG % (f", archive: {archive}" if archive else ""))
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", path, "--pack", self.pack, "--data", self.data, "--port", "0"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise AssertionError("it did not start")

    def ask(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, text, dict(reply.getheaders())

    def event(self, event):
        return self.ask("POST", "/v1/events", json.dumps(event))

    def lines(self, events):
        status, text, _ = self.ask("POST", "/v1/records", "".join(json.dumps(event) + "\n" for event in events), "application/x-ndjson")
        assert status == 200, (status, text[:300])
        return text.splitlines(keepends=True)

    def figure(self, name):
        text = self.ask("GET", "/metrics")[1].decode()
        return next(float(line.split(" ")[1]) for line in text.splitlines() if line.startswith(name + " "))

    def snapshot(self, made):
        assert self.ask("POST", "/v1/snapshots")[0] == 202
        while json.loads(self.ask("GET", "/v1/snapshots")[1])["made"] < made:
            threading.Event().wait(0.02)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process.stdout.close()
        assert code == (0 if how == signal.SIGTERM else -how), code


def is_known(server, number, answer):
    status, text, headers = server.event(pay(number))
    assert status == 200 and text == answer, (status, text, answer)
    assert headers.get("Qiantang-Known") == "true", headers


def test_an_event_that_was_forgotten_counts_once(folder):
    server = Server(folder)
    first = server.lines([pay(i) for i in range(3 * REMEMBERED)])
    assert server.figure('qiantang_looked_up_events_total{found="new"}') == 0   # what comes in its order is not looked up
    for number in (0, 1, 700, 2 * REMEMBERED - 1):
        is_known(server, number, first[number])
    again = server.lines([pay(i) for i in range(200, 300)])   # in a batch, in their order
    assert again == first[200:300]
    # Late and new: decided.
    status, text, headers = server.event(pay(5, event_id="late"))
    assert status == 200 and json.loads(text)["event_id"] == "late" and "Qiantang-Known" not in headers
    assert server.figure('qiantang_looked_up_events_total{found="known"}') == 104 and server.figure('qiantang_looked_up_events_total{found="new"}') == 1
    decided = json.loads(server.ask("GET", "/readyz")[1])["decided"]
    assert decided == 3 * REMEMBERED + 1, decided
    server.end(signal.SIGKILL)
    server = Server(folder)
    is_known(server, 2, first[2])
    server.end()
    server = Server(folder)   # from a snapshot
    is_known(server, 3, first[3])
    server.event(pay(4 * REMEMBERED))
    is_known(server, 4, first[4])
    server.end()
    shutil.rmtree(os.path.join(folder, "data", "index"))   # made again from the journal
    server = Server(folder)
    is_known(server, 6, first[6])
    server.end()
    done = subprocess.run([QIANTANG, "verify", "--data", os.path.join(folder, "data")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and f"{3 * REMEMBERED + 2} decisions" in done.stdout, done.stdout + done.stderr


def test_a_segment_that_was_moved_away(folder):
    archive = os.path.join(folder, "archive")
    os.mkdir(archive)
    server = Server(folder, archive)
    first = server.lines([pay(i) for i in range(1000)])
    number, made = 1000, 0
    server.ask("POST", "/v1/feedback", json.dumps({"event_id": "e0", "label": "TEST"}))
    while not os.listdir(archive):
        for _ in range(3):
            server.lines([pay(i, account=f"a{i % 50}", customer="c" * 32, channel="MOBILE") for i in range(number, number + 5000)])
            number += 5000
        for _ in range(3):   # older ones go, and with the oldest the segments before it
            made += 1
            server.event(pay(number))
            number += 1
            server.snapshot(made)
        assert number < 200000
    is_known(server, 0, first[0])   # read where it is now
    status, text, _ = server.ask("GET", "/v1/decisions/e0")
    assert status == 200 and json.loads(text)["labels"][0]["label"] == "TEST", text
    moved = os.path.join(folder, "elsewhere")
    os.rename(archive, moved)
    os.mkdir(archive)
    status, text, _ = server.ask("GET", "/v1/decisions/e0")
    problem = json.loads(text)
    assert status == 410 and problem["code"] == "decision_archived" and archive in problem["detail"] and "SV012" in problem["detail"], text
    status, text, _ = server.event(pay(0))
    assert status == 409 and json.loads(text)["code"] == "decided_elsewhere", text
    server.end()
    server = Server(folder, archive)   # the index goes on to know it
    status, text, _ = server.event(pay(0))
    assert status == 409 and json.loads(text)["code"] == "decided_elsewhere", text
    os.rmdir(archive)
    os.rename(moved, archive)
    is_known(server, 0, first[0])
    server.end()
    shutil.rmtree(os.path.join(folder, "data", "index"))   # made again, of the archive too
    server = Server(folder, archive)
    is_known(server, 0, first[0])
    assert json.loads(server.ask("GET", "/readyz")[1])["decided"] == 0
    server.end()


cases.run(globals())
