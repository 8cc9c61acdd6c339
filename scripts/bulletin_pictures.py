#!/usr/bin/env python3
"""Makes sample papers of the cockpit from a rehearsal, and small pictures of their pages: docs/pictures/bulletin-*.png.

Usage: scripts/bulletin_pictures.py BUILD FOLDER [--customers N] [--pictures]

BUILD is a build folder with qiantang and cockpit_samples. In FOLDER a bank is simulated and rehearsed for three months (September to November 2026), unless that was done before, and the
papers of November are written; with --pictures their pages become docs/pictures/bulletin-*.png (poppler's pdftoppm). For the sample, strategies earn their way out of the shadow with few
alerts and many of their closures are looked at again: a bank of some thousand customers has not the alerts that disposition.yaml asks for.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACK = ROOT / "packs/bank"
MONTH = "2026-11"
MEMORY = "/dev/shm"
PICTURES = {"overall": ("bulletin-zh", 1), "automatic": ("bulletin-zh", "四、自动处置"), "accounts": ("bulletin-zh", "各机构万户涉案率"), "ranking": ("bulletin-zh", "机构得分与排名"),
            "english": ("bulletin-en", 1), "daily": ("daily-zh", 1)}
DOTS, COLOURS = 58, 128   # an inch; of the palette


def run(*words, **more):
    print("+", *words)
    subprocess.run([str(word) for word in words], check=True, **more)


# ---- the rehearsal ------------------------------------------------------------------------------------------


def sample_pack(folder):
    pack = folder / "pack"
    shutil.rmtree(pack, ignore_errors=True)
    shutil.copytree(PACK, pack)
    path = pack / "disposition.yaml"
    text = path.read_text()
    for pattern, put in ((r"earn: \{agreement: [\d.]+, alerts: \d+\}", "earn: {agreement: 0.9, alerts: 8}"), (r"(sample: \{share: )[\d.]+", r"\g<1>0.4")):
        text, count = re.subn(pattern, put, text)
        assert count == 1, pattern
    path.write_text(text)
    return pack


def rehearse(qiantang, folder, customers, days):
    bank, store = folder / "bank", folder / "rehearsal.db"
    if store.exists():
        return
    pack = sample_pack(folder)
    run(qiantang, "simulate", "--seed", "33", "--customers", customers, "--days", days, "--start", "2026-09-01", "--rate", "0.6", "--confusion", "2000", "--out", bank)
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as fast:   # each unit of work is synced, which takes its time on a disk
        partial = pathlib.Path(fast) / "rehearsal.db"
        run(qiantang, "rehearse", "--quiet", "--pack", pack, "--lists", *(bank / "lists").glob("*.csv"), "--tables", *sorted((bank / "tables").glob("*.ndjson")),
            "--events", bank / "events.ndjson", "--labels", bank / "labels.ndjson", "--store", f"sqlite:{partial}")
        shutil.move(partial, store)


# ---- names and numbers of accounts --------------------------------------------------------------------------


def write_accounts(folder):
    """Accounts of each branch: those that events tell a branch of."""
    home = {}
    with open(folder / "bank/events.ndjson", encoding="utf-8") as events:
        for line in events:
            branch, account = re.search(r'"branch_id":"(\w+)"', line), re.search(r'"acct_no":"(\w+)"', line)
            if branch and account:
                home[account[1]] = branch[1]
    counts = {}
    for branch in home.values():
        counts[branch] = counts.get(branch, 0) + 1
    (folder / "accounts.tsv").write_text("".join(f"{branch}\t{count}\n" for branch, count in sorted(counts.items())))
    return sorted(counts)


def write_names(folder, branches):
    names = {}
    for line in open(folder / "bank/labels.ndjson", encoding="utf-8"):
        label = json.loads(line)
        names[label["typology"]] = (label["name_zh"], label["name_en"])
    for path in PACK.glob("models/**/*.yaml"):
        text = path.read_text()
        name = re.search(r'^name: \{zh: ([^,]+), en: "([^"]*)"', text, re.M)
        if name:
            names[re.search(r"^id: (\S+)", text, re.M)[1]] = (name[1].strip("\"'"), name[2])
    for path in PACK.glob("strategies/*.yaml"):
        text = path.read_text()
        names[re.search(r"^id: (\S+)", text, re.M)[1]] = tuple(re.search(rf"^{language}: (.*)", text, re.M)[1] for language in ("zh", "en"))
    for number, branch in enumerate(branches, 1):
        names[branch] = (f"样例{number:02}支行", f"Sample branch {number:02}")
    (folder / "names.tsv").write_text("".join(f"{code}\t{zh}\t{en}\n" for code, (zh, en) in sorted(names.items())))


# ---- pictures -----------------------------------------------------------------------------------------------


def page_of(pdf, wanted):
    if isinstance(wanted, int):
        return wanted
    pages = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True).stdout.decode().split("\f")
    return 1 + next(number for number, page in enumerate(pages) if re.sub(r"\s", "", wanted) in re.sub(r"\s", "", page))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, ppm):
    """With a palette of few colours: pages are mostly white."""
    _, width, height, _ = ppm.split(None, 4)[:4]
    width, height = int(width), int(height)
    pixels = ppm[-3 * width * height:]
    coarse = bytes(min(255, (byte + 2) // 5 * 5) for byte in range(256))
    pixels = pixels.translate(coarse)
    counts = {}
    for at in range(0, len(pixels), 3):
        colour = pixels[at:at + 3]
        counts[colour] = counts.get(colour, 0) + 1
    palette = sorted(counts, key=counts.get, reverse=True)[:COLOURS]
    nearest = {colour: min(range(len(palette)), key=lambda k: sum((a - b) ** 2 for a, b in zip(colour, palette[k]))) for colour in counts}
    rows = bytearray()
    for row in range(height):
        rows.append(0)
        rows += bytes(nearest[pixels[at:at + 3]] for at in range(3 * width * row, 3 * width * (row + 1), 3))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)) + chunk(b"PLTE", b"".join(palette)) +
                     chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))


def write_pictures(papers):
    out = ROOT / "docs/pictures"
    out.mkdir(exist_ok=True)
    for name, (paper, wanted) in PICTURES.items():
        pdf = papers / f"{paper}.pdf"
        page = page_of(pdf, wanted)
        ppm = subprocess.run(["pdftoppm", "-r", str(DOTS), "-f", str(page), "-l", str(page), pdf], check=True, capture_output=True).stdout
        path = out / f"bulletin-{name}.png"
        write_png(path, ppm)
        print(f"{path.relative_to(ROOT)}: page {page} of {paper}, {path.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--customers", type=int, default=2500)
    parser.add_argument("--pictures", action="store_true")
    options = parser.parse_args()
    folder, build = options.folder.resolve(), options.build.resolve()
    folder.mkdir(exist_ok=True)
    rehearse(build / "qiantang", folder, options.customers, 91)
    write_names(folder, write_accounts(folder))
    store, papers = folder / "papers.db", folder / "papers"
    shutil.copyfile(folder / "rehearsal.db", store)
    run(build / "src/governance/cockpit/cockpit_samples", f"sqlite:{store}", papers, MONTH, folder / "names.tsv", folder / "accounts.tsv")
    if options.pictures:
        write_pictures(papers)


if __name__ == "__main__":
    sys.exit(main())
