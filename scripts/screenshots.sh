#!/usr/bin/env bash
# Takes pictures of all screens of the console in both languages, for the documents: scripts/screenshots.sh BUILD [FOLDER [NAME,NAME...]]
# They are made smaller by taking 256 colours; look at them before they are committed.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$1/qiantang
folder=$(realpath -m "${2:-docs/pictures/console}")
bank=$(mktemp -d)
taken=$(mktemp -d)
mkfifo "$bank.ready"
python3 scripts/tour_bank.py "$program" "$bank" --customers 2000 --days 3 --live 20 --worked >"$bank.ready" &
tour=$!
trap 'kill "$tour" 2>/dev/null || true; wait "$tour" 2>/dev/null || true; rm -rf "$bank" "$bank.ready" "$taken"' EXIT
exec 3<"$bank.ready" # stays open: more than one line is said
read -r line <&3
echo "$line"
sleep 75 # the bank's days came within a minute: until that is over, the lag of its sources is days
cp console/tests/*.mjs build-console/tests/
QT_ADDRESS=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["address"])' "$bank/tour.json") \
    node build-console/tests/screenshots.mjs "$taken" "${3:-}"
pngquant --force --ext .png --skip-if-larger --quality 60-95 "$taken"/*.png || [[ $? == 98 || $? == 99 ]] # some are not smaller, and stay
mkdir -p "$folder"
cp "$taken"/*.png "$folder"/
ls -l "$folder"
