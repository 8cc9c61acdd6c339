#!/usr/bin/env python3
"""A client of Qiantang that needs nothing but Python.

    client = Client("http://127.0.0.1:8080", key=None)
    decision = client.decide({"event_id": "e1", ...})          # asks again until there is an answer
    for answer in client.stream(events):                       # many, in both directions at once
        ...
    client.label("e1", "CONFIRMED_FRAUD", source="police")

An event counts once by its event_id, so whoever has no answer sends it again. That is done here for what passes by itself: a connection that breaks, 429 and 503 (after
Retry-After), with pauses that grow. What does not pass is a Problem, with the stable `code` of the server.

As a program it decides lines of standard input:  qiantang_client.py URL < events.ndjson > decisions.ndjson
"""

import http.client
import json
import os
import random
import sys
import threading
import time
import urllib.parse

PASSES = (429, 503)


class Problem(Exception):
    """What the server says went wrong (RFC 9457)."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status, self.code, self.detail = status, problem.get("code"), problem.get("detail")


class Client:
    def __init__(self, url, key=None, timeout=30, attempts=8, context=None):
        """`context`: an ssl.SSLContext, with a client's certificate where the server asks for one."""
        self.url = urllib.parse.urlsplit(url)
        self.key, self.timeout, self.attempts, self.context = key, timeout, attempts, context
        self.connection = None

    # ---- one request ----------------------------------------------------------------------------------------

    def _connect(self):
        if self.url.scheme == "https":
            return http.client.HTTPSConnection(self.url.hostname, self.url.port, timeout=self.timeout, context=self.context)
        return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=self.timeout)

    def _headers(self, kind=None):
        headers = {"Content-Type": kind} if kind else {}
        if self.key:
            headers["Authorization"] = "Bearer " + self.key
        return headers

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _once(self, method, path, body, kind):
        if self.connection is None:
            self.connection = self._connect()
        try:
            self.connection.request(method, path, body, self._headers(kind))
            reply = self.connection.getresponse()
            return reply.status, reply.headers, reply.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def ask(self, method, path, body=None, kind="application/json"):
        """The answer of a request that may be sent again, as all of this API may."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        for attempt in range(self.attempts):
            last = attempt + 1 == self.attempts
            try:
                status, headers, text = self._once(method, path, data, kind if data is not None else None)
            except (OSError, http.client.HTTPException):
                if last:
                    raise
                time.sleep(random.uniform(0.5, 1) * min(0.05 * 2 ** attempt, 5))
                continue
            if status < 400:
                return json.loads(text) if headers.get_content_type() == "application/json" else text.decode()
            if status not in PASSES or last:
                raise Problem(status, json.loads(text) if "json" in headers.get_content_type() else {"detail": text.decode(errors="replace")})
            time.sleep(int(headers.get("Retry-After", "1")) * random.uniform(0.5, 1))
        raise AssertionError("no attempts")

    # ---- what can be asked ------------------------------------------------------------------------------------

    def decide(self, event):
        return self.ask("POST", "/v1/events", event)

    def decide_many(self, events):
        """Up to 10,000; an answer for each, in their order. One that was refused has a `code`."""
        return self.ask("POST", "/v1/events/batch", list(events))

    def label(self, event_id, label, **more):
        return self.ask("POST", "/v1/feedback", {"event_id": event_id, "label": label, **more})

    def decision(self, event_id):
        return self.ask("GET", "/v1/decisions/" + urllib.parse.quote(event_id, safe=""))

    def features(self, entity, *key, **query):
        pairs = [("entity", entity), *(("key", part) for part in key), *query.items()]
        return self.ask("GET", "/v1/features?" + urllib.parse.urlencode(pairs))

    def _entry(self, name, key):
        return f"/v1/lists/{urllib.parse.quote(name, safe='')}/entries/{urllib.parse.quote(key, safe='')}"

    def list_add(self, name, key, **entry):
        return self.ask("PUT", self._entry(name, key), entry)

    def list_remove(self, name, key):
        return self.ask("DELETE", self._entry(name, key))

    def listed(self, name, key):
        return self.ask("GET", self._entry(name, key))["listed"]

    # ---- a stream ---------------------------------------------------------------------------------------------

    def stream(self, events):
        """Answers for events without end, in their order, while they are sent. When the connection breaks, what has no answer yet is sent again on the next one.

        `events` is read ahead by a thread of its own. An answer with a `code` is an event that was refused.
        """
        window = Window(events)
        failures = 0
        try:
            while True:
                try:
                    for answer in self._stream_once(window):
                        window.answered()
                        failures = 0
                        yield answer
                    if window.is_over():
                        return
                except (OSError, http.client.HTTPException, Problem) as error:
                    if (isinstance(error, Problem) and error.status not in PASSES) or failures + 1 >= self.attempts:
                        raise
                failures += 1
                time.sleep(random.uniform(0.5, 1) * min(0.05 * 2 ** failures, 5))
        finally:
            window.close()

    def _stream_once(self, window):
        connection = self._connect()
        try:
            connection.putrequest("POST", "/v1/stream")
            for name, value in {**self._headers("application/x-ndjson"), "Transfer-Encoding": "chunked"}.items():
                connection.putheader(name, value)
            connection.endheaders()
            threading.Thread(target=window.send, args=(connection.sock, window.begin_again()), daemon=True).start()
            reply = connection.getresponse()
            if reply.status != 200:
                raise Problem(reply.status, json.loads(reply.read()))
            for line in reply:
                answer = json.loads(line)
                if answer.get("code") == "stopping":
                    return  # the rest goes over the next connection
                yield answer
        finally:
            connection.close()


class Window:
    """Events that were read and have no answer yet, at most SIZE. Each connection sends them from the first on."""

    SIZE = 4096

    def __init__(self, events):
        self.changed = threading.Condition()
        self.waiting = {}   # number: event
        self.first = self.sent = self.end = 0
        self.connection = 0
        self.exhausted = self.closed = False
        self.failure = None
        threading.Thread(target=self._read, args=(events,), daemon=True).start()

    def _read(self, events):
        try:
            for event in events:
                with self.changed:
                    self.changed.wait_for(lambda: self.closed or self.end - self.first < self.SIZE)
                    if self.closed:
                        return
                    self.waiting[self.end] = event
                    self.end += 1
                    self.changed.notify_all()
        except Exception as error:  # told to who takes the answers
            self.failure = error
        with self.changed:
            self.exhausted = True
            self.changed.notify_all()

    def begin_again(self):
        with self.changed:
            self.sent = self.first
            self.connection += 1
            self.changed.notify_all()
            return self.connection

    def _next(self, connection):
        with self.changed:
            self.changed.wait_for(lambda: self.closed or self.connection != connection or self.sent < self.end or self.exhausted)
            if self.closed or self.connection != connection:
                raise OSError("another connection has taken over")
            if self.sent == self.end:
                return None
            self.sent += 1
            return self.waiting[self.sent - 1]

    def send(self, sock, connection):
        try:
            while (event := self._next(connection)) is not None:
                data = json.dumps(event, ensure_ascii=False).encode() + b"\n"
                sock.sendall(b"%x\r\n%s\r\n" % (len(data), data))
            sock.sendall(b"0\r\n\r\n")
        except OSError:
            pass  # who reads the answers finds out

    def answered(self):
        with self.changed:
            del self.waiting[self.first]
            self.first += 1
            self.changed.notify_all()

    def is_over(self):
        with self.changed:
            over = self.exhausted and self.first == self.end
        if over and self.failure is not None:
            raise self.failure
        return over

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify_all()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.rsplit("\n\n", 1)[1])
    client = Client(sys.argv[1], os.environ.get("QIANTANG_KEY"))
    for answer in client.stream(json.loads(line) for line in sys.stdin if line.strip()):
        print(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
