#!/usr/bin/env python3
"""The contact centre that stands in for a bank's: asked by a server's signed webhooks, it answers over the API as the simulated customers would.

    contact_test.py QIANTANG
"""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

import api_bank
import cases
import response_bank

QIANTANG = response_bank.QIANTANG = api_bank.QIANTANG = os.path.abspath(sys.argv[1])
DECEIVED, ROBBED = "C000000311", "C000000312"


DISPOSITION = response_bank.DISPOSITION
REPLY = "answers:\n"
ANSWERS = REPLY + """  - {name: registered_number, type: bool, zh: 预留号码, en: from the registered number}
  - {name: number_days, type: int, zh: 号码天数, en: age of the number}
  - {name: call_forwarding, type: bool, zh: 呼叫转移, en: calls are forwarded}
"""


def label(number, customer, role, typology):
    now = int(time.time() * 1000)
    return {"case_id": f"CASE{number:06d}", "typology": typology, "name_zh": "案例", "name_en": "a case", "variant": "", "begin": now - 3_600_000, "end": now + 3_600_000, "at_stake": 2500000,
            "lost": 2500000, "people": [customer], "accounts": [], "roles": [{"thing": "customer", "id": customer, "role": role}], "events": []}


class Centre:
    def __init__(self, folder, bank, port, labels, hurry=100000):
        write = response_bank.write
        write(os.path.join(folder, "labels.ndjson"), "".join(json.dumps(one) + "\n" for one in labels))
        write(os.path.join(folder, "contact.key"), bank.key("contact", "tasks:answer").headers["Authorization"].split()[1] + "\n")
        os.chmod(os.path.join(folder, "contact.key"), 0o600)
        self.process = subprocess.Popen([QIANTANG, "contact", "--server", f"http://127.0.0.1:{bank.server.port}", "--key-file", os.path.join(folder, "contact.key"), "--port", str(port),
                                         "--labels", os.path.join(folder, "labels.ndjson"), "--secret-file", os.path.join(folder, "contact.secret"), "--hurry", str(hurry)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().split()[-1]
        assert self.address.endswith(f":{port}"), (self.address, self.process.stderr.read())

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        said, wrong = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, (self.process.returncode, wrong)
        return said, wrong


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def waits(what, until=60):
    end = time.monotonic() + until
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def begin(folder):
    # What somebody says is more than this bank's strategies ask.
    response_bank.DISPOSITION = ANSWERS.join(DISPOSITION.split(REPLY))
    port = free_port()
    response_bank.write(os.path.join(folder, "contact.secret"), response_bank.SECRET + "\n")
    bank = api_bank.Bank(folder, endpoints={"contact": (f"http://127.0.0.1:{port}/", os.path.join(folder, "contact.secret"))})
    return bank, port


def ask(bank, person, customer):
    """A payment of his, its alert taken, and the customer asked by message."""
    bank.pay(response_bank.AMOUNT_S3, customer)
    alert = person.ok("POST", "/v1/alerts/next")["alert"]
    assert alert["customer"] == customer, alert
    task = person.ok("POST", f"/v1/alerts/{alert['alert']}/questions", {"channel": "SMS", "script": "ASK"})["task"]
    return alert["alert"], task["task"]


def test_customers_answer(folder):
    bank, port = begin(folder)
    centre = Centre(folder, bank, port, [label(1, DECEIVED, "deceived", "VP-01"), label(2, ROBBED, "robbed", "AT-02")])
    li = bank.person("li", "analyst", skills=["FRAUD"])
    said = {}
    for customer in [DECEIVED, ROBBED] + [f"C{number:09d}" for number in range(1, 13)]:
        alert, task = ask(bank, li, customer)
        end = time.monotonic() + 3  # some never answer a message
        while time.monotonic() < end and bank.server.rows(f"SELECT state FROM task WHERE id = {task}") == [("ASKED",)]:
            time.sleep(0.02)
        said[customer] = bank.server.rows(f"SELECT state, answer, answered_by FROM task WHERE id = {task}")[0]
        li.ok("POST", f"/v1/alerts/{alert}/decision", {"code": "TEST", "note": "a test"})
    centre_said, wrong = centre.end()
    answered = {customer: json.loads(answer) for customer, (state, answer, _) in said.items() if state == "ANSWERED"}
    assert f"asked {len(said)}, answered {len(answered)}, taken {len(answered)}, too late 0, refused 0" in centre_said, (centre_said, wrong, said)
    assert {by for state, _, by in said.values() if state == "ANSWERED"} == {"contact"}, said
    # Innocents say yes, and so does who is deceived: his word is worth nothing, and the strategies know it.
    assert 4 <= len(answered) < len(said) and all(answer["reply"] in ("Y", "N", "OTHER") for answer in answered.values()), answered
    assert sum(answer["reply"] == "Y" for answer in answered.values()) >= len(answered) - 1, answered
    assert answered[DECEIVED]["reply"] == "Y", answered


def test_what_is_not_genuine(folder):
    bank, port = begin(folder)
    centre = Centre(folder, bank, port, [])
    for headers, status in (({}, 401), ({"webhook-id": "msg_1", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}, 401)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/", json.dumps({"type": "task.asked", "data": {"task": 1}}), {"Content-Type": "application/json", **headers})
        reply = connection.getresponse()
        assert reply.status == status, (reply.status, reply.read())
        connection.close()
    said, _ = centre.end()
    assert "asked 0, answered 0" in said, said


def test_mistakes(folder):
    response_bank.write(os.path.join(folder, "labels.ndjson"), "{}\n")
    response_bank.write(os.path.join(folder, "secret"), "not a secret\n")
    base = [QIANTANG, "contact", "--server", "http://127.0.0.1:1", "--labels", os.path.join(folder, "labels.ndjson")]
    for arguments, code, words in ((base, 2, "--secret-file"), ([*base, "--secret-file", "x"], 1, "not a label"), ([*base, "--secret-file", "x", "--hurry", "0"], 2, "--hurry")):
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
        assert done.returncode == code and words in done.stderr, (arguments, done.returncode, done.stderr)
    response_bank.write(os.path.join(folder, "labels.ndjson"), "")
    done = subprocess.run([*base, "--secret-file", os.path.join(folder, "secret")], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "WH001" in done.stderr, done.stderr


cases.run(api_bank.ended(globals()), sys.argv[2:])
