"""A bank with people: the pack of response_bank.py with alerts that are secret, branches, notices and a script for calls, a server with users who have signed in, and every answer compared with
src/server/api/openapi.json.

    bank = Bank(folder)                        # a server, an administrator
    li = bank.person("li", "analyst", skills=["FRAUD"])
    alert = li.ok("POST", "/v1/alerts/next")["alert"]
    li.expect(403, "scope_missing", "GET", "/v1/users")

$STORE is the address of a PostgreSQL database, as tests/postgresql.py gives it; without, stores are files of SQLite.
"""
import atexit
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse

import response_bank
from api_document import DOCUMENT, ROOT, judge, resolve, seen

# Papers are made by libraries that leave something behind; of builds under a sanitizer.
os.environ.setdefault("LSAN_OPTIONS", f"suppressions={pathlib.Path(__file__).resolve().parent / 'leaks.supp'}:print_suppressions=0")

PASSWORD = "correct horse battery"
AML, INSIDER = 555_500, 666_600  # fen: amounts of which alerts of laundering and of employees are made
SECRET_MODELS = {
    "M-AM-71-A": {"mode": "SYNC", "severity": "S3", "score": 60, "action": "PASS", "expr": 'event.phase == "REQUEST" && event.amount == 5555'},
    "M-IE-71-A": {"mode": "SYNC", "severity": "S3", "score": 60, "action": "PASS", "expr": 'event.phase == "REQUEST" && event.amount == 6666'},
}
GROUPS = """  - {id: AM, families: [AM], zh: 反洗钱, en: laundering, queue: AML, subject: [{kind: CUSTOMER, field: customer}], secrecy: AML}
  - {id: IE, families: [IE], zh: 内部人员, en: employees, queue: INSIDER, subject: [{kind: EMPLOYEE, field: customer}], secrecy: INSIDER}
"""
SKILLS = """skills:
  FRAUD: {zh: 反欺诈, en: Fraud}
  AML: {zh: 反洗钱, en: Laundering}
  INSIDER: {zh: 员工行为, en: Employees}
"""
NAMED_VALUES = """  phase:
    REQUEST: {zh: 事中请求, en: decision wanted}
    RESULT: {zh: 结果通知, en: result}
    REVERSAL: {zh: 冲正, en: reversal}
  result: {SUCCESS: {zh: 成功, en: success}, FAIL: {zh: 失败, en: failed}, PENDING: {zh: 处理中, en: pending}}
  channel: {MOBILE: {zh: 手机银行, en: mobile bank}, COUNTER: {zh: 柜面, en: counter}}
"""
MORE_SCRIPTS = """  CALL:
    version: 2
    kind: CALL
    zh: 您好，这里是本行
    en: This is the bank
    lines:
      - {zh: 是您本人操作吗, en: was it you, answer: reply}
      - {zh: 谢谢, en: thank you}
  NOTICE:
    version: 1
    kind: NOTICE
    reason: FRAUD_RISK
    zh: 您尾号{event.account|tail}的账户已限制
    en: "Your account {event.account|tail} is restricted"
    remedy: {zh: 致电本行, en: call us}
    documents: {zh: 身份证, en: identity card}
"""

# ---- examples of docs/alerts.md ----

def examples():
    """(who, method, path, body or None, what comes back: (status, code) or members that have to be there)."""
    text = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```\n(.*?)^```", text, re.M | re.S):
        for example in block.strip().split("\n\n"):
            asked, answered = example.split("\n", 1)
            who, method, path, body = re.fullmatch(r"(\w+)> ([A-Z]+) (\S+)(?: (.*))?", asked).groups()
            refused = re.fullmatch(r"(\d{3}) (\w+)", answered)
            yield who, method, path, json.loads(body) if body else None, (int(refused[1]), refused[2]) if refused else json.loads(answered)


def remember_numbers(value, known):
    """Numbers by their members' names: for $alert in a later example."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, (dict, list)):
            remember_numbers(part, known)
        elif key in ("id", "alert", "task", "hold", "proposal", "referral") and isinstance(part, int):
            known[key] = part


def fill_in(value, known):
    if isinstance(value, dict):
        return {key: fill_in(part, known) for key, part in value.items()}
    if isinstance(value, str) and value.startswith("$"):
        return known[value[1:]]
    return value


def check_shown(shown, got, where):
    """Members that are shown are there; others may be too."""
    if isinstance(shown, dict):
        for key, part in shown.items():
            assert key in got, (where, key, got)
            check_shown(part, got[key], where + "/" + key)
    elif isinstance(shown, list):
        assert len(shown) == len(got), (where, shown, got)
        for i, part in enumerate(shown):
            check_shown(part, got[i], f"{where}/{i}")
    else:
        assert shown == got, (where, shown, got)


def run_examples(people):
    known, count = {}, 0
    for who, method, path, body, expected in examples():
        path = re.sub(r"\$(\w+)", lambda name: str(known[name[1]]), path)
        status, value = people[who].ask(method, path, fill_in(body, known))
        if isinstance(expected, tuple):
            assert (status, value.get("code")) == expected, (method, path, expected, status, value)
        else:
            assert status == 200, (method, path, status, value)
            check_shown(expected, value, f"{method} {path}")
            if method == "POST" or "/holds" in path:
                remember_numbers(value, known)
        count += 1
    return count


# ---- all operations of the response ----

TAGS = {"Alerts", "Desks", "Tasks", "Controls", "Orders", "Strategies", "Figures"}
IN_PATH = {"script": "ASK", "person": "li", "strategy": "D-NONE", "endpoint": "contact", "figure": "alerts", "kind": "view"}  # the others are numbers


def operations(tags=frozenset(TAGS | {"Cases"})):
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if set(operation["tags"]) <= tags:
                yield method.upper(), re.sub(r"{(\w+)}", lambda name: IN_PATH.get(name[1], "1"), path), operation


def example_of(operation):
    """The body and the content type that the document shows; None where it has none."""
    content = operation.get("requestBody", {}).get("content")
    if content is None:
        return None, "application/json"
    kind, media = next(iter(content.items()))
    return media.get("example", b"bytes"), kind


def unseen(tags, but=()):
    """Answers that the document has and that nobody got, but for those that tests/openapi_test.py asks of all operations alike."""
    return [(operation["operationId"], status) for path, item in DOCUMENT["paths"].items() for method, operation in item.items() for status in operation["responses"]
            if set(operation["tags"]) <= tags and status not in ("400", "413", "415", "default") and (method, path, status) not in seen and (operation["operationId"], status) not in but]


def check_without_a_disposition(folder, tags):
    bank = Bank(folder, plain=True)
    who = bank.everybody()
    for method, path, operation in operations(tags):
        body, kind = example_of(operation)
        if "404" in operation["responses"] and operation.get("x-scope"):
            needs = {"effective": "?target_kind=account&target=1", "flow": "?account=1", "look_back": "?account=1", "bulletin": "?month=2026-10", "texts": "?month=2026-10", "neighbours": "?kind=ACCOUNT&name=1",
                     "path": "?from_kind=ACCOUNT&from_name=1&to_kind=ACCOUNT&to_name=2"}
            query = needs.get(path.rsplit("/", 1)[1], "") if method == "GET" and path != "/v1/cases/1/flow" else ""
            who[operation["x-scope"]].expect(404, "response_off", method, path + query, body, kind=kind)


def check_unknown_members(folder, tags):
    bank = Bank(folder)
    who = bank.everybody()
    for method, path, operation in operations(tags):
        if example_of(operation)[1] == "application/json" and "requestBody" in operation and operation.get("x-scope"):
            who[operation["x-scope"]].expect(422, "body_refused", method, path, {"nobody_knows_this": 1})


def check_wrong_roles(folder, tags):
    """How often somebody was refused for what his role does not allow."""
    bank = Bank(folder)
    roles = {role["role"]: set(role["scopes"]) for role in bank.administrator.ok("GET", "/v1/roles")["roles"] if role["for_people"]}
    people = {role: bank.administrator if role == "administrator" else bank.person("p-" + role, role) for role in roles}
    asked = 0
    for method, path, operation in operations(tags):
        scope = operation.get("x-scope", "")
        body, kind = example_of(operation)
        for role, person in people.items():
            if scope not in ("", "self") and scope not in roles[role]:
                person.expect(403, "scope_missing", method, path, body, kind=kind)
                asked += 1
    return asked


QUIET = """id: D-QUIET
version: 1
zh: 静默后关闭
en: Closed when nothing more comes
owner: tests
note: {zh: 测试。, en: "A test."}
direction: PROTECT
applies_to: [VP]
severities: [S3]
when: 'event.amount >= 10000'
wait: [{for: 1s}]
quality: {earn: {agreement: 0.9, alerts: 3}}
then:
  - {id: quiet, do: [{REFUSE_PAYMENT: {notice: NOTICE}}], close: TP-VICTIM-SAVED, zh: 拒绝, en: refused}
tests: {cases: []}
"""


def make_pack(folder, strategy=False, missed=False, four_eyes=(), more_models=None, **more):
    pack = pathlib.Path(response_bank.make_pack(folder, hold_s=more.pop("hold_s", 3600), **more))
    for id_, model in {**SECRET_MODELS, **(more_models or {})}.items():
        text = response_bank.MODEL.format(id=id_, typology=id_[2:7], **model).replace("family: VP", "family: " + id_[2:4])
        response_bank.write(pack / "models" / f"{id_}.yaml", text)
    schema = (pack / "schema.yaml").read_text(encoding="utf-8")
    for name, kind in (("account", "account"), ("customer", "account")):
        schema = re.sub(r"(\{name: %s, type: string, max: 32)" % name, r"\1, personal: %s" % kind, schema)
    schema = schema.replace("  - {name: amount,", "  - {name: branch, type: string, max: 16}\n  - {name: amount,", 1)
    schema = re.sub(r"(?<=enums:\n)(  .*\n)+", NAMED_VALUES, schema, count=1)
    (pack / "schema.yaml").write_text(schema, encoding="utf-8")
    plan = (pack / "disposition.yaml").read_text(encoding="utf-8")
    plan = plan.replace("values: [Y, N, OTHER]", "values: {Y: {zh: 是, en: 'yes'}, N: {zh: 否, en: 'no'}, OTHER: {zh: 其他, en: other}}", 1)
    plan = plan.replace("lists: {POLICE", GROUPS + SKILLS + "lists: {POLICE", 1).replace("amount: amount}\nmovements", "amount: amount, branch: branch}\nmovements", 1)
    plan = plan.replace("subject: [{kind: CUSTOMER, field: customer}]}\n  - {id: PX", "subject: [{kind: CUSTOMER, field: customer}], call: CALL}\n  - {id: PX", 1)
    plan = plan.replace("order: [D-GREY, D-ASK]", "order: [D-QUIET]" if strategy else "order: []").replace("cases: {given: {alert: {severity: 3, severity_first: 3, severity_most: 3, severity_last: 3}}}", "")
    if missed:  # customers report fraud, and every payment without a hit is drawn
        schema = (pack / "schema.yaml").read_text(encoding="utf-8")
        (pack / "schema.yaml").write_text(schema.replace("  - {name: amount,", "  - {name: report, type: string, max: 16}\n  - {name: amount,", 1), encoding="utf-8")
        plan = plan.replace("amount: amount, branch: branch}", "amount: amount, branch: branch, report: report}", 1).replace("quality:\n", "quality:\n  unalerted: 1\n", 1)
    if strategy:  # whose age is not known is vulnerable, and no strategy closes what is about him
        plan = plan.replace("customer_age: prof.person.age", "customer_age: '40'", 1)
    (pack / "disposition.yaml").write_text(plan, encoding="utf-8")
    for name in ("D-GREY", "D-ASK"):
        (pack / "strategies" / f"{name}.yaml").unlink()
    if strategy:
        response_bank.write(pack / "strategies" / "D-QUIET.yaml", QUIET)
    knowledge = pack / "knowledge.yaml"
    for name in four_eyes:
        knowledge.write_text(re.sub(rf"(  {name}: {{{{?[^}}]*)}}", r"\1, four_eyes: true}", knowledge.read_text(encoding="utf-8")), encoding="utf-8")
    scripts = pack / "scripts" / "messages.yaml"
    scripts.write_text(scripts.read_text(encoding="utf-8") + MORE_SCRIPTS, encoding="utf-8")
    return str(pack)


class Caller:
    """Somebody who asks: with a cookie, with a key, or with nothing."""

    def __init__(self, bank, name, headers):
        self.bank, self.name, self.headers = bank, name, headers

    def ask(self, method, path, body=None, headers=(), kind="application/json", judged=True):
        connection = http.client.HTTPConnection("127.0.0.1", self.bank.server.port, timeout=60)
        sent = {**self.headers, **dict(headers)}
        if body is not None:
            sent["Content-Type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection.request(method, path, body, sent)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it had answered before everything was sent
        reply = connection.getresponse()
        text = reply.read()
        got = {name.lower(): value for name, value in reply.getheaders()}
        connection.close()
        if judged:
            judge(method, path, reply.status, got, text)
        self.last = got
        return reply.status, json.loads(text) if "json" in got["content-type"] else text

    def ok(self, method, path, body=None, **more):
        status, value = self.ask(method, path, body, **more)
        assert status == 200, (method, path, status, value)
        return value

    def expect(self, status, code, method, path, body=None, **more):
        got, value = self.ask(method, path, body, **more)
        assert got == status and value.get("code") == code, ((status, code), (method, path, body), got, value)
        return value


SERVER = os.environ.get("STORE")
banks = []  # that run


def new_store(folder):
    """An empty database of the server that $STORE names; without one, None: a file in the data folder."""
    if SERVER is None:
        return None
    name = "a" + re.sub(r"\W", "", os.path.basename(folder)).lower()
    response_bank.Store(SERVER).rows(f"CREATE DATABASE {name}", change=True)
    return SERVER.replace("/postgres?", f"/{name}?")


def ended(tests):
    """The same tests, after which no server runs, whatever became of them."""
    def end(test):
        def run(folder):
            try:
                test(folder)
            finally:
                while banks:
                    banks.pop().server.end()
        return run
    return {name: end(test) if name.startswith("test_") else test for name, test in tests.items()}


# Who is in the tests. A password is stretched on purpose, so the folder that a server keeps of users is made once for all tests of a program, by tests/cast.c, and copied.
CAST = {
    "zhao": "administrator", "chief": "shift-leader", "deputy": "shift-leader", "boss": "shift-leader", "judge": "shift-leader",
    "li": "analyst", "li2": "analyst", "wang": "analyst", "mule": "analyst", "director": "director", "wu": "director", "jiang": "compliance-officer", "sun": "auditor", "audit": "auditor",
    "aml": "aml-analyst", "teller": "branch-verifier", "branch": "branch-verifier", "homeless": "branch-verifier", "operator": "security-operator",
    "author": "model-author", "approver": "model-approver", "zheng": "quality-reviewer", "quality": "quality-reviewer", "feng": "quality-reviewer", "chen": "quality-reviewer",
    "qian": "department-head", "outlet": "department-head", "inside": "insider-reviewer", "reviewer": "insider-reviewer",
    "zhou": "liaison", "unskilled": "liaison", "second": "liaison", "one": "liaison", "liaison": "liaison",
}
ROLES = re.findall(r'^ROLE\(\w+, "([\w-]+)"', (ROOT / "src/access/roles.def").read_text(encoding="utf-8"), re.M)
CAST.update({f"{kind}-{role}": role for role in ROLES if role != "system" for kind in ("p", "of")})  # check_wrong_roles, everybody
users_made = []  # that folder


def users_folder():
    if not users_made:
        folder = tempfile.mkdtemp(prefix="qt-users-")
        atexit.register(shutil.rmtree, folder)
        made = subprocess.run([pathlib.Path(response_bank.QIANTANG).resolve().parent / "tests" / "cast", folder, PASSWORD, *(f"{name}={role}" for name, role in CAST.items())],
                              capture_output=True, text=True, timeout=120)
        assert made.returncode == 0, made.stderr
        users_made.append(folder)
    return users_made[0]


class Bank:
    def __init__(self, folder, plain=False, **more):
        self.folder = folder
        pack = response_bank.make_pack(folder, disposition=False) if plain else make_pack(folder, **more.pop("pack", {}))
        data = os.path.join(folder, "data")
        if not os.path.exists(os.path.join(data, "access")):
            shutil.copytree(users_folder(), os.path.join(data, "access"))
        self.server = response_bank.Server(data, pack, store=new_store(folder), **more)
        banks.append(self)
        self.nobody = Caller(self, "", {})
        self.administrator = self.session("zhao")
        self.key_of_core = self.key("core", "events:write", "operations:read")
        self.number = 0
        self.has_desks = not plain
        self.leader = None
        self.leader = self.person("chief", "shift-leader")
        if not plain:
            self.settle()  # the store is there
            self.person("deputy", "shift-leader").ok("PUT", "/v1/desks/chief", {"skills": [], "on_duty": True, "level": 1})  # nobody raises his own

    def sign_in(self, name):
        """He changes his first password, and signs in again."""
        first = self.session(name, "first " + PASSWORD)
        first.ok("PUT", "/v1/session/password", {"old": "first " + PASSWORD, "new": PASSWORD})
        return self.session(name, PASSWORD)

    def session(self, name, password=PASSWORD):
        self.nobody.ok("POST", "/v1/session", {"name": name, "password": password})
        return Caller(self, name, {"Cookie": self.nobody.last["set-cookie"].split(";")[0], "Origin": f"http://127.0.0.1:{self.server.port}"})

    def person(self, name, *roles, skills=(), level=None, branch=None):
        if roles == (CAST.get(name),):
            person = self.session(name)
        else:
            self.administrator.ok("POST", "/v1/users", {"name": name, "roles": list(roles), "password": "first " + PASSWORD})
            person = self.sign_in(name)
        if self.leader is not None and self.has_desks:
            desk = {"skills": list(skills), "on_duty": True}
            desk.update({"level": level} if level is not None else {}, **({"branch": branch} if branch is not None else {}))
            self.leader.ok("PUT", f"/v1/desks/{name}", desk)
        return person

    def everybody(self):
        """For each scope somebody who has it."""
        who = {}
        for role in self.administrator.ok("GET", "/v1/roles")["roles"]:
            if role["for_people"] and role["role"] != "administrator":
                person = self.person("of-" + role["role"], role["role"])
                who = {**{scope: person for scope in role["scopes"]}, **who}
        systems = {scope: self.key("system", scope) for scope in ("orders:take", "core:confirm")}
        return {**who, **systems, "self": self.leader}

    def key(self, system, *scopes):
        made = self.administrator.ok("POST", "/v1/keys", {"system": system, "scopes": list(scopes), "days": 30, "rate": 10000})
        return Caller(self, system, {"Authorization": "Bearer " + made["key"]})

    def pay(self, amount, customer, **more):
        """A payment; what follows from it has happened when it returns."""
        self.number += 1
        event = response_bank.pay(self.number, amount, customer=customer, **{"account": "6222" + f"{self.number:012d}", "payee": "6228" + f"{self.number:012d}", **more})
        answer = self.key_of_core.ok("POST", "/v1/events", event)
        self.settle()
        return event, answer

    def settle(self):
        until = time.monotonic() + 30
        while True:
            state = self.key_of_core.ok("GET", "/v1/state", judged=False)
            if state["response"]["mode"] == "on" and state["response"]["taken_sequence"] >= state["durable_sequence"]:
                return
            assert time.monotonic() < until, (state, self.server.said())
            time.sleep(0.01)

    def alert_of(self, caller, customer, group="VP"):
        query = urllib.parse.urlencode({"customer": customer, "group": group})
        alerts = caller.ok("GET", "/v1/alerts?" + query)["alerts"]
        return alerts[0] if alerts else None
