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


STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def decided(line):
    return decision(json.loads(line)).encode()


class Stream:
    """A connection of StreamStandIn, behind the head of its request."""

    def __init__(self, connection, file, number):
        self.connection, self.file, self.number = connection, file, number
        self.lines = []

    def read(self):
        """The lines of the next chunk; none behind the last one."""
        size = int(self.file.readline(), 16)
        data = self.file.read(size + 2)
        assert data.endswith(b"\r\n"), data[-100:]
        lines = data[:-2].splitlines()
        self.lines += lines
        return lines

    def send(self, data):
        self.connection.sendall(data)

    def answer_all(self, answer=lambda place, line: decided(line)):
        """As a server should: a chunk for each of the client's, and the last one behind its last one. `answer` gives nothing for a line that it passes over."""
        self.send(STREAM_HEAD)
        place = 0
        while lines := self.read():
            said = [answer(place + i, line) for i, line in enumerate(lines, 1)]
            place += len(lines)
            if any(said):
                self.send(chunk(b"".join(said)))
        self.send(LAST_CHUNK)


class StreamStandIn(StandIn):
    """Has each of its streams served by `serve_stream(stream)`; the connection is closed behind it."""

    def __init__(self, serve_stream):
        super().__init__()
        self.serve_stream = serve_stream
        self.streams = []
        self.failures = []

    def serve(self, connection, *_):
        with connection, connection.makefile("rb") as file:
            try:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = file.readline()
                    if not line:
                        return
                    head += line
                with self.lock:
                    stream = Stream(connection, file, len(self.streams))
                    self.streams.append(stream)
                    self.requests.append((head.decode(), b""))
                self.serve_stream(stream)
                connection.shutdown(socket.SHUT_WR)
                while file.read(1 << 16):
                    pass
            except OSError:
                pass
            except Exception as error:   # told by end()
                self.failures.append(error)

    def end(self):
        super().end()
        assert not self.failures, self.failures


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
                    ["--one", "--batch", "2"], ["--port", "0"], ["--address", ""], ["--streams", "0"], ["--streams", "2000"],
                    ["--streams", "2", "--batch", "2"], ["--streams", "2", "--connections", "3"], ["--connections", "0"]):
        load(port, events, *options, code=2)
    done = subprocess.run([QIANTANG, "load"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "--events is missing" in done.stderr


# ---- streams ---------------------------------------------------------------------------------------------

def test_streams(folder):
    events = write_events(folder, [event(i) for i in range(10)])

    def by_bytes(stream):   # chunks and lines have nothing to do with each other
        stream.send(STREAM_HEAD)
        while lines := stream.read():
            for byte in b"".join(map(decided, lines)):
                stream.send(b"1\r\n%c\r\n" % byte)
        stream.send(LAST_CHUNK)

    for serve in (Stream.answer_all, by_bytes):
        server = StreamStandIn(serve)
        got, said = load(server.port, events, "--rate", 400, "--count", 402, "--streams", 3)
        check_sums(got)
        assert got["requests"]["statuses"] == {"200": 402} and got["records"]["decided"] == 402 == got["records"]["actions"]["PASS"], got["requests"]
        assert got["plan"]["streams"] == 3 and got["requests"]["streams_cut"] == got["requests"]["streams_unended"] == 0 and "3 streams" in said, said
        assert len(server.streams) == 3 and min(len(stream.lines) for stream in server.streams) >= 20, [len(stream.lines) for stream in server.streams]
        sent = sorted((json.loads(line) for stream in server.streams for line in stream.lines), key=lambda item: item["event_id"])
        assert len({item["event_id"] for item in sent}) == 402
        at = [(item["event_time"] - sent[0]["event_time"]) / 2.5 for item in sent]   # the moments of the plan: 2.5 ms apart
        assert all(number - 1 <= moment <= number + 1 for number, moment in enumerate(at)), at
        for stream in server.streams:
            ids = [json.loads(line)["event_id"] for line in stream.lines]
            assert ids == sorted(ids)
        heads = {head for head, _ in server.requests}
        assert len(heads) == 1 and "POST /v1/stream HTTP/1.1\r\n" in (head := heads.pop()) and "Transfer-Encoding: chunked\r\n" in head, heads
        server.end()


def test_a_full_stream_counts(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    under_way = []

    def serve(stream):   # says nothing for longer than it takes to send all
        stream.send(STREAM_HEAD)
        while len(stream.lines) < 256:
            stream.read()
        stream.connection.settimeout(0.5)
        try:
            while True:
                stream.read()
        except TimeoutError:
            under_way.append(len(stream.lines))
        stream.connection.settimeout(60)
        stream.file = stream.connection.makefile("rb")   # one that has timed out reads no more
        stream.send(chunk(b"".join(map(decided, stream.lines))))
        while lines := stream.read():
            stream.send(chunk(b"".join(map(decided, lines))))
        stream.send(LAST_CHUNK)
        stream.file.close()

    server = StreamStandIn(serve)
    got, _ = load(server.port, events, "--rate", 2000, "--count", 400, "--streams", 1)
    check_sums(got)
    assert under_way == [256] and got["requests"]["statuses"] == {"200": 400}, (under_way, got["requests"])
    # All had to wait, some because the server did not answer and some because it took no more.
    assert above(got["latency"], 300 * MS) == 400 and above(got["lateness"], 300 * MS) == 144, got["lateness"]
    server.end()


def test_one_at_a_time_on_a_stream(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    sizes = set()

    def answer(place, line):
        sizes.add(len(server.streams[0].lines) - place)
        time.sleep(0.002)
        return decided(line)

    server = StreamStandIn(lambda stream: stream.answer_all(answer))
    got, said = load(server.port, events, "--one", "--count", 50, "--streams", 4)
    check_sums(got)
    assert len(server.streams) == 1 and sizes == {0} and got["latency"]["count"] == 50 and got["latency"]["min_ns"] >= 2 * MS, sizes
    assert "one record at a time on one stream" in said, said
    server.end()


def refusal(place, status=422, code="record_refused"):
    return (json.dumps({"status": status, "code": code, "detail": "x", "record": place}) + "\n").encode()


def test_refused_lines_are_counted_apart(folder):
    events = write_events(folder, [event(i) for i in range(10)])

    def answer(place, line):
        return refusal(place) if place % 4 == 1 else refusal(place, 507, "no_room") if place % 4 == 2 else decided(line)

    server = StreamStandIn(lambda stream: stream.answer_all(answer))
    got, said = load(server.port, events, "--rate", 400, "--count", 40, "--streams", 1, code=1)
    check_sums(got)
    assert got["requests"]["statuses"] == {"200": 20, "422": 10, "507": 10} and got["records"]["decided"] == 20, got["requests"]
    assert got["requests"]["codes"] == {"record_refused": 10, "no_room": 10} and "422: 10" in said, said
    load(server.port, events, "--rate", 400, "--count", 40, "--streams", 1, "--allow-refused")
    server.end()


def test_streams_that_are_refused(folder):
    events = write_events(folder, [event(i) for i in range(10)])

    def serve(stream):   # the first is turned away as a whole
        if stream.number == 0:
            stream.read()
            stream.send(reply(503, '{"status":503,"code":"overloaded"}', "Connection: close\r\n"))
        else:
            stream.answer_all()

    server = StreamStandIn(serve)
    got, said = load(server.port, events, "--rate", 200, "--count", 60, "--streams", 1, code=1)
    check_sums(got)
    refused = got["requests"]["statuses"]["503"]
    assert refused >= 1 and got["requests"]["codes"] == {"overloaded": refused} and got["requests"]["lost"] == 0, got["requests"]
    assert got["requests"]["streams_cut"] == 1 == got["requests"]["reconnections"] and got["records"]["decided"] == 60 - refused, got["requests"]
    assert "overloaded" in said
    server.end()


def test_streams_that_end(folder):
    events = write_events(folder, [event(i) for i in range(10)])

    def serve(how):
        def serve_stream(stream):
            if stream.number > 1:
                stream.answer_all()
                return
            stream.send(STREAM_HEAD)
            for _ in range(10):
                stream.send(chunk(b"".join(map(decided, stream.read()))))
            stream.read()   # which is never answered
            if how == "told":   # behind what was read
                stream.send(chunk(refusal(len(stream.lines) + 1, 503, "stopping")))
            stream.send({"cut": b"", "in a line": b'3\r\n{"e\r\n', "in a chunk": b'9\r\n{"e'}.get(how, LAST_CHUNK))
        return serve_stream

    for how in ("cut", "in a line", "in a chunk", "ended", "told"):
        server = StreamStandIn(serve(how))
        got, said = load(server.port, events, "--rate", 300, "--count", 300, "--streams", 2, code=1)
        check_sums(got)
        asked = got["requests"]
        if how == "told":   # the line has the number of one that was sent and not answered, and says that it was not
            assert asked["lost"] + asked["statuses"].get("503", 0) >= 2, asked
        else:
            assert asked["lost"] >= 2 and set(asked["statuses"]) == {"200"}, (how, asked)
        assert asked["streams_cut"] == 2 == asked["reconnections"] and asked["streams_unended"] == 0 and asked["malformed"] == 0, (how, asked)
        assert "streams that ended before the run: 2, such as:" in said, said
        server.end()


def test_the_server_stops_between_records(folder):
    events = write_events(folder, [event(i) for i in range(10)])

    def serve(stream):
        if stream.number > 0:
            stream.answer_all()
            return
        stream.send(STREAM_HEAD)
        for place in range(1, 6):
            stream.send(chunk(decided(stream.read()[0])))
        stream.send(chunk(refusal(6, 503, "stopping")) + LAST_CHUNK)

    server = StreamStandIn(serve)
    got, _ = load(server.port, events, "--rate", 4, "--count", 7, "--streams", 1, "--allow-refused")
    check_sums(got)
    asked = got["requests"]   # nothing was under way: nothing is lost. Where the sixth was sent meanwhile, it is told about it
    assert asked["statuses"] in ({"200": 7}, {"200": 6, "503": 1}) and asked["lost"] == 0 and asked["streams_cut"] == 1, asked
    server.end()


def test_the_end_of_a_stream_must_come(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    for ending in (b"", LAST_CHUNK + b"more", None):
        def serve(stream):
            stream.connection, whole = None, stream.connection
            stream.send = lambda data: whole.sendall(ending if data == LAST_CHUNK else data) if data != LAST_CHUNK or ending is not None else None
            stream.answer_all()
            if ending is None:   # and the connection stays
                stream.file.read()

        server = StreamStandIn(serve)
        got, said = load(server.port, events, "--rate", 200, "--count", 20, "--streams", 2, "--wait", 1, code=1)
        check_sums(got)
        assert got["requests"]["statuses"] == {"200": 20} and got["requests"]["streams_unended"] == 2, got["requests"]
        assert got["requests"]["malformed"] == (2 if ending else 0) and "streams whose end did not come: 2" in said, said
        server.end()


def test_garbage_is_no_stream(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    cases = {
        b"\x00\xff garbage\r\n\r\n": "status line",
        reply(200, '{"event_id":"x"}\n'): "do not come in chunks",
        STREAM_HEAD[:-2] + b"Content-Length: 5\r\n\r\n": "and a Content-Length",
        STREAM_HEAD + b"zz\r\n": "hexadecimal",
        STREAM_HEAD + b"1\r\nabc": "its size says",
        STREAM_HEAD + b"0\r\nTrailer: x\r\n\r\n": "last chunk",
        STREAM_HEAD + chunk(b"y" * ((1 << 20) + 1)): "1 MiB",
    }
    for bytes_, what in cases.items():
        def serve(stream):
            if stream.number > 0:
                stream.answer_all()
                return
            stream.read()
            stream.send(bytes_)

        server = StreamStandIn(serve)
        got, said = load(server.port, events, "--rate", 200, "--count", 6, "--streams", 1, "--allow-refused", code=1)
        check_sums(got)
        assert got["requests"]["malformed"] == 1 and got["requests"]["lost"] >= 1 and what in said, (said, what)
        server.end()


def test_lines_that_answer_something_else(folder):
    events = write_events(folder, [event(i) for i in range(10)])
    lines = {b"[]\n": "malformed", b"\n": "malformed", b'{"event_id":"other","action":"PASS"}\n': "wrong_id",
             b'{"code":"x"}\n': "malformed", refusal(4): "wrong_id", refusal(3, 200): "malformed"}
    for bad, key in lines.items():
        server = StreamStandIn(lambda stream: stream.answer_all(lambda place, line: bad if place == 3 else decided(line)))
        got, said = load(server.port, events, "--rate", 200, "--count", 6, "--streams", 1, "--allow-refused", code=1)
        check_sums(got)
        assert got["requests"][key] == 1 and got["requests"]["answered"] == 6 and got["records"]["decided"] == 5, (bad, got["requests"])
        server.end()

    def one_too_many(stream):
        stream.send(STREAM_HEAD)
        first = stream.read()[0]
        stream.send(chunk(decided(first) * 50))
        stream.file.read()

    server = StreamStandIn(one_too_many)
    got, said = load(server.port, events, "--rate", 2, "--count", 2, "--streams", 1, "--wait", 1, "--allow-refused", code=1)
    assert got["requests"]["malformed"] >= 1 and "a line came that answers nothing" in said, said
    server.end()


# ---- the real server -------------------------------------------------------------------------------------

class Server:
    """The real one."""

    def __init__(self, data):
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", PATIENT, "--pack", PACK, "--data", data, "--port", "0"], stdout=subprocess.PIPE,
                                        text=True)
        self.port = next(int(line.rsplit(":", 1)[1]) for line in self.process.stdout if line.startswith("listening"))

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process.stdout.close()
        return code

    def check_noted(self, noted, items):
        """An event that comes again gets the answer that it got."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for item in items:
            connection.request("POST", "/v1/events", json.dumps(item), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            assert hashlib.sha256(answer.read().rstrip(b"\n")).hexdigest() == noted[item["event_id"]], item
            assert answer.headers["Qiantang-Known"] == "true", item
        connection.close()


def read_noted(path):
    with open(path) as file:
        return dict(line.split() for line in file.read().splitlines() if len(line.split()) == 2)


def test_with_the_real_server(folder):
    data, acknowledged = os.path.join(folder, "data"), os.path.join(folder, "acknowledged")
    sent = [event(i) for i in range(300)]
    events = write_events(folder, sent)
    server = Server(data)
    port, process = server.port, server.process
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
    noted = read_noted(acknowledged)
    assert set(noted) == {item["event_id"] for item in sent}
    server.check_noted(noted, sent[::50])

    bad = write_events(folder, [event(0), event(1, amount="much")], "bad.ndjson")
    got, _ = load(port, bad, "--count", 10, code=1)
    assert got["requests"]["statuses"] == {"200": 5, "422": 5} and got["requests"]["codes"] == {"record_refused": 5}
    assert server.end() == 0


def test_streams_of_the_real_server(folder):
    sent = [event(i) for i in range(600)]
    events = write_events(folder, sent)
    single, streamed, again = (os.path.join(folder, name) for name in ("single", "streamed", "again"))
    server = Server(os.path.join(folder, "data1"))
    load(server.port, events, "--keep", "--connections", 1, "--rate", 100000, "--acknowledged", single)
    assert server.end() == 0
    server = Server(os.path.join(folder, "data2"))
    got, _ = load(server.port, events, "--keep", "--streams", 1, "--rate", 100000, "--acknowledged", streamed)
    check_sums(got)
    assert got["records"]["decided"] == 600 and got["requests"]["statuses"] == {"200": 600} and got["requests"]["streams_unended"] == 0, got["requests"]
    # To the byte what single requests give, of events in the same order; and again, when they are known.
    assert read_noted(streamed) == read_noted(single) and len(read_noted(single)) == 600
    load(server.port, events, "--keep", "--streams", 5, "--rate", 5000, "--acknowledged", again)
    assert read_noted(again) == read_noted(single)
    server.check_noted(read_noted(again), sent[::50])
    got, _ = load(server.port, events, "--rate", 5000, "--count", 5000, "--streams", 4, "--server-pid", server.process.pid)
    check_sums(got)
    assert got["records"]["decided"] == 5000 and got["requests"]["reconnections"] == 0, got["requests"]
    got, _ = load(server.port, events, "--one", "--count", 100, "--streams", 1)
    assert got["records"]["decided"] == 100
    bad = write_events(folder, [event(0), event(1, amount="much")], "bad.ndjson")
    got, _ = load(server.port, bad, "--count", 10, "--streams", 2, code=1)
    check_sums(got)
    assert got["requests"]["statuses"] == {"200": 5, "422": 5} and got["requests"]["codes"] == {"record_refused": 5}
    events = write_events(folder, [event(i) for i in range(10000, 18000)])
    asked, noted = end_under_streams(server, events, os.path.join(folder, "stopped"), signal.SIGTERM)
    assert asked["statuses"].keys() <= {"200", "503"} and asked["codes"].keys() <= {"stopping"}, asked


def end_under_streams(server, events, acknowledged, how):
    """Ends the server in the middle of a run; gives what was measured, and what was noted."""
    results = []
    runner = threading.Thread(target=lambda: results.append(load(server.port, events, "--keep", "--streams", 4, "--rate", 2000, "--wait", 0, "--acknowledged",
                                                                 acknowledged, code=1)))
    runner.start()
    while runner.is_alive() and not (os.path.exists(acknowledged) and os.path.getsize(acknowledged) > 20000):
        runner.join(0.005)
    code = server.end(how)
    runner.join()
    assert results and code == (0 if how == signal.SIGTERM else -how), "it ended with another code"
    got, _ = results[0]
    check_sums(got)
    asked = got["requests"]
    assert asked["streams_cut"] >= 4 and asked["unanswered"] > 0 and asked["malformed"] == asked["wrong_id"] == 0, asked
    noted = read_noted(acknowledged)
    assert len(noted) == asked["statuses"]["200"], (len(noted), asked)
    return asked, noted


def test_a_server_that_is_killed_under_streams(folder):
    sent = [event(i) for i in range(8000)]
    for attempt in range(3):
        data = os.path.join(folder, f"data-{attempt}")
        asked, noted = end_under_streams(Server(data), write_events(folder, sent), os.path.join(folder, f"acknowledged-{attempt}"), signal.SIGKILL)
        if "starting" not in asked["codes"]:   # else a server of another test has begun at the port that became free
            break
    assert asked["lost"] > 0 and asked["statuses"].keys() == {"200"}, asked
    server = Server(data)   # what was answered is there, with that answer
    server.check_noted(noted, [item for item in sent if item["event_id"] in noted][::37])
    assert server.end() == 0


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
