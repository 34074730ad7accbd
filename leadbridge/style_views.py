"""The shelf at /settings/style/: every part of the screens in every state, with made-up data."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from leadbridge.kernel.words import ClockFace, running_face, still_face
from leadbridge.people import saved_menu
from leads.handoff.overrides import Cap, Overrides
from sla.reports.lead_time import LeadTime, Wait
from sla.reports.spent import Spent, spent_words
from sla.reports.time_ledger import Entry, Part

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
ARABIC = "شركة الخليج للصناعات المتقدمة"


@dataclass(frozen=True)
class Step:
    """One step of `components/steps.html`."""

    name: str
    detail: str
    state: str


@dataclass(frozen=True)
class Item:
    """One entry of `components/timeline_item.html`."""

    title: str
    when: str
    at: str
    detail: str = ""
    quote: str = ""
    tone: str = ""


class SampleForm(forms.Form):
    """One field of each kind; bound with nothing it shows its errors."""

    company = forms.CharField(help_text="As it stands on their letters.")
    phone = forms.CharField(required=False)
    reason = forms.ChoiceField(choices=[("timing", "Not now"), ("target", "Not our market")])
    comment = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    consent = forms.BooleanField(label="They agreed to be called.")


def sample_clocks(now: datetime) -> list[tuple[str, ClockFace]]:
    """Each state that a clock can be in, and two that turn while one looks."""
    here = timezone.localtime(now)

    def face(*, age: float, left: float, label: str = "") -> ClockFace:
        start, due = here - timedelta(seconds=age), here + timedelta(seconds=left)
        risk = start + (due - start) * 0.75
        return running_face(start=start, risk=risk, due=due, now=here, label=label)

    return [
        ("on track", face(age=6600, left=7740)),
        ("at risk", face(age=13_560, left=840)),
        ("late", face(age=15_900, left=-1500)),
        ("late for days", face(age=140_000, left=-97_200)),
        ("far away", face(age=3600, left=61_200)),
        ("with its name", face(age=15_900, left=-1500, label="Accept")),
        ("turns at risk in 5 s", face(age=55, left=25)),
        ("turns late in 10 s", face(age=590, left=10)),
        ("met", still_face("met in 1 h 12", tone="ok", spent=0.3)),
        ("met late", still_face("met 25 min late", tone="late", spent=1)),
        ("paused", still_face("paused until Tue", spent=0.4)),
        ("void", still_face("no longer owed", spent=0)),
    ]


def sample_story(now: datetime) -> list[dict[str, str]]:
    """A short story with every kind of entry."""
    at = now.isoformat()
    items = (
        Item("Accept SLA breached", "13:02", at, "Due after 4 working hours.", tone="late"),
        Item("A reminder was sent", "12:02", at, "Three quarters were spent.", tone="risk"),
        Item("Assigned to S. Okafor", "09:02", at, "Next in turn; 6 of 25 open."),
        Item("Meets the definition v7", "09:02", at, "All 10 criteria.", tone="ok"),
        Item("Pricing form sent", "09:02", at, quote="“We need it before October.”"),
        Item("Message", "09:02", at, quote="نحتاج إلى عرض أسعار قبل نهاية الشهر"),
    )
    return [asdict(item) for item in items]


def sample_time(now: datetime) -> Spent:
    """A lead whose time went to every part there is."""
    hours = {
        (Part.SYSTEM, ""): 0.2,
        (Part.MARKETING, "mia"): 3,
        (Part.POOL, "emea"): 2,
        (Part.PERSON, "sam"): 5,
        (Part.PAUSED, ""): 24,
        (Part.CLOSED, ""): 40,
    }
    entries = tuple(Entry(*key, timedelta(hours=hour)) for key, hour in hours.items())
    start = now - sum((entry.time for entry in entries), timedelta())
    names = {
        (Part.MARKETING, "mia"): "Mia Lindqvist",
        (Part.POOL, "emea"): "Pool of EMEA",
        (Part.PERSON, "sam"): ARABIC,
    }
    wait = Wait(start, None, now - start, timedelta(hours=10), running=True)
    return spent_words(LeadTime(start, now, True, entries, names, wait), "UTC")


def sample_overrides() -> list[Overrides]:
    """Within the cap, beyond one that warns, and at one that refuses."""
    warns, refuses = Cap(Decimal("0.1")), Cap(Decimal("0.1"), refuses=True)
    return [Overrides(3, 42, warns), Overrides(6, 42, warns), Overrides(4, 42, refuses)]


@login_required
def style_shelf(request: HttpRequest) -> HttpResponse:
    """Show all parts in all states."""
    now = timezone.now()
    return render(
        request,
        "style.html",
        {
            "clocks": sample_clocks(now),
            "override_states": sample_overrides(),
            "tones": ("", "ok", "risk", "late"),
            "steps": [
                Step("Captured", "12 May 09:02", "done"),
                Step("Handed over", "12 May 09:02", "done"),
                Step("Waiting for sales", "S. Okafor", "now"),
                Step("Working", "", ""),
                Step("Won", "", ""),
            ],
            "steps_back": [
                Step("Captured", "12 May 09:02", "done"),
                Step("Sales said no", "wrong contact data", "back"),
                Step("Working", "", ""),
            ],
            "story": sample_story(now),
            "actions": [
                {"name": "Answer", "url": "#list", "key": "", "look": "primary", "dialog": True},
                {"name": "Pause", "url": "#list", "key": "", "look": "quiet", "dialog": True},
            ],
            "sayings": [
                {"who": "Sam Okafor", "words": "A case from their trade?", "when": "12 May 09:02"},
                {"who": "Sales has yet to rule", "words": "", "when": "", "tone": "risk"},
            ],
            "parts": [
                {"start": 0, "share": 84, "tone": "ok"},
                {"start": 84, "share": 16, "tone": "late"},
            ],
            "spent": sample_time(now),
            "half": [{"start": 0, "share": 46, "tone": "accent"}],
            "empty_form": SampleForm(auto_id="empty_%s"),
            "wrong_form": SampleForm({}, auto_id="wrong_%s"),
            "names": (("Ines Aydin", "IA"), (LONG, "DD"), (ARABIC, "ش")),
            "saved": saved_menu.Menu(
                (saved_menu.Item("Late in EMEA", "#pager", current=True),), "?view=all", "#pager"
            ),
            "exports": [("By salesperson", "#pager"), ("Reasons", "#pager")],
            "pager": {"text": "51 to 100 of 10,240", "previous": "#pager", "next": "#pager"},
        },
    )
