#!/usr/bin/env python3
"""Reads src/layers.txt and every source line, and says what breaks the rules of the house:

  includes that point up, sideways, or at another room's private header
  in the replayable half: os/, clocks, threads, files, and the C library's random numbers
  calls that have a better form here (strcpy, atoi, sprintf ...)
  functions of the same name in two headers
  names that say nothing (util, common, misc, helper, manager), tabs, trailing blanks, leftover marks

Lines of more than 110 columns are told, and do not fail. Exit code 1 when something is wrong.
"""

import pathlib
import re
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
COLUMNS_MAX = 110

# A file that may do what its room may not: it is not part of what decides.
#   base/fuzz_main.c reads corpora; expr/conformance.c, base/test.h and *_test.c, *_bench.c, *_fuzz.c are programs of their own.
PROGRAMS = re.compile(r"(_test|_bench|_fuzz|_main)\.c$|/conformance\.c$|_test\.h$|/test\.h$")

BANNED = {
    "strcpy": "Slice, or buf_put", "strcat": "buf_put", "sprintf": "snprintf or buf_printf", "vsprintf": "vsnprintf",
    "strncpy": "memcpy with a size", "strncat": "buf_put", "gets": "os/file.h", "atoi": "slice_to_i64", "atol": "slice_to_i64",
    "atoll": "slice_to_i64", "atof": "number_parse", "strtol": "slice_to_i64", "strtoll": "slice_to_i64",
    "strtoul": "slice_to_i64", "strtoull": "slice_to_i64", "strtod": "codec/number.h", "strtof": "codec/number.h",
    "strtok": "slice_find_byte", "strtok_r": "slice_find_byte", "system": "nothing", "popen": "nothing",
    "setlocale": "nothing: numbers do not depend on it", "alloca": "an arena", "tmpnam": "mkstemp", "mktemp": "mkstemp",
    "localtime": "base/time.h", "gmtime": "base/time.h", "strftime": "base/time.h", "strptime": "base/time.h",
}
NOT_REPLAYABLE = {
    "time", "clock", "clock_gettime", "gettimeofday", "rand", "srand", "random", "srandom", "getrandom", "getenv", "open",
    "fopen", "read", "write", "socket", "pthread_create", "thrd_create", "nanosleep", "usleep", "sleep", "getpid",
}
NOT_REPLAYABLE_HEADERS = {
    "time.h", "pthread.h", "threads.h", "unistd.h", "fcntl.h", "sys/time.h", "sys/stat.h", "sys/socket.h", "sys/random.h",
    "dirent.h", "signal.h",
}
# Calls of a name that the code defines as something else are no calls of the C library: x->read(...), x.open(...).
CALL = re.compile(r"(?<![\w.>])([a-z_][a-z_0-9]*)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
EMPTY_NAMES = re.compile(r"(^|[_-])(util|utils|common|misc|helper|helpers|manager|lib)([_.-]|$)")
LEFTOVER = re.compile("|".join(("TO" + "DO", "FIX" + "ME", r"\bX" + r"XX\b", "<<" + "<<<<<", ">>" + ">>>>>")))

problems = []
allowed = {}  # (file, call) -> its line in layers.txt
used = set()
warnings = []


def report(path, line, text):
    problems.append(f"{path.relative_to(ROOT)}:{line}: {text}")


class Room:
    def __init__(self, folder, layer, half, may, doors):
        self.folder = folder
        self.layer = int(layer)
        self.replayable = half == "replayable"
        self.may = [] if may == "-" else may.split(",")
        self.doors = [] if doors == ["-"] else doors

    def may_include(self, other):
        return other.layer < self.layer and ("*" in self.may or other.folder in self.may)

    def is_door(self, path):
        return "*" in self.doors or path.removeprefix(self.folder + "/") in self.doors


def read_rooms():
    rooms = []
    for number, line in enumerate((SRC / "layers.txt").read_text().splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "allow":
            allowed[words[1], words[2]] = number
            continue
        if len(words) < 5 or words[2] not in ("replayable", "world"):
            report(SRC / "layers.txt", number, "a row is: folder, layer, half, may, doors")
            continue
        room = Room(*words[:4], words[4:])
        if not (SRC / room.folder).exists():
            report(SRC / "layers.txt", number, f"there is no src/{room.folder}")
        for door in room.doors:
            if door not in "*-" and not (SRC / room.folder / door).exists():
                report(SRC / "layers.txt", number, f"there is no src/{room.folder}/{door}")
        rooms.append(room)
    by_folder = {room.folder: room for room in rooms}
    for room in rooms:
        for name in room.may:
            if name != "*" and (name not in by_folder or by_folder[name].layer >= room.layer):
                report(SRC / "layers.txt", 1, f"{room.folder} may not include {name}: it is not on a lower layer")
    return rooms


def room_of(rooms, path):
    """The room of a path relative to src/: the longest folder that names it."""
    fitting = [room for room in rooms if path == room.folder or path.startswith(room.folder + "/")]
    return max(fitting, key=lambda room: len(room.folder), default=None)


def without_texts(source):
    """The source with comments and the contents of literals blanked, line for line."""
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, source, flags=re.S)


def check_include(rooms, room, path, number, kind, target):
    name = path.relative_to(SRC).as_posix()
    is_program = PROGRAMS.search(name) is not None
    if kind == "<":
        if room.replayable and not is_program and target in NOT_REPLAYABLE_HEADERS:
            report(path, number, f"<{target}>: {room.folder} is of the replayable half")
        return
    other = room_of(rooms, target)
    if "/" not in target and (path.parent / target).exists() or not (SRC / target).exists():
        report(path, number, f'"{target}": include paths start at src/')
        return
    if other is None:
        report(path, number, f'"{target}" belongs to no room of src/layers.txt')
    elif other is not room and not room.may_include(other):
        report(path, number, f'"{target}": {room.folder} may not include {other.folder}')
    elif other is not room and not other.is_door(target):
        report(path, number, f'"{target}" is private to {other.folder}; its doors are {", ".join(other.doors)}')


def check_source(rooms, path):
    name = path.relative_to(SRC).as_posix()
    room = room_of(rooms, name)
    text = path.read_text()
    if room is None:
        report(path, 1, "this file belongs to no room of src/layers.txt")
        return
    for number, line in enumerate(text.splitlines(), 1):
        include = INCLUDE.match(line)
        if include:
            check_include(rooms, room, path, number, include[1], include[2])
    guarded = room.replayable and not PROGRAMS.search(name)
    for number, line in enumerate(without_texts(text).splitlines(), 1):
        for call in CALL.findall(line):
            if (name, call) in allowed:
                used.add((name, call))
            elif call in BANNED:
                report(path, number, f"{call}() is not used here; take {BANNED[call]}")
            elif guarded and call in NOT_REPLAYABLE and f"(*{call})" not in text:
                report(path, number, f"{call}(): {room.folder} is of the replayable half")


def width(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def check_text(path, is_source):
    text = path.read_text()
    if EMPTY_NAMES.search(path.name.lower()):
        report(path, 1, "a name that says nothing: name the noun that lives in the file")
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            report(path, number, "blanks at the end of the line")
        if "\t" in line and path.name != "Makefile":
            report(path, number, "a tab")
        if LEFTOVER.search(line):
            report(path, number, "a leftover mark; finish it, or say in words what is not there")
        if is_source and width(line) > COLUMNS_MAX:
            warnings.append(f"{path.relative_to(ROOT)}:{number}: {width(line)} columns")
    if text and not text.endswith("\n"):
        report(path, len(text.splitlines()), "no newline at the end of the file")


DECLARED = re.compile(r"^(?:MUST_USE )?(?!static|typedef|return|extern)[A-Za-z_][\w ]*?[ *]+(\w+)\(", re.M)


def check_names(sources):
    """A function of the same name in two headers: the linker takes one of them for both, silently, since they lie in libraries."""
    first = {}
    for path in sources:
        if path.suffix != ".h" or path.name.endswith(("_test.h", "table_world.h")):  # the latter is of test programs alone
            continue
        text = path.read_text(encoding="utf-8")
        for found in DECLARED.finditer(text):
            other = first.setdefault(found[1], path)
            if other != path:
                report(path, text.count("\n", 0, found.start()) + 1, f"{found[1]}() is declared in {other.relative_to(ROOT)} too")


def main():
    rooms = read_rooms()
    sources = sorted(path for path in SRC.rglob("*") if path.suffix in (".c", ".h", ".cc", ".def"))
    for path in sources:
        check_source(rooms, path)
        check_text(path, True)
    check_names(sources)
    for exception in allowed.keys() - used:
        report(SRC / "layers.txt", allowed[exception], f"{exception[0]} does not call {exception[1]}() any more")
    for folder in ("scripts", "tests", "docs"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".sh", ".md") and "data" not in path.parts:
                check_text(path, False)
    for path in (ROOT / "Makefile", ROOT / "meson.build", *SRC.rglob("meson.build"), *ROOT.glob("*.md")):
        check_text(path, False)
    if warnings:
        print(f"{len(warnings)} lines of more than {COLUMNS_MAX} columns, such as")
        print("\n".join("  " + text for text in warnings[:5]))
    print("\n".join(problems))
    print(f"{len(sources)} sources, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
