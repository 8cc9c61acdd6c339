#!/usr/bin/env python3
"""Runs a program against receivers of webhooks of its own: tests/webhook_receiver.py PROGRAM [ARGUMENT...]

What it finds in its environment:
  WEBHOOK_HTTP         http://127.0.0.1:PORT
  WEBHOOK_TLS          https://127.0.0.1:PORT, with a certificate of our authority
  WEBHOOK_TLS_OTHER    the same, with a certificate of our authority for another host
  WEBHOOK_TLS_STRANGE  the same, with a certificate of an authority that nobody knows
  WEBHOOK_TLS_OLD      the same as the first, and it speaks no more than TLS 1.1
  WEBHOOK_CA           the file of our authority
  WEBHOOK_NO_CA        a file that is no certificate

What the receivers do is chosen by the path: the methods below that are named at_.... Signatures are verified with the example of docs/webhooks.md, which so is
run. All listen on loopback, at ports that the system chooses, and are gone afterwards; certificates are made by openssl's command.
"""
import collections
import http.server
import os
import pathlib
import re
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECRETS = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def documented():
    """The example of the document, as a module would have it."""
    code = re.search(r"^```python\n(.*?)^```", (ROOT / "docs/webhooks.md").read_text(), re.M | re.S)[1]
    names = {"__name__": "documented"}
    exec(compile(code, "docs/webhooks.md", "exec"), names)
    return names


EXAMPLE = documented()


class State:
    """What the receivers remember, under one lock."""
    lock = threading.Lock()
    changed = threading.Condition(lock)
    counts = collections.Counter()  # by path
    open, most = collections.Counter(), collections.Counter()
    released = set()  # paths
    endless_bytes = 0
    ending = False


class Handler(EXAMPLE["Receiver"]):
    disable_nagle_algorithm = True
    secrets = SECRETS
    works = []  # of the documented receiver

    def work(self, message):
        self.works.append(message)

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        self.url = urllib.parse.urlsplit(self.path)
        name, *self.rest = self.url.path.strip("/").split("/")
        self.query = dict(urllib.parse.parse_qsl(self.url.query))
        if name == "documented":
            super().do_POST()
            return
        self.body = self.rfile.read(int(self.headers["content-length"]))
        with State.lock:
            State.counts[self.path] += 1
            State.open[self.path] += 1
            State.most[self.path] = max(State.most[self.path], State.open[self.path])
            State.changed.notify_all()
        try:
            getattr(self, f"at_{name}")()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # it has seen enough
        finally:
            with State.lock:
                State.open[self.path] -= 1
                State.changed.notify_all()

    def say(self, status, text="", headers=None):
        body = text.encode() if isinstance(text, str) else text
        self.send_response(status)
        for header, value in (headers or {}).items():
            self.send_header(header, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def genuine(self, now_s=None):
        headers = {header.lower(): value for header, value in self.headers.items()}
        return EXAMPLE["genuine"](SECRETS, headers, self.body, time.time() if now_s is None else now_s)

    def wait_until(self, is_so):
        with State.lock:
            State.changed.wait_for(lambda: is_so() or State.ending)

    # ---- kind ones ----

    def at_ok(self):
        """Taken when it is signed."""
        self.say(200 if self.genuine() else 401, "taken" if self.genuine() else "who are you?")

    def at_then(self):
        """The same at a clock of its own: /then/SECONDS."""
        self.say(200 if self.genuine(int(self.rest[0])) else 401)

    def at_works(self):
        """What the documented receiver has done."""
        self.say(200, repr(self.works))

    def at_echo(self):
        self.say(200, f"{self.command} {self.path} {self.request_version}\n" + "".join(f"{name.lower()}: {value}\n" for name, value in self.headers.items())
                 + "\n" + self.body.decode())

    def at_size(self):
        self.say(200, str(len(self.body)))

    def at_connection(self):
        self.say(200, str(self.client_address[1]))

    # ---- statuses ----

    def at_status(self):
        """/status/N?retry_after=VALUE"""
        after = self.query.get("retry_after")
        if after and after.startswith("date"):
            after = self.date_time_string(time.time() + int(after[len("date"):]))
        self.say(int(self.rest[0]), "" if self.rest[0] in ("204", "304") else f"status {self.rest[0]}", {"Retry-After": after} if after else {})

    def at_redirect(self):
        self.say(int(self.rest[0]), "elsewhere", {"Location": "/count/redirected"})

    def at_count(self):
        self.say(200, str(State.counts[self.path]))

    def at_asked(self):
        """How often a path was asked for, and how often at once: /asked?path=PATH"""
        path = self.query["path"]
        with State.lock:
            text = f"{State.counts[path]} {State.most[path]}"
        self.say(200, text)

    # ---- slow ones ----

    def at_hold(self):
        self.wait_until(lambda: self.path in State.released)
        self.say(200, "released")

    def at_await(self):
        """Answers when so many are held: /await/PATH?count=N"""
        path = "/" + "/".join(self.rest)
        self.wait_until(lambda: State.open[path] >= int(self.query["count"]))
        self.say(200)

    def at_release(self):
        """/release?path=PATH"""
        with State.lock:
            State.released.add(self.query["path"])
            State.changed.notify_all()
        self.say(200)

    def at_silent(self):
        self.wait_until(lambda: False)
        self.close_connection = True

    def at_half(self):
        """The head and half of the body, and no more."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        self.wfile.flush()
        self.wait_until(lambda: False)
        self.close_connection = True

    # ---- odd ones ----

    def at_large(self):
        self.say(200, "x" * int(self.rest[0]))

    def at_endless(self):
        """A body without an end."""
        self.wfile.write(b"HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n")
        while not State.ending:
            State.endless_bytes += self.wfile.write(b"1000\r\n" + b"y" * 4096 + b"\r\n")

    def at_written(self):
        """How many bytes of a body without an end were written, when nobody reads it any more."""
        self.wait_until(lambda: State.open["/endless"] == 0)
        self.say(200, str(State.endless_bytes))

    def at_headers(self):
        """A head without an end, after a status or before there is one."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" if self.rest[0] == "200" else b"")
        while not State.ending:
            self.wfile.write(b"x-more: and more\r\n" if self.rest[0] == "200" else b"HTTP/1.1 100 Continue\r\n\r\n")

    def at_drop(self):
        """Closes without an answer, or behind a part of its body."""
        if self.rest[0] == "body":
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        self.close_connection = True

    def at_garbage(self):
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.close_connection = True

    def at_bytes(self):
        self.say(400, b"a\x00\x01\x1b[31m\xff\xc3\x28 \xe9\x92\xb1\xe5\xa1\x98\r\n\tz\x7f\xc2\x85\xe9\x92")

    def at_cut(self):
        """A character lies across the end of what is kept."""
        self.say(400, "x" * (4096 - int(self.rest[0])) + "钱塘")


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512
    block_on_close = False

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.context = context
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.server_address[1]}"

    def finish_request(self, request, client_address):
        """In the connection's own thread: a handshake that hangs holds up nobody else."""
        if self.context is not None:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except OSError:
                return
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def openssl(*arguments, folder):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


def make_certificate(folder, authority, name, host):
    if not pathlib.Path(folder, f"{authority}.pem").exists():
        openssl("req", "-x509", *CURVE, "-days", "2", "-subj", f"/CN={authority}", "-keyout", f"{authority}.key", "-out", f"{authority}.pem", folder=folder)
    openssl("req", "-new", *CURVE, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr", folder=folder)
    pathlib.Path(folder, "extension").write_text(f"subjectAltName={host}")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial", "-days", "2", "-out",
            f"{name}.pem", "-extfile", "extension", folder=folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pathlib.Path(folder, f"{name}.pem"), pathlib.Path(folder, f"{name}.key"))
    return context


def main():
    with tempfile.TemporaryDirectory(prefix="qt-webhook-") as folder:
        ours = make_certificate(folder, "bank", "receiver", "IP:127.0.0.1,DNS:localhost")
        other = make_certificate(folder, "bank", "elsewhere", "DNS:elsewhere.example")
        strange = make_certificate(folder, "stranger", "strange", "IP:127.0.0.1")
        old = make_certificate(folder, "bank", "old", "IP:127.0.0.1")
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that is why it is refused
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        servers = {"HTTP": Server(), "TLS": Server(ours), "TLS_OTHER": Server(other), "TLS_STRANGE": Server(strange), "TLS_OLD": Server(old)}
        environment = {**os.environ, **{f"WEBHOOK_{name}": server.url for name, server in servers.items()}}
        environment["WEBHOOK_CA"] = os.path.join(folder, "bank.pem")
        environment["WEBHOOK_NO_CA"] = os.path.join(folder, "extension")
        try:
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
        finally:
            with State.lock:
                State.ending = True
                State.changed.notify_all()
            for server in servers.values():
                server.shutdown()
                server.server_close()


if __name__ == "__main__":
    sys.exit(main())
