#!/usr/bin/env python3
"""qiantang load against a stand-in server whose faults are known, and against the real one.

Usage: load_test.py QIANTANG PACKS_FOLDER
What is asserted of times are lower bounds and counts: a slow machine makes no difference. The last line is "N passed, N failed".
"""
import gzip
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PATIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "patient.yaml")
PACK = os.path.join(PACKS, "payments")
T0 = 1795420800000
MS = 1000000


def reply(status, body, headers=""):
    return f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\n{headers}\r\n{body}".encode()


def decision(event):
    return json.dumps({"event_id": event.get("event_id"), "action": "PASS"}) + "\n"


def usual(number, head, body):
    if "/v1/records" in head:
        return reply(200, "".join(decision(json.loads(line)) for line in body.splitlines()))
    return reply(200, decision(json.loads(body)))


class StandIn:
    """Answers with what `answer(number, head, body)` gives: bytes; bytes and False, to close behind them; None, to say nothing."""

    def __init__(self, answer=usual):
        self.answer = answer
        self.lock = threading.Lock()
        self.requests = []   # (head, body)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        file = connection.makefile("rb")
        try:
            while True:
                head = ""
                while not head.endswith("\r\n\r\n"):
                    line = file.readline()
                    if not line:
                        return
                    head += line.decode()
                size = re.search(r"(?i)content-length: *(\d+)", head)
                body = file.read(int(size[1])) if size else b""
                with self.lock:
                    number = len(self.requests)
                    self.requests.append((head, body))
                said = self.answer(number, head, body)
                more = True
                if isinstance(said, tuple):
                    said, more = said
                if said is not None:
                    connection.sendall(said)
                if not more:
                    return
        except OSError:
            pass
        finally:
            file.close()
            connection.close()

    def end(self):
        self.listener.close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def event(number, **more):
    return {"event_id": f"E{number}", "event_type": "pay", "event_time": T0 + number, "phase": "REQUEST", "account": f"a{number % 7}",
            "payee": "p", "amount": 100 + number, **more}


def write_events(folder, events, name="events.ndjson"):
    path = os.path.join(folder, name)
    with (gzip.open if name.endswith(".gz") else open)(path, "wt") as file:
        file.writelines(json.dumps(item) + "\n" for item in events)
    return path


def load(port, events, *options, code=0):
    """Runs it; gives what it measured and what it said."""
    out = events + ".out.json"
    done = subprocess.run([QIANTANG, "load", "--port", str(port), "--events", events, "--json", out, *map(str, options)],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    if not os.path.exists(out):
        return None, done.stdout + done.stderr
    with open(out) as file:
        got = json.load(file)
    os.remove(out)
    return got, done.stdout + done.stderr


def above(histogram, ns):
    return sum(count for end, count in histogram["buckets"] if end >= ns)


def check_sums(got):
    for row in ("latency", "service", "lateness", "refused", "while_asked", "jitter"):
        assert got[row]["count"] == sum(count for _, count in got[row]["buckets"]), row
    asked = got["requests"]
    assert got["latency"]["count"] == asked["statuses"].get("200", 0) + asked["lost"] + asked["unanswered"], asked
    assert got["refused"]["count"] == asked["answered"] - asked["statuses"].get("200", 0), asked
    assert asked["answered"] == sum(asked["statuses"].values()), asked
    assert asked["planned"] == asked["answered"] + asked["lost"] + asked["unanswered"], asked
    assert got["lateness"]["count"] == asked["sent"] and got["jitter"]["count"] > 0


# ---- what it measures ------------------------------------------------------------------------------------

class Stall:
    """The whole server stands still once, for `seconds`."""

    def __init__(self, at, seconds):
        self.at, self.seconds, self.lock = at, seconds, threading.Lock()

    def __call__(self, number, head, body):
        with self.lock:
            if number == self.at:
                time.sleep(self.seconds)
        return usual(number, head, body)


def test_a_stall_counts_for_all_that_would_have_come(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    server = StandIn(Stall(100, 0.3))
    got, _ = load(server.port, events, "--rate", 200, "--seconds", 2, "--connections", 64)
    check_sums(got)
    assert got["requests"]["statuses"] == {"200": 400}, got["requests"]
    # 60 requests were planned for the 300 ms. Of all 400 one in ten waited 100 ms and more.
    assert got["latency"]["max_ns"] >= 300 * MS and got["latency"]["p90_ns"] >= 60 * MS, got["latency"]
    assert above(got["latency"], 100 * MS) >= 30, got["latency"]
    assert got["worst_seconds"][0]["p99_ns"] >= 200 * MS, got["worst_seconds"]
    server.end()


def test_who_waits_for_a_connection_counts(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    server = StandIn(Stall(20, 0.3))
    got, _ = load(server.port, events, "--rate", 200, "--seconds", 1, "--connections", 1)
    check_sums(got)
    # All that waited for the one connection was sent late, and its service was quick.
    assert above(got["latency"], 100 * MS) >= 30 and above(got["lateness"], 100 * MS) >= 30, got["lateness"]
    assert got["requests"]["sent"] == 200 and above(got["service"], 300 * MS) >= 1
    server.end()


def test_one_at_a_time(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    most = [0, 0]

    def answer(number, head, body):
        most[0] += 1
        most[1] = max(most)
        time.sleep(0.002)
        most[0] -= 1
        return usual(number, head, body)

    server = StandIn(answer)
    got, _ = load(server.port, events, "--one", "--count", 50)
    check_sums(got)
    assert got["latency"]["count"] == 50 and got["latency"]["min_ns"] >= 2 * MS and most[1] == 1, most
    got, _ = load(server.port, events, "--one", "--seconds", 1)
    assert 1 <= got["latency"]["count"] <= 500 and got["took_s"] >= 1, got["took_s"]
    server.end()


def test_unanswered_ones_count_with_their_waiting(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    server = StandIn(lambda number, head, body: None)
    got, said = load(server.port, events, "--rate", 20, "--seconds", 1, "--connections", 4, "--wait", 1, code=1)
    check_sums(got)
    assert got["requests"]["planned"] == 20 and got["requests"]["sent"] == 4 and got["requests"]["unanswered"] == 20
    assert got["latency"]["count"] == 20 and got["latency"]["min_ns"] >= 1000 * MS and got["latency"]["max_ns"] >= 2000 * MS
    assert "never answered: 20" in said, said
    server.end()


# ---- what it sends ---------------------------------------------------------------------------------------

def test_every_pass_has_new_events(folder):
    events = [event(0), event(1, phase="RESULT", orig_event_id="E0"), {"$list": "bad_payee", "op": "add", "key": "x", "time": T0},
              event(2, orig_event_id="elsewhere")]
    path = write_events(folder, events, "events.ndjson.gz")

    def answer(number, head, body):
        return reply(200, '{"changed":true}\n') if b"$list" in body else usual(number, head, body)

    server = StandIn(answer)
    before = time.time() * 1000
    got, _ = load(server.port, path, "--rate", 100, "--count", 12, "--connections", 1)
    check_sums(got)
    assert got["records"]["decided"] == 9 and got["records"]["changed"] == 3 and got["records"]["actions"] == {"PASS": 9}, got["records"]
    sent = [json.loads(body) for _, body in server.requests]
    ids = [item["event_id"] for item in sent if "event_id" in item]
    assert len(sent) == 12 and len(set(ids)) == 9 and not set(ids) & {"E0", "E1", "E2"}, ids
    for number, item in enumerate(sent):
        whole = events[number % 4]
        changed = {key for key in whole if item[key] != whole[key]}
        assert list(item) == list(whole), item
        assert changed == [{"event_id", "event_time"}, {"event_id", "event_time", "orig_event_id"}, set(), {"event_id", "event_time"}][number % 4]
        if number % 4 == 1:
            assert item["orig_event_id"] == sent[number - 1]["event_id"]
        if "event_time" in item:   # the moments of the plan: 10 ms apart
            assert item["event_time"] == sent[0]["event_time"] + 10 * number and item["event_time"] >= int(before)
    heads = {re.sub(r"Content-Length: +\d+", "", head) for head, _ in server.requests}
    assert len(heads) == 1 and "POST /v1/events HTTP/1.1\r\n" in heads.pop()
    server.end()


def test_kept_as_they_are(folder):
    events = write_events(folder, [event(i) for i in range(7)])
    server = StandIn()
    got, _ = load(server.port, events, "--keep", "--connections", 1)
    assert got["requests"]["planned"] == 7
    with open(events, "rb") as file:
        assert [body for _, body in server.requests] == file.read().splitlines()
    server.end()


def test_batches(folder):
    events = write_events(folder, [event(i) for i in range(10)])

    def answer(number, head, body):
        lines = [json.loads(line) for line in body.splitlines()]
        texts = [decision(line) for line in lines]
        if number == 0:
            texts[3] = '{"code":"record_refused","reason_code":"IN006","detail":"x"}\n'
        return reply(200, "".join(texts))

    server = StandIn(answer)
    got, _ = load(server.port, events, "--rate", 1000, "--count", 95, "--batch", 10, "--connections", 2, code=1)
    check_sums(got)
    assert got["requests"]["planned"] == 10 and got["records"]["decided"] == 94 and got["records"]["refused"] == 1, got["records"]
    assert got["requests"]["codes"] == {"record_refused": 1}
    sizes = sorted(len(body.splitlines()) for _, body in server.requests)
    assert sizes == [5] + [10] * 9, sizes
    assert all("POST /v1/records " in head and "application/x-ndjson" in head for head, _ in server.requests)
    server.end()


def test_the_key_is_sent_and_not_told(folder):
    events = write_events(folder, [event(0)])
    key = os.path.join(folder, "key")
    with open(key, "w") as file:
        file.write("s3cret-token\n")
    server = StandIn()
    got, said = load(server.port, events, "--count", 2, "--key-file", key)
    assert all("\r\nAuthorization: Bearer s3cret-token\r\n" in head for head, _ in server.requests)
    assert "s3cret" not in said and "s3cret" not in json.dumps(got)
    with open(key, "w") as file:
        file.write("two\r\nX-Other: words")
    load(server.port, events, "--key-file", key, code=2)
    server.end()


# ---- what comes back -------------------------------------------------------------------------------------

def test_refusals_are_counted_apart(folder):
    events = write_events(folder, [event(i) for i in range(10)])

    def answer(number, head, body):
        if number % 4 == 1:
            return reply(503, '{"status":503,"code":"overloaded"}')
        if number % 4 == 2:
            return reply(422, '{"status":422,"code":"record_refused","detail":"x"}')
        return reply(500, "oops") if number == 3 else usual(number, head, body)

    server = StandIn(answer)
    got, said = load(server.port, events, "--rate", 400, "--count", 40, code=1)
    check_sums(got)
    assert got["requests"]["statuses"] == {"200": 19, "422": 10, "500": 1, "503": 10}, got["requests"]
    assert got["requests"]["codes"] == {"overloaded": 10, "record_refused": 10, "(no code)": 1}
    assert "overloaded 10" in said and "503: 10" in said, said
    load(server.port, events, "--rate", 400, "--count", 40, "--allow-refused")
    server.end()


def test_connections_that_break(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    server = StandIn(lambda number, head, body: (b"HTTP/1.1 20", False) if number % 5 == 4 else usual(number, head, body))
    got, said = load(server.port, events, "--rate", 200, "--count", 40, "--connections", 4, code=1)
    check_sums(got)
    assert got["requests"]["lost"] == 8 and got["requests"]["statuses"] == {"200": 32} and got["requests"]["reconnections"] >= 4
    assert "connections that broke under a request: 8" in said, said
    server.end()
    # A server that says that it closes has lost nothing.
    server = StandIn(lambda number, head, body: (reply(200, decision(json.loads(body)), "Connection: close\r\n"), False))
    got, _ = load(server.port, events, "--rate", 200, "--count", 40, "--connections", 4)
    assert got["requests"]["lost"] == 0 and got["requests"]["reconnections"] >= 32, got["requests"]
    server.end()


def test_garbage_is_no_answer(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    whole = '{"event_id":"%s","action":"PASS"}\n'
    cases = {
        b"\x00\xff garbage\r\n\r\n": "status line",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": "chunks",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n": "64 MiB",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20000: "16 KiB",
        reply(200, "{}\n") + b"more": "more came",
    }
    for bytes_, what in cases.items():
        server = StandIn(lambda number, head, body: (bytes_, False) if number == 2 else usual(number, head, body))
        got, said = load(server.port, events, "--rate", 200, "--count", 6, "--connections", 1, "--allow-refused", code=1)
        check_sums(got)
        assert got["requests"]["malformed"] == 1 and got["requests"]["lost"] == 1 and what in said, (said, what)
        server.end()
    for body, key in (("[]\n", "malformed"), ("{", "malformed"), ("", "malformed"), (whole % "other", "wrong_id"), ('{"a":"\\u001b[31m\x7f"}', "wrong_id")):
        server = StandIn(lambda number, head, sent: reply(200, body) if number == 2 else usual(number, head, sent))
        got, said = load(server.port, events, "--rate", 200, "--count", 6, "--connections", 1, "--allow-refused", code=1)
        assert got["requests"][key] == 1 and got["requests"]["statuses"] == {"200": 6} and got["records"]["decided"] == 5, (body, got["requests"])
        assert "\x7f" not in said
        server.end()


def test_other_requests_at_their_second(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    body = os.path.join(folder, "body.json")
    with open(body, "w") as file:
        file.write('{"b":1}')

    def answer(number, head, sent):
        if head.startswith("POST /v1/snapshots"):
            time.sleep(0.3)
            return reply(201, "{}")
        return reply(404, "") if head.startswith("GET /nothing") else usual(number, head, sent)

    server = StandIn(answer)
    got, said = load(server.port, events, "--rate", 100, "--seconds", 2, "--ask", f"0:POST:/v1/snapshots:{body}:application/json", "--ask",
                     "1:GET:/nothing")
    check_sums(got)
    first, second = got["asks"]
    assert (first["status"], second["status"]) == (201, 404) and first["took_ns"] >= 300 * MS, got["asks"]
    assert first["meanwhile"]["count"] >= 30 and got["while_asked"]["count"] >= first["meanwhile"]["count"], got["while_asked"]["count"]
    assert got["requests"]["statuses"] == {"200": 200} and "asked at second 0: POST /v1/snapshots: 201 after" in said, said
    asked = [(head, sent) for head, sent in server.requests if "/v1/events" not in head]
    assert asked[0][1] == b'{"b":1}' and "application/json" in asked[0][0] and asked[1][0].startswith("GET /nothing HTTP/1.1\r\n")
    server.end()


def test_what_cannot_be_done_is_told(folder):
    events = write_events(folder, [event(0)])
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    assert "LD004" in load(port, events, code=3)[1]
    assert "OS001" in load(port, os.path.join(folder, "none"), code=3)[1]
    for options in (["--rate", "0"], ["--connections", "100000"], ["--ask", "x:GET:/"], ["--ask", "1:GET:nothing"], ["--ask", "1:G T:/x"],
                    ["--one", "--batch", "2"], ["--port", "0"], ["--address", ""]):
        load(port, events, *options, code=2)
    done = subprocess.run([QIANTANG, "load"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "--events is missing" in done.stderr


# ---- the real server -------------------------------------------------------------------------------------

def test_with_the_real_server(folder):
    data, acknowledged = os.path.join(folder, "data"), os.path.join(folder, "acknowledged")
    sent = [event(i) for i in range(300)]
    events = write_events(folder, sent)
    process = subprocess.Popen([QIANTANG, "serve", "--config", PATIENT, "--pack", PACK, "--data", data, "--port", "0"], stdout=subprocess.PIPE, text=True)
    port = next(int(line.rsplit(":", 1)[1]) for line in process.stdout if line.startswith("listening"))
    got, said = load(port, events, "--rate", 500, "--count", 700, "--server-pid", process.pid)
    check_sums(got)
    assert got["records"]["decided"] == 700 == sum(got["records"]["actions"].values()), got["records"]
    assert "this program's loop took" in said and got["machine"]["loop_cpu_ns"] > 0
    assert "us a decision" in said and got["machine"]["server_cpu_ns"] >= 0
    got, _ = load(port, events, "--rate", 2000, "--count", 700, "--batch", 50)
    assert got["records"]["decided"] == 700 and got["requests"]["statuses"] == {"200": 14}
    got, _ = load(port, events, "--one", "--count", 100)
    assert got["records"]["decided"] == 100

    load(port, events, "--keep", "--acknowledged", acknowledged)
    with open(acknowledged) as file:
        noted = dict(line.split() for line in file)
    assert set(noted) == {item["event_id"] for item in sent}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for item in sent[::50]:   # an event that comes again gets the answer that it got
        connection.request("POST", "/v1/events", json.dumps(item), {"Content-Type": "application/json"})
        assert hashlib.sha256(connection.getresponse().read().rstrip(b"\n")).hexdigest() == noted[item["event_id"]], item
    connection.close()

    bad = write_events(folder, [event(0), event(1, amount="much")], "bad.ndjson")
    got, _ = load(port, bad, "--count", 10, code=1)
    assert got["requests"]["statuses"] == {"200": 5, "422": 5} and got["requests"]["codes"] == {"record_refused": 5}
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    process.stdout.close()


def main():
    tests = {name: test for name, test in globals().items() if name.startswith("test_") and (len(sys.argv) < 4 or sys.argv[3] in name)}
    failed = 0
    for name, test in tests.items():
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
            except Exception as error:   # told, and the others still run
                failed += 1
                print(f"FAILED {name}: {type(error).__name__}: {error}", file=sys.stderr)
        if os.environ.get("QIANTANG_TIMES"):
            print(f"{time.monotonic() - start:6.2f} s {name}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
