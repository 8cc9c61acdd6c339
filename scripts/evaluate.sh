#!/usr/bin/env bash
# Measures the example packs against data with labels: scripts/evaluate.sh BUILD DATA
#
# DATA holds a folder for each example pack, named after it (DATA/handbook), with its CSV files, plain, gzip or zstd. The data are
# not part of this tree; each pack's map says which public set it reads. For each pack: a replay, with its summary in
# BUILD/evaluate/PACK.json; where the pack's map has a label, it tells what was caught and what was flagged in vain.
# Files features_* beside them (the handbook's own features) are compared with ours, feature by feature.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$1/qiantang
out=$1/evaluate
data=${2:-}
if [[ -z $data || ! -d $data ]]; then
    echo "evaluate: make evaluate DATA=folder, with a folder in it for each of:" examples/*/ >&2
    exit 2
fi
if [[ -x tests/evaluate/evaluate.sh ]]; then
    BUILD=$1 exec tests/evaluate/evaluate.sh "$data"
fi
mkdir -p "$out"
shopt -s nullglob
found=0
for pack in examples/*/; do
    pack=${pack%/}
    name=${pack##*/}
    inputs=()
    published=()
    for file in "$data/$name"/*.csv "$data/$name"/*.csv.gz "$data/$name"/*.csv.zst; do
        case ${file##*/} in
        features_*) published+=("$file") ;;
        *) inputs+=("$file") ;;
        esac
    done
    [[ ${#inputs[@]} -gt 0 ]] || continue
    found=1
    printf '\n== %s\n' "$name"
    more=()
    [[ ${#published[@]} -gt 0 ]] && more=(--features "$out/$name.features.csv")
    "$program" replay --pack "$pack" --input "${inputs[@]}" --decisions "$out/$name.decisions.ndjson" \
        --summary "$out/$name.json" --dead-letters "$out/$name.dead-letters.ndjson" "${more[@]}"
    for file in "${published[@]}"; do
        python3 "tests/evaluate/$name.py" "$out/$name.features.csv" "$file" --summary "$out/$name.features.json"
    done
done
if [[ $found -eq 0 ]]; then
    echo "evaluate: nothing of" examples/*/ "is in $data" >&2
    exit 2
fi
