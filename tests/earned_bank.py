#!/usr/bin/env python3
"""A small bank in which a strategy has earned that it acts, for tests of the console: what the bank to look around in, which is an afternoon old, cannot have.

    earned_bank.py PROGRAM CLOCK_BACK FOLDER

It is twenty days old: alerts of models younger than fourteen days are closed by no strategy. On its first day, while the library CLOCK_BACK (tests/clock_back.c) tells the program the time of then, the model
has its first alert; how old it is the program knows by what it has kept. Then the server is started again, today. More alerts come, the strategy D-QUIET follows them in the shadow, and an analyst decides as it
would have. Prints "ready ADDRESS PASSWORD" and stays until it is ended by a signal. `author` and `author-2` may propose that the strategy acts, `approver` may approve it (nobody is both), `chief` stop it.
"""
import os
import signal
import sys
import threading
import time

import response_bank

response_bank.QIANTANG = sys.argv[1]
import api_bank  # noqa: E402

CLOCK_BACK, FOLDER = sys.argv[2], sys.argv[3]
DAYS = 20
ALERTS = 5


def until(holds, what):
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def event(number, days_ago):
    made = response_bank.pay(number, response_bank.AMOUNT_S3, customer=f"customer{number:04d}", account=f"6222{number:012d}", payee=f"6228{number:012d}")
    return {**made, "event_time": int((time.time() - days_ago * 86400) * 1000)}


def first_day():
    """What a server of then keeps: its users, one alert, and when it was."""
    os.environ.update(LD_PRELOAD=CLOCK_BACK, CLOCK_BACK_S=str(DAYS * 86400))
    try:
        bank = api_bank.Bank(FOLDER, pack={"strategy": True})
    finally:
        del os.environ["LD_PRELOAD"]
    bank.key_of_core.ok("POST", "/v1/events", event(0, DAYS))
    bank.settle()
    opened = bank.person("li", "analyst", skills=["FRAUD"]).ok("GET", "/v1/alerts")["alerts"]
    assert len(opened) == 1 and abs(opened[0]["opened"] / 1000 - (time.time() - DAYS * 86400)) < 600, opened
    until(lambda: bank.server.rows("SELECT 1 FROM run WHERE state = 'DONE'"), "the strategy did not wait to its end")  # on this day, when the model was too young
    for name, *roles in (("author", "model-author"), ("author-2", "model-author"), ("approver", "model-approver")):
        bank.person(name, *roles)
    bank.server.end()
    return bank


def today(bank):
    bank.server = response_bank.Server(bank.server.data)
    li, author = bank.session("li"), bank.session("author")
    bank.settle()
    for number in range(1, ALERTS + 1):
        bank.key_of_core.ok("POST", "/v1/events", event(number, 0))
    bank.settle()

    def would():
        return [run for run in author.ok("GET", "/v1/strategies/D-QUIET")["runs"] if run["outcome"] == "CLOSED"]
    until(lambda: len(would()) == ALERTS, "the strategy did not follow all of them")
    closed = {run["alert"] for run in would()}
    for alert in sorted(closed):
        li.ok("POST", f"/v1/alerts/{alert}/claim", {})
        li.ok("POST", f"/v1/alerts/{alert}/decision", {"code": "TP-VICTIM-SAVED", "note": "deceived"})
    standing = author.ok("GET", "/v1/strategies/D-QUIET")
    assert standing["earned"] and standing["compared"] == standing["agreed"] == ALERTS and standing["mode"] == "SHADOW", standing


def main():
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    bank = first_day()
    try:
        today(bank)
        print(f"ready http://127.0.0.1:{bank.server.port} {api_bank.PASSWORD}", flush=True)
        ended.wait()
    finally:
        bank.server.end()


main()
