#!/usr/bin/env python3
"""Backup while a server is under load, and restore.

Usage: backup_test.py QIANTANG PACKS_FOLDER
The server listens on loopback at a port that the system chooses, and ends with the test. The last line is "N passed, N failed".
"""
import glob
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading

import cases

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PATIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "patient.yaml")
PACK = os.path.join(PACKS, "payments")
T0 = 1795420800000
WAIT = 120


def pay(number):
    return {"event_id": f"e{number}", "event_type": "pay", "event_time": T0 + number, "phase": "REQUEST", "account": f"a{number % 5}",
            "payee": "p", "amount": 6000000 if number % 7 == 0 else 100}


class Server:
    def __init__(self, data):
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", PATIENT, "--pack", PACK, "--data", data, "--port", "0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise AssertionError(self.said, self.process.stderr.read())

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)

    def send(self, connection, number):
        connection.request("POST", "/v1/events", json.dumps(pay(number)), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        assert reply.status == 200, text
        return text

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(WAIT)
        assert code == (0 if how == signal.SIGTERM else -how), (code, self.process.stderr.read())
        self.process.stdout.close()
        self.process.stderr.close()


class Load:
    """Threads that send events until it ends; what was answered is in `answers`."""

    def __init__(self, server, first, threads=3):
        self.answers, self.lock, self.over = {}, threading.Lock(), threading.Event()
        self.enough = threading.Condition(self.lock)
        self.failures = []
        self.threads = [threading.Thread(target=self.send, args=(server, first + i, threads)) for i in range(threads)]
        for thread in self.threads:
            thread.start()

    def send(self, server, number, step):
        try:
            connection = server.connect()
            while not self.over.is_set():
                text = server.send(connection, number)
                with self.lock:
                    self.answers[number] = text
                    self.enough.notify_all()
                number += step
            connection.close()
        except (OSError, AssertionError, http.client.HTTPException) as error:
            with self.lock:
                self.failures.append(error)
                self.enough.notify_all()

    def wait_for(self, count):
        with self.lock:
            assert self.enough.wait_for(lambda: len(self.answers) >= count or self.failures, WAIT)
            assert not self.failures, self.failures
            return dict(self.answers)

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        assert not self.failures, self.failures


def run(*arguments, code=0):
    done = subprocess.run([QIANTANG, *arguments], capture_output=True, text=True, timeout=WAIT)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def verify(data):
    said = run("verify", "--data", data)
    assert "all came out again" in said, said
    return said


def holds(data, answers):
    """A server on it gives every answer again."""
    server = Server(data)
    connection = server.connect()
    for number, answer in answers.items():
        assert server.send(connection, number) == answer, number
    connection.close()
    server.end()


def manifest(folder):
    with open(os.path.join(folder, "backup.json")) as file:
        return json.load(file)


def files(folder):
    found = glob.glob("**", root_dir=folder, recursive=True)
    return sorted(name for name in found if os.path.isfile(os.path.join(folder, name)))


def test_under_load(folder):
    data, to, back = (os.path.join(folder, name) for name in ("data", "to", "back"))
    os.makedirs(os.path.join(data, "packs", "payments-1", "models"))
    with open(os.path.join(data, "packs", "payments-1", "models", "m.yaml"), "w") as file:
        file.write("id: m\n")
    server = Server(data)
    load = Load(server, 0)
    before = load.wait_for(200)
    said = run("backup", "--data", data, "--to", to)
    assert "journal: sequences 1 to" in said, said
    # Again, into the same folder, with more in it and another pack.
    with open(os.path.join(data, "packs", "payments-1", "pack.yaml"), "w") as file:
        file.write("pack: p\n")
    first = manifest(to)
    more = load.wait_for(len(load.wait_for(1)) + 200)
    run("backup", "--data", data, "--to", to)
    second = manifest(to)
    assert second["journal"]["last"] > first["journal"]["last"]
    load.end()
    server.end(signal.SIGKILL)
    # Nothing is left of the copying, and the copy has what it says.
    assert files(to) == sorted(["backup.json", "backup.lock"] + [file["path"] for file in second["files"]]), files(to)
    assert "packs/payments-1/pack.yaml" in files(to) and "packs/payments-1/models/m.yaml" in files(to)
    assert not os.path.exists(os.path.join(to, "incoming"))
    said = run("restore", "--from", to, "--check")
    assert said.startswith("whole:"), said
    said = run("restore", "--from", to, "--data", back)
    assert f"to {second['journal']['last']}" in said, said
    assert files(back) == [file["path"] for file in second["files"]]
    verify(back)
    holds(back, {**before, **more})
    # A backup is a data folder itself.
    verify(to)


def test_snapshot_and_restored_server_goes_on(folder):
    data, to, back = (os.path.join(folder, name) for name in ("data", "to", "back"))
    server = Server(data)
    load = Load(server, 0)
    load.wait_for(50)
    load.end()
    server.end()   # leaves a snapshot
    server = Server(data)
    load = Load(server, 100000)
    load.wait_for(50)
    load.end()
    run("backup", "--data", data, "--to", to)
    listed = manifest(to)
    assert listed["journal"]["snapshot"] > 0 and any("snapshot-" in file["path"] for file in listed["files"])
    server.end(signal.SIGKILL)
    run("restore", "--from", to, "--data", back)
    server = Server(back)
    assert "replayed 0 records" not in server.said[0] and f"from sequence {listed['journal']['snapshot'] + 1} with" in server.said[0], server.said
    load = Load(server, 200000)
    load.wait_for(20)
    load.end()
    server.end()
    verify(back)
    # What went on from the backup is its continuation; the server that it was made of has not got it.
    run("backup", "--data", back, "--to", to)
    said = run("backup", "--data", data, "--to", to, code=1)
    assert "JO008" in said, said
    run("restore", "--from", to, "--check")


def test_what_is_refused(folder):
    data, to, back = (os.path.join(folder, name) for name in ("data", "to", "back"))
    said = run("backup", "--data", data, "--to", to, code=1)
    assert "BU006" in said, said
    server = Server(data)
    load = Load(server, 0)
    load.wait_for(30)
    load.end()
    server.end()
    # Into the data folder itself: by its name, below it, and by a link to it.
    os.symlink(data, os.path.join(folder, "link"))
    before = sorted(os.listdir(data))
    for inside in (data, data + "/", os.path.join(data, "copy"), os.path.join(data, "packs", "..", "copy/"), os.path.join(folder, "link", "copy")):
        said = run("backup", "--data", data, "--to", inside, code=1)
        assert "BU011" in said and sorted(os.listdir(data)) == before, (inside, said)
    os.makedirs(to)
    with open(os.path.join(to, "other"), "w") as file:
        file.write("mine")
    said = run("backup", "--data", data, "--to", to, code=1)
    assert "BU004" in said and os.path.exists(os.path.join(to, "other")), said
    assert "BU009" in run("restore", "--from", to, "--data", back, code=1)
    os.remove(os.path.join(to, "other"))
    run("backup", "--data", data, "--to", to, "--all", "--quiet")
    said = run("restore", "--from", to, "--data", data, code=1)
    assert "BU008" in said, said
    # A byte of each file, and each file missing.
    for name in [file["path"] for file in manifest(to)["files"]]:
        path = os.path.join(to, name)
        place = min(4200, os.path.getsize(path) // 2)
        with open(path, "r+b") as file:
            file.seek(place)
            byte = file.read(1)
            file.seek(place)
            file.write(bytes([byte[0] ^ 1]))
        said = run("restore", "--from", to, "--data", back, code=1)
        assert "BU007" in said and name in said and not os.path.exists(back), said
        with open(path, "r+b") as file:
            file.seek(place)
            file.write(byte)
        os.rename(path, path + ".away")
        said = run("restore", "--from", to, "--data", back, code=1)
        assert "is missing" in said and name in said, said
        os.rename(path + ".away", path)
    # The manifest itself: any byte of it.
    path = os.path.join(to, "backup.json")
    with open(path, "rb") as file:
        text = file.read()
    for at in range(0, len(text), 29):
        with open(path, "wb") as file:
            file.write(text[:at] + bytes([text[at] ^ 1]) + text[at + 1:])
        said = run("restore", "--from", to, "--data", back, code=1)
        assert "BU001" in said, (at, said)
    with open(path, "wb") as file:
        file.write(text)
    # A place that is taken, by what an earlier one has left.
    os.makedirs(back + ".restoring/journal")
    assert "BU008" in run("restore", "--from", to, "--data", back, code=1)
    shutil.rmtree(back + ".restoring")
    os.makedirs(back)
    run("restore", "--from", to, "--data", back + "/")
    verify(back)


def test_cut_off(folder):
    """Killed at any time: the old backup is there, or the new one; and the next one succeeds."""
    data, to = (os.path.join(folder, name) for name in ("data", "to"))
    server = Server(data)
    load = Load(server, 0)
    load.wait_for(30)
    run("backup", "--data", data, "--to", to, "--quiet")
    for round_ in range(4):
        load.wait_for(len(load.wait_for(1)) + 20)
        process = subprocess.Popen([QIANTANG, "backup", "--data", data, "--to", to, "--quiet"], stdout=subprocess.DEVNULL)
        try:
            process.wait(0.02 * (round_ + 1) ** 2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(WAIT)
        run("restore", "--from", to, "--check")
    load.end()
    run("backup", "--data", data, "--to", to, "--quiet")
    assert not os.path.exists(os.path.join(to, "incoming")) and not os.path.exists(os.path.join(to, "next.json"))
    back = os.path.join(folder, "back")
    run("restore", "--from", to, "--data", back)
    server.end(signal.SIGKILL)
    holds(back, load.answers)


cases.run(globals(), sys.argv[3:])
