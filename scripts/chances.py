#!/usr/bin/env python3
"""Writes the tables of docs/simulate.md that stand in lists of the code: chances of answers, the team, roles, members of answers, lookalikes.

A table stands between <!-- NAME --> and the next empty line. tests/docs.py compares the document with the lists.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "simulate.md"
CHANCES = "src/simulation/answers/chances.def"
CHANNELS = {"TEXTS": "texts", "CALLS": "calls", "SESSION": "the app", "FORWARD": "by forwarding"}


def rows(path, macro):
    """Arguments of every MACRO(...) line of a list, as texts."""
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        if line.startswith(macro + "("):
            arguments = line[len(macro) + 1:line.rindex(")")]
            yield [text if quoted else bare.strip() for quoted, text, bare in re.findall(r'(")((?:[^"\\]|\\.)*)"|([^,"\s][^,"]*)', arguments)]


def percent(of_ten_thousand):
    return f"{int(of_ten_thousand) / 100:.2f}".rstrip("0").rstrip(".") + " %"


def span(seconds):
    seconds = int(seconds)
    return f"{seconds} s" if seconds < 600 else f"{seconds // 3600} h" if seconds < 172800 else f"{seconds // 86400} days"


def held(channels):
    return "nothing" if channels == "0" else ", ".join(CHANNELS[channel.strip()] for channel in channels.split("|"))


def table(*lines):
    head = ["| " + " | ".join(lines[0]) + " |", "|" + "---|" * len(lines[0])]
    return "\n".join(head + ["| " + " | ".join(line) + " |" for line in lines[1:]])


def tables():
    return {
        "roles": table(("role", "zh", "what"), *((f"`{word}`", zh, what) for _, word, zh, what in rows("src/simulation/roles.def", "ROLE"))),
        "lookalikes": table(("what", "zh", "rate", "named by", "how it is played"),
                            *((name.replace("_", " "), zh, f"{int(rate) / 100:.2f}", typologies, what)
                              for name, zh, rate, typologies, what in rows("src/simulation/lookalikes.def", "LOOKALIKE"))),
        "members": table(("member", "zh", "what"), *((f"`{field}`", zh, what) for _, field, _, zh, what in rows("src/simulation/answers/members.def", "MEMBER"))),
        "reach": table(("channel", "zh", "reached", "median", "source", "why"),
                       *((f"`{name}`", zh, percent(chance), span(median), source, why) for name, zh, chance, median, _, source, why in rows(CHANCES, "REACH"))),
        "chances": table(("chance", "of 100", "source", "why"),
                         *((name.lower().replace("_", " "), percent(chance), source, why) for name, chance, source, why in rows(CHANCES, "CHANCE"))),
        "victims": table(("typology", "word", "hesitates", "voice", "passes", "wakes", "kept on the phone", "notices after", "why"),
                         *((row[0] or "any", *map(percent, row[1:7]), row[7] + " h", row[8]) for row in rows(CHANCES, "VICTIM"))),
        "held": table(("typology", "variant", "the thief answers", "the beginning is the customer's own", "why"),
                      *((typology, variant or "any", held(channels), "yes" if own == "true" else "no", why)
                        for typology, variant, channels, own, why in rows(CHANCES, "HELD"))),
        "analysts": table(("analyst", "errs", "pace", "who"), *((name, percent(errors), percent(pace), who) for name, errors, pace, who in rows(CHANCES, "ANALYST"))),
        "families": table(("family", "times", "minutes", "why"),
                          *((family or "any other", percent(factor), minutes, why) for family, factor, minutes, why in rows(CHANCES, "FAMILY"))),
    }


def document():
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, content in tables().items():
        text, count = re.subn(rf"(?s)(<!-- {name} -->\n).*?(?=\n\n|\n*\Z)", lambda match, content=content: match[1] + content, text)
        assert count == 1, f"{DOCUMENT}: <!-- {name} --> stands {count} times"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
