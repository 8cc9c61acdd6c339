#!/usr/bin/env bash
# Replays the same events with several programs, and with one and two threads, and compares every file that comes out
# byte by byte: decisions, features, dead letters.
#
#   tests/determinism.sh [--small] PROGRAM [PROGRAM...]      (make test gives it those of gcc and of clang)
#
# The events are those of the sequences of packs/*, many times over, and the samples in examples/*/data; --small leaves out
# samples of more than 100 kB, for builds that are slow. Prints a
# line "ok ..." or "not ok ..." for each comparison with the first run.
set -euo pipefail

small=false
if [[ ${1:-} == --small ]]; then
    small=true
    shift
fi
programs=()
for program in "$@"; do
    programs+=("$(realpath "$program")")
done
set -- "${programs[@]}"
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

# replay OUT PROGRAM THREADS PACK INPUT
replay() {
    local format=csv
    : >"$1.dead-letters" # is there also when nothing is refused
    [[ $5 == *.ndjson ]] && format=ndjson
    "$2" replay --pack "$4" --input "$5" --format $format --threads "$3" --quiet \
        --decisions "$1.decisions" --features "$1.features" --dead-letters "$1.dead-letters"
}

# compare_all NAME PACK INPUT PROGRAM...
compare_all() {
    local name=$1 pack=$2 input=$3 run=0 kind
    shift 3
    local first=$folder/first
    rm -f "$first".*
    for program in "$@"; do
        for threads in 1 2; do
            local out=$folder/run
            ((run == 0)) && out=$first
            rm -f "$folder"/run.*
            if ! replay "$out" "$program" "$threads" "$pack" "$input"; then
                echo "not ok $name: $program with $threads threads ended with an error"
                failed=1
                return
            fi
            if ((run == 0)); then
                if [[ ! -s $out.decisions ]]; then
                    echo "not ok $name: nothing was decided"
                    failed=1
                    return
                fi
                echo "   $name: $(wc -l <"$out.decisions") decisions, $(grep -c '"hits":\[{' "$out.decisions" || true) with hits," \
                    "$(wc -l <"$out.dead-letters") dead letters"
            else
                for kind in decisions features dead-letters; do
                    if cmp "$first.$kind" "$out.$kind" >&2; then
                        echo "ok $name: $kind of $program with $threads threads"
                    else
                        echo "not ok $name: $kind of $program with $threads threads"
                        failed=1
                    fi
                done
            fi
            run=$((run + 1))
        done
    done
}

# A bank made up by each program, an ordinary and a confusing one: the same files, byte by byte.
for confusion in 100 2000; do
    run=0
    for program in "$@"; do
        "$program" simulate --customers 700 --days 8 --past 5 --rate 30 --seed 11 --confusion $confusion --out "$folder/bank$run" --quiet
        if ((run == 0)); then
            echo "   simulate: $(wc -l <"$folder/bank0/events.ndjson") events and changes, $(wc -l <"$folder/bank0/labels.ndjson") cases"
        fi
        if diff -r "$folder/bank0" "$folder/bank$run" >/dev/null; then
            ((run == 0)) || echo "ok simulate: files of $program"
        else
            echo "not ok simulate: files of $program"
            failed=1
        fi
        run=$((run + 1))
    done
done

for pack in packs/* examples/*; do
    [[ -f $pack/pack.yaml ]] || continue
    if [[ -d $pack/tests && $pack == packs/* ]]; then
        python3 tests/sample_events.py "$pack" 20 >"$folder/events.ndjson"
        [[ -s $folder/events.ndjson ]] && compare_all "$pack sequences" "$pack" "$folder/events.ndjson" "$@"
    fi
    for sample in "$pack"/data/*.csv "$pack"/data/*.csv.gz "$pack"/data/*.csv.zst; do
        [[ -f $sample && ${sample##*/} != features* ]] || continue
        $small && (($(stat -c %s "$sample") > 100000)) && continue
        compare_all "$sample" "$pack" "$sample" "$@"
    done
done
exit $failed
