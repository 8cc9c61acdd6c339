#!/usr/bin/env bash
# Configures a build folder if that was not done, and builds: scripts/build.sh FOLDER [MESON OPTION...]
# CC and CXX name the compilers. With QIANTANG_TARGETS only these targets are built.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1
shift
if [[ ! -f $folder/build.ninja ]]; then
    rm -rf "$folder"
    echo "configuring $folder"
    if ! said=$(CC=${CC:-gcc} CXX=${CXX:-g++} meson setup "$folder" "$@" 2>&1); then
        printf '%s\n' "$said" >&2
        exit 1
    fi
fi
# shellcheck disable=SC2086
exec ninja -C "$folder" --quiet ${QIANTANG_TARGETS:-}
