#!/usr/bin/env python3
"""What a server does while the store of its response is away for a long time: measured, not tested.

    store_away.py QIANTANG BANK [--rate 5000] [--before 60] [--away 600] [--after 60] [--keep]
    tests/postgresql.py scripts/store_away.py QIANTANG BANK ...        the same with a PostgreSQL server, which is stopped and started

BANK is a folder that `qiantang simulate` wrote, with rate * (before + away + after) records at least: nothing is sent twice. Runs of `qiantang load` follow
each other, and their latencies stand beside each other; behind the first the store is taken away, before the last it is given back. At the end every hit that
the server counted has to be in the store, once. The exit code says whether it was.

With --keep the events have the times that they were simulated for. Without it they have those of the run: a day of the bank's customers then goes by in a few minutes, merchants
take in an hour what they take in a week, and one decision in five has a hit. That is a test of alerts under load, and nothing like a bank.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import postgresql     # noqa: E402
import response_bank  # noqa: E402

SERVER = os.environ.get("STORE")
PIECE_S = 120


def split(events, folder, counts):
    """The first lines of the events in one file for each run."""
    with open(events, "rb") as source:
        for name, count in counts.items():
            with open(folder / f"{name}.ndjson", "wb") as part:
                for _ in range(count):
                    line = source.readline()
                    assert line, f"{events} has too few records: simulate more days"
                    part.write(line)


def pieces(name, seconds):
    """One run of `qiantang load` holds its records in memory: a long one is some of them, one after the other, with a second or two between."""
    count = -(-seconds // PIECE_S)
    return {f"{name} {i + 1} of {count}" if count > 1 else name: min(PIECE_S, seconds - i * PIECE_S) for i in range(count)}


def make_pack(bank, folder):
    pack = folder / "pack"
    shutil.copytree(ROOT / "packs" / "bank", pack)
    for kind in ("tables", "lists"):
        (pack / kind).mkdir(exist_ok=True)
        for file in (bank / kind).iterdir():
            shutil.copy(file, pack / kind / file.name)
    return pack


class Run:
    def __init__(self, options):
        self.options, self.folder = options, pathlib.Path(tempfile.mkdtemp(prefix="store-away-", dir=options.folder))
        self.data = self.folder / "data"
        self.store = response_bank.Store(SERVER or f"sqlite:{self.data}/response.db")
        seconds = {"before": options.before, **pieces("away", options.away), "after": options.after}
        split(options.bank / "events.ndjson", self.folder, {name: span * options.rate for name, span in seconds.items()})
        os.sync()  # gigabytes that the machine still has to write would hold up the journal's syncs in the first minute
        self.seconds = seconds
        settings = self.folder / "settings.yaml"
        settings.write_text(f"response: {{store: \"{SERVER}\"}}\n" if SERVER else "", encoding="utf-8")
        self.log = open(self.folder / "server.log", "w", encoding="utf-8")
        self.process = subprocess.Popen([options.qiantang, "serve", "--config", settings, "--pack", make_pack(options.bank, self.folder), "--data", self.data, "--port", "0"],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.port = next(int(line.rsplit(":", 1)[1]) for line in self.process.stdout if line.startswith("listening"))

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as reply:
            return reply.read().decode()

    def state(self):
        return json.loads(self.get("/v1/state"))

    def wait(self, mode, seconds=120):
        end = time.monotonic() + seconds
        while self.state()["response"]["mode"] != mode:
            assert time.monotonic() < end, (mode, self.state()["response"])
            time.sleep(0.2)

    def load(self, name):
        out = self.folder / f"{name}.json"
        done = subprocess.run([self.options.qiantang, "load", "--events", self.folder / f"{name}.ndjson", "--port", str(self.port), "--rate", str(self.options.rate), "--seconds", str(self.seconds[name]),
                               "--streams", "8", "--server-pid", str(self.process.pid), "--json", out, *(["--keep"] if self.options.keep else [])], capture_output=True, text=True)
        print(f"\n== {name}\n{done.stdout}{done.stderr}", flush=True)
        return done.returncode == 0

    def take_away(self):
        if SERVER:
            postgresql.stop()
            return
        (self.folder / "elsewhere").mkdir()
        for name in ("response.db", "response.db-wal", "response.db-shm"):
            if (self.data / name).exists():
                (self.data / name).rename(self.folder / "elsewhere" / name)

    def give_back(self):
        if SERVER:
            postgresql.start()
            return
        for name in ("response.db-shm", "response.db-wal", "response.db"):
            if (self.folder / "elsewhere" / name).exists():
                (self.folder / "elsewhere" / name).rename(self.data / name)

    def caught_up(self):
        state = self.state()
        return state["response"]["mode"] == "on" and state["response"]["taken_sequence"] >= state["durable_sequence"]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)
        self.log.close()


def measure(run):
    run.wait("on")
    fine = run.load("before")
    run.take_away()
    run.wait("away")
    for name in (name for name in run.seconds if name.startswith("away")):
        fine = run.load(name) and fine
    print("before it comes back:", {name: run.state()["response"][name] for name in ("mode", "lag_records", "lag_ms")})
    run.give_back()
    back = time.monotonic()
    fine = run.load("after") and fine
    while not run.caught_up():
        time.sleep(0.5)
    took = time.monotonic() - back
    counted = sum(int(float(value)) for value in re.findall(r"^qiantang_model_hits_total\{[^}]*\} (\S+)", run.get("/metrics"), re.M))
    kept, alerts = run.store.rows("SELECT COUNT(*), COUNT(DISTINCT alert) FROM hit")[0]
    unread = run.store.rows("SELECT COUNT(*) FROM unread")[0][0]
    print(f"caught up {took:.0f} s after it came back; hits counted {counted}, in the store {kept}, of {alerts} alerts; put aside {unread}")
    return fine and counted == kept and unread == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("qiantang")
    parser.add_argument("bank", type=pathlib.Path)
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--keep", action="store_true")
    for name, seconds in (("before", 60), ("away", 600), ("after", 60)):
        parser.add_argument("--" + name, type=int, default=seconds)
    parser.add_argument("--folder", default=None, help="where the data go; they are removed afterwards")
    options = parser.parse_args()
    options.qiantang = os.path.abspath(options.qiantang)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever ends it ends the server too
    run = Run(options)
    try:
        return 0 if measure(run) else 1
    finally:
        run.end()
        shutil.rmtree(run.folder)


if __name__ == "__main__":
    sys.exit(main())
