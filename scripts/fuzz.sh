#!/usr/bin/env bash
# Builds every src/**/*_fuzz.c with clang's fuzzer and sanitizers and lets each hunt for SECONDS (default 60).
# New inputs go to build-fuzz/corpus/NAME; what breaks a target lies in build-fuzz/findings. The corpora in fuzz/ are
# only read; the normal test run replays them.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
export CC=clang CXX=clang++
# fuzzer-no-link gives every object its counters; the targets alone are linked with the fuzzer's main.
scripts/build.sh build-fuzz -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=false -Doptimization=1 \
    -Dfuzz=true "-Dc_args=-fno-omit-frame-pointer -w" "-Dcpp_args=-fno-omit-frame-pointer -w"
mkdir -p build-fuzz/findings
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
failed=()
for source in $(git ls-files 'src/*_fuzz.c'); do
    name=$(basename "$source" _fuzz.c)
    program=$(find build-fuzz -type f -perm -u+x -name "*${name}_fuzz" | head -n 1)
    corpora=$(find fuzz -mindepth 1 -maxdepth 1 -type d -name "$name")
    [[ $name == json ]] && corpora+=" tests/data/jsontestsuite"
    mkdir -p "build-fuzz/corpus/$name"
    # An expression may take its 10 million comparisons, which is seconds under the sanitizers.
    log=build-fuzz/$name.log
    # shellcheck disable=SC2086
    if "$program" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build-fuzz/findings/$name-" "build-fuzz/corpus/$name" $corpora >"$log" 2>&1; then
        printf '%-10s %s inputs in %s s\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$seconds"
    else
        tail -n 40 "$log"
        failed+=("$name")
    fi
done
if [[ ${#failed[@]} -gt 0 ]]; then
    echo "broken: ${failed[*]}; the inputs are in build-fuzz/findings"
    exit 1
fi
echo "nothing found"
