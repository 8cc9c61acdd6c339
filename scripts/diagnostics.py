#!/usr/bin/env python3
"""Writes docs/diagnostics.md: every diagnostic code of src/ with its meaning.

Meanings come from the lists in the code (X(NAME, "IN001", "...")), else from the message that the code is given with.
A meaning that is written by hand in the document stays, as long as its code does: what stands below is only
what is put there for a new code.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "diagnostics.md"
AREAS = {
    "OS": "Files and folders",
    "HT": "The HTTP server",
    "YA": "YAML of any pack file",
    "PK": "The pack as a whole",
    "SC": "schema.yaml",
    "FE": "features/*.yaml",
    "KN": "knowledge.yaml, lists and tables",
    "PO": "policy.yaml",
    "MO": "models/**/*.yaml",
    "DI": "disposition.yaml and scripts/*.yaml",
    "SG": "strategies/*.yaml",
    "EX": "Expressions",
    "MP": "maps/*.yaml",
    "ST": "Stories under tests/",
    "RE": "Inputs of a replay",
    "SV": "The server and its journal",
    "BR": "Brakes of the server",
    "RL": "Releases of packs",
    "CF": "Settings of a server",
    "LG": "The log",
    "JO": "The journal and its snapshots",
    "LD": "qiantang load",
    "AC": "Users, keys and the audit log",
    "GR": "Graphs, ledgers, and what is asked of them",
    "CA": "Cases, gangs and ways of money",
    "LK": "The index of the journal",
    "BU": "Backups",
    "WH": "Webhooks",
    "PA": "Documents, figures and bundles",
    "BK": "The book: units of work, timers, messages, traces",
    "DP": "Alerts: strategies at work, people, samples",
    "DK": "The desk",
    "OF": "What people do with alerts and others, by two and by lists",
    "RF": "Referrals to the police",
    "CP": "The cockpit: figures and papers",
    "RM": "The response from the command line",
    "BA": "batch.yaml",
    "NR": "Nightly runs",
    "RS": "The response in a server",
    "CT": "Held payments, measures, notices, appeals",
    "OD": "Orders of authorities",
    "RH": "qiantang rehearse",
    "IN": "Records that are refused (dead letters)",
}
HEAD = """# Diagnostics

What is wrong with a pack, a map, a list or a record is told with a stable code, the file, line and column, the marked line and,
where there is one, the way out. All mistakes of a run are told, not only the first:

    packs/bank/models/AT/M-AT-01-A.yaml:31:7: error EX010: unknown name 'event.amonut'
       31 | expr: event.amonut >= 10000
          |       ^~~~~~~~~~~~
       hint: did you mean 'event.amount'?

`qiantang check PACK` shows them; its exit code is 1 when there is an error. Warnings do not fail. Codes of records (`IN...`) stand in
dead letters instead: [intake.md](intake.md). This list is kept by `scripts/diagnostics.py`, and a test compares it with the code.
"""


def sources():
    for path in sorted((ROOT / "src").rglob("*")):
        if path.suffix in (".c", ".h", ".cc", ".def") and not path.name.endswith(("_test.c", "_fuzz.c", "_bench.c")):
            if path.name not in ("diag.h", "conformance.c"):
                yield path


def codes():
    """code -> meaning, as far as the code tells it."""
    found = {}
    for path in sources():
        text = path.read_text()
        for code, meaning in re.findall(r'\("?\w+"?,\s*"([A-Z]{2}\d{3})",\s*"([^"]*)"\)', text):
            found[code] = meaning
        for match in re.finditer(r'"([A-Z]{2}\d{3})"', text):
            message = re.match(r'[^;]*?"((?:[^"\\]|\\.)*)"', text[match.end():match.end() + 400], re.S)
            found.setdefault(match[1], message[1] if message else "")
    return found


def readable(message):
    message = re.sub(r"%(\.\*s|s|zu|u|d|lld|g)", "...", message)
    message = re.sub(r"%$", "...", message)  # what follows is put together by the compiler
    message = message.replace("\\n", " ").replace("\\\"", '"').replace("|", "\\|")
    return re.sub(r"^warning: ", "", message).strip()


def main():
    kept = dict(re.findall(r"^\| ([A-Z]{2}\d{3}) \| (.*) \|$", DOCUMENT.read_text(), re.M)) if DOCUMENT.exists() else {}
    found = codes()
    lines = [HEAD]
    for area in [*AREAS, *sorted({code[:2] for code in found} - AREAS.keys())]:
        of_area = sorted(code for code in found if code.startswith(area))
        if not of_area:
            continue
        lines += [f"## {area}: {AREAS.get(area, '')}", "", "| code | what it means |", "|---|---|"]
        lines += [f"| {code} | {kept.get(code) or readable(found[code])} |" for code in of_area]
        lines.append("")
    DOCUMENT.write_text("\n".join(lines).rstrip() + "\n")


if __name__ == "__main__":
    main()
