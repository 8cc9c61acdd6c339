#!/usr/bin/env python3
"""Measures what share of published laundering patterns src/graph finds around an account.

    tests/evaluate/shapes.py DATA [--program build/src/graph/graph_shapes]

DATA holds amlsim/ and ibm_aml_patterns/. Three measurements, each with several windows of time:

  dev1k      AMLSim's labelled transactions among 122,000: an instance counts as found from an account of it when a shape of its
             own kind, found with that account as the seed, holds at least half of its movements (and: all of them)
  20K        AMLSim's samples tell fraud accounts alone: of these, and of as many others, the share around which a shape is found
  IBM        the patterns of HI-Small, without the other movements of that bank: whether a shape is told as what it is

Nothing was chosen to make these figures better; defaults are those of graph.h, the windows are stated.
"""
import argparse
import collections
import csv
import datetime
import gzip
import json
import pathlib
import random
import subprocess
import sys

DAY_US = 86400 * 1000000
KINDS = ("fan_in", "fan_out", "cycle", "scatter_gather", "gather_scatter")


def ask(program, movements, seeds, **options):
    """seed -> shapes as (kind, set of movements); and how many searches ended at a bound."""
    lines = [f"{name} {value}" for name, value in options.items()]
    lines += [f"move {time} {payer} {payee} {amount}" for time, payer, payee, amount in movements]
    lines += [f"seed {seed}" for seed in seeds]
    done = subprocess.run([program], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    found, current, cut = {}, [], 0
    for line in done.stdout.splitlines():
        words = line.split()
        if words[0] == "end":
            found[int(words[1])] = current
            cut += int(words[2]) != 0
            current = []
        else:
            current.append((words[0], {int(word) for word in words[3].split(",")}))
    return found, cut


def share(part, whole):
    return f"{part}/{whole} = {part / whole:.0%}" if whole else "none"


def measure_instances(program, movements, instances, title, **options):
    """instances: (kind, set of movements, accounts)."""
    seeds = sorted({account for _, _, accounts in instances for account in accounts})
    found, cut = ask(program, movements, seeds, **options)
    print(f"{title}  ({len(seeds)} seeds, {cut} ended at a bound)")
    for kind in KINDS:
        of_kind = [instance for instance in instances if instance[0] == kind]
        pairs = half = whole = some_half = some_whole = 0
        for _, wanted, accounts in of_kind:
            best = [max((len(wanted & got) / len(wanted) for name, got in found[seed] if name == kind), default=0) for seed in accounts]
            pairs += len(best)
            half += sum(value >= 0.5 for value in best)
            whole += sum(value == 1 for value in best)
            some_half += max(best) >= 0.5
            some_whole += max(best) == 1
        print(f"  {kind:15} from some account: half {share(some_half, len(of_kind)):>12}, all {share(some_whole, len(of_kind)):>12};"
              f"  from each account: half {share(half, pairs):>14}, all {share(whole, pairs):>14}")


def measure_others(program, movements, accounts, title, **options):
    found, cut = ask(program, movements, accounts, **options)
    figures = [f"{kind} {share(sum(any(name == kind for name, _ in shapes) for shapes in found.values()), len(found))}" for kind in KINDS]
    print(f"{title}  ({cut} ended at a bound)\n  " + ", ".join(figures))


def fen(text):
    return max(1, round(float(text) * 100))


# ---- AMLSim, dev1k --------------------------------------------------------------------------------------------------

def moment_us(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()) * 1000000


def dev1k(program, folder):
    movements, place_of, moments = [], {}, {}
    with gzip.open(folder / "transactions.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            text = row["tran_timestamp"]
            place_of[row["tran_id"]] = len(movements)
            moments[text] = moments.get(text) or moment_us(text)
            movements.append((moments[text], int(row["orig_acct"]), int(row["bene_acct"]), fen(row["base_amt"])))
    alerts = collections.defaultdict(list)
    with open(folder / "alert_transactions.csv", newline="") as file:
        for row in csv.DictReader(file):
            alerts[row["alert_type"], row["alert_id"]].append(place_of[row["tran_id"]])
    instances = []
    for (kind, _), places in sorted(alerts.items()):
        accounts = sorted({account for place in places for account in movements[place][1:3]})
        instances.append((kind, set(places), accounts))
    told = collections.Counter(kind for kind, _, _ in instances)
    print(f"\n== AMLSim dev1k: {len(movements):,} movements, instances {dict(told)}; 'random' has no shape of its own here")
    for days in (30, 90, 800):
        measure_instances(program, movements, instances, f"window {days} days", window=days)
    measure_instances(program, movements, instances, "window 30 days, cycles in any order", window=30, any_order=1)
    member = {account for _, _, accounts in instances for account in accounts}
    everybody = sorted({account for movement in movements for account in movement[1:3]} - member)
    others = random.Random(1).sample(everybody, 300)
    for days in (30, 90):
        measure_others(program, movements, others, f"300 accounts of no instance, window {days} days", window=days)


# ---- AMLSim, 20K ----------------------------------------------------------------------------------------------------

def samples(program, folder):
    with gzip.open(folder / "nodes.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    fraud = sorted(int(row["nodeid"]) for row in rows if row["isFraud"] == "1")
    honest = sorted(int(row["nodeid"]) for row in rows if row["isFraud"] == "0")
    movements = []
    with gzip.open(folder / "transactions.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            movements.append((int(row["time"]) * DAY_US, int(row["sourceNodeId"]), int(row["targetNodeId"]), fen(row["value"])))
    others = random.Random(1).sample(honest, len(fraud))
    print(f"\n== AMLSim {folder.name}: {len(movements):,} movements, {len(fraud)} fraud accounts")
    for options in ({"window": 7}, {"window": 30}, {"window": 30, "any_order": 1}, {"window": 30, "fan_min": 5}):
        measure_others(program, movements, fraud, f"fraud accounts, {options}", **options)
        measure_others(program, movements, others, f"others, {options}", **options)


# ---- IBM ------------------------------------------------------------------------------------------------------------

def ibm(program, path):
    patterns = json.load(gzip.open(path))
    numbers, movements, instances = {}, [], []
    for pattern in patterns:
        kind = pattern["pattern_type"].split(":")[0].lower().replace("-", "_")
        places, accounts = set(), set()
        for row in pattern["transactions"]:
            ends = [numbers.setdefault((row[f"{side}_bank"], row[f"{side}_account"]), len(numbers)) for side in ("from", "to")]
            time = int(datetime.datetime.strptime(row["timestamp"] + "+0000", "%Y/%m/%d %H:%M%z").timestamp()) * 1000000
            places.add(len(movements))
            accounts.update(ends)
            movements.append((time, *ends, fen(row["amount_received"])))
        instances.append((kind, places, sorted(accounts)))
    told = collections.Counter(kind for kind, _, _ in instances)
    print(f"\n== IBM HI-Small, patterns alone: {len(movements):,} movements, instances {dict(told)}; "
          "'stack', 'bipartite' and 'random' have no shape of their own here")
    measure_instances(program, movements, instances, "window 30 days", window=30)
    measure_instances(program, movements, instances, "window 30 days, cycles to 16 hops", window=30, hops_max=16)
    large = [instance for instance in instances if len(instance[1]) >= 3 * (1 + (instance[0] in KINDS[3:]))]
    measure_instances(program, movements, large, "of 3 movements and more, scatter-gather and gather-scatter of 6 and more", window=30)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("--program", default="build/src/graph/graph_shapes")
    chosen = options.parse_args()
    dev1k(chosen.program, chosen.data / "amlsim" / "dev1k")
    for name in ("20K_cycle200", "20K_fanin200"):
        samples(chosen.program, chosen.data / "amlsim" / name)
    ibm(chosen.program, chosen.data / "ibm_aml_patterns" / "patterns_dev.json.gz")
    return 0


if __name__ == "__main__":
    sys.exit(main())
