#!/usr/bin/env bash
# Prints what this machine does: the parts first, then whole decisions. Machines differ and are noisy: take medians of
# several runs, on a machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1
grep -m 1 'model name' /proc/cpuinfo | sed 's/.*: //'
programs=$(ninja -C "$folder" -t targets all | sed -nE 's/^([^ :]*_bench|[^ :]*\/bench_[a-z_]+|bench_[a-z_]+): .*/\1/p' | sort -u)
# shellcheck disable=SC2086
ninja -C "$folder" --quiet $programs >/dev/null
for program in $programs; do
    printf '\n== %s\n' "${program##*/}"
    QIANTANG_ROOT=$PWD "$folder/$program" </dev/null || echo "(ended with exit code $?)"
done
printf '\n== qiantang bench\n'
"$folder/qiantang" bench --pack packs/bank || echo "(ended with exit code $?)"
