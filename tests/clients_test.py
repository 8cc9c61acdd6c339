#!/usr/bin/env python3
"""The clients of examples/clients against the server, and the Python one against a server that is not always kind.

Usage: clients_test.py QIANTANG PACKS_FOLDER
Listens on loopback only. The C client is built where there is a compiler and libcurl, and is left out elsewhere. The last line is "N passed, N failed".
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PATIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "patient.yaml")
CLIENTS = pathlib.Path(__file__).resolve().parent.parent / "examples" / "clients"
sys.path.insert(0, str(CLIENTS))
sys.dont_write_bytecode = True
import qiantang_client  # noqa: E402

T0 = 1795420800000


def pay(event_id, at=0, **more):
    return {"event_id": event_id, "event_type": "pay", "event_time": T0 + at, "phase": "REQUEST", "account": "a", "payee": "p", "amount": 10000, **more}


class Server:
    def __init__(self, folder, port=0):
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", PATIENT, "--pack", os.path.join(PACKS, "payments"), "--data", folder, "--port", str(port)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("listening"):
                self.url = line.split()[-1]
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise AssertionError(self.process.stderr.read())

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(60)
        self.process.stdout.close()
        self.process.stderr.close()


def run(words, url, stdin=None, code=0):
    done = subprocess.run([str(word) for word in words], input=stdin, capture_output=True, text=True, timeout=60, env={**os.environ, "QIANTANG_URL": url})
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout


def test_python(server, folder):
    client = qiantang_client.Client(server.url)
    first = client.decide(pay("p1", customer="c", amount=6000000))
    assert first["hits"] and client.decide(pay("p1")) == first
    answers = client.decide_many([pay("p2"), {"event_id": "bad"}])
    assert answers[0]["event_id"] == "p2" and answers[1]["code"] == "record_refused", answers
    names = [f"ps{i}" for i in range(6000)]
    got = list(client.stream(pay(name) for name in names))
    assert [answer["event_id"] for answer in got] == names, len(got)
    assert list(client.stream([])) == []
    client.label("p1", "CONFIRMED_FRAUD", source="police", amount_lost=100)
    assert client.decision("p1")["labels"][0]["label"] == "CONFIRMED_FRAUD"
    assert client.features("account", "a", prefix="account_done")["known"]
    client.list_add("bad_payee", "x/y z", note="n")
    assert client.listed("bad_payee", "x/y z")
    client.list_remove("bad_payee", "x/y z")
    try:
        client.label("p1", "NOTHING")
        raise AssertionError("a label that is none was taken")
    except qiantang_client.Problem as problem:
        assert problem.status == 422 and problem.code == "label_refused", problem
    lines = "".join(json.dumps(pay(f"pp{i}")) + "\n" for i in range(50))
    out = run([sys.executable, CLIENTS / "qiantang_client.py", server.url], server.url, lines)
    assert [json.loads(line)["event_id"] for line in out.splitlines()] == [f"pp{i}" for i in range(50)], out
    client.close()


def test_shell(server, folder):
    if shutil.which("curl") is None:
        print("curl is not there: the shell client is left out", file=sys.stderr)
        return
    script = CLIENTS / "qiantang.sh"
    one, many = os.path.join(folder, "one.json"), os.path.join(folder, "many.ndjson")
    pathlib.Path(one).write_text(json.dumps(pay("sh/1 ü")))
    pathlib.Path(many).write_text("".join(json.dumps(pay(f"sh{i}")) + "\n" for i in range(30)))
    assert json.loads(run([script, "event", one], server.url))["event_id"] == "sh/1 ü"
    for command in ("batch", "stream"):
        lines = run([script, command, many], server.url).splitlines()
        assert [json.loads(line)["event_id"] for line in lines] == [f"sh{i}" for i in range(30)], lines
    assert json.loads(run([script, "label", "sh/1 ü", "FALSE_POSITIVE", 'he "meant" it'], server.url)) == {"kept": True}
    assert json.loads(run([script, "decision", "sh/1 ü"], server.url))["labels"][0]["note"] == 'he "meant" it'
    assert json.loads(run([script, "features", "account", "a"], server.url))["known"] is True
    run([script, "list-add", "bad_payee", "sh k", "why"], server.url)
    assert json.loads(run([script, "list-has", "bad_payee", "sh k"], server.url))["note"] == "why"
    run([script, "list-remove", "bad_payee", "sh k"], server.url)
    assert json.loads(run([script, "get", "/readyz"], server.url))["ready"]
    assert json.loads(run([script, "decision", "never"], server.url, code=22))["code"] == "decision_unknown"
    run([script], server.url, code=2)


def test_c(server, folder):
    compiler = shutil.which("cc")
    program = os.path.join(folder, "qiantang_client")
    probe = subprocess.run([compiler or "false", "-E", "-"], input="#include <curl/curl.h>\n", capture_output=True, text=True)
    if probe.returncode != 0:
        print("libcurl's headers are not there: the C client is left out", file=sys.stderr)
        return
    run([compiler, "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-o", program, CLIENTS / "qiantang_client.c", "-lcurl"], server.url)
    lines = "".join(json.dumps(pay(f"c{i}")) + "\n" for i in range(200))
    out = run([program, server.url], server.url, lines)
    assert [json.loads(line)["event_id"] for line in out.splitlines()] == [f"c{i}" for i in range(200)]
    out = run([program, server.url], server.url, '{"event_id":"bad"}\n\n' + json.dumps(pay("c-next")) + "\n", code=1)
    assert json.loads(out)["event_id"] == "c-next", out


def test_a_server_that_goes_away(server, folder):
    """The stream of the Python client goes on over a server that is killed and one that stops; every event has one answer, in order."""
    port = server.port
    names = [f"k{i}" for i in range(3000)]
    got = []
    servers = [server]
    client = qiantang_client.Client(server.url, attempts=40)
    turns = iter([signal.SIGKILL, signal.SIGTERM])
    for answer in client.stream(pay(name) for name in names):
        got.append(answer)
        if len(got) in (500, 1500):
            servers[-1].end(next(turns))
            restarted = threading.Thread(target=lambda: servers.append(Server(os.path.join(folder, "data"), port)))
            restarted.start()
            restarted.join()
    assert [answer.get("event_id") for answer in got] == names, [answer for answer in got if "code" in answer][:3]
    server.process, server.url = servers[-1].process, servers[-1].url


def test_answers_that_pass(server, folder):
    """A server that says 503 twice, breaks off once, and then answers."""
    replies = [b"HTTP/1.1 503 x\r\nRetry-After: 0\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 2",
               b"HTTP/1.1 429 x\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
               b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"ok":1}']
    asked = []

    def serve(listener):
        for reply in replies:
            connection, _ = listener.accept()
            asked.append(connection.recv(65536))
            connection.sendall(reply[:-2] if reply is replies[-1] else reply)
            if reply is replies[-1]:
                connection.sendall(reply[-2:])
            connection.shutdown(socket.SHUT_WR)
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        client = qiantang_client.Client(f"http://127.0.0.1:{listener.getsockname()[1]}", key="secret")
        assert client.decide({"event_id": "e"}) == {"ok": 1}
        client.close()
        thread.join()
    assert len(asked) == 4 and all(b"Bearer secret" in request for request in asked), asked


passed = failed = 0
with tempfile.TemporaryDirectory() as folder:
    the_server = Server(os.path.join(folder, "data"))
    for name, test in [(name, value) for name, value in list(globals().items()) if name.startswith("test_")]:
        try:
            test(the_server, folder)
            passed += 1
        except (AssertionError, OSError, qiantang_client.Problem, subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"{name}: {error!r}", file=sys.stderr)
    the_server.process.kill()
    the_server.process.wait()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
