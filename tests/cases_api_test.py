#!/usr/bin/env python3
"""Cases, gangs and the ways of money over HTTP: from an alert that is decided into a case to the case's end, evidence that stays, secrets, bad requests.

Usage: cases_api_test.py QIANTANG [PART OF A TEST'S NAME...]
Each answer is compared with src/server/api/openapi.json, and each answer that the document has of these operations has to be seen. The last line is "N passed, N failed".
"""
import hashlib
import json
import sys
import time

import cases
import response_bank

response_bank.QIANTANG = sys.argv[1]
import api_bank  # noqa: E402
from api_bank import AML, INSIDER, Bank  # noqa: E402
from response_bank import AMOUNT_S3, AMOUNT_S4  # noqa: E402

CHOSEN = sys.argv[2:]
DAY_US = 86400000000
GANG = ["6222000000000101", "6222000000000102", "6222000000000103", "6222000000000104"]
VICTIM = "6222000000000001"


def remember(bank, statement):
    bank.server.store.rows(statement, change=True)


def plant(bank):
    """A victim pays a gang of four that shares a telephone, passes the money on and keeps a part."""
    now, sequence = int(time.time() * 1000000), 1000000
    for i, account in enumerate([VICTIM, *GANG]):
        remember(bank, f"INSERT INTO bond VALUES ('HOLDER', 'P{i}', 'ACCOUNT', '{account}', {now - 9 * DAY_US}, {now}, 3)")
    for i, account in enumerate(GANG):
        remember(bank, f"INSERT INTO bond VALUES ('DEVICE', 'device-of-the-gang', 'CUSTOMER', 'P{i + 1}', {now - 9 * DAY_US}, {now}, 9)")
        remember(bank, f"INSERT INTO opening VALUES ('{account}', 'P{i + 1}', {now - 30 * DAY_US}, {i + 1}, '0301', 'COUNTER', 'op1', 'op2', 'agent1', 'salary')")
    ways = [(VICTIM, GANG[0], 90000000)] + [(GANG[i], GANG[j], 20000000 + 1000 * i) for i in range(4) for j in range(i + 1, 4)]
    for i, (payer, payee, amount) in enumerate(ways):
        customers = ["P" + str([VICTIM, *GANG].index(account)) for account in (payer, payee)]
        remember(bank, f"INSERT INTO movement VALUES ({sequence + i}, {now - DAY_US + i * 60000000}, 'way{i}', 'OWN', '{payer}', 'OWN', '{payee}', {amount}, 'pay', 'MOBILE', '', '{customers[0]}', '{customers[1]}', '', '', 'DONE')")
    return sequence




# ---- from an alert to the end of its case ----

def test_from_decision_to_closed_case(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    event, _ = bank.pay(AMOUNT_S4, "customer0001")
    first = plant(bank)
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    # Opened for it, by hand. The alert is decided into it: confirmed fraud, that ends with the case.
    case = li.ok("POST", "/v1/cases", {"title": "money of victims goes through one account", "type": "FRAUD"})["case"]
    number = case["id"]
    assert case["number"].startswith("AJ-") and case["owner"] == "li" and case["state"] == "OPEN" and case["level"] == "BRANCH" and case["alerts"] == [], case
    li.expect(422, "case_refused", "POST", "/v1/cases", {"title": "t", "type": "THEFT"})
    li.expect(404, "object_unknown", "POST", f"/v1/alerts/{id_}/decision", {"code": "TP-VICTIM-SAVED", "note": "n", "case": 99})
    li.expect(422, "decision_refused", "POST", f"/v1/alerts/{id_}/decision", {"code": "FP-OWNWILL", "note": "n", "case": number})
    decided = li.ok("POST", f"/v1/alerts/{id_}/decision", {"code": "TP-VICTIM-SAVED", "note": "he was told to pay", "case": number})
    assert decided["alert"]["state"] == "IN_CASE" and decided["alert"]["case"] == number and not decided["needs_approval"], decided
    assert [row["alert"] for row in li.ok("GET", f"/v1/alerts?case={number}")["alerts"]] == [id_]
    case = li.ok("GET", f"/v1/cases/{number}")["case"]
    assert [row["id"] for row in case["alerts"]] == [id_] and {(row["kind"], row["name"], row["role"]) for row in case["subjects"]} == {("PERSON", "customer0001", "VICTIM"), ("ACCOUNT", event["account"], "VICTIM")}
    assert case["holds"][0]["payee"] == event["payee"] and case["models"][0]["model"] == "M-VP-72-A"
    # Its state.
    li.expect(409, "move_refused", "POST", f"/v1/cases/{number}/state", {"state": "REFERRED"})
    li.expect(422, "case_refused", "POST", f"/v1/cases/{number}/state", {"state": "CLOSED"})
    assert li.ok("POST", f"/v1/cases/{number}/state", {"state": "INVESTIGATING"})["case"]["state"] == "INVESTIGATING"
    li.expect(422, "case_refused", "POST", f"/v1/cases/{number}/state", {"state": "CONTROLLED"})
    # What is put into it.
    put = lambda path, body: li.ok("POST", f"/v1/cases/{number}{path}", body)
    put("/subjects", {"kind": "ACCOUNT", "name": VICTIM, "role": "VICTIM"})
    put("/subjects", {"kind": "ACCOUNT", "name": GANG[0], "role": "FIRST_LEVEL", "confidence": 90, "evidence": "money of the victim came here"})
    put("/notes", {"kind": "ANALYSIS", "text": "opened on one day by one agent"})
    put("/contacts", {"role": "police", "name": "officer 110108", "reach": "01088886666", "organisation": "the district", "note": "by day"})
    put("/entries", {"kind": "RETURNED", "amount": 100000, "document": "receipt 7"})
    put("/gaps", {"text": "small payments first"})
    put("/gaps/1", {"state": "DONE", "model": "M-VP-71-A"})
    put("/references", {"kind": "REFERRAL", "reference": "YS-1"})
    put("/look_back", {"account": GANG[0], "conclusion": "the agent opened ten", "unit": "0301", "person": "op1", "measures": "told the branch"})
    measure = li.ok("POST", "/v1/controls", {"measure": "SUSPEND_NON_COUNTER", "target_kind": "account", "target": GANG[0], "customer": "P1", "basis": "R-202", "reason": "no use for half a year", "hours": 4000,
                                             "notice": "NOTICE", "facts": []})["control"]["control"]
    put("/links", {"control": measure})
    li.expect(422, "body_refused", "POST", f"/v1/cases/{number}/links", {"control": measure, "task": 1})
    li.expect(422, "case_refused", "POST", f"/v1/cases/{number}/notes", {"kind": "DIARY", "text": "t"})
    li.expect(404, "object_unknown", "POST", f"/v1/cases/{number}/links", {"task": 999})
    li.expect(404, "object_unknown", "POST", f"/v1/cases/{number}/gaps/9", {"state": "REFUSED"})
    look = li.ok("GET", f"/v1/cases/{number}/look_back?account={GANG[0]}")["look_back"]
    assert look["opening"]["agent"] == "agent1" and look["agent"] == {"name": "agent1", "accounts": 4, "in_cases": 1} and look["conclusion"]["person"] == "op1", look
    li.expect(400, "query_refused", "GET", f"/v1/cases/{number}/look_back")
    changed = put("/fields", {"summary": "five victims", "lessons": "", "team": "T1", "modus": "VP-01 MA-01", "police_case_no": "110108-7"})["case"]
    assert changed["summary"] == "five victims" and changed["modus"] == "VP-01 MA-01"
    li.expect(422, "case_refused", "POST", f"/v1/cases/{number}/fields", {"type": "NOTHING"})
    li.expect(422, "body_refused", "POST", f"/v1/cases/{number}/fields", {})
    # Transactions are frozen, and the list has a hash.
    suggested = li.ok("GET", f"/v1/cases/{number}/suggestions")["transactions"]
    assert len(suggested) == 4 and [row["sequence"] for row in suggested] == sorted(row["sequence"] for row in suggested), suggested
    by_sequence = {row["sequence"]: row for row in suggested}
    assert by_sequence[first]["part"] == "SOURCE" and all(row["amount"] > 0 and row["payer"] and row["payee"] and row["time_us"] > 0 for row in suggested), suggested
    suggested_to_freeze = [{"sequence": row["sequence"], "part": row["part"]} for row in suggested]
    assert len(li.ok("GET", f"/v1/cases/{number}/suggestions?limit=2&from=2026-01-01T00:00:00Z")["transactions"]) == 2
    frozen = put("/transactions", {"transactions": suggested_to_freeze})
    assert frozen["added"] == 4 and frozen["count"] == 4 and len(frozen["sha256"]) == 64
    again = put("/transactions", {"transactions": suggested_to_freeze[:1]})
    assert again == {"added": 0, "there": 1, "count": 4, "sha256": frozen["sha256"]}, again
    li.expect(422, "case_refused", "POST", f"/v1/cases/{number}/transactions", {"transactions": [{"sequence": 5, "part": "SOURCE"}]})
    for bad in ([], [{"sequence": 1}], [{"sequence": -1, "part": "SOURCE"}], [{"sequence": 1, "part": "SOURCE", "more": 1}], "x", [1], [{"sequence": 1, "part": 1}], [{"sequence": 1, "part": "SOURCE"}] * 1001):
        li.expect(422, "body_refused", "POST", f"/v1/cases/{number}/transactions", {"transactions": bad})
    page = li.ok("GET", f"/v1/cases/{number}/transactions?limit=3")
    rest = li.ok("GET", f"/v1/cases/{number}/transactions?limit=3&after={page['next']}")
    assert [row["number"] for row in page["transactions"] + rest["transactions"]] == [1, 2, 3, 4] and rest["next"] is None
    # What was suggested is what was frozen: who paid whom how much, when.
    for row in page["transactions"] + rest["transactions"]:
        told = by_sequence[row["sequence"]]
        assert {name: row[name] for name in told} == told, (row, told)
    # Where the money went.
    flow = li.ok("GET", f"/v1/cases/{number}/flow?direction=forward")["flow"]
    assert flow["case"] == case["number"] and flow["forward"]["traced"] == 90000000 and {node["name"] for node in flow["nodes"]} >= set(GANG), flow
    kept = put("/pictures", {})["picture"]
    assert li.ok("GET", f"/v1/cases/{number}/pictures/{kept}")["flow"]["forward"] == flow["forward"]
    li.expect(404, "object_unknown", "GET", f"/v1/cases/{number}/pictures/9")
    whole = li.ok("GET", f"/v1/cases/{number}")["case"]
    assert whole["amounts"]["still_in_bank"] == flow["forward"]["still_here"] and whole["amounts"]["returned"] == 100000 and whole["contacts"][0]["reach"] == "01088886666"
    # The line of time, by pages.
    lines, query = [], "?limit=7"
    while True:
        page = li.ok("GET", f"/v1/cases/{number}/timeline{query}")
        lines += page["lines"]
        if "next" not in page:
            break
        query = "?limit=7" + "".join(f"&{name}={str(value).replace(' ', '%20')}" for name, value in page["next"].items())
    assert lines == li.ok("GET", f"/v1/cases/{number}/timeline")["lines"] and {"ALERT", "CASE", "NOTE", "MOVEMENT", "HOLD"} <= {line["source"] for line in lines}, lines
    # Its end, with the alert's.
    li.expect(422, "case_refused", "POST", f"/v1/cases/{number}/state", {"state": "WAITING"})
    put("/fields", {"decision": "the account was closed, the police have the rest"})
    li.expect(409, "move_refused", "POST", f"/v1/cases/{number}/state", {"state": "OPEN"})
    assert put("/state", {"state": "CLOSED", "reason": "done"})["case"]["state"] == "CLOSED"
    alert = li.ok("GET", f"/v1/alerts/{id_}")
    assert alert["row"]["state"] == "CLOSED_MANUAL" and alert["row"]["code"] == "TP-VICTIM-SAVED" and alert["trace"]["whole"]
    for path, body in (("/subjects", {"kind": "ACCOUNT", "name": "x", "role": "LINK"}), ("/fields", {"title": "t"}), ("/contacts", {"role": "r", "name": "n", "reach": "r"}), ("/alerts", {"alert": id_}),
                       ("/links", {"control": measure}), ("/transactions", {"transactions": suggested_to_freeze}), ("/pictures", {}), ("/look_back", {"account": "a", "conclusion": "c"})):
        li.expect(409, "settled", "POST", f"/v1/cases/{number}{path}", body)
    put("/notes", {"kind": "NOTE", "text": "money came back late"})
    put("/state", {"state": "INVESTIGATING", "reason": "another victim"})
    assert li.ok("GET", f"/v1/cases/{number}/verification") == {"whole": True, "problem": None, "verified": 4}
    figures = bank.person("director", "director").ok("GET", "/v1/figures/cases")["figures"]
    assert figures["opened"] == 1 and figures["open"][0]["type"] == "FRAUD" and figures["model_gaps"] == [{"state": "DONE", "count": 1}], figures
    records = bank.person("sun", "auditor").ok("GET", "/v1/audit?from=1&limit=1000&action=case.changed")["records"]
    assert len(records) >= 20 and {record["target"] for record in records} == {f"case {number}", "case 1"}, records


def test_alerts_of_two_cases(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    bank.pay(AMOUNT_S3, "customer0001")
    id_ = bank.alert_of(li, "customer0001")["alert"]
    one = li.ok("POST", "/v1/cases", {"title": "one", "type": "FRAUD", "alerts": [id_], "owner": "", "level": "HQ", "source": "CUSTOMER"})["case"]["id"]
    two = li.ok("POST", "/v1/cases", {"title": "two", "type": "FRAUD"})["case"]["id"]
    li.expect(422, "case_refused", "POST", f"/v1/cases/{two}/alerts", {"alert": id_})
    li.expect(404, "object_unknown", "POST", f"/v1/cases/{two}/alerts/{id_ + 1}/removal", {"reason": "r"})
    li.expect(422, "case_refused", "POST", f"/v1/cases/{two}/alerts/{id_}/removal", {"reason": "r"})
    li.ok("POST", f"/v1/cases/{one}/alerts/{id_}/removal", {"reason": "of another gang"})
    li.ok("POST", f"/v1/cases/{two}/alerts", {"alert": id_})
    li.ok("POST", f"/v1/cases/{two}/alerts", {"alert": id_})
    li.ok("POST", f"/v1/cases/{two}/relations", {"case": one, "kind": "CONTINUES", "reason": "the same victim"})
    assert li.ok("GET", f"/v1/cases/{one}")["case"]["related_cases"][0]["id"] == two
    li.expect(422, "case_refused", "POST", f"/v1/cases/{two}/relations", {"case": two, "kind": "CONTINUES"})
    li.expect(404, "object_unknown", "POST", f"/v1/cases/{two}/relations", {"case": 77, "kind": "CONTINUES"})
    li.ok("POST", f"/v1/cases/{two}/fields", {"decision": "d"})
    li.ok("POST", f"/v1/cases/{two}/state", {"state": "CLOSED"})
    li.expect(409, "settled", "POST", f"/v1/cases/{two}/alerts/{id_}/removal", {"reason": "r"})


# ---- attachments ----

def test_attachments(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    operator = bank.person("operator", "security-operator", skills=["FRAUD"])
    number = li.ok("POST", "/v1/cases", {"title": "t", "type": "FRAUD"})["case"]["id"]
    kind = {"kind": "application/octet-stream"}
    where = f"/v1/cases/{number}/attachments"
    for content in (b"\x00\x01\xff<script>alert(1)</script>", "报案回执".encode(), bytes(range(256)) * 65536):
        made = li.ok("POST", where + "?name=%E5%9B%9E%E6%89%A7.pdf&media=text/html&about=receipt", content, **kind)["attachment"]
        status, back = li.ask("GET", f"{where}/{made}")
        assert status == 200 and back == content and li.last["content-type"] == "application/octet-stream" and li.last["content-disposition"] == "attachment"
        assert li.last["x-content-type-options"] == "nosniff"
        row = li.ok("GET", f"/v1/cases/{number}")["case"]["attachments"][-1]
        assert row["sha256"] == hashlib.sha256(content).hexdigest() and row["name"] == "回执.pdf" and row["size"] == len(content)
    li.expect(413, "body_too_large", "POST", where + "?name=n", b"x" * ((16 << 20) + 1), **kind)
    li.expect(422, "case_refused", "POST", where, b"x", **kind)
    li.expect(422, "case_refused", "POST", where + "?name=n", b"", **kind)
    li.expect(415, "content_type_unsupported", "POST", where + "?name=n", b"x", kind="text/html")
    li.expect(400, "query_refused", "POST", where + "?name=" + "n" * 300, b"x", **kind)
    li.expect(404, "object_unknown", "POST", "/v1/cases/77/attachments?name=n", b"x", **kind)
    li.expect(404, "object_unknown", "GET", f"{where}/999")
    # The same request again makes no second one; another name under the same key is a mistake.
    once = {"headers": {"Idempotency-Key": "a-1"}, **kind}
    first = li.ok("POST", where + "?name=a", b"bytes", **once)
    assert li.ok("POST", where + "?name=a", b"bytes", **once) == first and li.last["qiantang-known"] == "true"
    li.expect(422, "idempotency_key_reused", "POST", where + "?name=b", b"bytes", **once)
    # Who sees no personal data reads none, and the name neither.
    operator.expect(403, "scope_missing", "GET", f"{where}/{first['attachment']}")
    assert "回执" not in json.dumps(operator.ok("GET", f"/v1/cases/{number}"), ensure_ascii=False)
    li.ok("POST", f"{where}/{first['attachment']}/withdrawal", {"reason": "of another customer"})
    li.expect(404, "object_unknown", "POST", f"{where}/{first['attachment']}/withdrawal", {"reason": "again"})
    assert li.ok("GET", f"/v1/cases/{number}")["case"]["attachments"][-1]["reason"] == "of another customer"
    # What is changed behind the program's back is found.
    assert li.ok("GET", f"/v1/cases/{number}/verification")["whole"]
    nothing = "X'00'" if api_bank.SERVER is None else "decode('00', 'hex')"
    remember(bank, f"UPDATE case_attachment_bytes SET bytes = {nothing} WHERE attachment = {first['attachment']}")
    li.expect(409, "evidence_changed", "GET", f"{where}/{first['attachment']}")
    found = li.ok("GET", f"/v1/cases/{number}/verification")
    assert not found["whole"] and "changed" in found["problem"], found
    li.ok("POST", f"/v1/cases/{number}/fields", {"decision": "d"})
    li.ok("POST", f"/v1/cases/{number}/state", {"state": "CLOSED"})
    li.expect(409, "settled", "POST", where + "?name=n", b"x", **kind)
    li.expect(409, "settled", "POST", f"{where}/1/withdrawal", {"reason": "r"})


# ---- gangs ----

def test_gangs(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    operator = bank.person("operator", "security-operator")
    plant(bank)
    flow = li.ok("GET", f"/v1/flow?account={GANG[0]}&layers=4&order=last_out&dwell_hours=48&accounts=50")["flow"]
    assert flow["account"] == GANG[0] and flow["order"] == "last_out" and flow["backward"]["traced"] == 90000000, flow
    for query in ("", "?account=", "?account=a&order=random", "?account=a&layers=17", "?account=a&direction=up", "?account=a&accounts=0"):
        li.expect(400, "query_refused", "GET", "/v1/flow" + query)
    assert li.ok("POST", "/v1/gangs", {"kind": "CUSTOMER", "name": "nobody"}) == {"outcome": "TOO_FEW", "fate": "NONE", "gang": None}
    for body in ({"kind": "PERSON", "name": "P1"}, {"kind": "ACCOUNT"}, {"kind": "ACCOUNT", "name": "a", "secrecy": "AML"}, {"kind": "ACCOUNT", "name": "a", "secrecy": "TOP"}, {"kind": "ACCOUNT", "name": "x" * 129}):
        li.expect(422, "body_refused", "POST", "/v1/gangs", body)
    found = li.ok("POST", "/v1/gangs", {"kind": "ACCOUNT", "name": GANG[1], "payment_min": 100})
    assert found["outcome"] == "FOUND" and found["fate"] == "NEW", found
    gang = found["gang"]["id"]
    members = {row["name"] for row in found["gang"]["members"] if row["part"] == "MEMBER" and row["kind"] == "ACCOUNT"}
    assert members == set(GANG), found
    assert li.ok("POST", "/v1/gangs", {"kind": "ACCOUNT", "name": GANG[2], "payment_min": 100})["fate"] == "CHANGED"
    assert [row["id"] for row in li.ok("GET", "/v1/gangs?state=PROPOSED&limit=1")["gangs"]] == [gang] == [row["id"] for row in li.ok("GET", f"/v1/gangs?member={GANG[3]}")["gangs"]]
    assert li.ok("GET", f"/v1/gangs?after={gang}")["gangs"] == []
    assert {row["name"] for row in li.ok("GET", f"/v1/gangs/{gang}")["gang"]["members"]} == {row["name"] for row in found["gang"]["members"]}
    # Masked for who may not see customers: members, and who is bound to whom.
    status, hidden = operator.ask("GET", f"/v1/gangs/{gang}")
    text = json.dumps(hidden)
    assert status == 200 and not any(account in text for account in GANG) and "device-of-the-gang" not in text and "6222********0101" in text, text
    li.expect(404, "object_unknown", "POST", "/v1/gangs/99/confirm", {})
    case = li.ok("POST", f"/v1/gangs/{gang}/confirm", {})["case"]
    li.expect(409, "settled", "POST", f"/v1/gangs/{gang}/confirm", {})
    li.expect(409, "settled", "POST", f"/v1/gangs/{gang}/dismiss", {"reason": "r"})
    whole = li.ok("GET", f"/v1/cases/{case}")["case"]
    assert whole["type"] == "MULE_GANG" and {row["name"] for row in whole["subjects"] if row["kind"] == "ACCOUNT"} == set(GANG) and whole["gangs"][0]["id"] == gang
    for path in (f"/v1/cases/{case}", f"/v1/cases/{case}/flow", f"/v1/flow?account={GANG[0]}", f"/v1/cases/{case}/look_back?account={GANG[0]}", f"/v1/cases/{case}/timeline", "/v1/cases", "/v1/gangs"):
        status, hidden = operator.ask("GET", path)
        assert status == 200 and not any(account in json.dumps(hidden) for account in GANG), path
    assert li.ok("POST", "/v1/gangs", {"kind": "ACCOUNT", "name": GANG[0], "payment_min": 100})["fate"] == "KNOWN"
    # What everybody meets is not led over.
    li.expect(422, "body_refused", "POST", "/v1/hubs", {"kind": "THING", "name": "x", "reason": "r"})
    li.ok("POST", "/v1/hubs", {"kind": "DEVICE", "name": "device-of-the-gang", "reason": "the teller's own", "until": int(time.time() * 1000) + 86400000})
    assert li.ok("GET", "/v1/hubs")["hubs"][0]["reason"] == "the teller's own"
    li.ok("POST", "/v1/hubs", {"kind": "DEVICE", "name": "device-of-the-gang", "reason": "no"})
    assert li.ok("GET", "/v1/hubs")["hubs"] == []
    # Dismissed with a reason; joined to a case that is there.
    remember(bank, "UPDATE gang SET state = 'PROPOSED', case_id = NULL")
    li.expect(422, "body_refused", "POST", f"/v1/gangs/{gang}/dismiss", {"reason": " "})
    li.expect(404, "object_unknown", "POST", f"/v1/gangs/{gang}/confirm", {"case": 77})
    assert li.ok("POST", f"/v1/gangs/{gang}/confirm", {"case": case})["case"] == case
    remember(bank, "UPDATE gang SET state = 'PROPOSED', case_id = NULL")
    li.ok("POST", f"/v1/gangs/{gang}/dismiss", {"reason": "a family"})
    li.expect(404, "object_unknown", "GET", "/v1/gangs/99")
    li.expect(404, "object_unknown", "POST", "/v1/gangs/99/dismiss", {"reason": "r"})


# ---- the graph, step by step ----

def test_graph(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    operator = bank.person("operator", "security-operator")
    plant(bank)
    graph = li.ok("GET", f"/v1/graph/neighbours?kind=ACCOUNT&name={GANG[0]}")["graph"]
    names = [node["name"] for node in graph["nodes"]]
    assert names[0] == GANG[0] and set(names) == {VICTIM, *GANG, "P1"} and graph["left_out"] == [] == graph["cut"], graph
    paid = [edge for edge in graph["edges"] if edge["kind"] == "PAYMENT" and names[edge["from"]] == VICTIM]
    assert [(names[edge["to"]], edge["amount"], edge["times"]) for edge in paid] == [(GANG[0], 90000000, 1)], paid
    holder = [edge for edge in graph["edges"] if edge["kind"] == "HOLDER"]
    assert [(names[edge["to"]], edge["amount"]) for edge in holder] == [("P1", 0)], holder
    # The closest is told, the others are counted.
    graph = li.ok("GET", f"/v1/graph/neighbours?kind=ACCOUNT&name={GANG[0]}&limit=1")["graph"]
    assert [node["name"] for node in graph["nodes"]] == [GANG[0], "P1"] and graph["cut"][0]["reason"] == "NODES", graph
    assert graph["left_out"] == [{"kind": "ACCOUNT", "nodes": 4, "times": 4, "amount": 90000000 + 3 * 20000000}], graph
    # Not in the time looked at; a thing; something that nobody has.
    old = li.ok("GET", f"/v1/graph/neighbours?kind=ACCOUNT&name={GANG[0]}&from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z")["graph"]
    assert [edge["kind"] for edge in old["edges"]] == ["HOLDER"], old
    device = li.ok("GET", "/v1/graph/neighbours?kind=DEVICE&name=device-of-the-gang")["graph"]
    assert {node["name"] for node in device["nodes"][1:]} == {"P1", "P2", "P3", "P4"} and device["nodes"][1]["links"] == 2, device
    assert li.ok("GET", "/v1/graph/neighbours?kind=PHONE&name=none")["graph"]["edges"] == []
    # The way between two: by a payment, then over the telephone when payments are too old.
    path = li.ok("GET", f"/v1/graph/path?from_kind=ACCOUNT&from_name={VICTIM}&to_kind=ACCOUNT&to_name={GANG[3]}")["path"]
    assert path["found"] and path["hops"] == 2 and [node["name"] for node in path["nodes"]] == [VICTIM, GANG[0], GANG[3]], path
    path = li.ok("GET", f"/v1/graph/path?from_kind=CUSTOMER&from_name=P1&to_kind=CUSTOMER&to_name=P4")["path"]
    assert [node["name"] for node in path["nodes"]] == ["P1", "device-of-the-gang", "P4"] and [edge["kind"] for edge in path["edges"]] == ["DEVICE", "DEVICE"], path
    short = li.ok("GET", f"/v1/graph/path?from_kind=CUSTOMER&from_name=P0&to_kind=DEVICE&to_name=device-of-the-gang&hops=2")["path"]
    assert not short["found"] and short["nodes"] == [] and [cut["reason"] for cut in short["cut"]] == ["HOPS"], short
    # Nothing is led over what is registered as met by everybody; it is marked where it is told.
    li.ok("POST", "/v1/hubs", {"kind": "DEVICE", "name": "device-of-the-gang", "reason": "the teller's own", "until": int(time.time() * 1000) + 86400000})
    path = li.ok("GET", f"/v1/graph/path?from_kind=CUSTOMER&from_name=P1&to_kind=CUSTOMER&to_name=P4")["path"]
    assert path["found"] and "device-of-the-gang" not in [node["name"] for node in path["nodes"]] and path["hubs"] == 1, path
    device = [node for node in li.ok("GET", "/v1/graph/neighbours?kind=CUSTOMER&name=P1")["graph"]["nodes"] if node["kind"] == "DEVICE"]
    assert device[0]["hub"]["reason"] == "NAMED" and device[0]["hub"]["detail"] == "the teller's own", device
    # Masked for who may not see customers; closed to who has no cases.
    branch = bank.person("branch", "branch-verifier")
    for query in (f"neighbours?kind=ACCOUNT&name={GANG[0]}", f"path?from_kind=ACCOUNT&from_name={VICTIM}&to_kind=ACCOUNT&to_name={GANG[3]}"):
        status, hidden = operator.ask("GET", "/v1/graph/" + query)
        assert status == 200 and not any(account in json.dumps(hidden) for account in [VICTIM, *GANG]), hidden
        branch.expect(403, "scope_missing", "GET", "/v1/graph/" + query)
    one = f"from_kind=ACCOUNT&from_name={VICTIM}"
    for query in ("neighbours", "neighbours?kind=ACCOUNT", "neighbours?kind=CASH&name=a", "neighbours?kind=account&name=a", "neighbours?kind=IP&name=a&limit=501", "neighbours?kind=IP&name=a&from=x", "neighbours?kind=IP&name=" + "x" * 129,
                  "neighbours?kind=IP&name=a&hops=1", "path?" + one, f"path?{one}&to_kind=ACCOUNT&to_name={VICTIM}", f"path?{one}&to_kind=ACCOUNT&to_name=a&hops=11"):
        li.expect(400, "query_refused", "GET", "/v1/graph/" + query)


# ---- secrets ----

def test_secret_cases_are_not_there_for_others(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD", "AML"])
    aml = bank.person("aml", "aml-analyst", skills=["AML"])
    reviewer = bank.person("reviewer", "insider-reviewer", skills=["INSIDER"])
    director = bank.person("director", "director")
    bank.pay(AML, "launderer0001")
    bank.pay(INSIDER, "employee0001")
    bank.pay(AMOUNT_S3, "customer0001")
    plant(bank)
    secret, inside, plain = bank.alert_of(aml, "launderer0001", "AM")["alert"], bank.alert_of(reviewer, "employee0001", "IE")["alert"], bank.alert_of(li, "customer0001")["alert"]
    case = aml.ok("POST", "/v1/cases", {"title": "laundering", "type": "LAUNDERING", "alerts": [secret]})["case"]
    number = case["id"]
    assert case["secrecy"] == "AML"
    other = reviewer.ok("POST", "/v1/cases", {"title": "an employee", "type": "INSIDER", "alerts": [inside], "secrecy": "INSIDER"})["case"]["id"]
    open_ = li.ok("POST", "/v1/cases", {"title": "for all", "type": "FRAUD"})["case"]["id"]
    gang = aml.ok("POST", "/v1/gangs", {"kind": "ACCOUNT", "name": GANG[1], "payment_min": 100, "secrecy": "AML"})["gang"]["id"]
    aml.ok("POST", f"/v1/cases/{number}/relations", {"case": open_, "kind": "SAME_GANG"})
    aml.ok("POST", f"/v1/cases/{number}/references", {"kind": "STR", "reference": "STR-1"})
    for person in (li, reviewer, director):
        for path in ("", "/timeline", "/transactions", "/verification", "/suggestions", "/flow", "/pictures/1", f"/look_back?account={GANG[0]}"):
            person.expect(404, "object_unknown", "GET", f"/v1/cases/{number}{path}")
        person.expect(404, "object_unknown", "GET", f"/v1/gangs/{gang}")
        assert number not in [row["id"] for row in person.ok("GET", "/v1/cases")["cases"]] and person.ok("GET", "/v1/gangs")["gangs"] == []
        assert person.ok("GET", "/v1/cases?secrecy=AML")["cases"] == [] == person.ok("GET", "/v1/cases?text=laundering")["cases"]
    assert director.ok("GET", "/v1/figures/cases")["figures"]["opened"] == 1
    assert li.ok("GET", f"/v1/cases/{open_}")["case"]["related_cases"] == [] and len(aml.ok("GET", f"/v1/cases/{open_}")["case"]["related_cases"]) == 1
    examples = {"/alerts": {"alert": plain}, "/notes": {"kind": "NOTE", "text": "t"}, "/fields": {"title": "t"}, "/state": {"state": "CLOSED"}, "/subjects": {"kind": "ACCOUNT", "name": "a", "role": "LINK"},
                "/contacts": {"role": "r", "name": "n", "reach": "r"}, "/entries": {"kind": "RETURNED", "amount": 1, "document": "d"}, "/gaps": {"text": "t"}, "/gaps/1": {"state": "REFUSED"},
                "/relations": {"case": open_, "kind": "SAME_GANG"}, "/references": {"kind": "ORDER", "reference": "r"}, "/links": {"control": 1}, "/look_back": {"account": "a", "conclusion": "c"},
                "/transactions": {"transactions": [{"sequence": 1, "part": "SOURCE"}]}, "/pictures": {}, f"/alerts/{secret}/removal": {"reason": "r"}, "/attachments/1/withdrawal": {"reason": "r"}}
    for path, body in examples.items():
        li.expect(404, "object_unknown", "POST", f"/v1/cases/{number}{path}", body)
    li.expect(404, "object_unknown", "POST", f"/v1/gangs/{gang}/confirm", {})
    li.expect(404, "object_unknown", "POST", f"/v1/gangs/{gang}/dismiss", {"reason": "r"})
    li.expect(404, "object_unknown", "POST", f"/v1/alerts/{plain}/decision", {"code": "TP-VICTIM-SAVED", "note": "n", "case": number}) if li.ok("POST", "/v1/alerts/next") else None
    # Nothing that is more secret goes into one that is less, and none is made less secret while it holds it.
    aml.expect(422, "case_refused", "POST", f"/v1/cases/{open_}/alerts", {"alert": secret})
    aml.expect(422, "case_refused", "POST", f"/v1/cases/{open_}/references", {"kind": "STR", "reference": "STR-1"})
    aml.expect(422, "case_refused", "POST", f"/v1/cases/{number}/fields", {"secrecy": "NORMAL"})
    li.expect(422, "case_refused", "POST", f"/v1/cases/{open_}/fields", {"secrecy": "AML"})
    li.expect(404, "object_unknown", "POST", "/v1/cases", {"title": "t", "type": "FRAUD", "secrecy": "AML"})
    li.expect(404, "object_unknown", "POST", f"/v1/cases/{open_}/alerts", {"alert": secret})
    reviewer.expect(404, "object_unknown", "POST", f"/v1/cases/{other}/relations", {"case": number, "kind": "SAME_GANG"})
    # Who tells the police of it is told by the case who may see that.
    liaison = bank.person("liaison", "liaison", skills=["POLICE"])
    report = {"kind": "SUSP_REPORT", "subject_kind": "account", "subject": GANG[0], "body": {"why": "w"}}
    liaison.expect(404, "object_unknown", "POST", "/v1/reports", {**report, "case": number})
    liaison.ok("POST", "/v1/reports", {**report, "case": open_})
    auditor = bank.person("sun", "auditor")
    assert {row["id"] for row in auditor.ok("GET", "/v1/cases")["cases"]} == {number, other, open_} and auditor.ok("GET", f"/v1/cases/{number}")["case"]["title"] == "laundering"
    auditor.expect(403, "scope_missing", "POST", f"/v1/cases/{number}/notes", {"kind": "NOTE", "text": "t"})


# ---- lists, roles, bad requests ----

def test_lists_of_cases(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst")
    made = [li.ok("POST", "/v1/cases", {"title": f"case 100% number_{i}", "type": "FRAUD" if i % 2 else "CARD", "level": "HQ" if i < 2 else "BRANCH", "team": f"T{i}", "branch": "0301", "police_case_no": f"110-{i}",
                                        "summary": "s", "modus": "VP-01"})["case"]["id"] for i in range(5)]
    li.ok("POST", f"/v1/cases/{made[0]}/subjects", {"kind": "DEVICE", "name": "d1", "role": "LINK"})
    for kind in ("PERSON", "COMPANY"):
        li.ok("POST", f"/v1/cases/{made[1]}/subjects", {"kind": kind, "name": "customer0009", "role": "VICTIM"})
    li.ok("POST", f"/v1/cases/{made[2]}/subjects", {"kind": "COMPANY", "name": "customer0009", "role": "VICTIM"})
    found, after = [], ""
    while True:
        page = li.ok("GET", f"/v1/cases?limit=2{after}")
        found += [row["id"] for row in page["cases"]]
        if page["next"] is None:
            break
        after = "&after=" + page["next"]
    assert found == made[::-1], found
    for query, count in (("type=CARD", 3), ("level=HQ", 2), ("team=T3", 1), ("branch=0301", 5), ("owner=li", 5), ("owner=wang", 0), ("state=OPEN", 5), ("open=true", 5), ("open=false", 5), ("source=ALERT", 5), ("secrecy=NORMAL", 5),
                         ("text=100%25", 5), ("text=number_3", 1), ("text=number%253", 0), ("text=110-2", 1), ("text=AJ-", 5), ("subject_kind=DEVICE&subject=d1", 1), ("subject_kind=IP&subject=d1", 0),
                         ("subject_kind=PERSON&subject=customer0009", 1), ("subject_kind=COMPANY&subject=customer0009", 2), ("subject_kind=CUSTOMER&subject=customer0009", 2),
                         ("from=2026-01-01T00:00:00Z", 5), ("until=5", 0)):
        assert len(li.ok("GET", "/v1/cases?" + query)["cases"]) == count, query
    for query in ("subject=d1", "subject_kind=DEVICE", "after=x", "after=1", "after=1.x", "after=.1", "after=0.1", "after=1.0", "limit=501", "open=maybe", "from=x", "more=1"):
        li.expect(400, "query_refused", "GET", "/v1/cases?" + query)
    for path in (f"/v1/cases/{made[0]}?x=1", f"/v1/cases/{made[0]}/timeline?after_us=-1", f"/v1/cases/{made[0]}/timeline?limit=2001", f"/v1/cases/{made[0]}/transactions?limit=1001", f"/v1/cases/{made[0]}/flow?layers=x",
                 "/v1/gangs?after=x", f"/v1/cases/{made[0]}/suggestions?from=x"):
        li.expect(400, "query_refused", "GET", path)
    li.expect(422, "case_refused", "GET", f"/v1/cases/{made[0]}/flow")  # nothing to begin with
    li.expect(422, "case_refused", "POST", f"/v1/cases/{made[0]}/pictures", {})
    li.expect(422, "body_refused", "POST", f"/v1/cases/{made[0]}/pictures", {"layers": 0})
    for number in ("0", "-1", "x", "01", "9" * 30, "1%27"):
        assert li.ask("GET", f"/v1/cases/{number}")[0] == 404
    li.expect(404, "object_unknown", "GET", "/v1/cases/9223372036854775807")
    for body in ({"title": "", "type": "FRAUD"}, {"title": "t"}, {"type": "FRAUD"}, {"title": "x" * 300, "type": "FRAUD"}, {"title": "t", "type": "FRAUD", "alerts": ["1"]}, {"title": "t", "type": "FRAUD", "alerts": [0]},
                 {"title": "t", "type": "FRAUD", "alerts": 1}, {"title": "t", "type": "FRAUD", "alerts": [1] * 1001}, {"title": "a\u0007", "type": "FRAUD"}):
        li.expect(422, "body_refused", "POST", "/v1/cases", body)
    li.expect(422, "case_refused", "POST", "/v1/cases", {"title": "长" * 80, "type": "FRAUD"})
    li.expect(404, "object_unknown", "POST", "/v1/cases", {"title": "t", "type": "FRAUD", "alerts": [77]})
    hostile = "'; DROP TABLE case_file; -- \\ \" % _ \U0001f600 \n" + "长" * 9000
    li.ok("POST", f"/v1/cases/{made[0]}/notes", {"kind": "NOTE", "text": hostile})
    assert li.ok("GET", f"/v1/cases/{made[0]}")["case"]["notes"][0]["text"] == hostile
    li.expect(422, "body_refused", "POST", f"/v1/cases/{made[0]}/notes", {"kind": "NOTE", "text": "x" * 32769})


def test_without_a_disposition(folder):
    api_bank.check_without_a_disposition(folder, {"Cases"})


def test_wrong_roles(folder):
    assert api_bank.check_wrong_roles(folder, {"Cases"}) > 200


def test_unknown_members(folder):
    api_bank.check_unknown_members(folder, {"Cases"})


# (operation, status): why it is not seen here.
UNSEEN = {}


def test_zz_document(folder):
    if not CHOSEN:
        missing = api_bank.unseen({"Cases"}, UNSEEN)
        assert not missing, missing


cases.run(api_bank.ended(globals()), CHOSEN)
