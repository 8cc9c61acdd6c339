#!/usr/bin/env python3
"""Writes the man page qiantang(8) from what the program says of itself, so that the two cannot differ.

  scripts/manual.py QIANTANG DATE > qiantang.8        DATE: of the page, as 2026-11-29
"""

import re
import subprocess
import sys

FILES = (
    ("/etc/qiantang/qiantang.yaml", "The settings of the server. B(qiantang config --explain) tells what each is."),
    ("/var/lib/qiantang", "The data folder: the journal of records and decisions, its snapshots, released packs, users. Never removed by the package."),
    ("/usr/share/qiantang/packs/bank", "The pack that a new data folder begins with."),
    ("/usr/share/doc/qiantang/docs/operations", "The runbook: install, upgrade, back up, alarms, incidents."),
)
SIGNALS = (
    ("SIGTERM, SIGINT", "The server answers what is under way, leaves a snapshot and ends with exit code 0."),
    ("SIGHUP", "It reads its settings again, and opens the file of its log anew."),
)


def said(program, *words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return re.sub(r"B\((.*?)\)", r"\\fB\1\\fR", text)


def line(text):
    """A line of text; one that begins with a control character is shielded."""
    text = escaped(text)
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


def verbatim(text):
    return [".nf", *(line(each) for each in text.rstrip().splitlines()), ".fi"]


def main():
    program, date = sys.argv[1:]
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    overview = said(program)
    commands = re.findall(r"^  ([a-z]+) +(\S.*)$", overview.split("\n\n")[2], re.M)
    out = [f'.TH QIANTANG 8 {date} "qiantang {version}" "System administration"', ".SH NAME",
           "qiantang \\- decides on a bank\\(aqs events while they are under way", ".SH SYNOPSIS", ".B qiantang", ".I COMMAND", "[...]", ".SH DESCRIPTION",
           line("Qiantang takes events, answers each with one decision by the pack that it was given, and keeps both before it answers. "
                "This page is what the program says with --help, command by command."), ".SH COMMANDS"]
    for name, summary in commands:
        out += [f".SS qiantang {name}", line(summary[0].upper() + summary[1:] + "."), ".PP", *verbatim(said(program, name))]
    for title, rows in (("SIGNALS", SIGNALS), ("FILES", FILES)):
        out.append(f".SH {title}")
        for name, text in rows:
            out += [".TP", f".B {escaped(name)}", line(text)]
    out += [".SH EXIT STATUS", line("0: everything went well. 1: what was asked about is not right. 2: the command line is not understood. "
                                    "3: the system refused."), ".SH SEE ALSO", ".BR systemctl (1),", ".BR journalctl (1)"]
    print("\n".join(out))


main()
