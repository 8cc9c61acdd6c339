#!/usr/bin/env python3
"""Makes the small extracts that the simulation is built with, from the published files:

    scripts/simulation-data.py FOLDER     FOLDER holds divisions/, holiday-cn/ and unionpay_bin/

  src/simulation/data/cities.def     administrative divisions of prefecture level, GB/T 2260
  src/simulation/data/holidays.def   days off and days worked instead, 2024 to 2027
  src/simulation/data/bins.def       first digits of cards of twelve banks

Where from and under which licence: src/simulation/data/README.md. The extracts lie in the repository; nobody needs this script to
build. Positions are not in the published files: PROVINCES below holds those of the provinces' capitals, rounded to a tenth of a
degree, and the simulation puts a city near the capital of its province.
"""

import csv
import json
import pathlib
import sys

OUT = pathlib.Path(__file__).resolve().parent.parent / "src/simulation/data"
YEARS = range(2024, 2028)
# Weight in the choice of a city far away, latitude and longitude of the capital in tenths of a degree.
PROVINCES = {
    11: (6, 399, 1164), 12: (3, 391, 1172), 13: (7, 380, 1145), 14: (4, 379, 1126), 15: (3, 408, 1117), 21: (4, 418, 1234),
    22: (3, 439, 1253), 23: (3, 458, 1266), 31: (7, 312, 1215), 32: (10, 321, 1188), 33: (10, 303, 1202), 34: (7, 318, 1172),
    35: (6, 261, 1193), 36: (5, 287, 1159), 37: (9, 367, 1170), 41: (9, 348, 1137), 42: (6, 306, 1143), 43: (7, 282, 1130),
    44: (14, 231, 1133), 45: (5, 228, 1083), 46: (1, 200, 1103), 50: (4, 296, 1066), 51: (8, 307, 1041), 52: (4, 266, 1067),
    53: (5, 250, 1027), 54: (1, 297, 911), 61: (4, 343, 1089), 62: (2, 361, 1038), 63: (1, 366, 1018), 64: (1, 385, 1063),
    65: (2, 438, 876),
}
BANKS = {  # the clearing number of the bank's head office, first digits; PBC's public list of participants
    "ICBC": "102100099996", "ABC": "103100000026", "BOC": "104100000004", "CCB": "105100000017", "COMM": "301290000007",
    "CITIC": "302100011000", "CEB": "303100000006", "CMBC": "305100000013", "GDB": "306581000003", "CMB": "308584000013",
    "CIB": "309391000011", "PSBC": "403100000004",
}


def write(name, comment, lines):
    text = "".join(f"// {line}\n" for line in comment) + "".join(line + "\n" for line in lines)
    (OUT / name).write_text(text)
    print(f"{name}: {len(lines)} rows")


def cities(folder):
    lines = []
    for row in csv.DictReader((folder / "divisions/cities.csv").open(encoding="utf-8")):
        code, province = int(row["code"]), int(row["provinceCode"])
        if code % 100 == 90 or (province == 50 and code % 100 == 2):
            continue  # counties without a city above them
        weight, lat, lon = PROVINCES[province]
        lines.append(f'CITY({code * 100}, "{row["name"]}", {weight}, {lat}, {lon})')
    write("cities.def", ["CITY(code, name, weight of its province, latitude and longitude of the province's capital in tenths of a degree)",
                         "Made by scripts/simulation-data.py; source and licence: README.md beside it."], lines)


def holidays(folder):
    lines = []
    for year in YEARS:
        for day in json.loads((folder / f"holiday-cn/{year}.json").read_text(encoding="utf-8"))["days"]:
            date = day["date"].replace("-", "")
            lines.append(f'HOLIDAY({date}, "{day["name"]}", {1 if day["isOffDay"] else 0})')
    write("holidays.def", ["HOLIDAY(date, name, 1 day off | 0 weekend day worked instead)",
                           "Made by scripts/simulation-data.py; source and licence: README.md beside it."], sorted(set(lines)))


def bins(folder):
    found = {}
    for row in csv.DictReader((folder / "unionpay_bin/bin.csv").open(encoding="utf-8")):
        if row["bank"] in BANKS and row["type"] in ("DC", "CC") and len(row["bin"]) == 6:
            found.setdefault((row["bank"], row["type"]), []).append(row["bin"])
    lines = []
    for (bank, kind), numbers in sorted(found.items()):
        for number in sorted(numbers)[-2:]:
            lines.append(f'BIN("{number}", "{bank}", {1 if kind == "CC" else 0}, "{BANKS[bank]}")')
    write("bins.def", ["BIN(first digits, bank, 1 credit | 0 debit, clearing number of the bank)",
                       "Made by scripts/simulation-data.py; source and licence: README.md beside it."], lines)


if len(sys.argv) != 2:
    sys.exit(__doc__)
source = pathlib.Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
cities(source)
holidays(source)
bins(source)
