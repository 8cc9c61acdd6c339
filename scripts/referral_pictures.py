#!/usr/bin/env python3
"""Draws docs/pictures/referral-*.png, the pictures of docs/referral.md, from the sample package of a simulated case:

    scripts/referral_pictures.py [build/src/response/referral/referral_sample]

Needs poppler-utils and what the program needs. The sample is the same each time, so are the pictures with the same fonts and libraries. Pictures are
written with few colours, so that they are small.
"""

import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
LETTER, MATERIAL, STATEMENT = "01 移送函.pdf", "02 移送材料.pdf", "03 交易流水.pdf"
# Picture: pages of documents, beside each other, dots an inch, and colours.
PLAN = {
    "referral-letter": ([(LETTER, 1), (LETTER, 2)], 64, 16),
    "referral-cover": ([(MATERIAL, 1)], 76, 16),
    "referral-subjects": ([(MATERIAL, 2)], 76, 16),
    "referral-flow": ([(MATERIAL, "flow")], 110, 32),
    "referral-opinion": ([(MATERIAL, "监测模型的依据"), (MATERIAL, "疑似团伙结构")], 64, 16),
    "referral-statement": ([(STATEMENT, 1)], 84, 16),
}
GAP = 12  # pixels between pages


class Picture:
    """Rows of pixels, three bytes each."""

    def __init__(self, data):
        parts, at = [], 0
        while len(parts) < 4:  # P6, width, height, largest value
            end = at
            while not data[end:end + 1].isspace():
                end += 1
            parts.append(data[at:end])
            at = end + 1
        self.width, self.height = int(parts[1]), int(parts[2])
        step = 3 * self.width
        self.rows = [data[at + y * step:at + (y + 1) * step] for y in range(self.height)]

    def trimmed(self, gap=80, margin=16):
        """Up to the first large gap: a page across is empty below its figure."""
        white, empty = b"\xff" * (3 * self.width), 0
        for y, row in enumerate(self.rows):
            empty = empty + 1 if row == white else 0
            if empty == gap and y > self.height // 4:
                self.rows = self.rows[:y - gap + margin]
                break
        self.height = len(self.rows)
        return self


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True).stdout


def page_with(path, text):
    """The number of the last page on which a text stands: before it comes the table of contents."""
    pages = run("pdftotext", path, "-").decode().split("\f")
    return max(number for number, page in enumerate(pages, 1) if text in page)


def flow_page(path):
    """The page across, on which the flow stands alone."""
    sizes = run("pdfinfo", "-f", 1, "-l", 999, path).decode()
    for line in sizes.splitlines():
        words = line.split()
        if line.startswith("Page ") and words[2] == "size:" and float(words[3]) > float(words[5]):
            return int(words[1])
    raise SystemExit("no page across")


def page(folder, name, which, dots):
    path = folder / name
    number = which if isinstance(which, int) else flow_page(path) if which == "flow" else page_with(path, which)
    picture = Picture(run("pdftoppm", "-r", dots, "-f", number, "-l", number, path))
    return picture.trimmed() if which == "flow" else picture


def beside(pictures):
    height = max(picture.height for picture in pictures)
    rows = []
    for y in range(height):
        parts = [picture.rows[y] if y < picture.height else b"\xff" * (3 * picture.width) for picture in pictures]
        rows.append((b"\xd0" * 3 * GAP).join(parts))
    return rows


def coarse(pixel):
    return tuple(min(255, (channel + 8) // 17 * 17) for channel in pixel)


def palette_of(rows, count):
    """The most frequent colours, far enough from each other, and the nearest of them for each pixel."""
    seen = {}
    for row in rows:
        for at in range(0, len(row), 3):
            pixel = row[at:at + 3]
            seen[pixel] = seen.get(pixel, 0) + 1
    groups = {}
    for pixel, times in seen.items():
        group = coarse(pixel)
        groups[group] = groups.get(group, 0) + times
    colours = []
    for group in sorted(groups, key=lambda group: (-groups[group], group)):
        if len(colours) < count and all(distance(group, colour) > 900 for colour in colours):
            colours.append(group)
    nearest = {pixel: min(range(len(colours)), key=lambda i: distance(pixel, colours[i])) for pixel in seen}
    return colours, nearest


def distance(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows, count):
    width = len(rows[0]) // 3
    colours, nearest = palette_of(rows, count)
    depth = 4 if len(colours) <= 16 else 8
    lines = []
    for row in rows:
        numbers = [nearest[row[at:at + 3]] for at in range(0, len(row), 3)]
        if depth == 4:
            numbers += [0] * (len(numbers) % 2)
            numbers = [high << 4 | low for high, low in zip(numbers[::2], numbers[1::2])]
        lines.append(b"\0" + bytes(numbers))
    head = struct.pack(">IIBBBBB", width, len(rows), depth, 3, 0, 0, 0)
    table = b"".join(bytes(colour) for colour in colours)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"PLTE", table) + chunk(b"IDAT", zlib.compress(b"".join(lines), 9)) + chunk(b"IEND", b"")


def main():
    sample = sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/src/response/referral/referral_sample"
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run(sample, folder / "sample")
        zipfile.ZipFile(folder / "sample" / "referral.zip").extractall(folder)
        for picture, (pages, dots, count) in PLAN.items():
            data = png(beside([page(folder, document, which, dots) for document, which in pages]), count)
            (PICTURES / f"{picture}.png").write_bytes(data)
            print(f"{picture}.png: {len(data)} bytes")


main()
