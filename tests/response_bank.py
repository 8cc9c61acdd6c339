"""A small bank with a disposition, its server, and its store: for tests of what follows the decisions.

    pack = make_pack(folder)
    server = Server(data, pack, store=address, endpoints={"core": (url, secret_file)})
    server.send([pay(1, amount=AMOUNT_S3)])
    rows = server.rows("SELECT ...")
"""
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
QIANTANG = None  # of who imports it
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AMOUNT_S3, AMOUNT_S4, AMOUNT_NIGHT = 1_500_000, 2_500_000, 77_700  # fen
HOLD_S = 3

MODEL = """id: {id}
version: 1
status: ACTIVE
name: {{zh: 测试, en: "{id}"}}
family: VP
typology: {typology}
mode: {mode}
on: [pay]
owner: {{dept: tests}}
rationale: A payment that somebody has to look at before it goes.
expr: >
  {expr}
score: {score}
severity: {severity}
action: {action}
reason: {{zh: "{{event.amount}}", en: "{{event.amount}}"}}
tests: {{fire: [], quiet: []}}
"""
MODELS = {
    "M-VP-71-A": {"mode": "SYNC", "severity": "S3", "score": 70, "action": "DELAY", "expr": 'event.phase == "REQUEST" && event.amount >= 10000 && event.amount < 20000'},
    "M-VP-72-A": {"mode": "SYNC", "severity": "S4", "score": 90, "action": "DELAY", "expr": 'event.phase == "REQUEST" && event.amount >= 20000'},
    "M-VP-73-A": {"mode": "BATCH", "severity": "S2", "score": 40, "action": "MANUAL", "expr": "event.amount == 777"},
}
DISPOSITION = """window: 24h
groups:
  - {id: VP, families: [VP], zh: 受骗付款, en: deceived, queue: FRAUD, subject: [{kind: CUSTOMER, field: customer}]}
  - {id: PX, families: [PX], kind: OWN, zh: 其他, en: others, queue: FRAUD, subject: [{kind: ACCOUNT, field: account}]}
lists: {POLICE: [police], SANCTION: [sanctioned], PUNISHED: [punished]}
pushed: {CASE: police, CASE_HOLDER: punished, SUSPICIOUS: grey}
event: {customer: customer, account: account, payer: account, payee: payee, amount: amount}
movements: {own_banks: ["1"], out: [pay]}
holds: {refused_from: S4}
levels:
  S4: {first_action: 1h, first_human: 1h, contact: 1h, decision: 2h, wait: {customer: 1h, branch: 1wd, police: 48h}}
  S3: {first_action: 1h, first_human: 1h, contact: 1h, decision: 2h, wait: {customer: 1h, branch: 1wd, police: 48h}}
  S2: {first_action: 1h, first_human: 1h, contact: 1h, decision: 2h, wait: {customer: 1h, branch: 1wd, police: 48h}}
  S1: {first_action: 1h, first_human: 1h, contact: 1h, decision: 2h, wait: {customer: 1h, branch: 1wd, police: 48h}}
contact: [{channels: [SMS]}]
priority: {severity: 1000, money_here: 300, victim: 200, amount_log10: 100, age: 50, minute_left: -10}
weights: {weak: 0.7, codes: {TP-MULE-SUSP: 0.7}}
facts:
  customer_age: prof.person.age
  is_company: {value: 'event.customer == "firm"', known: has(event.customer)}
  victim_protect: {value: 'event.customer == "warned"', known: has(event.customer)}
  police_hit: has(event.payee) && inList("police", event.payee)
  sanction_hit: has(event.payee) && inList("sanctioned", event.payee)
  punished_hit: has(event.payee) && inList("punished", event.payee)
  second_key: 'false'
  payroll_account: {value: 'event.account == "wages"', known: has(event.account)}
  pension_account: {value: 'event.account == "pension"', known: has(event.account)}
  settlement_account: {value: 'event.account == "shop"', known: has(event.account)}
  court_account: {value: 'event.payee == "court"', known: has(event.payee)}
  payee_new: {value: '!inList("known", event.payee)', known: has(event.payee)}
answers:
  - {name: reply, type: enum, values: [Y, N, OTHER], zh: 回复, en: what he replied}
quality:
  sample: {share: 0.02, weekly: 30, all_from: 200000}
  breaker: {within: 24h, factor: 2, mean_days: 14, overturn: 0.02, later_positives: 2, later_within: 7d}
  earn: {agreement: 0.98, alerts: 500}
order: [D-GREY, D-ASK]
cases: {given: {alert: {severity: 3, severity_first: 3, severity_most: 3, severity_last: 3}}}
"""
SCRIPTS = """scripts:
  ASK:
    version: 1
    kind: MESSAGE
    zh: 您尾号{event.account|tail}的账户将转出{event.amount}元
    en: "{event.amount} yuan leave your account {event.account|tail}"
  SUSPENDED:
    version: 1
    kind: NOTICE
    reason: FRAUD_RISK
    zh: 您的账户暂停非柜面业务
    en: Business away from the counter is suspended
    remedy: {zh: 可到网点申诉, en: Object at an outlet}
    documents: {zh: 身份证件, en: identity card}
"""
GREY = """id: D-GREY
version: 1
zh: 收款方列入灰名单
en: The payee goes to the grey list
owner: tests
note: {zh: 大额付款的收款方暂列灰名单。, en: "Payees of large payments are watched."}
direction: PROTECT
applies_to: [VP]
severities: [S4]
when: 'event.amount >= 20000'
then:
  - {id: grey, do: [{GREY_PAYEE: {list: grey, for: 30d}}, {SUSPEND_NON_COUNTER: {for: 24h, notice: SUSPENDED}}], to: STAYS, zh: 列入灰名单, en: watched}
tests: {cases: []}
"""
ASK = """id: D-ASK
version: {version}
zh: 短信确认
en: Asked by a message
owner: tests
note: {{zh: 发短信确认。, en: "A message asks."}}
direction: PROTECT
applies_to: [VP]
severities: [S3, S4]
when: 'event.amount >= {least}'
ask: {{channel: SMS, script: ASK, within: 2s}}
then:
  - {{id: no, when: 'run.answered && answer.reply == "N"', to: HUMAN, zh: 否认, en: he says no}}
tests: {{cases: []}}
"""


def write(path, text):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make_pack(folder, name="pack", version=1, least=10000, hold_s=HOLD_S, disposition=True):
    """The tests' pack, with payments that wait, and strategies that ask and watch."""
    pack = pathlib.Path(folder, name)
    shutil.copytree(ROOT / "tests" / "packs" / "payments", pack)
    for id_, model in MODELS.items():
        write(pack / "models" / f"{id_}.yaml", MODEL.format(id=id_, typology=id_[2:7], **model))
    policy = (pack / "policy.yaml").read_text(encoding="utf-8")
    policy = policy.replace("rules:\n", f"""rules:
  - id: waits
    when: 'd.action == "DELAY"'
    then: {{action: DELAY, delay: {hold_s}s, task: MANUAL}}
    zh: 暂缓
    en: it waits
""", 1)
    (pack / "policy.yaml").write_text(policy, encoding="utf-8")
    knowledge = (pack / "knowledge.yaml").read_text(encoding="utf-8")
    more = "".join(f"  {list_}: {{zh: 名单, en: \"{list_}\", key: payee, source: tests, expiry: none}}\n" for list_ in ("police", "punished", "grey", "known"))
    (pack / "knowledge.yaml").write_text(knowledge.replace("tables:\n", more + "tables:\n", 1), encoding="utf-8")
    text = (pack / "pack.yaml").read_text(encoding="utf-8")
    (pack / "pack.yaml").write_text(re.sub(r"version: \d+", f"version: {version}", text, count=1), encoding="utf-8")
    if disposition:
        write(pack / "disposition.yaml", DISPOSITION)
        write(pack / "scripts" / "messages.yaml", SCRIPTS)
        write(pack / "strategies" / "D-GREY.yaml", GREY)
        write(pack / "strategies" / "D-ASK.yaml", ASK.format(version=version, least=least))
    return str(pack)


def pay(number, amount=100, customer=None, **more):
    return {"event_id": f"e{number}", "event_type": "pay", "event_time": int(time.time() * 1000), "phase": "REQUEST", "account": f"a{number}", "payee": f"p{number % 31}",
            "channel": "MOBILE", "amount": amount, "customer": customer or f"c{number % 53}", **more}


# ---- the store ----

class Store:
    """Rows of a store, read beside whoever writes them."""

    def __init__(self, address):
        self.address = address

    def rows(self, statement, change=False):
        if self.address.startswith("sqlite:"):
            path = self.address[len("sqlite:"):]
            connection = sqlite3.connect(path if change else f"file:{path}?mode=ro", uri=not change, timeout=10)
            try:
                found = connection.execute(statement).fetchall()
                connection.commit()
                return [tuple(row) for row in found]
            finally:
                connection.close()
        done = subprocess.run(["psql", "-X", "-At", "-F", "\x1f", self.address, "-c", statement], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return [tuple(int(cell) if re.fullmatch(r"-?\d+", cell) else cell for cell in line.split("\x1f")) for line in done.stdout.splitlines() if not change]


# ---- the server ----

class Server:
    def __init__(self, data, pack=None, store=None, endpoints=(), settings="", password_file=None):
        self.data = data
        self.store = Store(store or f"sqlite:{data}/response.db")
        os.makedirs(data, exist_ok=True)
        path = data + ".yaml"
        lines = [] if "journal:" in settings else ["journal: {segment_bytes: 8 MiB}"]  # a new one is filled with zeros
        lines += ["decisions: {default_budget: 1 min, overload_wait: 1 min}", "response:"]
        lines += [f"  store: \"{store}\""] if store else []
        lines += [f"  password_file: \"{password_file}\""] if password_file else []
        lines += ["  endpoints:" if endpoints else "  endpoints: []"]
        lines += [f"    - {{name: {name}, url: \"{url}\", secret: {secret}, timeout: 5 s}}" for name, (url, secret) in dict(endpoints).items()]
        write(path, "\n".join(lines) + "\n" + settings)
        arguments = ["--pack", pack] if pack else []
        self.log = open(data + ".log", "a", encoding="utf-8")
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", path, "--data", data, "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.port = None
        for line in self.process.stdout:
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                break
        assert self.port is not None, self.said()

    def said(self):
        self.log.flush()
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()[-3000:]

    def request(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, json.loads(text) if kind == "application/json" else text

    def send(self, records):
        status, answers = self.request("POST", "/v1/records", "".join(json.dumps(record) + "\n" for record in records), "application/x-ndjson")
        assert status == 200, answers
        answers = [json.loads(line) for line in answers.splitlines()]
        assert len(answers) == len(records), answers
        return answers

    def state(self):
        return self.request("GET", "/v1/state")[1]["response"]

    def rows(self, statement):
        return self.store.rows(statement)

    def wait(self, holds, seconds=120, what=""):
        """Until holds() is true; its value."""
        until = time.monotonic() + seconds
        while True:
            value = holds()
            if value:
                return value
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, (what, self.state(), self.said())
            time.sleep(0.02)

    def wait_taken(self, seconds=120):
        """Until everything that is durable was taken."""
        def taken():
            durable = self.request("GET", "/v1/state")[1]
            return durable["response"]["mode"] == "on" and durable["response"]["taken_sequence"] >= durable["durable_sequence"]
        return self.wait(taken, seconds, "not everything was taken")

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process.stdout.close()
        self.log.close()
        assert code == (0 if how == signal.SIGTERM else -how), code


# ---- an endpoint ----

def documented():
    code = re.search(r"^```python\n(.*?)^```", (ROOT / "docs/webhooks.md").read_text(encoding="utf-8"), re.M | re.S)[1]
    names = {"__name__": "documented"}
    exec(compile(code, "docs/webhooks.md", "exec"), names)
    return names


class Receiver:
    """Takes messages as the documented receiver does, which verifies their signatures; `status` is what it answers meanwhile."""

    def __init__(self, folder, name="receiver"):
        receiver = self
        example = documented()
        self.messages, self.refused, self.again = [], 0, 0
        self.ids = set()
        self.status = 204
        self.lock = threading.Lock()
        self.secret = os.path.join(folder, f"{name}.secret")
        write(self.secret, SECRET + "\n")

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name_.lower(): value for name_, value in self.headers.items()}
                with receiver.lock:
                    status = receiver.status
                    if not example["genuine"]([SECRET], headers, body, time.time()):
                        receiver.refused += 1
                        status = 401
                    elif status == 204 and headers["webhook-id"] in receiver.ids:
                        receiver.again += 1
                    elif status == 204:
                        receiver.ids.add(headers["webhook-id"])
                        receiver.messages.append((time.time(), json.loads(body)))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a sender that was killed

        self.server = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.endpoint = (f"http://127.0.0.1:{self.server.server_address[1]}/", self.secret)

    def of(self, kind):
        with self.lock:
            return [(at, message) for at, message in self.messages if message["type"] == kind]

    def end(self):
        self.server.shutdown()
        self.server.server_close()
