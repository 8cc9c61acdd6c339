#!/usr/bin/env python3
"""Who may do what, over HTTP: the first user, sessions, keys, roles, requests of other sites' pages, and the way of a release through two persons' hands.

Usage: access_api_test.py QIANTANG PACKS_FOLDER
Each answer is compared with src/server/api/openapi.json. The server listens on loopback at a port that the system chooses. The last line is "N passed, N failed".
"""
import gzip
import http.client
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import time

import cases
from api_document import judge

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PACK = os.path.join(PACKS, "payments")
T0 = 1795420800000
PASSWORD = "correct horse battery"
CONFIG = """
journal: {segment_bytes: 8 MiB}
brake: {rules: [{name: stops, over: model, actions: [DELAY, REJECT], share_max: 1 %, count_min: 2, window: 1 h, then: review, hold: 1 h, instead: PASS}]}
"""


class Server:
    def __init__(self, data, config=CONFIG, pack=PACK):
        path = os.path.join(data, "settings.yaml")
        pathlib.Path(path).write_text(config)
        named = ["--pack", pack] if pack else []
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", path, *named, "--data", data, "--port", "0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise AssertionError(self.said, self.process.stderr.read())

    def ask(self, method, path, body=None, headers=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        text = reply.read()
        got = {name.lower(): value for name, value in reply.getheaders()}
        connection.close()
        judge(method, path, reply.status, got, text)
        return reply.status, json.loads(text), got

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        errors = self.process.stderr.read()
        assert code == 0, (code, errors)
        self.process.stdout.close()
        self.process.stderr.close()


class Person:
    """Somebody who has signed in, with a browser's cookie."""

    def __init__(self, server, name, password=PASSWORD):
        self.server = server
        status, value, headers = server.ask("POST", "/v1/session", {"name": name, "password": password})
        assert status == 200, value
        cookie = headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie, cookie
        self.identity = value
        self.cookie = cookie.split(";")[0]

    def ask(self, method, path, body=None, kind="application/json", **headers):
        sent = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.server.port}", **headers}
        return self.server.ask(method, path, body, {name: value for name, value in sent.items() if value}, kind)[:2]


def expect(answer, status, code=None):
    assert answer[0] == status and (code is None or answer[1].get("code") == code), (status, code, answer)
    return answer[1]


def make_person(server, administrator, name, *roles):
    """A user who has changed his first password."""
    expect(administrator.ask("POST", "/v1/users", {"name": name, "roles": list(roles), "password": "first " + PASSWORD}), 200)
    person = Person(server, name, "first " + PASSWORD)
    assert person.identity["must_change_password"]
    expect(person.ask("GET", "/v1/models"), 403, "password_change_required")
    expect(person.ask("PUT", "/v1/session/password", {"old": "first " + PASSWORD, "new": PASSWORD}), 200)
    expect(person.ask("GET", "/v1/session"), 401, "session_ended")
    return Person(server, name)


def begin(folder):
    """A server with an administrator who was made over HTTP."""
    server = Server(folder)
    assert "nobody is set up" in server.said
    expect(server.ask("POST", "/v1/users", {"name": "zhao", "roles": ["administrator"], "password": "first " + PASSWORD}), 200)
    administrator = Person(server, "zhao", "first " + PASSWORD)
    expect(administrator.ask("PUT", "/v1/session/password", {"old": "first " + PASSWORD, "new": PASSWORD}), 200)
    return server, Person(server, "zhao")


def pay(event_id, at=0, **more):
    return {"event_id": event_id, "event_type": "pay", "event_time": T0 + at, "phase": "REQUEST", "account": "a", "payee": "p", "amount": 6000000, **more}


def archive(file=None, old="", new="", raw=False):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(pathlib.Path(PACK).rglob("*")):
            if path.is_file():
                name = path.relative_to(PACK).as_posix()
                text = path.read_text()
                if name == file:
                    assert old in text
                    text = text.replace(old, new)
                entry = tarfile.TarInfo(name)
                entry.size = len(text.encode())
                tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue() if raw else gzip.compress(out.getvalue())


# ---- tests ------------------------------------------------------------------------------------------------------

def test_with_nobody_set_up_loopback_may_everything_and_nobody_else(folder):
    server = Server(folder)
    expect(server.ask("GET", "/v1/models"), 200)
    session = expect(server.ask("GET", "/v1/session"), 200)
    assert session["kind"] == "console" and "events:write" in session["scopes"], session
    for headers in ({"Host": "bank.example"}, {"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}, {"Host": "127.0.0.1.example:80"}):
        expect(server.ask("GET", "/v1/models", headers=headers), 403, "not_from_here")
    expect(server.ask("POST", "/v1/events", pay("e1"), {"Origin": "https://evil.example"}), 403, "other_origin")
    expect(server.ask("POST", "/v1/users", {"name": "Zhao", "roles": ["administrator"], "password": PASSWORD}), 422, "access_refused")
    expect(server.ask("POST", "/v1/users", {"name": "zhao", "roles": ["king"], "password": PASSWORD}), 422, "body_refused")
    expect(server.ask("POST", "/v1/users", {"name": "zhao", "roles": ["administrator"], "password": "password1234"}), 422, "access_refused")
    expect(server.ask("POST", "/v1/users", {"name": "zhao", "roles": ["administrator"]}), 422, "body_refused")
    expect(server.ask("POST", "/v1/users", {"name": "zhao", "roles": ["administrator"], "password": PASSWORD}), 200)
    answer = server.ask("GET", "/v1/models")
    expect(answer, 401, "unauthorized")
    assert answer[2]["www-authenticate"].startswith("Bearer")
    expect(server.ask("GET", "/healthz"), 200)
    server.end()
    done = subprocess.run([QIANTANG, "serve", "--pack", PACK, "--data", folder + "/new", "--address", "0.0.0.0", "--port", "0"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "SV010" in done.stderr and "qiantang user add" in done.stderr, done.stderr


def test_sessions(folder):
    server, zhao = begin(folder)
    session = expect(zhao.ask("GET", "/v1/session"), 200)
    assert session == {"name": "zhao", "kind": "person", "roles": ["administrator"], "scopes": ["users:read", "users:write"], "must_change_password": False}, session
    expect(zhao.ask("PUT", "/v1/session/password", {"old": "x", "new": PASSWORD + "2"}), 403, "password_wrong")
    expect(zhao.ask("PUT", "/v1/session/password", {"old": PASSWORD, "new": "short"}), 422, "access_refused")
    # Pages of others.
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "", "Sec-Fetch-Site": "cross-site"}, {"Origin": ""}):
        expect(zhao.ask("POST", "/v1/users/zhao/enable", **headers), 403, "other_origin")
    expect(zhao.ask("POST", "/v1/users/nobody/enable", **{"Origin": "", "Sec-Fetch-Site": "same-origin"}), 404, "user_unknown")
    assert zhao.ask("GET", "/v1/users", Origin="")[0] == 200
    # A session's token also counts as a header, for programs.
    token = zhao.cookie.split("=", 1)[1]
    expect(server.ask("GET", "/v1/users", headers={"Authorization": "Bearer " + token}), 200)
    answer = server.ask("DELETE", "/v1/session", headers={"Cookie": zhao.cookie, "Sec-Fetch-Site": "same-origin"})
    expect(answer, 200)
    assert "Max-Age=0" in answer[2]["set-cookie"], answer[2]
    expect(zhao.ask("GET", "/v1/session"), 401, "session_ended")
    for _ in range(4):  # and the one above
        expect(server.ask("POST", "/v1/session", {"name": "zhao", "password": "wrong " + PASSWORD}), 401, "sign_in_refused")
    answer = server.ask("POST", "/v1/session", {"name": "zhao", "password": PASSWORD})
    expect(answer, 429, "sign_in_delayed")
    assert int(answer[2]["retry-after"]) >= 1, answer[2]
    expect(server.ask("POST", "/v1/session", {"name": "zhao"}), 422, "body_refused")
    server.end()


def test_keys(folder):
    server, zhao = begin(folder)
    made = expect(zhao.ask("POST", "/v1/keys", {"system": "core", "scopes": ["events:write"], "days": 30, "rate": 50}), 200)
    key = {"Authorization": "Bearer " + made["key"]}
    expect(server.ask("POST", "/v1/events", pay("e1"), key), 200)
    problem = expect(server.ask("GET", "/v1/decisions/e1", headers=key), 403, "scope_missing")
    assert "decisions:read" in problem["detail"], problem
    expect(server.ask("GET", "/v1/users", headers=key), 403, "scope_missing")
    assert expect(server.ask("GET", "/v1/session", headers=key), 200)["kind"] == "system"
    expect(server.ask("PUT", "/v1/session/password", {"old": "x", "new": "y"}, key), 403, "needs_a_person")
    expect(server.ask("GET", "/v1/models", headers={"Authorization": "Bearer " + made["key"][:-1] + "!"}), 401, "credential_malformed")
    expect(server.ask("GET", "/v1/models", headers={"Authorization": "Bearer qtk_" + "a" * 8 + "_" + "A" * 43}), 401)
    for body in ({"system": "core", "scopes": [], "days": 5}, {"system": "core", "scopes": ["events:write"]}, {"system": "core", "scopes": ["users:write"], "days": 5},
                 {"system": "core", "scopes": ["x"], "days": 5}, {"system": "core", "scopes": ["events:write"], "days": 366}, {"system": "core", "scopes": ["events:write"], "days": "5"}):
        expect(zhao.ask("POST", "/v1/keys", body), 422)
    slow = expect(zhao.ask("POST", "/v1/keys", {"system": "slow", "scopes": ["models:read"], "days": 1, "rate": 1, "burst": 1}), 200)
    got = [server.ask("GET", "/v1/version", headers={"Authorization": "Bearer " + slow["key"]})[0]]
    got += [server.ask("GET", "/v1/models", headers={"Authorization": "Bearer " + slow["key"]})[0] for _ in range(5)]
    assert got[0] == 200 and 429 in got, got
    certificate = {"system": "core", "scopes": ["events:write"], "certificate": "ab" * 32}
    assert "key" not in expect(zhao.ask("POST", "/v1/keys", certificate), 200)
    expect(zhao.ask("POST", "/v1/keys", {**certificate, "system": "other"}), 409, "user_exists")
    keys = expect(zhao.ask("GET", "/v1/keys"), 200)["keys"]
    assert len(keys) == 3 and made["key"] not in json.dumps(keys), keys
    expect(zhao.ask("DELETE", "/v1/keys/" + made["id"]), 200)
    expect(server.ask("POST", "/v1/events", pay("e2"), key), 401, "credential_revoked")
    expect(zhao.ask("DELETE", "/v1/keys/aaaaaaaa"), 404, "key_unknown")
    server.end()


def test_users_and_roles(folder):
    server, zhao = begin(folder)
    analyst = make_person(server, zhao, "li", "analyst")
    auditor = make_person(server, zhao, "sun", "auditor")
    for person, path, status in ((analyst, "/v1/models", 200), (analyst, "/v1/users", 403), (analyst, "/v1/audit", 403), (analyst, "/v1/state", 403), (zhao, "/v1/models", 403),
                                 (auditor, "/v1/users", 200), (auditor, "/v1/state", 200), (auditor, "/v1/releases", 200), (zhao, "/v1/roles", 200)):
        expect(person.ask("GET", path), status)
    expect(auditor.ask("POST", "/v1/snapshots"), 403, "scope_missing")
    expect(zhao.ask("POST", "/v1/users", {"name": "li", "roles": ["analyst"], "password": PASSWORD}), 409, "user_exists")
    expect(zhao.ask("PUT", "/v1/users/li/roles", {"roles": ["analyst", "auditor"]}), 422, "access_refused")
    expect(zhao.ask("PUT", "/v1/users/zhao/roles", {"roles": ["analyst"]}), 409, "not_allowed")
    expect(zhao.ask("POST", "/v1/users/zhao/disable"), 409, "not_allowed")
    expect(zhao.ask("PUT", "/v1/users/li/roles", {"roles": ["director"]}), 200)
    expect(analyst.ask("GET", "/v1/models"), 401, "session_ended")
    expect(zhao.ask("PUT", "/v1/users/li/password", {"password": "another " + PASSWORD}), 200)
    expect(zhao.ask("POST", "/v1/users/li/disable"), 200)
    assert server.ask("POST", "/v1/session", {"name": "li", "password": "another " + PASSWORD})[0] in (401, 403)
    expect(zhao.ask("POST", "/v1/users/li/enable"), 200)
    users = {user["name"]: user for user in expect(zhao.ask("GET", "/v1/users"), 200)["users"]}
    assert users["li"]["roles"] == ["director"] and users["li"]["must_change_password"] and users["sun"]["sessions"] == 1, users
    expect(auditor.ask("GET", "/v1/audit?from=1"), 200)
    expect(zhao.ask("PUT", "/v1/users/li/roles", {"roles": ["analyst"]}), 200)  # on disk when it is answered, and so is what stands before it
    records = expect(auditor.ask("GET", "/v1/audit?limit=1000"), 200)["records"]
    actions = [record["action"] for record in records]
    for action in ("server.started", "user.add", "user.roles", "user.disable", "user.enable", "session.sign_in", "audit.read"):
        assert action in actions, (action, actions)
    assert "secret" not in json.dumps(records), records
    some = expect(auditor.ask("GET", "/v1/audit?action=user.add&limit=2"), 200)
    assert [record["target"] for record in some["records"]] == ["zhao", "li"], some
    more = expect(auditor.ask("GET", f"/v1/audit?action=user.add&from={some['next']}"), 200)["records"]
    assert [record["target"] for record in more] == ["sun"], more
    # The newest first, page by page; filters that the server looks for, and no page of a browser.
    back = expect(auditor.ask("GET", "/v1/audit?until=0&action=user.add&limit=2"), 200)
    assert [record["target"] for record in back["records"]] == ["li", "sun"] and back["earlier"] == back["records"][0]["sequence"], back
    first = expect(auditor.ask("GET", f"/v1/audit?until={back['earlier']}&action=user.add&limit=2"), 200)
    assert [record["target"] for record in first["records"]] == ["zhao"] and first["earlier"] == 0, first
    every = expect(auditor.ask("GET", "/v1/audit?until=0&limit=1000"), 200)
    assert [record["sequence"] for record in every["records"]] == list(range(1, len(every["records"]) + 1)) and every["earlier"] == 0, every
    exact = expect(auditor.ask("GET", f"/v1/audit?until=3&limit=2"), 200)
    assert [record["sequence"] for record in exact["records"]] == [1, 2] and exact["earlier"] == 0, exact
    assert expect(auditor.ask("GET", "/v1/audit?until=1"), 200)["records"] == []
    for query, holds in (("who=zha", lambda record: "zha" in record["actor"]["name"]), ("target=li", lambda record: "li" in record.get("target", "")),
                         ("outcome=refused", lambda record: record["outcome"] == "refused"), ("who=zhao&target=li&outcome=done", lambda record: record["actor"]["name"] == "zhao" and "li" in record.get("target", "") and record["outcome"] == "done")):
        found = expect(auditor.ask("GET", f"/v1/audit?until={every['records'][-1]['sequence'] + 1}&limit=1000&{query}"), 200)["records"]
        wanted = [record for record in every["records"] if holds(record)]
        assert found == wanted and 0 < len(wanted) < len(every["records"]), (query, found)
        assert expect(auditor.ask("GET", f"/v1/audit?limit=1000&{query}"), 200)["records"][:len(wanted)] == wanted, query
    for query in ("?from=0", "?limit=1001", "?action=nothing", "?x=1", "?until=-1", "?until=2&from=1", "?outcome=maybe", "?who=", "?target=" + "x" * 257):
        expect(auditor.ask("GET", "/v1/audit" + query), 400, "query_refused")
    server.end()
    done = subprocess.run([QIANTANG, "audit", "verify", "--data", folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (done.stdout, done.stderr)
    done = subprocess.run([QIANTANG, "verify", "--data", folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "records of who did what: all is as it was written" in done.stdout, (done.stdout, done.stderr)
    log = os.path.join(folder, "access", "journal-00000000000000000001.log")
    with open(log, "rb+") as file:
        at = file.read().index(b'"auditor"')
        file.seek(at)
        file.write(b'"analyst"')
    done = subprocess.run([QIANTANG, "verify", "--data", folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "JO026" in done.stderr, (done.stdout, done.stderr)


def test_personal_data_is_hidden_from_who_may_not_see_it(folder):
    server, zhao = begin(folder)
    author, analyst, auditor = [make_person(server, zhao, *who) for who in (("ann", "model-author"), ("li", "analyst"), ("sun", "auditor"))]
    key = {"Authorization": "Bearer " + expect(zhao.ask("POST", "/v1/keys", {"system": "core", "scopes": ["events:write", "feedback:write"], "days": 30}), 200)["key"]}
    payee = "6222020200112233445"
    expect(server.ask("POST", "/v1/events", pay("e1", payee=payee), key), 200)
    expect(server.ask("POST", "/v1/feedback", {"event_id": "e1", "label": "CONFIRMED_FRAUD", "note": f"went to {payee}, then away"}, key), 200)
    seen = expect(author.ask("GET", "/v1/decisions/e1"), 200)
    assert payee not in json.dumps(seen) and seen["event"]["payee"].startswith("6222") and seen["event"]["payee"].endswith("3445"), seen
    assert seen["labels"][0]["note"] == f"went to {seen['event']['payee']}, then away", seen["labels"]
    expect(analyst.ask("PATCH", "/v1/tables/person/rows/c1", {"age": 9, "guardian": payee}), 200)
    masked = expect(author.ask("GET", "/v1/tables/person/rows/c1"), 200)["columns"]
    assert masked["age"] == 9 and masked["guardian"] == seen["event"]["payee"], masked
    assert expect(analyst.ask("GET", "/v1/tables/person/rows/c1"), 200)["columns"]["guardian"] == payee
    whole = expect(analyst.ask("GET", "/v1/decisions/e1"), 200)
    assert whole["event"]["payee"] == payee and whole["decision"]["action"] == seen["decision"]["action"], whole
    assert {**seen["event"], "payee": payee} == whole["event"], seen["event"]
    expect(zhao.ask("POST", "/v1/users/li/enable"), 200)
    until = time.monotonic() + 30
    while True:  # what was looked at is written down beside the answer, and a busy machine may take a moment
        shown = expect(auditor.ask("GET", "/v1/audit?action=personal.unmasked"), 200)["records"]
        if len(shown) == 2 or time.monotonic() > until:
            break
        time.sleep(0.05)
    assert [(record["actor"]["name"], record["target"]) for record in shown] == [("li", "row person/c1"), ("li", "decision e1")], shown
    # One thing with a reason: by who may, and on record before it is shown.
    why = "?unmask=%E6%A0%B8%E5%AF%B9%E6%8A%95%E8%AF%89"
    expect(author.ask("GET", "/v1/decisions/e1" + why), 403, "scope_missing")
    expect(auditor.ask("GET", "/v1/decisions/e1?unmask=x"), 400, "query_refused")
    assert payee not in json.dumps(expect(auditor.ask("GET", "/v1/decisions/e1"), 200))
    assert expect(auditor.ask("GET", "/v1/decisions/e1" + why), 200)["event"]["payee"] == payee
    assert expect(auditor.ask("GET", "/v1/tables/person/rows/c1" + why), 200)["columns"]["guardian"] == payee
    shown = expect(auditor.ask("GET", "/v1/audit?action=personal.unmasked"), 200)["records"][2:]
    assert [(record["actor"]["name"], record["target"], record["detail"]) for record in shown] == [
        ("sun", "decision e1", {"reason": "核对投诉"}), ("sun", "row person/c1", {"reason": "核对投诉"})], shown
    # Entries of lists: numbers in notes are hidden as well; a change by a person is on record without the key.
    expect(analyst.ask("PUT", f"/v1/lists/bad_payee/entries/{payee}", {"note": f"took from {payee}"}), 200)
    assert payee in json.dumps(expect(analyst.ask("GET", "/v1/lists/bad_payee/entries"), 200))
    entries = expect(author.ask("GET", "/v1/lists/bad_payee/entries"), 200)["entries"]
    assert len(entries) >= 1 and payee not in json.dumps(entries) and any(one["note"].startswith("took from 6222") for one in entries), entries
    expect(zhao.ask("POST", "/v1/users/li/enable"), 200)
    changes = expect(auditor.ask("GET", "/v1/audit?action=knowledge.changed"), 200)["records"]
    assert [record["target"].split("/")[0] for record in changes] == ["row person", "list bad_payee"] and payee not in json.dumps(changes), changes
    # The register of features is for who may read models.
    register = expect(author.ask("GET", "/v1/features/register"), 200)["features"]
    assert register and all(one["kind"] == "expression" or one["cost"] >= 1 for one in register) and any(one["models"] > 0 for one in register), register
    expect(zhao.ask("GET", "/v1/features/register"), 403, "scope_missing")
    # The log is proved while it is written.
    proof = expect(auditor.ask("GET", "/v1/audit/verification"), 200)
    assert proof["whole"] and proof["users"] == 4 and proof["records"] >= 10 and proof["code"] == "", proof
    assert expect(auditor.ask("GET", "/v1/audit?limit=1"), 200)["last"] >= proof["records"]
    newest = expect(auditor.ask("GET", "/v1/audit?from=-3"), 200)
    numbers = [record["sequence"] for record in newest["records"]]  # the last three, and what was written since
    assert len(numbers) >= 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] >= proof["records"] - 3, newest
    expect(author.ask("GET", "/v1/audit/verification"), 403, "scope_missing")
    server.end()


def test_a_draft(folder):
    """What is written over the pack that decides: read, checked with its sequences, tried with other thresholds, and brought."""
    server, zhao = begin(folder)
    ann, bob = make_person(server, zhao, "ann", "model-author"), make_person(server, zhao, "bob", "model-approver")
    key = expect(zhao.ask("POST", "/v1/keys", {"system": "core", "scopes": ["events:write", "feedback:write"], "days": 30, "rate": 1000}), 200)["key"]
    sent = {"Authorization": "Bearer " + key}
    for i, amount in enumerate((1000000, 3000000, 6000000, 9000000)):
        expect(server.ask("POST", "/v1/events", pay(f"e{i}", i, amount=amount), sent), 200)
    expect(server.ask("POST", "/v1/feedback", {"event_id": "e3", "label": "CONFIRMED_FRAUD"}, sent), 200)
    expect(server.ask("POST", "/v1/feedback", {"event_id": "e1", "label": "FALSE_POSITIVE"}, sent), 200)
    file = "models/amount.yaml"
    listed = expect(bob.ask("GET", "/v1/pack/files"), 200)
    assert file in [one["path"] for one in listed["files"]], listed
    assert expect(bob.ask("GET", "/v1/pack/files/pack.yaml"), 200)["text"] == pathlib.Path(PACKS, "payments", "pack.yaml").read_text()
    expect(bob.ask("GET", "/v1/pack/files/nothing.yaml"), 404, "pack_file_unknown")
    expect(bob.ask("GET", "/v1/pack/files?release=payments-1-0000000000000000"), 404, "no_such_release")
    expect(bob.ask("GET", "/v1/pack/files?release=..%2Fpacks"), 404, "no_such_release")
    text = pathlib.Path(PACKS, "payments", file).read_text()
    # With a mistake: where it is, and what was meant.
    expect(bob.ask("POST", "/v1/drafts/check", {"files": {file: text}}), 403, "scope_missing")
    wrong = expect(ann.ask("POST", "/v1/drafts/check", {"files": {file: text.replace("expr: event.amount", "expr: event.amonut")}}), 200)
    first = wrong["diagnostics"][0]
    line = text.splitlines().index("expr: event.amount >= p.amount_min") + 1
    assert not wrong["compiles"] and (first["code"], first["file"], first["line"], first["column"]) == ("EX010", file, line, 7), wrong
    assert "event.amount" in first["hint"] and wrong["models"] == [], wrong
    # Mended: how it was understood, and its sequences, of which one no longer fires.
    fine = expect(ann.ask("POST", "/v1/drafts/check", {"files": {file: text}}), 200)
    assert fine["compiles"] and [one["model"] for one in fine["models"]] == ["M-PX-01-A"], fine
    assert [(one["expect"], one["fired"], one["passed"]) for one in fine["models"][0]["tests"]] == [(True, True, True), (False, False, True)], fine
    high = text.replace("default: 50000", "default: 900000").replace("version: 1", "version: 2")
    failed = expect(ann.ask("POST", "/v1/drafts/check", {"files": {file: high}}), 200)["models"][0]
    assert [(one["fired"], one["passed"]) for one in failed["tests"]] == [(False, False), (False, True)] and "900000" in failed["explanation"], failed
    assert {one["name"] for one in failed["tests"][0]["saw"]} == {"event.amount"}, failed
    for files in ({}, {"../x.yaml": "a"}, {"x.txt": "a"}, {".hidden.yaml": "a"}, {file: 5}, []):
        expect(ann.ask("POST", "/v1/drafts/check", {"files": files}), 422, "body_refused")
    gone = expect(ann.ask("POST", "/v1/drafts/check", {"files": {"pack.yaml": None}}), 200)
    assert not gone["compiles"] and gone["diagnostics"], gone
    # Other thresholds, and what is known of the events that they hit.
    swept = expect(ann.ask("POST", "/v1/drafts/sweep", {"model": "M-PX-01-A", "parameter": "amount_min", "from": 20000, "to": 100000, "steps": 5}), 200)
    assert [(step["value"], step["hits"], step["fraud"], step["genuine"], step["precision"]) for step in swept["steps"]] == [
        (20000, 3, 1, 1, 0.5), (40000, 2, 1, 0, 1), (60000, 2, 1, 0, 1), (80000, 1, 1, 0, 1), (100000, 0, 0, 0, None)], swept
    assert (swept["events"], swept["watched"], swept["current"], swept["current_hits"]) == (4, 4, 50000, 2), swept
    other = {"model": "M-PX-01-A", "parameter": "amount_min", "from": 20000, "to": 100000, "steps": 5}
    expect(ann.ask("POST", "/v1/drafts/sweep", {**other, "parameter": "nothing"}), 409, "trial_failed")
    expect(ann.ask("POST", "/v1/drafts/sweep", {**other, "model": "M-XX"}), 404, "no_such_model")
    for bad in ({"steps": 1}, {"steps": 41}, {"to": 1}, {"from": "a"}, {"events": 0}):
        expect(ann.ask("POST", "/v1/drafts/sweep", {**other, **bad}), 422, "body_refused")
    expect(bob.ask("POST", "/v1/drafts/sweep", other), 403, "scope_missing")
    # Brought: a draft of a release, whose file can be read and is not that of the pack that decides.
    expect(ann.ask("POST", "/v1/releases/draft", {"files": {file: high}, "catalogue": "payments 1 0"}), 409, "wrong_state")
    expect(ann.ask("POST", "/v1/releases/draft", {"files": {file: "id: x"}}), 422, "pack_has_errors")
    expect(bob.ask("POST", "/v1/releases/draft", {"files": {file: high}}), 403, "scope_missing")
    name = expect(ann.ask("POST", "/v1/releases/draft", {"files": {file: high}, "note": "higher", "catalogue": listed["catalogue"]}), 200)["name"]
    brought = {one["path"]: one["hash"] for one in expect(bob.ask("GET", f"/v1/pack/files?release={name}"), 200)["files"]}
    was = {one["path"]: one["hash"] for one in listed["files"]}
    assert [path for path in brought if brought[path] != was.get(path)] == [file] and brought.keys() == was.keys(), (brought, was)
    assert expect(ann.ask("POST", f"/v1/releases/{name}/try", {}), 200)["trial"]["models"][0]["after"] == 0
    server.end()


def test_a_release_through_two_hands(folder):
    server, zhao = begin(folder)
    ann, bob = make_person(server, zhao, "ann", "model-author"), make_person(server, zhao, "bob", "model-approver")
    auditor = make_person(server, zhao, "sun", "auditor")
    key = expect(zhao.ask("POST", "/v1/keys", {"system": "core", "scopes": ["events:write"], "days": 30, "rate": 1000}), 200)["key"]

    def action(number):
        return expect(server.ask("POST", "/v1/events", pay(f"e{number}", number), {"Authorization": "Bearer " + key}), 200)["action"]

    assert action(1) == "DELAY"
    expect(bob.ask("POST", "/v1/releases", archive(), "application/gzip"), 403, "scope_missing")
    expect(ann.ask("POST", "/v1/releases", b"no archive", "application/gzip"), 422, "pack_refused")
    broken = expect(ann.ask("POST", "/v1/releases", archive("models/amount.yaml", "default: 50000", "default: x"), "application/gzip"), 422, "pack_has_errors")
    assert broken["diagnostics"][0]["file"] == "models/amount.yaml" and broken["diagnostics"][0]["line"] > 0, broken
    body = archive("models/amount.yaml", "default: 50000", "default: 90000", raw=True)
    name = expect(ann.ask("POST", "/v1/releases", body, "application/x-tar"), 200)["name"]
    path = "/v1/releases/" + name
    assert expect(ann.ask("POST", path + "/try", {"events": 10}), 200)["trial"]
    expect(ann.ask("POST", path + "/try", {"events": 0}), 422, "body_refused")
    expect(bob.ask("POST", path + "/approve", {}), 409, "wrong_state")
    assert expect(ann.ask("POST", path + "/propose", {"note": "less"}), 200)["state"] == "proposed"
    expect(ann.ask("POST", path + "/approve", {}), 403, "scope_missing")
    expect(bob.ask("POST", path + "/reject", {"note": "why"}), 200)
    expect(ann.ask("POST", path + "/propose", {"note": "since"}), 200)
    assert expect(bob.ask("POST", path + "/approve", {"note": "fine"}), 200)["approved_by"] == "bob"
    expect(bob.ask("POST", path + "/release", {}), 200)
    assert action(2) == "PASS"
    listed = expect(auditor.ask("GET", "/v1/releases"), 200)["releases"]
    assert [release["state"] for release in listed] == ["released", "replaced"], listed
    assert expect(ann.ask("GET", path), 200)["released_by"] == "bob"
    expect(ann.ask("GET", "/v1/releases/nothing"), 404, "no_such_release")
    # Another role does not make another person of him: what she brought she does not approve, nor what she proposed.
    own = expect(ann.ask("POST", "/v1/releases", archive("models/amount.yaml", "default: 50000", "default: 70000"), "application/gzip"), 200)["name"]
    expect(ann.ask("POST", f"/v1/releases/{own}/propose", {}), 200)
    expect(zhao.ask("PUT", "/v1/users/ann/roles", {"roles": ["model-approver"]}), 200)
    expect(Person(server, "ann").ask("POST", f"/v1/releases/{own}/approve", {}), 403, "needs_another_person")
    expect(zhao.ask("PUT", "/v1/users/ann/roles", {"roles": ["model-author"]}), 200)
    ann = Person(server, "ann")
    expect(bob.ask("POST", "/v1/releases/rollback", {}), 422, "note_missing")
    expect(bob.ask("POST", "/v1/releases/rollback", {"note": "wages"}), 200)
    assert action(3) == "DELAY"
    expect(bob.ask("POST", "/v1/releases/rollback", {"note": "wages"}), 409, "nothing_before")
    suspend = {"status": "SUSPENDED", "note": "wages"}
    expect(ann.ask("POST", "/v1/models/M-PX-01-A/status", suspend), 403, "scope_missing")
    expect(bob.ask("POST", "/v1/models/M-PX-01-A/status", {"status": "SUSPENDED"}), 422, "note_missing")
    expect(bob.ask("POST", "/v1/models/M-XX/status", suspend), 404, "no_such_model")
    expect(bob.ask("POST", "/v1/models/M-PX-01-A/status", suspend), 200)
    assert action(4) == "PASS"
    canary = {"status": "CANARY", "canary": {"percent": 5, "by": "account"}, "note": "again"}
    assert expect(ann.ask("POST", "/v1/models/M-PX-01-A/status", canary), 200)["state"] == "draft"
    expect(ann.ask("POST", "/v1/models/M-PX-01-A/status", {**canary, "canary": 5}), 422, "body_refused")
    expect(ann.ask("POST", "/v1/models/M-PX-01-A/status", {**canary, "canary": None}), 422, "canary_incomplete")
    records = expect(auditor.ask("GET", "/v1/audit?limit=1000"), 200)["records"]
    tried = [record for record in records if record["action"] == "model.approved" and record["outcome"] == "refused"]
    assert [(record["actor"]["name"], record["target"], record["detail"]["code"]) for record in tried] == [("ann", own, "needs_another_person")], tried
    records = [record for record in records if record["target"] != own and record not in tried]
    done = [(record["action"], record["actor"]["name"]) for record in records if record["action"].startswith("model.")]
    assert done == [("model.brought", "ann"), ("model.tried", "ann"), ("model.proposed", "ann"), ("model.rejected", "bob"), ("model.proposed", "ann"),
                    ("model.approved", "bob"), ("model.activated", "bob"), ("model.rolled_back", "bob"), ("model.suspended", "bob"), ("model.brought", "ann")], done
    targets = {record["action"]: record["target"] for record in records}
    assert targets["model.rolled_back"] == listed[1]["name"] and targets["model.activated"] == name and targets["model.suspended"] == "M-PX-01-A", targets
    assert [record["target"] for record in records if record["action"] == "model.brought"] == [name, "M-PX-01-A"], targets
    server.end()


def models_of(person):
    """Without what is counted since the server began."""
    answer = expect(person.ask("GET", "/v1/models"), 200)
    return answer["catalogue"], [{name: value for name, value in model.items() if name not in ("hits", "events", "per_10000", "cost")} for model in answer["models"]]


def test_a_restored_server_knows_all_of_it(folder):
    """Users, keys, releases, a model's status, nightly runs, old events and who did what: in the backup of a server that runs, and after a restore."""
    def command(*arguments):
        done = subprocess.run([QIANTANG, *arguments], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    data, to, back = (os.path.join(folder, name) for name in ("data", "to", "back"))
    os.mkdir(data)
    server, zhao = begin(data)
    bob = make_person(server, zhao, "bob", "model-approver")
    key = expect(zhao.ask("POST", "/v1/keys", {"system": "core", "scopes": ["events:write"], "days": 30, "rate": 1000}), 200)["key"]
    sent = {"Authorization": "Bearer " + key}
    first = expect(server.ask("POST", "/v1/events", pay("e0"), sent), 200)
    expect(bob.ask("POST", "/v1/models/M-PX-01-A/status", {"status": "SUSPENDED", "note": "wages"}), 200)
    server.end()
    command("batch", "--data", data, "--append")
    server = Server(data, pack=None)
    expect(server.ask("POST", "/v1/events", pay("e1", 1), sent), 200)
    bob = Person(server, "bob")
    releases = expect(bob.ask("GET", "/v1/releases"), 200)
    models = models_of(bob)
    command("backup", "--data", data, "--to", to)
    listed = [file["path"] for file in json.loads(pathlib.Path(to, "backup.json").read_text())["files"]]
    for part in ("journal/snapshot-", "journal/journal-", "access/", "packs/", "night/snapshot-", "index/index-"):
        assert any(path.startswith(part) for path in listed), (part, listed)
    command("backup", "--data", data, "--to", to)   # once more, what is there already is not copied
    server.end()
    command("restore", "--from", to, "--data", back)
    assert "all came out again" in command("verify", "--data", back)
    command("audit", "verify", "--data", back)
    again = json.loads(pathlib.Path(to, "backup.json").read_text())
    nights = command("batch", "--data", back, "--append")   # from the night's snapshot on
    assert "run" in nights or nights == "", nights
    server = Server(back, pack=None)
    zhao, bob = Person(server, "zhao"), Person(server, "bob")
    assert expect(bob.ask("GET", "/v1/releases"), 200) == releases and models_of(bob) == models
    assert [user["name"] for user in expect(zhao.ask("GET", "/v1/users"), 200)["users"]] == ["zhao", "bob"]
    status, text, headers = server.ask("POST", "/v1/events", pay("e0"), sent)
    assert status == 200 and text == first and headers.get("qiantang-known") == "true", (status, text, headers)
    assert expect(server.ask("POST", "/v1/events", pay("e2", 2), sent), 200)["action"] == "PASS"   # the model is still suspended
    assert expect(bob.ask("GET", "/v1/decisions/e1"), 200)["event"]["event_id"] == "e1"
    server.end()
    assert any(file["path"].startswith("night/") for file in again["files"])
    assert "all came out again" in command("verify", "--data", back)


def test_operations(folder):
    server, zhao = begin(folder)
    operator = make_person(server, zhao, "ou", "operator")
    key = expect(zhao.ask("POST", "/v1/keys", {"system": "core", "scopes": ["events:write"], "days": 30, "rate": 1000}), 200)["key"]
    for i in range(4):
        expect(server.ask("POST", "/v1/events", pay(f"e{i}", i), {"Authorization": "Bearer " + key}), 200)
    brakes = expect(operator.ask("GET", "/v1/brakes"), 200)
    assert [(brake["rule"], brake["key"]) for brake in brakes["brakes"]] == [("stops", "M-PX-01-A")] and brakes["holding"] == 1, brakes
    expect(operator.ask("POST", "/v1/brakes/stops/M-PX-01-A/release", {}), 422, "note_missing")
    expect(operator.ask("POST", "/v1/brakes/stops/M-XX/release", {"note": "n"}), 404, "brake_unknown")
    expect(operator.ask("POST", "/v1/brakes/stops/M-PX-01-A/release", {"note": "looked at"}), 200)
    assert expect(operator.ask("GET", "/v1/brakes"), 200)["brakes"] == []
    expect(operator.ask("POST", "/v1/snapshots"), 202)
    assert expect(operator.ask("GET", "/v1/snapshots"), 200)["failed"] == 0
    state = expect(operator.ask("GET", "/v1/state"), 200)
    expect(operator.ask("GET", "/v1/sources"), 200)
    assert state["decided"] == 4 and state["ready"] and not state["nobody_is_set_up"] and state["brakes_holding"] == 0, state
    server.end()
    done = subprocess.run([QIANTANG, "audit", "list", "--data", folder], capture_output=True, text=True, timeout=60)
    assert "brake stops/M-PX-01-A" in done.stdout and "looked at" in done.stdout and "server.stopped" in done.stdout, done.stdout


cases.run(globals(), sys.argv[3:])
