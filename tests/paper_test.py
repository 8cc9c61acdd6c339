#!/usr/bin/env python3
"""What the room paper writes, judged by programs of others: PDFs by poppler, pages and pictures by Python's parsers, bundles by zipfile, sha256sum and openssl.

Usage: paper_test.py PAPER_SAMPLES FOLDER
The samples are written into FOLDER and stay there, to be looked at. Exit code 77 (skipped) where poppler is missing. The last line is "N passed, N failed".
"""
import hashlib
import html.parser
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree
import zipfile

import cases

SAMPLES = sys.argv[1]
FOLDER = pathlib.Path(sys.argv[2])
SKIPPED = 77
ROWS = 400
MM = 72 / 25.4
VOID = {"meta", "br", "col", "hr", "path"}   # elements that have no end


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, timeout=300, **more)
    assert done.returncode == 0, (words, done.stdout[-500:], done.stderr[-2000:])
    return done.stdout.decode()


def pdfs():
    return sorted(FOLDER.glob("*.pdf"))


def text_of(name, *options):
    return run("pdftotext", *options, FOLDER / f"{name}.pdf", "-")


def pages_of(name):
    return text_of(name, "-layout").split("\f")[:-1]


def without_blanks(text):
    return re.sub(r"\s+", "", text)


# ---- PDF ----------------------------------------------------------------------------------------------------


def test_the_same_bytes_again(folder):
    elsewhere = {**ENVIRONMENT, "TZ": "America/New_York", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8", "HOME": folder}
    run(SAMPLES, folder, ROWS, env=elsewhere)
    written = sorted(path.name for path in FOLDER.iterdir())
    assert written == sorted(path.name for path in pathlib.Path(folder).iterdir()) and len(written) >= 13, written
    for name in written:
        assert (FOLDER / name).read_bytes() == (pathlib.Path(folder) / name).read_bytes(), name


def test_metadata(folder):
    told = dict(re.findall(r"^(\w+): (\d+) pages$", SAID, re.M))
    assert told.keys() == {path.stem for path in pdfs()}, told
    for path in pdfs():
        fields = dict(re.findall(r"^([\w ]+?):\s+(.*)$", run("pdfinfo", "-isodates", path, env={**os.environ, "TZ": "Asia/Shanghai"}), re.M))
        assert fields["Pages"] == told[path.stem], fields
        assert fields["CreationDate"] == "2026-07-01T10:00:00+08", fields
        assert (fields["JavaScript"], fields["Encrypted"], fields["Form"]) == ("no", "no", "none"), fields
    fields = run("pdfinfo", FOLDER / "letter.pdf")
    assert re.search("^Title: +关于移送涉嫌电信网络诈骗犯罪线索的函（样例）$", fields, re.M) and re.search("^Author: +示例银行股份有限公司$", fields, re.M), fields


def test_fonts_are_embedded(folder):
    for path in pdfs():
        lines = run("pdffonts", path).splitlines()[2:]
        assert lines, path
        for line in lines:
            assert re.match(r"[A-Z]{6}\+Noto(Sans|Serif)CJKsc-(Regular|Bold) +CID Type 0C +Identity-H +yes yes yes ", line), (path, line)


def test_sizes_of_pages(folder):
    upright, across = ("595.276", "841.89"), ("841.89", "595.276")
    sizes = {name: re.findall(r"^Page +\d+ size: +([\d.]+) x ([\d.]+)", run("pdfinfo", "-l", 9999, FOLDER / f"{name}.pdf"), re.M) for name in ("letter", "shift")}
    assert sizes["letter"][:4] == [upright, upright, upright, across] and set(sizes["letter"][3:]) == {across}, sizes
    assert sizes["shift"] == [upright, upright, across, upright], sizes   # a figure that is too wide gets a page of its own


def test_letter(folder):
    pages = pages_of("letter")
    first = without_blanks(pages[0])
    for part in ("示例银行股份有限公司", "示银反诈移〔2026〕7号", "特急", "关于移送涉嫌电信网络诈骗犯罪线索的函（样例）", "现将有关线索移送你单位", "123.46万元", "—1—"):
        assert part in first, (part, first)
    for number, page in enumerate(pages, 1):
        assert f"—{number}—" in without_blanks(page), number
        assert number == 1 or "仅供办案使用" in without_blanks(page), number
    assert "2026年7月1日" in without_blanks(pages[1])


def test_a_long_table(folder):
    pages = [page for page in pages_of("letter") if re.search(r"T0000\d{8}", page)]
    assert len(pages) > 10
    for page in pages:
        assert re.search(r"时间 +本方账号 +对方账号", page) and "流水号" in page, page[:500]
    assert all("表2交易流水（续）" in without_blanks(page) for page in pages[1:])
    found = re.findall(r"T\d{12}", "".join(pages))
    assert found == [f"T{number:012}" for number in range(1, ROWS + 1)], (len(found), found[:3])


def test_numbers_of_pages(folder):
    for name, form in (("bulletin", "第{}页共{}页"), ("shift", "Page{}of{}"), ("hostile", "第{}页共{}页")):
        pages = pages_of(name)
        for number, page in enumerate(pages, 1):
            assert form.format(number, len(pages)) in without_blanks(page), (name, number)


def test_bookmarks(folder):
    told = run("pdftohtml", "-xml", "-stdout", "-i", FOLDER / "bulletin.pdf")
    outline = told[told.index("<outline>"):told.rindex("</outline>")]
    items = re.findall(r'<item page="(\d+)">(.*?)</item>', outline)
    names = [name for _, name in items]
    assert names == ["一、总体情况", "二、新型手法与警方提示", "三、各机构情况", "（一）主要指标", "（二）图示", "四、下月重点"], names
    assert re.search(r"三、各机构情况</item>\s*<outline>\s*<item[^>]*>（一）", outline), outline
    pages = pages_of("bulletin")
    for page, name in items:
        rest = without_blanks(pages[int(page) - 1]).partition(name)
        assert rest[1] and len(rest[2]) > 40, (page, name, rest[2])   # and it does not stand alone at the foot


def test_everything_stands_on_its_page(folder):
    for path in pdfs():
        boxes = run("pdftotext", "-bbox", path, "-")
        width = height = 0
        for found in re.finditer(r'<page width="([\d.]+)" height="([\d.]+)"|<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', boxes):
            if found[1]:
                width, height = float(found[1]), float(found[2])
                continue
            left, top, right, bottom = map(float, found.groups()[2:6])
            assert left > 15 * MM and right < width - 15 * MM and top > 8 * MM and bottom < height - 4 * MM, (path, found[0], width, height)


def test_hostile_texts_in_pdf(folder):
    text = text_of("hostile")
    flat = without_blanks(text)
    for part in ("</h1><script>alert('title')</script>", "control□□□□□bytes,malformed□(□□□end", "turned□gpj.exe□end", "rare𠮷䶮㛃𬱖end", "</td></tr><script>alert(2)</script>",
                 "lastcell", "</svg><script>alert(4)</script>"):
        assert part in flat, part
    assert (text.count("钱"), text.count("W")) == (-(-102400 // 3), 102400 // 2)
    assert text.count("元") >= 102400 // 12 and flat.count("value") >= 102400 // 6
    title = re.search("^Title: +(.*)$", run("pdfinfo", FOLDER / "hostile.pdf"), re.M)[1]
    assert title == "</title><script>alert(1)</script>(\\)□", title


# ---- HTML and SVG -------------------------------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    """Elements must be closed in their order, and nothing may run or be fetched."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.elements = {}
        self.texts = []
        self.cells = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.elements[tag] = self.elements.get(tag, 0) + 1
        assert tag not in ("script", "img", "iframe", "object", "embed", "link", "a", "base", "form", "image", "use", "foreignobject"), tag
        for name, value in attributes:
            assert not name.startswith("on") and name not in ("src", "href", "xlink:href", "action", "id"), (tag, name, value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in VOID, tag
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)
            if self.open[-1] in ("td", "th"):
                self.cells.append(data)


def page_of(name):
    text = (FOLDER / f"{name}.html").read_text()
    xml.etree.ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))   # well-formed XML, too
    return Page(text), text


def test_pages_of_html(folder):
    for name in ("letter", "bulletin", "shift", "hostile"):
        page, text = page_of(name)
        assert page.elements["h1"] == 1 and page.elements["style"] == 1, (name, page.elements)
        assert "default-src &#39;none&#39;" in text and 'name="viewport"' in text and "prefers-color-scheme:dark" in text and "@media print" in text
        assert not re.search(r"url\(|@import|https?:", text), name
    page, _ = page_of("bulletin")
    assert (page.elements["svg"], page.elements["figcaption"]) == (4, 4), page.elements


def test_the_same_content(folder):
    for name in ("letter", "bulletin", "shift"):
        page, text = page_of(name)
        flat = without_blanks(text_of(name, "-raw"))
        for cell in page.cells:
            assert without_blanks(cell) in flat, (name, cell)
        for label in re.findall(r"<text[^>]*>(.*?)</text>", text):
            label = html.unescape(label)
            assert without_blanks(label) in flat, (name, label)
    page, text = page_of("letter")
    assert len(re.findall(r"<td>T\d{12}</td>", text)) == ROWS


def test_hostile_texts_in_html(folder):
    page, text = page_of("hostile")
    flat = without_blanks("".join(page.texts))
    for part in ("</h1><script>alert('title')</script>", "control□□□□□bytes", "</td></tr><script>alert(2)</script>", "</text><script>", "<svgonload=alert(3)>"):
        assert (part in flat) == (part != "<svgonload=alert(3)>"), part   # the name of a single series is not shown
    assert "\x1b" not in text and "\u202e" not in text and "\x00" not in text


def test_pictures(folder):
    for name, other in (("flow", False), ("flow_large", True)):
        text = (FOLDER / f"{name}.svg").read_text()
        root = xml.etree.ElementTree.fromstring(text)
        width, height = float(root.get("width")), float(root.get("height"))
        texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert "受害人" in texts and "涉案资金流向图（样例）" in texts and ("其他" in "".join(texts)) == other, texts
        assert sum(1 for part in texts if re.search(r"^[\d,.]+(万元|元)(·\d+笔)?$", part)) >= 20, texts
        for element in root.iter("{http://www.w3.org/2000/svg}text"):
            assert 0 <= float(element.get("x")) <= width and 0 <= float(element.get("y")) <= height
        head = (FOLDER / f"{name}.png").read_bytes()[:24]
        assert head.startswith(b"\x89PNG\r\n\x1a\n")
        pixels = struct.unpack(">II", head[16:24])
        assert abs(pixels[0] - width * 150 / 72) < 3 and abs(pixels[1] - height * 150 / 72) < 3, (pixels, width, height)


# ---- bundles ------------------------------------------------------------------------------------------------


def test_bundle(folder):
    path = FOLDER / "referral.zip"
    bundle = zipfile.ZipFile(path)
    assert bundle.testzip() is None
    names = bundle.namelist()
    assert names == ["01 移送函.pdf", "附件/02 交易流水.csv", "附件/03 月度通报.pdf", "附件/04 资金流向图.svg", "manifest.json", "SHA256SUMS", "SM3SUMS"], names
    for info in bundle.infolist():
        assert info.flag_bits == 0x800 and info.date_time == (2026, 7, 1, 10, 0, 0) and info.extra == b"" and info.external_attr >> 16 == 0o100644, info
    told = re.search(r"^referral.zip: sha256 (\w+) sm3 (\w+)$", SAID, re.M)
    assert told[1] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told[2] in run("openssl", "dgst", "-sm3", path)
    assert bundle.read(names[0]) == (FOLDER / "letter.pdf").read_bytes()


def test_manifests(folder):
    bundle = zipfile.ZipFile(FOLDER / "referral.zip")
    bundle.extractall(folder)
    assert run("sha256sum", "-c", "SHA256SUMS", cwd=folder).count(": OK") == 5
    for line in bundle.read("SM3SUMS").decode().splitlines():
        digest, name = line.split("  ", 1)
        assert digest in run("openssl", "dgst", "-sm3", name, cwd=folder), name
    manifest = json.loads(bundle.read("manifest.json"))
    assert manifest["made"] == "2026-07-01T10:00:00+08:00" and manifest["count"] == len(manifest["files"]) == 4, manifest
    for file in manifest["files"]:
        data = bundle.read(file["name"])
        assert file["bytes"] == len(data) and file["sha256"] == hashlib.sha256(data).hexdigest(), file
    assert manifest["files"][1]["rows"] == ROWS == bundle.read("附件/02 交易流水.csv").count(b"\r\n")
    assert "rows" not in manifest["files"][0]


if not all(shutil.which(tool) for tool in ("pdfinfo", "pdffonts", "pdftotext", "pdftohtml")):
    print("poppler-utils is not installed")
    sys.exit(SKIPPED)
shutil.rmtree(FOLDER, ignore_errors=True)
# What the libraries leave behind is told apart from leaks of ours by the tests in C (src/paper/leaks_test.h).
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
SAID = run(SAMPLES, FOLDER, ROWS, env=ENVIRONMENT)
cases.run(globals(), sys.argv[3:])
