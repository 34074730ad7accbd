"""The rules there were become the first published version, word for word where they can be read."""

from django.db import migrations
from django.utils import timezone

NUMBERS = ("employees", "value")


def keep_rules(apps, schema_editor):
    """One version out of all rows, in their order; nothing where there were none."""
    rules = apps.get_model("leads", "RoutingRule").objects.select_related("team")
    kept = [_rule(rule) for rule in rules.order_by("position")]
    if kept:
        now = timezone.now()
        apps.get_model("leads", "RoutingVersion").objects.create(
            version=1,
            state="published",
            content={"owner_first": False, "rules": kept, "teams": {}},
            note="The rules as they were before there were versions.",
            published_at=now,
            drafted_at=now,
        )


def _rule(rule):
    """A rule; switched off where it held a condition that today's rules cannot say."""
    conditions = [_condition(raw) for raw in rule.conditions]
    content = {
        "name": rule.name,
        "conditions": [one for one in conditions if one is not None],
        "team": rule.team.slug,
    }
    return content if rule.active and None not in conditions else {**content, "active": False}


def _condition(raw):
    """A condition as versions write it; None where it has no like."""
    field, operator, value = (raw.get(name) for name in ("field", "operator", "value"))
    if not isinstance(field, str) or not field:
        return None
    if operator == "known":
        return {"field": field, "operator": operator}
    if operator in ("at_least", "at_most"):
        whole = isinstance(value, int) and not isinstance(value, bool)
        fits = field in NUMBERS or field.startswith("attributes.")
        return {"field": field, "operator": operator, "value": value} if whole and fits else None
    values = value if isinstance(value, list) else [value]
    if field in NUMBERS:
        return _same_number(field, values) if operator == "equals" else None
    texts = [str(one).strip() for one in values if one not in (None, "")]
    if operator not in ("equals", "one_of") or not texts or max(map(len, texts)) > 100:
        return None
    if operator == "equals":
        return {"field": field, "operator": operator, "value": texts[0]}
    return {"field": field, "operator": operator, "value": texts[:100]}


def _same_number(field, values):
    """A number that is exactly so is one between it and itself."""
    [number] = values if len(values) == 1 else [None]
    if not str(number).lstrip("-").isdigit():
        return None
    return {"field": field, "operator": "between", "value": [int(number), int(number)]}


class Migration(migrations.Migration):
    dependencies = [("leads", "0013_routing_versions")]

    operations = [migrations.RunPython(keep_rules, migrations.RunPython.noop)]
