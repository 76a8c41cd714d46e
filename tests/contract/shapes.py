"""What the schema knows of an answer. Answers may have any key in JSON Schema; here they may not."""

from typing import Any


def unknown_keys(schema: dict[str, Any], value: Any, path: str = "") -> list[str]:
    """Every key in `value` that the schema does not name, however deep."""
    if isinstance(value, list):
        items = _merged(schema, "items")
        found = [key for part in value for key in unknown_keys(items[0] if items else {}, part, f"{path}[]")]
        return sorted(set(found))
    if not isinstance(value, dict):
        return []
    known: dict[str, dict[str, Any]] = {}
    for properties in _merged(schema, "properties"):
        for name, part in properties.items():
            known.setdefault(name, part)
    found = []
    for name, part in value.items():
        here = f"{path}.{name}" if path else name
        found += unknown_keys(known[name], part, here) if name in known else [here]
    return found


def _merged(schema: dict[str, Any], keyword: str) -> list[Any]:
    """What a keyword says in a schema and in all that it is composed of."""
    found = [schema[keyword]] if keyword in schema else []
    for composer in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(composer, []):
            found += _merged(part, keyword)
    return found
