#!/usr/bin/env bash
# A first look: checks the bank's pack, runs its models' sequences, replays events through it, and shows a decision and
# how a model was understood. Then a bank is made up and evaluated, and each example pack is checked and tested. Needs no data but what lies in the tree.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$1/qiantang
out=$1/demo
mkdir -p "$out"

show() {
    printf '\n\033[1m$ %s\033[0m\n' "qiantang $*"
    "$program" "$@"
}

show check packs/bank
show test packs/bank

python3 tests/sample_events.py packs/bank 20 >"$out/events.ndjson"
show replay --pack packs/bank --input "$out/events.ndjson" \
    --decisions "$out/decisions.ndjson" --dead-letters "$out/dead-letters.ndjson"

printf '\n\033[1mOne decision as it is written (%s)\033[0m\n' "$out/decisions.ndjson"
grep -m 1 '"model":"M-MU-02-A"' "$out/decisions.ndjson" | python3 -m json.tool --no-ensure-ascii

show explain --pack packs/bank M-MU-02-A

# A day of a small bank with many more frauds than life has, and what the models find of each. What takes days is cut at midnight.
bank=$out/bank
rm -rf "$bank"
show simulate --seed 7 --customers 2000 --days 1 --rate 60 --out "$bank"
show evaluate --cases --pack packs/bank --events "$bank/events.ndjson" --labels "$bank/labels.ndjson" \
    --lists "$bank"/lists/*.csv --tables "$bank"/tables/*.ndjson --page "$bank/page.html"
printf '\nThe same with plots, to be opened in a browser: %s\n' "$bank/page.html"

for pack in examples/*; do
    [[ -f $pack/pack.yaml ]] || continue
    show check "$pack" --brief
    [[ -d $pack/tests ]] && show test "$pack"
done
cat <<MESSAGE

Next: change a threshold in packs/bank/models/MU/M-MU-02-A.yaml and run 'make demo' again, or read docs/README.md.
MESSAGE
