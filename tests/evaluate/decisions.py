#!/usr/bin/env python3
"""Measures the decisions of a replay against the truth, before and after a moment.

    tests/evaluate/decisions.py DECISIONS.ndjson TRUTH.csv[.gz] --id tx_id --label is_fraud --fraud 1 [--split SHARE] [--json OUT]

A decision flags its event when its action is not the weakest one, PASS. With --split 0.5 the events of the first half of the file
(on which thresholds may have been chosen) and of the second are counted apart. Per model: hits that no
guard held back, and how many of them are fraud, shadow models included. The file of truth has to hold the events in the order of the decisions; events without a decision count as missed.
"""
import argparse
import csv
import gzip
import json
import sys


def opened(path):
    return gzip.open(path, "rt", newline="") if path.endswith(".gz") else open(path, newline="")


def share(part, whole):
    return part / whole if whole else 0.0


class Part:
    def __init__(self, name):
        self.name, self.events, self.fraud, self.flagged, self.caught = name, 0, 0, 0, 0
        self.models = {}

    def summary(self):
        return {"part": self.name, "events": self.events, "fraud": self.fraud, "flagged": self.flagged, "caught": self.caught,
                "precision": share(self.caught, self.flagged), "recall": share(self.caught, self.fraud),
                "models": {model: {"hits": hits, "fraud": caught} for model, (hits, caught, _) in sorted(self.models.items())}}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("decisions")
    options.add_argument("truth")
    options.add_argument("--id", required=True)
    options.add_argument("--label", required=True)
    options.add_argument("--fraud", default="1")
    options.add_argument("--split", type=float, default=0.5)
    options.add_argument("--json")
    chosen = options.parse_args()

    truth = {}
    with opened(chosen.truth) as file:
        for position, row in enumerate(csv.DictReader(file)):
            truth[row[chosen.id]] = (position, row[chosen.label] == chosen.fraud)
    border = int(len(truth) * chosen.split)
    parts = [Part("first"), Part("second")]
    for position, fraud in truth.values():
        part = parts[position >= border]
        part.events += 1
        part.fraud += fraud
    with opened(chosen.decisions) as file:
        for line in file:
            if '"hits":[]' in line and '"action":"PASS"' in line:
                continue
            decision = json.loads(line)
            if decision["event_id"] not in truth:
                sys.exit(f"event {decision['event_id']} is not in the file of truth")
            position, fraud = truth[decision["event_id"]]
            part = parts[position >= border]
            if decision["action"] != "PASS":
                part.flagged += 1
                part.caught += fraud
            for hit in decision["hits"]:
                if "held_by" in hit:
                    continue
                counted = part.models.setdefault(hit["model"], [0, 0, hit.get("shadow", False)])
                counted[0] += 1
                counted[1] += fraud

    for part in parts:
        print(f"{part.name:7} {part.events:9,} events {part.fraud:6,} fraud {part.flagged:6,} flagged "
              f"precision {share(part.caught, part.flagged):6.1%} recall {share(part.caught, part.fraud):6.1%}")
    models = sorted(set(parts[0].models) | set(parts[1].models))
    if models:
        print(f"{'model':16} {'first: hits':>11} {'precision':>9} {'recall':>7}   {'second: hits':>12} {'precision':>9} {'recall':>7}")
    for model in models:
        cells, shadow = [], False
        for part in parts:
            hits, caught, in_shadow = part.models.get(model, (0, 0, False))
            shadow = shadow or in_shadow
            cells += [hits, share(caught, hits), share(caught, part.fraud)]
        print("{:16} {:11,} {:9.1%} {:7.1%}   {:12,} {:9.1%} {:7.1%}{}".format(model, *cells, "  shadow" if shadow else ""))
    if chosen.json:
        with open(chosen.json, "w") as out:
            json.dump([part.summary() for part in parts], out)


if __name__ == "__main__":
    main()
