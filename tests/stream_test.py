#!/usr/bin/env python3
"""POST /v1/stream and its like with clients that are slow, in pieces, too many, or gone.

Usage: stream_test.py QIANTANG PACKS_FOLDER
The server listens on loopback at a port that the system chooses, and ends with the test. The last line is "N passed, N failed".
"""
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PATIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "patient.yaml")
T0 = 1795420800000
HEAD = b"POST /v1/stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"


def pay(event_id, at=0, **more):
    return {"event_id": event_id, "event_type": "pay", "event_time": T0 + at, "phase": "REQUEST", "account": "a", "payee": "p", "amount": 10000, **more}


def line(event_id):
    return json.dumps(pay(event_id)).encode() + b"\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


class Server:
    def __init__(self, folder):
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", PATIENT, "--pack", os.path.join(PACKS, "payments"), "--data", folder, "--port", "0"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for text in self.process.stdout:
            if text.startswith("listening"):
                self.port = int(text.rsplit(":", 1)[1])
                return
        raise AssertionError(self.process.stderr.read())

    def ask(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, text

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        assert code == 0, (code, self.process.stderr.read())
        self.process.stdout.close()
        self.process.stderr.close()


class Stream:
    """One connection with a stream, read when it is asked to."""

    def __init__(self, server, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(60)
        self.socket.connect(("127.0.0.1", server.port))
        self.raw = b""
        self.socket.sendall(HEAD)

    def send(self, data):
        self.socket.sendall(chunk(data))

    def finish(self):
        self.socket.sendall(b"0\r\n\r\n")

    def rest(self):
        """All answers up to the end: (status, lines)."""
        pieces = [self.raw]
        while piece := self.socket.recv(1 << 16):
            pieces.append(piece)
        self.socket.close()
        self.raw = b"".join(pieces)
        at = self.raw.index(b"\r\n\r\n") + 4
        status = int(self.raw.split(b" ", 2)[1])
        if b"chunked" not in self.raw[:at]:
            return status, [self.raw[at:]]
        chunks = []
        while True:
            end = self.raw.index(b"\r\n", at)
            size = int(self.raw[at:end], 16)
            if size == 0:
                return status, b"".join(chunks).splitlines()
            chunks.append(self.raw[end + 2:end + 2 + size])
            at = end + 4 + size

    def read_until(self, text):
        while text not in self.raw:
            piece = self.socket.recv(1 << 16)
            assert piece, self.raw[-300:]
            self.raw += piece


def settle(server):
    """Until what those who went away had sent is decided: before that others may be turned away."""
    for i in range(10000):
        if json.loads(server.ask("GET", "/readyz")[1])["waiting"] == 0 and server.ask("POST", "/v1/events", line(f"settled{i}"))[0] == 200:
            return
    raise AssertionError("never settles")


def ids(lines):
    return [json.loads(text).get("event_id") for text in lines]


def test_byte_by_byte(server):
    stream = Stream(server)
    data = line("b1").rstrip() + b"\r\n\r\n  \n{bad}\n" + line("b2").rstrip()
    for at in range(len(data)):
        stream.send(data[at:at + 1])
    stream.finish()
    status, lines = stream.rest()
    assert status == 200 and ids(lines) == ["b1", None, "b2"], lines


def test_answers_come_while_it_is_read(server):
    stream = Stream(server)
    for i in range(20):
        stream.send(line(f"w{i}"))
        stream.read_until(b'"w%d"' % i)
    stream.finish()
    assert ids(stream.rest()[1]) == [f"w{i}" for i in range(20)]


def test_lines_that_are_too_long(server):
    stream = Stream(server)
    stream.send(line("l1") + b"y" * ((1 << 20) + 1))
    stream.send(b"y" * 3000000)
    stream.send(b"\n" + line("l2"))
    exact = json.dumps(pay("l3", payee="p")).encode()
    stream.send(exact + b" " * ((1 << 20) - len(exact)) + b"\r\n" + line("l4"))
    stream.send(b"z" * ((1 << 20) + 1))
    stream.finish()
    status, lines = stream.rest()
    assert [json.loads(text).get("reason_code") for text in lines] == [None, "IN003", None, None, None, "IN003"], [text[:200] for text in lines]


def test_who_does_not_read_is_not_read_from(server):
    stream = Stream(server, receive_buffer=65536)
    stream.socket.setblocking(False)
    data = b"".join(chunk(b"".join(line(f"r{i}-{k}") for k in range(20))) for i in range(3000))
    sent = 0
    while sent < len(data):
        if not select.select([], [stream.socket], [], 1.0)[1]:
            break
        sent += stream.socket.send(data[sent:sent + 65536])
    assert sent < len(data), "60,000 lines were read without one answer being taken"
    before = json.loads(server.ask("GET", "/readyz")[1])["waiting"]
    assert before <= 256, before
    assert server.ask("POST", "/v1/events", line("meanwhile"))[0] == 200
    stream.socket.setblocking(True)
    stream.socket.settimeout(60)
    sender = threading.Thread(target=lambda: (stream.socket.sendall(data[sent:]), stream.finish()))
    sender.start()
    status, lines = stream.rest()
    sender.join()
    assert status == 200 and ids(lines) == [f"r{i}-{k}" for i in range(3000) for k in range(20)], len(lines)


def test_who_goes_away(server):
    """At any moment: what is under way ends, and the others do not notice."""
    for i in range(60):
        stream = Stream(server, receive_buffer=4096)
        stream.send(b"".join(line(f"g{i}-{k}") for k in range(i * 7)) + b'{"half')
        if i % 3 == 0:
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
        if i % 3 == 1:
            stream.socket.shutdown(socket.SHUT_WR)
        stream.socket.close()
    settle(server)


def test_many_at_once(server):
    failed = []

    def run(number):
        stream = Stream(server)
        names = [f"m{number}-{k}" for k in range(2000)]
        sender = threading.Thread(target=lambda: (stream.send(b"".join(map(line, names))), stream.finish()))
        sender.start()
        status, lines = stream.rest()
        sender.join()
        if status != 200 or ids(lines) != names:
            failed.append((number, status, len(lines)))

    threads = [threading.Thread(target=run, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed


def test_a_body_with_a_length(server):
    status, text = server.ask("POST", "/v1/stream", line("c1") + line("c1") + line("c2"), "application/x-ndjson")
    assert status == 200 and ids(text.splitlines()) == ["c1", "c1", "c2"], text


def test_a_batch_whose_client_goes_away(server):
    body = b"".join(line(f"x{i}") for i in range(5000))
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"POST /v1/events/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    settle(server)


class Looking:
    """Somebody who looks on (GET /v1/decisions/stream), read when it is asked to."""

    def __init__(self, server, query="", receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", server.port))
        self.socket.sendall(f"GET /v1/decisions/stream{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.raw, self.ended = b"", False
        while b"\r\n\r\n" not in self.raw:
            self.read()
        head, self.raw = self.raw.split(b"\r\n\r\n", 1)
        assert b" 200 " in head.split(b"\r\n")[0] and b"text/event-stream" in head, head

    def read(self):
        piece = self.socket.recv(1 << 16)
        self.ended = piece == b""
        self.raw += piece

    def events(self):
        """(name, data) of all that has come as a whole, without what chunks are cut by."""
        body = re.sub(rb"(?:^|\r\n)[0-9a-f]+\r\n", b"", self.raw)
        found = []
        for text in body.split(b"\n\n")[:-1]:
            fields = dict(field.split(b": ", 1) for field in text.strip().split(b"\n") if b": " in field)
            if b"event" in fields:
                found.append((fields[b"event"].decode(), json.loads(fields[b"data"])))
        return found

    def rows(self):
        return [row["event_id"] for name, data in self.events() if name == "rows" for row in data["rows"]]

    def read_until(self, holds):
        until = time.monotonic() + 30
        while not holds(self.events()):
            assert not self.ended and time.monotonic() < until, self.raw[-600:]
            self.read()


def quiet(server):
    """Until nothing is decided any more of what the tests before have left."""
    before = None
    while before != (before := json.loads(server.ask("GET", "/readyz")[1])["decided"]):
        time.sleep(0.5)


def has_second(events):
    return any(name == "second" for name, _ in events)


def test_who_looks_on_sees_what_he_asked_for(server):
    queries = {"": {"s1", "s2", "big", "other", "in"}, "?hits=true": {"big"}, "?model=M-PX-01-A": {"big"}, "?action=PASS": {"s1", "s2", "other", "in"}, "?event_type=login": {"in"},
               "?account=b": {"big", "other"}, "?score=50": {"big"}, "?score=100": set(), "?customer=c9": {"in"}, "?account=b&action=PASS": {"other"}}
    quiet(server)
    looking = {query: Looking(server, query) for query in queries}
    for one in looking.values():
        one.read_until(has_second)      # it is in
    sent = [pay("watch-s1"), pay("watch-s2"), pay("watch-big", account="b", amount=6000000), pay("watch-other", account="b"),
            {"event_id": "watch-in", "event_type": "login", "event_time": T0, "customer": "c9"}]
    for event in sent:
        assert server.ask("POST", "/v1/events", json.dumps(event))[0] == 200
    looking[""].read_until(lambda events: "watch-in" in looking[""].rows())
    for query, wanted in queries.items():
        one = looking[query]
        counted = lambda events: sum(data["all"] for name, data in events if name == "second") >= len(sent)
        one.read_until(counted)
        assert sorted(one.rows()) == sorted("watch-" + id_ for id_ in wanted), (query, one.rows())
        seconds = [data for name, data in one.events() if name == "second"]
        # All decisions are counted, whatever the filter shows of them.
        assert sum(data["all"] for data in seconds) == len(sent) and sum(data["shown"] for data in seconds) == sum(data["sent"] for data in seconds) == len(wanted), (query, seconds)
        assert sum(data["left_out"] for data in seconds) == 0 and sum(data["actions"].get("PASS", 0) for data in seconds) == 4, (query, seconds)
        one.socket.close()
    for query in ("?score=x", "?hits=maybe", "?nothing=1", "?family=XX&family=YY"):
        assert server.ask("GET", "/v1/decisions/stream" + query)[0] == 400, query
    settle(server)


def test_who_looks_on_and_does_not_read_is_cut_off(server):
    """His stream ends after five seconds without room, while another who reads goes on, and nobody who sends is held up."""
    quiet(server)
    slow, reader = Looking(server, receive_buffer=65536), Looking(server)
    done = threading.Event()

    def read_on():
        while not done.is_set() and not reader.ended:
            reader.read()

    thread = threading.Thread(target=read_on)
    thread.start()
    began, number, took = time.monotonic(), 0, 0
    while time.monotonic() - began < 60 and (number < 60000 or time.monotonic() - began < 15):
        body = b"".join(line(f"flood{number + i}") for i in range(2000))
        number += 2000
        at = time.monotonic()
        assert server.ask("POST", "/v1/events/batch", body, "application/x-ndjson")[0] == 200
        took = max(took, time.monotonic() - at)
    assert took < 20, took
    until = time.monotonic() + 60
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    while not slow.ended:       # what was on its way comes, and then the end
        assert time.monotonic() < until, "he who does not read is not cut off"
        slow.read()
    shown = len(slow.rows())
    assert shown < number, (shown, number)
    done.set()
    thread.join(30)
    assert not reader.ended
    seconds = [data for name, data in reader.events() if name == "second"]
    # What is more than 250 rows in a tick is left out, and that is told.
    assert sum(data["sent"] + data["left_out"] for data in seconds) >= number * 0.9 and len(reader.rows()) >= sum(data["sent"] for data in seconds) > shown, (shown, seconds[-3:])
    reader.socket.close()
    slow.socket.close()
    settle(server)


def test_the_end(server):
    """The server stops while streams are open: they are told, and nothing that was answered is lost."""
    open_ones = [Stream(server) for _ in range(3)]
    for i, stream in enumerate(open_ones):
        stream.send(line(f"end{i}"))
        stream.read_until(b'"end%d"' % i)
    server.process.send_signal(signal.SIGTERM)
    for i, stream in enumerate(open_ones):
        status, lines = stream.rest()
        assert json.loads(lines[0])["event_id"] == f"end{i}" and json.loads(lines[1])["code"] == "stopping", lines
    server.end()


passed = failed = 0
with tempfile.TemporaryDirectory() as folder:
    the_server = Server(folder)
    for name, test in [(name, value) for name, value in list(globals().items()) if name.startswith("test_")]:
        try:
            test(the_server)
            passed += 1
        except (AssertionError, OSError) as error:
            failed += 1
            print(f"{name}: {error!r}", file=sys.stderr)
    if the_server.process.poll() is None:
        the_server.process.kill()
    checked = subprocess.run([QIANTANG, "verify", "--data", folder], capture_output=True, text=True, timeout=120)
    passed += checked.returncode == 0
    failed += checked.returncode != 0
    if checked.returncode != 0:
        print(checked.stdout, checked.stderr, file=sys.stderr)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
