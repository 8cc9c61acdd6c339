#!/usr/bin/env python3
"""Builds the console (console/) and packs it for the program.

    console.py OUT.c OUT.S OUT.bin    writes the table of its files, their bytes, and the assembly that takes them in
    console.py --types                only checks the types

All is done in build-console/, which several build folders share: packages are installed again when the lock changes, and nothing is built when no source has.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "console"
WORK = ROOT / "build-console"
BLOB = """/* Made by scripts/console.py of bytes with the SHA-256 {sha256}. */
    .section .rodata
    .global console_blob
    .type console_blob, @object
    .balign 16
console_blob:
    .incbin "{path}"
    .size console_blob, . - console_blob
    .section .note.GNU-stack, "", @progbits
"""
API = ROOT / "src" / "server" / "api" / "openapi.json"


def sources():
    for path in sorted(SOURCE.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            yield path


def digest(paths):
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_done(name, wanted):
    stamp = WORK / name
    return stamp.exists() and stamp.read_text() == wanted


def done(name, wanted):
    (WORK / name).write_text(wanted)


def run(*command):
    said = subprocess.run(command, cwd=WORK, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if said.returncode != 0:
        sys.exit(f"{said.stdout}\nconsole: {' '.join(command)} failed in {WORK}")


def npm_is_there():
    if shutil.which("node") is None or shutil.which("npm") is None:
        sys.exit("console: Node.js and npm are needed to build it: scripts/install-deps.sh node, or build without it (meson setup -Dconsole=false)")


def install():
    lock = digest([SOURCE / "package.json", SOURCE / "package-lock.json", SOURCE / ".npmrc"])
    if not is_done("installed", lock):
        npm_is_there()
        shutil.rmtree(WORK / "node_modules", ignore_errors=True)
        run("npm", "ci")
        done("installed", lock)


def copy():
    """The sources as they are, and nothing that was there before."""
    WORK.mkdir(exist_ok=True)
    kept = {"node_modules", "dist", "installed", "built", "checked", "assets.c", "assets.bin"}
    for old in WORK.iterdir():
        if old.name not in kept:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for path in sources():
        to = WORK / path.relative_to(SOURCE)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)


def prepare():
    copy()
    install()
    run("node_modules/.bin/openapi-typescript", str(API), "--output", "src/api/schema.d.ts")


def build(wanted):
    if is_done("built", wanted):
        return
    prepare()
    shutil.rmtree(WORK / "dist", ignore_errors=True)
    run("node_modules/.bin/vite", "build", "--logLevel", "warn")
    run("node", "pack.mjs", "dist", "assets.c", "assets.bin")
    done("built", wanted)


def check(wanted):
    if not is_done("checked", wanted):
        prepare()
        run("node_modules/.bin/tsc", "--noEmit")
        done("checked", wanted)


def put(made, to):
    """Left alone when it is the same: what depends on it isn't built again."""
    to = pathlib.Path(to)
    if not to.exists() or to.read_bytes() != made:
        to.write_bytes(made)


def main():
    os.environ["CI"] = "1"
    wanted = digest([*sources(), API])
    if sys.argv[1:] == ["--types"]:
        check(wanted)
    elif len(sys.argv) == 4:
        build(wanted)
        table, assembly, blob = sys.argv[1:]
        bytes_ = (WORK / "assets.bin").read_bytes()
        put((WORK / "assets.c").read_bytes(), table)
        put(bytes_, blob)
        # With the hash in it the assembly is another one whenever the bytes are.
        put(BLOB.format(sha256=hashlib.sha256(bytes_).hexdigest(), path=pathlib.Path(blob).resolve()).encode(), assembly)
    else:
        sys.exit(__doc__)


main()
