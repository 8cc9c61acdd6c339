#!/usr/bin/env python3
"""The response from the command line, against a server on loopback: qiantang session, alerts, cases, controls, orders, strategies, and what the rows of
src/cli/remote/words.def and views.def say against openapi.json.

Usage: people_cli_test.py QIANTANG [PART OF A TEST'S NAME...]
The last line is "N passed, N failed".
"""
import datetime
import json
import os
import pathlib
import re
import socket
import stat
import subprocess
import sys
import threading
import time

import cases
import response_bank

response_bank.QIANTANG = QIANTANG = sys.argv[1]
import api_bank  # noqa: E402
from api_bank import AML, DOCUMENT, PASSWORD, Bank, resolve  # noqa: E402
from response_bank import AMOUNT_S3, AMOUNT_S4  # noqa: E402

CHOSEN = sys.argv[2:]
REMOTE = pathlib.Path(__file__).resolve().parent.parent / "src/cli/remote"


class Cli:
    """Somebody at a terminal: where the server is, and the file with what he shows."""

    def __init__(self, url, key_file=None, **environment):
        self.url, self.key_file, self.environment = url, key_file, environment
        text = "" if key_file is None else pathlib.Path(key_file).read_text(encoding="utf-8").strip()
        self.secrets = [text] if text else []

    def run(self, *words, code=0, stdin="", **more):
        words = [QIANTANG, *map(str, words)]
        shown = [] if self.key_file is None else ["--key-file", self.key_file]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("QIANTANG_")}
        environment.update({"QIANTANG_SERVER": self.url, **self.environment, **more})
        done = subprocess.run(words + shown, input=stdin, capture_output=True, text=True, timeout=120, env=environment)
        assert done.returncode == code, (words[1:], done.returncode, done.stdout[-1500:], done.stderr[-1500:])
        for secret in [*self.secrets, PASSWORD]:
            assert secret not in done.stdout and secret not in done.stderr, words
        return done

    def out(self, *words, **more):
        return self.run(*words, **more).stdout

    def json(self, *words, **more):
        return json.loads(self.out(*words, "--json", **more))

    def refused(self, code, *words, exit=1, hint=True, **more):
        """What it says on standard error: a code, what is wrong, and a way out."""
        done = self.run(*words, code=exit, **more)
        assert done.stdout == "" and done.stderr.startswith(f"error {code}: ") and (not hint or "\n      hint: " in done.stderr), (words, done.stdout, done.stderr)
        return done.stderr


def url_of(bank):
    return f"http://127.0.0.1:{bank.server.port}"


def sign_in(bank, name, password=PASSWORD):
    file = os.path.join(bank.folder, name + ".session")
    cli = Cli(url_of(bank))
    done = subprocess.run([QIANTANG, "session", "begin", name, "--password-stdin", "--server", cli.url, "--key-file", file], input=password + "\n",
                          capture_output=True, text=True, timeout=60, env={**os.environ, "QIANTANG_KEY": "not-taken"})
    assert done.returncode == 0 and done.stdout == "" and "signed in as " + name in done.stderr, done
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert pathlib.Path(file).read_text(encoding="utf-8").strip() not in done.stderr
    return Cli(cli.url, file)


def person(bank, name, *roles, **more):
    bank.person(name, *roles, **more)
    return sign_in(bank, name)


# ---- an alert, from the payment to its end ----

def test_an_alert_is_taken_decided_and_approved(folder):
    bank = Bank(folder)
    bank.leader.ok("PUT", "/v1/desks/chief", {"skills": ["FRAUD"]})
    li = person(bank, "li", "analyst", skills=["FRAUD"])
    wang = person(bank, "wang", "analyst", skills=["FRAUD"])
    chief = sign_in(bank, "chief")
    event, _ = bank.pay(AMOUNT_S4, "customer0001")
    bank.pay(AMOUNT_S3, "customer0002")
    queues = li.out("alerts", "queues")
    assert re.search(r"^FRAUD +0 +S4 +1 ", queues, re.M) and re.search(r"^QUEUED +2 +0$", queues, re.M) and re.search(r"^  held payments +2$", queues, re.M), queues
    listed = li.out("alerts", "list", "--order", "rank").splitlines()
    assert listed[0].startswith("ALERT  SEV  STATE") and "waits for somebody" in listed[1] and " 25000.00 " in listed[1] and len(listed) == 3, listed
    rows = li.json("alerts", "list", "--order", "rank")["alerts"]
    assert [row["severity"] for row in rows] == ["S4", "S3"]
    id_ = rows[0]["alert"]
    assert listed[1].split()[0] == str(id_)
    chinese = li.out("alerts", "list", "--customer", "customer0002", "--zh").splitlines()
    assert chinese[0].startswith("预警  等级  状态") and "待分派" in chinese[1] and "受骗付款" in chinese[1] and len(chinese) == 2, chinese
    # He takes it, and it is nobody else's.
    taken = li.out("alerts", "next")
    assert f"alert                {id_}\n" in taken and "(ASSIGNED)" in taken, taken
    assert wang.json("alerts", "next")["alert"]["alert"] == rows[1]["alert"]
    said = wang.refused("somebody_elses", "alerts", "decide", id_, "--code", "TP-VICTIM-SAVED", "--note", "n")
    assert str(id_) in said and "hint: " in said, said
    shown = li.out("alerts", "show", id_)
    for line in ("Alert", "What speaks for it most", "Held payments", "Time limits", "History", "What comes next"):
        assert re.search(f"^{line}$", shown, re.M), (line, shown)
    assert re.search(r"^S4   M-VP-72-A  25,000$", shown, re.M) and event["account"] in shown and "CALL" in shown, shown
    assert re.search(r"li +QUEUED +ASSIGNED +taken", shown), shown
    shown = li.out("alerts", "show", id_, "--zh")
    assert re.search("^最强证据$", shown, re.M) and re.search(r"状态 +已分派 \(ASSIGNED\)", shown) and "老年客户  否" in shown, shown
    assert event["event_id"] in li.out("alerts", "events", id_)
    script = li.out("alerts", "script", id_, "CALL", "--zh")
    assert "是您本人操作吗" in script and "was it you" not in script, script
    asked = li.out("alerts", "ask", id_, "--channel", "HUMAN_CALL", "--script", "CALL")
    assert re.search(r"script +CALL@2", asked) and "ASKED" in asked, asked
    assert re.search(r"HUMAN_CALL", li.out("alerts", "tasks", "--alert", id_))
    # Times are shown in the zone that is asked for.
    opened = li.json("alerts", "show", id_)["row"]["opened"]
    at = datetime.datetime.fromtimestamp(opened // 1000, datetime.timezone.utc)
    assert at.strftime("%Y-%m-%d %H:%M:%S") in li.out("alerts", "show", id_, "--zone", "UTC")
    assert (at + datetime.timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S") in li.out("alerts", "show", id_)
    li.refused("RM010", "alerts", "show", id_, "--zone", "Mars/Phobos", hint=False)
    # What releases a payment of S4 needs another person.
    li.run("alerts", "decide", id_, "--code", "FP-OWNWILL", code=2)
    li.refused("decision_refused", "alerts", "decide", id_, "--code", "FP-NOTHING", "--note", "n")
    decided = li.out("alerts", "decide", id_, "--code", "FP-OWNWILL", "--note", "he says \"it is mine\" é 是", "--clear-days", 30)
    assert re.search(r"^  waits for approval +yes$", decided, re.M) and re.search(r"^  code +the customer's own will \(FP-OWNWILL\)$", decided, re.M), decided
    assert 'he says "it is mine" é 是' in decided, decided
    said = li.refused("scope_missing", "alerts", "approve", id_)
    assert "alerts:approve" in said, said
    chief.run("alerts", "disapprove", id_, code=2)
    assert "(ASSIGNED)" in chief.out("alerts", "disapprove", id_, "--note", "who told him?")
    li.out("alerts", "decide", id_, "--code=FP-OWNWILL", "--note=nobody did")
    closed = chief.out("alerts", "approve", id_)
    assert "closed by a person (CLOSED_MANUAL)" in closed, closed
    assert "(REOPENED)" in chief.out("alerts", "reopen", id_, "--reason", "victim_report", "--note", "he came to the branch")
    wang.out("alerts", "take", id_)
    assert re.search(r"owner +li2", wang.out("alerts", "hand-over", id_, "--to", bank.person("li2", "analyst", skills=["FRAUD"]).name, "--note", "lunch"))
    figures = chief.out("alerts", "figures")
    assert re.search(r"^  opened +2$", figures, re.M) and re.search(r"^  closed without a person +0$", figures, re.M), figures
    # All of it was done by these people, as the log of the server has it.
    records = bank.person("sun", "auditor").ok("GET", "/v1/audit?from=1&limit=1000&action=alert.changed")["records"]
    done = {(record["actor"]["name"], record["outcome"]) for record in records if record["target"] == f"alert {id_}"}
    assert {("li", "done"), ("chief", "done"), ("wang", "done")} <= done, done


def test_pages_of_a_list(folder):
    bank = Bank(folder)
    li = person(bank, "li", "analyst", skills=["FRAUD"])
    for i in range(7):
        bank.pay(AMOUNT_S3, f"customer{i}")
    whole = [row["alert"] for row in li.json("alerts", "list")["alerts"]]
    assert len(whole) == 7
    first = li.run("alerts", "list", "--limit", 3)
    assert len(first.stdout.splitlines()) == 4
    place = re.fullmatch(r"there is more: --all, or --after '(.+)'\n", first.stderr)[1]
    second = li.out("alerts", "list", "--limit", 3, "--after", place).splitlines()
    assert [line.split()[0] for line in second[1:]] == list(map(str, whole[3:6])), second
    everything = li.run("alerts", "list", "--limit", 3, "--all")
    assert [line.split()[0] for line in everything.stdout.splitlines()] == ["ALERT", *map(str, whole)] and everything.stderr == "", everything
    pages = [json.loads(line) for line in li.out("alerts", "list", "--limit", 3, "--all", "--json").splitlines()]
    assert [row["alert"] for page in pages for row in page["alerts"]] == whole and len(pages) == 3
    li.refused("query_refused", "alerts", "list", "--limit", 0)
    li.refused("query_refused", "alerts", "list", "--severity", "S9 & ?=#/%")
    assert li.out("alerts", "list", "--customer", "nobody/..?&") == "none\n" and li.out("alerts", "list", "--customer", "x", "--zh") == "没有\n"


# ---- cases, measures, orders, strategies ----

GANG = ["6222000000000101", "6222000000000102", "6222000000000103"]


def test_a_case_is_shown(folder):
    bank = Bank(folder)
    lee = bank.person("li", "analyst", skills=["FRAUD"])
    li = sign_in(bank, "li")
    event, _ = bank.pay(AMOUNT_S4, "customer0001")
    id_ = li.json("alerts", "next")["alert"]["alert"]
    case = lee.ok("POST", "/v1/cases", {"title": "团伙转移资金", "type": "FRAUD"})["case"]
    now = int(time.time() * 1000000)
    for i, (payer, payee, amount) in enumerate(zip(["6222000000000001", *GANG], GANG, (90000000, 60000000, 30000000))):
        bank.server.store.rows(f"INSERT INTO movement VALUES ({1000000 + i}, {now - 3600000000 + i * 60000000}, 'way{i}', 'OWN', '{payer}', 'OWN', '{payee}', {amount}, 'pay', 'MOBILE', '', 'P{i}', 'P{i + 1}', '', '', 'DONE')", change=True)
    li.out("alerts", "decide", id_, "--code", "TP-VICTIM-SAVED", "--note", "told to pay", "--case", case["id"])
    for account, role in (("6222000000000001", "VICTIM"), (GANG[0], "FIRST_LEVEL")):
        lee.ok("POST", f"/v1/cases/{case['id']}/subjects", {"kind": "ACCOUNT", "name": account, "role": role})
    lee.ok("POST", f"/v1/cases/{case['id']}/notes", {"kind": "ANALYSIS", "text": "first line\nsecond line"})
    attachment = lee.ok("POST", f"/v1/cases/{case['id']}/attachments?name=a.txt&media=text/plain", b"what it says", kind="application/octet-stream")["attachment"]
    listed = li.out("cases", "list", "--open", "--owner", "li").splitlines()
    assert case["number"] in listed[1] and listed[1].endswith("团伙转移资金"), listed
    shown = li.out("cases", "show", case["id"])
    for line in ("Case", "Money", "Subjects", "Accounts", "Alerts", "Models that saw something", "Held payments", "Notes", "Attachments"):
        assert re.search(f"^{line}$", shown, re.M), (line, shown)
    assert "first line second line" in shown and GANG[0] in shown and event["payee"] in shown and re.search(r"^\d+ +S4 +IN_CASE", shown, re.M), shown
    assert "涉案账户" not in li.out("cases", "show", case["id"], "--zh") and re.search("^主体$", li.out("cases", "show", case["id"], "--zh"), re.M)
    out = os.path.join(folder, "a.txt")
    assert "--out is missing" in li.run("cases", "attachment", case["id"], attachment, code=2).stderr
    li.run("cases", "attachment", case["id"], attachment, "--out", out)
    assert pathlib.Path(out).read_bytes() == b"what it says" and stat.S_IMODE(os.stat(out).st_mode) == 0o600
    assert li.out("cases", "attachment", case["id"], attachment, "--out", "-") == "what it says"
    li.refused("object_unknown", "cases", "attachment", case["id"], 99, "--out", os.path.join(folder, "none"))
    assert not os.path.exists(os.path.join(folder, "none"))
    # The time line comes page by page, and `next` has four parameters there.
    whole = li.out("cases", "timeline", case["id"])
    lines = li.json("cases", "timeline", case["id"])["lines"]
    assert len(lines) > 7 and len(whole.splitlines()) == len(lines) + 1
    paged = li.run("cases", "timeline", case["id"], "--limit", 3, "--all")
    assert [line.split()[:4] for line in paged.stdout.splitlines()] == [line.split()[:4] for line in whole.splitlines()] and paged.stderr == ""
    # Where the money went.
    flow = li.out("cases", "flow", case["id"], "--direction", "forward")
    assert re.search(r"^  traced +900000.00$", flow, re.M) and all(account in flow for account in GANG) and re.search("^Layer by layer$", flow, re.M), flow
    assert li.out("cases", "gangs") == "none\n"
    li.refused("object_unknown", "cases", "gang", 7)
    li.refused("object_unknown", "cases", "show", "../alerts")


def test_measures_and_orders(folder):
    bank = Bank(folder)
    lee = bank.person("li", "analyst", skills=["FRAUD"])
    li, chief = sign_in(bank, "li"), sign_in(bank, "chief")
    event, _ = bank.pay(AMOUNT_S3, "customer0001")
    measure = {"measure": "SUSPEND_NON_COUNTER", "target_kind": "account", "target": event["account"], "customer": "customer0001", "basis": "R-202", "reason": "no use for half a year", "hours": 4000,
               "notice": "NOTICE", "facts": []}
    id_ = lee.ok("POST", "/v1/controls", measure)["control"]["control"]
    shown = li.out("controls", "show", id_, "--zh")
    assert re.search(r"^  措施 .*\(SUSPEND_NON_COUNTER\)$", shown, re.M) and "尾号" in shown, shown
    assert str(id_) == li.out("controls", "list", "--target-kind", "account", "--target", event["account"]).splitlines()[1].split()[0]
    assert re.search(r"^  state +", li.out("controls", "effective", "--target-kind", "account", "--target", event["account"]), re.M)
    assert "--target is missing" in li.run("controls", "effective", "--target-kind", "account", code=2).stderr
    released = li.run("controls", "release", id_, "--reason", "wrong customer")
    assert "wrong customer" in released.stdout, released
    hold = li.json("controls", "holds", "--list", "open")["holds"][0]["hold"]
    assert "(REFUSED)" in li.out("controls", "settle", hold, "--outcome", "REFUSED", "--reason", "deceived")
    # An order comes from a file, by the key of the system that has them.
    liaison, second = person(bank, "zhou", "liaison", skills=["POLICE"]), person(bank, "second", "liaison", skills=["POLICE"])
    file = os.path.join(folder, "police.key")
    response_bank.write(file, bank.key("police", "orders:take").headers["Authorization"].split()[1] + "\n")
    police = Cli(url_of(bank), file)
    order = {"number": "ZF-1", "kind": "STOP_PAY", "authority": "110108", "account": "6222", "name_hash": "ab", "amount": 100, "moved": event["event_time"], "signed": True}
    path = os.path.join(folder, "order.json")
    response_bank.write(path, json.dumps(order))
    taken = police.json("orders", "take", path)
    assert taken["known"] is False and police.json("orders", "take", "-", stdin=json.dumps(order))["known"] is True
    assert "had come before" in police.out("orders", "take", path)
    police.refused("body_refused", "orders", "take", "-", stdin="{not json")
    police.refused("OS001", "orders", "take", os.path.join(folder, "nothing"), exit=3, hint=False)
    number = taken["order"]["police_order"]
    assert "ZF-1" in liaison.out("orders", "list") and "止付" in liaison.out("orders", "show", number, "--zh")
    for words in ((), ("--execute", "--refuse")):
        assert "say --execute or --refuse" in liaison.run("orders", "decide", number, *words, "--reason", "r", code=2).stderr
    assert "(EXCEPTION)" in liaison.out("orders", "show", number)
    decided = liaison.out("orders", "decide", number, "--refuse", "--reason", "no such account, says the branch too")
    assert re.search("^Waits for another person$", decided, re.M), decided
    proposal = second.json("controls", "proposals", "--state", "WAITING")["proposals"][0]["proposal"]
    liaison.refused("needs_another_person", "controls", "approve", proposal)
    assert re.search(r"^  settled by +second$", second.out("controls", "approve", proposal), re.M)
    assert re.search(r"\(REFUSED\)", liaison.out("orders", "show", number))
    liaison.refused("settled", "orders", "decide", number, "--execute", "--reason", "r")


def test_strategies(folder):
    bank = Bank(folder, pack={"strategy": True})
    author, approver = person(bank, "author", "model-author"), person(bank, "approver", "model-approver")
    listed = author.out("strategies", "list").splitlines()
    assert listed[1].startswith("D-QUIET") and listed[1].endswith("Closed when nothing more comes"), listed
    shown = author.out("strategies", "show", "D-QUIET")
    assert re.search("^How it was understood$", shown, re.M) and "wait: [{for: 1s}]" in shown, shown
    author.refused("not_earned", "strategies", "propose", "D-QUIET", "--note", "n")
    author.refused("scope_missing", "strategies", "stop", "D-QUIET", "--note", "n")
    approver.run("strategies", "stop", "D-QUIET", code=2)
    author.refused("strategy_unknown", "strategies", "show", "D-NONE")


def test_referrals_and_reports(folder):
    if "/v1/referrals" not in DOCUMENT["paths"]:
        print("the server has no referrals and reports: they are left out", file=sys.stderr)
        return
    bank = Bank(folder, settings="bank: {name: 示例银行股份有限公司, name_en: Sample Bank, symbol: 示银反诈移}\n")
    lee = bank.person("li", "analyst", skills=["FRAUD"])
    li, head, liaison, chief = sign_in(bank, "li"), person(bank, "qian", "department-head"), person(bank, "zhou", "liaison"), sign_in(bank, "chief")
    event, _ = bank.pay(AMOUNT_S4, "customer0001")
    case = lee.ok("POST", "/v1/cases", {"title": "money of a victim", "type": "FRAUD"})["case"]["id"]
    assert li.out("referrals", "list") == "none\n"
    id_ = li.json("referrals", "open", "--case", case, "--authority", "示例市公安局反诈中心")["referral"]["referral"]
    assert "拟稿" in li.out("referrals", "list", "--open", "--zh") and "示例市公安局反诈中心" in li.out("referrals", "show", id_)
    gate = li.out("referrals", "gate", id_)
    assert re.search("^  may be approved  no$", gate, re.M) and re.search("^0 +FIELD_MISSING", gate, re.M) and "NO_SUBJECT" in gate, gate
    li.refused("referral_incomplete", "referrals", "approve", id_, "--step", "ANALYST")
    head.refused("scope_missing", "referrals", "approve", id_, "--step", "COMPLIANCE")
    liaison.refused("move_refused", "referrals", "send", id_)
    liaison.refused("object_unknown", "referrals", "package", id_, "--out", os.path.join(folder, "none.zip"))
    assert not os.path.exists(os.path.join(folder, "none.zip"))
    li.run("referrals", "preview", id_, "--view", "letter", "--html", "--out", os.path.join(folder, "letter.html"))
    assert "示例银行股份有限公司" in pathlib.Path(folder, "letter.html").read_text(encoding="utf-8")
    assert re.search("^  state +closed$", li.out("referrals", "drop", id_, "--reason", "opened by mistake"), re.M)
    # Reports.
    assert re.search("^  sent +0$", chief.out("referrals", "figures"), re.M)
    assert re.search("^alerts ", chief.out("reports", "figures"), re.M)
    # A period that begins before the data is refused, and said to be.
    assert re.search(r"^  refused +TOO_EARLY$", chief.out("reports", "figure", "alerts"), re.M)
    sentence = chief.out("reports", "sentence")
    assert sentence.startswith("本句不予生成") and re.search("^amount_saved +- +- +TOO_EARLY +no data before ", sentence, re.M), sentence
    for words, begins in ((["bulletin", "--month", "2026-10"], b"%PDF-"), (["bulletin", "--month", "2026-10", "--html"], b"<!doctype html>"), (["daily"], b"%PDF-"), (["daily", "--html"], b"<!doctype html>")):
        out = os.path.join(folder, "paper")
        chief.run("reports", *words, "--out", out)
        assert pathlib.Path(out).read_bytes()[:15].lower().startswith(begins.lower()) and stat.S_IMODE(os.stat(out).st_mode) == 0o600, words
    chief.refused("query_refused", "reports", "bulletin", "--month", "November", "--out", out)
    li.refused("scope_missing", "reports", "sentence")
    assert li.out("alerts", "missed") == "none\n"


# ---- who asks ----

def test_what_is_secret_or_personal_stays_so(folder):
    bank = Bank(folder)
    li = person(bank, "li", "analyst", skills=["FRAUD"])
    director = person(bank, "director", "director")
    aml = person(bank, "aml", "aml-analyst", skills=["AML"])
    bank.pay(AML, "laundry00001")
    event, _ = bank.pay(AMOUNT_S3, "customer0001")
    secret = aml.json("alerts", "list", "--group", "AM")["alerts"][0]["alert"]
    assert li.json("alerts", "list", "--group", "AM")["alerts"] == [] and li.out("alerts", "list", "--group", "AM") == "none\n"
    said = li.refused("alert_unknown", "alerts", "show", secret)
    assert "is not there" in said, said
    masked = director.out("alerts", "list", "--group", "VP") + director.out("alerts", "show", li.json("alerts", "list")["alerts"][0]["alert"])
    assert "cust****0001" in masked and "customer0001" not in masked and event["account"] not in masked, masked


def test_sessions(folder):
    bank = Bank(folder)
    bank.administrator.ok("POST", "/v1/users", {"name": "lin", "roles": ["analyst"], "password": "first " + PASSWORD})
    file = os.path.join(folder, "token")
    cli = Cli(url_of(bank))
    begin = lambda password, code=0: cli.run("session", "begin", "lin", "--password-stdin", "--key-file", file, stdin=password + "\n", code=code)
    wrong = begin("wrong " + PASSWORD[:4], code=1)
    assert wrong.stderr.startswith("error sign_in_refused: ") and not os.path.exists(file), wrong
    assert "--key-file is missing" in cli.run("session", "begin", "lin", "--password-stdin", stdin="x\n", code=2).stderr
    assert "no terminal" in cli.run("session", "begin", "lin", "--key-file", file, code=1).stderr
    first = begin("first " + PASSWORD)
    assert "the password has to be changed first" in first.stderr, first
    li = Cli(url_of(bank), file)
    li.refused("password_change_required", "alerts", "list")
    li.run("session", "password", "--password-stdin", stdin=f"first {PASSWORD}\n{PASSWORD}\n")
    li.refused("session_ended", "alerts", "list")
    begin(PASSWORD)
    li = Cli(url_of(bank), file)
    shown = li.out("session", "show")
    assert re.search(r"^  name +lin$", shown, re.M) and "alerts:work" in shown, shown
    # The same by the environment.
    assert "alerts:work" in cli.out("session", "show", QIANTANG_KEY=li.secrets[0])
    li.run("session", "end")
    assert not os.path.exists(file)
    for code, key in (("session_ended", li.secrets[0]), ("credential_malformed", "x"), ("credential_unknown", "qtk_abcdefgh_" + "x" * 43)):
        done = cli.run("alerts", "list", code=1, QIANTANG_KEY=key)
        assert re.match(rf"error ({code}|credential_\w+): ", done.stderr) and (key == "x" or key not in done.stderr), done
    cli.refused("unauthorized", "alerts", "list")


# ---- servers that are not there, or not kind ----

def read_request(connection):
    text = b""
    while True:
        head, end, body = text.partition(b"\r\n\r\n")
        size = re.search(rb"content-length: (\d+)", head, re.I)
        part = b"" if end and len(body) >= (int(size[1]) if size else 0) else connection.recv(1 << 16)
        if not part:
            return text.decode()
        text += part


class Fake:
    """Answers each connection with the next of these bytes, and keeps what it was asked; None: with nothing, and leaves it open."""

    def __init__(self, *replies):
        self.asked, self.open = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, args=(replies,), daemon=True)
        self.thread.start()

    def serve(self, replies):
        for reply in replies:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # nobody asked so often
            self.asked.append(read_request(connection))
            if reply is None:
                self.open.append(connection)
                continue
            try:
                connection.sendall(reply)
            except OSError:
                pass  # it has gone
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        for connection in self.open:
            connection.close()


def http(status, body, kind="application/json", more=""):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n".encode() + body


def key_file(folder, text="qtk_abcdefgh_secretsecretsecret"):
    path = os.path.join(folder, "key")
    response_bank.write(path, text + "\n")
    return path


def test_servers_that_are_not_there(folder):
    key = key_file(folder)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    Cli(url, key).refused("RM004", "alerts", "list", exit=3)
    with Fake(None) as fake:
        said = Cli(fake.url, key).refused("RM005", "alerts", "list", "--timeout", 1, exit=3)
        assert "--timeout" in said and "Bearer qtk_" in fake.asked[0], said
    with Fake(None) as fake:
        said = Cli(fake.url, key).refused("RM005", "alerts", "next", "--timeout", 1, exit=3)
        assert "whether the server has done it is not known" in said, said
    for bad in ("ftp://127.0.0.1", "127.0.0.1:8080/path", "http://user:secret@127.0.0.1", "http://127.0.0.1/v1", "http://127.0.0.1?x=1", "http://"):
        assert "error RM001: " in Cli(bad, key).run("alerts", "list", code=1).stderr, bad
    assert "it is not told which server" in Cli("", key).refused("RM001", "alerts", "list")
    for url in ("http://192.0.2.1", "http://127.0.0.1.example", "http://localhost.example:80"):
        Cli(url, key).refused("RM002", "alerts", "list")
        assert "RM002" in Cli(url).run("session", "begin", "li", "--key-file", os.path.join(folder, "t"), "--password-stdin", stdin="p\n", code=1).stderr
    Cli(url, key_file(folder, "two words")).refused("RM003", "alerts", "list")
    Cli(url, key_file(folder, "line\r\nX-Other: 1")).refused("RM003", "alerts", "list")
    Cli(url, key_file(folder, "")).refused("RM003", "alerts", "list")
    assert "OS001" in Cli(url).run("alerts", "list", "--key-file", os.path.join(folder, "none"), code=3).stderr
    assert "RM010" in Cli(url).run("alerts", "list", "--timeout", "0", code=1).stderr
    assert "go together" in Cli(url).run("alerts", "list", "--certificate", "x", code=1).stderr


def test_servers_that_are_not_kind(folder):
    key = key_file(folder)
    cases_ = [("RM008", b""), ("RM008", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{}"), ("RM009", http(200, b"<html>", "text/html")),
              ("RM009", http(200, b"[1]")), ("RM009", http(502, b"<html>bad gateway", "text/html")), ("RM009", http(404, {"code": "Upper Case"}, "application/problem+json")),
              ("RM009", http(404, b"{broken", "application/problem+json")), ("RM007", http(200, b"[" + b" " * (33 << 20)))]
    for code, reply in cases_:
        with Fake(reply, reply) as fake:
            Cli(fake.url, key).refused(code, "alerts", "list", exit=3)
    # Where it is sent elsewhere it does not go.
    with Fake(http(200, {"alerts": [], "next": None})) as other:
        with Fake(http(302, b"", "text/html", f"Location: {other.url}/v1/alerts\r\n")) as fake:
            Cli(fake.url, key).refused("RM009", "alerts", "list", exit=3)
        assert other.asked == []
    # A problem comes with what to do about it, which is asked for without the key; without that it is told too.
    problem = http(409, {"title": "Somebody else has it", "detail": "li has it", "code": "somebody_elses", "status": 409}, "application/problem+json")
    with Fake(problem, http(200, {"what_to_do": "Take another one."})) as fake:
        said = Cli(fake.url, key).refused("somebody_elses", "alerts", "take", 7, "--note", "n")
        assert said == "error somebody_elses: Somebody else has it: li has it\n      hint: Take another one.\n", said
        assert fake.asked[1].startswith("GET /problems/somebody_elses HTTP/1.1") and "Bearer" not in fake.asked[1], fake.asked
        assert fake.asked[0].startswith("POST /v1/alerts/7/claim HTTP/1.1") and fake.asked[0].endswith('{"note":"n"}'), fake.asked
    with Fake(problem, problem) as fake:
        done = Cli(fake.url, key).run("alerts", "take", 7, code=1)
        assert done.stderr == "error somebody_elses: Somebody else has it: li has it\n", done
    with Fake(http(503, {"title": "Away", "detail": "d", "code": "store_away"}, "application/problem+json"), b"") as fake:
        Cli(fake.url, key).run("alerts", "list", code=3)


def test_nothing_is_shown_that_a_terminal_obeys(folder):
    hostile = "a\x1b[31mb\nc\x07\u202ed\u200be\u009bf\u2028g"
    row = {"alert": 1, "state": "QUEUED", "subject": hostile, "owner": "王" * 50}
    with Fake(http(200, {"alerts": [row], "next": None})) as fake:
        shown = Cli(fake.url).out("alerts", "list")
        assert "a?[31mb c??d?e?f?g" in shown and "\x1b" not in shown and len(shown.splitlines()) == 2 and "王" * 31 + "…" in shown and "王" * 32 not in shown, shown
    with Fake(http(200, {"alerts": [row], "next": hostile})) as fake:
        said = Cli(fake.url).run("alerts", "list").stderr
        assert "\x1b" not in said and "\u202e" not in said and said.count("\n") == 1 and "--after 'a?[31mb c" in said, said
    with Fake(http(200, {"row": row, "trace": {"steps": [{"detail": {"note": hostile}}]}})) as fake:
        shown = Cli(fake.url).out("alerts", "show", 1)
        assert not any(letter in shown for letter in "\x1b\x07\u202e\u200b\u009b\u2028"), shown
    with Fake(http(200, {"text": "line\n\x1b[2Jline", "strategy": "D"})) as fake:
        assert "line\n?[2Jline\n" in Cli(fake.url).out("strategies", "show", "D")
    with Fake(http(400, {"title": hostile, "detail": hostile, "code": "query_refused"}, "application/problem+json"), http(200, {"what_to_do": hostile})) as fake:
        said = Cli(fake.url).run("alerts", "list", code=1).stderr
        assert not any(letter in said for letter in "\x1b\x07\u202e") and said.count("\n") == 2, said


# ---- what is asked, and what is made of the answer ----

def test_files_that_are_written(folder):
    key, out = key_file(folder), os.path.join(folder, "out")
    for words, asked in ((["referrals", "package", 2], "GET /v1/referrals/2/package HTTP/1.1"), (["referrals", "preview", 2, "--view", "letter"], "GET /v1/referrals/2/preview?view=letter&format=pdf HTTP/1.1"),
                         (["reports", "bulletin", "--month", "2026-11"], "GET /v1/cockpit/bulletin?month=2026-11&format=pdf HTTP/1.1"),
                         (["reports", "bulletin", "--month", "2026-11", "--html", "--unit", "0301/a"], "GET /v1/cockpit/bulletin?month=2026-11&unit=0301%2Fa&format=html HTTP/1.1"),
                         (["reports", "daily", "--until", "2026-11-30T08:00:00+08:00"], "GET /v1/cockpit/daily?until=2026-11-30T08%3A00%3A00%2B08%3A00&format=pdf HTTP/1.1")):
        content = os.urandom(100000)
        response_bank.write(out, "the one before")
        os.chmod(out, 0o644)
        with Fake(http(200, content, "application/octet-stream")) as fake:
            done = Cli(fake.url, key).run(*words, "--out", out)
            assert fake.asked[0].startswith(asked + "\r\n"), fake.asked
        assert pathlib.Path(out).read_bytes() == content and stat.S_IMODE(os.stat(out).st_mode) == 0o600 and done.stdout == "" and "100000 bytes in" in done.stderr, done
        with Fake(http(403, {"title": "t", "detail": "d", "code": "scope_missing"}, "application/problem+json"), b"") as fake:
            Cli(fake.url, key).refused("scope_missing", *words, "--out", out, hint=False)
        assert pathlib.Path(out).read_bytes() == content
    with Fake(http(200, b"x", "application/zip")) as fake:
        said = Cli(fake.url, key).refused("OS003", "referrals", "package", 2, "--out", os.path.join(folder, "no", "such"), exit=3, hint=False)
        assert "no/such" in said, said
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]
    assert "--month is missing" in Cli("http://127.0.0.1:9").run("reports", "bulletin", "--out", out, code=2).stderr


def test_what_is_shown_of_referrals_and_reports(folder):
    gate = {"complete": False, "gate": {"findings": [{"code": "NO_PICTURE", "part": 4, "object": None, "zh": "没有资金流向图", "en": "There is no picture", "mend_zh": "生成资金流向图", "mend_en": "Make one"}], "is_cut": False}}
    with Fake(http(200, gate), http(200, gate)) as fake:
        english, chinese = Cli(fake.url).out("referrals", "gate", 2), Cli(fake.url).out("referrals", "gate", 2, "--zh")
        assert "  may be approved  no\n" in english and re.search("^4 +NO_PICTURE +- +There is no picture +Make one$", english, re.M), english
        assert "  可提交审批  否\n" in chinese and re.search("^4 +NO_PICTURE +- +没有资金流向图 +生成资金流向图$", chinese, re.M), chinese
    referral = {"referral": {"referral": 2, "state": {"word": "SENT", "zh": "已移送", "en": "sent"}, "sent": 1796000165131, "amount_frozen": 123456, "fact": "first line\nsecond line", "police_case_no": None,
                             "approvals": [{"round": 1, "step": "ANALYST", "person": "li", "at": 1796000165131, "note": None}]}}
    with Fake(http(200, referral)) as fake:
        shown = Cli(fake.url).out("referrals", "outcome", 2, "--state", "FILED", "--arrested", 3)
        assert fake.asked[0].startswith("POST /v1/referrals/2/outcome ") and fake.asked[0].endswith('{"state":"FILED","arrested":3}'), fake.asked
        assert re.search("^  state +sent$", shown, re.M) and re.search("^  frozen +1234.56$", shown, re.M) and "first line\nsecond line\n" in shown and "number of the police" not in shown, shown
        assert re.search(r"^1 +ANALYST  li +2026-11-30 08:56:05  -$", shown, re.M), shown
    sentence = {"printed": True, "sentence": "共处置预警 12 起。", "rounding": None, "figures": [{"figure": "alerts", "rows": 12, "value": 12}, {"figure": "money", "refused": "FEW", "why_zh": "过少", "why_en": "too few"}]}
    with Fake(http(200, sentence)) as fake:
        shown = Cli(fake.url).out("reports", "sentence", "--zh")
        assert shown.startswith("共处置预警 12 起。\n") and re.search(r"^alerts +12 +12 +- +-$", shown, re.M) and re.search(r"^money +- +- +FEW +过少$", shown, re.M), shown


def test_bodies_and_operands(folder):
    row = http(200, {"alert": {"alert": 1}})
    with Fake(row, row, row, row) as fake:
        cli = Cli(fake.url)
        cli.out("alerts", "decide", "a/b?c#d", "--code", "X", "--note", 'q"\\\né', "--weak")
        cli.out("alerts", "next")
        cli.out("orders", "decide", 5, "--refuse", "--reason", "r")
        cli.out("orders", "decide", 5, "--execute", "--reason", "r")
    assert fake.asked[0].startswith("POST /v1/alerts/a%2Fb%3Fc%23d/decision HTTP/1.1\r\n") and "User-Agent: qiantang/" in fake.asked[0] and "Authorization" not in fake.asked[0], fake.asked[0]
    bodies = [json.loads(asked.split("\r\n\r\n", 1)[1]) for asked in fake.asked]
    assert bodies == [{"code": "X", "note": 'q"\\\né', "weak": True}, {}, {"execute": False, "reason": "r"}, {"execute": True, "reason": "r"}], bodies


# ---- TLS ----

def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


def make_certificate(folder, name, *more):
    openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    response_bank.write(os.path.join(folder, "extension"), "\n".join(more) + "\n")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "bank.pem", "-CAkey", "bank.key", "-days", "30", "-out", f"{name}.pem", "-extfile", "extension")


def test_over_tls(folder):
    for name in ("bank", "other"):
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    make_certificate(folder, "server", "subjectAltName=IP:127.0.0.1")
    make_certificate(folder, "desk")
    at = lambda name: os.path.join(folder, name)
    response_bank.write(at("settings.yaml"), f"server: {{port: 0, tls_certificate: {at('server.pem')}, tls_key: {at('server.key')}, tls_client_ca: {at('bank.pem')}, tls_client: required}}\n"
                        "decisions: {default_budget: 1 min, overload_wait: 1 min}\n")
    pack = response_bank.make_pack(folder, disposition=False)
    process = subprocess.Popen([QIANTANG, "serve", "--config", at("settings.yaml"), "--pack", pack, "--data", at("data")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url = next(line.split()[-1] for line in process.stdout if line.startswith("listening"))
        shown = ["--ca", at("bank.pem"), "--certificate", at("desk.pem"), "--private-key", at("desk.key")]
        cli = Cli(url)
        assert url.startswith("https://")
        assert re.search("^  kind +console$", cli.out("session", "show", *shown), re.M)
        for words in ([], ["--ca", at("other.pem"), *shown[2:]], shown[:2], ["--ca", at("missing.pem")], [*shown[:4], "--private-key", at("other.key")]):
            said = cli.run("session", "show", *words, code=3).stderr
            assert re.match("error RM00[68]: ", said), (words, said)
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


# ---- what the lists say ----

def rows(name, path):
    """The rows of a .def list: (name, text of the row)."""
    text = re.sub(r"^//.*$", "", (REMOTE / path).read_text(encoding="utf-8"), flags=re.M)
    return [match.group(0) for match in re.finditer(rf"^{name}\(.*?(?=^{name}\(|\Z)", text, re.M | re.S)]


def words():
    for row in rows("WORD", "words.def"):
        command, word, method, path, view = re.match(r'WORD\((\w+), "([\w-]+)", (\w+), "([^"]+)", (\w+)', row).groups()
        yield command, word, method, path, view, row


def properties(schema, seen=()):
    """All members that an object may have, whichever form it takes."""
    schema = resolve(schema)
    found = dict(schema.get("properties", {}))
    for form in [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]:
        found.update(properties(form))
    return found


def member(schema, path):
    for name in filter(None, path.split(".")):
        schema = properties(schema).get(name)
        if schema is None:
            return None
    return schema


def items(schema):
    schema = resolve(schema)
    return schema["items"] if "items" in schema else next((items(form) for form in schema.get("anyOf", []) + schema.get("oneOf", []) if "items" in resolve(form)), None)


def is_there(schema, path, kind):
    if kind == "BOTH":
        return any(member(schema, path + language) is not None for language in ("zh", "en"))
    return member(schema, path) is not None


def test_the_words_are_what_the_api_has(folder):
    views = {re.match(r"VIEW\((\w+)", row)[1]: row for row in rows("VIEW", "views.def")}
    used, absent = set(), set()
    for command, word, method, path, view, row in words():
        used.add(view)
        operation = DOCUMENT["paths"].get(path, {}).get(method.lower())
        if operation is None:
            absent.add(path)
            continue
        parameters = {resolve(parameter)["name"]: resolve(parameter) for parameter in operation.get("parameters", []) if resolve(parameter)["in"] == "query"}
        told = set(re.findall(r'QUERY(?:_NEEDED)?\("(\w+)"', row)) | set(re.findall(r'SWITCH\("\w+", "(\w+)"', row))
        assert told <= set(parameters), (command, word, told - set(parameters))
        assert {name for name, parameter in parameters.items() if parameter.get("required")} <= set(re.findall(r'QUERY_NEEDED\("(\w+)"', row)), (command, word)
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        members = dict(re.findall(r'MEMBER\("(\w+)", [^,]+, \w+, (\w+)', row)) | {name: "NEEDED" for name in re.findall(r'EITHER\("(\w+)"', row)}
        if "BODY(" not in row:
            assert set(members) <= set(properties(body)), (command, word, set(members) - set(properties(body)))
            assert set(resolve(body).get("required", [])) <= {name for name, need in members.items() if need == "NEEDED"}, (command, word, members)
        if view == "FILE":
            continue
        schema = resolve(operation["responses"]["200"])["content"]["application/json"]["schema"]
        for form, at, text in re.findall(r'(RECORD|ROWS|PROSE)\("([\w.]*)"(.*?)(?=(?:RECORD|ROWS|PROSE)\(|\Z)', views[view], re.S):
            inner = member(schema, at)
            if inner is None:
                assert view in ("ALERT_ROW", "ORDER"), (command, word, view, at)  # one view for several answers
                continue
            inner = items(inner) if form == "ROWS" else inner
            for column, kind in re.findall(r'\{"([\w.]*)", (\w+),', text):
                assert is_there(inner, column, kind) or (view in ("ALERT_ROW", "ORDER") and at == ""), (command, word, view, at, column)
    assert used - {"FILE"} == set(views), used ^ set(views)
    later = tuple(f"/v1/{name}" for name in ("referrals", "figures/referrals", "cockpit", "missed"))
    assert all(path.startswith(later) for path in absent) and (not absent or "/v1/referrals" not in DOCUMENT["paths"]), absent


def test_help(folder):
    run = lambda *arguments, code=0: Cli("http://127.0.0.1:9").run(*arguments, code=code)
    everything = run("--help").stdout
    commands = {command for command, *_ in words()}
    for command in commands:
        assert re.search(rf"^  {command} ", everything, re.M), command
        assert f"usage: qiantang {command} WORD" in run(command, "--help").stdout
        assert "there is no 'nothing'" in run(command, "nothing", code=2).stderr
        run(command, code=2)
    for command, word, method, path, view, row in words():
        told = run(command, word, "--help").stdout
        assert told.startswith(f"usage: qiantang {command} {word}") and "--key-file FILE" in told and ("--out FILE" in told) == (view == "FILE"), told
        for name in re.findall(r'(?:QUERY|QUERY_NEEDED|MEMBER|EITHER)\("(\w+)"', row):
            assert f"--{name.replace('_', '-')}" in told, (command, word, name)
        if "{" in path:
            assert "something is missing" in run(command, word, code=2).stderr
    assert "did you mean --customer?" in run("alerts", "list", "--custmer", "x", code=2).stderr
    assert "--limit takes a whole number" in run("alerts", "list", "--limit", "ten", code=2).stderr
    assert "--key " not in run("alerts", "list", "--help").stdout  # a key on the command line can be read by others


cases.run(api_bank.ended(globals()), CHOSEN)
