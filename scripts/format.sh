#!/usr/bin/env bash
# clang-format over C files that differ from the last commit; --all over every one.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ ${1:-} == --all ]]; then
    files=$(git ls-files 'src/*.c' 'src/*.h')
else
    files=$({ git diff --name-only --diff-filter=d HEAD -- 'src/*.c' 'src/*.h'; git ls-files -o --exclude-standard -- 'src/*.c' 'src/*.h'; } | sort -u)
fi
[[ -z $files ]] && { echo "nothing to format"; exit 0; }
# shellcheck disable=SC2086
clang-format-16 -i $files
