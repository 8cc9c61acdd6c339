"""Runs `qiantang bench --quick --json -` and checks that every figure is there and positive."""

import json
import os
import re
import subprocess
import sys

MAY_BE_ZERO = {"dead_letters"}
root = os.environ["QIANTANG_ROOT"]
run = subprocess.run(
    [os.path.abspath(sys.argv[1]), "bench", "--quick", "--json", "-"], cwd=root, capture_output=True, text=True
)
if run.returncode != 0:
    sys.exit(f"bench gave {run.returncode}:\n{run.stderr}")
figures = json.loads(run.stdout)
with open(os.path.join(root, "src/cli/bench/figures.def"), encoding="utf-8") as file:
    names = re.findall(r"^FIGURE\((\w+)", file.read(), re.MULTILINE)
assert len(names) > 40, names
wrong = [name for name in names if name not in MAY_BE_ZERO and not figures.get(name, 0) > 0]
wrong += [name for name in MAY_BE_ZERO if figures.get(name) != 0]
if wrong:
    sys.exit(f"missing or not positive: {wrong}\n{run.stdout}")
for low, high in [("p50_us", "p99_us"), ("p99_us", "p999_us"), ("p999_us", "max_us")]:
    assert figures[low] <= figures[high] * 1.04, (low, high)  # buckets are a 32nd wide
print(f"{len(names)} figures")
