#!/usr/bin/env python3
"""What acknowledged events are worth: the server killed at random moments under load, and a disk that fails under it.

Usage: disaster_test.py QIANTANG PACKS_FOLDER [FAILING_DISK_LIBRARY]
QIANTANG_KILLS says how many kills (default 12). The last line is "N passed, N failed".
"""
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
LIBRARY = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else None
PACK = os.path.join(PACKS, "payments")
T0 = 1795420800000
KILLS = int(os.environ.get("QIANTANG_KILLS", "12"))
CONFIG = """
decisions: {default_budget: 1 min, overload_wait: 1 min}
snapshots: {every: 1 s, every_records: 300}
journal: {segment_bytes: 8 MiB}
log: {level: error}
"""


def pay(number):
    return {"event_id": f"e{number}", "event_type": "pay", "event_time": T0 + number, "phase": "REQUEST", "account": f"a{number % 5}", "payee": "p",
            "amount": 6000000 if number % 7 == 0 else 100}


class Server:
    def __init__(self, data, trouble=None):
        config = os.path.join(data, "settings.yaml")
        with open(config, "w") as file:
            file.write(CONFIG)
        environment = dict(os.environ)
        if trouble is not None:
            environment |= {"LD_PRELOAD": LIBRARY, "FAILING_DISK": trouble}
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", config, "--pack", PACK, "--data", data, "--port", "0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=environment)
        self.port = None
        for line in self.process.stdout:
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                return

    def end(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait(120)
        self.process.stdout.close()


class Senders:
    """Four clients that send as fast as they are answered, until the server is gone or says that it keeps nothing more."""

    def __init__(self, port, first, acknowledged):
        self.port, self.acknowledged = port, acknowledged
        self.over, self.lock, self.refusals = threading.Event(), threading.Lock(), set()
        self.threads = [threading.Thread(target=self.send, args=(first + i,)) for i in range(4)]
        for thread in self.threads:
            thread.start()

    def send(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.over.is_set():
            try:
                connection.request("POST", "/v1/events", json.dumps(pay(number)), {"Content-Type": "application/json"})
                reply = connection.getresponse()
                text = reply.read()
            except (OSError, http.client.HTTPException):
                return
            if reply.status != 200:
                with self.lock:
                    self.refusals.add((reply.status, json.loads(text)["code"]))
                return
            with self.lock:
                self.acknowledged[number] = text
            number += 4

    def wait(self, wanted):
        while len(self.acknowledged) < wanted and any(thread.is_alive() for thread in self.threads):
            self.threads[0].join(0.002)

    def join(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


def check(data, acknowledged):
    """Everything that was acknowledged is there with the bytes that were answered, once, and the whole comes out again as in a run without any of it."""
    server = Server(data)
    assert server.port is not None
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for number, answer in acknowledged.items():
        connection.request("POST", "/v1/events", json.dumps(pay(number)), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        assert (reply.status, reply.read()) == (200, answer), (number, answer)
        assert reply.headers["Qiantang-Known"] == "true", number
    connection.close()
    server.end(signal.SIGTERM)
    done = subprocess.run([QIANTANG, "verify", "--data", data], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "all came out again" in done.stdout, (done.stdout, done.stderr)
    assert int(done.stdout.split(", ")[1].split()[0]) >= len(acknowledged), (done.stdout, len(acknowledged))


def test_killed_under_load(data):
    chance = random.Random(7)
    acknowledged = {}
    for round_ in range(KILLS):
        server = Server(data)
        senders = Senders(server.port, round_ * 1000000, acknowledged)
        senders.wait(len(acknowledged) + chance.randrange(5, 200))
        server.end()
        senders.join()
        assert not senders.refusals, senders.refusals
    assert len(acknowledged) > 5 * KILLS, len(acknowledged)
    check(data, acknowledged)


def trouble(kind, refusal, passes, enough=3000):
    def test(data):
        acknowledged = {}
        Server(data).end(signal.SIGTERM)
        for round_, count in enumerate(passes):
            server = Server(data, f"{kind}:{count}")
            if server.port is None:   # it failed while it started: that is told, and nothing was answered
                assert server.process.wait(60) not in (0, None)
                continue
            senders = Senders(server.port, round_ * 1000000, acknowledged)
            senders.wait(len(acknowledged) + enough)
            senders.join()
            assert senders.refusals == {refusal}, (senders.refusals, len(acknowledged))
            server.end()
        check(data, acknowledged)
    return test


tests = {"killed_under_load": test_killed_under_load}
if LIBRARY is not None:
    for kind in ("write", "short", "sync"):
        tests[f"disk_fails_{kind}"] = trouble(kind, (503, "journal_failed"), (3, 17, 60, 130, 251))
    # The segment at hand and the next one are used up, then nothing more is decided.
    tests["disk_is_full"] = trouble("full", (507, "no_room"), (0,), 30000)

passed = failed = 0
for name, test in tests.items():
    with tempfile.TemporaryDirectory() as folder:
        try:
            test(folder)
            passed += 1
        except AssertionError as error:
            failed += 1
            print(f"{name}: {error!r}", file=sys.stderr)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
