#!/usr/bin/env python3
"""The commands user, key and audit as a whole: on a folder of their own, at a terminal and without one.

Usage: access_test.py QIANTANG
The last line is "N passed, N failed".
"""
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time

QIANTANG = sys.argv[1]
PASSWORD = "correct horse battery"
KEY = re.compile(r"^qtk_[a-z2-9]{8}_[A-Za-z0-9_-]{43}\n$")


def run(*words, data=None, code=0, stdin=""):
    words = [QIANTANG, *words] + (["--data", data] if data is not None else [])
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, (words[1:], done.returncode, done.stdout, done.stderr)
    return done


def add_user(data, name, *roles, code=0, password=PASSWORD):
    return run("user", "add", name, "--password-stdin", "--roles", *roles, data=data, code=code, stdin=password + "\n")


def log(data, *more):
    return [json.loads(line) for line in run("audit", "list", *more, data=data).stdout.splitlines()]


def test_users(folder):
    data = os.path.join(folder, "data")
    add_user(data, "zhao", "administrator")
    add_user(data, "wang", "analyst", "liaison")
    listed = run("user", "list", data=data).stdout.splitlines()
    assert len(listed) == 2 and re.match(r"wang +enabled +- +must change +analyst,liaison", listed[1]), listed
    run("user", "disable", "wang", data=data)
    run("user", "roles", "wang", "--roles", "director", data=data)
    assert re.match(r"wang +disabled .* director", run("user", "list", data=data).stdout.splitlines()[1])
    run("user", "enable", "wang", data=data)
    run("user", "password", "wang", "--password-stdin", "--final", data=data, stdin="staple the battery\n")
    assert "must change" not in run("user", "list", data=data).stdout.splitlines()[1]
    actions = [record["action"] for record in log(data)]
    assert actions == ["user.add", "user.add", "user.disable", "user.roles", "user.enable", "user.password"], actions
    first = log(data, "--limit", "1")[0]
    assert first["actor"]["kind"] == "console" and first["target"] == "zhao" and first["detail"]["roles"] == ["administrator"], first
    assert [record["sequence"] for record in log(data, "--action", "user.roles", "user.enable")] == [4, 5]
    assert os.stat(os.path.join(data, "access")).st_mode & 0o77 == 0


def test_what_is_wrong_is_told(folder):
    data = os.path.join(folder, "data")
    for words, told in (
            (["wang", "analyst", "model-approver", "auditor"], "may not be both"), (["Wang", "analyst"], "AC002"),
            (["wang", "boss"], "there is no role 'boss'"), (["wang", "system"], "is for keys")):
        done = add_user(data, *words, code=1)
        assert told in done.stderr, done.stderr
    assert "AC005" in add_user(data, "wang", "analyst", code=1, password="password1234").stderr
    assert "longer" in add_user(data, "wang", "analyst", code=1, password="0123456789abcdef" * 8 + "x").stderr
    assert "OS007" in add_user(data, "wang", "analyst", code=1, password="").stderr
    done = run("user", "add", "wang", "--roles", "analyst", data=data, code=1)
    assert "no terminal" in done.stderr and "--password-stdin" in done.stderr, done.stderr
    assert "AC020" in run("user", "list", data=os.path.join(folder, "nothing"), code=1).stderr
    assert not os.path.exists(os.path.join(folder, "nothing"))
    add_user(data, "zhao", "administrator")
    assert "already" in add_user(data, "zhao", "administrator", code=1).stderr
    assert "last administrator" in run("user", "disable", "zhao", data=data, code=1).stderr
    assert "there is no user" in run("user", "disable", "wang", data=data, code=1).stderr
    assert "there is no action" in run("audit", "list", "--action", "user.ad", data=data, code=1).stderr
    for words in (["user"], ["user", "ad"], ["user", "add"], ["user", "list"], ["key", "add", "core"], ["audit", "list", "--from", "0"]):
        run(*words, code=2)
    assert "model-approver" in run("user", "roles").stdout and "events:write" in run("key", "scopes").stdout
    assert "personal.unmasked" in run("audit", "actions").stdout and "--roles" in run("user", "add", "--help").stdout
    assert len(log(data)) == 1


def test_keys(folder):
    data = os.path.join(folder, "data")
    done = run("key", "add", "core", "--scopes", "events:write", "decisions:read", "--days", "30", "--rate", "500", data=data)
    key = done.stdout
    assert KEY.match(key) and "this once" in done.stderr, (key, done.stderr)
    fingerprint = ":".join(["ab"] * 32)
    certificate = run("key", "add", "mobile", "--scopes", "events:write", "--certificate", fingerprint, data=data).stdout.strip()
    assert "AC014" in run("key", "add", "other", "--scopes", "events:write", "--certificate", fingerprint, data=data, code=1).stderr
    assert "for people" in run("key", "add", "core", "--scopes", "users:write", "--days", "3", data=data, code=1).stderr
    assert "there is no scope" in run("key", "add", "core", "--scopes", "events", "--days", "3", data=data, code=1).stderr
    run("key", "add", "core", "--scopes", "events:write", "--days", "401", data=data, code=2)
    listed = run("key", "list", data=data).stdout
    assert re.search(r"core +key +valid .*500/s +events:write decisions:read", listed), listed
    assert re.search(certificate + r" +mobile +certificate +valid", listed), listed
    run("key", "revoke", key[4:12], data=data)
    assert re.search(key[4:12] + " +core +key +revoked", run("key", "list", data=data).stdout)
    assert "AC011" in run("key", "revoke", "abcdefgh", data=data, code=1).stderr
    assert [record["action"] for record in log(data)] == ["key.add", "certificate.add", "key.revoke"]
    for name in os.listdir(os.path.join(data, "access")):
        with open(os.path.join(data, "access", name), "rb") as file:
            assert key[13:].strip().encode() not in file.read(), name


def test_nothing_secret_is_told(folder):
    add_user(folder, "zhao", "administrator")
    key = run("key", "add", "core", "--scopes", "events:write", "--days", "30", data=folder).stdout
    told = run("audit", "list", data=folder).stdout + run("user", "list", data=folder).stdout + run("key", "list", data=folder).stdout
    for secret in (PASSWORD, "scrypt", "sha256", key[13:].strip()):
        assert secret not in told, secret


def test_beside_a_server(folder):
    add_user(folder, "zhao", "administrator")
    with open(os.path.join(folder, "access", "lock"), "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)   # as a server holds it
        done = add_user(folder, "wang", "analyst", code=3)
        assert "AC013" in done.stderr and "POST /v1/users" in done.stderr, done.stderr
        done = run("key", "revoke", "abcdefgh", data=folder, code=3)
        assert "DELETE /v1/keys/ID" in done.stderr, done.stderr
        assert "copy" in run("audit", "verify", data=folder, code=3).stderr
        assert "zhao" in run("user", "list", data=folder).stdout and len(log(folder)) == 1
    add_user(folder, "wang", "analyst")


def test_verify(folder):
    add_user(folder, "zhao", "administrator")
    add_user(folder, "wang", "analyst")
    assert "2 records" in run("audit", "verify", data=folder).stdout
    segment = next(name for name in os.listdir(os.path.join(folder, "access")) if name.startswith("journal-"))
    with open(os.path.join(folder, "access", segment), "rb") as file:
        whole = file.read()
    at = whole.index(b'"target":"wang"') + 11
    other = os.path.join(folder, "copy")
    os.makedirs(os.path.join(other, "access"))
    with open(os.path.join(other, "access", segment), "wb") as file:
        file.write(whole[:at] + b"li" + whole[at + 2:])   # somebody else made this user
    done = run("audit", "verify", data=other, code=1)
    assert "JO026" in done.stderr, done.stderr
    assert "JO026" in run("user", "list", data=other, code=1).stderr
    assert "JO002" in run("audit", "verify", data=os.path.join(folder, "nothing"), code=3).stderr
    os.makedirs(os.path.join(folder, "empty", "access"))
    assert "AC020" in run("audit", "verify", data=os.path.join(folder, "empty"), code=1).stderr


class Terminal:
    """The program with a terminal of its own."""

    def __init__(self, *words):
        self.said = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)   # whoever runs the tests behind a job ignores it
            signal.alarm(60)                               # whatever happens, it ends
            os.execv(QIANTANG, [QIANTANG, *words])

    def read(self, until):
        end = time.monotonic() + 30
        while until not in self.said:
            assert time.monotonic() < end, self.said
            if select.select([self.fd], [], [], 1)[0]:
                try:
                    self.said += os.read(self.fd, 4096).decode()
                except OSError:
                    assert until in self.said, self.said

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        try:
            while True:
                self.said += os.read(self.fd, 4096).decode()
        except OSError:
            pass
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return status


def test_a_password_that_is_typed(folder):
    for again, code in ((PASSWORD, 0), ("another one, mistyped", 1)):
        name = "zhao" if code == 0 else "wang"
        terminal = Terminal("user", "add", name, "--roles", "administrator", "--data", folder)
        terminal.read("new password: ")
        assert not terminal.echoes()
        terminal.type(PASSWORD + "\n")
        terminal.read("the same again: ")
        assert not terminal.echoes()
        terminal.type(again + "\n")
        status = terminal.end()
        assert os.waitstatus_to_exitcode(status) == code, terminal.said
        assert PASSWORD not in terminal.said and ("differ" in terminal.said) == (code == 1), terminal.said
    assert len(log(folder)) == 1


def test_the_echo_is_back_after_a_signal(folder):
    terminal = Terminal("user", "add", "zhao", "--roles", "administrator", "--data", folder)
    terminal.read("new password: ")
    os.kill(terminal.pid, signal.SIGINT)
    pid, status = os.waitpid(terminal.pid, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, status
    os.close(terminal.fd)
    assert not os.path.exists(os.path.join(folder, "access"))


def test_killed_while_it_writes(folder):
    add_user(folder, "zhao", "administrator")
    for wait in (0.0, 0.05, 0.1, 0.15, 0.2, 0.25):
        process = subprocess.Popen([QIANTANG, "user", "add", f"u{int(wait * 100)}", "--password-stdin", "--roles", "analyst", "--data", folder],
                                   stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdin.write(PASSWORD.encode() + b"\n")
        process.stdin.close()
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        run("audit", "verify", data=folder)
        if process.returncode == 0:
            assert f"u{int(wait * 100)} " in run("user", "list", data=folder).stdout
    add_user(folder, "last", "analyst")
    copy = folder + "-copy"
    shutil.copytree(folder, copy)
    assert run("user", "list", data=copy).stdout == run("user", "list", data=folder).stdout
    shutil.rmtree(copy)


passed = failed = 0
for name, test in [(name, value) for name, value in list(globals().items()) if name.startswith("test_")]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            test(folder)
            passed += 1
        except AssertionError as error:
            failed += 1
            print(f"{name}: {error!r}", file=sys.stderr)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
