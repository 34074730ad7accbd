"""Files that other programs write: which of their columns is which field of ours.

Names of columns are facts of those programs. A preset takes what is there and leaves the rest; it
is guessed from the header, by names that only that program writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leads.intake.cleaning import LONGEST_ATTRIBUTE_NAME, MOST_ATTRIBUTES
from leads.intake.importing.guessing import are_addresses, guess_fields
from leads.intake.importing.mapping import ATTRIBUTE, LeadMapping
from leads.intake.importing.origins import Origin


@dataclass(frozen=True)
class Preset:
    """One program's export. `marks`: any of these sets of columns tells it; `columns`: for each
    field the names that it may have there, the first that is filled counts.

    `asks`: the columns beside those are questions of a form, worded by whoever made it; what none
    of our fields holds is kept under the question. `other` is where a form keeps an answer of
    one's own to the question before.
    """

    name: str
    label: str
    marks: tuple[frozenset[str], ...]
    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    asks: bool = False
    passed_over: frozenset[str] = frozenset()
    other: str = ""

    def fits(self, header: Sequence[str]) -> bool:
        """Does this program write such a header?"""
        there = {_plain(column) for column in header}
        return any({_plain(name) for name in marks} <= there for marks in self.marks)

    def mapping_for(self, header: Sequence[str]) -> LeadMapping:
        """What of the header is which field."""
        real = {_plain(column): column for column in reversed(list(header))}
        fields: dict[str, Origin] = {}
        for name, names in self.columns.items():
            found = tuple(real[_plain(one)] for one in names if _plain(one) in real)
            if found:
                fields[name] = self._origin(name, found)
        if self.asks:
            self._add_answers(fields, header)
        for name, said in self.constants.items():
            fields.setdefault(name, Origin(constant=said))
        return LeadMapping(fields)

    def _origin(self, name: str, columns: tuple[str, ...]) -> Origin:
        blank = self.constants.get(name, "")
        prefix, zone = self.prefixes.get(name, ""), self.zones.get(name, "")
        return Origin(columns=columns, blank=blank, prefix=prefix, zone=zone)

    def _add_answers(self, fields: dict[str, Origin], header: Sequence[str]) -> None:
        known = {column for origin in fields.values() for column in origin.columns}
        known |= {column for column in header if _plain(column) in self.passed_over}
        asked = [column for column in header if column not in known]
        answered = guess_fields([c for c in asked if c != self.other], taken=fields)
        by_column = {column: name for name, column in answered.items()}
        for position, column in enumerate(asked):
            if column == self.other:
                continue
            following = asked[position + 1] if position + 1 < len(asked) else ""
            own = (column, following) if self.other and following == self.other else (column,)
            name = by_column.get(column, ATTRIBUTE + column[:LONGEST_ATTRIBUTE_NAME])
            if len(fields) < MOST_ATTRIBUTES:
                fields.setdefault(name, Origin(columns=own))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _marks(*names: str) -> frozenset[str]:
    return frozenset(names)


_PEOPLE: dict[str, tuple[str, ...]] = {
    "email": ("Email", "Email Address", "E-mail"),
    "first_name": ("First Name",),
    "last_name": ("Last Name",),
    "title": ("Job Title", "Title"),
    "industry": ("Industry",),
}

HUBSPOT = Preset(
    "hubspot",
    "HubSpot",
    (_marks("Record ID", "Lifecycle Stage"), _marks("Record ID", "Create Date", "Email"),
     _marks("Contact ID", "Lifecycle Stage")),
    {
        **_PEOPLE,
        "external_id": ("Record ID", "Record ID - Contact", "Contact ID"),
        "phone": ("Phone Number", "Mobile Phone Number"),
        "company": ("Company Name", "Associated Company", "Primary Associated Company Name"),
        "country": ("Country/Region", "Country/Region Code", "Country"),
        "employees": ("Number of Employees", "Number of employees"),
        "source": ("Original Source", "Original Traffic Source"),
        "campaign": ("Recent Conversion", "Last Conversion"),
        "acted_at": ("Create Date",),
        "message": ("Message",),
    },
    {"source": "hubspot"},
)  # fmt: skip

SALESFORCE = Preset(
    "salesforce",
    "Salesforce",
    (_marks("Lead ID", "Company / Account"), _marks("Company / Account", "Lead Source"),
     _marks("Company / Account", "Lead Status"), _marks("LastName", "LeadSource"),
     _marks("LastName", "IsConverted"), _marks("Lead ID", "Lead Status")),
    {
        "external_id": ("Lead ID", "Id"),
        "email": ("Email",),
        "phone": ("Phone", "Mobile", "Mobile Phone", "MobilePhone"),
        "first_name": ("First Name", "FirstName"),
        "last_name": ("Last Name", "LastName"),
        "title": ("Title",),
        "company": ("Company / Account", "Company"),
        "country": ("Country", "Country (text only)", "CountryCode"),
        "employees": ("No. of Employees", "Employees", "NumberOfEmployees"),
        "industry": ("Industry",),
        "source": ("Lead Source", "LeadSource"),
        "campaign": ("Campaign Name",),
        "message": ("Description",),
        "acted_at": ("CreatedDate", "Create Date", "Created Date"),
    },
    {"source": "salesforce"},
)  # fmt: skip

PIPEDRIVE = Preset(
    "pipedrive",
    "Pipedrive",
    (_marks("Person - Name"), _marks("Lead - Title"), _marks("Person - Email"),
     _marks("Person - Email - Work"), _marks("Lead - ID")),
    {
        "external_id": ("Lead - ID", "Person - ID", "ID"),
        "name": ("Person - Name", "Lead - Contact person"),
        "first_name": ("Person - First name",),
        "last_name": ("Person - Last name",),
        "email": ("Person - Email - Work", "Person - Email", "Person - Email - Home",
                  "Person - Email - Other"),
        "phone": ("Person - Phone - Work", "Person - Phone", "Person - Phone - Mobile",
                  "Person - Phone - Home", "Person - Phone - Other"),
        "title": ("Person - Job title",),
        "company": ("Organization - Name", "Person - Organization", "Lead - Organization"),
        "country": ("Organization - Country of Address",),
        "employees": ("Organization - Number of employees", "Organization - Employee count"),
        "industry": ("Organization - Industry",),
        "source": ("Lead - Source channel", "Lead - Source"),
        "value": ("Lead - Value",),
        "message": ("Note", "Lead - Note"),
        "acted_at": ("Lead - Lead created", "Lead - Created", "Person - Person created"),
        "attributes.lead_title": ("Lead - Title",),
    },
    {"source": "pipedrive"},
)  # fmt: skip

ZOHO = Preset(
    "zoho",
    "Zoho CRM",
    (_marks("Record Id", "Lead Owner"), _marks("Lead Owner", "Company", "Lead Status"),
     _marks("Lead Id", "Lead Owner"), _marks("Record Id", "Lead Source"),
     _marks("Lead Owner", "Last Name", "Email Opt Out")),
    {
        **_PEOPLE,
        "external_id": ("Record Id", "Lead Id", "Id"),
        "name": ("Lead Name", "Full Name"),
        "email": ("Email", "Secondary Email"),
        "phone": ("Phone", "Mobile"),
        "company": ("Company",),
        "title": ("Title", "Designation"),
        "country": ("Country",),
        "employees": ("No. of Employees", "No of Employees"),
        "source": ("Lead Source",),
        "message": ("Description",),
        "acted_at": ("Created Time",),
    },
    {"source": "zoho"},
)  # fmt: skip

FACEBOOK = Preset(
    "facebook",
    "Facebook and Instagram lead ads",
    (_marks("ad_id", "form_id", "created_time"), _marks("adset_id", "campaign_id", "platform")),
    {
        "external_id": ("id", "lead_id"),
        "acted_at": ("created_time",),
        "campaign": ("campaign_name",),
        "name": ("full_name", "full name"),
        "first_name": ("first_name", "first name"),
        "last_name": ("last_name", "last name"),
        "email": ("work_email", "email"),
        "phone": ("work_phone_number", "phone_number"),
        "company": ("company_name",),
        "title": ("job_title",),
        "country": ("country",),
        "attributes.form": ("form_name",),
        "attributes.ad": ("ad_name",),
        "attributes.platform": ("platform",),
    },
    {"source": "facebook"},
    prefixes={"external_id": "l:", "phone": "p:"},
    asks=True,
    passed_over=frozenset(
        {"ad_id", "adset_id", "adset_name", "campaign_id", "form_id", "is_organic", "lead_status",
         "inbox_url", "retailer_item_id", "post_code", "vehicle"}
    ),
)  # fmt: skip

TYPEFORM = Preset(
    "typeform",
    "Typeform",
    (_marks("#", "Start Date (UTC)", "Submit Date (UTC)"), _marks("#", "Network ID"),
     _marks("Response Type", "Submit Date (UTC)")),
    {
        "external_id": ("#",),
        "acted_at": ("Submit Date (UTC)", "Stage Date (UTC)", "Start Date (UTC)"),
        "campaign": ("utm_campaign",),
    },
    {"source": "typeform"},
    zones={"acted_at": "UTC"},
    asks=True,
    passed_over=frozenset(
        {"response type", "start date (utc)", "stage date (utc)", "network id", "tags", "ending"}
    ),
    other="Other",
)  # fmt: skip

MAILCHIMP = Preset(
    "mailchimp",
    "Mailchimp",
    (_marks("MEMBER_RATING", "LEID"), _marks("Email Address", "OPTIN_TIME"),
     _marks("LEID", "EUID")),
    {
        "email": ("Email Address",),
        "first_name": ("First Name", "FNAME"),
        "last_name": ("Last Name", "LNAME"),
        "phone": ("Phone Number", "Phone", "PHONE"),
        "company": ("Company", "COMPANY"),
        "country": ("CC",),
        "external_id": ("LEID",),
        "acted_at": ("CONFIRM_TIME", "OPTIN_TIME"),
        "message": ("NOTES",),
        "attributes.tags": ("TAGS",),
    },
    {"source": "mailchimp"},
)  # fmt: skip

# In the order in which they are asked: what is told most surely comes first.
PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (FACEBOOK, TYPEFORM, MAILCHIMP, HUBSPOT, PIPEDRIVE, SALESFORCE, ZOHO)
}


def preset_for(header: Sequence[str]) -> Preset | None:
    """The program that writes such a header; None where none is known to."""
    return next((preset for preset in PRESETS.values() if preset.fits(header)), None)


def guessed_mapping(header: Sequence[str], values: Mapping[str, Sequence[str]]) -> LeadMapping:
    """What the names of the columns say, and which of them holds addresses, where no program is
    known by them."""
    found = guess_fields(header)
    if "email" not in found:
        told = [column for column in header if are_addresses(values.get(column, ()))]
        found |= {"email": told[0]} if told else {}
    return LeadMapping({name: Origin(columns=(column,)) for name, column in found.items()})
