"""The life of the rules: drafted, published, replaced, and an earlier text published again."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.hashing import content_hash
from leadbridge.people.access import keeps_routing
from leadbridge.people.models import Side, Team, User
from leads.routing.models import RoutingVersion
from leads.routing.ruleset import RuleSet

State = RoutingVersion.State
LONGEST_NOTE = 2_000


def versions_for(user: User) -> QuerySet[RoutingVersion]:
    """Every version somebody may read: drafts are for those who may publish them."""
    versions = RoutingVersion.objects.select_related("drafted_by", "published_by", "restores")
    return versions if keeps_routing(user) else versions.exclude(state=State.DRAFT)


def get_version_for(user: User, number: int) -> RoutingVersion:
    """One version by its number; DomainError `not_found` otherwise."""
    found = versions_for(user).filter(version=number).first()
    if found is None:
        raise DomainError("not_found", f"There is no version {number} of the rules.", status=404)
    return found


def draft_mark(version: RoutingVersion) -> str:
    """What somebody saw of a draft; an edit names it, so that nobody overwrites another's."""
    return content_hash({"content": version.content, "note": version.note})


def start_draft(
    *, actor: User, now: datetime, content: object = None, note: str = ""
) -> RoutingVersion:
    """The next version, with the rules in force to begin with. DomainError `already_drafted` (409)
    while there is another draft."""
    require_keeper(actor)
    with transaction.atomic():
        _lock_versions()
        other = RoutingVersion.objects.filter(state=State.DRAFT).first()
        if other is not None:
            raise DomainError(
                "already_drafted",
                f"Version {other.version} is drafted already. Go on with that one, or drop it.",
                status=409,
                data={"version": other.version},
            )
        if content is None:
            published = RoutingVersion.objects.filter(state=State.PUBLISHED).first()
            content = published.content if published else RuleSet().content()
        return RoutingVersion.objects.create(
            version=_next_number(), content=clean(content), note=_note(note),
            drafted_by=actor, drafted_at=now,
        )  # fmt: skip


def edit_draft(
    *, version_id: int, actor: User, content: object, note: str, seen: str = ""
) -> RoutingVersion:
    """Write a draft anew. `seen`: the mark of what was edited; DomainError `changed` (409) where
    somebody else changed it meanwhile."""
    require_keeper(actor)
    cleaned, said = clean(content), _note(note)
    with transaction.atomic():
        draft = _locked_draft(version_id)
        if seen and seen != draft_mark(draft):
            raise DomainError(
                "changed",
                "Somebody else saved this draft meanwhile. Open it anew in another tab, "
                "and bring over what you changed.",
                status=409,
            )
        draft.content, draft.note = cleaned, said
        draft.save(update_fields=["content", "note"])
    return draft


def drop_draft(*, version_id: int, actor: User) -> None:
    """Throw a draft away."""
    require_keeper(actor)
    with transaction.atomic():
        _locked_draft(version_id).delete()


def publish_draft(*, version_id: int, actor: User, now: datetime) -> RoutingVersion:
    """From now on leads are placed by this version; those that were placed stay where they are."""
    require_keeper(actor)
    with transaction.atomic():
        _lock_versions()
        draft = _locked_draft(version_id)
        require_known(RuleSet.from_content(draft.content))
        newest = _next_number() - 1
        if draft.version < newest:  # an earlier text was published again meanwhile
            draft.version = newest + 1
        return _publish(draft, actor, now)


def roll_back(*, version_id: int, actor: User, now: datetime) -> RoutingVersion:
    """Publish the text of an earlier version again, as the next one; nothing of it changes."""
    require_keeper(actor)
    with transaction.atomic():
        _lock_versions()
        earlier = RoutingVersion.objects.filter(pk=version_id, state=State.RETIRED).first()
        if earlier is None:
            raise DomainError(
                "not_allowed", "Only a version that was replaced can come back.", status=409
            )
        again = RoutingVersion(
            version=_next_number(),
            content=earlier.content,
            note=f"Back to version {earlier.version}.",
            restores=earlier,
            drafted_by=actor,
            drafted_at=now,
        )
        return _publish(again, actor, now)


def clean(content: object) -> dict[str, object]:
    """The content as it is kept, naming only teams and people there are. DomainError
    `invalid_rules` names the place and the cure."""
    rules = RuleSet.from_content(content)
    require_known(rules)
    return rules.content()


def require_known(rules: RuleSet) -> None:
    """Every team is one of sales, everybody named is in it and has not left."""
    teams = Team.objects.filter(side=Side.SALES).select_related("manager")
    people = {
        team.slug: {one.username for one in (team.manager, *team.members.all()) if one.is_active}
        for team in teams.filter(slug__in=rules.named_teams()).prefetch_related("members")
    }
    for number, rule in enumerate(rules.rules, 1):
        _require(rule.team in people, f"rule {number}, team", _no_team(rule.team))
        if rule.person:
            said = f"{rule.person} is not in {rule.team}, or has left."
            _require(rule.person in people[rule.team], f"rule {number}, person", said)
    for slug, terms in rules.teams.items():
        _require(slug in people, f"team {slug}", _no_team(slug))
        if terms.away_team:
            other = terms.away_team
            _require(other in people, f"team {slug}, away_team", _no_team(other))
        for name in terms.members:
            said = f"{name} is not in {slug}, or has left; remove them."
            _require(name in people[slug], f"team {slug}, {name}", said)


def require_keeper(actor: User) -> None:
    """DomainError `forbidden` for whoever may not change the rules."""
    if not keeps_routing(actor):
        raise DomainError(
            "forbidden",
            "The rules are written by the head of sales, managers of sales and administrators.",
            status=403,
        )


def _require(holds: bool, where: str, cure: str) -> None:
    if not holds:
        raise DomainError("invalid_rules", f"{where}: {cure}", field=where, data={"where": where})


def _no_team(slug: str) -> str:
    return f"there is no sales team called “{slug[:40]}”."


def _note(note: str) -> str:
    if len(note) > LONGEST_NOTE:
        raise DomainError("invalid", f"At most {LONGEST_NOTE:,} characters.", field="note")
    return note.strip()


def _publish(version: RoutingVersion, actor: User, now: datetime) -> RoutingVersion:
    """Put a version in the place of the one in force. Under the lock of all versions."""
    published = RoutingVersion.objects.filter(state=State.PUBLISHED)
    published.update(state=State.RETIRED, retired_at=now)
    version.state, version.published_by, version.published_at = State.PUBLISHED, actor, now
    version.save()
    return version


def _locked_draft(version_id: int) -> RoutingVersion:
    drafts = RoutingVersion.objects.select_for_update(no_key=True)
    draft = drafts.filter(pk=version_id).first()
    if draft is None:
        raise DomainError("not_found", "There is no such draft.", status=404)
    if draft.state != State.DRAFT:
        raise DomainError(
            "not_allowed", f"Version {draft.version} was published and stays as it is.", status=409
        )
    return draft


def _next_number() -> int:
    newest = RoutingVersion.objects.aggregate(newest=Max("version"))["newest"]
    return int(newest or 0) + 1


def _lock_versions() -> None:
    """One change of versions at a time; choosing does not wait for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [RoutingVersion._meta.db_table]
        )
