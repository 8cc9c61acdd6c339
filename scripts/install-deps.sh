#!/usr/bin/env bash
# Installs the Debian packages that are missing, and nothing when none is: then it needs no network and no rights.
#
#   scripts/install-deps.sh GROUP...      groups: build clang node browser pictures format deb sql
#   scripts/install-deps.sh --list GROUP...   only names them
set -euo pipefail

# The tests make certificates with openssl's command, and judge documents with python3-jsonschema and, where they are PDFs, with poppler-utils. What is
# printed is set in fonts-noto-cjk.
build=(gcc g++ libc6-dev meson ninja-build pkg-config python3 python3-jsonschema openssl fonts-noto-cjk poppler-utils
    libarchive-dev libcairo2-dev libcurl4-openssl-dev libfontconfig-dev libgnutls28-dev libmicrohttpd-dev libpango1.0-dev libpcre2-dev libpq-dev libsimdjson-dev
    libsqlite3-dev libssl-dev libxxhash-dev libyaml-dev libzstd-dev zlib1g-dev)
# libclang-rt holds clang's sanitizers and its fuzzer, llvm the names in their reports.
clang=(clang libclang-rt-14-dev llvm)
node=(nodejs npm)
# The console's tests look at it in this one, Chromium without a window; its fonts are among those of `build`.
browser=(chromium-headless-shell)
# Makes pictures for the documents small.
pictures=(pngquant)
format=(clang-format-16) # the first of Debian 12 that knows all of .clang-format is 15
deb=(binutils dpkg-dev)
# Tests start a server of their own with it.
sql=(postgresql)

list_only=false
if [[ ${1:-} == --list ]]; then
    list_only=true
    shift
fi

wanted=()
for group in "$@"; do
    case $group in
    build) wanted+=("${build[@]}") ;;
    clang) wanted+=("${clang[@]}") ;;
    node) command -v node >/dev/null && command -v npm >/dev/null || wanted+=("${node[@]}") ;;
    browser) wanted+=("${browser[@]}") ;;
    pictures) wanted+=("${pictures[@]}") ;;
    format) wanted+=("${format[@]}") ;;
    deb) wanted+=("${deb[@]}") ;;
    sql) wanted+=("${sql[@]}") ;;
    *)
        echo "install-deps: there is no group '$group'" >&2
        exit 2
        ;;
    esac
done
if $list_only; then
    echo "${wanted[@]}"
    exit 0
fi

if ! command -v dpkg-query >/dev/null; then
    echo "install-deps: this is no Debian; taking it that these are there: ${wanted[*]:-}" >&2
    exit 0
fi

# Virtual packages count when something provides them (pkg-config may be pkgconf's).
missing=()
for package in "${wanted[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $state == installed* ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
    exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
        cat >&2 <<MESSAGE
These packages are missing, and installing them needs root or sudo. As root:

  apt-get update && apt-get install --no-install-recommends ${missing[*]}
MESSAGE
        exit 1
    fi
    as_root=(sudo)
fi
echo "installing: ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
