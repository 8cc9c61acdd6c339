#!/usr/bin/env python3
"""Compares the features of a replay with those that the Fraud Detection Handbook publishes.

    qiantang replay --pack examples/handbook --input tx_2018-04-01_07-31.csv.gz --features out.csv
    tests/evaluate/handbook.py out.csv features_2018-06-20_07-31.csv.gz [--summary out.json]

Counts have to be equal, means and risks equal to 1e-6. Every row of the published file has to be there. Where a customer pays
twice within one second, the order of the two is arbitrary and the book's customer columns may be those of the other one: up to
24 such rows are allowed, and only there. Exit code 1 when more differs, 2 when a file is not what it should be.
"""
import csv
import gzip
import json
import sys

ALLOWED = 24
TOLERANCE = 1e-6
SHOWN = 24


def opened(path):
    return gzip.open(path, "rt", newline="") if path.endswith(".gz") else open(path, newline="")


def is_count(name):
    return "_NB_TX_" in name or name.startswith("TX_DURING_")


def differs(name, ours, theirs):
    if ours == theirs:
        return False
    if ours == "" or theirs == "":
        return True
    if is_count(name):
        return float(ours) != float(theirs)
    return abs(float(ours) - float(theirs)) > TOLERANCE


def main(arguments):
    summary_path = None
    if "--summary" in arguments:
        at = arguments.index("--summary")
        summary_path = arguments[at + 1]
        del arguments[at:at + 2]
    if len(arguments) != 2:
        sys.stderr.write(__doc__)
        return 2
    with opened(arguments[0]) as ours_file, opened(arguments[1]) as theirs_file:
        ours, theirs = csv.reader(ours_file), csv.reader(theirs_file)
        our_names, their_names = next(ours), next(theirs)
        if our_names[0] != "TRANSACTION_ID" or their_names[0] != "TRANSACTION_ID":
            print("the first column has to be TRANSACTION_ID")
            return 2
        missing = [name for name in their_names if name not in our_names]
        if missing:
            print("columns that the replay lacks:", ", ".join(missing))
            return 2
        in_order = our_names[:len(their_names)] == their_names
        columns = [(name, our_names.index(name), index) for index, name in enumerate(their_names)][1:]
        per_column = {name: 0 for name, _, _ in columns}
        worst = {name: 0.0 for name, _, _ in columns}
        compared = 0
        rows = []          # (transaction, [(column, ours, theirs)])
        published = {row[0]: row for row in theirs}
        for mine in ours:
            wanted = published.pop(mine[0], None)
            if wanted is None:
                continue
            compared += 1
            found = []
            for name, our_index, their_index in columns:
                a, b = mine[our_index], wanted[their_index]
                if a == b:
                    continue
                if a != "" and b != "":
                    worst[name] = max(worst[name], abs(float(a) - float(b)))
                if differs(name, a, b):
                    per_column[name] += 1
                    found.append((name, a, b))
            if found:
                rows.append((wanted[0], found))

    absent = len(published)
    customer_rows = [row for row in rows if all(name.startswith("CUSTOMER_ID_") for name, _, _ in row[1])]
    other_rows = len(rows) - len(customer_rows)
    print(f"{'column':42} {'rows that differ':>16} {'largest difference':>19}")
    for name, _, _ in columns:
        print(f"{name:42} {per_column[name]:16,} {worst[name]:19.3g}")
    for transaction, found in rows[:SHOWN]:
        print(f"  {transaction}: " + "; ".join(f"{name} {a} instead of {b}" for name, a, b in found))
    if len(rows) > SHOWN:
        print(f"  and {len(rows) - SHOWN:,} more")
    print(f"{compared:,} rows of {len(columns)} columns compared; {len(rows):,} rows differ, "
          f"{len(customer_rows)} of them in customer columns alone; {absent} rows are missing"
          + ("" if in_order else "; the columns do not come in the book's order"))
    good = len(customer_rows) <= ALLOWED and other_rows == 0 and absent == 0 and compared > 0 and in_order
    if summary_path is not None:
        with open(summary_path, "w") as out:
            json.dump({"rows": compared, "missing": absent, "different": len(rows),
                       "different_other": other_rows, "columns": per_column, "good": good}, out)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
