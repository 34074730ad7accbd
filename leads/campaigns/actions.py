"""Keeping campaigns, what they cost, and the rules by which arrivals count for them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NoReturn

from django.db import IntegrityError, transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import keeps_campaigns
from leadbridge.people.models import User
from leads.campaigns.models import Campaign, CampaignCost, CampaignRule
from leads.campaigns.readouts import begin_readout
from leads.campaigns.words import Asks, key_of
from leads.handoff.models import Lead

LONGEST_NAME = 100
MOST_AMOUNT = Decimal(10) ** 12
EARLIEST = date(2000, 1, 1)


def require_keeper(user: User) -> None:
    """DomainError `forbidden` (403) for whoever does not keep campaigns."""
    if not keeps_campaigns(user):
        raise DomainError(
            "forbidden", "Campaigns are kept by marketing and administrators.", status=403
        )


def make_campaign(
    *,
    actor: User,
    now: datetime,
    name: str,
    channel: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    marketer: User | None = None,
) -> Campaign:
    """A new campaign; leads that named it before count for it from now on.

    DomainError `already_exists` (409) where another has this name, in whatever capitals.
    """
    require_keeper(actor)
    campaign = Campaign(
        name=_name(name), channel=_channel(channel), starts_on=starts_on, ends_on=ends_on,
        marketer=_marketer(marketer or actor), made_at=now,
    )  # fmt: skip
    with transaction.atomic():
        _write(campaign)
        claim_leads(campaign)
    return campaign


def edit_campaign(
    *,
    campaign_id: int,
    actor: User,
    name: str | None = None,
    channel: str | None = None,
    dates: tuple[date | None, date | None] | None = None,
    marketer: User | None = None,
) -> Campaign:
    """Change what is told of a campaign; None leaves as it is. `dates`: the first and the last
    day. After another name, arrivals that still say the old one go on to count for it."""
    require_keeper(actor)
    with transaction.atomic():
        campaign = _lock(campaign_id)
        was = campaign.name_key
        campaign.name = campaign.name if name is None else _name(name)
        campaign.channel = campaign.channel if channel is None else _channel(channel)
        if dates is not None:
            campaign.starts_on, campaign.ends_on = dates
        if marketer is not None:
            campaign.marketer = _marketer(marketer)
        _write(campaign)
        if campaign.name_key != was:
            asks = Asks(said_campaign=was)
            CampaignRule.objects.get_or_create(**vars(asks), defaults={"campaign": campaign})
            claim_leads(campaign)
    return campaign


def launch_campaign(*, campaign_id: int, actor: User, now: datetime) -> Campaign:
    """It is out, once; from now on both sides owe its read-out.

    DomainError `already_decided` (409) where it was launched before.
    """
    require_keeper(actor)
    with transaction.atomic():
        campaign = _lock(campaign_id)
        if campaign.launched_at is not None:
            at = f"{campaign.launched_at:%Y-%m-%d %H:%M} UTC"
            raise DomainError("already_decided", f"It was launched at {at}.", status=409)
        campaign.launched_at = now
        campaign.save(update_fields=["launched_at"])
        begin_readout(campaign=campaign, actor=actor, now=now)
    return campaign


def claim_leads(campaign: Campaign) -> int:
    """Leads that named this campaign before it was kept count for it; how many those are."""
    leads = Lead.objects.filter(campaign_row=None, campaign__iexact=campaign.name)
    return leads.update(campaign_row=campaign)


def add_cost(
    *, campaign_id: int, actor: User, now: datetime, on: date, amount: Decimal, what: str = ""
) -> CampaignCost:
    """Money spent on a campaign on a day."""
    require_keeper(actor)
    if (
        not amount.is_finite()
        or not 0 < amount < MOST_AMOUNT
        or amount.normalize() % Decimal("0.01")
    ):
        raise DomainError("invalid", "Give an amount above 0, in whole cents.", field="amount")
    if on < EARLIEST:
        raise DomainError("invalid", f"Give a day from {EARLIEST} on.", field="on")
    if len(what) > LONGEST_NAME:
        raise DomainError("invalid", f"At most {LONGEST_NAME} characters.", field="what")
    return CampaignCost.objects.create(
        campaign=find_campaign(campaign_id), on=on, amount=amount, what=what.strip(),
        added_by=actor, added_at=now,
    )  # fmt: skip


def remove_cost(*, campaign_id: int, cost_id: int, actor: User) -> None:
    """Take back an entry that was wrong; one that is gone already is gone."""
    require_keeper(actor)
    CampaignCost.objects.filter(pk=cost_id, campaign=campaign_id).delete()


def add_rule(
    *, actor: User, asks: Mapping[str, str], campaign_id: int | None = None, source: str = ""
) -> CampaignRule:
    """Arrivals that say all of `asks` (see `words.Asks`) count for the campaign and the source
    from now on; earlier leads stay as they are. `already_exists` (409) for the same words twice."""
    require_keeper(actor)
    asked = Asks(**{name: _words(name, text) for name, text in asks.items()})
    if not any(vars(asked).values()):
        raise DomainError("invalid", "Say what an arrival has to say.", field="utm_source")
    if campaign_id is None and not source.strip():
        raise DomainError("invalid", "Choose what it counts for.", field="campaign")
    campaign = None if campaign_id is None else find_campaign(campaign_id, field="campaign")
    source = _words("source", source, keep=True)
    try:
        with transaction.atomic():
            return CampaignRule.objects.create(**vars(asked), campaign=campaign, source=source)
    except IntegrityError:
        _refuse_known("There is a rule for these very words already.", "utm_source")


def remove_rule(*, rule_id: int, actor: User) -> None:
    """From now on these words count for nothing of their own."""
    require_keeper(actor)
    CampaignRule.objects.filter(pk=rule_id).delete()


def find_campaign(campaign_id: int, *, field: str = "") -> Campaign:
    """One campaign; DomainError `not_found` (404), or `invalid` at the field that names it."""
    found = Campaign.objects.filter(pk=campaign_id).select_related("marketer").first()
    if found is None and field:
        raise DomainError("invalid", "There is no such campaign.", field=field)
    if found is None:
        raise DomainError("not_found", "There is no such campaign.", status=404)
    return found


def campaign_by(number: str) -> Campaign:
    """One by its number as an address writes it; DomainError `not_found` (404)."""
    plain = number.isascii() and number.isdigit() and len(number) <= 18
    return find_campaign(int(number) if plain else 0)


def _lock(campaign_id: int) -> Campaign:
    find_campaign(campaign_id)
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)


def _write(campaign: Campaign) -> None:
    campaign.name_key = key_of(campaign.name)
    if campaign.starts_on and campaign.ends_on and campaign.ends_on < campaign.starts_on:
        raise DomainError("invalid", "It ends before it starts.", field="ends_on")
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError:
        _refuse_known("There is a campaign of this name already.", "name")


def _refuse_known(sentence: str, field: str) -> NoReturn:
    raise DomainError("already_exists", sentence, status=409, field=field) from None


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise DomainError("invalid", f"Give a name of 1 to {LONGEST_NAME} letters.", field="name")
    return name


def _channel(channel: str) -> str:
    if channel not in Campaign.Channel.values:
        known = ", ".join(Campaign.Channel.values)
        raise DomainError("invalid", f"Choose one of: {known}.", field="channel")
    return channel


def _marketer(user: User) -> User:
    if not user.is_active:
        raise DomainError("invalid", f"{user} has left.", field="marketer")
    return user


def _words(name: str, text: str, *, keep: bool = False) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_NAME:
        raise DomainError("invalid", f"At most {LONGEST_NAME} letters.", field=name)
    if "*" in text[:-1]:
        raise DomainError("invalid", "A star stands at the end only.", field=name)
    return text if keep else key_of(text)
