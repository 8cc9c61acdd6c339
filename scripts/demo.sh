#!/usr/bin/env bash
# A first look: checks the bank's pack, runs its models' sequences, replays events through it, and shows a decision and
# how a model was understood. Then a bank is made up and evaluated, two weeks of another are played with its customers and a team, each example pack is checked and tested, and a server is started that decides on the
# bank's day while it is told what happens. At last a bank with people of every role and its console; at a terminal that stays until Enter is pressed. Needs no data but what lies in the tree.
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

# Two weeks of a smaller bank with its customers and a team of five: what becomes of the alerts. Models are too young to close anything by themselves yet.
weeks=$out/weeks
rm -rf "$weeks"
show simulate --seed 5 --customers 500 --days 16 --rate 2 --confusion 1000 --out "$weeks" --quiet
show rehearse --quiet --pack packs/bank --events "$weeks/events.ndjson" --labels "$weeks/labels.ndjson" \
    --lists "$weeks"/lists/*.csv --tables "$weeks"/tables/*.ndjson --store "sqlite:$weeks/rehearsal.db"

for pack in examples/*; do
    [[ -f $pack/pack.yaml ]] || continue
    show check "$pack" --brief
    [[ -d $pack/tests ]] && show test "$pack"
done
# ---- the server ----

say() {
    printf '\n\033[1m%s\033[0m\n' "$1"
}

# The pack with the profiles and lists that the made-up bank has at the beginning of its day.
pack=$out/pack
data=$out/data
rm -rf "$pack" "$data" "$out/server.log"
cp -r packs/bank "$pack"
mkdir -p "$pack/tables" "$pack/lists"
cp "$bank"/tables/*.ndjson "$pack/tables/"
cp "$bank"/lists/*.csv "$pack/lists/"

say "A server with that bank's profiles (\$ qiantang serve --pack $pack --data $data)"
# Time enough for every decision, however busy this machine is otherwise.
printf 'decisions: {default_budget: 1 min, overload_wait: 1 min}\n' >"$out/settings.yaml"
"$program" serve --config "$out/settings.yaml" --pack "$pack" --data "$data" --port 0 >"$out/server.out" 2>"$out/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
until grep -q '^listening' "$out/server.out"; do
    kill -0 "$server" || { cat "$out/server.log" >&2; exit 1; }
    sleep 0.1
done
cat "$out/server.out"
address=$(sed -n 's/^listening on //p' "$out/server.out")
port=${address##*:}

say "The bank's day, 2,000 records a second"
"$program" load --port "$port" --events "$bank/events.ndjson" --keep --rate 2000 --allow-refused --server-pid "$server"
python3 scripts/demo_server.py "$address" "$bank/labels.ndjson"

say 'Nothing of it is lost: the server is killed, started again, and the whole journal decided on once more'
kill -KILL "$server"
wait "$server" 2>/dev/null || true
"$program" serve --config "$out/settings.yaml" --data "$data" --port "$port" >"$out/server.out" 2>>"$out/server.log" &
server=$!
until grep -q '^listening' "$out/server.out"; do
    kill -0 "$server" || { cat "$out/server.log" >&2; exit 1; }
    sleep 0.1
done
cat "$out/server.out"
show verify --data "$data"

kill -TERM "$server"
wait "$server" || true

say 'A bank to look around in: its customers, people of every role, and the console in a browser'
python3 scripts/tour_bank.py "$program" "$out/tour" >"$out/tour.out" &
server=$!
until grep -q '^ready' "$out/tour.out"; do
    kill -0 "$server" || exit 1
    sleep 0.2
done
cat "$out/tour.out"
if [[ -t 0 && -t 1 ]]; then
    printf '\nIt stays until Enter is pressed. '
    read -r _
fi
kill -TERM "$server"
wait "$server" || true
trap - EXIT

cat <<MESSAGE

Next: 'make tour' starts that bank again and stays; change a threshold in packs/bank/models/MU/M-MU-02-A.yaml and run 'make demo' again; start the server of the bank's day with
'$program serve --data $data --port $port' and look at $address/docs; or read docs/README.md.
MESSAGE
