#!/usr/bin/env bash
# Prints what this machine does: the parts first, then whole decisions. Machines differ and are noisy: take medians of
# several runs, on a machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1
grep -m 1 'model name' /proc/cpuinfo | sed 's/.*: //'
ninja -C "$folder" --quiet bench_json knowledge_bench windows_bench intake_bench
ninja -C "$folder" -t targets all | sed -nE 's/^([^ :]*_bench): .*/\1/p; s/^(bench_json): .*/\1/p; s/^([^ :]*\/bench_json): .*/\1/p' |
    sort -u | while read -r program; do
    printf '\n== %s\n' "${program##*/}"
    QIANTANG_ROOT=$PWD "$folder/$program" </dev/null
done
printf '\n== qiantang bench\n'
"$folder/src/cli/qiantang" bench packs/bank
