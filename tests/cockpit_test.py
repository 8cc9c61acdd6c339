#!/usr/bin/env python3
"""Papers of the cockpit, made of a rehearsal, judged by programs of others: PDFs by poppler, pages by Python's parsers, figures by SQL of this test's own.

Usage: cockpit_test.py QIANTANG COCKPIT_SAMPLES FOLDER
A bank of 500 customers is simulated and rehearsed for a month; the papers are written into FOLDER/papers and stay there, to be looked at. Exit code 77 (skipped) where poppler is missing. The last line is
"N passed, N failed".
"""
import hashlib
import html.parser
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys

import cases

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
import bulletin_pictures   # noqa: E402  (it lies in another folder)

QIANTANG, SAMPLES, FOLDER = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
PAPERS, STORE = FOLDER / "papers", FOLDER / "papers.db"
SKIPPED = 77
NAMES = ("bulletin-zh", "bulletin-en", "branch-zh", "daily-zh", "daily-en")
ZONE_US = 8 * 3600 * 10**6
FROM_US, UNTIL_US = 1788192000 * 10**6, 1790784000 * 10**6   # September 2026 in China
VOID = {"meta", "br", "col", "hr", "path", "line", "rect", "circle"}


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, timeout=900, **more)
    assert done.returncode == 0, (words[:3], done.stdout[-500:], done.stderr[-2000:])
    return done.stdout.decode()


def text_of(name, *options):
    return run("pdftotext", *options, PAPERS / f"{name}.pdf", "-")


def flat(name):
    return re.sub(r"\s+", "", text_of(name))


def figures(name):
    told = json.loads((PAPERS / f"{name}.json").read_text())
    return told, {figure["figure"]: figure for figure in told["figures"]}


def rows(question, *values):
    connection = sqlite3.connect(f"file:{STORE}?mode=ro", uri=True)
    try:
        return connection.execute(question, values).fetchall()
    finally:
        connection.close()


# ---- PDF and HTML -------------------------------------------------------------------------------------------


def test_pdf(folder):
    for name in NAMES:
        fields = dict(re.findall(r"^([\w ]+?):\s+(.*)$", run("pdfinfo", "-isodates", PAPERS / f"{name}.pdf", env={**os.environ, "TZ": "Asia/Shanghai"}), re.M))
        assert int(fields["Pages"]) >= 2 and (fields["JavaScript"], fields["Encrypted"]) == ("no", "no"), (name, fields)
        assert fields["CreationDate"].startswith("2026-10-01T02:00:00+08"), fields
        for line in run("pdffonts", PAPERS / f"{name}.pdf").splitlines()[2:]:
            assert re.match(r"[A-Z]{6}\+Noto(Sans|Serif)CJKsc-(Regular|Bold) +CID Type 0C +Identity-H +yes yes yes ", line), (name, line)


def test_parts(folder):
    zh, en = flat("bulletin-zh"), flat("bulletin-en")
    for part in ("一、总体情况", "二、新出现手法与公安预警", "三、模型成效与停用", "四、自动处置", "五、涉案账户", "六、工作亮点", "七、问题通报", "八、安全检查与隐患整改", "九、员工行为与数据安全", "十、机构排名",
                 "十一、下月工作重点", "十二、附表"):
        assert part in zh, part
    for part in ("1Overall", "2Newtypologies", "3Models", "4Automaticdisposition", "5Caseaccounts", "6Goodexamples", "7Problems", "8Inspection", "9Employees", "10Ranking", "11Priorities", "12Annex"):
        assert part in en, part
    for name in NAMES:
        assert ("sample;made-updata" if name.endswith("-en") else "样例，数据为模拟") in flat(name), name
    assert "反诈值班日报" in flat("daily-zh") and "八、系统运行" in flat("daily-zh") and "8Thesystem" in flat("daily-en")


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.texts, self.bad = [], [], []

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "iframe", "object", "link"):
            self.bad.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag not in VOID:
            if self.open and self.open[-1] == tag:
                self.open.pop()
            else:
                self.bad.append("/" + tag)

    def handle_data(self, data):
        self.texts.append(data)


def test_html(folder):
    for name in NAMES:
        page = Page()
        page.feed((PAPERS / f"{name}.html").read_text())
        page.close()
        assert not page.open and not page.bad, (name, page.open, page.bad)
        words = re.sub(r"\s+", "", "".join(page.texts))
        for figure in re.findall(r"cockpit_[A-Z_0-9]+", text_of(name)):   # with its blanks: what stands in the next column is no part of the name
            assert figure in words, (name, figure)


def test_the_same_again(folder):
    folder = pathlib.Path(folder)
    shutil.copyfile(FOLDER / "rehearsal.db", folder / "again.db")
    run(SAMPLES, f"sqlite:{folder / 'again.db'}", folder / "papers", "2026-09", FOLDER / "names.tsv", FOLDER / "accounts.tsv", env={**ENVIRONMENT, "TZ": "America/New_York", "LANG": "de_DE.UTF-8"})
    for name in NAMES:
        for ending in ("pdf", "html", "json"):
            assert (PAPERS / f"{name}.{ending}").read_bytes() == (folder / "papers" / f"{name}.{ending}").read_bytes(), (name, ending)


# ---- figures ------------------------------------------------------------------------------------------------

SEEN = "secrecy = 'NORMAL' AND {} >= ? AND {} < ?"
ALERTS = f"SELECT opened_us, id, branch, hits, typology_group FROM alert WHERE {SEEN.format('opened_us', 'opened_us')}"


def test_figures_by_sql(folder):
    """What the papers tell, asked of the store in this test's own words."""
    told, figure = figures("bulletin-zh")
    span = (FROM_US, UNTIL_US)
    assert (told["month"], told["period"]) == ("2026-09", {"from_us": FROM_US, "until_us": UNTIL_US})
    closed = f"FROM alert WHERE {SEEN.format('closed_us', 'closed_us')} AND is_open = 0 AND code NOT IN ('DUP', 'TEST')"
    expected = {
        "alerts": rows(f"SELECT COUNT(*) FROM ({ALERTS})", *span)[0][0],
        "alerts_closed": rows(f"SELECT COUNT(*) {closed}", *span)[0][0],
        "closed_automatically": rows(f"SELECT COALESCE(SUM(is_automatic), 0) {closed}", *span)[0][0],
        "overdue": rows(f"SELECT COUNT(*) FROM alert WHERE {SEEN.format('decide_us', 'decide_us')} AND COALESCE(decided_us, 1 << 62) > decide_us", *span)[0][0],
        "controlled": rows("SELECT COUNT(DISTINCT target) FROM control WHERE secrecy = 'NORMAL' AND authority = 'BANK' AND target_kind = 'account' AND measure <> 'GREY_PAYEE'"
                           " AND since_us >= ? AND since_us < ?", *span)[0][0],
        "case_accounts": len({account for account, at in rows("SELECT e.account, MIN(o.taken_us) FROM order_entry e JOIN police_order o ON e.police_order = o.id WHERE e.list = 'CASE' AND e.bank = ''"
                                                              " AND o.state NOT IN ('REFUSED', 'EXCEPTION') GROUP BY e.account") if FROM_US <= at < UNTIL_US}),
        "accounts": sum(int(line.split("\t")[1]) for line in (FOLDER / "accounts.tsv").read_text().splitlines()),
        "referrals": rows("SELECT COUNT(*) FROM referral WHERE sent_us >= ? AND sent_us < ?", *span)[0][0],
    }
    for name, number in expected.items():
        now = figure[name]["now"]
        if "refused" in now:   # no such row was ever written
            assert number == 0 and now["refused"] == "NEVER_FED", (name, now, number)
        else:
            assert now["value"] == number, (name, now, number)
    assert expected["alerts"] > 50 and expected["alerts_closed"] > 50, expected


def test_hash_of_rows(folder):
    """As docs/cockpit.md says that anybody can make it."""
    _, figure = figures("bulletin-zh")
    digests = sorted(hashlib.sha256(json.dumps({"at_us": at, "key": str(alert), "unit": unit, "value": hits, "kind": "alert", "object": alert, "word": word}, separators=(",", ":"),
                                               ensure_ascii=False).encode()).digest() for at, alert, unit, hits, word in rows(ALERTS, FROM_US, UNTIL_US))
    assert hashlib.sha256(b"".join(digests)).hexdigest() == figure["alerts"]["sha256"]
    assert figure["alerts"]["sha256"][:16] in flat("bulletin-zh")


def number(value):
    return f"{value:,}"


def test_printed_figures(folder):
    """Numbers of the JSON stand in the paper behind their names."""
    _, figure = figures("bulletin-zh")
    words = flat("bulletin-zh")
    for name, zh, unit in (("alerts", "产生预警", "条"), ("alerts_closed", "办结预警", "条"), ("victims_saved", "劝阻受害客户", "人"), ("overdue", "超时预警", "条"), ("accounts", "账户数", "户")):
        now = figure[name]["now"]
        if "refused" not in now:
            assert f"{zh}{number(now['value'])}{unit}" in words, (name, now)
    for told in figure.values():
        if "refused" in told["now"]:
            assert told["now"]["why_zh"].replace(" ", "") in words, told
            assert "sha256" not in told
        else:
            assert told["query"].removesuffix("_figure") in words, told["query"]


def test_rate_is_never_alone(folder):
    for name in ("bulletin-zh", "branch-zh"):
        _, figure = figures(name)
        words = flat(name)
        if "refused" in figure["automatic_rate"]["now"]:
            assert not re.search(r"自动处置率\d", words), name
        else:
            for judge in ("overturn_rate", "later_rate", "merge_ratio"):
                assert "refused" not in figure[judge]["now"], (name, judge)
            assert re.search(r"自动处置率[\d.]+%（质检推翻率[\d.]+%（\d+/\d+，95%区间[\d.]+%—[\d.]+%），后续确认率", words), name


def test_branch_sees_its_own(folder):
    told, figure = figures("branch-zh")
    names = dict(line.split("\t")[:2] for line in (FOLDER / "names.tsv").read_text().splitlines())
    branches = [line.split("\t")[0] for line in (FOLDER / "accounts.tsv").read_text().splitlines()]
    assert told["unit"] in branches and len(branches) >= 4
    words, text = flat("branch-zh"), (PAPERS / "branch-zh.json").read_text()
    for branch in branches:
        assert (names[branch] in words) == (branch == told["unit"]), branch
        assert (branch in text) == (branch == told["unit"]), branch
    assert figure["alerts"]["now"]["value"] == rows(f"SELECT COUNT(*) FROM ({ALERTS}) WHERE branch = ?", FROM_US, UNTIL_US, told["unit"])[0][0]


def test_ranking_again(folder):
    """The scores, computed from the numbers that stand beside them."""
    ranking = figures("bulletin-zh")[0]["ranking"]
    used = [(at, indicator) for at, indicator in enumerate(ranking["indicators"]) if indicator["used"]]
    assert used, ranking["indicators"]
    for at, indicator in used:
        numbers = [unit["numbers"][at] for unit in ranking["units"]]
        there = [value for value in numbers if value is not None]
        for unit in ranking["units"]:
            own = unit["numbers"][at]
            if own is None:
                assert unit["marks"][at] is None
                continue
            worse = sum(other > own if indicator["less_is_better"] else other < own for other in there)
            mark = (worse + (there.count(own) - 1) / 2) / (len(there) - 1)
            assert abs(mark - unit["marks"][at]) < 1e-9, (indicator, unit)
    for unit in ranking["units"]:
        marks = [(indicator["weight"], unit["marks"][at]) for at, indicator in used if unit["marks"][at] is not None]
        if marks:
            assert abs(unit["score"] - 100 * sum(weight * mark for weight, mark in marks) / sum(weight for weight, _ in marks)) < 1e-9, unit


def prepare():
    FOLDER.mkdir(parents=True, exist_ok=True)
    bulletin_pictures.rehearse(QIANTANG, FOLDER, 500, 31)
    bulletin_pictures.write_names(FOLDER, bulletin_pictures.write_accounts(FOLDER))
    shutil.copyfile(FOLDER / "rehearsal.db", STORE)
    shutil.rmtree(PAPERS, ignore_errors=True)
    run(SAMPLES, f"sqlite:{STORE}", PAPERS, "2026-09", FOLDER / "names.tsv", FOLDER / "accounts.tsv", env=ENVIRONMENT)


if not all(shutil.which(tool) for tool in ("pdfinfo", "pdffonts", "pdftotext")):
    print("poppler-utils is not installed")
    sys.exit(SKIPPED)
# What the drawing libraries leave behind is no leak of ours (src/paper/leaks_test.h).
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
shutil.rmtree(FOLDER, ignore_errors=True)
prepare()
cases.run(globals(), sys.argv[4:])
