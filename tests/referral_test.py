#!/usr/bin/env python3
"""A package of a referral, judged by programs of others: PDFs by poppler, tables by Python's csv, hashes by sha256sum and openssl.

Usage: referral_test.py REFERRAL_SAMPLE FOLDER
The sample is written into FOLDER and stays there, to be looked at. Exit code 77 (skipped) where poppler is missing. The last line is "N passed, N failed".
"""
import csv
import decimal
import hashlib
import html
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import cases

SAMPLE = sys.argv[1]
FOLDER = pathlib.Path(sys.argv[2])
SKIPPED = 77
ROWS = 39
PARTS = ("一、主体", "二、账户", "三、交易流水", "四、资金流向图", "五、设备与 IP", "六、研判意见", "七、已采取的措施", "八、受害人")


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, timeout=300, **more)
    assert done.returncode == 0, (words, done.stdout[-500:], done.stderr[-2000:])
    return done.stdout.decode()


def package():
    return zipfile.ZipFile(FOLDER / "referral.zip")


def text_of(name, *options):
    path = FOLDER / "package" / name
    return run("pdftotext", *options, path, "-")


def without_blanks(text):
    return re.sub(r"\s+", "", text)


def table(name):
    data = package().read(f"数据/{name}.csv")
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def dossier():
    return json.loads(package().read("数据/线索.json"))["dossier"]


def fen(text):
    return int(decimal.Decimal(text) * 100)


# ---- the package --------------------------------------------------------------------------------------------


def test_the_same_bytes_elsewhere(folder):
    other = pathlib.Path(folder) / "other"
    elsewhere = {**ENVIRONMENT, "TZ": "America/New_York", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8", "HOME": folder}
    run(SAMPLE, other, env=elsewhere)
    for name in ("referral.zip", "letter.html", "material.html", "statement.html", "masked.html", "referral.json"):
        assert (FOLDER / name).read_bytes() == (other / name).read_bytes(), name


def test_hashes(folder):
    bundle = package()
    assert bundle.testzip() is None
    bundle.extractall(folder)
    names = bundle.namelist()
    assert run("sha256sum", "-c", "SHA256SUMS", cwd=folder).count(": OK") == len(names) - 2
    for line in bundle.read("SM3SUMS").decode().splitlines():
        digest, name = line.split("  ", 1)
        assert digest in run("openssl", "dgst", "-sm3", name, cwd=folder), name
    told = re.search(r"sha256 (\w+)", SAID)[1]
    assert told == hashlib.sha256((FOLDER / "referral.zip").read_bytes()).hexdigest()
    sent = json.loads((FOLDER / "referral.json").read_text())["packages"]
    assert [one["sha256"] for one in sent] == [told], sent


def test_rows_of_the_manifest(folder):
    manifest = json.loads(package().read("manifest.json"))
    rows = {file["name"]: file["rows"] for file in manifest["files"] if "rows" in file}
    assert len(rows) == 9, rows
    for name, count in rows.items():
        assert len(table(pathlib.PurePosixPath(name).stem)) == count, name


def test_names(folder):
    for info in package().infolist():
        assert info.flag_bits == 0x800 and info.date_time == (2026, 11, 25, 17, 47, 0) and not info.extra, info
        assert not re.search(r'[<>:"|?*\\\x00-\x1f]|\.\.|^/', info.filename), info


# ---- documents ----------------------------------------------------------------------------------------------


def test_letter(folder):
    text = without_blanks(text_of("01 移送函.pdf"))
    for part in ("示例银行股份有限公司", "示银反诈移〔2026〕1号", "加急", "示例市公安局反诈中心：", "刑事诉讼法》第一百一十条", "反电信网络诈骗法》第十八条", "43.18万元",
                 "一、基本情况", "二、已采取的措施", "三、工作建议", "2026年11月25日", "联系人：A角"):
        assert part in text, part
    assert "Pages:           2\n" in run("pdfinfo", FOLDER / "package" / "01 移送函.pdf")


def test_material(folder):
    text = text_of("02 移送材料.pdf", "-layout")
    flat = without_blanks(text)
    places = [flat.rindex(without_blanks(part)) for part in PARTS]
    assert places == sorted(places), places
    data = dossier()
    assert len(data["parties"]) == 8 and len(data["accounts"]) == 8 and len(data["victims"]) == 4
    for party in data["parties"] + data["victims"]:
        assert party["data"]["name"]["value"] in flat, party
        assert party["data"]["phone"]["value"] in flat, party
    for party in data["parties"]:
        assert party["data"]["certificate"]["value"] in flat and party["party"] in flat, party
    for account in data["accounts"]:
        assert account["account"] in flat, account
    for thing in data["devices"]:
        assert thing["thing"] in flat, thing
    for key in ("fact", "analysis", "structure", "next_step", "recommendation", "unknowns"):
        assert without_blanks(data["opinion"][key])[:200] in flat, key
    for person in ("a.analyst", "d.head", "c.compliance"):
        assert person in flat, person
    assert data["amounts"]["involved"] == 43180000 and "431,800.00元" in flat


def test_statement(folder):
    text = text_of("03 交易流水.pdf", "-layout")
    traces = re.findall(r"TRX20261125\d{6}", text)
    assert len(traces) == ROWS == len(dossier()["transactions"]), len(traces)
    assert sorted(traces) == sorted(row["trace"] for row in dossier()["transactions"])


def test_fonts_and_scripts(folder):
    for path in (FOLDER / "package").glob("*.pdf"):
        fields = run("pdfinfo", "-isodates", path, env={**os.environ, "TZ": "Asia/Shanghai"})
        assert "CreationDate:    2026-11-25T17:47:00+08" in fields and re.search(r"^JavaScript: +no$", fields, re.M), fields
        for line in run("pdffonts", path).splitlines()[2:]:
            assert re.match(r"[A-Z]{6}\+Noto(Sans|Serif)CJKsc-(Regular|Bold) +CID Type 0C +Identity-H +yes yes yes ", line), (path, line)


# ---- figures ------------------------------------------------------------------------------------------------


def test_tables_say_what_the_machine_half_says(folder):
    data = dossier()
    rows = table("03 交易流水")
    assert [(fen(row["金额(元)"]), row["本方账号"].strip(), row["对方账号"].strip()) for row in rows] == \
        [(row["amount"], row["own"], row["counter"] or "") for row in data["transactions"]]
    for account, row in zip(data["accounts"], table("02 账户")):
        own = [row for row in data["transactions"] if row["own"] == account["account"]]
        for key, name, direction in (("came_in", "转入合计(元)", "IN"), ("went_out", "转出合计(元)", "OUT")):
            assert account[key] == fen(row[name]) == sum(one["amount"] for one in own if one["direction"] == direction), account["account"]
    paid = sum(victim["paid"] for victim in data["victims"] + data["victims_elsewhere"])
    assert paid == data["amounts"]["involved"] == data["flow"]["traced"] == 43180000, paid
    assert sum(fen(row["已付款金额(元)"]) for row in table("08 受害人")) == paid


def test_the_flow_holds_together(folder):
    flow = dossier()["flow"]
    assert flow["traced"] == flow["still_here"] + flow["outside"] + flow["not_followed"]
    for number, node in enumerate(flow["nodes"]):
        came = sum(edge["amount"] for edge in flow["edges"] if edge["to"] == number)
        went = sum(edge["amount"] for edge in flow["edges"] if edge["from"] == number)
        assert node["id"] == number and came == node["received"] and went == node["passed_on"], node
        assert node["layer"] == 0 or came == went + node["left"] + node["outside"], node
    assert sum(edge["amount"] for edge in flow["edges"] if edge["layer"] == 1) == flow["traced"]
    assert [(fen(row["金额(元)"]), int(row["付款节点"]), int(row["收款节点"])) for row in table("04 资金流向-资金")] == \
        [(edge["amount"], edge["from"], edge["to"]) for edge in flow["edges"]]


def test_no_cell_is_a_formula(folder):
    for name in package().namelist():
        if name.endswith(".csv"):
            for row in csv.reader(io.StringIO(package().read(name).decode("utf-8-sig"))):
                for cell in row:
                    assert not re.match(r"\s*[=+@]|\s*-(?!\d)", cell), (name, cell)


# ---- whose data ---------------------------------------------------------------------------------------------


def test_nobody_else(folder):
    """Who is neither a subject nor a counterparty of a suspected account is nowhere, and a victim's telephone is nobody's business."""
    everything = b"".join(package().read(name) for name in package().namelist() if not name.endswith((".pdf", ".png")))
    for name in package().namelist():
        if name.endswith(".pdf"):
            everything += text_of(name).encode()
    for other in ("6217000000000000801", "C0000000801", "D-0a11b2", "198.51.100.21"):
        assert other.encode() not in everything, other


def test_masks(folder):
    page = html.unescape((FOLDER / "masked.html").read_text())
    plain = html.unescape((FOLDER / "material.html").read_text())
    data = dossier()
    hidden = [party["data"][key]["value"] for party in data["parties"] + data["victims"] for key in ("name", "phone")]
    hidden += [party["data"]["certificate"]["value"] for party in data["parties"]] + [party["party"] for party in data["parties"]]
    hidden += [thing["thing"] for thing in data["devices"]]
    for value in hidden:
        assert value in plain and value not in page, value
    for account in data["accounts"]:
        assert account["account"] not in without_blanks(page), account["account"]
    assert "预览（已脱敏）" in page and "<script" not in page and "431,800.00" in page


def test_what_was_approved(folder):
    """The hash of the content, as docs/referral.md says it is made."""
    machine = json.loads(package().read("数据/线索.json"))
    content = {key: value for key, value in machine["dossier"].items()
               if key not in ("timeline", "timeline_left_out", "measures", "stopped_payments", "reports")}
    content["amounts"] = {"involved": content["amounts"]["involved"]}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == machine["content_sha256"]


def test_nothing_was_missing(folder):
    assert json.loads((FOLDER / "findings.json").read_text()) == {"findings": [], "is_cut": False}


if not all(shutil.which(tool) for tool in ("pdfinfo", "pdffonts", "pdftotext")):
    print("poppler-utils is not installed")
    sys.exit(SKIPPED)
shutil.rmtree(FOLDER, ignore_errors=True)
# What the drawing libraries leave behind is told apart from leaks of ours by the tests in C.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
SAID = run(SAMPLE, FOLDER, env=ENVIRONMENT)
package().extractall(FOLDER / "package")
cases.run(globals(), sys.argv[3:])
