#!/usr/bin/env python3
"""Lists over HTTP as people keep them: two persons, what is on a list and who may see it, imports, and a server that dies between approval and delivery.

Usage: lists_api_test.py QIANTANG [PART OF A TEST'S NAME...]
Each answer is compared with src/server/api/openapi.json. With $STORE on PostgreSQL, else on SQLite. The last line is "N passed, N failed".
"""
import os
import pathlib
import signal
import sys
import time
import urllib.parse

import cases
import postgresql
import response_bank

response_bank.QIANTANG = sys.argv[1]
import api_bank  # noqa: E402
from api_bank import Bank  # noqa: E402

CHOSEN = sys.argv[2:]
DAY_MS = 86400000
ONE, TWO = "6222000000000001", "6222000000000002"


def begin(folder, **more):
    bank = Bank(folder, pack={"four_eyes": ("police", "sanctioned")}, **more)
    return bank, bank.person("li", "analyst"), bank.person("wang", "analyst"), bank.leader


def entry(who, key, name="police"):
    return who.ok("GET", f"/v1/lists/{name}/entries/{urllib.parse.quote(key, safe='')}")


def entries(who, name="police", **query):
    query = urllib.parse.urlencode(query)
    return who.ok("GET", f"/v1/lists/{name}/entries" + (f"?{query}" if query else ""))


def changes(who, name="police", **query):
    return who.ok("GET", f"/v1/lists/{name}/changes?{urllib.parse.urlencode(query)}")["changes"]


def propose(who, key=ONE, name="police", **body):
    status, answer = who.ask("PUT", f"/v1/lists/{name}/entries/{key}", {"note": "case 77", **body})
    assert status == 202, (status, answer)
    return answer["proposal"]


def soon(holds, what=""):
    until = time.monotonic() + 30
    while True:
        value = holds()
        if value:
            return value
        assert time.monotonic() < until, what
        time.sleep(0.02)


def csv(*lines):
    return ("key,end,reason\n" + "".join(line + "\n" for line in lines)).encode()


def bring(who, text, name="police", query="", **more):
    return who.ask("POST", f"/v1/lists/{name}/import{query}", text, kind="text/csv", **more)


# ---- two persons ----

def test_two_persons(folder):
    bank, li, wang, chief = begin(folder)
    until = int(time.time() * 1000) + 30 * DAY_MS
    lists = {row["list"]: row for row in li.ok("GET", "/v1/lists")["lists"]}
    assert lists["police"]["four_eyes"] and not lists["grey"]["four_eyes"] and lists["police"]["personal"] == "account", lists
    # One person cannot.
    proposal = propose(li, until=until)
    assert proposal["kind"] == "list.put" and proposal["state"] == "WAITING" and proposal["word"] == "police" and proposal["proposed_by"] == "li", proposal
    assert proposal["changes"] == {"list": "police", "op": "PUT", "count": 1, "entries": [{"key": ONE, "personal": "account", "from": None, "until": until, "reason": "case 77"}]}, proposal
    path = f"/v1/proposals/{proposal['proposal']}"
    assert not entry(li, ONE)["listed"] and changes(li)[0]["state"] == "WAITING"
    li.expect(409, "waits_for_another_person", "PUT", f"/v1/lists/police/entries/{ONE}", {"note": "once more"})
    wang.expect(403, "scope_missing", "POST", path + "/approve", {})  # an analyst does not approve
    li.expect(403, "scope_missing", "POST", path + "/approve", {})
    # Another one can; then the engine has it, once, and it is told who it was.
    assert [row["proposal"] for row in chief.ok("GET", "/v1/proposals?state=WAITING")["proposals"]] == [proposal["proposal"]]
    approved = chief.ok("POST", path + "/approve", {"note": "seen the letter"})["proposal"]
    assert approved["state"] == "APPROVED" and approved["settled_by"] == "chief", approved
    chief.expect(409, "settled", "POST", path + "/approve", {})
    found = soon(lambda: (lambda one: one if one["listed"] else None)(entry(li, ONE)), "not on the list")
    assert found["until"] == until and found["note"] == "case 77" and found["source"].startswith("disposition "), found
    change = soon(lambda: (lambda row: row if row["state"] == "DONE" else None)(changes(li)[0]))
    assert (change["op"], change["key"], change["asked_by"], change["second"], change["proposal"]) == ("PUT", ONE, "li", "chief", proposal["proposal"]), change
    row, = entries(li)["entries"]
    assert (row["key"], row["changed_by"], row["second"], row["holds"], row["until"]) == (ONE, "li", "chief", True, until), row
    # Off it again, and refused, and withdrawn.
    li.expect(400, "query_refused", "DELETE", f"/v1/lists/police/entries/{ONE}")
    status, answer = li.ask("DELETE", f"/v1/lists/police/entries/{ONE}?reason=released")
    assert status == 202 and answer["proposal"]["kind"] == "list.remove", answer
    chief.ok("POST", f"/v1/proposals/{answer['proposal']['proposal']}/reject", {"note": "the police say no"})
    assert changes(li)[0]["state"] == "REJECTED" and entry(li, ONE)["listed"]
    again = li.ask("DELETE", f"/v1/lists/police/entries/{ONE}?reason=released")[1]["proposal"]["proposal"]
    wang.expect(403, "needs_another_person", "POST", f"/v1/proposals/{again}/withdraw", {})
    li.ok("POST", f"/v1/proposals/{again}/withdraw", {})
    chief.expect(409, "settled", "POST", f"/v1/proposals/{again}/approve", {})
    assert changes(li)[0]["state"] == "WITHDRAWN" and entry(li, ONE)["listed"]
    last = li.ask("DELETE", f"/v1/lists/police/entries/{ONE}?reason=released")[1]["proposal"]["proposal"]
    chief.ok("POST", f"/v1/proposals/{last}/approve", {})
    soon(lambda: not entry(li, ONE)["listed"], "still on the list")
    # What they did is on record, with keys hidden.
    auditor = bank.person("sun", "auditor")
    done = [(record["actor"]["name"], record["target"]) for record in auditor.ok("GET", "/v1/audit?from=1&limit=1000")["records"]
            if record["action"] == "knowledge.changed" and record["outcome"] == "done"]
    assert ("li", "list police/6222********0001") in done and ("chief", f"proposal {last}") in done, done


def test_own_approval(folder):
    """Who has both roles still is one person."""
    bank, li, wang, chief = begin(folder)
    both = bank.person("both", "analyst", "shift-leader")
    proposal = propose(both)["proposal"]
    both.expect(403, "needs_another_person", "POST", f"/v1/proposals/{proposal}/approve", {})
    both.expect(403, "needs_another_person", "POST", f"/v1/proposals/{proposal}/reject", {"note": "n"})
    assert not entry(both, ONE)["listed"]
    chief.ok("POST", f"/v1/proposals/{proposal}/approve", {})
    soon(lambda: entry(both, ONE)["listed"])


def test_what_is_refused(folder):
    bank, li, wang, chief = begin(folder)
    path = f"/v1/lists/police/entries/{ONE}"
    for body in ({}, {"note": " "}, {"note": "n", "until": 1}, {"note": "n", "source": "me"}, {"note": "n", "nobody_knows": 1}, {"note": "x" * 1001}):
        li.expect(422, "body_refused", "PUT", path, body)
    li.expect(422, "key_refused", "PUT", "/v1/lists/police/entries/" + "k" * 600, {"note": "n"})
    li.expect(422, "record_refused", "PUT", "/v1/lists/nothing/entries/k", {"note": "n"})
    li.expect(422, "body_refused", "PUT", "/v1/lists/grey/entries/k", {"note": "n", "source": "disposition 1"})
    li.expect(404, "list_unknown", "GET", "/v1/lists/nothing/changes")
    li.expect(400, "query_refused", "GET", "/v1/lists/police/changes?limit=0")
    assert changes(li) == [] and chief.ok("GET", "/v1/proposals")["proposals"] == []


def test_one_person_and_systems(folder):
    """A list that does not want two changes at once, and so does a list that a system feeds by its key; both are known by their keys."""
    bank, li, wang, chief = begin(folder)
    li.ok("PUT", f"/v1/lists/grey/entries/{ONE}", {"note": "watch"})
    assert entry(li, ONE, "grey")["listed"]
    police = bank.key("police-gateway", "knowledge:write", "knowledge:read")
    police.ok("PUT", f"/v1/lists/police/entries/{TWO}", {"note": "letter 5", "source": "police"})
    assert entry(li, TWO)["listed"]
    bank.settle()
    assert [(row["key"], row["source"], row["changed_by"]) for row in entries(li, "grey")["entries"]] == [(ONE, "li", None)]
    assert [(row["key"], row["source"]) for row in entries(li)["entries"]] == [(TWO, "police")]
    li.ok("DELETE", f"/v1/lists/grey/entries/{ONE}")
    assert not entry(li, ONE, "grey")["listed"]
    # A request that comes again is done once.
    once = {"Idempotency-Key": "k-1"}
    first = li.ask("PUT", f"/v1/lists/police/entries/{ONE}", {"note": "n"}, headers=once)
    assert first[0] == 202 and li.ask("PUT", f"/v1/lists/police/entries/{ONE}", {"note": "n"}, headers=once) == first
    assert len(chief.ok("GET", "/v1/proposals")["proposals"]) == 1


# ---- who sees what, filters ----

def test_masks_and_filters(folder):
    bank, li, wang, chief = begin(folder)
    auditor = bank.person("sun", "auditor")
    day = int(time.time() * 1000) + DAY_MS
    for number, (note, until) in enumerate([(f"took from {TWO}", day), ("case 5", 60 * DAY_MS + day), ("case 6", None)]):
        li.ok("PUT", f"/v1/lists/grey/entries/622200000000010{number}", {"note": note, "until": until})
    li.ok("PUT", "/v1/lists/grey/entries/6222000000000109", {"note": "over", "until": int(time.time() * 1000) + 300})
    bank.settle()
    time.sleep(0.4)
    keys = lambda **query: sorted(row["key"][-1] for row in entries(li, "grey", **query)["entries"])  # noqa: E731
    assert keys() == ["0", "1", "2", "9"] and keys(held="true") == ["0", "1", "2"], entries(li, "grey")
    assert keys(ends_within=7) == ["0"] and keys(ends_within=90) == ["0", "1"] and keys(note="case") == ["1", "2"] and keys(key="6222000000000102") == ["2"]
    assert keys(key="nobody") == [] and keys(note="case", ends_within=90) == ["1"]
    for query in ("ends_within=0", "held=perhaps", "key=" + "k" * 600, "nothing=1"):
        li.expect(400, "query_refused", "GET", f"/v1/lists/grey/entries?{query}")
    # Without personal:read keys are hidden, here and in proposals.
    seen = entries(auditor, "grey")["entries"]
    assert {row["key"][:4] + "/" + row["key"][-4:] for row in seen} == {f"6222/010{i}" for i in (0, 1, 2, 9)} and all("********" in row["key"] for row in seen), seen
    assert TWO not in str(seen) and "took from" in str(seen)
    proposal = propose(li)["proposal"]
    assert ONE not in str(auditor.ok("GET", "/v1/proposals")) and ONE not in str(auditor.ok("GET", f"/v1/proposals/{proposal}")) and ONE not in str(changes(auditor))
    assert "6222********0001" in str(changes(auditor)) and ONE in str(changes(li))
    assert any(record["action"] == "personal.unmasked" and record["target"] == "list grey" and record["actor"]["name"] == "li"
               for record in auditor.ok("GET", "/v1/audit?from=1&limit=1000")["records"])


# ---- imports ----

def test_import(folder):
    bank, li, wang, chief = begin(folder)
    # A bad line changes nothing, and each is told.
    bad = csv(f"{ONE},2099-01-01,fine", ",,no key", f"{ONE},,twice", "k3,yesterday,unread", "k4,2001-01-01,past", "k5,,", "k6,,x,y", '"k7,,open')
    status, answer = bring(li, bad)
    assert status == 422 and answer["code"] == "import_refused", answer
    assert [(line["line"], line["fault"]) for line in answer["lines"]] == [
        (3, "KEY_EMPTY"), (4, "KEY_TWICE"), (5, "END_UNREAD"), (6, "END_PAST"), (7, "REASON_EMPTY"), (8, "CELLS"), (9, "CSV")], answer
    for text in (b"", b"key,end,reason\n", b"name,reason\na,b\n", csv(*(f"k{i},,r" for i in range(10001)))):
        status, answer = bring(li, text)
        assert status == 422 and answer["code"] == "import_refused" and "lines" not in answer, answer
    assert changes(li) == [] and entries(li)["entries"] == []
    assert bring(li, csv("k,,r"), "nothing")[1]["code"] == "list_unknown"
    # All of a file is one proposal.
    good = csv(f"{ONE},2099-01-01,case 1", f"{TWO},2099-01-01T12:00:00+08:00,case 2", *(f"k{i},,case 3" for i in range(40)))
    status, answer = bring(li, good, query="?reason=letter+5")
    assert status == 202 and (answer["lines"], answer["taken"], answer["waiting"], answer["unchanged"]) == (42, 42, 0, 0), answer
    proposal = answer["proposal"]
    assert proposal["reason"] == "letter 5" and proposal["changes"]["count"] == 42 and len(proposal["changes"]["entries"]) == 5, proposal
    assert proposal["changes"]["entries"][0]["until"] == 4070966400000, proposal  # the day counts
    # The same again does nothing; something else of a key that waits is a bad line.
    status, answer = bring(li, good)
    assert status == 202 and answer["taken"] == 0 and answer["waiting"] == 42 and answer["proposal"]["proposal"] == proposal["proposal"], answer
    status, answer = bring(wang, csv(f"{ONE},,other"))
    assert status == 422 and answer["lines"][0]["fault"] == "WAITS", answer
    assert len(chief.ok("GET", "/v1/proposals")["proposals"]) == 1
    chief.ok("POST", f"/v1/proposals/{proposal['proposal']}/approve", {})
    soon(lambda: len(entries(li, limit=500)["entries"]) == 42, "not all are on the list")
    soon(lambda: {row["state"] for row in changes(li, proposal=proposal["proposal"], limit=100)} == {"DONE"})
    status, answer = bring(li, good)
    assert status == 200 and answer["unchanged"] == 42 and answer["taken"] == 0 and answer["proposal"] is None, answer
    # Where one person is enough the engine is told at once.
    status, answer = bring(li, csv("g1,,watch", "g2,,watch"), "grey")
    assert status == 200 and answer["taken"] == 2 and answer["proposal"] is None, answer
    soon(lambda: entry(li, "g2", "grey")["listed"])
    assert [row["state"] for row in soon(lambda: (lambda rows: rows if all(row["state"] == "DONE" for row in rows) else None)(changes(li, "grey")))] == ["DONE", "DONE"]


def test_many(folder):
    """Thousands come to the engine while the desk meets them in its journal: each is handed over once, and nobody waits for anybody in a circle."""
    count = 3000
    bank, li, wang, chief = begin(folder)
    status, answer = bring(li, csv(*(f"{6222000000000000 + i},2099-01-01,case {i}" for i in range(count))))
    assert status == 202 and answer["taken"] == count, answer
    before = bank.key_of_core.ok("GET", "/v1/state", judged=False)["durable_sequence"]
    chief.ok("POST", f"/v1/proposals/{answer['proposal']['proposal']}/approve", {})
    rows = bank.server.store.rows
    soon(lambda: rows("SELECT COUNT(*) FROM list_change WHERE state = 'DONE'") == [(count,)], "not all are on the list")
    assert rows("SELECT state, attempts, COUNT(*) FROM message WHERE endpoint = 'engine' GROUP BY state, attempts") == [("DELIVERED", 1, count)]
    assert bank.key_of_core.ok("GET", "/v1/state", judged=False)["durable_sequence"] - before == count
    assert [row["changed_by"] for row in entries(li, limit=500)["entries"]] == ["li"] * 500
    assert rows("SELECT COUNT(*) FROM list_entry WHERE is_on = 1") == [(count,)]
    if api_bank.SERVER:
        log = pathlib.Path(postgresql.own_folder(), "log").read_text(encoding="utf-8")
        assert "deadlock detected" not in log, log[-2000:]
    status, answer = bring(li, csv(*(f"{6222000000000000 + i},2099-01-01,case {i}" for i in range(count))))
    assert status == 200 and answer["unchanged"] == count, answer


# ---- hits ----

def test_hits(folder):
    """Alerts of models that an entry makes hit, and not of those that ask whether something is on no list."""
    bank = Bank(folder, pack={"more_models": {
        "M-VP-81-A": {"mode": "SYNC", "severity": "S3", "score": 60, "action": "PASS", "expr": 'event.phase == "REQUEST" && (inList("police", event.payee) || event.amount == 4444)'},
        "M-VP-82-A": {"mode": "SYNC", "severity": "S3", "score": 60, "action": "PASS", "expr": 'event.phase == "REQUEST" && !inList("known", event.payee) && event.amount == 3333'}}})
    li = bank.person("li", "analyst", skills=["FRAUD"])
    bank.key("gateway", "knowledge:write").ok("PUT", "/v1/lists/police/entries/bad", {"note": "letter"})
    bank.pay(100, "customer0001", payee="bad")
    bank.pay(333300, "customer0002", payee="good")
    hits = li.ok("GET", "/v1/lists/police/hits")
    assert (hits["watching"], hits["alerts"], hits["models"]) == (1, 1, [{"model": "M-VP-81-A", "alerts": 1}]), hits
    hits = li.ok("GET", "/v1/lists/known/hits?days=7")
    assert (hits["watching"], hits["alerts"], hits["models"]) == (0, 0, []), hits
    customers = lambda name: [alert["customer"] for alert in li.ok("GET", f"/v1/alerts?list={name}")["alerts"]]  # noqa: E731
    assert customers("police") == ["customer0001"] and customers("known") == [] and len(li.ok("GET", "/v1/alerts")["alerts"]) == 2
    assert li.ok("GET", "/v1/alerts?list=police&customer=customer0002")["alerts"] == []
    assert len(li.ok("GET", "/v1/alerts?list=police&order=rank")["alerts"]) == 1
    li.expect(404, "list_unknown", "GET", "/v1/alerts?list=nothing")
    li.expect(404, "list_unknown", "GET", "/v1/lists/nothing/hits")
    li.expect(400, "query_refused", "GET", "/v1/lists/police/hits?days=0")


# ---- dying ----

def test_killed_between_approval_and_delivery(folder):
    """What was approved comes to the engine, each once, whenever the program dies."""
    bank, li, wang, chief = begin(folder)
    data, store = bank.server.data, bank.server.store.address
    status, answer = bring(li, csv(*(f"k{i},,case" for i in range(400))))
    assert status == 202, answer
    before = bank.key_of_core.ok("GET", "/v1/state", judged=False)["durable_sequence"]
    chief.ok("POST", f"/v1/proposals/{answer['proposal']['proposal']}/approve", {})
    bank.server.end(signal.SIGKILL)
    for round_ in range(2):  # and once more while it is under way again
        bank.server = response_bank.Server(data, store=store if api_bank.SERVER else None)
        if round_ == 0:
            time.sleep(0.3)
            bank.server.end(signal.SIGKILL)
    li = bank.session("li")
    soon(lambda: len(entries(li, limit=500)["entries"]) >= 400, "not all are on the list")
    bank.settle()
    rows = changes(li, proposal=answer["proposal"]["proposal"], limit=500)
    assert len(rows) == 400 and {row["state"] for row in rows} == {"DONE"}, {row["state"] for row in rows}
    assert len(entries(li, limit=500)["entries"]) == 400
    assert bank.key_of_core.ok("GET", "/v1/state", judged=False)["durable_sequence"] - before == 400  # records of the journal: none twice


def test_the_store_is_away(folder):
    """What takes two persons waits for the store; what takes one goes on, and entries are told by their hashes."""
    bank, li, wang, chief = begin(folder)
    names = ["response.db", "response.db-wal", "response.db-shm"]
    elsewhere = os.path.join(folder, "elsewhere")
    os.mkdir(elsewhere)

    def move(source, target, names):
        for name in names:
            if os.path.exists(os.path.join(source, name)):
                os.rename(os.path.join(source, name), os.path.join(target, name))

    def mode(wanted):
        return bank.key_of_core.ok("GET", "/v1/state", judged=False)["response"]["mode"] == wanted
    postgresql.stop() if api_bank.SERVER else move(bank.server.data, elsewhere, names)
    bank.key_of_core.ok("POST", "/v1/events", response_bank.pay(1))
    soon(lambda: mode("away"), "not noticed")
    li.expect(503, "store_away", "PUT", f"/v1/lists/police/entries/{ONE}", {"note": "n"})
    li.expect(503, "store_away", "DELETE", f"/v1/lists/police/entries/{ONE}?reason=n")
    assert bring(li, csv("k,,r"), judged=False)[1]["code"] == "store_away"
    li.ok("PUT", f"/v1/lists/grey/entries/{ONE}", {"note": "n"})
    answer = entries(li, "grey")
    assert answer["keys"] == "AWAY" and [(row["key"], row["note"]) for row in answer["entries"]] == [(None, "n")], answer
    postgresql.start() if api_bank.SERVER else move(elsewhere, bank.server.data, names[::-1])
    soon(lambda: mode("on"), "not back")
    bank.settle()
    soon(lambda: [row["key"] for row in entries(li, "grey")["entries"]] == [ONE], "not known")  # each thread has a connection of its own, and finds that it has gone
    soon(lambda: li.ask("PUT", f"/v1/lists/police/entries/{ONE}", {"note": "n"}, judged=False)[0] == 202, "not proposed")


def test_no_store(folder):
    """Without a store nobody can be the second: a list that wants two is changed by systems alone."""
    bank = Bank(folder, plain=True)
    li = bank.person("li", "analyst")
    li.ok("PUT", f"/v1/lists/grey/entries/{ONE}", {"note": "n"})
    assert entries(li, "grey")["keys"] == "NONE" and entries(li, "grey")["entries"][0]["key"] is None
    assert bring(li, csv("k,,r"))[1]["code"] == "response_off"


cases.run(api_bank.ended(globals()), CHOSEN)
