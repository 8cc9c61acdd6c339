#!/usr/bin/env python3
"""What the response costs decisions, with its store there and with its store away.

Usage: bench/response_away.py QIANTANG [--rate 5000] [--seconds 600] [--store postgresql://...] [--away COMMAND --back COMMAND]

Three servers, one after the other, decide on the same events of a simulated bank with packs/bank, at the same rate: one without a response, one whose store is there, and one whose store goes away
after a sixth of the time and is back after five sixths (with 720 s: ten minutes with one minute on each side are 600 s away). Printed is how long events waited for their answers in each, as
`qiantang load` measures it, how far the response was behind when the store came back, how long it took to catch up, and whether everything was taken: as many payments are held as were
decided DELAY, nothing was put aside. A store in a file is moved away and back; of another one the commands say how it goes and comes.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILES = ["response.db", "response.db-wal", "response.db-shm"]  # it goes first and comes last: what is half there is opened by nobody
SETTINGS = "metrics: {{enabled: true}}\nresponse: {{store: \"{store}\"}}\n"


def make_bank(options, folder):
    subprocess.run([options.qiantang, "simulate", "--seed", "7", "--customers", str(options.customers), "--days", "4", "--past", "7", "--out", f"{folder}/made", "--quiet"], check=True)
    shutil.copytree(ROOT / "packs" / "bank", f"{folder}/pack")
    for kind in ("tables", "lists"):
        shutil.copytree(f"{folder}/made/{kind}", f"{folder}/pack/{kind}", dirs_exist_ok=True)


class Server:
    def __init__(self, options, folder, name, store):
        self.data = f"{folder}/{name}"
        with open(self.data + ".yaml", "w", encoding="utf-8") as file:
            file.write(SETTINGS.format(store=store))
        self.log = open(self.data + ".log", "w", encoding="utf-8")
        self.process = subprocess.Popen([options.qiantang, "serve", "--config", self.data + ".yaml", "--pack", f"{folder}/pack", "--data", self.data, "--port", "0"], stdout=subprocess.PIPE,
                                        stderr=self.log, text=True)
        self.port = next(int(line.rsplit(":", 1)[1]) for line in self.process.stdout if line.startswith("listening"))

    def state(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v1/state", timeout=60) as reply:
            return json.load(reply)

    def catch_up(self):
        """Until everything was taken; seconds."""
        began = time.monotonic()
        while True:
            state = self.state()
            if state["response"]["mode"] == "on" and state["response"]["taken_sequence"] >= state["durable_sequence"]:
                return time.monotonic() - began
            time.sleep(0.05)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)
        self.log.close()


def load(options, server, folder, name, seconds):
    path = f"{folder}/{name}.json"
    arguments = ["--port", str(server.port), "--events", f"{folder}/made/events.ndjson", "--rate", str(options.rate), "--seconds", str(seconds), "--connections", "64", "--json", path]
    done = subprocess.run([options.qiantang, "load", *arguments], capture_output=True, text=True, check=False)
    with open(path, encoding="utf-8") as file:
        return json.load(file), done.stdout


def tell(name, text):
    line = next(line for line in text.splitlines() if line.startswith("latency"))
    actions = next((line for line in text.splitlines() if line.startswith("actions")), "")
    print(f"{name:24}{line[7:]}\n{'':24}{actions}", flush=True)


def delayed(text):
    words = next(line for line in text.splitlines() if line.startswith("actions")).split()
    return int(words[words.index("DELAY") + 1]) if "DELAY" in words else 0


def held(store):
    if store.startswith("postgresql"):
        done = subprocess.run(["psql", "-X", "-At", store, "-c", "SELECT COUNT(*) FROM hold"], capture_output=True, text=True, check=True)
        return int(done.stdout)
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    return connection.execute("SELECT COUNT(*) FROM hold").fetchone()[0]


class Absence:
    """Takes the store away for a while."""

    def __init__(self, options, server, folder, seconds):
        self.options, self.server, self.elsewhere = options, server, f"{folder}/elsewhere"
        os.mkdir(self.elsewhere)
        self.lag = None
        self.thread = threading.Thread(target=self.run, args=(seconds,))
        self.thread.start()

    @staticmethod
    def move(source, target, names):
        for name in names:
            if os.path.exists(f"{source}/{name}"):
                os.rename(f"{source}/{name}", f"{target}/{name}")

    def run(self, seconds):
        time.sleep(seconds / 6)
        if self.options.away:
            subprocess.run(self.options.away, shell=True, check=True)
        else:
            self.move(self.server.data, self.elsewhere, FILES)
        time.sleep(seconds * 4 / 6)
        self.lag = self.server.state()["response"]
        if self.options.back:
            subprocess.run(self.options.back, shell=True, check=True)
        else:
            self.move(self.elsewhere, self.server.data, FILES[::-1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("qiantang")
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=720)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--store", default="sqlite:response.db")
    parser.add_argument("--away")
    parser.add_argument("--back")
    options = parser.parse_args()
    options.qiantang = os.path.abspath(options.qiantang)
    with tempfile.TemporaryDirectory() as folder:
        make_bank(options, folder)
        print(f"{options.rate} events a second, {options.seconds} s each\n{'':24} samples        50 %        90 %        99 %      99.9 %     99.99 %         max  (ms)")
        for name, store in (("without a response", "none"), ("with its store", options.store), ("its store away", options.store)):
            if store.startswith("postgresql") and name == "its store away":
                subprocess.run(["psql", "-X", "-q", options.store, "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public"], check=True)
            server = Server(options, folder, name.replace(" ", "_"), store)
            absence = Absence(options, server, folder, options.seconds) if name == "its store away" else None
            _, text = load(options, server, folder, name.replace(" ", "_"), options.seconds)
            tell(name, text)
            if absence:
                absence.thread.join()
                print(f"{'':24}behind when it came back: {absence.lag['lag_records']} records, {absence.lag['lag_ms'] / 1000:.0f} s")
            if store != "none":
                took = server.catch_up()
                state = server.state()["response"]
                found = held(options.store if store.startswith("postgresql") else f"{server.data}/response.db")
                print(f"{'':24}caught up {took:.1f} s after the last event; {state['decisions']} taken, {state['put_aside']} put aside, timers {state['timers']}, late {state['timers_late']};"
                      f" decided DELAY {delayed(text)}, held {found}", flush=True)
            server.end()


main()
