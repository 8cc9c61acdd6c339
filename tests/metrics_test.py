#!/usr/bin/env python3
"""What /metrics says after traffic whose every part is known: each figure is compared with what was sent.

Usage: metrics_test.py QIANTANG PACKS_FOLDER
The server listens on loopback at a port that the system chooses. The last line is "N passed, N failed".
"""
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import cases

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PACK = os.path.join(PACKS, "payments")
ROOT = pathlib.Path(__file__).resolve().parent.parent
T0 = 1795420800000
PASSWORD = "correct horse battery"
CONFIG = """
journal: {segment_bytes: 8 MiB}
decisions: {default_budget: 1 min, overload_wait: 1 min}
brake: {rules: [{name: stops, over: model, actions: [DELAY, REJECT], share_max: 1 %, count_min: 2, window: 1 h, then: review, hold: 1 h, instead: PASS}]}
"""
STAGES = ("wait", "parse", "recall", "features", "models", "policy", "journal", "total")


class Server:
    def __init__(self, data, config=CONFIG):
        path = os.path.join(data, "settings.yaml")
        pathlib.Path(path).write_text(config)
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", path, "--pack", PACK, "--data", data, "--port", "0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.headers = {}
        for line in self.process.stdout:
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise AssertionError("it did not start")

    def ask(self, method, path, body=None, kind="application/json", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = dict(self.headers if headers is None else headers)
        if body is not None:
            sent["Content-Type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        text = reply.read()
        cookie = reply.getheader("Set-Cookie", "").split(";")[0]
        self.session = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{self.port}"} if cookie else None
        connection.close()
        return reply.status, text

    def figures(self):
        """Every sample by its name and labels; the text is checked on the way."""
        status, text = self.ask("GET", "/metrics")
        assert status == 200, (status, text)
        samples, kinds = {}, {}
        for line in text.decode().splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in kinds, ("twice", name)
                kinds[name] = kind
            elif not line.startswith("#"):
                name, value = re.fullmatch(r"([a-z_]+(?:{.*})?) (\S+)", line).groups()
                assert name not in samples, ("twice", name)
                samples[name] = float(value)
                family = re.sub(r"{.*", "", name)
                assert family in kinds or re.sub(r"_(bucket|sum|count)$", "", family) in kinds, name
        return samples

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.process.stdout.close()
        assert code == 0, code


def pay(event_id, at, amount=100, **more):
    return {"event_id": event_id, "event_type": "pay", "event_time": T0 + at, "phase": "REQUEST", "account": "a", "payee": "p", "amount": amount, **more}


def test_what_was_sent_is_what_is_counted(folder):
    server = Server(folder)
    for i in range(40):
        assert server.ask("POST", "/v1/events", pay(f"e{i}", i * 1000, 6000000 if i < 2 else 100))[0] == 200
    lines = [pay(f"b{i}", 40000 + i) for i in range(600)] + [{"event_id": "bad"}]
    lines[7] = {**pay("b7", 40007), "event_type": "login"}
    status, text = server.ask("POST", "/v1/records", "".join(json.dumps(line) + "\n" for line in lines).encode(), "application/x-ndjson")
    assert status == 200 and len(text.splitlines()) == 601, status
    for i in range(5):
        assert server.ask("POST", "/v1/events", pay(f"e{i}", i * 1000))[0] == 200   # known
    assert server.ask("POST", "/v1/events", {"$list": "bad_payee", "op": "add", "key": "q", "time": T0})[0] == 200
    assert server.ask("POST", "/v1/events", {"event_id": "x"})[0] == 422
    assert server.ask("POST", "/v1/feedback", {"event_id": "e1", "label": "TEST"})[0] == 200
    assert server.ask("GET", "/nothing")[0] == 404
    seen = server.figures()
    for stage in STAGES:
        assert seen[f'qiantang_stage_seconds_count{{stage="{stage}"}}'] == 640, (stage, seen[f'qiantang_stage_seconds_count{{stage="{stage}"}}'])
    parts = sum(seen[f'qiantang_stage_seconds_sum{{stage="{stage}"}}'] for stage in STAGES[:-1])
    total = seen['qiantang_stage_seconds_sum{stage="total"}']
    # Parts are cut to whole microseconds, and appending lies between deciding and the journal.
    assert parts * 0.5 <= total + 640e-5 and total <= parts * 1.5 + 1, (parts, total)
    decisions = {name: value for name, value in seen.items() if name.startswith("qiantang_decisions_total")}
    assert sum(decisions.values()) == 640 and decisions['qiantang_decisions_total{action="PASS",effort="full"}'] > 600, decisions
    assert seen['qiantang_events_total{type="pay"}'] == 639 and seen['qiantang_events_total{type="login"}'] == 1
    assert seen["qiantang_duplicates_total"] == 5 and seen["qiantang_changes_total"] == 1
    refused = {name: value for name, value in seen.items() if name.startswith("qiantang_refused_records_total")}
    assert sum(refused.values()) == 2, refused
    away = {name: value for name, value in seen.items() if name.startswith("qiantang_turned_away_total")}
    assert len(away) == 5 and sum(away.values()) == 0, away
    assert seen['qiantang_model_hits_total{model="M-PX-01-A"}'] == 2
    assert seen['qiantang_brake_tripped{rule="stops"}'] == 1
    # Each event with its decision, a change, a label, a release, and the brake.
    assert seen['qiantang_journal_sequence{position="durable"}'] == 2 * 640 + 1 + 1 + 1 + 1, seen
    assert seen["qiantang_journal_bytes_total"] > 640 * 200 and seen["qiantang_journal_room_bytes"] > 0 and seen["qiantang_journal_failed"] == 0
    assert seen['qiantang_http_requests_total{route="/v1/events",class="2xx"}'] == 46
    assert seen['qiantang_http_requests_total{route="/v1/events",class="4xx"}'] == 1
    assert seen['qiantang_http_requests_total{route="none",class="4xx"}'] == 1
    assert seen["qiantang_http_connections"] >= 1 and seen["qiantang_http_overloaded_total"] == 0
    assert seen['qiantang_models{status="ACTIVE"}'] > 0 and any(name.startswith("qiantang_catalogue_info{") for name in seen)
    assert seen['qiantang_log_messages_total{outcome="written"}'] > 0
    assert seen["process_resident_memory_bytes"] > 0 and seen["process_open_fds"] > 0 and seen["process_start_time_seconds"] > 0
    assert server.ask("POST", "/v1/snapshots")[0] == 202
    for _ in range(1000):
        if server.figures()["qiantang_snapshots_total"] == 1:
            break
    seen = server.figures()
    assert seen["qiantang_snapshots_total"] == 1 and seen["qiantang_snapshot_bytes"] > 0 and seen["qiantang_snapshot_duration_seconds"] > 0
    server.end()


def test_sources_and_their_lag(folder):
    server = Server(folder)
    now = int(time.time() * 1000)
    for i in range(40):     # of now, and behind by 30 s: in time for the stream, and told as lag
        assert server.ask("POST", "/v1/events", {**pay(f"c{i}", 0), "event_time": now - 30000, "source": "CORE"})[0] == 200
    for i in range(10):
        assert server.ask("POST", "/v1/events", {**pay(f"m{i}", 0), "event_time": int(time.time() * 1000), "source": "MBANK"})[0] == 200
    assert server.ask("POST", "/v1/events", {**pay("old", 0), "event_time": now - 86400000 * 3, "source": "MBANK"})[0] == 200
    assert server.ask("POST", "/v1/events", {**pay("bad", 0), "amount": "much", "source": "MBANK"})[0] == 422
    assert server.ask("POST", "/v1/events", {**pay("nobody", 0), "event_time": now})[0] == 200
    status, text = server.ask("GET", "/v1/sources")
    assert status == 200, text
    told = json.loads(text)
    assert now - 60000 < told["since"] <= told["at"] <= int(time.time() * 1000)
    of = {(source["kind"], source["source"]): source for source in told["sources"]}
    assert set(of) == {("named", "CORE"), ("named", "MBANK"), ("unnamed", "")}, of
    core, mbank, unnamed = of["named", "CORE"], of["named", "MBANK"], of["unnamed", ""]
    assert (core["events"], core["late"], core["refused"], core["minute_events"], core["last_event_time"]) == (40, 0, 0, 40, now - 30000), core
    assert 30000 <= core["lag_median_ms"] <= core["lag_p99_ms"] < 60000, core
    assert (mbank["events"], mbank["late"], mbank["refused"], mbank["minute_events"]) == (11, 1, 1, 11), mbank
    assert 0 <= mbank["lag_median_ms"] < 10000 and 3 * 86400000 <= mbank["lag_p99_ms"] < 4 * 86400000, mbank
    assert (unnamed["events"], unnamed["refused"]) == (1, 0) and unnamed["usual_pause_ms"] is None, unnamed
    for source in of.values():
        assert not source["is_silent_unusually"] and told["since"] <= source["silent_since"] <= told["at"], source
    assert server.ask("GET", "/v1/sources?x=1")[0] == 400
    seen = server.figures()
    assert seen['qiantang_source_events_total{source="CORE"}'] == 40 and seen['qiantang_source_events_total{source="(unnamed)"}'] == 1, seen
    assert seen['qiantang_source_late_events_total{source="MBANK"}'] == 1 and seen['qiantang_source_refused_records_total{source="MBANK"}'] == 1
    assert 30 <= seen['qiantang_source_lag_seconds{source="CORE",of="median"}'] < 60
    assert seen['qiantang_source_lag_seconds{source="MBANK",of="p99"}'] >= 3 * 86400
    assert seen['qiantang_source_silent{source="CORE"}'] == 0 and abs(seen['qiantang_source_last_decided_timestamp_seconds{source="CORE"}'] - time.time()) < 120
    server.end()


def test_refusals_count_by_their_code(folder):
    server = Server(folder)
    assert server.ask("POST", "/v1/users", {"name": "zhao", "roles": ["administrator"], "password": PASSWORD})[0] == 200
    for password, status in (("wrong " + PASSWORD, 401), (PASSWORD, 200)):
        got, text = server.ask("POST", "/v1/session", {"name": "zhao", "password": password})
        assert got == status, (got, text)
    token = server.session
    assert server.ask("PUT", "/v1/session/password", {"old": "no " + PASSWORD, "new": "another " + PASSWORD}, headers=token)[0] == 403
    assert server.ask("GET", "/v1/models", headers=token)[0] == 403   # the password was set by somebody else
    assert server.ask("PUT", "/v1/session/password", {"old": PASSWORD, "new": "another " + PASSWORD}, headers=token)[0] == 200
    assert server.ask("GET", "/v1/models", headers=token)[0] == 401   # that ended the session
    got, text = server.ask("POST", "/v1/session", {"name": "zhao", "password": "another " + PASSWORD})
    token = server.session
    status, text = server.ask("POST", "/v1/keys", {"system": "scraper", "scopes": ["operations:read"], "days": 1, "rate": 1000}, headers=token)
    assert status == 200, text
    server.headers = {"Authorization": "Bearer " + json.loads(text)["key"]}
    assert server.ask("GET", "/v1/models")[0] == 403
    for headers, status in (({}, 401), ({"Authorization": "Basic x"}, 401), ({"Authorization": "Bearer qt_nobody"}, 401)):
        assert server.ask("GET", "/v1/models", headers=headers)[0] == status
    assert server.ask("POST", "/v1/events", pay("e", 0), headers={**server.headers, "Origin": "https://elsewhere.example"})[0] == 403
    seen = server.figures()
    counted = {re.search(r'"(.*)"', name)[1]: value for name, value in seen.items() if name.startswith("qiantang_auth_refusals_total") and value > 0}
    unknown = counted.pop("credential_unknown", 0) + counted.pop("credential_malformed", 0)
    assert unknown == 2, seen
    assert counted == {"sign_in_refused": 1, "password_wrong": 1, "password_change_required": 1, "session_ended": 1, "scope_missing": 1, "unauthorized": 1,
                       "other_origin": 1}, counted
    # Codes are there before anything is refused.
    assert 'qiantang_auth_refusals_total{code="credential_expired"}' in seen
    server.end()


def test_without_metrics_there_is_no_such_path(folder):
    server = Server(folder, CONFIG + "metrics: {enabled: false}\n")
    assert server.ask("POST", "/v1/events", pay("e", 0))[0] == 200
    status, text = server.ask("GET", "/metrics")
    assert status == 404 and json.loads(text)["code"] == "path_unknown", text
    server.end()


def test_every_metric_is_set_somewhere(folder):
    listed = re.findall(r"^METRIC\((\w+)", (ROOT / "src/metrics/metrics.def").read_text(), re.M)
    code = "".join(path.read_text() for path in (ROOT / "src").rglob("*.c") if not path.name.endswith(("_test.c", "_bench.c")))
    assert len(listed) > 30
    assert [name for name in listed if not re.search(rf"\bMETRIC_{name}\b", code)] == []


cases.run(globals())
