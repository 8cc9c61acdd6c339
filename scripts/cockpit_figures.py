#!/usr/bin/env python3
"""Writes the tables of docs/cockpit.md from the lists of src/governance/cockpit: figures, where their rows come from, indicators of the ranking.

A table stands behind a mark such as <!-- figures --> and ends at the next empty line; tests/docs.py compares.
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "cockpit.md"
ROOM = ROOT / "src/governance/cockpit"
KINDS = {"COUNT": "rows", "SUM": "sum", "MONEY": "sum, fen", "SHARE": "share", "RATIO": "ratio", "PER_10000": "by 10,000 accounts", "SPAN": "median", "KAPPA": "kappa"}
SECRECIES = {"SEEN": "", "AML": "; with the clearance AML", "INSIDER": "; with the clearance INSIDER, as an aggregate"}


def entries(name, macro):
    """The arguments of each MACRO(...), which may go over several lines."""
    text = re.sub(r"^ *//.*$", "", (ROOM / name).read_text(encoding="utf-8"), flags=re.M)
    for match in re.finditer(rf"^{macro}\(((?:[^()\"]|\"(?:[^\"\\]|\\.)*\"|\([^()]*\))*)\)$", text, re.M):
        yield [quoted if quoted or not bare else bare.strip() for quoted, bare in re.findall(r'"((?:[^"\\]|\\.)*)"|((?:[^,"()\s]|\([^()]*\))[^,"]*)', match[1])]


def figures():
    rows = list(entries("figures.def", "FIGURE"))
    text = (ROOM / "figures.def").read_text(encoding="utf-8")
    assert len(rows) == len(re.findall(r"^FIGURE\(", text, re.M)) and all(len(row) == 13 for row in rows), [row for row in rows if len(row) != 13]
    return rows


def table(*lines):
    head = ["| " + " | ".join(lines[0]) + " |", "|" + "---|" * len(lines[0])]
    return "\n".join(head + ["| " + " | ".join(line) + " |" for line in lines[1:]])


def tables():
    return {
        "figures": table(("figure", "名称 / name", "口径 / definition", "去重 / counted once", "kind", "rows"),
                         *((f"`{row[1]}`", f"{row[7]}<br>{row[8]}", f"{row[9]}<br>{row[10]}", f"{row[11]}<br>{row[12]}", KINDS[row[3]] + SECRECIES[row[4]], f"`{row[2]}`") for row in figures())),
        "sources": table(("table", "来源", "source", "fed by"), *((f"`{row[2]}`", row[4], row[5], {"FEED": "the stream", "PEOPLE": "people and other systems"}[row[1]])
                                                              for row in entries("sources.def", "SOURCE"))),
        "scores": table(("figure", "指标", "weight", "better", "by 10,000 accounts"),
                        *((f"`{ids()[row[0]][0]}`", ids()[row[0]][1], row[1], {"MORE": "more", "LESS": "less"}[row[2]], "yes" if row[3] == "BY_ACCOUNTS" else "") for row in entries("scores.def", "SCORE"))),
    }


def ids():
    return {row[0]: (row[1], row[7]) for row in figures()}


def document():
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, content in tables().items():
        text, count = re.subn(rf"(?s)(<!-- {name} -->\n).*?(?=\n\n|\n*\Z)", lambda match, content=content: match[1] + content, text)
        assert count == 1, f"{DOCUMENT}: <!-- {name} --> stands {count} times"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
