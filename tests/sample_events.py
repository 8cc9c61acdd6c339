#!/usr/bin/env python3
"""Makes one stream of events out of the sequences of a pack: for replays that are compared with each other.

    tests/sample_events.py PACK [ROUNDS] > events.ndjson

Sequences of tests may leave out required fields; here they are filled in from `required:` of the schema with a value
of the field's type. Every sequence gets accounts, customers and so on of its own, every round too. Events are in the order of
their time; some come twice, some come late and some cannot be read, since a bank's stream is like that.
"""

import json
import pathlib
import re
import sys

DAY_MS = 86_400_000
ROUND_MS = 3 * DAY_MS


def schema_fields(pack):
    """(name, type, required, first value of its enumeration, longest text) of each field, from its {...} in schema.yaml."""
    text = (pack / "schema.yaml").read_text()
    first = dict(re.findall(r"^  (\w+): *(?:\[|\n    )([^,:\]\s]+)", text, re.M))
    fields = []
    lines = re.findall(r"^  - \{(.*?)\}[ ]*(?:#[^\n]*)?$", text, re.M | re.S)
    assert len(lines) == len(re.findall(r"^  - \{", text, re.M)), "an entry of schema.yaml was not understood"
    for line in lines:
        name = re.search(r"\bname: (\w+)", line)
        kind = re.search(r"\btype: (\w+)", line)
        required = re.search(r"\brequired: (all|\[[^\]]*\])", line)
        enum = re.search(r"\benum: (\w+)", line)
        longest = re.search(r"\bmax: (\d+)", line)
        if name and kind:
            fields.append((name[1], kind[1], required[1] if required else "", first.get(enum[1]) if enum else None,
                           int(longest[1]) if longest else 256))
    return fields


def needs(required, kind):
    return required == "all" or kind in re.findall(r"\w+", required)


def filler(kind, first):
    return {"int": 1, "float": 1.0, "bool": False, "money": 100_00, "list": []}.get(kind, first or "x")


def own(value, suffix, longest):
    return value + suffix if isinstance(value, str) and len(value + suffix) <= longest else value


IDS = re.compile(r"(^|_)(id|no|ref|token)$")


def events(pack, rounds):
    fields = schema_fields(pack)
    longest = {name: most for name, kind, _, _, most in fields if kind == "string"}
    sequences = [json.loads(line) for path in sorted((pack / "tests").rglob("*.jsonl"))
                 for line in path.read_text().splitlines() if line.strip()]
    for around in range(rounds):
        for number, sequence in enumerate(sequences):
            suffix = f"-{around}-{number}"
            for event in sequence["events"]:
                event = {name: own(value, suffix, longest.get(name, 0)) if IDS.search(name) else value
                         for name, value in event.items()}
                if isinstance(event.get("event_time"), int):
                    event["event_time"] += around * ROUND_MS
                for name, kind, required, first, _ in fields:
                    if name not in event and needs(required, event.get("event_type")):
                        event[name] = filler(kind, first)
                yield event


def main():
    pack = pathlib.Path(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    stream = sorted(events(pack, rounds), key=lambda event: event.get("event_time", 0))
    for index, event in enumerate(stream):
        print(json.dumps(event, ensure_ascii=False))
        if index % 97 == 96:
            print(json.dumps(stream[index - 50], ensure_ascii=False))  # comes again
        if index % 211 == 210:
            late = dict(stream[index - 200], event_id=f"late-{index}")
            print(json.dumps(late, ensure_ascii=False))
        if index % 499 == 498:
            print('{"event_id": "torn')


main()
