#!/usr/bin/env python3
"""What a person keeps for himself over HTTP: another desk, another person, two desks at once, limits.

Usage: kept_api_test.py QIANTANG [PART OF A TEST'S NAME...]
Each answer is compared with src/server/api/openapi.json. With $STORE on PostgreSQL, else on SQLite. The last line is "N passed, N failed".
"""
import sys
import time
import urllib.parse

import cases
import response_bank

response_bank.QIANTANG = sys.argv[1]
import api_bank  # noqa: E402
from api_bank import Bank  # noqa: E402

CHOSEN = sys.argv[2:]
DRAFT_MAX, VIEW_MAX, KEPT_MAX, NAME_MAX = 256 << 10, 8 << 10, 200, 128


def path_of(kind, name):
    return f"/v1/me/kept/{kind}/{urllib.parse.quote(name, safe='')}"


def keep(who, kind, name, text, version=0, **more):
    return who.ok("PUT", path_of(kind, name), {"version": version, "text": text, **more})


def test_another_desk(folder):
    bank = Bank(folder)
    li, wang = bank.person("li", "analyst"), bank.person("wang", "analyst")
    before = int(time.time() * 1000) - 1000
    assert li.ok("GET", "/v1/me/kept") == {"kept": [], "most": KEPT_MAX}
    text = 'id: M-PX-01-A\n# 阈值\n\texpr: "a \\ b"\r\n'
    made = keep(li, "model_draft", "pack", text)
    view = keep(li, "view", "预警/我的", '{"severity":"S1"}')
    assert made["bytes"] == len(text.encode()) and before <= made["kept"] <= before + 60000 and "text" not in made, made
    desk = bank.session("li")  # another browser of his
    assert desk.ok("GET", path_of("model_draft", "pack")) == {**made, "text": text}
    assert desk.ok("GET", path_of("view", "预警/我的"))["text"] == '{"severity":"S1"}'
    assert desk.ok("GET", "/v1/me/kept")["kept"] == [made, view]
    assert desk.ok("GET", "/v1/me/kept?kind=view")["kept"] == [view]
    # Nobody else's: neither to read, nor to change, nor to drop, whatever his roles.
    for other in (wang, bank.leader, bank.administrator):
        assert other.ok("GET", "/v1/me/kept")["kept"] == []
        other.expect(404, "kept_unknown", "GET", path_of("model_draft", "pack"))
        other.expect(404, "kept_unknown", "DELETE", path_of("model_draft", "pack") + f"?version={made['version']}")
        other.expect(409, "kept_elsewhere", "PUT", path_of("model_draft", "pack"), {"version": made["version"], "text": "x"})
    keep(wang, "model_draft", "pack", "wang's")
    assert desk.ok("GET", path_of("model_draft", "pack")) == {**made, "text": text}
    # A page that somebody else has left open: it says whose things it means.
    for method, query, body in (("GET", "?person=li", None), ("DELETE", f"?person=li&version={made['version']}", None), ("PUT", "", {"version": 0, "text": "li's", "person": "li"})):
        wang.expect(403, "other_person", method, path_of("model_draft", "pack") + query, body)
    wang.expect(403, "other_person", "GET", "/v1/me/kept?person=li")
    assert wang.ok("GET", path_of("model_draft", "pack") + "?person=wang")["text"] == "wang's"
    # Systems keep nothing.
    key = bank.key("core-bank", "events:write")
    for method, path, body in (("GET", "/v1/me/kept", None), ("GET", path_of("view", "a"), None), ("PUT", path_of("view", "a"), {"version": 0, "text": "x"}), ("DELETE", path_of("view", "a") + "?version=1", None)):
        key.expect(403, "needs_a_person", method, path, body)
    bank.nobody.expect(401, "unauthorized", "GET", "/v1/me/kept")
    # Nothing of it is on record.
    auditor = bank.person("sun", "auditor")
    assert not [record for record in auditor.ok("GET", "/v1/audit?from=1&limit=1000")["records"] if "kept" in record["target"]]


def test_two_desks(folder):
    bank = Bank(folder)
    here, there = bank.person("li", "analyst"), bank.session("li")
    first = keep(here, "model_draft", "pack", "one")
    second = keep(there, "model_draft", "pack", "two", first["version"])
    assert second["version"] > first["version"], (first, second)
    told = here.expect(409, "kept_elsewhere", "PUT", path_of("model_draft", "pack"), {"version": first["version"], "text": "late"})
    assert told["version"] == second["version"], told
    assert here.expect(409, "kept_elsewhere", "PUT", path_of("model_draft", "pack"), {"version": 0, "text": "late"})["version"] == second["version"]
    assert here.expect(409, "kept_elsewhere", "DELETE", path_of("model_draft", "pack") + f"?version={first['version']}")["version"] == second["version"]
    assert here.ok("GET", path_of("model_draft", "pack"))["text"] == "two"
    assert keep(here, "model_draft", "pack", "two", first["version"]) == second  # its answer got lost: sent again
    third = keep(here, "model_draft", "pack", "late", told["version"])
    assert here.ok("DELETE", path_of("model_draft", "pack") + f"?version={third['version']}") == {"taken": True}
    here.expect(404, "kept_unknown", "DELETE", path_of("model_draft", "pack") + f"?version={third['version']}")
    assert there.expect(409, "kept_elsewhere", "PUT", path_of("model_draft", "pack"), {"version": third["version"], "text": "x"})["version"] == 0
    assert keep(there, "model_draft", "pack", "anew")["version"] > third["version"]


def test_limits(folder):
    bank = Bank(folder)
    li = bank.person("li", "analyst")
    longest = '"' * (DRAFT_MAX - 3) + "钱"
    assert keep(li, "model_draft", "pack", longest)["bytes"] == DRAFT_MAX
    assert li.ok("GET", path_of("model_draft", "pack"))["text"] == longest
    li.expect(422, "body_refused", "PUT", path_of("model_draft", "more"), {"version": 0, "text": "x" * (DRAFT_MAX + 1)})
    assert keep(li, "view", "long", "x" * VIEW_MAX)["bytes"] == VIEW_MAX
    li.expect(422, "body_refused", "PUT", path_of("view", "longer"), {"version": 0, "text": "x" * (VIEW_MAX + 1)})
    for body in ({"text": "x"}, {"version": 0}, {"version": 0, "text": ""}, {"version": -1, "text": "x"}, {"version": "0", "text": "x"}, {"version": 0, "text": {"a": 1}}, {"version": 0, "text": "a\u0007"},
                 {"version": 0, "text": "a\u0000"}, {"version": 0, "text": "x", "more": 1}):
        li.expect(422, "body_refused", "PUT", path_of("view", "bad"), body)
    li.expect(413, "body_too_large", "PUT", path_of("view", "bad"), {"version": 0, "text": "x" * (1 << 20)})
    keep(li, "view", "n" * NAME_MAX, "x")
    for name in ("n" * (NAME_MAX + 1),):
        li.expect(422, "body_refused", "PUT", path_of("view", name), {"version": 0, "text": "x"})
        li.expect(404, "kept_unknown", "GET", path_of("view", name))
        li.expect(404, "kept_unknown", "DELETE", path_of("view", name) + "?version=1")
    li.expect(404, "object_unknown", "GET", path_of("alert", "a"))
    li.expect(404, "object_unknown", "PUT", path_of("alert", "a"), {"version": 0, "text": "x"})
    li.expect(404, "object_unknown", "DELETE", path_of("alert", "a") + "?version=1")
    for query in ("?kind=alert", "?kind=view&kind=view", "?more=1"):
        li.expect(400, "query_refused", "GET", "/v1/me/kept" + query)
    for query in ("", "?version=0", "?version=x"):
        li.expect(400, "query_refused", "DELETE", path_of("view", "long") + query)
    hostile = "'; DROP TABLE kept; -- \\ \" % _ 😀"
    keep(li, "view", hostile, hostile)
    assert li.ok("GET", path_of("view", hostile))["text"] == hostile
    count = len(li.ok("GET", "/v1/me/kept")["kept"])
    for i in range(count, KEPT_MAX):
        keep(li, "view", f"view {i}", "x")
    li.expect(409, "kept_full", "PUT", path_of("view", "one too many"), {"version": 0, "text": "x"})
    one = li.ok("GET", path_of("view", hostile))
    keep(li, "view", hostile, "a change is no new one", one["version"])
    assert len(li.ok("GET", "/v1/me/kept")["kept"]) == KEPT_MAX
    keep(bank.leader, "view", "of another person", "x")


def test_without_a_disposition(folder):
    """Without a store of the response there is nothing to keep it in, which is said."""
    who = Bank(folder, plain=True).leader
    for method, path, body in (("GET", "/v1/me/kept", None), ("GET", path_of("view", "a"), None), ("PUT", path_of("view", "a"), {"version": 0, "text": "x"}), ("DELETE", path_of("view", "a") + "?version=1", None)):
        who.expect(404, "response_off", method, path, body)


def test_unknown_members(folder):
    api_bank.check_unknown_members(folder, {"Kept"})


# (operation, status): why it is not seen here.
UNSEEN = {}


def test_zz_document(folder):
    if not CHOSEN:
        missing = api_bank.unseen({"Kept"}, UNSEEN)
        assert not missing, missing


cases.run(api_bank.ended(globals()), CHOSEN)
