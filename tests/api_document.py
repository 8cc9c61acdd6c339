"""The API's description, src/server/api/openapi.json, for tests that hold answers against it.

    judge("GET", "/v1/alerts?limit=1", 200, {"content-type": "application/json"}, text)     # AssertionError with what is wrong
    seen                                                                                    # {("get", "/v1/alerts", "200")}

A reference costs a walk through the document each time that jsonschema meets one, and most of its time goes there. So schemas are judged by without: what a reference names
stands in its place.
"""
import json
import pathlib
import re

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = json.loads((ROOT / "src/server/api/openapi.json").read_text(encoding="utf-8"))
PATHS = sorted(((re.compile("^" + re.sub(r"{\w+}", "[^/]+", path) + "$"), path) for path in DOCUMENT["paths"]), key=lambda pair: "{" in pair[1])

seen = set()  # (method, path of the document, status)
joined = {}  # of nodes of the document, by their identity: themselves without references
validators = {}  # of schemas, by their identity


def target(reference):
    """What "#/components/schemas/Alert" names. KeyError: nothing."""
    node = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        node = target(node["$ref"])
    return node


def without_references(node):
    """A node that is named twice is there once, and one that is within itself is so here too."""
    if isinstance(node, list):
        return [without_references(part) for part in node]
    if not isinstance(node, dict):
        return node
    if id(node) not in joined:
        made = joined[id(node)] = {}
        made.update({key: without_references(part) for key, part in node.items() if key != "$ref"})
        if "$ref" in node:
            named = without_references(target(node["$ref"]))
            if not made:
                joined[id(node)] = named
            else:
                made["allOf"] = [*made.get("allOf", []), named]
    return joined[id(node)]


def errors_of(schema, value):
    """What is wrong with a value: (where, what) each. The schema is a part of the document."""
    if id(schema) not in validators:
        validators[id(schema)] = jsonschema.Draft202012Validator(without_references(schema))
    return [(list(error.path), error.message[:300]) for error in validators[id(schema)].iter_errors(value)]


def judge(method, path, status, headers, text):
    """The answer is one that the document has: its status, its headers and its body. The headers' names are in small letters."""
    pattern = next((pattern for expression, pattern in PATHS if expression.match(path.split("?")[0])), None)
    assert pattern is not None, path
    responses = DOCUMENT["paths"][pattern][method.lower()]["responses"]
    assert str(status) in responses or status in (401, 403, 429), (method, path, status, text[:300])
    documented = str(status) if str(status) in responses else "default"
    seen.add((method.lower(), pattern, documented))
    response = resolve(responses[documented])
    for name, header in response.get("headers", {}).items():
        assert name.lower() in headers or not resolve(header).get("required"), (method, path, status, name)
    media = response["content"].get(headers["content-type"].split(";")[0])
    assert media is not None, (method, path, status, headers["content-type"])
    if "json" in headers["content-type"]:
        errors = errors_of(media["schema"], json.loads(text))
        assert not errors, (method, path, status, errors[0], text[:300])
