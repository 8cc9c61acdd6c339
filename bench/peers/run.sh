#!/bin/sh
# Installs the peers as package-lock.json names them, makes events.ndjson if it is missing or stale,
# and runs the benchmark; arguments go to bench.mjs and to our own (--json, --passes N).
#
# Not `npm ci`: the lock file knows the ZEN binaries of Linux on x64 only, and npm ci would refuse
# it for that, while npm install takes what the lock file says and looks the other platforms up.
set -eu
cd "$(dirname "$0")"
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
    npm install --no-save --loglevel=error >&2
fi
if ! sha256sum --check --status events.sha256 2>/dev/null; then
    node make-events.mjs
fi
# Our own table on the same rules, where it was built: build/peer_rules, or what PEER_RULES names. With --json it is
# the second document.
peer_rules=${PEER_RULES:-../../build/peer_rules}
status=0
node bench.mjs "$@" || status=$?
if [ -x "$peer_rules" ]; then
    "$peer_rules" "$@" . || status=$?
fi
exit $status
