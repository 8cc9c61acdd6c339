#!/usr/bin/env python3
"""The console in Debian's Chromium: starts the bank to look around in, and runs the tests of console/tests.

    console_test.py QIANTANG [FILE...]      without files all of them

Skipped (77) where there is no Chromium, or the program was built without the console.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build-console"
CUSTOMERS, DAYS = 800, 2


def main():
    program, files = sys.argv[1], sys.argv[2:]
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # the first draws in two thirds of the time
    if chromium is None or not (WORK / "node_modules" / "playwright-core").is_dir():
        print("no Chromium, or the console was not built")
        sys.exit(77)
    folder = tempfile.mkdtemp(prefix="qiantang-console-")
    bank = subprocess.Popen([sys.executable, ROOT / "scripts" / "tour_bank.py", program, folder, "--customers", str(CUSTOMERS), "--days", str(DAYS)], stdout=subprocess.PIPE, text=True)
    try:
        line = bank.stdout.readline()
        if not line.startswith("ready"):
            sys.exit("the bank did not come up")
        tour = json.loads(pathlib.Path(folder, "tour.json").read_text())
        try:
            urllib.request.urlopen(tour["address"] + "/console/", timeout=30).read()
        except urllib.error.HTTPError:
            print("built without the console")
            sys.exit(77)
        tests = files or sorted(str(path.relative_to(ROOT / "console")) for path in (ROOT / "console" / "tests").glob("*.test.mjs"))
        for name in ("harness.mjs", *(pathlib.Path(one).name for one in tests)):  # as they are now, beside the packages
            shutil.copyfile(ROOT / "console" / "tests" / name, WORK / "tests" / name)
        environment = {**os.environ, "QT_ADDRESS": tour["address"], "QT_PASSWORD": tour["password"], "QT_CHROMIUM": chromium, "QT_FOLDER": folder,
                       "QT_PROGRAM": os.path.abspath(program), "QT_EARNED_BANK": str(ROOT / "tests" / "earned_bank.py"), "QT_CLOCK_BACK": str(pathlib.Path(program).resolve().parent / "tests" / "libclock_back.so")}
        done = subprocess.run(["node", "--test", "--test-concurrency=2", *tests], cwd=WORK, env=environment)
        sys.exit(done.returncode)
    finally:
        bank.send_signal(signal.SIGTERM)
        bank.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


main()
