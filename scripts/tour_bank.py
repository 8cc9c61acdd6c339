#!/usr/bin/env python3
"""A bank to look around in: a made-up bank with its customers and frauds, a server that decides on its days, people of every role, and stand-ins for the core bank and the contact centre.

    tour_bank.py PROGRAM FOLDER [--port N] [--customers N] [--days N] [--rate R] [--seed N] [--live N] [--worked]

PROGRAM is the built qiantang. All that is made lies in FOLDER, which is emptied first. When everything is there, FOLDER/tour.json names the address and who can sign in, "ready" is printed, and the program
stays until it is ended by a signal; then it ends what it has started. With --live the bank's last day goes on coming, N records a second; with --worked its people have worked a shift (tour_work.py).
"""

import argparse
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time

import tour_work

ROOT = pathlib.Path(__file__).resolve().parent.parent
# For a bank on this machine alone that is gone when it is ended.
PASSWORD = "look around here"
EVERY_SKILL = ["FRAUD", "MULE", "CORPORATE", "MERCHANT", "LOAN", "SECURITY", "SAFETY"]
# Who there is: name, roles, skills, level, branch (the first of the bank's where True).
PEOPLE = [
    ("administrator", "administrator", None, 0, False),
    ("operator", "operator", None, 0, False),
    ("analyst-1", "analyst", EVERY_SKILL, 0, False),
    ("analyst-2", "analyst", ["FRAUD", "MULE"], 0, False),
    ("shift-leader", "shift-leader", EVERY_SKILL, 2, False),
    ("shift-leader-2", "shift-leader", EVERY_SKILL, 2, False),
    ("aml-analyst", "aml-analyst", ["AML"], 0, False),
    ("aml-officer", "aml-officer", ["AML"], 2, False),
    ("insider-reviewer", "insider-reviewer", ["INSIDER"], 2, False),
    ("branch-verifier", "branch-verifier", [], 0, True),
    ("quality-reviewer", "quality-reviewer", EVERY_SKILL, 0, False),
    ("security-operator", "security-operator", ["SECURITY"], 0, False),
    ("model-author", "model-author", None, 0, False),
    ("model-author-2", "model-author", None, 0, False),
    ("model-approver", "model-approver", None, 0, False),
    ("auditor", "auditor", None, 0, False),
    ("liaison", "liaison", ["POLICE"], 0, False),
    ("liaison-2", "liaison", ["POLICE"], 0, False),
    ("department-head", "department-head", None, 0, False),
    ("compliance-officer", "compliance-officer", None, 0, False),
    ("director", "director", None, 0, False),
]


class Client:
    """Somebody who has signed in, or a system with a key."""

    def __init__(self, port, token=None, cookie=None):
        self.port, self.token, self.cookie = port, token, cookie

    def ask(self, method, path, body=None, kind="application/json"):
        headers = {"Sec-Fetch-Site": "same-origin"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers["Content-Type"] = kind
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        text = reply.read()
        self.set_cookie = reply.getheader("Set-Cookie")
        connection.close()
        kind = (reply.getheader("Content-Type") or "").split(";")[0]
        return reply.status, json.loads(text) if text and kind in ("application/json", "application/problem+json") else text

    def ok(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer


def sign_in(port, name, password):
    client = Client(port)
    client.ok("POST", "/v1/session", {"name": name, "password": password})
    return Client(port, cookie=client.set_cookie.split(";")[0])


class StandIn(http.server.BaseHTTPRequestHandler):
    """Takes what the platform tells, verifies the signature, and confirms what the core bank has to confirm."""

    secret = b""
    confirm = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = b".".join([self.headers["webhook-id"].encode(), self.headers["webhook-timestamp"].encode(), body])
        wanted = "v1," + base64.b64encode(hmac.new(StandIn.secret, signed, hashlib.sha256).digest()).decode()
        is_right = any(hmac.compare_digest(wanted, one) for one in self.headers["webhook-signature"].split())
        self.send_response(204 if is_right else 401)
        self.end_headers()
        message = json.loads(body)
        if is_right and self.path == "/core":
            threading.Thread(target=StandIn.confirm, args=(message,), daemon=True).start()

    def log_message(self, *_):
        pass


class Bank:
    def __init__(self, arguments):
        self.arguments = arguments
        self.folder = pathlib.Path(arguments.folder).resolve()
        self.program = str(pathlib.Path(arguments.program).resolve())
        self.processes = []

    def run(self, *command):
        subprocess.run([self.program, *map(str, command)], check=True, stdout=subprocess.DEVNULL)

    def start(self, *command, until=None):
        log = open(self.folder / f"{command[0]}.log", "a")
        process = subprocess.Popen([self.program, *map(str, command)], stdout=subprocess.PIPE, stderr=log, text=True)
        self.processes.append(process)
        for line in process.stdout if until else ():
            if line.startswith(until):
                return line.strip()
        if until:
            raise RuntimeError(f"{command[0]} has ended: {(self.folder / (command[0] + '.log')).read_text()[-2000:]}")
        return None

    def make(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        made = self.folder / "bank"
        start = time.strftime("%Y-%m-%d", time.localtime(time.time() - 86400 * (self.arguments.days - 1)))
        self.run("simulate", "--seed", self.arguments.seed, "--customers", self.arguments.customers, "--days", self.arguments.days, "--start", start,
                 "--rate", self.arguments.rate, "--confusion", 1000, "--out", made, "--quiet")
        pack = self.folder / "pack"
        shutil.copytree(ROOT / "packs" / "bank", pack)
        shutil.copytree(made / "tables", pack / "tables", dirs_exist_ok=True)
        shutil.copytree(made / "lists", pack / "lists", dirs_exist_ok=True)

    def stand_ins(self):
        secret = secrets.token_bytes(32)
        StandIn.secret = secret
        path = self.folder / "stand-in.secret"
        path.write_text("whsec_" + base64.b64encode(secret).decode() + "\n")
        path.chmod(0o600)
        self.receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
        threading.Thread(target=self.receiver.serve_forever, daemon=True).start()
        return path

    def settings(self, secret, contact_port):
        port = self.receiver.server_address[1]
        lines = ["decisions: {default_budget: 1 min, overload_wait: 1 min}", "journal: {segment_bytes: 64 MiB}", "bank: {name: 钱塘演示银行, department: 风险监测中心, symbol: 钱银风}", "response:", "  endpoints:"]
        lines += [f'    - {{name: {name}, url: "http://127.0.0.1:{port}/{name}", secret: "{secret}", timeout: 5 s}}' for name in ("core", "police", "page", "inspection")]
        lines += [f'    - {{name: contact, url: "http://127.0.0.1:{contact_port}/", secret: "{secret}", timeout: 5 s}}']
        path = self.folder / "settings.yaml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def people(self):
        first = Client(self.port)
        for name, role, *_ in PEOPLE:
            first = self.add(first, name, role)
        branch = (self.folder / "bank" / "tables" / "br.ndjson").read_text(encoding="utf-8").split("\n", 1)[0]
        branch = json.loads(branch)["branch_id"] if branch else ""
        leaders = [sign_in(self.port, name, PASSWORD) for name in ("shift-leader", "shift-leader-2")]
        for name, _, skills, level, is_of_branch in PEOPLE:
            if skills is not None:  # nobody sets the own level
                leaders[name == "shift-leader"].ok("PUT", f"/v1/desks/{name}", {"skills": skills, "level": level, "branch": branch if is_of_branch else "", "on_duty": True})

    def add(self, client, name, role):
        """The first one is made while nobody is there; he makes the others. Each has to change the password at his first sign-in, which is done for him."""
        client.ok("POST", "/v1/users", {"name": name, "roles": [role], "password": PASSWORD + " for the first time"})
        own = sign_in(self.port, name, PASSWORD + " for the first time")
        own.ok("PUT", "/v1/session/password", {"old": PASSWORD + " for the first time", "new": PASSWORD})
        return sign_in(self.port, name, PASSWORD) if role == "administrator" else client

    def key(self, system, scopes):
        administrator = sign_in(self.port, "administrator", PASSWORD)
        return administrator.ok("POST", "/v1/keys", {"system": system, "scopes": scopes, "days": 30})["key"]

    def begin(self):
        self.make()
        secret = self.stand_ins()
        contact = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        contact_port = contact.server_address[1]
        contact.server_close()
        settings = self.settings(secret, contact_port)
        line = self.start("serve", "--config", settings, "--pack", self.folder / "pack", "--data", self.folder / "data", "--port", self.arguments.port, until="listening")
        self.address = line.split()[-1]
        self.port = int(self.address.rsplit(":", 1)[1])
        self.people()
        core = Client(self.port, token=self.key("core", ["core:confirm"]))
        StandIn.confirm = staticmethod(lambda message: self.confirm(core, message))
        key_file = self.folder / "contact.key"
        key_file.write_text(self.key("contact", ["tasks:answer"]) + "\n")
        key_file.chmod(0o600)
        self.start("contact", "--server", self.address, "--key-file", key_file, "--labels", self.folder / "bank" / "labels.ndjson", "--secret-file", secret, "--port", contact_port, "--hurry", 20)
        feed = self.folder / "feed.key"
        feed.write_text(self.key("channels", ["events:write"]) + "\n")
        feed.chmod(0o600)
        self.feed_key = feed

    def confirm(self, core, message):
        time.sleep(0.2)
        if message["type"] in ("hold.released", "hold.refused", "hold.cancelled"):
            core.ask("POST", "/v1/confirmations", {"object_kind": "hold", "object": message["object"], "message": message["message"], "done": True})
        elif message["type"].startswith("control."):
            core.ask("POST", "/v1/confirmations", {"object_kind": "control", "object": message["data"]["control"], "message": message["message"], "done": True, "at": int(time.time() * 1000)})
        elif message["type"] == "order.return":
            core.ask("POST", "/v1/confirmations", {"object_kind": "order", "object": message["object"], "message": message["message"], "done": True})

    def feed(self):
        """The bank's days, as fast as they are taken; with --live the last part of them slowly, again and again under new names."""
        events = self.folder / "bank" / "events.ndjson"
        key = Client(self.port, token=self.feed_key.read_text().strip())
        batch = []

        def send():
            status, answer = key.ask("POST", "/v1/records", "\n".join(batch) + "\n", "application/x-ndjson")
            if status != 200:
                raise RuntimeError(f"records: {status} {answer}")
            batch.clear()

        with open(events, encoding="utf-8") as file:
            for line in file:
                batch.append(line.rstrip("\n"))
                if len(batch) == 2000:
                    send()
        if batch:
            send()

    def settle(self, seconds=120):
        """Until the response has taken everything."""
        operator = sign_in(self.port, "operator", PASSWORD)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            state = operator.ok("GET", "/v1/state")
            if state["response"].get("taken_sequence", 0) >= state["durable_sequence"]:
                return
            time.sleep(0.2)

    def go_on(self):
        """The last tenth of the records, at the rate that was asked for, with names and times of now."""
        lines = (self.folder / "bank" / "events.ndjson").read_text(encoding="utf-8").splitlines()
        lines = [line for line in lines[-len(lines) // 10:] if '"event_id"' in line]
        key = Client(self.port, token=self.feed_key.read_text().strip())
        round_, at = 0, 0
        while True:
            began = time.monotonic()
            batch = []
            for _ in range(max(1, self.arguments.live // 10)):
                record = json.loads(lines[at])
                now = int(time.time() * 1000)
                record["event_id"] = f"{record['event_id']}-{round_}"
                if isinstance(record.get("event_time"), int):
                    record["event_time"] = now
                if "orig_event_id" in record:
                    record["orig_event_id"] = f"{record['orig_event_id']}-{round_}"
                batch.append(json.dumps(record, ensure_ascii=False))
                at += 1
                if at == len(lines):
                    round_, at = round_ + 1, 0
            try:
                key.ask("POST", "/v1/records", "\n".join(batch) + "\n", "application/x-ndjson")
            except OSError:
                return  # the bank has ended
            time.sleep(max(0.0, 0.1 - (time.monotonic() - began)))

    def end(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        self.receiver.shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--rate", type=float, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--live", type=int, default=0)
    parser.add_argument("--worked", action="store_true")
    bank = Bank(parser.parse_args())
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        bank.begin()
        bank.feed()
        bank.settle()
        if bank.arguments.worked:
            tour_work.Work(bank, lambda name: sign_in(bank.port, name, PASSWORD), lambda key: Client(bank.port, token=key)).all()
        tour = {"address": bank.address, "password": PASSWORD, "people": [{"name": name, "role": role} for name, role, *_ in PEOPLE], "folder": str(bank.folder)}
        (bank.folder / "tour.json").write_text(json.dumps(tour, ensure_ascii=False, indent=1) + "\n")
        people = "\n".join(f"  {name:18} {role}" for name, role, *_ in PEOPLE)
        print(f"ready at {bank.address}/console/\n\nSign in there with the password '{PASSWORD}' as one of\n{people}", flush=True)
        if bank.arguments.live > 0:
            threading.Thread(target=bank.go_on, daemon=True).start()
        ended.wait()
    finally:
        bank.end()


if __name__ == "__main__":
    main()
