#!/usr/bin/env bash
# The same 600 rules in other engines (bench/peers/README.md).
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -d bench/peers ]] || { echo "bench-peers: bench/peers is not in this tree" >&2; exit 1; }
exec sh bench/peers/run.sh
