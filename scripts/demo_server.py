#!/usr/bin/env python3
"""Shows what a server that has decided on the made-up bank's day can be asked: its figures, and one decision that concerned a fraud.

    demo_server.py ADDRESS LABELS.ndjson
"""

import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

address, labels = sys.argv[1], sys.argv[2]


def get(path):
    with urllib.request.urlopen(address + path, timeout=30) as reply:
        return reply.read().decode()


def heading(text):
    print(f"\n\033[1m{text}\033[0m")


def event_ids():
    """Of events that belong to frauds, in the order of the cases."""
    with open(labels) as file:
        for line in file:
            for event in json.loads(line)["events"]:
                yield event["event_id"]


heading(f"How it is ({address}/readyz)")
print(json.dumps(json.loads(get("/readyz")), indent=1))

heading(f"What it has done ({address}/metrics)")
for line in get("/metrics").splitlines():
    if re.match(r"qiantang_(decisions_total|journal_sequence|models)\b", line) and not line.endswith(" 0"):
        print("  " + line)

for event_id in event_ids():
    try:
        kept = json.loads(get("/v1/decisions/" + urllib.parse.quote(event_id, safe="")))
    except urllib.error.HTTPError:
        continue   # a day has frauds of which the first events are yet to come
    hits = kept["decision"]["hits"]
    if hits:
        heading(f"A decision, looked up ({address}/v1/decisions/{event_id})")
        decision = kept["decision"]
        print(f"  {decision['event_type']}: {decision['action']}, {', '.join(decision['tasks']) or 'no task'}, score {decision['score']}, by {decision['catalogue']}")
        for hit in hits:
            print(f"  {hit['model']}  {hit['reason_en'].strip()}\n             {hit['reason_zh'].strip()}")
        break
