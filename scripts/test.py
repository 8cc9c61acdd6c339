#!/usr/bin/env python3
"""Runs the tests and adds up what came out.

    scripts/test.py all        gcc; gcc against clang, byte by byte; the sanitizers   (make test)
    scripts/test.py fast       gcc alone
    scripts/test.py sanitize   the sanitizers alone, with gcc and with clang          (make sanitize)

The last line is "N passed, N failed". Each test program counts once for each build that it runs in, and each
comparison of the determinism test once. The exit code is 0 when nothing failed.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

ROOM = 4 << 30  # bytes that have to be free in memory

# Of builds under a sanitizer. Frame pointers make its reports readable; the first finding ends a test.
SANITIZER_SETTINGS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": f"halt_on_error=1:second_deadlock_stack=1:suppressions={ROOT}/tests/races.supp",
}


def sanitized(kinds):
    # Lines are enough of debug information (-g1). No warnings (-w): sanitizers make compilers see unset values and null formats where there are none, and the
    # plain builds have told the true ones as errors.
    return [f"-Db_sanitize={kinds}", "-Dconsole=false", "-Db_lundef=false", "-Dwerror=false", "-Doptimization=1",
            "-Dc_args=-fno-omit-frame-pointer -w -g1", "-Dcpp_args=-fno-omit-frame-pointer -w -g1"]


GCC = {"CC": "gcc", "CXX": "g++"}
CLANG = {"CC": "clang", "CXX": "clang++"}

# Under a sanitizer: what compiled code does. Of a test on both stores the one with SQLite, as the code is the same but for src/store, whose tests have both.
ADDRESS = ["--timeout-multiplier", "10", "--no-suite", "repository", "--no-suite", "postgresql"]
THREAD = ["--timeout-multiplier", "10", "--suite", "os", "--suite", "threads"]

# name: (folder, compilers, options of meson setup, arguments of meson test)
BUILDS = {
    "gcc": ("build", GCC, [], []),
    "clang": ("build-clang", CLANG, ["-Dconsole=false", "-Ddebug=false"], []),
    "clang, address and undefined behaviour": ("build-asan", CLANG, sanitized("address,undefined"), ADDRESS),
    "gcc, address and undefined behaviour": ("build-asan-gcc", GCC, sanitized("address,undefined"), ADDRESS),
    "clang, threads": ("build-tsan", CLANG, sanitized("thread"), THREAD),
    "gcc, threads": ("build-tsan-gcc", GCC, sanitized("thread"), THREAD),
}


def telling(log, most=8):
    """The lines of a test's output that tell what failed, so that the end of the run says it; the whole is in the log."""
    signs = ("not ok", "FAILED", "does not hold", "Error", "ERROR", "error:", "assert")
    lines = [line.strip() for line in log.splitlines() if any(sign in line for sign in signs)]
    return [line[:300] for line in (lines or [line.strip() for line in log.splitlines() if line.strip()][-most:])[:most]]


class Sum:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.failures = []
        self.said = {}  # what a test said of its failure, by its name

    def add(self, name, result, log=""):
        if result == "SKIP":
            self.skipped += 1
        elif result in ("OK", "EXPECTEDFAIL"):
            self.passed += 1
        else:
            self.failed += 1
            self.failures.append(f"{name}: {result}")
            self.said[self.failures[-1]] = telling(log)


def say(text):
    print(f"\n== {text}", flush=True)


def build(name, total, targets=""):
    folder, compilers, options, _ = BUILDS[name]
    environment = {**os.environ, **compilers, "QIANTANG_TARGETS": targets}
    done = subprocess.run(["scripts/build.sh", folder, *options], cwd=ROOT, env=environment)
    if done.returncode != 0:
        total.add(f"build ({name})", "FAIL")
    return done.returncode == 0


def in_memory():
    """A folder for what tests write, in memory where there is room: they wait for the disk at every step, and none is about how fast it is. None: where temporary files go."""
    where = "/dev/shm"
    if not os.path.isdir(where) or not os.access(where, os.W_OK) or shutil.disk_usage(where).free < ROOM:
        return None
    folder = tempfile.mkdtemp(prefix="qiantang-", dir=where)
    os.chmod(folder, 0o711)  # PostgreSQL runs as another user
    return folder


def needed(folder, arguments):
    """The targets that these tests run: a build of a few suites leaves the other tests' programs alone."""
    suites = {word for flag, word in zip(arguments, arguments[1:]) if flag == "--suite"}
    if not suites:
        return ""
    tests = json.loads(subprocess.check_output(["meson", "introspect", "--tests", folder], cwd=ROOT))
    ids = {id_ for test in tests if suites & {suite.split(":")[-1] for suite in test["suite"]} for id_ in test["depends"]}
    targets = json.loads(subprocess.check_output(["meson", "introspect", "--targets", folder], cwd=ROOT))
    return " ".join(sorted(os.path.relpath(file, ROOT / folder) for target in targets if target["id"] in ids for file in target["filename"]))


def run(name, total):
    say(name)
    start = time.monotonic()
    folder, _, _, arguments = BUILDS[name]
    if not build(name, total, "build.ninja") or not build(name, total, needed(folder, arguments)):
        return
    built = time.monotonic()
    environment = {**os.environ, **SANITIZER_SETTINGS}
    log = ROOT / folder / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    beside = str((os.cpu_count() or 1) + 1)  # one waits for a deadline or a disk most of the time
    done = subprocess.run(["meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs", "--num-processes", beside, *arguments],
                          cwd=ROOT, env=environment)
    results = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    if not results:
        total.add(f"tests ({name})", "NONE RAN")
    failed = total.failed
    for result in results:
        total.add(f"{result['name']} ({name})", result["result"], result.get("stdout", "") + "\n" + result.get("stderr", ""))
    if done.returncode != 0 and total.failed == failed:
        total.add(f"meson test ({name})", f"ENDED WITH {done.returncode}")
    print(f"{len(results)} tests in {time.monotonic() - built:.0f} s, after {built - start:.0f} s of building", flush=True)


def compare(total):
    say("the same bytes from gcc and clang, from one thread and two")
    programs = []
    for name in ("gcc", "clang"):
        if not build(name, total, "qiantang"):
            return
        programs.append(str(ROOT / BUILDS[name][0] / "qiantang"))
    done = subprocess.run(["tests/determinism.sh", *programs], cwd=ROOT, text=True, stdout=subprocess.PIPE)
    print(done.stdout, end="", flush=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "not ok "))]
    for line in lines:
        total.add(line.removeprefix("not ok "), "OK" if line.startswith("ok ") else "DIFFERS")
    if done.returncode != 0 and all(line.startswith("ok ") for line in lines):
        total.add("tests/determinism.sh", "FAIL")


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else "fast"
    steps = {
        "fast": ["gcc"],
        "all": ["gcc", "compare", "clang, address and undefined behaviour", "clang, threads"],
        "sanitize": [name for name in BUILDS if "," in name],
    }
    if what not in steps:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # memory is given back then, too
    total = Sum()
    folder = in_memory()
    if folder:
        os.environ["TMPDIR"] = folder
    try:
        for step in steps[what]:
            compare(total) if step == "compare" else run(step, total)
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
    if total.skipped:
        print(f"\n{total.skipped} skipped: what they need is not on this machine")
    if total.failures:
        print("\nfailed:")
        for failure in total.failures:
            print("  " + "\n      ".join([failure, *total.said[failure]]))
    print(f"\n{total.passed} passed, {total.failed} failed", flush=True)
    sys.exit(0 if total.failed == 0 else 1)


main()
