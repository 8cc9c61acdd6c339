#!/usr/bin/env python3
"""Writes a C file that holds the bytes of files, for programs that serve them.

Usage: embed.py OUT.c HEADER NAME=FILE...      each becomes `const Slice NAME`, declared in HEADER
"""

import pathlib
import sys


def rows(data):
    for at in range(0, len(data), 24):
        yield "    " + ", ".join(str(byte) for byte in data[at:at + 24]) + ",\n"


def main():
    out, header, *files = sys.argv[1:]
    with open(out, "w") as file:
        file.write(f'// Made by scripts/embed.py.\n\n#include "{header}"\n')
        for pair in files:
            name, path = pair.split("=", 1)
            data = pathlib.Path(path).read_bytes()
            file.write(f"\nstatic const unsigned char {name}_bytes[] = {{\n")
            file.writelines(rows(data + b"\0"))
            file.write(f"}};\nconst Slice {name} = {{(const char *){name}_bytes, {len(data)}}};\n")


main()
