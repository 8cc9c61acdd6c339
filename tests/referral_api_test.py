#!/usr/bin/env python3
"""Referrals to the police, reports of figures and missed fraud over HTTP: a dossier from a case to the package and to what becomes of it, figures with the rows behind them, cards that are settled.

Usage: referral_api_test.py QIANTANG [PART OF A TEST'S NAME...]
Each answer is compared with src/server/api/openapi.json, and each answer that the document has of these operations has to be seen. The last line is "N passed, N failed".
"""
import base64
import datetime
import hashlib
import hmac
import io
import json
import os
import pathlib
import sys
import time
import zipfile

import cases
import response_bank

response_bank.QIANTANG = sys.argv[1]
import api_bank  # noqa: E402
from api_bank import AML, INSIDER, Bank  # noqa: E402
from response_bank import AMOUNT_S3, AMOUNT_S4  # noqa: E402

CHOSEN = sys.argv[2:]
TAGS = {"Referrals", "Missed", "Reports"}
NAMED = "bank: {name: 示例银行股份有限公司, name_en: Sample Bank, symbol: 示银反诈移}\n"
DAY_US = 86400000000
CHINA = datetime.timezone(datetime.timedelta(hours=8))
SUSPECTS = ["6222000000000101", "6222000000000102"]
VICTIM, OUTSIDE = "6222000000000001", "6228000000000911"
ANALYSIS = ("两个账户由同一代理人在同一天开立，使用同一台手机。受害人付款后六分钟内，第一个账户即把款项全部转给第二个账户，第二个账户在半小时内再转往他行。两人平日没有往来，开户时所称用途是代发工资，"
            "但从未收到过任何工资。账户之间的转账都发生在夜间，金额与受害人付款逐笔对应，只留下很小的零头。据此判断两人按他人指令过渡资金，第二个账户承担归集作用，实际控制人是否另有其人尚待查明。")
TEXTS = {"authority": "示例市公安局反诈中心", "contact_a": "警银联络岗 0571-88880001", "contact_b": "值班长 0571-88880002", "fact": "受害人一人被骗，向涉案账户付款九十万元。", "analysis": ANALYSIS,
         "structure": "一人收款，一人归集。", "next_step": "余款可能于近日转出。", "recommendation": "冻结两个账户。", "confidence": "HIGH", "unknowns": "实际控制人。"}


def remember(bank, statement):
    bank.server.store.rows(statement, change=True)


def plant(bank):
    """A victim pays an account, which passes the money on to a second one and this to another bank. The first sequence."""
    now, first = int(time.time() * 1000000), 1000000
    accounts = [VICTIM, *SUSPECTS]
    for i, account in enumerate(accounts):
        remember(bank, f"INSERT INTO bond VALUES ('HOLDER', 'P{i}000000', 'ACCOUNT', '{account}', {now - 9 * DAY_US}, {now}, 3)")
        remember(bank, f"INSERT INTO opening VALUES ('{account}', 'P{i}000000', {now - 30 * DAY_US}, {i + 1}, '0301', 'COUNTER', 'op1', 'op2', 'agent1', 'salary')")
    ways = [("OWN", VICTIM, "OWN", SUSPECTS[0], 90000000, "P0000000", "P1000000"), ("OWN", SUSPECTS[0], "OWN", SUSPECTS[1], 89000000, "P1000000", "P2000000"),
            ("OWN", SUSPECTS[1], "BANK", OUTSIDE, 80000000, "P2000000", "")]
    for i, (from_place, payer, to_place, payee, amount, from_customer, to_customer) in enumerate(ways):
        remember(bank, f"INSERT INTO movement VALUES ({first + i}, {now - DAY_US + i * 600000000}, 'way{i}', '{from_place}', '{payer}', '{to_place}', '{payee}', {amount}, 'pay', 'MOBILE', '', "
                       f"'{from_customer}', '{to_customer}', '', '', 'DONE')")
    return first


def case_of(bank, who, **more):
    """A case with its subjects and frozen transactions."""
    first = plant(bank)
    number = who.ok("POST", "/v1/cases", {"title": "money of a victim goes through two accounts", "type": "FRAUD", "modus": "VP-01", **more})["case"]["id"]
    put = lambda path, body: who.ok("POST", f"/v1/cases/{number}{path}", body)
    for i, (account, role) in enumerate([(VICTIM, "VICTIM"), (SUSPECTS[0], "FIRST_LEVEL"), (SUSPECTS[1], "COLLECTOR")]):
        put("/subjects", {"kind": "ACCOUNT", "name": account, "role": role, "confidence": 90, "evidence": f"account of P{i}000000"})
        put("/subjects", {"kind": "PERSON", "name": f"P{i}000000", "role": role, "confidence": 90, "evidence": "holder"})
    put("/subjects", {"kind": "OUTSIDE", "name": OUTSIDE, "role": "TRANSIT", "confidence": 60, "evidence": "the money went there"})
    put("/transactions", {"transactions": [{"sequence": first, "part": "SOURCE"}, {"sequence": first + 1, "part": "INVOLVED"}, {"sequence": first + 2, "part": "INVOLVED"}]})
    return number


def data_of(dossier):
    """What the bank's systems would tell of everybody in it: values, and of some why there is none."""
    data = []
    person = {"name": "赵某某", "certificate_kind": "居民身份证", "certificate": "330106199001011234", "phone": "13800001234", "address": "浙江省杭州市西湖区某路 1 号", "occupation": "工人",
              "images": "IMG-1", "lists": "不在名单"}
    for i, party in enumerate(dossier["parties"]):
        data += [{"kind": "PARTY", "object": party["party"], "field": field, "value": value if field != "name" else f"嫌疑{i}某", "source": "CRM"} for field, value in person.items()]
    for party in dossier["victims"]:
        data += [{"kind": "PARTY", "object": party["party"], "field": field, "value": value, "source": "CRM"} for field, value in
                 (("name", "王某某"), ("phone", "13900005678"), ("reported", "已报案"))]
    for account in dossier["accounts"]:
        values = {"class": "I 类", "balance": "1000000", "balance_us": str(int(time.time() * 1000000) - 1000000), "state": "正常", "limits": "非柜面日累计 5 万元", "branch_name": "示例支行"}
        data += [{"kind": "ACCOUNT", "object": account["account"], "field": field, "value": value, "source": "core"} for field, value in values.items()]
        data += [{"kind": "ACCOUNT", "object": account["account"], "field": "agreements", "absent": "快捷签约信息须向清算机构查询", "source": "core"}]
    others = [f"{one['place']} {one['account']}" for one in dossier["counterparties"]] + [f"BANK {one['name']}" for one in dossier["others"]]
    data += [{"kind": "COUNTERPARTY", "object": one, "field": "name", "value": "钱某某", "source": "payments"} for one in others]
    return data + [{"kind": "PART", "object": "", "field": "devices", "absent": "交易均无设备信息", "source": "test"}]


def complete(who, referral):
    """A draft that the gate lets pass; what it found before."""
    where = f"/v1/referrals/{referral}"
    found = [row["code"] for row in who.ok("GET", where + "/gate")["gate"]["findings"]]
    who.ok("POST", where + "/fields", TEXTS)
    who.ok("POST", where + "/picture", {"direction": "forward"})
    who.ok("POST", where + "/data", {"data": data_of(who.ok("GET", where + "/dossier")["dossier"])})
    gate = who.ok("GET", where + "/gate")
    assert gate["complete"] and gate["gate"]["findings"] == [], gate
    return found


class Team:
    def __init__(self, bank):
        self.analyst = bank.person("li", "analyst", skills=["FRAUD"])
        self.head = bank.person("qian", "department-head")
        self.compliance = bank.person("jiang", "compliance-officer")
        self.liaison = bank.person("zhou", "liaison", skills=["POLICE"])
        self.director = bank.person("wu", "director")

    def approve(self, referral):
        for person, step in ((self.analyst, "ANALYST"), (self.head, "DEPARTMENT"), (self.compliance, "COMPLIANCE")):
            person.ok("POST", f"/v1/referrals/{referral}/approve", {"step": step})


# ---- a referral, from the case to what became of it ----

def test_a_referral_from_draft_to_outcome(folder):
    bank = Bank(folder, settings=NAMED)
    team = Team(bank)
    li, head, compliance, liaison = team.analyst, team.head, team.compliance, team.liaison
    case = case_of(bank, li)
    attachment = li.ok("POST", f"/v1/cases/{case}/attachments?name=receipt.txt&media=text/plain", "回单".encode(), kind="application/octet-stream")["attachment"]
    assert li.ok("GET", "/v1/referrals") == {"referrals": [], "next": None}
    draft = li.ok("POST", "/v1/referrals", {"case": case})
    known = li.ok("GET", f"/v1/cases/{case}")["case"]
    assert known["modus"] == "VP-01", known["modus"]  # as it was given, without the blanks that it is sought by
    assert draft["referral"]["case_number"] == known["number"] == li.ok("GET", "/v1/referrals")["referrals"][0]["case_number"], draft
    id_ = draft["referral"]["referral"]
    where = f"/v1/referrals/{id_}"
    assert draft["referral"]["state"]["word"] == "DRAFT" and draft["referral"]["route"] == "FRAUD" and "第三十条" in draft["referral"]["basis"] and draft["trace"]["whole"], draft
    li.expect(404, "object_unknown", "POST", "/v1/referrals", {"case": 99})
    li.expect(422, "referral_refused", "POST", "/v1/referrals", {"case": case, "route": "POST"})
    li.expect(422, "referral_refused", "POST", "/v1/referrals", {"case": case, "supplements": id_})  # it was not sent
    # The gate tells everything that is missing, and lets nobody approve meanwhile.
    li.expect(409, "referral_incomplete", "POST", where + "/approve", {"step": "ANALYST"})
    found = complete(li, id_)
    for code in ("FIELD_MISSING", "DATUM_MISSING", "NO_PICTURE", "NO_DEVICE"):
        assert code in found, (code, found)
    # What is given is of subjects and their counterparties alone.
    for datum in ({"kind": "PARTY", "object": "C9", "field": "name", "value": "x", "source": "s"}, {"kind": "PARTY", "object": "P1000000", "field": "shoe_size", "value": "x"},
                  {"kind": "PARTY", "object": "P1000000", "field": "name", "value": "x", "absent": "y"}, {"kind": "ACCOUNT", "object": SUSPECTS[0], "field": "balance", "value": "much"}):
        li.expect(422, "referral_refused", "POST", where + "/data", {"data": [datum]})
    for bad in ([], {}, "x", [1], [{"kind": "PARTY"}], [{"kind": "PARTY", "field": "name", "value": 1}], [{"kind": "PARTY", "field": "name", "more": "x"}], [{"kind": "PARTY", "field": "name", "value": "a\u0000"}],
                [{"kind": "PARTY", "field": "name", "value": "x" * 2001}]):
        li.expect(422, "body_refused", "POST", where + "/data", {"data": bad})
    li.expect(422, "referral_refused", "POST", where + "/fields", {"confidence": "CERTAIN"})
    li.expect(422, "body_refused", "POST", where + "/fields", {})
    li.expect(422, "body_refused", "POST", where + "/fields", {"title": "x" * 301})
    li.expect(422, "referral_refused", "POST", where + "/questions", {})  # nothing is missing any more
    li.ok("POST", where + "/enclosures", {"attachment": attachment, "title": "回单"})
    li.expect(422, "referral_refused", "POST", where + "/enclosures", {"attachment": 99, "title": "x"})
    # Another one names the same.
    other = li.ok("POST", "/v1/referrals", {"case": case})["referral"]["referral"]
    linked = li.ok("POST", where + "/links", {"referral": other, "kind": "DUPLICATE", "reason": "by mistake"})["referral"]["links"]
    assert [(row["referral"], row["kind"]["word"]) for row in linked] == [(other, "DUPLICATE")] and li.ok("GET", where + "/gate")["complete"], linked
    li.expect(422, "referral_refused", "POST", where + "/links", {"referral": id_, "kind": "RELATED"})
    li.expect(404, "object_unknown", "POST", where + "/links", {"referral": 77, "kind": "RELATED"})
    assert li.ok("POST", f"/v1/referrals/{other}/drop", {"reason": "opened twice"})["referral"]["state"]["word"] == "CLOSED"
    li.expect(409, "move_refused", "POST", f"/v1/referrals/{other}/drop", {"reason": "again"})
    # Three steps, in order, by three persons who may take them.
    li.expect(403, "scope_missing", "POST", where + "/approve", {"step": "DEPARTMENT"})
    head.expect(403, "scope_missing", "POST", where + "/approve", {"step": "COMPLIANCE"})
    compliance.expect(403, "scope_missing", "POST", where + "/approve", {"step": "ANALYST"})
    head.expect(409, "move_refused", "POST", where + "/approve", {"step": "DEPARTMENT"})
    li.expect(422, "body_refused", "POST", where + "/approve", {"step": "BOARD"})
    liaison.expect(409, "move_refused", "POST", where + "/send", {})
    li.ok("POST", where + "/approve", {"step": "ANALYST", "note": "checked"})
    both = bank.person("both", "analyst", "department-head")
    li.expect(409, "move_refused", "POST", where + "/approve", {"step": "ANALYST"})
    for path, body in (("/fields", {"title": "t"}), ("/data", {"data": [{"kind": "PART", "object": "", "field": "devices", "absent": "x"}]}), ("/questions", {}), ("/picture", {}),
                       ("/enclosures", {"attachment": attachment}), ("/links", {"referral": other, "kind": "RELATED"}), ("/emergency", {"called": "c", "text": "t", "second": "qian"})):
        li.expect(409, "move_refused", "POST", where + path, body)
    head.ok("POST", where + "/approve", {"step": "DEPARTMENT"})
    # Sent back: approvals are void, and it is changed.
    compliance.expect(422, "body_refused", "POST", where + "/return", {})
    back = compliance.ok("POST", where + "/return", {"reason": "the next step is too vague"})["referral"]
    assert back["state"]["word"] == "DRAFT" and back["steps"] == 0 and len(back["approvals"]) == 2, back
    compliance.expect(409, "move_refused", "POST", where + "/return", {"reason": "again"})
    li.ok("POST", where + "/fields", {"next_step": "余款可能于三日内转出。"})
    both.ok("POST", where + "/approve", {"step": "ANALYST"})
    both.expect(403, "needs_another_person", "POST", where + "/approve", {"step": "DEPARTMENT"})
    # What was approved changes under their hands: that is found.
    remember(bank, f"UPDATE referral SET structure = 'another' WHERE id = {id_}")
    head.expect(409, "referral_changed", "POST", where + "/approve", {"step": "DEPARTMENT"})
    remember(bank, f"UPDATE referral SET structure = '{TEXTS['structure']}' WHERE id = {id_}")
    head.ok("POST", where + "/approve", {"step": "DEPARTMENT"})
    approved = compliance.ok("POST", where + "/approve", {"step": "COMPLIANCE", "note": "in order"})["referral"]
    assert approved["state"]["word"] == "APPROVED" and approved["number"] == 1 and [row["person"] for row in approved["approvals"] if row["round"] == 2] == ["both", "qian", "jiang"], approved
    # Nothing of it is known to the police yet.
    liaison.expect(404, "object_unknown", "GET", where + "/package")
    for path, body in (("/receipt", {"receipt": "r"}), ("/outcome", {"state": "ACCEPTED"}), ("/money", {"kind": "SEIZED", "document": "d", "amount": 1})):
        liaison.expect(409, "move_refused", "POST", where + path, body)
    # How it will look.
    page = liaison.ok("GET", where + "/preview?view=letter").decode()
    assert liaison.last["content-type"].startswith("text/html") and liaison.last["content-disposition"] == f'inline; filename="referral-{id_}-letter.html"' and "示例银行股份有限公司" in page and "sandbox" in liaison.last["content-security-policy"]
    statement = liaison.ok("GET", where + "/preview?view=statement&format=pdf")
    assert statement.startswith(b"%PDF") and liaison.last["content-type"] == "application/pdf"
    for query in ("?view=x", "?format=docx", "?more=1"):
        liaison.expect(400, "query_refused", "GET", where + "/preview" + query)
    # Sent, once; the same request again is answered the same.
    li.expect(403, "scope_missing", "POST", where + "/send", {})
    once = {"Idempotency-Key": "send-1"}
    sent = liaison.ok("POST", where + "/send", {}, headers=once)
    assert sent["referral"]["state"]["word"] == "SENT" and len(sent["referral"]["packages"]) == 1, sent
    assert liaison.ok("POST", where + "/send", {}, headers=once) == sent and liaison.last["qiantang-known"] == "true"
    liaison.expect(409, "move_refused", "POST", where + "/send", {})
    kept = sent["referral"]["packages"][0]
    message = bank.server.rows("SELECT body FROM message WHERE kind = 'referral.sent'")[0][0]
    assert kept["sha256"] in message and VICTIM not in message and "赵某某" not in message, message
    # The package, to the byte; who took it is on record.
    zip_ = liaison.ok("GET", where + "/package")
    assert liaison.last["content-type"] == "application/zip" and len(zip_) == kept["bytes"] and hashlib.sha256(zip_).hexdigest() == kept["sha256"] and hashlib.new("sm3", zip_).hexdigest() == kept["sm3"]
    check_package(zip_, id_)
    assert liaison.ok("GET", where + "/verification") == {"whole": True, "problem": None}
    # What becomes of it.
    liaison.expect(422, "referral_refused", "POST", where + "/receipt", {"receipt": "r", "at": 1})
    liaison.expect(422, "body_refused", "POST", where + "/receipt", {"receipt": " "})
    received = liaison.ok("POST", where + "/receipt", {"receipt": "QS-7", "receiver": "officer 330106"})["referral"]
    assert received["state"]["word"] == "RECEIVED" and received["receipt"] == "QS-7" and received["gangs"] is None
    liaison.ok("POST", where + "/outcome", {"state": "ACCEPTED"})
    liaison.expect(422, "referral_refused", "POST", where + "/outcome", {"state": "FILED"})
    liaison.expect(409, "move_refused", "POST", where + "/outcome", {"state": "DRAFT"})
    liaison.expect(422, "body_refused", "POST", where + "/outcome", {"arrested": -1})
    liaison.ok("POST", where + "/outcome", {"state": "FILED", "police_case_no": "330106-2026-7", "amount_involved": 90000000})
    liaison.ok("POST", where + "/money", {"kind": "SEIZED", "account": SUSPECTS[0], "document": "330106-2026-7", "amount": 1000000})
    liaison.expect(422, "referral_refused", "POST", where + "/money", {"kind": "FOUND", "document": "d", "amount": 1})
    liaison.expect(422, "body_refused", "POST", where + "/money", {"kind": "SEIZED", "document": "d", "amount": 0})
    solved = liaison.ok("POST", where + "/outcome", {"state": "ARRESTS", "arrested": 2, "gangs": 0, "cards_seized": 3, "victims_helped": 1, "feedback_doc": "FK-1", "reward": "letter", "lessons": "agents who open many accounts"})["referral"]
    assert solved["state"]["word"] == "ARRESTS" and solved["arrested"] == 2 and solved["gangs"] == 0 and solved["amount_seized"] == 1000000 and solved["amount_frozen"] == 0, solved
    assert li.ok("GET", f"/v1/cases/{case}")["case"]["police_case_no"] == "330106-2026-7"
    # A supplement is of the same lead.
    more = li.ok("POST", "/v1/referrals", {"case": case, "supplements": id_})["referral"]
    assert more["lead"] == id_ and more["links"][0]["kind"]["word"] == "SUPPLEMENT"
    figures = bank.leader.ok("GET", "/v1/figures/referrals")["figures"]
    assert figures["sent"] == 1 and figures["filed"] == 1 and figures["amount_seized_frozen"] == 1000000 and figures["gangs_untold"] == 0, figures
    # What was changed behind the program's back is found.
    nothing = "X'00'" if api_bank.SERVER is None else "decode('00', 'hex')"
    remember(bank, f"UPDATE referral_package_part SET bytes = {nothing} WHERE referral = {id_}")
    liaison.expect(409, "evidence_changed", "GET", where + "/package")
    verified = liaison.ok("GET", where + "/verification")
    assert not verified["whole"] and verified["problem"], verified
    # Who did what is in the log.
    auditor = bank.person("audit", "auditor")
    records = auditor.ok("GET", "/v1/audit?from=1&limit=1000")["records"]
    done = {(record["action"], record["actor"]["name"]) for record in records if record["target"] == f"referral {id_}" and record["outcome"] == "done"}
    for pair in (("referral.changed", "li"), ("referral.changed", "qian"), ("referral.changed", "jiang"), ("referral.made", "zhou"), ("data.exported", "zhou"), ("personal.unmasked", "zhou")):
        assert pair in done, (pair, done)
    notes = [record["detail"]["note"] for record in records if record["action"] == "data.exported"]
    assert any(kept["sha256"] in note for note in notes) and any(note.endswith("statement.pdf") for note in notes), notes
    assert any(record["action"] == "referral.changed" and record["outcome"] == "refused" and record["actor"]["name"] == "both" for record in records)


def check_package(zip_, id_):
    """Each file is what its sums say, and the machine's half is the referral's."""
    with zipfile.ZipFile(io.BytesIO(zip_)) as package:
        assert package.testzip() is None
        names = package.namelist()
        sums = [line.split("  ", 1) for line in package.read("SHA256SUMS").decode().splitlines()]
        assert len(sums) >= 10 and {name for _, name in sums} <= set(names), (sums, names)
        for digest, name in sums:
            assert hashlib.sha256(package.read(name)).hexdigest() == digest, name
        for part in ("01 移送函.pdf", "02 移送材料.pdf", "03 交易流水.pdf"):
            assert package.read(part).startswith(b"%PDF"), part
        assert package.read("04 资金流向图.png").startswith(b"\x89PNG") and "附件/" in " ".join(names)
        machine = json.loads(package.read("数据/线索.json"))
        assert machine["dossier"]["cover"]["referral"] == id_ and len(machine["dossier"]["transactions"]) == 4 and machine["number"] == "示银反诈移〔2026〕1号".replace("2026", str(machine["year"])), machine["number"]
        assert machine["dossier"]["opinion"]["analysis"] == ANALYSIS


# ---- who sees what ----

def test_masks_and_roles(folder):
    bank = Bank(folder, settings=NAMED)
    team = Team(bank)
    case = case_of(bank, team.analyst)
    id_ = team.analyst.ok("POST", "/v1/referrals", {"case": case})["referral"]["referral"]
    where = f"/v1/referrals/{id_}"
    asked = team.analyst.ok("POST", where + "/questions")["asked"]
    body = json.loads(bank.server.rows("SELECT body FROM message WHERE kind = 'referral.data'")[0][0])
    assert asked > 20 and SUSPECTS[0] in json.dumps(body), body
    complete(team.analyst, id_)
    secrets = [*SUSPECTS, VICTIM, OUTSIDE, "330106199001011234", "13800001234", "嫌疑0某", "王某某", "P1000000"]
    for path in ("", "/dossier", "/gate", "/preview?view=material", "/preview?view=letter", "/preview?view=statement"):
        seen, hidden = (person.ask("GET", where + path) for person in (team.analyst, team.director))
        assert seen[0] == hidden[0] == 200, (path, hidden)
        text = hidden[1].decode() if isinstance(hidden[1], bytes) else json.dumps(hidden[1], ensure_ascii=False)
        assert not any(secret in text for secret in secrets), (path, [(secret, text[max(text.find(secret) - 200, 0):text.find(secret) + 60]) for secret in secrets if secret in text])
        if path in ("", "/dossier"):
            whole = json.dumps(seen[1], ensure_ascii=False)
            assert SUSPECTS[0] in whole and "13800001234" in whole, path
    team.director.expect(403, "scope_missing", "GET", where + "/package")
    team.director.expect(403, "scope_missing", "POST", where + "/approve", {"step": "ANALYST"})
    team.director.expect(403, "scope_missing", "POST", where + "/return", {"reason": "r"})
    director = [row for row in bank.administrator.ok("GET", "/v1/roles")["roles"] if row["role"] == "director"][0]
    assert "referrals:read" in director["scopes"] and "referrals:draft" not in director["scopes"]
    # Who drafts does not comply.
    status, value = bank.administrator.ask("PUT", "/v1/users/sun/roles", {"roles": ["compliance-officer", "analyst"]})
    assert status == 422 and value["code"] == "access_refused", (status, value)
    # By a key nobody drafts.
    key = bank.key("reader", "figures:read", "figures:write")
    key.expect(403, "scope_missing", "GET", "/v1/referrals")


def test_an_emergency(folder):
    receiver = response_bank.Receiver(folder)
    bank = Bank(folder, settings=NAMED, endpoints={"police": receiver.endpoint, "core": receiver.endpoint}, )
    team = Team(bank)
    id_ = team.analyst.ok("POST", "/v1/referrals", {"case": case_of(bank, team.analyst)})["referral"]["referral"]
    where = f"/v1/referrals/{id_}"
    call = {"called": "96110, officer 330106", "text": "900,000 yuan are about to leave", "second": "qian"}
    team.analyst.expect(403, "needs_another_person", "POST", where + "/emergency", {**call, "second": "li"})
    team.analyst.expect(403, "needs_another_person", "POST", where + "/emergency", {**call, "second": "nobody"})
    told = team.analyst.ok("POST", where + "/emergency", call)["referral"]
    assert told["urgency"] == "EMERGENCY" and told["told_by_phone"] is not None and told["called"] == call["called"], told
    team.analyst.expect(409, "move_refused", "POST", where + "/emergency", call)
    message = bank.server.wait(lambda: receiver.of("referral.emergency"), what="no message to the police")[0][1]
    assert set(message["data"]["accounts"]) == set(SUSPECTS) and message["data"]["accounts_elsewhere"] == [OUTSIDE], message
    # The package did not follow: the desk of the police is paged, by the server's own clock.
    remember(bank, f"UPDATE referral SET emergency_us = emergency_us - {13 * 3600 * 1000000} WHERE id = {id_}")
    remember(bank, f"UPDATE timer SET due_us = 1 WHERE kind = 'referral' AND object = {id_}")
    team.analyst.ok("POST", where + "/fields", {"title": "t"})  # wakes the desk
    pages = bank.server.wait(lambda: bank.server.rows("SELECT body FROM message WHERE kind = 'referral.package_due'"), what="nobody was paged")
    assert "POLICE_DESK" in pages[0][0] and bank.server.rows("SELECT COUNT(*) FROM unread") == [(0,)], pages
    # Other systems answer by signed messages; the same one again is known.
    data = data_of(team.analyst.ok("GET", where + "/dossier")["dossier"])
    answer = signed(bank, "core", "referral.data", {"referral": id_, "data": data}, "m-1")
    assert answer == (200, {"taken": True}) == signed(bank, "core", "referral.data", {"referral": id_, "data": data}, "m-1"), answer
    assert {row["given_by"] for row in team.analyst.ok("GET", where)["referral"]["data"]} == {"core"}
    team.analyst.ok("POST", where + "/fields", TEXTS)
    team.analyst.ok("POST", where + "/picture", {"direction": "forward"})
    team.approve(id_)
    team.liaison.ok("POST", where + "/send")
    assert signed(bank, "police", "referral.received", {"referral": id_, "receipt": "QS-8"}, "m-2")[0] == 200
    assert signed(bank, "police", "referral.told", {"referral": id_, "state": "ACCEPTED"}, "m-3")[0] == 200
    assert signed(bank, "police", "referral.told", {"state": "ACCEPTED"}, "m-4")[0] == 422
    whole = team.analyst.ok("GET", where)
    assert whole["referral"]["state"]["word"] == "ACCEPTED" and whole["trace"]["steps"][0]["actor_kind"] == "authority" and whole["trace"]["whole"], whole["trace"]["steps"][0]
    receiver.end()


def signed(bank, endpoint, kind, data, id_):
    body = json.dumps({"type": kind, "timestamp": "2026-11-30T08:00:00+08:00", "data": data}).encode()
    at = str(int(time.time()))
    key = base64.b64decode(response_bank.SECRET[len("whsec_"):])
    mac = base64.b64encode(hmac.new(key, f"{id_}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    return bank.nobody.ask("POST", f"/v1/webhooks/{endpoint}", body, headers={"webhook-id": id_, "webhook-timestamp": at, "webhook-signature": "v1," + mac})


def test_secret_referrals_are_not_there_for_others(folder):
    bank = Bank(folder, settings=NAMED)
    team = Team(bank)
    aml = bank.person("aml", "aml-analyst", skills=["AML"])
    bank.pay(AML, "launderer0001")
    alert = bank.alert_of(aml, "launderer0001", "AM")["alert"]
    case = case_of(bank, aml, alerts=[alert])
    secret = aml.ok("POST", "/v1/referrals", {"case": case})["referral"]
    id_ = secret["referral"]
    assert secret["secrecy"] == "AML" and secret["route"] == "AML" and "反洗钱法" in secret["basis"]
    where = f"/v1/referrals/{id_}"
    posts = {"/fields": {"title": "t"}, "/data": {"data": [{"kind": "PART", "object": "", "field": "devices", "absent": "x"}]}, "/questions": {}, "/picture": {}, "/enclosures": {"attachment": 1}, "/links": {"referral": 1, "kind": "RELATED"},
             "/drop": {"reason": "r"}, "/emergency": {"called": "c", "text": "t", "second": "qian"}, "/return": {"reason": "r"}, "/approve": {"step": "ANALYST"}}
    for person in (team.analyst, team.head, team.compliance, team.liaison, team.director, bank.leader):
        assert person.ok("GET", "/v1/referrals")["referrals"] == [] == person.ok("GET", f"/v1/referrals?case={case}")["referrals"]
        for path in ("", "/gate", "/dossier", "/preview", "/verification"):
            person.expect(404, "object_unknown", "GET", where + path)
    for path, body in posts.items():
        team.analyst.expect(404, "object_unknown", "POST", where + path, body)
    for path, body in (("/send", {}), ("/receipt", {"receipt": "r"}), ("/outcome", {"state": "ACCEPTED"}), ("/money", {"kind": "SEIZED", "document": "d", "amount": 1})):
        team.liaison.expect(404, "object_unknown", "POST", where + path, body)
    team.liaison.expect(404, "object_unknown", "GET", where + "/package")
    team.analyst.expect(404, "object_unknown", "POST", "/v1/referrals", {"case": case})
    # On its own route, and by phone alone.
    aml.expect(422, "referral_refused", "POST", where + "/emergency", {"called": "c", "text": "t", "second": "li"})
    aml.ok("POST", f"/v1/cases/{case}/subjects", {"kind": "PERSON", "name": "launderer0001", "role": "CLEARED"})
    for row in aml.ok("GET", f"/v1/cases/{case}")["case"]["subjects"]:
        if row["role"] == "UNKNOWN":
            aml.ok("POST", f"/v1/cases/{case}/subjects", {"kind": row["kind"], "name": row["name"], "role": "CLEARED"})
    complete(aml, id_)
    aml.ok("POST", where + "/fields", {"route": "FRAUD"})
    assert "AML_MATERIAL" in [row["code"] for row in aml.ok("GET", where + "/gate")["gate"]["findings"]]
    aml.expect(409, "referral_incomplete", "POST", where + "/approve", {"step": "ANALYST"})
    aml.ok("POST", where + "/fields", {"route": "AML"})
    aml.ok("POST", where + "/approve", {"step": "ANALYST"})
    # A head of the department who is cleared takes the next step.
    officer = bank.person("officer", "aml-officer", "department-head", skills=["AML"])
    officer.ok("POST", where + "/approve", {"step": "DEPARTMENT"})
    assert bank.leader.ok("GET", "/v1/figures/referrals")["figures"]["sent"] == 0
    auditor = bank.person("audit", "auditor")
    assert [row["referral"] for row in auditor.ok("GET", "/v1/referrals")["referrals"]] == [id_]


def test_lists_of_referrals(folder):
    bank = Bank(folder, settings=NAMED)
    team = Team(bank)
    li = team.analyst
    cases_ = [li.ok("POST", "/v1/cases", {"title": f"case {i}", "type": "FRAUD"})["case"]["id"] for i in range(5)]
    made = [li.ok("POST", "/v1/referrals", {"case": case, "urgency": "URGENT" if i % 2 else "NORMAL", "authority": "a"})["referral"]["referral"] for i, case in enumerate(cases_)]
    found, after = [], ""
    while True:
        page = li.ok("GET", f"/v1/referrals?limit=2{after}")
        found += [row["referral"] for row in page["referrals"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == made[::-1], found
    li.ok("POST", f"/v1/referrals/{made[0]}/drop", {"reason": "r"})
    for query, count in (("state=DRAFT", 4), ("state=CLOSED", 1), ("open=true", 4), ("route=FRAUD", 5), ("route=AML", 0), (f"case={cases_[1]}", 1), (f"lead={made[2]}", 1), ("police_case_no=7", 0),
                         ("unheard_since=2027-01-01T00:00:00Z", 0), ("open=false", 5)):
        assert len(li.ok("GET", "/v1/referrals?" + query)["referrals"]) == count, query
    for query in ("state=a&state=b", "case=x", "after=x", "limit=501", "open=maybe", "unheard_since=x", "more=1"):
        li.expect(400, "query_refused", "GET", "/v1/referrals?" + query)
    for number in ("0", "-1", "x", "01", "9" * 30, "1%27"):
        for path in ("", "/gate", "/package", "/preview"):
            assert li.ask("GET", f"/v1/referrals/{number}{path}")[0] == 404
    hostile = "'; DROP TABLE referral; -- \\ \" % _ \U0001f600 \n" + "长" * 2000
    assert li.ok("POST", f"/v1/referrals/{made[1]}/fields", {"fact": hostile})["referral"]["fact"] == hostile
    li.expect(422, "body_refused", "POST", f"/v1/referrals/{made[1]}/fields", {"fact": "a\u0007"})
    li.expect(422, "body_refused", "POST", f"/v1/referrals/{made[1]}/picture", {"layers": 0})


def test_without_a_name(folder):
    bank = Bank(folder)
    team = Team(bank)
    id_ = team.analyst.ok("POST", "/v1/referrals", {"case": case_of(bank, team.analyst)})["referral"]["referral"]
    where = f"/v1/referrals/{id_}"
    for path in ("/dossier", "/preview"):
        team.analyst.expect(409, "paper_not_possible", "GET", where + path)
    team.analyst.expect(409, "paper_not_possible", "POST", where + "/approve", {"step": "ANALYST"})
    for path in ("/v1/cockpit/bulletin?month=2026-10", "/v1/cockpit/daily"):
        bank.leader.expect(409, "paper_not_possible", "GET", path)


# ---- figures, and what is made of them ----

def hash_of(rows):
    """As docs/cockpit.md says."""
    texts = [json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() for row in rows]
    return hashlib.sha256(b"".join(sorted(hashlib.sha256(text).digest() for text in texts))).hexdigest()


def rows_of(who, path):
    rows, after = [], ""
    while True:
        page = who.ok("GET", path + after)
        rows += page["rows"]
        if page["next"] is None:
            return rows
        after = "&after=" + page["next"]


def test_figures_and_their_papers(folder):
    bank = Bank(folder, settings=NAMED)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    head = bank.person("qian", "department-head")
    leader = bank.leader
    for i in range(7):
        bank.pay(AMOUNT_S4 if i % 2 else AMOUNT_S3, f"customer000{i}", branch="0301" if i < 4 else "0302")
    first = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    li.ok("POST", f"/v1/alerts/{first}/decision", {"code": "TP-VICTIM-SAVED", "note": "he was told to pay"})
    now = datetime.datetime.now(CHINA)
    month = now.strftime("%Y-%m")
    begin_us = int(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()) * 1000000
    # The stream was followed since before the month: one alert is of then.
    oldest = bank.alert_of(li, "customer0006")["alert"]
    remember(bank, f"UPDATE alert SET opened_us = {begin_us - 40 * DAY_US} WHERE id = {oldest}")
    remember(bank, f"UPDATE alert SET opened_us = {begin_us + 1000} WHERE id <> {oldest} AND id % 2 = 0")  # many of one moment
    until = int(time.time() * 1000)
    span = f"from={begin_us // 1000}&until={until}"
    definitions = {row["figure"]: row for row in leader.ok("GET", "/v1/cockpit/figures")["figures"]}
    assert len(definitions) > 70 and definitions["alerts"]["zh"] == "产生预警" and "SELECT" in definitions["alerts"]["sql"]
    figure = leader.ok("GET", f"/v1/cockpit/figures/alerts?{span}&hash=true&by=unit")
    assert figure["figure"]["rows"] == figure["figure"]["value"] == 6 and figure["text_zh"] == "6" and {part["part"]: part["rows"] for part in figure["parts"]} == {"0301": 4, "0302": 2}, figure
    for limit in (1, 2, 5, 1000):  # however it is cut
        rows = rows_of(leader, f"/v1/cockpit/figures/alerts/rows?{span}&limit={limit}")
        assert len(rows) == 6 and len({row["object"] for row in rows}) == 6 and hash_of(rows) == figure["sha256"], (limit, rows)
    words = leader.ok("GET", f"/v1/cockpit/figures/alerts?{span}&by=word")["parts"]
    assert words == [{"part": "VP", "rows": 6, "sum": words[0]["sum"], "number": words[0]["number"]}], words
    saved = leader.ok("GET", f"/v1/cockpit/figures/victims_saved?{span}&hash=true")
    assert saved["figure"]["value"] == 1 and hash_of(rows_of(leader, f"/v1/cockpit/figures/victims_saved/rows?{span}")) == saved["sha256"], saved
    # Refused is not nought.
    refused = leader.ok("GET", f"/v1/cockpit/figures/referrals?{span}")["figure"]
    assert refused["refused"] == "NEVER_FED" and refused["why_zh"], refused
    leader.expect(404, "object_unknown", "GET", "/v1/cockpit/figures/nothing")
    leader.expect(422, "figure_refused", "GET", "/v1/cockpit/figures/insider_alerts/rows")
    later = int(time.time() * 1000) + 86400000
    for path in ("figures/alerts", "figures/alerts/rows", "sentence", "daily"):
        leader.expect(422, "figure_refused", "GET", f"/v1/cockpit/{path}?from={later}&until={later + 1}")
    for path in ("figures/alerts?from=5&until=4", "figures/alerts?by=customer", "figures/alerts?hash=1", "figures/alerts/rows?after=5", "figures/alerts/rows?after=5.0", "figures/alerts/rows?limit=1001", "sentence?clauses=ALL",
                 "sentence?clauses=" + "ALERTS," * 40, "sentence?language=fr", "bulletin", "bulletin?month=2026-13", "bulletin?month=2026-1x", "bulletin?month=2026-10&format=docx", "daily?secrets=perhaps", "texts?month=x", "figures/alerts?x=1"):
        leader.expect(400, "query_refused", "GET", "/v1/cockpit/" + path)
    # The sentence: one refused figure keeps all of it back.
    sentence = leader.ok("GET", f"/v1/cockpit/sentence?{span}&clauses=ALERTS")
    assert sentence["printed"] and "6 条" in sentence["sentence"], sentence
    assert not leader.ok("GET", f"/v1/cockpit/sentence?{span}&language=en")["printed"]
    # An editor's text names figures and types none in.
    text = {"month": month, "part": 6, "number": 1, "language": "zh", "text": "本月产生预警 {figure:alerts}，全部办理。"}
    head.ok("POST", "/v1/cockpit/texts", text)
    head.expect(422, "figure_refused", "POST", "/v1/cockpit/texts", {**text, "text": "本月产生预警 12 条。"})
    head.expect(422, "figure_refused", "POST", "/v1/cockpit/texts", {**text, "text": "{figure:nothing}"})
    head.expect(422, "body_refused", "POST", "/v1/cockpit/texts", {**text, "language": "fr"})
    assert leader.ok("GET", f"/v1/cockpit/texts?month={month}")["texts"][0]["text"] == text["text"]
    core = bank.key("warehouse", "figures:write")
    core.ok("POST", "/v1/cockpit/accounts", {"units": [{"unit": "0301", "at": until - 5000, "accounts": 48210, "source": "core"}, {"unit": "0302", "at": until - 5000, "accounts": 100, "source": "core"}]})
    core.expect(422, "figure_refused", "POST", "/v1/cockpit/accounts", {"units": [{"unit": "0301", "at": later, "accounts": 1, "source": "core"}]})
    for bad in ([], "x", [1], [{"unit": "0301"}], [{"unit": "0301", "at": -1, "accounts": 1, "source": "s"}], [{"unit": "0301", "at": 1, "accounts": 1.5, "source": "s"}]):
        core.expect(422, "body_refused", "POST", "/v1/cockpit/accounts", {"units": bad})
    # The bulletin: its numbers are those of the rows.
    pdf = head.ok("GET", f"/v1/cockpit/bulletin?month={month}&format=pdf")
    assert pdf.startswith(b"%PDF") and b"%%EOF" in pdf[-32:] and head.last["content-disposition"] == f'attachment; filename="bulletin-{month}.pdf"'
    page = head.ok("GET", f"/v1/cockpit/bulletin?month={month}").decode()
    assert "示例银行" in page and "全部办理" in page and "本月产生预警 6 条" in page.replace("\u2009", " ").replace("\u00a0", " ") or "本月产生预警 6" in page, page[:2000]
    paper = head.ok("GET", f"/v1/cockpit/bulletin?month={month}&format=json")
    told = {row["now"]["figure"] if "now" in row else row["figure"]: row for row in paper["paper"]["figures"]}
    assert figure["sha256"] in json.dumps(told["alerts"]) and figure["sha256"][:16] in page and paper["told"] > 5 and paper["refused"] > 5, told["alerts"]
    english = head.ok("GET", f"/v1/cockpit/bulletin?month={month}&language=en").decode()
    assert "Sample Bank" in english and "Monthly bulletin" in english
    next_month = (now.replace(day=1) + datetime.timedelta(days=40)).strftime("%Y-%m")
    head.expect(422, "figure_refused", "GET", f"/v1/cockpit/bulletin?month={next_month}")
    # The report of a shift.
    daily = leader.ok("GET", f"/v1/cockpit/daily?{span}&shift=夜班&leader=zhangsan".replace("夜班", "%E5%A4%9C%E7%8F%AD")).decode()
    assert "夜班" in daily and "zhangsan" in daily and "产生预警" in daily
    assert "chief" not in leader.ok("GET", f"/v1/cockpit/daily?{span}").decode()   # who asks does not lead the shift
    assert leader.ok("GET", f"/v1/cockpit/daily?format=pdf&language=en&leader=li").startswith(b"%PDF")
    assert leader.ok("GET", "/v1/cockpit/daily?format=json")["paper"]["paper"] == "daily"
    auditor = bank.person("audit", "auditor")
    records = auditor.ok("GET", "/v1/audit?from=1&limit=1000")["records"]
    exported = [(record["actor"]["name"], record["target"], record["detail"]["note"]) for record in records if record["action"] == "data.exported"]
    assert exported == [("qian", "bulletin", f"bulletin-{month}.pdf"), ("chief", "daily", "shift.pdf")], exported
    assert any(record["action"] == "bulletin.changed" and record["actor"]["name"] == "qian" for record in records)


def test_figures_of_branches_and_secrets(folder):
    bank = Bank(folder, settings=NAMED)
    aml = bank.person("officer", "aml-officer", skills=["AML"])
    outlet = bank.person("outlet", "department-head", branch="0301")
    for i in range(6):
        bank.pay(AMOUNT_S3, f"customer000{i}", branch=f"030{i}")
    bank.pay(AML, "launderer0001", branch="0301")
    span = f"from={int(time.time() * 1000) - 3600000}"
    day = datetime.datetime.now(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    span = f"from={int(day.timestamp() * 1000)}&until={int(time.time() * 1000)}"
    assert bank.leader.ok("GET", f"/v1/cockpit/figures/alerts?{span}")["figure"]["value"] == 6
    assert aml.ok("GET", f"/v1/cockpit/figures/alerts?{span}")["figure"]["value"] == 7
    assert bank.leader.ok("GET", f"/v1/cockpit/figures/aml_alerts?{span}")["figure"]["refused"] == "SECRET" and aml.ok("GET", f"/v1/cockpit/figures/aml_alerts?{span}")["figure"]["value"] == 1
    # A branch reads its own, and the mean of the others.
    own = outlet.ok("GET", f"/v1/cockpit/figures/alerts?{span}")
    assert own["unit"] == "0301" and own["figure"]["value"] == 1 and own["mean_of_others"] == 1 and own["others"] == 5, own
    for path in (f"figures/alerts?{span}&unit=0302", f"figures/alerts/rows?{span}&unit=0302", f"figures/alerts?{span}&by=unit", f"daily?{span}&unit=0302", f"texts?month=2026-10&unit=0302"):
        status, value = outlet.ask("GET", "/v1/cockpit/" + path)
        assert (status, value.get("code")) == (403, "other_branch"), (path, status, value)
    outlet.expect(403, "other_branch", "POST", "/v1/cockpit/texts", {"month": "2026-10", "unit": "0302", "part": 6, "language": "zh", "text": "t"})
    outlet.ok("POST", "/v1/cockpit/texts", {"month": "2026-10", "unit": "0301", "part": 6, "language": "zh", "text": "t"})
    # What is printed holds no secrets unless they are asked for by who may see them.
    of = lambda who, query: next(row for row in who.ok("GET", f"/v1/cockpit/daily?{span}&format=json{query}")["paper"]["figures"] if '"alerts"' in json.dumps(row))
    assert '"value": 6' in json.dumps(of(aml, "")) and '"value": 7' in json.dumps(of(aml, "&secrets=true")) and '"value": 6' in json.dumps(of(bank.leader, "&secrets=true")), of(aml, "")
    # Rows that name accounts are masked, and their pages are whole all the same.
    remember(bank, f"INSERT INTO opening VALUES ('{SUSPECTS[0]}', 'P1', {int(day.timestamp()) * 1000000 - DAY_US}, 1, '0301', 'COUNTER', 'o', 'o', '', 's')")
    remember(bank, f"INSERT INTO opening VALUES ('{SUSPECTS[1]}', 'P2', {int(day.timestamp()) * 1000000 - DAY_US}, 2, '0301', 'COUNTER', 'o', 'o', '', 's')")
    director = bank.person("wu", "director")
    seen, hidden = (rows_of(person, f"/v1/cockpit/figures/accounts_opened/rows?{span}&limit=1") for person in (bank.leader, director))
    keys = {row["key"] for row in seen}
    assert set(SUSPECTS) <= keys and len(hidden) == len(seen) and not any(account in json.dumps(hidden) for account in SUSPECTS), hidden


# ---- missed ----

def test_missed_cards(folder):
    bank = Bank(folder, pack={"missed": True})
    quality = bank.person("zheng", "quality-reviewer", skills=["FRAUD"])
    other = bank.person("feng", "quality-reviewer", skills=["FRAUD"])
    unskilled = bank.person("chen", "quality-reviewer", skills=["MULE"])
    li = bank.person("li", "analyst", skills=["FRAUD"])
    quality.expect(404, "nothing_waits", "POST", "/v1/missed/next")
    event, _ = bank.pay(500, "customer0001")
    bank.pay(0, "customer0002", report="VICTIM")
    bank.pay(0, "customer0003", report="VICTIM")
    cards = li.ok("GET", "/v1/missed")["missed"]
    assert [card["kind"] for card in cards] == ["REPORT", "REPORT", "SAMPLE"] and cards[2]["event_id"] == event["event_id"] and cards[2]["amount"] == 500, cards
    page = li.ok("GET", "/v1/missed?limit=2")
    rest = li.ok("GET", f"/v1/missed?limit=2&after={page['next']}")
    assert [card["id"] for card in page["missed"] + rest["missed"]] == [card["id"] for card in cards] and rest["next"] is None
    for query, count in (("kind=REPORT", 2), ("kind=SAMPLE", 1), ("state=OPEN", 3), ("state=CLOSED", 0)):
        assert len(li.ok("GET", "/v1/missed?" + query)["missed"]) == count, query
    for query in ("limit=201", "after=x", "more=1"):
        li.expect(400, "query_refused", "GET", "/v1/missed?" + query)
    unskilled.expect(403, "no_desk", "POST", "/v1/missed/next", {})
    first = quality.ok("POST", "/v1/missed/next")["card"]
    assert first["kind"] == "SAMPLE" and first["owner"] == "zheng" and first["state"] == "TAKEN" and [row["event_id"] for row in first["payments"]] == [event["event_id"]], first
    assert quality.ok("POST", "/v1/missed/next")["card"]["id"] == first["id"]
    second = other.ok("POST", "/v1/missed/next")["card"]
    assert second["id"] != first["id"] and second["kind"] == "REPORT"
    where = f"/v1/missed/{first['id']}"
    other.expect(409, "somebody_elses", "POST", where + "/finding", {"finding": "NO_FRAUD"})
    for body in ({"finding": "BAD_LUCK"}, {"finding": "THRESHOLD"}, {"finding": "NO_MODEL", "model": "M"}):
        quality.expect(422, "decision_refused", "POST", where + "/finding", body)
    quality.expect(422, "body_refused", "POST", where + "/finding", {})
    settled = quality.ok("POST", where + "/finding", {"finding": "THRESHOLD", "model": "M-VP-71-A", "note": "five yuan"})["card"]
    assert settled["state"] == "CLOSED" and settled["finding"] == "THRESHOLD" and settled["model"] == "M-VP-71-A" and settled["closed_by"] == "zheng" and settled["closed_us"] > 0, settled
    quality.expect(409, "move_refused", "POST", where + "/finding", {"finding": "NO_FRAUD"})
    other.ok("POST", f"/v1/missed/{second['id']}/finding", {"finding": "NO_FRAUD"})
    quality.expect(404, "missed_unknown", "POST", "/v1/missed/99999/finding", {"finding": "NO_FRAUD"})
    li.expect(404, "missed_unknown", "GET", "/v1/missed/99999")
    li.expect(403, "scope_missing", "POST", where + "/finding", {"finding": "NO_FRAUD"})
    figures = bank.leader.ok("GET", "/v1/figures/missed")["figures"]
    assert figures == {"reports": 2, "reports_open": 1, "fraud": 0, "samples": 1, "samples_fraud": 1}, figures
    # Masked for who may not see customers.
    director = bank.person("wu", "director")
    status, hidden = director.ask("GET", where)
    assert status == 200 and event["account"] not in json.dumps(hidden) and event["payee"] not in json.dumps(hidden) and "customer0001" not in json.dumps(hidden), hidden


# ---- all operations alike ----

def test_without_a_disposition(folder):
    api_bank.check_without_a_disposition(folder, TAGS)


def test_wrong_roles(folder):
    assert api_bank.check_wrong_roles(folder, TAGS) > 100


def test_unknown_members(folder):
    api_bank.check_unknown_members(folder, TAGS)


# (operation, status): why it is not seen here.
UNSEEN = {}


def test_zz_document(folder):
    if not CHOSEN:
        missing = api_bank.unseen(TAGS, UNSEEN)
        assert not missing, missing


cases.run(api_bank.ended(globals()), CHOSEN)
