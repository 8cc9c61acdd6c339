#!/usr/bin/env python3
"""The server as a whole: answers, what it refuses, and what is left after it was killed.

Usage: serve_test.py QIANTANG PACKS_FOLDER
The server listens on loopback at a port that the system chooses, and ends with the test. The last line is "N passed, N failed".
"""
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import cases

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PACK = os.path.join(PACKS, "payments")
T0 = 1795420800000
# Time enough on a machine that does a hundred other things: what is decided then is what a replay decides. And snapshots all the time.
CONFIG = """
decisions: {default_budget: 1 min, overload_wait: 1 min}
journal: {segment_bytes: 8 MiB}
snapshots: {every: 1 s, every_records: 500}
"""


def pay(event_id, at, amount=10000, **more):
    return {"event_id": event_id, "event_type": "pay", "event_time": T0 + at, "phase": "REQUEST", "account": "a", "payee": "p",
            "amount": amount, **more}


class Server:
    def __init__(self, data, pack=PACK, config=CONFIG):
        path = os.path.join(data, "settings.yaml")
        with open(path, "w") as file:
            file.write(config)
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", path, "--pack", pack, "--data", data, "--port", "0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise AssertionError(self.said, self.process.stderr.read())

    def ask(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, text

    def event(self, event):
        return self.ask("POST", "/v1/events", json.dumps(event))

    def lines(self, records):
        status, text = self.ask("POST", "/v1/records", "".join(json.dumps(record) + "\n" for record in records), "application/x-ndjson")
        assert status == 200, (status, text)
        return text.splitlines(keepends=True)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(60)
        log = self.process.stderr.read()
        assert code == (0 if how == signal.SIGTERM else -how), (code, log)
        self.process.stdout.close()
        self.process.stderr.close()
        return log.splitlines()


def replay(records):
    """The decisions of a replay of the same records: one line each."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = os.path.join(folder, "in.ndjson"), os.path.join(folder, "out.ndjson")
        with open(path, "w") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
        done = subprocess.run([QIANTANG, "replay", "--quiet", "--pack", PACK, "--input", path, "--decisions", out,
                               "--dead-letters", os.path.join(folder, "dead")], capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        with open(out, "rb") as file:
            return file.read().splitlines(keepends=True)


def verify(data, code=0):
    done = subprocess.run([QIANTANG, "verify", "--data", data], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def test_answers_are_those_of_a_replay(folder):
    server = Server(folder)
    events = [pay(str(i), i * 1000, 6000000 if i % 3 == 0 else 100, account=f"a{i % 2}") for i in range(20)]
    change = {"$list": "bad_payee", "op": "add", "key": "p", "time": T0}
    got = [server.event(event) for event in events[:10]]
    assert all(status == 200 for status, _ in got), got
    status, text = server.event(change)
    assert (status, text) == (200, b'{"changed":true}\n')
    many = server.lines(events[10:])
    assert [text for _, text in got] + many == replay(events[:10] + [change] + events[10:])
    # The same id: the same answer.
    assert server.event(events[0])[1] == got[0][1] and server.event({**events[0], "amount": 1})[1] == got[0][1]
    server.end()
    assert "all came out again" in verify(folder)


def test_what_is_refused(folder):
    server = Server(folder)
    status, text = server.event({"event_id": "x"})
    problem = json.loads(text)
    assert status == 422 and problem["code"] == "record_refused" and "IN0" in problem["detail"], text
    assert server.ask("POST", "/v1/events", "{")[0] == 422
    assert server.ask("POST", "/v1/events", "{}", "text/plain")[0] == 415
    assert server.ask("GET", "/v1/events")[0] == 405 and server.ask("GET", "/nothing")[0] == 404
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/v1/events")
    for header in (("Content-Type", "application/json"), ("Content-Length", str(2 << 20))):
        connection.putheader(*header)
    connection.endheaders()   # refused before a byte of it is sent
    assert connection.getresponse().status == 413
    connection.close()
    lines = server.lines([pay("1", 0), {"event_id": "bad"}, pay("2", 1), {"$list": "nothing", "op": "add", "key": "k"}])
    assert [json.loads(line).get("code") for line in lines] == [None, "record_refused", None, "record_refused"], lines
    assert server.ask("POST", "/v1/records", "\n", "application/x-ndjson")[0] == 422
    assert server.ask("GET", "/healthz")[0] == 200
    state = json.loads(server.ask("GET", "/readyz")[1])
    assert state["decided"] == 2 and state["refused"] >= 4, state
    server.end()


def test_goes_on_from_a_snapshot(folder):
    server = Server(folder)
    first = server.lines([pay(str(i), i * 1000, account="a1") for i in range(5)])
    server.end()
    server = Server(folder)
    assert "replayed 0 records" in server.said[0], server.said
    second = server.lines([pay(str(i), i * 1000, account="a1", channel="MOBILE") for i in range(5, 10)])
    assert first + second == replay([pay(str(i), i * 1000, account="a1", **({"channel": "MOBILE"} if i >= 5 else {})) for i in range(10)])
    server.end()
    assert "10 decisions" in verify(folder)


def test_a_damaged_snapshot_is_told_and_an_older_one_taken(folder):
    for i in range(2):
        server = Server(folder)
        server.lines([pay(f"{i}-{k}", (i * 5 + k) * 1000, account="a1") for k in range(5)])
        server.end()
    journal = pathlib.Path(folder, "journal")
    newest = max(journal.glob("snapshot-*"))
    with open(newest, "r+b") as file:
        file.seek(newest.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    server = Server(folder)
    assert "replayed 10 records" in server.said[0], server.said
    server.lines([pay("last", 20000, account="a1")])
    told = [json.loads(line) for line in server.end() if "snapshot_damaged" in line]
    assert len(told) == 1 and told[0]["level"] == "warning" and told[0]["file"].endswith(newest.name) and told[0]["code"].startswith("JO04"), told
    assert "11 decisions" in verify(folder)


def test_without_the_folder_of_access_it_does_not_let_all_in(folder):
    server = Server(folder)
    server.lines([pay("1", 1000, account="a1")])
    server.end()
    access = pathlib.Path(folder, "access")
    access.rename(pathlib.Path(folder, "elsewhere"))
    done = subprocess.run([QIANTANG, "serve", "--data", folder, "--port", "0"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "SV013" in done.stderr and "backup" in done.stderr, done.stderr
    assert not access.exists()
    pathlib.Path(folder, "elsewhere").rename(access)
    Server(folder).end()


def test_another_pack_is_refused(folder):
    # Without a pack a new folder begins with that of the settings, which is not here.
    done = subprocess.run([os.path.abspath(QIANTANG), "serve", "--data", os.path.join(folder, "new"), "--port", "0"], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "there is no such pack" in done.stderr, done.stderr
    Server(folder).end()
    other = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "examples", "first")
    done = subprocess.run([QIANTANG, "serve", "--pack", other, "--data", folder, "--port", "0"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "SV002" in done.stderr and "another one was named" in done.stderr, done.stderr


cases.run(globals())
