"""Pages of campaigns: the list, one of them with its costs, making and editing, the rules."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.forms import keep
from leadbridge.kernel.money import money_words
from leadbridge.kernel.time import local
from leadbridge.people.access import keeps_campaigns, sees_figures, viewer_of
from leadbridge.people.http import Request, signed_in, zone_of
from leads.campaigns.actions import (
    find_campaign,
    launch_campaign,
    remove_cost,
    remove_rule,
    require_keeper,
)
from leads.campaigns.forms import CampaignForm, CostForm, RuleForm
from leads.campaigns.listing import ALL, PARTS, leads_behind
from leads.campaigns.models import Campaign, CampaignRule
from leads.campaigns.queries import Line, campaigns_found, lines_of
from leads.campaigns.readout_screen import readout_card
from leads.campaigns.readouts import sign_readout
from leads.handoff.stages import LABELS, Stage
from leads.handoff.views import address, page_number

PAGE = 50
LAST = "/campaigns/"


@require_GET
@signed_in
def campaigns(request: Request) -> HttpResponse:
    """Every campaign, with what it brought and what it cost for whoever reads figures."""
    words = request.GET.get("q", "").strip()[:100]
    found = campaigns_found(words).order_by("-starts_on", "name_key")
    page = Paginator(found, PAGE).get_page(page_number(request))
    context = {
        "rows": rows_of(request, list(page.object_list)),
        "q": words,
        "figures": sees_figures(request.user),
        "may_keep": keeps_campaigns(request.user),
        "pager": pager(request, page.number, page.paginator.num_pages, page.paginator.count),
    }
    return render(request, "campaigns/campaigns.html", context)


def rows_of(request: Request, found: list[Campaign]) -> list[dict[str, object]]:
    """Lines with their amounts written out."""
    lines = lines_of(found, now=request.now, figures=sees_figures(request.user))
    return [row_of(line) for line in lines]


def row_of(line: Line) -> dict[str, object]:
    """One line with its amounts written out."""
    currency = settings.CURRENCY
    return {
        "campaign": line.campaign,
        "state": line.state,
        "tone": line.tone,
        "leads": line.leads,
        "cost": money_words(line.cost, currency) if line.cost else "",
        "each": money_words(line.each, currency) if line.cost else "",
    }


def pager(
    request: Request, here: int, last: int, whole: int, what: str = "campaigns"
) -> dict[str, str] | None:
    """Below more than fit on one page."""
    if last < 2:
        return None
    return {
        "text": f"Page {here} of {last}, {whole:,} {what}",
        "previous": address(request, page=here - 1) if here > 1 else "",
        "next": address(request, page=here + 1) if here < last else "",
    }


@require_http_methods(["GET", "POST"])
@signed_in
def campaign(request: Request, number: int) -> HttpResponse:
    """One campaign; its costs are added and taken back here, and it is launched here."""
    found = find_campaign(number)
    form = CostForm(initial={"on": timezone.localdate(request.now)})
    if request.method == "POST":
        done = _do(request, found, request.POST.get("do", ""))
        if done is not None:
            return done
        form = CostForm(request.POST)
        if _kept(form, lambda: form.save(number, actor=request.user, now=request.now)):
            messages.success(request, "Added.")
            return redirect(f"{LAST}{number}/#costs")
    return draw_campaign(request, found, form)


def _do(request: Request, found: Campaign, asked: str) -> HttpResponse | None:
    """Do what a button asks; None where it is the form of costs."""
    actor, now, url = request.user, request.now, f"{LAST}{found.pk}/"
    if asked == "readout":
        words = request.POST.get("words", "")
        sign_readout(campaign_id=found.pk, actor=actor, now=now, words=words)
        messages.success(request, "Signed: you have read it.")
        return redirect(f"{url}#readout")
    require_keeper(actor)
    if asked == "launch":
        launch_campaign(campaign_id=found.pk, actor=actor, now=now)
        messages.success(request, f"“{found}” is out. Both sides now owe its read-out.")
        return redirect(url)
    if asked.removeprefix("remove ").isdecimal():
        cost_id = int(asked.removeprefix("remove ")[:18])
        remove_cost(campaign_id=found.pk, cost_id=cost_id, actor=actor)
        messages.success(request, "The entry is gone.")
        return redirect(f"{url}#costs")
    return None


def draw_campaign(request: Request, found: Campaign, form: CostForm) -> HttpResponse:
    """The page of one campaign."""
    figures = sees_figures(request.user)
    costs = [
        {"id": cost.pk, "on": cost.on, "amount": money_words(cost.amount, settings.CURRENCY),
         "what": cost.what}
        for cost in (found.costs.all() if figures else [])
    ]  # fmt: skip
    context = {
        "row": rows_of(request, [found])[0],
        "campaign": found,
        "costs": costs,
        "rules": [rule_row(rule) for rule in found.rules.all()],
        "form": form,
        "readout": readout_card(request, found),
        "figures": figures,
        "may_keep": keeps_campaigns(request.user),
    }
    return render(request, "campaigns/campaign.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def campaign_leads(request: Request, number: int) -> HttpResponse:
    """The leads behind a number of a campaign, for whoever reads figures."""
    if not sees_figures(request.user):
        raise DomainError("forbidden", "This is for those who read figures.", status=403)
    found, part = find_campaign(number), request.GET.get("part") or ALL
    leads, zone = leads_behind(found, part), zone_of(request.user)
    whole, seen = leads.count(), leads.visible_to(viewer_of(request.user))
    page = Paginator(seen, PAGE).get_page(page_number(request))
    context = {
        "campaign": found,
        "title": PARTS[part],
        "whole": whole,
        "hidden": whole - page.paginator.count,
        "rows": [
            (lead, LABELS[Stage(lead.stage)], local(lead.captured_at, zone))
            for lead in page.object_list
        ],
        "pager": pager(request, page.number, page.paginator.num_pages, whole, "leads"),
    }
    return render(request, "campaigns/leads.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def campaign_new(request: Request) -> HttpResponse:
    """Make one."""
    require_keeper(request.user)
    return save_form(request, CampaignForm(request.POST or None), title="New campaign", back=LAST)


@require_http_methods(["GET", "POST"])
@signed_in
def campaign_edit(request: Request, number: int) -> HttpResponse:
    """Change what is told of one."""
    require_keeper(request.user)
    found = find_campaign(number)
    form = CampaignForm(request.POST or None, campaign=found)
    return save_form(request, form, title=found.name, back=f"{LAST}{number}/")


def save_form(request: Request, form: CampaignForm, *, title: str, back: str) -> HttpResponse:
    """Keep what was typed, or show what is wrong at its field."""
    kept = keep(form, lambda: form.save(actor=request.user, now=request.now))
    if kept is not None:
        messages.success(request, f"Kept “{kept}”.")
        return redirect(f"{LAST}{kept.pk}/")
    context = {"form": form, "title": title, "button": "Save", "back_url": back}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def rules(request: Request) -> HttpResponse:
    """By which words arrivals count for which campaign and source."""
    form = RuleForm()
    if request.method == "POST":
        require_keeper(request.user)
        done = request.POST.get("do", "")
        if done.removeprefix("remove ").isdecimal():
            remove_rule(rule_id=int(done.removeprefix("remove ")[:18]), actor=request.user)
            messages.success(request, "The rule is gone. Leads it counted stay as they are.")
            return redirect("/campaigns/rules/")
        form = RuleForm(request.POST)
        if _kept(form, lambda: form.save(actor=request.user)):
            messages.success(request, "Added. It holds for what comes in from now on.")
            return redirect("/campaigns/rules/")
    context = {
        "rows": [rule_row(one) for one in CampaignRule.objects.select_related("campaign")],
        "form": form,
        "may_keep": keeps_campaigns(request.user),
    }
    return render(request, "campaigns/rules.html", context, status=422 if form.errors else 200)


def rule_row(rule: CampaignRule) -> dict[str, object]:
    """A rule in words."""
    asked = (
        ("utm_source", rule.utm_source), ("utm_medium", rule.utm_medium),
        ("utm_campaign", rule.utm_campaign), ("campaign", rule.said_campaign),
        ("source", rule.said_source),
    )  # fmt: skip
    says = [(name, text) for name, text in asked if text]
    return {"id": rule.pk, "says": says, "campaign": rule.campaign, "source": rule.source}


def _kept(form: CostForm | RuleForm, save: Callable[[], None]) -> bool:
    """Whether it was kept; what is wrong stands at its field."""

    def saved() -> bool:
        save()
        return True

    return bool(keep(form, saved))
