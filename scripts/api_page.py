#!/usr/bin/env python3
"""Makes a page for people of the OpenAPI document: HTML without scripts, and its style.

Usage: api_page.py OPENAPI.json OUT.html OUT.css
"""

import html
import json
import pathlib
import sys

METHODS = ("get", "post", "put", "patch", "delete")

STYLE = """
:root { --ink: #1c2430; --soft: #5a6675; --line: #dde3ea; --paper: #ffffff; --wash: #f5f7fa; --accent: #0b6e8f; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e8ee; --soft: #97a3b1; --line: #2d3642; --paper: #141a22; --wash: #1b232d; --accent: #5cb8d6; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
.page { display: grid; grid-template-columns: 19rem minmax(0, 52rem); gap: 3rem; max-width: 78rem; margin: 0 auto; padding: 0 1.5rem; }
nav { position: sticky; top: 0; max-height: 100vh; overflow: auto; padding: 2rem 0; font-size: .9rem; }
nav h2 { margin: 1.2rem 0 .3rem; font-size: .78rem; letter-spacing: .05em; text-transform: uppercase; color: var(--soft); border: 0; padding: 0; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { margin: .15rem 0; }
nav a { color: inherit; text-decoration: none; }
nav a:hover, nav a:focus-visible { color: var(--accent); text-decoration: underline; }
main { padding: 2rem 0 6rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.4rem; margin: 3.5rem 0 .5rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.15rem; margin: 2.6rem 0 .2rem; }
h4 { font-size: .95rem; margin: 1.4rem 0 .4rem; color: var(--soft); }
.zh { color: var(--soft); font-weight: 400; margin-left: .5rem; }
.path { font: .95rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--wash); border: 1px solid var(--line); border-radius: 6px;
  padding: .45rem .7rem; margin: .5rem 0; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 3.8rem; font-weight: 700; color: var(--accent); }
.scope { float: right; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .3rem 0 .8rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; }
td code { overflow-wrap: anywhere; }
pre { background: var(--wash); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; overflow: auto; font-size: .86rem; line-height: 1.45; }
@media (max-width: 60rem) {
  .page { grid-template-columns: minmax(0, 1fr); gap: 0; }
  nav { position: static; max-height: none; padding-bottom: 0; }
}
@media print { nav { display: none; } .page { display: block; } }
"""

document = {}


def text(value):
    """Escaped, with `code` in backticks."""
    parts = html.escape(str(value)).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def resolve(node):
    while "$ref" in node:
        target = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def type_of(schema):
    """A schema in a few words, with links to what has a name."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f'<a href="#schema-{name}">{name}</a>'
    if "const" in schema:
        return f"<code>{html.escape(json.dumps(schema['const']))}</code>"
    if "enum" in schema:
        return " | ".join(f"<code>{html.escape(json.dumps(value))}</code>" for value in schema["enum"])
    if "oneOf" in schema:
        return " or ".join(type_of(choice) for choice in schema["oneOf"])
    if "allOf" in schema:
        return type_of(schema["allOf"][0])
    kind = schema.get("type", "any")
    if kind == "array":
        return "array of " + type_of(schema["items"])
    words = " or ".join(kind) if isinstance(kind, list) else kind
    limits = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "up to")) if key in schema]
    return words + (f" <small>({', '.join(limits)})</small>" if limits else "")


def rows_of(schema):
    required = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        note = text(member.get("description", resolve(member).get("description", "") if "$ref" in member else ""))
        mark = "" if name in required else " <small>optional</small>"
        yield f"<tr><td><code>{html.escape(name)}</code>{mark}</td><td>{type_of(member)}</td><td>{note}</td></tr>"


def table(head, rows):
    rows = list(rows)
    if not rows:
        return ""
    return "<table><tr>" + "".join(f"<th>{name}</th>" for name in head) + "</tr>" + "".join(rows) + "</table>"


def objects_of(schema):
    """The objects that a schema may be, as tables of members."""
    if "oneOf" in schema:
        return "<p>One of:</p>" + "".join(objects_of(choice) for choice in schema["oneOf"] if "$ref" not in choice) + links_of(schema["oneOf"])
    if "allOf" in schema:
        return objects_of(schema["allOf"][0])
    if schema.get("type") == "array":
        return objects_of(schema["items"]) if "$ref" not in schema["items"] else ""
    out = table(("member", "type", "what"), rows_of(schema))
    for name, member in schema.get("properties", {}).items():
        inner = member.get("items", member)
        if inner.get("type") == "object" and inner.get("properties"):
            out += f"<h4><code>{html.escape(name)}</code></h4>" + objects_of(inner)
    return out


def links_of(schemas):
    names = [type_of(schema) for schema in schemas if "$ref" in schema]
    return f"<p>{', '.join(names)}</p>" if names else ""


def curl_of(method, path, operation):
    where, query = path, []
    for parameter in operation.get("parameters", []):
        example = parameter.get("example")
        if parameter["in"] == "path":
            where = where.replace("{" + parameter["name"] + "}", str(example))
        elif example is not None:
            query += [f"{parameter['name']}={value}" for value in (example if isinstance(example, list) else [example])]
    url = "http://127.0.0.1:8080" + where + ("?" + "&".join(query) if query else "")
    words = ["curl", "-sS"] + (["-X", method.upper()] if method not in ("get", "post") else [])
    content = operation.get("requestBody", {}).get("content", {})
    if content:
        kind, media = next(iter(content.items()))
        words += [f"-H 'Content-Type: {kind}'"]
        if kind.endswith("ndjson"):
            words += ["-T events.ndjson -X POST" if operation["operationId"] == "decideStream" else "--data-binary @events.ndjson"]
        else:
            words += ["-d '" + json.dumps(media.get("example", {}), ensure_ascii=False) + "'"]
    return " ".join(words) + f" '{url}'"


def operation_of(method, path, operation):
    out = [f'<h3 id="{operation["operationId"]}">{text(operation["summary"])}<span class="zh" lang="zh">{text(operation["x-summary-zh"])}</span></h3>']
    scope = f'<span class="scope">{operation["x-scope"]}</span>' if "x-scope" in operation else ""
    out.append(f'<div class="path">{scope}<span class="method">{method.upper()}</span>{html.escape(path)}</div>')
    out.append(f"<p>{text(operation.get('description', ''))}</p>")
    out.append(table(("parameter", "in", "type", "what"), (
        f"<tr><td><code>{p['name']}</code>{'' if p['required'] else ' <small>optional</small>'}</td><td>{p['in']}</td><td>{type_of(p['schema'])}</td>"
        f"<td>{text(p['description'])}</td></tr>" for p in operation.get("parameters", []))))
    bodies = operation.get("requestBody", {}).get("content", {})
    out.append(table(("body", "what"), (f"<tr><td><code>{kind}</code></td><td>{media_of(media)}</td></tr>" for kind, media in bodies.items())))
    for media in bodies.values():
        if "$ref" not in media["schema"]:
            out.append(objects_of(media["schema"]) if "oneOf" not in media["schema"] else "")
    out.append(table(("status", "what", "body"), (
        f"<tr><td>{status}</td><td>{text(resolve(r)['description'])}</td><td>{bodies_of(resolve(r))}</td></tr>" for status, r in operation["responses"].items())))
    out.append(f"<pre><code>{html.escape(curl_of(method, path, operation))}</code></pre>")
    for media in resolve(operation["responses"].get("200", {"description": ""})).get("content", {}).values():
        if "example" in media:
            out.append(f"<pre><code>{html.escape(json.dumps(media['example'], ensure_ascii=False, indent=2))}</code></pre>")
    return "\n".join(part for part in out if part)


def media_of(media):
    return "lines of " + type_of(media["itemSchema"]) if "itemSchema" in media else type_of(media["schema"])


def bodies_of(response):
    return "<br>".join(media_of(media) for media in response.get("content", {}).values())


def page():
    operations = [(method, path, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item]
    info = document["info"]
    nav, main = [], [f"<h1>{text(info['title'])}</h1><p>{text(info['summary'])}</p><p>{text(info['description'])}</p>",
                     '<p>As a document for programs: <a href="/openapi.json">/openapi.json</a>, OpenAPI 3.1.</p>']
    for tag in document["tags"]:
        of_tag = [entry for entry in operations if tag["name"] in entry[2]["tags"]]
        nav.append(f"<h2>{text(tag['name'])}</h2><ul>" + "".join(f'<li><a href="#{o["operationId"]}">{text(o["summary"])}</a></li>' for _, _, o in of_tag) + "</ul>")
        main.append(f"<h2>{text(tag['name'])}</h2><p>{text(tag['description'])}</p>" + "".join(operation_of(*entry) for entry in of_tag))
    schemas = document["components"]["schemas"]
    nav.append("<h2>Schemas</h2><ul>" + "".join(f'<li><a href="#schema-{name}">{name}</a></li>' for name in schemas) + "</ul>")
    main.append("<h2>Schemas</h2>" + "".join(f'<h3 id="schema-{name}">{name}</h3><p>{text(schema.get("description", ""))}</p>{objects_of(schema)}'
                                             for name, schema in schemas.items()))
    security = document["components"]["securitySchemes"]
    main.append("<h2>Who may ask</h2>" + table(("way", "what"), (f"<tr><td><code>{name}</code></td><td>{text(way['description'])}</td></tr>"
                                                                for name, way in security.items())))
    return ("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            f"<title>{text(info['title'])} API</title><link rel=\"stylesheet\" href=\"/docs.css\"></head><body><div class=\"page\">"
            f"<nav aria-label=\"Operations\">{''.join(nav)}</nav><main>{''.join(main)}</main></div></body></html>\n")


def main():
    global document
    source, out_page, out_style = sys.argv[1:]
    document = json.loads(pathlib.Path(source).read_text())
    pathlib.Path(out_page).write_text(page())
    pathlib.Path(out_style).write_text(STYLE.lstrip())


main()
