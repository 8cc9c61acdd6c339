#!/usr/bin/env python3
"""Measures a replay whose truth is a file of accounts (AMLSim's 20K samples): which accounts took part in a flagged transfer?

    tests/evaluate/accounts.py DECISIONS.ndjson transactions.csv.gz nodes.csv.gz [--json OUT]

Event ids are P1, P2 ...: the position in the file. Both accounts of a flagged transfer count as found.
"""
import csv
import gzip
import json
import sys


def main(arguments):
    out = None
    if "--json" in arguments:
        at = arguments.index("--json")
        out = arguments[at + 1]
        del arguments[at:at + 2]
    if len(arguments) != 3:
        sys.stderr.write(__doc__)
        return 2
    flagged, models = set(), {}
    with open(arguments[0]) as file:
        for line in file:
            if '"hits":[]' in line and '"action":"PASS"' in line:
                continue
            decision = json.loads(line)
            position = int(decision["event_id"][1:])
            if decision["action"] != "PASS":
                flagged.add(position)
            for hit in decision["hits"]:
                if "held_by" in hit:
                    continue
                models.setdefault(hit["model"], set()).add(position)
    with gzip.open(arguments[2], "rt", newline="") as file:
        fraud = {row["nodeid"] for row in csv.DictReader(file) if row["isFraud"] == "1"}
    found, by_model, events = set(), {model: set() for model in models}, 0
    with gzip.open(arguments[1], "rt", newline="") as file:
        for events, row in enumerate(csv.DictReader(file), 1):
            both = (row["sourceNodeId"], row["targetNodeId"])
            if events in flagged:
                found.update(both)
            for model, positions in models.items():
                if events in positions:
                    by_model[model].update(both)
    caught = len(found & fraud)
    precision = caught / len(found) if found else 0.0
    recall = caught / len(fraud)
    print(f"{events:,} transfers, {len(fraud):,} fraud accounts; {len(flagged):,} transfers flagged, {len(found):,} accounts, "
          f"precision {precision:.1%}, recall {recall:.1%}")
    by_model_figures = {}
    for model in sorted(by_model):
        accounts = by_model[model]
        figures = {"precision": len(accounts & fraud) / len(accounts), "recall": len(accounts & fraud) / len(fraud)}
        by_model_figures[model] = figures
        print(f"  {model:12} {len(accounts):6,} accounts, precision {figures['precision']:6.1%}, recall {figures['recall']:6.1%}")
    if out is not None:
        with open(out, "w") as file:
            json.dump({"accounts": len(found), "precision": precision, "recall": recall, "models": by_model_figures}, file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
