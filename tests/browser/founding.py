"""Run as a program: founds an organisation that is open day and night and has seconds to answer.

So the scene can be watched at any hour, and a promise runs out while somebody looks.
"""

import os

import django

ACCEPT_WITHIN = "5s"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = {"timezone": "Europe/Berlin", "weekly": {day: [["00:00", "24:00"]] for day in DAYS}}


def main() -> None:
    """Found it in the database of the environment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")
    django.setup()

    from leadbridge.demo.organisation import found_organisation, put_into_force
    from leadbridge.kernel.time import now
    from sla.agreement.models import AgreementVersion
    from sla.agreement.starter import HOUSE_DEFAULTS
    from sla.agreement.targets import Agreement
    from sla.calendars.actions import save_calendar

    at = now()
    cast = found_organisation(now=at)
    targets = {kind: {"amount": amount} for kind, amount in HOUSE_DEFAULTS.items()}
    targets["accept"] = {"amount": ACCEPT_WITHIN}
    content = Agreement.from_content({"defaults": targets, "exceptions": []}).content()
    put_into_force(AgreementVersion, content, cast, at)
    save_calendar(name="Organisation", content=ALWAYS, now=at, organisation=True)
    save_calendar(name="Team EMEA", content=ALWAYS, now=at, team=cast.emea)
    save_calendar(name="Team Americas", content=ALWAYS, now=at, team=cast.americas)


if __name__ == "__main__":
    main()
