#!/usr/bin/env python3
"""`qiantang config`: defaults pass its own check, explanations, mistakes with their exit codes, and documents that are up to date.

Usage: config_test.py QIANTANG
The last line printed is "N passed, N failed".
"""
import pathlib
import subprocess
import sys
import tempfile

QIANTANG = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parent.parent
passed = failed = 0


def run(*words):
    return subprocess.run([QIANTANG, "config", *words], capture_output=True, text=True, timeout=60)


def check(name, done, code, *parts):
    global passed, failed
    said = done.stdout + done.stderr
    wrong = [part for part in parts if part not in said]
    if done.returncode != code or wrong:
        failed += 1
        print(f"FAILED {name}: exit code {done.returncode}, wanted {code}; not said: {wrong}\n{said}")
    else:
        passed += 1


def check_document(name):
    global passed, failed
    written = run("--document", name).stdout
    if written and (ROOT / "docs/operations" / f"{name}.md").read_text() == written:
        passed += 1
    else:
        failed += 1
        print(f"FAILED docs/operations/{name}.md is not up to date; run make docs")


def main():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "qiantang.yaml"
        for language in ([], ["--zh"]):
            file.write_text(run("--default", *language).stdout)
            check(f"default {language}", run("--check", str(file)), 0, "qiantang.yaml: 0 errors, 0 warnings\n")
        file.write_text("server:\n  prot: 80\n  threads: 0\n")
        check("mistakes", run("--check", str(file)), 1, "qiantang.yaml:2:3: error CF001", "did you mean 'port'?", "qiantang.yaml:3:12: error CF003",
              "2 errors, 0 warnings")
        check("no file", run("--check", str(file) + "x"), 3, "OS001")
    check("one", run("--explain", "server.port"), 0, "server.port\n", "default: 8080\n", "bounds: 0 to 65535\n")
    check("one in Chinese", run("--explain", "server.port", "--zh"), 0, "监听端口")
    check("all", run("--explain"), 0, "metrics.public\n", "brake.rules[].share_max\n")
    check("unknown", run("--explain", "server.prot"), 1, "did you mean server.port?")
    check("nothing", run(), 2, "one of --explain, --check and --default is needed")
    check("two", run("--explain", "--default"), 2, "one of --explain, --check and --default is needed")
    check("no document", run("--document", "nothing"), 2, "there is no document")
    for name in ("settings", "metrics"):
        check_document(name)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
