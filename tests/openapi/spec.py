"""Check requests and responses against the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator, FormatChecker

_SPEC = json.loads(Path(__file__).with_name("checkly.json").read_text())
Schema = Mapping[str, Any]


def request_problems(method: str, target: str, body: bytes = b"") -> list[str]:
    """Return the problems with a request: with its path, its parameters and its body."""
    path, _, query = target.partition("?")
    found = _operation(method, path)
    if found is None:
        return [f"the document has no {method} {path}"]
    operation, ids = found
    given = {("path", name): value for name, value in ids.items()}
    given |= {("query", name): value for name, value in parse_qsl(query)}
    declared = {(each["in"], each["name"]): each for each in operation["parameters"]}
    problems = [f"unknown parameter {name}" for name in given if name not in declared]
    problems += [
        f"{name} is missing" for name, each in declared.items() if each.get("required") and name not in given
    ]
    for name, value in given.items():
        if name in declared:
            schema = declared[name]["schema"]
            problems += _problems(schema, _read_as(value, schema), f"{name}")
    if "body" in operation:
        problems += _problems(operation["body"], json.loads(body or b"null"), "body")
    elif body not in (b"", b"{}"):
        problems.append("the body is not declared")
    return problems


def response_problems(method: str, target: str, status: int, body: bytes) -> list[str]:
    """Return the problems with a response to a request whose path is in the document."""
    found = _operation(method, target.partition("?")[0])
    assert found, target
    responses = found[0]["responses"]
    if str(status) not in responses:
        return [f"the status {status} is not declared"]
    schema = responses[str(status)]
    if schema is None:
        return ["the body is not declared"] if body else []
    return _problems(schema, json.loads(body), f"{status}")


def _operation(method: str, path: str) -> tuple[Schema, Mapping[str, str]] | None:
    """Return the operation at a path, and the IDs in it. Literal paths take precedence over templates."""
    for template in (path, *_SPEC["paths"]):
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        match = re.fullmatch(pattern, path)
        if match and method.lower() in _SPEC["paths"].get(template, ()):
            return _SPEC["paths"][template][method.lower()], match.groupdict()
    return None


def _read_as(value: str, schema: Schema) -> object:
    return int(value) if schema.get("type") in ("integer", "number") and value.isdecimal() else value


def _problems(schema: Schema, value: object, where: str) -> list[str]:
    found: Iterator[Any] = _validator(json.dumps(schema)).iter_errors(value)
    return [f"{where} {error.json_path}: {error.message[:200]}" for error in found]


@cache
def _validator(schema: str) -> Draft202012Validator:
    whole = {**_as_json_schema(json.loads(schema)), **_as_json_schema({"components": _SPEC["components"]})}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def _as_json_schema(schema: Any) -> Any:  # noqa: ANN401 - any part of a document
    """Replace `nullable` of OpenAPI 3.0 with a choice between the type `null` and the schema."""
    if isinstance(schema, list):
        return [_as_json_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: _as_json_schema(value) for key, value in schema.items() if key != "nullable"}
    if schema.get("nullable") is not True or not parts:
        return parts
    return {"anyOf": [{"type": "null"}, parts]}
