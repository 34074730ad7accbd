"""The providers there are. Pure: a row each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from leads.intake.receiving import readers
from leads.intake.receiving.readers import Reader
from leads.intake.receiving.signatures import CHECKS


@dataclass(frozen=True)
class Provider:
    """One kind of sender. `names`: its own names of our fields, where they do not speak for
    themselves; `called`: what its secret is called there; `form`: browsers of visitors send it."""

    name: str
    label: str
    read: Reader
    names: Mapping[str, str] = field(default_factory=dict)
    called: str = ""
    form: bool = False
    steps: str = ""

    @property
    def signs(self) -> bool:
        """Does it prove its deliveries?"""
        return self.name in CHECKS


PROVIDERS: Mapping[str, Provider] = {
    one.name: one
    for one in (
        Provider(
            "salesforce", "Salesforce Web-to-Lead form", readers.salesforce, form=True,
            names={"mobile": "phone", "URL": "attributes"},
            steps="In your page, put this address into the form's action; leave everything else.",
        ),
        Provider(
            "hubspot_form", "HubSpot forms API", readers.hubspot_form, form=True,
            steps="Where your page submits to api.hsforms.com, submit to this address.",
        ),
        Provider(
            "hubspot", "HubSpot webhook", readers.hubspot, called="App secret",
            steps="In your app at HubSpot, make this the target URL and subscribe to contacts.",
        ),
        Provider(
            "facebook", "Facebook and Instagram lead ads", readers.facebook, called="App secret",
            steps="In your app at Meta, subscribe the page's “leadgen” to this callback URL; the "
            "verify token is the last part of the address.",
        ),
        Provider(
            "linkedin", "LinkedIn lead gen forms", readers.linkedin, called="Client secret",
            steps="Register this address as your webhook; LinkedIn's challenge is answered.",
        ),
        Provider(
            "google", "Google lead forms", readers.google, called="Key",
            names={"full_name": "name", "user_email": "email", "phone_number": "phone"},
            steps="In the lead form, under webhook integration, give this address and the key.",
        ),
        Provider(
            "typeform", "Typeform", readers.typeform, called="Secret",
            steps="In Connect, Webhooks, add this address and the secret.",
        ),
        Provider(
            "webflow", "Webflow form", readers.webflow, called="Secret key",
            steps="In the site's settings, add a webhook for form submissions with this address.",
        ),
        Provider(
            "mailchimp", "Mailchimp audience", readers.mailchimp,
            names={"EMAIL": "email", "FNAME": "first_name", "LNAME": "last_name",
                   "PHONE": "phone", "COMPANY": "company"},
            steps="In the audience's settings, Webhooks, give this address: its last part is the "
            "secret.",
        ),
        Provider(
            "other", "Any other program", readers.other,
            steps="Post a form, or a JSON object of names and values, to this address.",
        ),
    )
}  # fmt: skip
