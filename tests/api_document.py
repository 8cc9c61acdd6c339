"""The API's description, src/server/api/openapi.json, for tests that hold answers against it.

    judge("GET", "/v1/alerts?limit=1", 200, {"content-type": "application/json"}, text)     # AssertionError with what is wrong
    seen                                                                                    # {("get", "/v1/alerts", "200")}
"""
import json
import pathlib
import re
import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)  # of RefResolver, which Debian 12's jsonschema has no other way for
import jsonschema  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = json.loads((ROOT / "src/server/api/openapi.json").read_text(encoding="utf-8"))
RESOLVER = jsonschema.RefResolver.from_schema(DOCUMENT)
PATHS = sorted(((re.compile("^" + re.sub(r"{\w+}", "[^/]+", path) + "$"), path) for path in DOCUMENT["paths"]), key=lambda pair: "{" in pair[1])

seen = set()  # (method, path of the document, status)


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        node = RESOLVER.resolve(node["$ref"])[1]
    return node


def errors_of(schema, value):
    """What is wrong with a value: (where, what) each."""
    return [(list(error.path), error.message[:300]) for error in jsonschema.Draft202012Validator(schema, resolver=RESOLVER).iter_errors(value)]


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
