"""The API's schema: which operation a request is, and whether bodies and answers have its shapes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator, FormatChecker

Json = dict[str, Any]
HERE = Path(__file__).parent
SCHEMA_FILE = HERE / "meetings-api.schema.json"
# Users are not in the meetings schema; the portal reads them for its check of hosts.
USERS_FILE = HERE / "users-api.schema.json"
_PARAMETER_TYPES: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "boolean": lambda text: {"true": True, "false": False}[text.lower()],
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a request, as Zoom lists it in `errors`."""

    field: str
    message: str


@dataclass
class ApiOperation:
    """One operation of the schema, its references already resolved."""

    name: str
    method: str
    segments: tuple[str, ...]
    raw: Json = field(repr=False)

    @property
    def scopes(self) -> frozenset[str]:
        """The granular scopes of which any one lets an app use this operation."""
        return frozenset(self.raw.get("x-extensions", {}).get("x-granular-scopes", []))

    @property
    def statuses(self) -> frozenset[int]:
        """The status codes that the schema lists."""
        return frozenset(int(status) for status in self.raw["responses"])

    @cached_property
    def body_schema(self) -> Json | None:
        """The schema of the request's body; None where the operation takes none."""
        if "requestBody" not in self.raw:
            return None
        schema: Json = self.raw["requestBody"]["content"]["application/json"]["schema"]
        return schema

    def answer_schema(self, status: int) -> Json | None:
        """The schema of the answer's body for a status; None where it has none. KeyError if not listed."""
        content = self.raw["responses"][str(status)].get("content", {})
        schema: Json | None = content.get("application/json", {}).get("schema")
        return schema

    def matches(self, method: str, parts: tuple[str, ...]) -> dict[str, str] | None:
        """The values in the path if this is the operation that is asked for, or None."""
        if method != self.method or len(parts) != len(self.segments):
            return None
        values = {}
        for segment, part in zip(self.segments, parts, strict=True):
            if segment.startswith("{"):
                values[segment[1:-1]] = part
            elif segment != part:
                return None
        return values

    def body_problems(self, body: object) -> list[Problem]:
        """What is wrong with a request's body: unknown keys, types, enums, lengths, formats."""
        if self.body_schema is None:
            return [] if body in (None, {}) else [Problem("body", "This operation takes no body.")]
        return _problems(self.body_schema, {} if body is None else body)

    def parameters(self, path: dict[str, str], query: dict[str, str]) -> tuple[Json, list[Problem]]:
        """The path and query values with their types, the schema's defaults filled in; and what is wrong."""
        values: Json = {}
        problems: list[Problem] = []
        known = {parameter["name"]: parameter for parameter in self.raw.get("parameters", [])}
        problems += [Problem(name, "Unknown query parameter.") for name in query if name not in known]
        for name, parameter in known.items():
            text = (path if parameter["in"] == "path" else query).get(name)
            schema = parameter["schema"]
            if text is None:
                if "default" in schema:
                    values[name] = schema["default"]
                continue
            try:
                values[name] = _PARAMETER_TYPES.get(schema.get("type", ""), str)(text)
            except (ValueError, KeyError):
                problems.append(Problem(name, "Invalid field."))
                continue
            problems += [Problem(name, problem.message) for problem in _problems(schema, values[name])]
        return values, problems

    def answer_problems(self, status: int, body: object) -> list[Problem]:
        """What about an answer the schema does not allow; for contract tests."""
        if status not in self.statuses:
            return [Problem("status", f"{self.name} may not answer {status}")]
        schema = self.answer_schema(status)
        if schema is None:
            return [] if body in (None, "", b"") else [Problem("body", f"{self.name} {status} has no body")]
        return _problems(schema, body)


class Api:
    """All operations, found by method and path."""

    def __init__(self) -> None:
        meetings = json.loads(SCHEMA_FILE.read_text())
        users = json.loads(USERS_FILE.read_text())
        self.operations = {op.name: op for document in (meetings, users) for op in _operations(document)}
        self.meeting_operations = frozenset(op.name for op in _operations(meetings))

    def find(self, method: str, raw_path: str) -> tuple[ApiOperation | None, dict[str, str], bool]:
        """The operation, the decoded values in its path, and whether the path exists with another method."""
        parts = tuple(unquote(part) for part in raw_path.strip("/").split("/"))
        # `/registrants/status` must not be taken for a registrant called "status": fixed words come first.
        ordered = sorted(self.operations.values(), key=lambda op: sum(s.startswith("{") for s in op.segments))
        for operation in ordered:
            values = operation.matches(method, parts)
            if values is not None:
                return operation, values, True
        return None, {}, any(op.matches(op.method, parts) is not None for op in ordered)


def _operations(document: Json) -> list[ApiOperation]:
    found = []
    for path, methods in document["paths"].items():
        segments = tuple(path.strip("/").split("/"))
        for method, raw in methods.items():
            resolved = _resolve(raw, document)
            found.append(ApiOperation(raw["operationId"], method.upper(), segments, resolved))
    return found


def _resolve(node: Any, document: Json) -> Any:
    """A copy of a part of the schema with every `$ref` replaced by what it points at."""
    if isinstance(node, list):
        return [_resolve(item, document) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        return _resolve(target, document)
    return {key: _resolve(value, document) for key, value in node.items()}


def _problems(schema: Json, value: object) -> list[Problem]:
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    errors = sorted(validator.iter_errors(value), key=lambda error: [str(part) for part in error.path])
    return [Problem(_field(error), error.message) for error in errors]


def _field(error: Any) -> str:
    path = [str(part) for part in error.absolute_path]
    if error.validator == "additionalProperties":
        extra = sorted(set(error.instance) - set(error.schema.get("properties", {})))
        path += extra[:1]
    if error.validator == "required":
        path += [name for name in error.validator_value if name not in error.instance][:1]
    return ".".join(path)
