#!/usr/bin/env bash
# Every kind of request as a line of curl. QIANTANG_URL is where the server is, QIANTANG_KEY the key where it asks for one.
#
#   qiantang.sh event FILE.json              decides one event
#   qiantang.sh batch FILE.ndjson            decides up to 10,000, a line each
#   qiantang.sh stream FILE.ndjson           decides as many as there are; answers come while it sends ("-": from standard input)
#   qiantang.sh label EVENT_ID LABEL [NOTE]  says what an event turned out to be
#   qiantang.sh decision EVENT_ID            the decision as it was given, with its labels
#   qiantang.sh features ENTITY KEY...       what is known of a thing now
#   qiantang.sh list-add LIST KEY [NOTE] | list-remove LIST KEY | list-has LIST KEY
#   qiantang.sh get PATH                     anything else: /v1/models, /readyz, /metrics
set -euo pipefail

url=${QIANTANG_URL:-http://127.0.0.1:8080}
# What the server turns away for the moment (429, 503) is asked again by itself; --fail-with-body tells a problem and ends with 22.
ask=(curl -sS --fail-with-body --retry 5 --retry-max-time 60)
[[ -n ${QIANTANG_KEY:-} ]] && ask+=(-H "Authorization: Bearer $QIANTANG_KEY")
json='Content-Type: application/json'
ndjson='Content-Type: application/x-ndjson'

# Any text as a part of a path, byte by byte.
part() {
    local LC_ALL=C text=$1 i byte
    for ((i = 0; i < ${#text}; i++)); do
        byte=${text:i:1}
        case $byte in
        [A-Za-z0-9._~-]) printf '%s' "$byte" ;;
        *) printf '%%%02X' "$(($(printf '%d' "'$byte") & 255))" ;;
        esac
    done
}

# Any text as a JSON string; control characters are dropped.
quoted() {
    local text
    text=$(printf '%s' "$1" | tr -d '\000-\037')
    text=${text//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}

command=${1:-help}
shift || true
case $command in
event) "${ask[@]}" -H "$json" --data-binary "@$1" "$url/v1/events" ;;
batch) "${ask[@]}" -H "$ndjson" --data-binary "@$1" "$url/v1/events/batch" ;;
stream) curl -sS --no-buffer ${QIANTANG_KEY:+-H "Authorization: Bearer $QIANTANG_KEY"} -H "$ndjson" -H 'Expect:' -X POST -T "$1" "$url/v1/stream" ;;
label)
    note=${3:+,\"note\":$(quoted "$3")}
    "${ask[@]}" -H "$json" --data-binary "{\"event_id\":$(quoted "$1"),\"label\":$(quoted "$2")$note}" "$url/v1/feedback"
    ;;
decision) "${ask[@]}" "$url/v1/decisions/$(part "$1")" ;;
features)
    query="entity=$(part "$1")"
    shift
    for key in "$@"; do
        query+="&key=$(part "$key")"
    done
    "${ask[@]}" "$url/v1/features?$query"
    ;;
list-add)
    note=${3:+\"note\":$(quoted "$3")}
    "${ask[@]}" -X PUT -H "$json" --data-binary "{$note}" "$url/v1/lists/$(part "$1")/entries/$(part "$2")"
    ;;
list-remove) "${ask[@]}" -X DELETE "$url/v1/lists/$(part "$1")/entries/$(part "$2")" ;;
list-has) "${ask[@]}" "$url/v1/lists/$(part "$1")/entries/$(part "$2")" ;;
get) "${ask[@]}" "$url$1" ;;
*)
    sed -n 's/^# \{0,1\}//p' "$0" | sed 1d
    exit 2
    ;;
esac
