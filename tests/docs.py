#!/usr/bin/env python3
"""Keeps the documents true where that is cheap.

  Every diagnostic code in src/ ("KN103") stands in docs/diagnostics.md, and no other does.
  Every relative link of a *.md file leads to something; every `path` in backticks that begins with a folder of the tree is there.
  Every `make target` in backticks is a target of the Makefile, and every script that the Makefile calls is there.
  Functions of expressions: docs/expressions.md names every one of src/expr/functions.def.
  Keys of model files: docs/models.md names every one that src/monitoring/models/model.c knows.
  Keys of the other files of a pack, and what policies read: docs/packs.md names every one that the loaders know.
  Scopes, roles, refusals, actions, actors and masks: docs/access.md names every one of their lists.
  Strategies: docs/disposition.md names every key that src/response/strategies knows, and has every row of its lists with what it means.
  Members of decisions: docs/decisions.md names every one that src/monitoring/decision/render.c writes.
  Webhooks: docs/webhooks.md has every row of src/webhook/faults.def and no other, and the waits of src/webhook/schedule.c.
  Measures, refusals, orders, answers, time limits: docs/controls.md names every one of their lists.
  Referrals: docs/referral.md has states, words, fields, data and findings of the gate as the lists of src/response/referral say them.
  Problems: docs/api/problems.md is what scripts/problems.py writes, and every problem of the room http is in the API's list.
  What documents call by a name is there: `qiantang COMMAND`, settings (`server.port`), metrics (qiantang_...), diagnostic codes.
  Chances: the tables of docs/simulate.md are what scripts/chances.py writes.
  Figures: the tables of docs/cockpit.md are what scripts/cockpit_figures.py writes.
  Operations: every alarm of examples/operations/qiantang.rules.yaml is explained in docs/operations/alarms.md and no other is; so is every
  line of the log of level warning or error.

scripts/diagnostics.py rewrites docs/diagnostics.md.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("src/", "docs/", "packs/", "examples/", "tests/", "scripts/", "fuzz/", "bench/")

problems = []


def read(path):
    return (ROOT / path).read_text()


def targets():
    return set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))


def check_makefile():
    for script in re.findall(r"\b((?:scripts|tests)/[\w./-]+)", read("Makefile")):
        if not (ROOT / script).is_file():
            problems.append(f"Makefile: there is no {script}")


def check_links(path):
    text = path.read_text()
    name = path.relative_to(ROOT)
    for number, line in enumerate(text.splitlines(), 1):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if re.match(r"[a-z]+:|#", target):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                problems.append(f"{name}:{number}: the link {target} leads nowhere")
        for target in re.findall(r"`([\w./-]+)`", line):
            if target.startswith(FOLDERS) and not any(letter in target for letter in "*<{") and not (ROOT / target).exists():
                problems.append(f"{name}:{number}: there is no {target}")
        for target in re.findall(r"`make ([a-z-]+)[^`]*`", line):
            if target not in targets():
                problems.append(f"{name}:{number}: the Makefile has no target {target}")


def check_codes():
    sys.path.insert(0, str(ROOT / "scripts"))
    import diagnostics
    used = diagnostics.codes()
    told = set(re.findall(r"^\| ([A-Z]{2}\d{3}) \|", read("docs/diagnostics.md"), re.M))
    for code in sorted(used.keys() - told):
        problems.append(f"docs/diagnostics.md: {code} is not described; run scripts/diagnostics.py ({used[code]})")
    for code in sorted(told - used.keys()):
        problems.append(f"docs/diagnostics.md: nothing in src/ gives {code} any more; run scripts/diagnostics.py")


def check_names(document, names, what):
    text = read(document)
    for name in names:
        if f"`{name}`" not in text and f"`{name}(" not in text and f".{name}(" not in text:
            problems.append(f"{document}: the {what} `{name}` is not described")


def functions():
    text = read("src/expr/functions.def")
    names = re.findall(r'^FUNCTION\(\w+, "([A-Za-z][\w.]*)"\)', text, re.M)
    return sorted(set(names))


def model_keys():
    text = read("src/monitoring/models/model.c")
    return re.findall(r'"(\w+)"', re.search(r"model_keys\[\] = \{(.*?)\};", text, re.S)[1])


PACK_LOADERS = ("models/batch.c", "models/pack.c", "models/policy.c", "knowledge/plan.c", "stream/schema.c", "stream/schema_fields.c", "stream/schema_derive.c",
                "stream/features.c", "stream/features_grid.c", "stream/intake_map.c")


def check_pack_keys():
    text = read("docs/packs.md")
    names = set()
    for loader in PACK_LOADERS:
        code = read(f"src/monitoring/{loader}")
        for block in re.findall(r"(?:keys|sections)\[\] = \{(.*?)\};|#define ARGUMENT_KEYS(.*?)\n\n", code, re.S):
            names |= set(re.findall(r'"(\w+)"', "".join(block)))
    policies = re.search(r"#define DECISION_NAMES\(X\)(.*?)\n\w", read("src/monitoring/models/catalogue.h"), re.S)[1]
    names |= {f"d.{name}" for name in re.findall(r"X\((\w+), ", policies)}
    assert len(names) > 100, names
    for name in sorted(names):
        if not re.search(rf"\b{re.escape(name)}\b", text):
            problems.append(f"docs/packs.md: `{name}` is not described")


def decision_members():
    text = read("src/monitoring/decision/render.c")
    return sorted(set(re.findall(r'json_key\w*\(&?json, SLICE\("(\w+)"\)', text)))


def check_problems():
    sys.path.insert(0, str(ROOT / "scripts"))
    import problems as api
    if not api.DOCUMENT.exists() or api.DOCUMENT.read_text() != api.document():
        problems.append("docs/api/problems.md is not what src/server/api/problems.def says; run scripts/problems.py")
    for code in api.missing():
        problems.append(f"src/server/api/problems.def: {code} of src/http/problems.def is missing, or has another status")


def check_chances():
    import chances
    if chances.DOCUMENT.read_text() != chances.document():
        problems.append("docs/simulate.md is not what the lists of src/simulation say; run scripts/chances.py")


def check_figures():
    import cockpit_figures
    if cockpit_figures.DOCUMENT.read_text() != cockpit_figures.document():
        problems.append("docs/cockpit.md is not what the lists of src/governance/cockpit say; run scripts/cockpit_figures.py")


def check_words():
    import words
    if words.DOCUMENT.read_text() != words.document():
        problems.append("docs/people.md is not what src/cli/remote/words.def says; run scripts/words.py")


def access_names():
    for name in ("scopes", "roles", "refusals", "actions", "actors"):
        yield from re.findall(r'^[A-Z]+\(\w+,\s*"([\w.:-]+)"', read(f"src/access/{name}.def"), re.M)
    yield from re.findall(r'^MASK\(\w+,\s*"(\w+)"', read("src/base/masks.def"), re.M)


def check_webhooks():
    """The list of faults, and the row of waits."""
    text = read("docs/webhooks.md")
    faults = re.findall(r'^FAULT\(\w+, +"(\w+)", "([^"]+)", "([^"]+)",\s+"([^"]+)", "[^"]+"\)', read("src/webhook/faults.def"), re.M)
    told = re.findall(r"^\| (WH\d{3}) \| (.+) \| (.+) \| (.+) \|$", text, re.M)
    if faults != told or len(faults) < 10:
        problems.append("docs/webhooks.md: the codes are not those of src/webhook/faults.def: " + ", ".join(sorted({row[0] for row in set(faults) ^ set(told)})))
    units = {"SECOND": "s", "MINUTE": "min", "HOUR": "h"}
    steps = re.search(r"steps_us\[\] = \{(.*?)\};", read("src/webhook/schedule.c"), re.S)[1]
    waits = [f"{count} {units[unit]}" for count, unit in re.findall(r"(\d+) \* US_PER_(\w+)", steps)]
    if f"| wait | {' | '.join(waits)} |" not in text:
        problems.append(f"docs/webhooks.md: the waits are {', '.join(waits)}")


STRATEGIES = "src/response/strategies"
STRATEGY_LISTS = {"names.def": r'^NAME\(\w+,\s*"([\w.]+)".*"(.*)"\)$', "facts.def": r'^FACT\(\w+,\s*"(\w+)".*"(.*)"\)$',
                  "codes.def": r'^CODE\(\w+,\s*"([\w-]+)".*"(.*)"\)$', "actions.def": r'^ACTION\((\w+),.*"(.*)"\)$',
                  "forbidden.def": r'^(?:FORBIDDEN|ASKING)\((\w+),.*"(.*)"\)$', "families.def": r'^FAMILY_KIND\((\w+),.*"(.*)"\)$',
                  "roles.def": r'^ROLE\(\w+,\s*"(\w+)".*"(.*)"\)$'}


def check_disposition():
    document = "docs/disposition.md"
    text = read(document)
    for name, row in STRATEGY_LISTS.items():
        rows = re.findall(row, read(f"{STRATEGIES}/{name}"), re.M)
        assert len(rows) > 8, name
        for word, meaning in rows:
            if f"`{word}`" not in text or meaning.lower() not in text.lower():
                problems.append(f"{document}: `{word}` of {STRATEGIES}/{name} is not described as it is there: {meaning}")
    keys = set(re.findall(r'^ARGUMENT\(\w+,\s*"(\w+)"', read(f"{STRATEGIES}/actions.def"), re.M))
    for path in sorted((ROOT / STRATEGIES).glob("*.c")):
        if not path.name.endswith("_test.c"):
            for block in re.findall(r"keys\[\] = \{(.*?)\};", path.read_text(), re.S):
                keys |= set(re.findall(r'"(\w+)"', block))
    assert len(keys) > 80, keys
    for key in sorted(keys):
        if not re.search(rf"\b{re.escape(key)}\b", text):
            problems.append(f"{document}: the key `{key}` is not described")


def check_controls():
    text = read("docs/controls.md")
    lists = {"controls/measures.def": r"^MEASURE\((\w+),", "controls/terms.def": r'^TERM\(\w+,\s*"(\w+)"', "orders/order_kinds.def": r"^ORDER_KIND\((\w+),",
             "orders/answers.def": r"^ANSWER\((\w+),"}
    for name, pattern in lists.items():
        names = re.findall(pattern, read(f"src/response/{name}"), re.M)
        assert len(names) > 10, name
        check_names("docs/controls.md", names, "name")
    for code in re.findall(r'^REFUSAL\(\w+,\s*"(\w+)"', read("src/response/controls/refusals.def"), re.M):
        if f"| {code} |" not in text:
            problems.append(f"docs/controls.md: the refusal {code} is not described")
    values = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d+) ", text, re.M))
    for key, value in re.findall(r'^TERM\(\w+,\s*"(\w+)",\s*(\d+)', read("src/response/controls/terms.def"), re.M):
        if values.get(key) != value:
            problems.append(f"docs/controls.md: {key} is {value}, not {values.get(key)}")


REFERRAL_LISTS = {"states.def": r'^STATE\((\w+), "[^"]*", "([^"]+)"', "words.def": r'^WORD\((?:LINK|STEP|MONEY|DATUM|ROUTE), (\w+), "([^"]+)"',
                  "fields.def": r'^FIELD\(\w+,\s+"(\w+)".*"([^"]+)",\s+"[^"]+"\)', "data.def": r'^DATUM\(\w+,\s+\w+,\s+"(\w+)".*"([^"]+)",\s+"[^"]+"\)',
                  "findings.def": r'^FINDING\((\w+), \d, "([^"]+)"'}


def check_referral():
    text = read("docs/referral.md")
    for name, pattern in REFERRAL_LISTS.items():
        rows = re.findall(pattern, read(f"src/response/referral/{name}"), re.M)
        assert len(rows) > 10, name
        for word, meaning in rows:
            if f"`{word}`" not in text or meaning not in text:
                problems.append(f"docs/referral.md: `{word}` of src/response/referral/{name} is not described as it is there: {meaning}")


# ---- names that documents use -------------------------------------------------------------------------------

RULES = "examples/operations/qiantang.rules.yaml"
FILE_ENDINGS = "md|yaml|json|db|ndjson|csv|html|h|c|def|py|sh|deb|pem|key|log|tmp|service"


def setting_names():
    """Sections, and settings as `section.key`."""
    text = read("src/settings/settings.def")
    sections = re.findall(r"^SECTION_BEGIN\((\w+),", text, re.M)
    rows = re.findall(r"^[A-Z]+\((\w+), (\w+),", text, re.M)
    return sections, {f"{section}.{key}" for section, key in rows if section in sections}


def code_parts(text):
    """What is written as code: between backticks, and in indented or fenced lines."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield number, line
        else:
            for part in re.findall(r"`([^`]+)`", line):
                yield number, part


def check_code(path, number, part, names):
    where = f"{path.relative_to(ROOT)}:{number}"
    for command in re.findall(r"(?<![\w@:.-])qiantang ([a-z]+)\b(?!\.)", part):
        if command not in names["commands"] and command != "qiantang":
            problems.append(f"{where}: there is no command qiantang {command}")
    for setting in re.findall(rf"(?<![\w./-])((?:{'|'.join(names['sections'])})\.[a-z_]+)\b(?![\w/(])", part):
        if setting not in names["settings"] and not re.search(rf"\.({FILE_ENDINGS})$", setting):
            problems.append(f"{where}: there is no setting {setting}")


def check_named(documents):
    commands = set(re.findall(r'^    \{"([a-z]+)", command_', read("src/main.c"), re.M))
    actions = set(re.findall(r'^[A-Z]+\(\w+,\s*"([\w.]+)"', read("src/access/actions.def"), re.M))
    sections, settings = setting_names()
    assert len(settings) > 40 and len(commands) > 8, (settings, commands)
    names = {"commands": commands, "sections": sections, "settings": settings | actions}
    metrics = set(re.findall(r'"((?:qiantang|process)_\w+)"', read("src/metrics/metrics.def")))
    codes = set(re.findall(r"^\| ([A-Z]{2}\d{3}) \|", read("docs/diagnostics.md"), re.M))
    for path in [*documents, ROOT / RULES]:
        text = path.read_text()
        if path.is_relative_to(ROOT / "docs"):
            for number, part in code_parts(text):
                check_code(path, number, part, names)
        for number, line in enumerate(text.splitlines(), 1):
            for metric in re.findall(r"(?<![\w/])(qiantang_[a-z_]+|process_[a-z_]+_(?:bytes|total|fds|seconds))\b(?!\.[a-z])", line):
                if metric != "qiantang_client" and metric not in metrics and re.sub(r"_(bucket|sum|count)$", "", metric) not in metrics:
                    problems.append(f"{path.relative_to(ROOT)}:{number}: there is no metric {metric}")
            for code in re.findall(r"\b((?:SV|JO|BR|RL|LG|OS|HT|CF)\d{3})\b", line):
                if code not in codes:
                    problems.append(f"{path.relative_to(ROOT)}:{number}: there is no code {code}")


def check_alarms():
    text = read("docs/operations/alarms.md")
    told = set(re.findall(r"^\| `(Qiantang\w+)` (?:page|ticket) \|", text, re.M))
    rules = re.findall(r"- alert: (\w+)\n(?:.*\n)*?\s+labels: \{severity: (page|ticket)\}", read(RULES))
    assert len(rules) == read(RULES).count("- alert:"), "an alarm without a severity"
    for alarm, severity in rules:
        if f"| `{alarm}` {severity} |" not in text:
            problems.append(f"docs/operations/alarms.md: the alarm {alarm} ({severity}) of {RULES} is not explained")
    for alarm in sorted(told - {alarm for alarm, _ in rules}):
        problems.append(f"docs/operations/alarms.md: {RULES} has no alarm {alarm}")
    for path in (ROOT / "src").rglob("*.c"):
        if not path.name.endswith(("_test.c", "_bench.c")):
            for event in re.findall(r'\bLOG\([^;"]*?\b(?:warning|error),\s*"(\w+)"|\b(?:log_put_diag|tell)\([^;"]*?LOG_(?:warning|error),\s*"(\w+)"', path.read_text()):
                name = event[0] or event[1]
                if f"| `{name}` |" not in text:
                    problems.append(f"docs/operations/alarms.md: the line `{name}` of {path.relative_to(ROOT)} is not explained")


def main():
    documents = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*/*.md"),
                        *(ROOT / "examples").rglob("*.md")})
    documents = [path for path in documents if "node_modules" not in path.parts]
    for path in documents:
        check_links(path)
    check_makefile()
    check_codes()
    check_problems()
    check_chances()
    check_figures()
    check_words()
    check_controls()
    check_referral()
    check_names("docs/expressions.md", functions(), "function")
    check_names("docs/models.md", model_keys(), "key")
    check_pack_keys()
    check_names("docs/access.md", sorted(set(access_names()) - {"none"}), "word")
    check_names("docs/decisions.md", decision_members(), "member")
    check_webhooks()
    check_disposition()
    check_named(documents)
    check_alarms()
    print("\n".join(problems))
    print(f"{len(documents)} documents, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
