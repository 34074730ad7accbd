"""The own fields of this organisation in the description of the API, so that clients see them."""

from typing import Any

from leads.definition.fields import live_fields

KINDS: dict[str, dict[str, str]] = {
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}


def list_own_fields(result: dict[str, Any], request: object, **_: object) -> dict[str, Any]:
    """Name each field with its type where a lead's `attributes` are told; a hook of the schema.
    Without a request the schema is printed for every organisation, and names none."""
    if request is None:
        return result
    fields: dict[str, dict[str, Any]] = {}
    for spec in live_fields():
        fields[spec.key] = {**KINDS.get(spec.type, {"type": "string"}), "title": spec.label}
        if spec.choices:
            fields[spec.key]["enum"] = list(spec.choices)
    schemas = result.get("components", {}).get("schemas", {})
    for name in ("LeadBody", "CheckBody"):
        told = schemas.get(name, {}).get("properties", {}).get("attributes")
        if told is not None and fields:
            told["properties"] = fields
    return result
