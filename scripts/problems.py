#!/usr/bin/env python3
"""Writes docs/api/problems.md: every problem that a client of the server may be told, from src/server/api/problems.def.

tests/docs.py compares the two, and sees that no problem of the room http (src/http/problems.def) is missing in the list.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "api" / "problems.md"
HEAD = """# Problems

What goes wrong is told as `application/problem+json` (RFC 9457):

    {"type":"/problems/record_refused","title":"The record is not understood","status":422,
     "detail":"IN005: amount is missing; every pay has to have it","instance":"/v1/events","code":"record_refused"}

`code` is stable and `type` leads to its meaning (`GET /problems/record_refused`); `detail` is for people and may change. With 429 and 503 comes
`Retry-After`. In the answer to many records a record that was not taken has a line of its own with `status`, `code`, `detail`, `record` (which one it was,
from 1) and often `reason_code`, the code of [intake.md](../intake.md) or [diagnostics.md](../diagnostics.md).

| status | `code` | what it means | 中文 | what to do | 如何处理 |
|---|---|---|---|---|---|
"""


def problems(path):
    return re.findall(r'^PROBLEM\(\w+, (\d+), "(\w+)", "([^"]*)"(?:, "([^"]*)", "([^"]*)", "([^"]*)")?\)$', (ROOT / path).read_text(), re.M)


def document():
    rows = sorted(problems("src/server/api/problems.def"))
    return HEAD + "".join(f"| {status} | `{code}` | {title} | {zh} | {way_out} | {way_out_zh} |\n" for status, code, title, zh, way_out, way_out_zh in rows)


def missing():
    """Problems of the room http that the API's list does not have with the same status."""
    known = {(status, code) for status, code, *_ in problems("src/server/api/problems.def")}
    return [code for status, code, *_ in problems("src/http/problems.def") if (status, code) not in known]


if __name__ == "__main__":
    DOCUMENT.write_text(document())
