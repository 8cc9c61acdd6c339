#!/usr/bin/env python3
"""What a server tells its service manager: ready, how far a replay is, that the deciding thread answers, that it reads its settings, that it ends.

Usage: notify_test.py QIANTANG PACKS_FOLDER
The test is the manager: it holds the socket that $NOTIFY_SOCKET names. The last line is "N passed, N failed".
"""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PACK = os.path.join(PACKS, "payments")
T0 = 1795420800000
# Time enough that every decision is a full one, and no snapshot but the last.
CONFIG = "decisions: {default_budget: 1 min, overload_wait: 1 min}\nserver: {port: 0}\njournal: {segment_bytes: 8 MiB}\n"


class Managed:
    def __init__(self, folder, watchdog_us=2000000):
        self.config = os.path.join(folder, "settings.yaml")
        path = os.path.join(folder, "s")
        if os.path.exists(path):
            os.unlink(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.settimeout(60)
        self.heard = []
        with open(self.config, "w") as file:
            file.write(CONFIG)
        environment = {**os.environ, "NOTIFY_SOCKET": path, "WATCHDOG_USEC": str(watchdog_us)}
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", self.config, "--pack", PACK, "--data", os.path.join(folder, "data")],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    def hear(self, line):
        """Waits for a message with a line that begins so, and gives that line."""
        while True:
            self.heard += self.socket.recv(4096).decode().splitlines()
            for each in self.heard:
                if each.startswith(line):
                    self.heard = []
                    return each

    def port(self):
        for line in self.process.stdout:
            if line.startswith("listening"):
                return int(line.rsplit(":", 1)[1])
        raise AssertionError(self.process.stderr.read())

    def send(self, count):
        lines = "".join(json.dumps({"event_id": str(i), "event_type": "pay", "event_time": T0 + i, "phase": "REQUEST", "account": f"a{i % 9}",
                                    "payee": "p", "amount": 100}) + "\n" for i in range(count))
        connection = http.client.HTTPConnection("127.0.0.1", self.port(), timeout=60)
        connection.request("POST", "/v1/records", lines, {"Content-Type": "application/x-ndjson"})
        assert connection.getresponse().status == 200
        connection.close()

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == (-how if how == signal.SIGKILL else 0), (self.process.returncode, out, err)
        self.socket.close()
        return out


def test_a_life(folder):
    server = Managed(folder)
    server.hear("READY=1")
    for _ in range(3):
        server.hear("WATCHDOG=1")
    assert "deciding" in server.hear("STATUS=")
    server.process.send_signal(signal.SIGHUP)
    server.hear("RELOADING=1")
    server.hear("READY=1")
    server.hear("WATCHDOG=1")
    server.process.send_signal(signal.SIGTERM)
    server.hear("STOPPING=1")
    server.end()


def test_settings_with_a_mistake_end_nothing(folder):
    server = Managed(folder)
    server.hear("READY=1")
    with open(server.config, "w") as file:
        file.write("server: {prot: 1}\n")
    server.process.send_signal(signal.SIGHUP)
    server.hear("RELOADING=1")
    server.hear("READY=1")
    server.hear("WATCHDOG=1")
    server.end()


def test_how_far_a_replay_is(folder):
    server = Managed(folder)
    server.hear("READY=1")
    server.send(1500)
    server.end(signal.SIGKILL)   # without a snapshot: all of it is replayed
    server = Managed(folder)
    told = server.hear("STATUS=replaying")
    assert int(told.split("sequence ")[1].split()[0]) in range(512, 3001) and "of 3001" in told, told
    server.hear("EXTEND_TIMEOUT_USEC=")
    server.hear("READY=1")
    server.end(signal.SIGKILL)
    # Who wants it to end while it replays need not wait; the journal is as it was.
    server = Managed(folder)
    server.hear("STATUS=replaying")
    server.end()
    server = Managed(folder)
    server.hear("READY=1")
    server.end()
    done = subprocess.run([QIANTANG, "verify", "--data", os.path.join(folder, "data")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "1500 decisions" in done.stdout, (done.stdout, done.stderr)


passed = failed = 0
for name, test in [(name, value) for name, value in list(globals().items()) if name.startswith("test_")]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            test(folder)
            passed += 1
        except (AssertionError, OSError) as error:
            failed += 1
            print(f"{name}: {error!r}", file=sys.stderr)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
