"""What the codes of the taxonomy ask for, and the kinds between which some are told apart."""

from django.db import migrations

# (action, code): what it asks for
ASKS = {
    ("reject", "duplicate"): "lead",
    ("reject", "customer"): "account",
    ("reject", "wrong_route"): "owner",
    ("reject", "bad_data"): "field",
    ("reject", "not_a_buyer"): "kind",
    ("disqualify", "no_fit"): "kind",
    ("disqualify", "chose_rival"): "rival",
    ("disqualify", "never_a_buyer"): "kind",
    ("disqualify", "invalid"): "kind",
    ("disqualify", "blocked"): "manager",
}
NO_BUYERS = (
    ("student", "Student"),
    ("vendor", "Vendor"),
    ("job_seeker", "Job seeker"),
    ("competitor", "Competitor"),
    ("spam", "Spam"),
)
KINDS = {
    ("reject", "not_a_buyer"): NO_BUYERS,
    ("disqualify", "never_a_buyer"): NO_BUYERS,
    ("disqualify", "no_fit"): (
        ("missing_feature", "Missing feature"),
        ("too_small", "Too small"),
        ("too_large", "Too large"),
        ("price", "Price"),
        ("geography", "Geography"),
        ("regulation", "Regulation"),
    ),
    ("disqualify", "invalid"): (
        ("left_company", "Left the company"),
        ("bounced", "Mail bounced"),
        ("wrong_number", "Number does not exist"),
        ("company_gone", "Company no longer exists"),
    ),
}


def ask(apps, schema_editor):
    """The guard that keeps what a code asks for is lifted for this one change."""
    Reason, Kind = apps.get_model("leads", "Reason"), apps.get_model("leads", "ReasonKind")
    schema_editor.execute("ALTER TABLE leads_reason DISABLE TRIGGER USER")
    for (action, code), asks in ASKS.items():
        Reason.objects.filter(action=action, code=code, asks="").update(asks=asks)
    schema_editor.execute("ALTER TABLE leads_reason ENABLE TRIGGER USER")
    for (action, code), kinds in KINDS.items():
        for reason in Reason.objects.filter(action=action, code=code, asks="kind"):
            Kind.objects.bulk_create(
                Kind(reason=reason, code=one, label=label, position=10 * place)
                for place, (one, label) in enumerate(kinds, 1)
            )


def unask(apps, schema_editor):
    """The kinds go with their table."""
    Reason = apps.get_model("leads", "Reason")
    schema_editor.execute("ALTER TABLE leads_reason DISABLE TRIGGER USER")
    for (action, code), asks in ASKS.items():
        Reason.objects.filter(action=action, code=code, asks=asks).update(asks="")
    schema_editor.execute("ALTER TABLE leads_reason ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("leads", "0024_evidence_of_reasons")]

    operations = [migrations.RunPython(ask, unask)]
