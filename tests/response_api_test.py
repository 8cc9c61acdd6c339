#!/usr/bin/env python3
"""Alerts and all that follows over HTTP: who may see and do what, four eyes, secrets, branches, signed messages, bad requests.

Usage: response_api_test.py QIANTANG [PART OF A TEST'S NAME...]
Each answer is compared with src/server/api/openapi.json, and each answer that the document has of these operations has to be seen. The last line is "N passed, N failed".
"""
import json
import os
import sys
import time

import cases
import response_bank

response_bank.QIANTANG = sys.argv[1]
import api_bank  # noqa: E402
from api_bank import AML, INSIDER, Bank, Caller  # noqa: E402
from response_bank import AMOUNT_S3, AMOUNT_S4  # noqa: E402

CHOSEN = sys.argv[2:]
DAY_MS = 86400000


def ids(answer):
    return [alert["alert"] for alert in answer["alerts"]]


# ---- an alert, from the payment to its end ----

def test_a_payment_of_s4_with_four_eyes(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    wang = bank.person("wang", "analyst", skills=["FRAUD"])
    bank.leader.ok("PUT", "/v1/desks/chief", {"skills": ["FRAUD"]})
    event, answer = bank.pay(AMOUNT_S4, "customer0001")
    assert answer["action"] == "DELAY"
    waiting = li.ok("GET", "/v1/queues")
    assert waiting["waiting"] == [{"skill": "FRAUD", "level": 0, "severity": "S4", "alerts": 1, "oldest": waiting["waiting"][0]["oldest"], "overdue": 0}] and waiting["holds"] == 1, waiting
    alert = li.ok("POST", "/v1/alerts/next", {})["alert"]
    id_ = alert["alert"]
    assert alert["owner"] == "li" and alert["state"] == "ASSIGNED" and alert["amount"] == AMOUNT_S4 and alert["money_here"]
    assert li.ok("POST", "/v1/alerts/next")["alert"]["alert"] == id_  # one at a time
    wang.expect(404, "nothing_waits", "POST", "/v1/alerts/next")
    wang.expect(409, "somebody_elses", "POST", f"/v1/alerts/{id_}/claim")
    wang.expect(409, "somebody_elses", "POST", f"/v1/alerts/{id_}/hand_back", {"note": "n"})
    wang.expect(409, "somebody_elses", "POST", f"/v1/alerts/{id_}/escalate", {"note": "n"})
    wang.expect(409, "somebody_elses", "POST", f"/v1/alerts/{id_}/decision", {"code": "TP-VICTIM-SAVED", "note": "n"})
    whole = li.ok("GET", f"/v1/alerts/{id_}")
    assert whole["strongest"] == [{"model": "M-VP-72-A", "severity": "S4", "zh": "25,000", "en": "25,000"}] and whole["evidence"][0]["saw"]["event.amount"] == 25000, whole
    assert whole["events"][0]["event"] == event and whole["holds"][0]["state"] == "HELD" and whole["trace"]["whole"] and whole["script"] == "CALL", whole
    script = li.ok("GET", f"/v1/alerts/{id_}/scripts/CALL")
    assert script["lines"][0] == {"zh": "是您本人操作吗", "en": "was it you", "answer": "reply"} and script["version"] == 2, script
    notice = li.ok("GET", f"/v1/alerts/{id_}/scripts/NOTICE")
    assert notice["text"]["zh"] == f"您尾号{event['account'][-4:]}的账户已限制", notice
    assert ids({"alerts": li.ok("GET", f"/v1/alerts/{id_}/events")["events"] and [{"alert": 1}]}) == [1]
    # Working on it.
    li.ok("POST", f"/v1/alerts/{id_}/state", {"state": "VERIFYING"})
    task = li.ok("POST", f"/v1/alerts/{id_}/questions", {"channel": "HUMAN_CALL", "script": "CALL"})["task"]
    assert task["state"] == "ASKED" and task["script"] == "CALL@2" and li.ok("GET", f"/v1/alerts/{id_}")["row"]["state"] == "WAITING_CUSTOMER"
    assert li.ok("GET", f"/v1/tasks?alert={id_}")["tasks"][0]["task"] == task["task"]
    answered = li.ok("POST", f"/v1/tasks/{task['task']}/answer", {"answer": {"reply": "Y"}})["task"]
    assert answered["state"] == "ANSWERED" and answered["answer"] == {"reply": "Y"} and answered["answered_by"] == "li"
    li.expect(409, "settled", "POST", f"/v1/tasks/{task['task']}/answer", {"answer": {"reply": "Y"}})
    li.ok("POST", f"/v1/alerts/{id_}/notes", {"note": "he says it is for his daughter"})
    assert li.ok("POST", f"/v1/alerts/{id_}/marks", {"mark": "COMPLAINT"})["alert"]["marks"] == ["COMPLAINT"]
    # Deciding: what releases a payment of S4 waits for another person.
    decided = li.ok("POST", f"/v1/alerts/{id_}/decision", {"code": "FP-OWNWILL", "note": "own will", "clear_days": 30})
    assert decided["needs_approval"] and decided["alert"]["state"] == "DECIDED" and decided["alert"]["approval"] == "ASKED"
    assert li.ok("GET", f"/v1/alerts/{id_}")["holds"][0]["state"] == "HELD"
    li.expect(403, "scope_missing", "POST", f"/v1/alerts/{id_}/approve", {})
    wang.expect(403, "scope_missing", "POST", f"/v1/alerts/{id_}/approve", {})
    sent_back = bank.leader.ok("POST", f"/v1/alerts/{id_}/disapprove", {"note": "who told him to pay?"})["alert"]
    assert sent_back["state"] == "ASSIGNED" and sent_back["code"] is None
    li.ok("POST", f"/v1/alerts/{id_}/decision", {"code": "FP-OWNWILL", "note": "asked: nobody did"})
    closed = bank.leader.ok("POST", f"/v1/alerts/{id_}/approve", {})["alert"]
    assert closed["state"] == "CLOSED_MANUAL" and closed["code"] == "FP-OWNWILL" and closed["decided_by"] == "li"
    whole = li.ok("GET", f"/v1/alerts/{id_}")
    assert whole["holds"][0]["state"] == "RELEASED" and whole["trace"]["whole"]
    steps = [step["reason"] for step in reversed(whole["trace"]["steps"])]
    for reason in ("taken", "working", "asked", "answered", "note", "marked", "FP-OWNWILL", "not_approved", "approved"):
        assert reason in steps, (reason, steps)
    bank.leader.expect(409, "move_refused", "POST", f"/v1/alerts/{id_}/approve", {})
    # Open again: not by who decided.
    reopened = bank.leader.ok("POST", f"/v1/alerts/{id_}/reopen", {"reason": "victim_report", "note": "he came to the branch"})["alert"]
    assert reopened["state"] == "REOPENED" and reopened["reopened"] == 1
    li.expect(403, "needs_another_person", "POST", f"/v1/alerts/{id_}/claim")
    li.expect(404, "nothing_waits", "POST", "/v1/alerts/next")
    wang.ok("POST", f"/v1/alerts/{id_}/claim")
    assert not wang.ok("POST", f"/v1/alerts/{id_}/decision", {"code": "TP-VICTIM-LOSS", "note": "deceived", "weak": False})["needs_approval"]
    figures = bank.leader.ok("GET", "/v1/figures/alerts")["figures"]
    assert figures["closed"] == 1 and figures["automatic"] == 0 and figures["codes"][0]["code"] == "TP-VICTIM-LOSS" and figures["merge_ratio"] == 1 and figures["agreement"] is None, figures
    # Who did what is in the log.
    auditor = bank.person("sun", "auditor")
    records = auditor.ok("GET", "/v1/audit?from=1&limit=1000")["records"]
    done = [(record["actor"]["name"], record["target"]) for record in records if record["action"] == "alert.changed" and record["outcome"] == "done"]
    assert ("li", f"alert {id_}") in done and ("chief", f"alert {id_}") in done and ("wang", f"alert {id_}") in done, done
    assert any(record["action"] == "alert.changed" and record["outcome"] == "refused" and record["actor"]["name"] == "li" for record in records)
    assert any(record["action"] == "personal.unmasked" and record["target"] == f"alert {id_}" for record in records)
    # A list that is asked for masked shows nothing personal to who may see it, and is on no record.
    def shown():
        return [record["target"] for record in auditor.ok("GET", "/v1/audit?from=1&limit=1000&action=personal.unmasked")["records"] if record["actor"]["name"] == "chief"]

    before = shown()
    for path in ("/v1/alerts", "/v1/orders"):
        bank.leader.ok("GET", f"{path}?masked=true")
    assert shown() == before
    masked = bank.leader.ok("GET", "/v1/alerts?masked=true")["alerts"]
    plain = bank.leader.ok("GET", "/v1/alerts")["alerts"]
    assert shown() == before + ["alerts"]
    assert [row["alert"] for row in masked] == [row["alert"] for row in plain]
    assert all("*" in one["account"] and "*" not in other["account"] for one, other in zip(masked, plain)), (masked, plain)
    bank.leader.expect(400, "query_refused", "GET", "/v1/alerts?masked=perhaps")


def test_taking_handing_on_and_levels(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    wang = bank.person("wang", "analyst", skills=["FRAUD"])
    mule = bank.person("mule", "analyst", skills=["MULE"])
    boss = bank.person("boss", "shift-leader", skills=["FRAUD"], level=1)
    bank.pay(AMOUNT_S3, "customer0001")
    bank.pay(AMOUNT_S4, "customer0002")
    urgent = bank.alert_of(li, "customer0002")["alert"]
    other = bank.alert_of(li, "customer0001")["alert"]
    assert ids(li.ok("GET", "/v1/alerts?order=rank")) == [urgent, other] and ids(li.ok("GET", "/v1/alerts?order=rank&limit=1")) == [urgent]
    mule.expect(404, "nothing_waits", "POST", "/v1/alerts/next")
    mule.expect(403, "no_desk", "POST", f"/v1/alerts/{urgent}/claim")
    assert li.ok("POST", "/v1/alerts/next")["alert"]["alert"] == urgent
    li.expect(403, "no_desk", "POST", f"/v1/alerts/{urgent}/hand_over", {"to": "mule"})
    li.expect(422, "desk_refused", "POST", f"/v1/alerts/{urgent}/hand_over", {"to": "nobody"})
    wang.expect(409, "somebody_elses", "POST", f"/v1/alerts/{urgent}/hand_over", {"to": "wang"})
    assert li.ok("POST", f"/v1/alerts/{urgent}/hand_over", {"to": "wang", "note": "lunch"})["alert"]["owner"] == "wang"
    assert wang.ok("POST", f"/v1/alerts/{urgent}/hand_back", {"note": "a relative"})["alert"]["state"] == "QUEUED"
    li.ok("POST", f"/v1/alerts/{urgent}/claim", {})
    li.expect(422, "body_refused", "POST", f"/v1/alerts/{urgent}/escalate", {})
    up = li.ok("POST", f"/v1/alerts/{urgent}/escalate", {"note": "too large for me"})["alert"]
    assert up["state"] == "ESCALATED" and up["level"] == 1 and up["owner"] is None
    assert li.ok("POST", "/v1/alerts/next")["alert"]["alert"] == other  # the higher one is not for him any more
    li.expect(403, "no_desk", "POST", f"/v1/alerts/{urgent}/claim")
    assert boss.ok("POST", "/v1/alerts/next")["alert"]["alert"] == urgent
    # A level needs a role that approves, and nobody gives it to himself.
    bank.leader.expect(422, "desk_refused", "PUT", "/v1/desks/li", {"level": 1})
    bank.leader.expect(422, "desk_refused", "PUT", "/v1/desks/chief", {"level": 2})
    bank.leader.expect(422, "desk_refused", "PUT", "/v1/desks/nobody", {"skills": []})
    bank.leader.expect(422, "body_refused", "PUT", "/v1/desks/li", {"skills": ["fraud"]})
    li.expect(403, "scope_missing", "PUT", "/v1/desks/li", {"skills": ["AML"]})
    assert li.ok("GET", "/v1/desk")["desk"] == {"person": "li", "skills": ["FRAUD"], "level": 0, "domains": [], "branch": None, "on_duty": True}
    assert li.ok("PUT", "/v1/desk", {"on_duty": False})["desk"]["on_duty"] is False
    li.expect(422, "body_refused", "PUT", "/v1/desk", {})
    desks = {desk["person"]: desk for desk in li.ok("GET", "/v1/desks")["desks"]}
    assert desks["li"]["in_hand"] == 1 and desks["boss"]["level"] == 1 and desks["wang"]["in_hand"] == 0
    # Without a role that approves the level of a desk means nothing.
    bank.administrator.ok("PUT", "/v1/users/boss/roles", {"roles": ["analyst"]})
    boss = bank.session("boss")
    boss.expect(409, "somebody_elses", "POST", f"/v1/alerts/{other}/decision", {"code": "TEST", "note": "n"})


# ---- secrets ----

def test_what_is_secret_is_not_there_for_others(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD", "AML", "INSIDER"])
    aml = bank.person("aml", "aml-analyst", skills=["AML"])
    officer = bank.person("officer", "aml-officer", skills=["AML"], level=1)
    inside = bank.person("inside", "insider-reviewer", skills=["INSIDER"])
    director = bank.person("director", "director")
    bank.leader.ok("PUT", "/v1/desks/chief", {"skills": ["FRAUD", "AML", "INSIDER"]})
    bank.pay(AML, "laundry00001", account="9999888877776666")
    bank.pay(INSIDER, "employee0001", account="9999888877776666")
    secret, staff = bank.alert_of(aml, "laundry00001", "AM"), bank.alert_of(inside, "employee0001", "IE")
    assert secret["secrecy"] == "AML" and staff["secrecy"] == "INSIDER" and staff["subject_kind"] == "EMPLOYEE"
    for person, hidden in ((li, (secret, staff)), (bank.leader, (secret, staff)), (director, (secret, staff)), (aml, (staff,)), (officer, (staff,)), (inside, (secret,))):
        for alert in hidden:
            id_ = alert["alert"]
            person.expect(404, "alert_unknown", "GET", f"/v1/alerts/{id_}")
            person.expect(404, "alert_unknown", "GET", f"/v1/alerts/{id_}/events")
            person.expect(404, "alert_unknown", "GET", f"/v1/alerts/{id_}/scripts/CALL")
            listed = [row["alert"] for query in ("", "?order=rank", "?open=true", f"?customer={alert['customer']}", f"?group={alert['group']}", "?account=9999888877776666", "?state=QUEUED")
                      for row in person.ok("GET", "/v1/alerts" + query)["alerts"]]
            assert id_ not in listed, (person.name, alert)
            if person is not director:
                for path, body in (("claim", {}), ("notes", {"note": "n"}), ("marks", {"mark": "MEDIA"}), ("escalate", {"note": "n"}), ("hand_over", {"to": person.name}),
                                   ("decision", {"code": "TEST", "note": "n"}), ("state", {"state": "VERIFYING"})):
                    person.expect(404, "alert_unknown", "POST", f"/v1/alerts/{id_}/{path}", body)
    for person, count in ((li, 0), (bank.leader, 0), (aml, 1), (inside, 1)):
        queues = person.ok("GET", "/v1/queues")
        assert sum(row["alerts"] for row in queues["waiting"]) == count == sum(row["alerts"] for row in queues["open"]), (person.name, queues)
    li.expect(404, "nothing_waits", "POST", "/v1/alerts/next")  # a skill is no clearance
    bank.leader.expect(404, "nothing_waits", "POST", "/v1/alerts/next")
    for person, opened in ((bank.leader, 0), (director, 0), (officer, 1)):
        assert person.ok("GET", "/v1/figures/alerts")["figures"]["opened"] == opened, person.name
    # Whose domain it is works on it; nobody is asked.
    id_ = aml.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    assert id_ == secret["alert"]
    aml.expect(409, "nobody_is_asked", "POST", f"/v1/alerts/{id_}/questions", {"channel": "SMS", "script": "ASK"})
    aml.expect(422, "desk_refused", "POST", f"/v1/alerts/{id_}/hand_over", {"to": "nobody"})
    aml.expect(404, "alert_unknown", "POST", f"/v1/alerts/{id_}/hand_over", {"to": "li"})
    whole = aml.ok("GET", f"/v1/alerts/{id_}")
    assert whole["script"] is None and whole["scripts"] == []
    # A measure in secret matters: it is there for those who may know, and nobody is told.
    measure = {"measure": "SUSPEND_NON_COUNTER", "target_kind": "account", "target": "9999888877776666", "alert": id_, "basis": "R-108", "reason": "layering", "hours": 24}
    aml.expect(422, "measure_refused", "POST", "/v1/controls", {**measure, "notice": "NOTICE"})
    control = aml.ok("POST", "/v1/controls", measure)["control"]
    assert control["secrecy"] == "AML" and control["alert"] == id_
    bank.key("core2", "core:confirm").ok("POST", "/v1/confirmations", {"object_kind": "control", "object": control["control"], "done": True})
    li.expect(404, "control_unknown", "GET", f"/v1/controls/{control['control']}")
    li.expect(404, "control_unknown", "POST", f"/v1/controls/{control['control']}/release", {"reason": "r"})
    assert li.ok("GET", "/v1/controls")["controls"] == [] and li.ok("GET", "/v1/controls?target_kind=account&target=9999888877776666")["controls"] == []
    effect = "/v1/controls/effective?target_kind=account&target=9999888877776666"
    assert li.ok("GET", effect)["effect"]["state"] == "NONE" and aml.ok("GET", effect)["effect"]["state"] == "RESTRICTED"
    assert bank.leader.ok("GET", "/v1/figures/appeals")["figures"]["controls"] == 0 and officer.ok("GET", "/v1/figures/appeals")["figures"]["controls"] == 1
    # Decided, it counts for those alone who may see it.
    aml.ok("POST", f"/v1/alerts/{id_}/decision", {"code": "TP-ML-STR", "note": "reported"})
    assert director.ok("GET", "/v1/figures/alerts")["figures"]["closed"] == 0 and officer.ok("GET", "/v1/figures/alerts")["figures"]["closed"] == 1
    # Who loses the role loses the sight, at once.
    bank.administrator.ok("PUT", "/v1/users/aml/roles", {"roles": ["analyst"]})
    bank.session("aml").expect(404, "alert_unknown", "GET", f"/v1/alerts/{id_}")
    auditor = bank.person("sun", "auditor")
    assert auditor.ok("GET", f"/v1/alerts/{id_}")["row"]["customer"] == "laun****0001"  # all, and masked


def test_what_is_personal_is_hidden(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    director = bank.person("director", "director")
    bank.pay(AMOUNT_S3, "customer0001", account="6222000011112222", payee="6228000033334444")
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    li.ok("POST", f"/v1/alerts/{id_}/notes", {"note": "customer0001 paid 6228000033334444 from 6222000011112222; his phone is 13812341234"})
    shown = li.ok("GET", f"/v1/alerts/{id_}")
    assert shown["events"][0]["event"]["payee"] == "6228000033334444"
    status, hidden = director.ask("GET", f"/v1/alerts/{id_}")
    text = json.dumps(hidden, ensure_ascii=False)
    for value in ("customer0001", "6222000011112222", "6228000033334444", "13812341234"):
        assert value not in text and value in json.dumps(shown), (value, text)
    assert hidden["row"]["account"] == "6222********2222" and hidden["events"][0]["event"]["payee"] == "6228********4444" and hidden["row"]["customer"] == "cust****0001"
    note = next(step for step in hidden["trace"]["steps"] if step["reason"] == "note")["detail"]["note"]
    assert note == "cust****0001 paid 6228********4444 from 6222********2222; his phone is ***********", note
    for path in ("/v1/alerts", "/v1/holds", f"/v1/alerts/{id_}/events", "/v1/tasks"):
        assert "6222000011112222" not in json.dumps(director.ok("GET", path))
    # He finds by what he knows.
    assert ids(director.ok("GET", "/v1/alerts?account=6222000011112222")) == [id_]


# ---- branches, contact centre, core bank ----

def test_a_branch_sees_its_own_tasks(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    teller = bank.person("teller", "branch-verifier", branch="0301")
    other = bank.person("other", "branch-verifier", branch="0302")
    homeless = bank.person("homeless", "branch-verifier")
    bank.pay(AMOUNT_S3, "customer0001", branch="0301")
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    task = li.ok("POST", f"/v1/alerts/{id_}/questions", {"channel": "BRANCH_VISIT", "script": "CALL", "within_s": 3600})["task"]["task"]
    assert [row["task"] for row in teller.ok("GET", "/v1/branch/tasks")["tasks"]] == [task]
    assert other.ok("GET", "/v1/branch/tasks?state=ASKED&channel=BRANCH_VISIT&limit=5")["tasks"] == []
    homeless.expect(403, "no_desk", "GET", "/v1/branch/tasks")
    # What he is to say is told to who does it, as the desk would read it out, and to no other branch.
    script = teller.ok("GET", f"/v1/branch/tasks/{task}/script")
    assert script == li.ok("GET", f"/v1/alerts/{id_}/scripts/CALL") and script["lines"], script
    other.expect(404, "task_unknown", "GET", f"/v1/branch/tasks/{task}/script")
    homeless.expect(403, "no_desk", "GET", f"/v1/branch/tasks/{task}/script")
    teller.expect(404, "task_unknown", "GET", f"/v1/branch/tasks/{task + 99}/script")
    li.expect(403, "scope_missing", "GET", f"/v1/branch/tasks/{task}/script")
    other.expect(404, "task_unknown", "POST", f"/v1/branch/tasks/{task}/answer", {"answer": {"reply": "Y"}})
    for path in ("/v1/alerts", f"/v1/alerts/{id_}", "/v1/tasks", "/v1/controls", "/v1/desks", "/v1/queues", "/v1/cases", "/v1/decisions/e1", "/v1/strategies"):
        teller.expect(403, "scope_missing", "GET", path)
    teller.expect(403, "scope_missing", "POST", f"/v1/tasks/{task}/answer", {"answer": {"reply": "Y"}})
    teller.expect(422, "answer_refused", "POST", f"/v1/branch/tasks/{task}/answer", {"answer": {"reply": "PERHAPS"}})
    answered = teller.ok("POST", f"/v1/branch/tasks/{task}/answer", {"answer": {"reply": "N"}})["task"]
    assert answered["state"] == "ANSWERED" and answered["answered_by"] == "teller"
    teller.expect(409, "settled", "POST", f"/v1/branch/tasks/{task}/answer", {"answer": {"reply": "N"}})
    # He can bring what the customer says against a measure.
    teller.expect(404, "control_unknown", "POST", "/v1/appeals", {"control": 77, "customer": "customer0001", "channel": "branch", "text": "why?"})


def signed(bank, endpoint, message, secret=response_bank.SECRET, id_="msg-1", at=None, tamper=False):
    import base64
    import hashlib
    import hmac
    body = json.dumps(message).encode()
    at = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret[len("whsec_"):])
    signature = base64.b64encode(hmac.new(key, f"{id_}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": id_, "webhook-timestamp": at, "webhook-signature": "v1," + signature}
    return bank.nobody.ask("POST", f"/v1/webhooks/{endpoint}", body + b" " if tamper else body, headers=headers)


def test_signed_messages(folder):
    secret = os.path.join(folder, "secret")
    response_bank.write(secret, response_bank.SECRET + "\n")
    bank = Bank(folder, endpoints={name: ("http://127.0.0.1:9/", secret) for name in ("contact", "core", "police")})
    li = bank.person("li", "analyst", skills=["FRAUD"])
    bank.pay(AMOUNT_S3, "customer0001")
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    task = li.ok("POST", f"/v1/alerts/{id_}/questions", {"channel": "SMS", "script": "ASK"})["task"]["task"]
    message = {"type": "task.answered", "timestamp": "2026-11-29T12:00:00Z", "data": {"task": task, "answer": {"reply": "N"}}}
    other = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
    for more in ({"secret": other}, {"tamper": True}, {"at": time.time() - 600}, {"at": time.time() + 600}):
        status, problem = signed(bank, "contact", message, **more)
        assert status == 401 and problem["code"] == "signature_refused" and problem["detail"].startswith("Sign "), (more, problem)
    status, problem = bank.nobody.ask("POST", "/v1/webhooks/contact", message)
    assert status == 401 and problem["code"] == "signature_refused"
    status, problem = signed(bank, "page", message)
    assert status == 404 and problem["code"] == "endpoint_unknown"
    assert li.ok("GET", f"/v1/tasks?alert={id_}")["tasks"][0]["state"] == "ASKED"
    # Each says its own.
    status, problem = signed(bank, "core", message)
    assert status == 422 and problem["code"] == "body_refused", problem
    for bad, code in (({"type": "task.answered"}, "body_refused"), ({"type": "task.answered", "data": {"task": task, "answer": {"reply": 7}}}, "answer_refused"),
                      ({"type": "task.answered", "data": {"task": task, "answer": {}, "more": 1}}, "body_refused")):
        status, problem = signed(bank, "contact", bad, id_="bad-" + str(len(json.dumps(bad))))
        assert status == 422 and problem["code"] == code, (bad, problem)
    status, problem = signed(bank, "contact", {"type": "task.answered", "data": {"task": 999, "answer": {}}}, id_="none")
    assert status == 404 and problem["code"] == "task_unknown"
    status, answer = signed(bank, "contact", message)
    assert status == 200 and answer["task"]["state"] == "ANSWERED" and answer["task"]["answered_by"] == "contact", answer
    assert answer["task"]["party"] == "cust****0001"  # it is told no more than it knows
    assert "qiantang-known" not in bank.nobody.last
    status, again = signed(bank, "contact", message)  # the same message, delivered twice
    assert status == 200 and again == answer and bank.nobody.last["qiantang-known"] == "true"
    status, problem = signed(bank, "contact", message, id_="msg-2")
    assert status == 409 and problem["code"] == "settled"
    status, problem = signed(bank, "contact", {**message, "data": {"task": task, "answer": {"reply": "Y"}}})
    assert status == 422 and problem["code"] == "idempotency_key_reused", problem
    # The core bank.
    hold = li.ok("GET", f"/v1/holds?alert={id_}")["holds"][0]["hold"]
    li.ok("POST", f"/v1/holds/{hold}/settle", {"outcome": "REFUSED", "reason": "deceived"})
    assert [row["hold"] for row in li.ok("GET", "/v1/holds?list=unconfirmed")["holds"]] == [hold]
    status, answer = signed(bank, "core", {"type": "object.confirmed", "data": {"object_kind": "hold", "object": hold, "done": True, "at": int(time.time() * 1000)}}, id_="c1")
    assert status == 200 and answer == {"taken": True}, answer
    assert li.ok("GET", f"/v1/holds/{hold}")["hold"]["confirmed"] is not None
    # The police.
    status, answer = signed(bank, "police", {"type": "order.given", "data": {"number": "ZF1", "kind": "QUERY_ACCT", "authority": "110108", "account": "nothing", "name_hash": "x"}}, id_="p1")
    assert status == 200 and answer["order"]["number"] == "ZF1" and answer["known"] is False, answer
    auditor = bank.person("sun", "auditor")
    records = auditor.ok("GET", "/v1/audit?from=1&limit=1000&action=task.answered")["records"]
    assert [(record["actor"]["kind"], record["actor"]["name"]) for record in records] == [("system", "contact")], records


def test_keys_of_other_systems(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    contact, core, police = bank.key("contact", "tasks:answer"), bank.key("corebank", "core:confirm"), bank.key("police", "orders:take")
    bank.pay(AMOUNT_S3, "customer0001")
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    task = li.ok("POST", f"/v1/alerts/{id_}/questions", {"channel": "SMS", "script": "ASK"})["task"]["task"]
    for key in (core, police):
        key.expect(403, "scope_missing", "POST", f"/v1/tasks/{task}/answer", {"answer": {"reply": "Y"}})
    for path in ("/v1/alerts", f"/v1/alerts/{id_}", "/v1/tasks"):
        contact.expect(403, "scope_missing", "GET", path)
    answered = contact.ok("POST", f"/v1/tasks/{task}/answer", {"answer": {"reply": "Y"}})["task"]
    assert answered["answered_by"] == "contact" and answered["party"] == "cust****0001"
    contact.expect(422, "answer_refused", "POST", f"/v1/alerts/{id_}/volunteered", {"answer": {"nothing": 1}})
    contact.expect(404, "alert_unknown", "POST", "/v1/alerts/99999/volunteered", {"answer": {"reply": "N"}})
    contact.ok("POST", f"/v1/alerts/{id_}/volunteered", {"answer": {"reply": "N"}})
    core.expect(404, "hold_unknown", "POST", "/v1/confirmations", {"object_kind": "hold", "object": 12345})
    core.expect(422, "body_refused", "POST", "/v1/confirmations", {"object_kind": "alert", "object": id_})
    core.expect(422, "body_refused", "POST", "/v1/confirmations", {"object_kind": "hold", "object": 3, "at": int(time.time() * 1000) + DAY_MS})
    for method in ("GET", "PUT"):
        contact.expect(403, "needs_a_person", method, "/v1/desk", {} if method == "PUT" else None)
    assert contact.ok("GET", "/v1/proposals")["proposals"] == []
    # A key works on no alert, whatever its scopes: the scopes of people are not for keys.
    bank.administrator.expect(422, "access_refused", "POST", "/v1/keys", {"system": "robot", "scopes": ["alerts:work"], "days": 5})
    bank.administrator.expect(422, "access_refused", "POST", "/v1/keys", {"system": "robot", "scopes": ["domain:aml"], "days": 5})


# ---- measures, appeals ----

def set_measure(person, id_, **more):
    return person.ok("POST", "/v1/controls", {"measure": "LIMIT_NON_COUNTER", "target_kind": "account", "alert": id_, "amount": 500000, "basis": "R-108", "reason": "money goes on at once",
                                              "hours": 720, "notice": "NOTICE", **more})["control"]


def test_measures_and_appeals(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    wang = bank.person("wang", "analyst", skills=["FRAUD"])
    judge = bank.person("judge", "shift-leader", skills=["FRAUD"])
    hotline, core = bank.key("hotline", "appeals:submit"), bank.key("corebank", "core:confirm")
    event, _ = bank.pay(AMOUNT_S3, "customer0001")
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    target = event["account"]
    for body, code in (({"measure": "FREEZE"}, "measure_refused"), ({"measure": "NOTHING"}, "body_refused"), ({"hours": None}, "measure_refused"), ({"notice": None}, "measure_refused"),
                       ({"notice": "CALL"}, "script_unknown"), ({"amount": None}, "measure_refused"), ({"hours": 100000}, "body_refused"), ({"until": 5, "hours": 5}, "body_refused"),
                       ({"target": "elsewhere"}, "measure_refused"), ({"authority": "ORDER"}, "body_refused"), ({"target_kind": "customer", "measure": "SUSPEND_ALL"}, "measure_refused")):
        sent = {"measure": "LIMIT_NON_COUNTER", "target_kind": "account", "target": target, "alert": id_, "amount": 500000, "basis": "R-108", "reason": "r", "hours": 720, "notice": "NOTICE"}
        sent = {name: value for name, value in {**sent, **body}.items() if value is not None}
        li.expect(404 if code == "script_unknown" else 422, code, "POST", "/v1/controls", sent)
    li.expect(422, "body_refused", "POST", "/v1/controls", {"measure": "LIMIT_NON_COUNTER", "target_kind": "account", "target": target, "basis": "R-108", "reason": "r"})  # no alert, no facts
    li.expect(404, "alert_unknown", "POST", "/v1/controls", {"measure": "LIMIT_NON_COUNTER", "target_kind": "account", "target": target, "alert": 999, "basis": "R-108", "reason": "r"})
    # Without an alert only what the law itself demands; and a court's account is never touched.
    duty = {"measure": "SUSPEND_NON_COUNTER", "target_kind": "account", "target": "6222999", "customer": "c9", "basis": "R-202", "reason": "no use for half a year", "hours": 4000, "notice": "NOTICE", "facts": []}
    free = li.ok("POST", "/v1/controls", duty)
    assert free["control"]["alert"] is None and free["notices"][0]["text"] == "您尾号-的账户已限制", free
    li.expect(422, "measure_refused", "POST", "/v1/controls", {**duty, "facts": ["COURT"]})
    li.expect(422, "measure_refused", "POST", "/v1/controls", {**duty, "basis": "R-108"})
    li.expect(422, "body_refused", "POST", "/v1/controls", {**duty, "facts": ["BANK"]})
    li.expect(404, "script_unknown", "POST", "/v1/controls", {**duty, "notice": "ASK"})
    # One of an alert of S3.
    control = set_measure(li, id_, target=target)
    number = control["control"]
    assert control["severity"] == 3 and control["customer"] == "customer0001" and control["state"] == "ASKED" and control["notice"] == "NOTICE@1"
    hotline.ok("POST", "/v1/appeals", {"control": number, "customer": "customer0001", "channel": "hotline", "text": "too early, and taken all the same"})
    core.ok("POST", "/v1/confirmations", {"object_kind": "control", "object": number, "done": True})
    one = li.ok("GET", f"/v1/controls/{number}")
    assert one["control"]["state"] == "IN_FORCE" and one["notices"][0]["text"].endswith("的账户已限制") and one["trace"]["whole"] and one["proposal"] is None
    for query in ("", "?state=IN_FORCE", f"?alert={id_}", "?customer=customer0001", f"?target_kind=account&target={target}"):
        assert number in [row["control"] for row in li.ok("GET", "/v1/controls" + query)["controls"]], query
    assert li.ok("GET", "/v1/controls?list=review")["controls"] == [] and li.ok("GET", "/v1/controls?list=unconfirmed")["controls"][0]["control"] == free["control"]["control"]
    assert li.ok("GET", f"/v1/controls/effective?target_kind=account&target={target}")["effect"]["limit"] == 500000
    li.expect(422, "measure_refused", "POST", f"/v1/controls/{number}/renew", {"reason": "r", "hours": 9000})
    longer = li.ok("POST", f"/v1/controls/{number}/renew", {"reason": "the case is open", "hours": 24})["control"]
    assert longer["until"] > one["control"]["until"]
    li.ok("POST", f"/v1/controls/{number}/review", {"reason": "it stays"})
    # Releasing takes two: proposed by one, approved by another, each by his own request.
    proposed = li.ok("POST", f"/v1/controls/{number}/release", {"reason": "payslips"})
    assert proposed["control"]["state"] == "IN_FORCE" and proposed["proposal"]["state"] == "WAITING" and proposed["proposal"]["proposed_by"] == "li"
    first = proposed["proposal"]["proposal"]
    wang.expect(409, "waits_for_another_person", "POST", f"/v1/controls/{number}/release", {"reason": "me too"})
    for path, body in (("approve", {}), ("reject", {"note": "n"})):
        wang.expect(403, "scope_missing", "POST", f"/v1/proposals/{first}/{path}", body)
    li.expect(403, "scope_missing", "POST", f"/v1/proposals/{first}/approve", {})
    assert [row["proposal"] for row in judge.ok("GET", "/v1/proposals?state=WAITING")["proposals"]] == [first]
    judge.ok("POST", f"/v1/proposals/{first}/reject", {"note": "of another year"})
    li.expect(409, "settled", "POST", f"/v1/proposals/{first}/withdraw", {})
    second = li.ok("POST", f"/v1/controls/{number}/release", {"reason": "payslips of this year"})["proposal"]["proposal"]
    wang.expect(403, "needs_another_person", "POST", f"/v1/proposals/{second}/withdraw", {})
    assert li.ok("POST", f"/v1/proposals/{second}/withdraw", {})["proposal"]["state"] == "WITHDRAWN"
    third = judge.ok("POST", f"/v1/controls/{number}/release", {"reason": "by the leader himself"})["proposal"]["proposal"]
    judge.expect(403, "needs_another_person", "POST", f"/v1/proposals/{third}/approve", {})
    judge.ok("POST", f"/v1/proposals/{third}/withdraw", {})
    # An appeal. Not judged by who set the measure.
    appeal = hotline.ok("POST", "/v1/appeals", {"control": number, "customer": "customer0001", "channel": "hotline", "text": "my wages come in here", "documents": "payslip"})["appeal"]
    hotline.expect(422, "appeal_refused", "POST", "/v1/appeals", {"control": number, "customer": "other", "channel": "hotline", "text": "t"})
    hotline.expect(422, "body_refused", "POST", "/v1/appeals", {"control": number, "customer": "customer0001", "channel": "hotline"})
    hotline.expect(403, "scope_missing", "GET", f"/v1/appeals/{appeal}")
    assert appeal in [row["appeal"] for row in li.ok("GET", "/v1/appeals")["appeals"]] and len(li.ok("GET", f"/v1/appeals?control={number}")["appeals"]) == 2
    assert len(li.ok("GET", "/v1/appeals?customer=customer0001")["appeals"]) == 2
    li.expect(403, "scope_missing", "POST", f"/v1/appeals/{appeal}/settle", {"result": "KEPT", "reason": "r"})
    judge.ok("POST", f"/v1/appeals/{appeal}/reply", {"text": "we look into it"})
    judge.expect(409, "settled", "POST", f"/v1/appeals/{appeal}/reply", {"text": "again"})
    judge.ok("POST", f"/v1/appeals/{appeal}/verify", {"note": "payslips of six months"})
    judge.expect(422, "appeal_refused", "POST", f"/v1/appeals/{appeal}/settle", {"result": "KEPT", "reason": "r"})  # what was verified goes
    proposal = judge.ok("POST", f"/v1/appeals/{appeal}/settle", {"result": "RELEASED", "reason": "wages"})["proposal"]
    assert proposal["kind"] == "appeal.settle" and proposal["word"] == "RELEASED"
    judge.expect(403, "needs_another_person", "POST", f"/v1/proposals/{proposal['proposal']}/approve", {})
    assert bank.leader.ok("POST", f"/v1/proposals/{proposal['proposal']}/approve", {"note": "agreed"})["proposal"]["state"] == "APPROVED"
    settled = judge.ok("GET", f"/v1/appeals/{appeal}")["appeal"]
    assert settled["result"] == "RELEASED" and settled["reviewer"] == "judge" and settled["second"] == "chief"
    released = li.ok("GET", f"/v1/controls/{number}")["control"]
    assert released["state"] == "RELEASED" and released["released_by"] == "judge" and released["released_second"] == "chief"
    li.expect(409, "settled", "POST", f"/v1/controls/{number}/release", {"reason": "again"})
    li.expect(409, "settled", "POST", f"/v1/controls/{number}/renew", {"reason": "r", "hours": 1})
    li.expect(409, "settled", "POST", f"/v1/controls/{number}/review", {"reason": "r"})
    hotline.expect(409, "settled", "POST", "/v1/appeals", {"control": number, "customer": "customer0001", "channel": "hotline", "text": "t"})
    judge.expect(409, "settled", "POST", f"/v1/appeals/{appeal}/verify", {"note": "again"})
    judge.expect(409, "settled", "POST", f"/v1/appeals/{appeal}/settle", {"result": "RELEASED", "reason": "r"})
    assert bank.leader.ok("GET", "/v1/figures/appeals?from=2026-01-01T00:00:00Z")["figures"]["released"] == 1
    # The leader who set a measure does not judge the appeal against it.
    bank.pay(AMOUNT_S3, "customer0002")
    other = bank.alert_of(judge, "customer0002")
    judge.ok("POST", f"/v1/alerts/{other['alert']}/claim", {})
    own = set_measure(judge, other["alert"], target=other["account"])["control"]
    core.ok("POST", "/v1/confirmations", {"object_kind": "control", "object": own, "done": True})
    appeal = hotline.ok("POST", "/v1/appeals", {"control": own, "customer": "customer0002", "channel": "app", "text": "t"})["appeal"]
    judge.expect(403, "needs_another_person", "POST", f"/v1/appeals/{appeal}/settle", {"result": "KEPT", "reason": "r"})
    judge.expect(403, "needs_another_person", "POST", f"/v1/appeals/{appeal}/verify", {"note": "n"})
    proposal = bank.leader.ok("POST", f"/v1/appeals/{appeal}/settle", {"result": "PARTLY", "reason": "in part"})["proposal"]["proposal"]
    judge.expect(403, "needs_another_person", "POST", f"/v1/proposals/{proposal}/approve", {})  # nor is he the second


def test_held_payments(folder):
    secret = {"mode": "SYNC", "severity": "S3", "score": 60, "action": "DELAY", "expr": 'event.phase == "REQUEST" && event.amount == 5577'}
    bank = Bank(folder, pack={"more_models": {"M-AM-72-A": secret}})
    li = bank.person("li", "analyst", skills=["FRAUD"])
    boss = bank.person("boss", "shift-leader", skills=["FRAUD"])
    director = bank.person("director", "director")
    for number in (1, 2):
        bank.pay(AMOUNT_S3, f"customer000{number}")
    holds = {row["customer"]: row["hold"] for row in li.ok("GET", "/v1/holds?list=open")["holds"]}
    one, two = holds["customer0001"], holds["customer0002"]
    page = li.ok("GET", "/v1/holds?limit=1")
    assert len(page["holds"]) == 1 and len(li.ok("GET", f"/v1/holds?limit=1&after={page['next']}")["holds"]) == 1
    assert [row["hold"] for row in li.ok("GET", "/v1/holds?customer=customer0001")["holds"]] == [one]
    # Of an account that pays: whosever it is, settled or not, page by page; of who is paid there are none.
    account, payee = "6222000000000001", "6228000000000001"
    of = lambda caller, query: [row["hold"] for row in caller.ok("GET", f"/v1/holds?account={query}")["holds"]]  # noqa: E731
    bank.pay(AMOUNT_S3, "customer0003", account=account)
    joint = li.ok("GET", "/v1/holds?customer=customer0003")["holds"][0]["hold"]
    assert of(li, account) == [joint, one] and of(li, payee) == of(li, "6222000000000099") == of(li, account[:-1]) == []
    page = li.ok("GET", f"/v1/holds?account={account}&limit=1")
    assert [row["hold"] for row in page["holds"]] == [joint] and of(li, f"{account}&limit=1&after={page['next']}") == [one], page
    for query in ("&customer=customer0001", "&alert=1"):
        li.expect(400, "query_refused", "GET", f"/v1/holds?account={account}{query}")
    bank.pay(557_700, "customer0004", account=account)  # held for what is secret: told to who may know of it
    aml = bank.person("aml", "aml-analyst", skills=["AML"])
    assert of(aml, account)[0] > joint and of(aml, account)[1:] == of(li, account) == [joint, one]
    assert [row["account"] for row in bank.person("sun", "auditor").ok("GET", f"/v1/holds?account={account}")["holds"]] == ["6222********0001"] * 3  # who audits sees those, too
    director.expect(403, "scope_missing", "POST", f"/v1/holds/{one}/settle", {"outcome": "REFUSED", "reason": "r"})
    li.expect(404, "hold_unknown", "GET", "/v1/holds/99999")
    li.expect(422, "body_refused", "POST", f"/v1/holds/{one}/settle", {"outcome": "HELD", "reason": "r"})
    settled = li.ok("POST", f"/v1/holds/{one}/settle", {"outcome": "REFUSED", "reason": "deceived"})
    assert settled["hold"]["state"] == "REFUSED" and settled["proposal"] is None and settled["hold"]["settled_by"] == "li"
    assert of(li, account) == [joint, one]  # what is settled stays in the list
    li.expect(409, "settled", "POST", f"/v1/holds/{one}/settle", {"outcome": "RELEASED", "reason": "r"})
    li.expect(404, "hold_unknown", "POST", "/v1/holds/99999/settle", {"outcome": "REFUSED", "reason": "r"})
    proposed = li.ok("POST", f"/v1/holds/{two}/settle", {"outcome": "RELEASED", "reason": "own will"})
    assert proposed["hold"]["state"] == "HELD" and proposed["proposal"]["kind"] == "hold.settle"
    number = proposed["proposal"]["proposal"]
    assert director.ok("GET", f"/v1/proposals/{number}")["proposal"]["proposed_by"] == "li"
    boss.ok("POST", f"/v1/proposals/{number}/approve", {})
    assert li.ok("GET", f"/v1/holds/{two}")["hold"]["state"] == "RELEASED"
    boss.expect(409, "settled", "POST", f"/v1/proposals/{number}/approve", {})
    boss.expect(409, "settled", "POST", f"/v1/proposals/{number}/reject", {"note": "n"})


# ---- orders ----

def test_orders_and_reports(folder):
    bank = Bank(folder)
    first = bank.person("one", "liaison", skills=["POLICE"])
    second = bank.person("second", "liaison", skills=["POLICE"])
    unskilled = bank.person("unskilled", "liaison", skills=[])
    li = bank.person("li", "analyst", skills=["FRAUD"])
    gateway = bank.key("police", "orders:take")
    order = {"number": "ZF-1", "kind": "STOP_PAY", "authority": "110108", "account": "6222", "name_hash": "ab", "amount": 100, "moved": int(time.time() * 1000), "signed": True}
    first.expect(403, "scope_missing", "POST", "/v1/orders", order)
    gateway.expect(403, "scope_missing", "GET", "/v1/orders")
    taken = gateway.ok("POST", "/v1/orders", order)
    assert taken["order"]["state"] == "EXCEPTION" and taken["order"]["answer"] == "NO_ACCOUNT" and not taken["known"], taken
    assert gateway.ok("POST", "/v1/orders", order)["known"]
    gateway.expect(422, "order_refused", "POST", "/v1/orders", {**order, "kind": "NOTHING"})
    gateway.expect(422, "body_refused", "POST", "/v1/orders", {**order, "amount": -1})
    gateway.expect(422, "body_refused", "POST", "/v1/orders", {**order, "entries": [{"list": "OTHER", "account": "a"}]})
    many = [{"list": "CASE", "account": f"6222{i:012d}", "from": 1, "until": int(time.time() * 1000) + DAY_MS} for i in range(1000)]
    pushed = gateway.ok("POST", "/v1/orders", {"number": "ZF-2", "kind": "LIST_PUSH", "authority": "110108", "signed": True, "entries": many})
    assert pushed["order"]["state"] in ("EXECUTING", "DONE"), pushed
    gateway.expect(422, "body_refused", "POST", "/v1/orders", {"number": "ZF-3", "kind": "LIST_PUSH", "authority": "1", "signed": True, "entries": many + many[:1]})
    id_ = taken["order"]["police_order"]
    li.expect(403, "scope_missing", "GET", f"/v1/orders/{id_}")
    assert first.ok("GET", f"/v1/orders/{id_}")["order"]["account"] == "6222" and first.ok("GET", "/v1/orders?state=EXCEPTION")["orders"][0]["police_order"] == id_
    assert len(first.ok("GET", "/v1/orders?limit=1")["orders"]) == 1 and first.ok("GET", "/v1/orders?account=none")["orders"] == []
    unskilled.expect(403, "no_desk", "POST", f"/v1/orders/{id_}/decision", {"execute": False, "reason": "r"})
    first.expect(422, "body_refused", "POST", f"/v1/orders/{id_}/decision", {"reason": "r"})
    proposal = first.ok("POST", f"/v1/orders/{id_}/decision", {"execute": False, "reason": "no such account, says the branch too"})["proposal"]
    assert proposal["kind"] == "order.decide" and proposal["word"] == "REFUSE"
    number = proposal["proposal"]
    first.expect(403, "needs_another_person", "POST", f"/v1/proposals/{number}/approve", {})
    first.expect(409, "waits_for_another_person", "POST", f"/v1/orders/{id_}/decision", {"execute": True, "reason": "r"})
    bank.leader.expect(403, "scope_missing", "POST", f"/v1/proposals/{number}/approve", {})  # he approves alerts, not orders
    li.expect(404, "proposal_unknown", "GET", f"/v1/proposals/{number}")
    assert li.ok("GET", "/v1/proposals")["proposals"] == []
    unskilled.expect(403, "no_desk", "POST", f"/v1/proposals/{number}/approve", {})
    second.ok("POST", f"/v1/proposals/{number}/approve", {})
    decided = first.ok("GET", f"/v1/orders/{id_}")["order"]
    assert decided["state"] == "REFUSED" and decided["decided_by"] == "one" and decided["decided_second"] == "second"
    first.expect(409, "settled", "POST", f"/v1/orders/{id_}/decision", {"execute": True, "reason": "r"})
    # Reports.
    report = {"kind": "SUSP_REPORT", "subject_kind": "account", "subject": "6222", "body": {"why": "five victims in an hour"}}
    li.expect(403, "scope_missing", "POST", "/v1/reports", report)
    number = first.ok("POST", "/v1/reports", report)["report"]
    first.expect(422, "body_refused", "POST", "/v1/reports", {**report, "kind": "OTHER"})
    first.expect(422, "body_refused", "POST", "/v1/reports", {**report, "body": "text"})
    first.expect(404, "alert_unknown", "POST", "/v1/reports", {**report, "alert": 9999})
    gateway.ok("POST", f"/v1/reports/{number}/receipt", {"receipt": "HZ-1"})
    gateway.expect(404, "report_unknown", "POST", "/v1/reports/999/receipt", {"receipt": "HZ-1"})
    assert first.ok("GET", "/v1/reports")["reports"][0]["receipt"] == "HZ-1"
    director = bank.person("director", "director")
    figures = {row["kind"]: row for row in director.ok("GET", "/v1/figures/orders")["figures"]}
    assert figures["STOP_PAY"]["taken"] == 1 and figures["STOP_PAY"]["refused"] == 1
    li.expect(422, "body_refused", "POST", "/v1/reverifications", {"customer": "c"})
    assert li.ok("POST", "/v1/reverifications", {"customer": "c", "note": "identity card at the counter"}) == {"taken": True}
    assert director.ok("GET", "/v1/figures/cases?from=2026-01-01T00:00:00Z")["figures"]["opened"] == 0


# ---- words ----

def test_words(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    words = li.ok("GET", "/v1/disposition")
    assert [row["skill"] for row in words["skills"]] == list(dict.fromkeys(group["skill"] for group in words["groups"])), words["skills"]
    assert {"skill": "FRAUD", "zh": "反欺诈", "en": "Fraud"} in words["skills"], words["skills"]
    reply = next(answer for answer in words["answers"] if answer["answer"] == "reply")
    assert reply["choices"][1] == {"value": "N", "zh": "否", "en": "no"} and len(reply["choices"]) == 3, reply
    groups = {group["group"]: group for group in words["groups"]}
    assert not groups["VP"]["victims"] and groups["VP"]["secrecy"] == "NORMAL" and groups["VP"]["script"] == "CALL", groups["VP"]
    codes = {code["code"]: code for code in words["codes"]}
    assert codes["FP-OWNWILL"]["direction"] == "RELEASING" and codes["FP-OWNWILL"]["groups"] == list(groups), codes["FP-OWNWILL"]
    assert codes["TP-VICTIM-SAVED"]["direction"] == "PROTECTING" and "VP" in codes["TP-VICTIM-SAVED"]["groups"]
    assert {state["state"] for state in words["states"] if not state["open"]} == {"CLOSED_AUTO", "CLOSED_MANUAL"}
    assert "reply" in next(script for script in words["scripts"] if script["script"] == "CALL")["answers"]
    assert all(row["zh"] and row["en"] for name in ("groups", "states", "codes", "actions", "answers", "script_kinds", "channels", "subjects") for row in words[name])
    names = {name["name"]: name for name in words["names"]}
    assert names["event.amount"]["zh"] and names["event.amount"]["en"], sorted(names)[:20]
    assert all(name["zh"] or name["en"] for name in words["names"])   # what has none is shown as it is written, and need not be told
    li.expect(400, "query_refused", "GET", "/v1/disposition?x=1")
    # Words are for everybody who is signed in, but for the names of what models look at.
    nobody = {**words, "names": []}
    assert bank.person("author", "model-author").ok("GET", "/v1/disposition") == words
    for who in (bank.person("teller", "branch-verifier", branch="0301"), bank.administrator, bank.key("contact", "tasks:answer")):
        assert who.ok("GET", "/v1/disposition") == nobody
    assert bank.nobody.ask("GET", "/v1/disposition")[0] == 401


def test_schema(folder):
    bank = Bank(folder)
    schema = bank.person("teller", "branch-verifier", branch="0301").ok("GET", "/v1/schema")
    fields = {field["field"]: field for field in schema["fields"]}
    values = {one["enumeration"]: one["values"] for one in schema["enumerations"]}
    assert fields["channel"]["enumeration"] == "channel" and fields["amount"]["enumeration"] is None, fields
    assert values["channel"] == [{"value": "MOBILE", "zh": "手机银行", "en": "mobile bank"}, {"value": "COUNTER", "zh": "柜面", "en": "counter"}], values
    assert {"type": "pay", "zh": "付款", "en": "payment"} in schema["types"] and {"value": "pay", "zh": "付款", "en": "payment"} in values["event_type"]
    assert all(row["zh"] and row["en"] for row in schema["actions"] + schema["segments"]) and "PASS" in {row["action"] for row in schema["actions"]}, schema
    li = bank.person("li", "analyst", skills=["FRAUD"])
    assert li.ok("GET", "/v1/schema") == schema
    li.expect(400, "query_refused", "GET", "/v1/schema?x=1")
    # Who writes models is offered the same, and lists tell where they come from in both languages.
    channel = next(name for name in li.ok("GET", "/v1/vocabulary")["names"] if name["name"] == "event.channel")
    assert channel["values"] == values["channel"], channel
    police = next(row for row in li.ok("GET", "/v1/lists")["lists"] if row["list"] == "police")
    assert police["source"] == {"zh": "tests", "en": "tests"} and police["expiry"] == {"zh": "none", "en": "none"}, police
    assert bank.nobody.ask("GET", "/v1/schema")[0] == 401


# ---- strategies, second looks ----

def test_strategies(folder):
    bank = Bank(folder, pack={"strategy": True})
    author, approver, other = bank.person("author", "model-author"), bank.person("approver", "model-approver"), bank.person("other", "model-approver")
    li = bank.person("li", "analyst", skills=["FRAUD"])
    listed = author.ok("GET", "/v1/strategies")["strategies"]
    assert [row["strategy"] for row in listed] == ["D-QUIET"] and listed[0]["mode"] == "SHADOW" and not listed[0]["earned"], listed
    one = author.ok("GET", "/v1/strategies/D-QUIET")
    assert one["text"].startswith("id: D-QUIET") and "D-QUIET" in one["explanation"] and one["runs"] == []
    none = author.ok("GET", "/v1/strategies/D-QUIET/what_if")
    assert none["alerts"] == none["compared"] == 0 and none["parts"] == none["differ"] == [] and none["until"] - none["from"] == 30 * DAY_MS, none
    author.expect(400, "query_refused", "GET", "/v1/strategies/D-QUIET/what_if?days=0")
    author.expect(404, "strategy_unknown", "GET", "/v1/strategies/D-NONE/what_if")
    author.expect(409, "not_earned", "POST", "/v1/strategies/D-QUIET/propose", {})
    li.expect(403, "scope_missing", "POST", "/v1/strategies/D-QUIET/propose", {})
    for path in ("", "/propose", "/approve", "/stop"):
        person = author if path in ("", "/propose") else approver
        person.expect(404, "strategy_unknown", "GET" if path == "" else "POST", "/v1/strategies/D-NONE" + path, None if path == "" else {"note": "n"})
    # It earns its way: what it would have done is what people do. Young models close nothing, so theirs is made older.
    for number in range(5):
        bank.pay(AMOUNT_S3, f"customer100{number}")
        bank.server.store.rows(f"UPDATE model_age SET since_us = since_us - {40 * DAY_MS * 1000}", change=True)
        time.sleep(1.2)
        bank.settle()
        id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
        would = author.ok("GET", "/v1/strategies/D-QUIET/what_if?days=7")
        assert would["alerts"] == number + 1 and would["compared"] == would["agreed"] == number, would
        assert [(part["decided"], part["compared"]) for part in would["parts"] if not part["compared"]] == [(None, False)], would
        li.ok("POST", f"/v1/alerts/{id_}/decision", {"code": "TP-VICTIM-SAVED", "note": "deceived"})
    assert would["amount"] == 5 * AMOUNT_S3, would
    [part] = author.ok("GET", "/v1/strategies/D-QUIET/what_if")["parts"]
    assert part["severity"] == "S3" and part["proposed"] == part["decided"] == "TP-VICTIM-SAVED" and part["decided_zh"] == "受害人劝阻成功" and part["agrees"] and part["alerts"] == 5, part
    overlap = author.ok("GET", "/v1/models/overlap?days=30")
    assert overlap["models"] and overlap["hits"] >= overlap["models"][0]["events"] and not overlap["cut"], overlap
    one = author.ok("GET", "/v1/strategies/D-QUIET")
    assert one["compared"] == one["agreed"] == 5 and one["earned"] and len(one["runs"]) == 5 and one["runs"][0]["shadow"], one
    assert author.ok("POST", "/v1/strategies/D-QUIET/propose", {"note": "five of five"})["proposed_by"] == "author"
    author.expect(403, "scope_missing", "POST", "/v1/strategies/D-QUIET/approve", {})
    assert approver.ok("POST", "/v1/strategies/D-QUIET/approve", {})["mode"] == "ACTIVE"
    author.expect(409, "not_earned", "POST", "/v1/strategies/D-QUIET/propose", {})
    other.expect(409, "not_earned", "POST", "/v1/strategies/D-QUIET/approve", {})
    li.expect(403, "scope_missing", "POST", "/v1/strategies/D-QUIET/stop", {"note": "n"})
    bank.leader.expect(422, "body_refused", "POST", "/v1/strategies/D-QUIET/stop", {})
    assert bank.leader.ok("POST", "/v1/strategies/D-QUIET/stop", {"note": "twice as many as yesterday"})["mode"] == "SHADOW"
    bank.leader.expect(409, "not_earned", "POST", "/v1/strategies/D-QUIET/stop", {"note": "n"})
    # What people see otherwise is told one by one; who is to look at it a second time is not told what was decided.
    quality = bank.person("quality", "quality-reviewer", skills=["FRAUD"])
    bank.leader.ok("PUT", "/v1/desks/chief", {"skills": ["FRAUD"]})
    bank.pay(AMOUNT_S3, "customer2000")
    bank.server.store.rows(f"UPDATE model_age SET since_us = since_us - {40 * DAY_MS * 1000}", change=True)
    time.sleep(1.2)
    bank.settle()
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    li.ok("POST", f"/v1/alerts/{id_}/decision", {"code": "FP-OWNWILL", "note": "the customer says so"})
    bank.leader.ok("POST", f"/v1/alerts/{id_}/approve", {})
    would = author.ok("GET", "/v1/strategies/D-QUIET/what_if")
    assert would["alerts"] == would["compared"] == 6 and would["agreed"] == 5 and would["missed"] == 0 and not would["more"], would
    assert [(row["alert"], row["proposed"], row["decided"], row["missed"], row["amount"]) for row in would["differ"]] == [(id_, "TP-VICTIM-SAVED", "FP-OWNWILL", False, AMOUNT_S3)], would
    assert id_ not in [row["alert"] for row in quality.ok("GET", "/v1/strategies/D-QUIET/what_if")["differ"]]
    assert author.ok("GET", "/v1/figures/alerts?strategy=D-QUIET&branch=0301&from=2026-01-01T00:00:00%2B08:00")["figures"]["closed"] == 0


def test_second_looks_are_blind(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    quality = bank.person("quality", "quality-reviewer", skills=["FRAUD"])
    quality.expect(404, "nothing_waits", "GET", "/v1/samples/next")
    li.expect(403, "scope_missing", "GET", "/v1/samples/next")
    drawn = None
    for number in range(200):  # a twentieth of what a person closes is drawn
        customer = f"customer{number:04d}"
        bank.pay(AMOUNT_S3, customer)
        id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
        li.ok("POST", f"/v1/alerts/{id_}/decision", {"code": "TP-VICTIM-SAVED" if number % 2 else "FP-OWNWILL", "note": "the customer says so"})
        bank.leader.ok("PUT", "/v1/desks/chief", {"skills": ["FRAUD"]}) if number == 0 else None
        if number % 2 == 0:
            bank.leader.ok("POST", f"/v1/alerts/{id_}/approve", {})
        if bank.leader.ok("GET", "/v1/queues")["second_looks"] > 0:
            drawn = id_
            break
    assert drawn is not None
    sample = quality.ok("GET", "/v1/samples/next")
    shown = sample["alert"]
    assert shown["blind"] and shown["row"]["alert"] == drawn and shown["row"]["code"] is None and shown["row"]["decided_by"] is None and shown["row"]["state"] == "SECOND_LOOK", shown["row"]
    assert "trace" not in shown and "holds" not in shown and shown["evidence"]
    whole = quality.ok("GET", f"/v1/alerts/{drawn}")
    assert whole["blind"] and "FP-OWNWILL" not in json.dumps(whole)
    row = bank.alert_of(quality, shown["row"]["customer"])
    assert row["code"] is None and row["note"] is None and row["state"] == "SECOND_LOOK"
    for query in ("code=FP-OWNWILL", "state=CLOSED_MANUAL", "owner=li"):  # nor can it be asked for
        assert drawn not in ids(quality.ok("GET", "/v1/alerts?" + query + "&limit=500"))
    assert bank.alert_of(li, shown["row"]["customer"])["code"] is not None  # others see it
    assert "kind" not in sample  # why it was drawn would tell the first verdict
    quality.expect(422, "decision_refused", "POST", f"/v1/alerts/{drawn}/second_look", {"code": "NOTHING", "note": "n"})
    assert quality.ok("POST", f"/v1/alerts/{drawn}/second_look", {"code": "TP-VICTIM-LOSS", "note": "he was told what to say"})["overturned"] is True
    quality.expect(404, "nothing_waits", "POST", f"/v1/alerts/{drawn}/second_look", {"code": "FP-OWNWILL", "note": "n"})
    assert quality.ok("GET", f"/v1/alerts/{drawn}")["row"]["state"] == "REOPENED"
    assert bank.leader.ok("GET", "/v1/figures/alerts")["figures"]["second_looks"] == 1


# ---- roles, lists, bad requests ----

def test_wrong_roles(folder):
    assert api_bank.check_wrong_roles(folder, api_bank.TAGS) > 400


def test_roles_that_exclude_each_other(folder):
    bank = Bank(folder)
    for pair in (["analyst", "branch-verifier"], ["insider-reviewer", "analyst"], ["insider-reviewer", "shift-leader"], ["insider-reviewer", "aml-analyst"], ["auditor", "analyst"],
                 ["quality-reviewer", "shift-leader"], ["administrator", "shift-leader"]):
        bank.administrator.expect(422, "access_refused", "POST", "/v1/users", {"name": "x", "roles": pair, "password": "first " + api_bank.PASSWORD})


def test_lists_have_pages(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    for number in range(7):
        bank.pay(AMOUNT_S3 if number % 2 else AMOUNT_S4, f"customer{number:04d}", branch=f"0{number % 2}")
    everything = ids(li.ok("GET", "/v1/alerts"))
    assert len(everything) == 7 and everything == sorted(everything, reverse=True)
    for order in ("time", "rank"):
        found, after = [], ""
        while True:
            page = li.ok("GET", f"/v1/alerts?order={order}&limit=2{after}")
            found += ids(page)
            if page["next"] is None:
                break
            after = "&after=" + page["next"]
        assert len(found) == 7 and (found == everything if order == "time" else set(found) == set(everything)), (order, found)
    ranked = li.ok("GET", "/v1/alerts?order=rank")["alerts"]
    assert [row["severity"] for row in ranked] == ["S4"] * 4 + ["S3"] * 3
    opened = ranked[0]["opened"]
    for query, count in (("severity=S4", 4), ("branch=00", 4), ("branch=00&severity=S3", 0), ("state=QUEUED", 7), ("state=ASSIGNED", 0), ("group=VP", 7), ("family=VP", 7), ("family=AM", 0),
                         ("skill=FRAUD", 7), ("skill=MULE", 0), ("owner=li", 0), ("open=true", 7), ("open=false", 0), ("customer=customer0003", 1), ("subject_kind=CUSTOMER&subject=customer0003", 1),
                         ("subject=customer0003", 1), ("payee=nobody", 0), ("strategy=D-X", 0), ("code=TEST", 0), ("case=1", 0), (f"from={opened + DAY_MS}", 0), (f"until={opened + DAY_MS}", 7),
                         ("from=2026-01-01T00:00:00%2B08:00", 7), ("order=rank&owner=li", 0)):
        assert len(li.ok("GET", "/v1/alerts?" + query)["alerts"]) == count, query
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    assert ids(li.ok("GET", "/v1/alerts?owner=li")) == [id_] == ids(li.ok("GET", "/v1/alerts?order=rank&owner=li")) == ids(li.ok("GET", "/v1/alerts?state=ASSIGNED&branch=00"))
    for query in ("severity=5", "severity=S9", "open=yes", "order=name", "after=x", "after=r12-3", "order=rank&after=t12-3", "limit=0", "limit=501", "from=yesterday", "case=-1", "nothing=1",
                  "state=a&state=b", "after=rffffffffffffffff-1&order=rank", "customer=" + "x" * 300):
        li.expect(400, "query_refused", "GET", "/v1/alerts?" + query)
    for query in ("customer=a%00b", "account=%0b"):
        li.expect(400, "target_malformed", "GET", "/v1/alerts?" + query)
    for path in ("/v1/figures/alerts?from=5&until=4", "/v1/tasks?after=0", "/v1/controls?state=A&customer=b", "/v1/controls?target=x", "/v1/controls?list=all", "/v1/holds?list=all", "/v1/controls/effective",
                 "/v1/proposals?limit=x", "/v1/queues?x=1", "/v1/desks?x", "/v1/desk?x=1"):
        (bank.leader if "figures" in path else li).expect(400, "query_refused", "GET", path)
    # An alert takes in more hits; its events have pages.
    for _ in range(4):
        bank.pay(AMOUNT_S4, "customer0000")
    first = li.ok("GET", f"/v1/alerts/{id_}/events?limit=3")
    rest = li.ok("GET", f"/v1/alerts/{id_}/events?limit=3&after={first['next']}")
    assert len(first["events"]) == 3 and len(rest["events"]) == 2 and rest["next"] is None and li.ok("GET", f"/v1/alerts/{id_}")["row"]["hits"] == 5
    assert li.ok("GET", "/v1/holds?limit=2")["next"] is not None


def test_hostile_requests(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    bank.pay(AMOUNT_S3, "customer0001")
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    for number in ("0", "-1", "x", "1.5", "99999999999999999999", "9223372036854775808", "01", "+1", "1%20", "%00", "1%27%20OR%201=1"):
        status, value = li.ask("GET", f"/v1/alerts/{number}")
        assert status in (400, 404), (number, status, value)
        status, value = li.ask("POST", f"/v1/alerts/{number}/notes", {"note": "n"})
        assert status in (400, 404), (number, status, value)
    li.expect(404, "alert_unknown", "GET", "/v1/alerts/9223372036854775807")
    for note in ("", "   ", "x" * 8193, 7, None, [], {}, True, "a\u0000b", "a\u0007b"):
        li.expect(422, "body_refused", "POST", f"/v1/alerts/{id_}/notes", {"note": note})
    li.expect(422, "body_refused", "POST", f"/v1/alerts/{id_}/notes", {"note": "n", "more": 1})
    for raw in (b"{", b"[]", b"7", b'{"note":"n","note":"n"}', b'{"note":"\xff"}', b'{"note":"n"', b"{" * 100, b'{"note":"\\ud800"}'):
        status, value = li.ask("POST", f"/v1/alerts/{id_}/notes", raw)
        assert status == 422 and value["code"] == "body_refused", (raw, status, value)
    text = "'; DROP TABLE alert; -- \\ \" % _ 中文 \U0001f600 \n\t" + "长" * 2000
    li.ok("POST", f"/v1/alerts/{id_}/notes", {"note": text})
    steps = li.ok("GET", f"/v1/alerts/{id_}")["trace"]
    assert steps["whole"] and steps["steps"][0]["detail"]["note"] == text
    li.expect(422, "decision_refused", "POST", f"/v1/alerts/{id_}/decision", {"code": "TP", "note": "n"})
    li.expect(422, "decision_refused", "POST", f"/v1/alerts/{id_}/decision", {"code": "TP-VICTIM-SAVED", "note": "n", "clear_days": 5})
    li.expect(422, "body_refused", "POST", f"/v1/alerts/{id_}/decision", {"code": "TEST", "note": "n", "clear_days": 366})
    li.expect(422, "body_refused", "POST", f"/v1/alerts/{id_}/decision", {"code": "TEST", "note": "n", "weak": "yes"})
    li.expect(409, "move_refused", "POST", f"/v1/alerts/{id_}/state", {"state": "CLOSED_MANUAL"})
    li.expect(422, "body_refused", "POST", f"/v1/alerts/{id_}/state", {"state": "NOTHING"})
    li.expect(422, "decision_refused", "POST", f"/v1/alerts/{id_}/marks", {"mark": "FAMOUS"})
    li.expect(422, "body_refused", "POST", f"/v1/alerts/{id_}/questions", {"channel": "PIGEON", "script": "ASK"})
    li.expect(422, "decision_refused", "POST", f"/v1/alerts/{id_}/questions", {"channel": "SMS", "script": "NONE"})
    li.expect(404, "script_unknown", "GET", f"/v1/alerts/{id_}/scripts/NONE")
    bank.leader.ok("PUT", "/v1/desks/chief", {"skills": ["FRAUD"]})
    bank.leader.expect(422, "decision_refused", "POST", f"/v1/alerts/{id_}/reopen", {"reason": "boredom", "note": "n"})
    bank.leader.expect(409, "move_refused", "POST", f"/v1/alerts/{id_}/reopen", {"reason": "qa", "note": "n"})
    bank.leader.expect(409, "move_refused", "POST", f"/v1/alerts/{id_}/disapprove", {"note": "n"})
    status, value = li.ask("POST", f"/v1/alerts/{id_}/notes", b'{"note":"' + b"x" * 70000 + b'"}')
    assert status == 413, value


def test_a_request_that_comes_again(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst", skills=["FRAUD"])
    wang = bank.person("wang", "analyst", skills=["FRAUD"])
    bank.pay(AMOUNT_S3, "customer0001")
    id_ = li.ok("POST", "/v1/alerts/next")["alert"]["alert"]
    path, once = f"/v1/alerts/{id_}/notes", {"Idempotency-Key": "k-1"}
    first = li.ok("POST", path, {"note": "one"}, headers=once)
    assert "qiantang-known" not in li.last
    assert li.ok("POST", path, {"note": "one"}, headers=once) == first and li.last["qiantang-known"] == "true"
    li.expect(422, "idempotency_key_reused", "POST", path, {"note": "two"}, headers=once)
    wang.ok("POST", path, {"note": "one"}, headers=once)  # his own
    assert "qiantang-known" not in wang.last
    notes = [step["actor"] for step in li.ok("GET", f"/v1/alerts/{id_}")["trace"]["steps"] if step["reason"] == "note"]
    assert sorted(notes) == ["li", "wang"], notes
    li.expect(400, "query_refused", "POST", path, {"note": "n"}, headers={"Idempotency-Key": "x" * 129})
    # What was refused is not kept: it may come again.
    wang.expect(409, "somebody_elses", "POST", f"/v1/alerts/{id_}/decision", {"code": "TP-VICTIM-SAVED", "note": "n"}, headers={"Idempotency-Key": "k-2"})
    assert not li.ok("POST", f"/v1/alerts/{id_}/decision", {"code": "TP-VICTIM-SAVED", "note": "n"}, headers={"Idempotency-Key": "k-2"})["needs_approval"]


# ---- the guide ----

def test_examples_of_the_guide(folder):
    bank = Bank(folder, settings="bank: {name: 示例银行}\n")
    people = {name: bank.person(name, "analyst", skills=["FRAUD"]) for name in ("li", "wang")}
    people["zheng"] = bank.person("zheng", "quality-reviewer", skills=["FRAUD"])
    people["chief"] = bank.leader
    bank.leader.ok("PUT", "/v1/desks/chief", {"skills": ["FRAUD"]})
    for i in range(2):
        bank.pay(AMOUNT_S4, f"customer000{i}")
    assert api_bank.run_examples(people) > 25


def test_without_a_disposition(folder):
    api_bank.check_without_a_disposition(folder, api_bank.TAGS)


def test_unknown_members(folder):
    api_bank.check_unknown_members(folder, api_bank.TAGS)


# ---- the document ----

# (operation, status): why it is not seen here.
UNSEEN = {}


def test_zz_document(folder):
    if not CHOSEN:
        missing = api_bank.unseen(api_bank.TAGS, UNSEEN)
        assert not missing, missing


cases.run(api_bank.ended(globals()), CHOSEN)
