#!/usr/bin/env python3
"""Keeps the documents true where that is cheap.

  Every diagnostic code in src/ ("KN103") stands in docs/diagnostics.md, and no other does.
  Every relative link of a *.md file leads to something; every `path` in backticks that begins with a folder of the tree is there.
  Every `make target` in backticks is a target of the Makefile, and every script that the Makefile calls is there.
  Functions of expressions: docs/expressions.md names every one of src/expr/functions.def.
  Keys of model files: docs/models.md names every one that src/monitoring/models/model.c knows.
  Keys of the other files of a pack, and what policies read: docs/packs.md names every one that the loaders know.
  Scopes, roles, refusals, actions, actors and masks: docs/access.md names every one of their lists.
  Members of decisions: docs/decisions.md names every one that src/monitoring/decision/render.c writes.
  Problems: docs/api/problems.md is what scripts/problems.py writes, and every problem of the room http is in the API's list.

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


def access_names():
    for name in ("scopes", "roles", "refusals", "actions", "actors"):
        yield from re.findall(r'^[A-Z]+\(\w+,\s*"([\w.:-]+)"', read(f"src/access/{name}.def"), re.M)
    yield from re.findall(r'^MASK\(\w+,\s*"(\w+)"', read("src/base/masks.def"), re.M)


def main():
    documents = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*/*.md"),
                        *(ROOT / "examples").rglob("*.md")})
    documents = [path for path in documents if "node_modules" not in path.parts]
    for path in documents:
        check_links(path)
    check_makefile()
    check_codes()
    check_problems()
    check_names("docs/expressions.md", functions(), "function")
    check_names("docs/models.md", model_keys(), "key")
    check_pack_keys()
    check_names("docs/access.md", sorted(set(access_names()) - {"none"}), "word")
    check_names("docs/decisions.md", decision_members(), "member")
    print("\n".join(problems))
    print(f"{len(documents)} documents, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
