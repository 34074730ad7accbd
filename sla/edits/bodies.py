"""What calls about calendars bring and what they answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leadbridge.kernel.time import utc_text
from leadbridge.people.access import HourSetter
from leadbridge.people.calls import Body, Words
from sla.agreement.models import Running
from sla.calendars.actions import LONGEST_NAME
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.bodies import Blocks
from sla.calendars.content import write_blocks
from sla.calendars.models import Calendar
from sla.calendars.queries import may_edit
from sla.calendars.year import Day, Kind
from sla.clocks.models import Rebuild
from sla.clocks.recounting import Effect


class PublicContent(serializers.Serializer[Any]):
    """Whose public holidays count; `off` are those on which people work all the same."""

    country = serializers.CharField(help_text="Two letters, as DE.")
    subdivision = serializers.CharField(required=False, help_text="A region's code, as BE.")
    off = serializers.ListField(child=serializers.DateField(), required=False)
    years = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="What is written out."
    )


class EditableContent(serializers.Serializer[Any]):
    """Working hours. Where `public` is given, `holidays` is made from it and from `closures`."""

    timezone = serializers.CharField(help_text="An IANA name, as Europe/Berlin.")
    weekly = serializers.DictField(
        child=Blocks(), help_text='mon … sun, as [["09:00", "24:00"]]; a day left out is closed.'
    )
    public = PublicContent(required=False)
    closures = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Own closed dates by name."
    )
    overrides = serializers.DictField(child=Blocks(), required=False, help_text="By date.")
    holidays = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Every closed date by name."
    )


@extend_schema_field(EditableContent)
class ContentField(serializers.JSONField):
    """The content as it came: `calendars.content` reads it and refuses with its own codes."""


class NewCalendar(Body):
    """The first hours of a team, a person or (neither) the organisation; the caller's own with
    the caller's name as `person`."""

    team = Words(required=False, longest=80, lines=False, help_text="A slug.")
    person = Words(required=False, longest=150, lines=False, help_text="A user name.")
    name = Words(required=False, longest=LONGEST_NAME, lines=False)
    calendar = ContentField()


class EditedCalendar(Body):
    """An edit. With `version` it is refused where somebody saved another one since."""

    name = Words(required=False, longest=LONGEST_NAME, lines=False)
    calendar = ContentField()
    running = serializers.ChoiceField(
        choices=Running.choices, default=Running.KEEP,
        help_text="What becomes of running clocks: keep, or move them to the new hours.",
    )  # fmt: skip
    version = serializers.IntegerField(
        required=False, min_value=0, help_text="The version that the edit was made from."
    )


class PreviewedEdit(Body):
    """The hours as they would be."""

    calendar = ContentField()


class RebuildAnswer(serializers.Serializer[Any]):
    """Running clocks on their way to a newer version."""

    state = serializers.ChoiceField(choices=Rebuild.State.choices)
    version = serializers.IntegerField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    moved = serializers.IntegerField()
    turned_late = serializers.IntegerField()
    late_no_longer = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField()


class CalendarAnswer(serializers.Serializer[Any]):
    """Hours of a team, a person or the organisation."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    team = serializers.CharField(allow_null=True, help_text="A slug.")
    person = serializers.CharField(allow_null=True, help_text="A user name.")
    organisation = serializers.BooleanField()
    version = serializers.IntegerField()
    changed_at = serializers.DateTimeField()
    may_edit = serializers.BooleanField()
    calendar = EditableContent()


class CalendarDetail(CalendarAnswer):
    """One calendar, with the last time that running clocks were moved."""

    rebuild = RebuildAnswer(allow_null=True)


class CountsAnswer(serializers.Serializer[Any]):
    """What an edit would do to running clocks if it counted for them too."""

    counting = serializers.IntegerField(help_text="Running clocks that count by what is edited.")
    moved = serializers.IntegerField(help_text="Of these, due at another instant.")
    turned_late = serializers.IntegerField(help_text="Not late now, late by the edit.")
    late_no_longer = serializers.IntegerField(help_text="Late now, not by the edit.")
    stuck = serializers.IntegerField(help_text="Could never fall due.")


class EffectAnswer(CountsAnswer):
    """Of a calendar, where an edit with stuck clocks is refused; `changes` in sentences."""

    changes = serializers.ListField(child=serializers.CharField())


class DayAnswer(serializers.Serializer[Any]):
    """One date of a year."""

    date = serializers.DateField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    blocks = Blocks()
    name = serializers.CharField()


class YearAnswer(serializers.Serializer[Any]):
    """Every date of a year."""

    year = serializers.IntegerField()
    days = DayAnswer(many=True)


def calendar_answer(calendar: Calendar, setter: HourSetter) -> dict[str, object]:
    """A calendar as the API writes it."""
    version = calendar.current
    assert version is not None, "only calendars with a version are answered"
    return {
        "id": calendar.pk,
        "name": calendar.name,
        "team": calendar.team.slug if calendar.team else None,
        "person": calendar.user.username if calendar.user else None,
        "organisation": calendar.organisation,
        "version": version.number,
        "changed_at": utc_text(version.created_at),
        "may_edit": may_edit(setter, calendar),
        "calendar": version.content,
    }


def rebuild_answer(rebuild: Rebuild | None) -> dict[str, object] | None:
    """A rebuild as the API writes it."""
    if rebuild is None:
        return None
    counts = ("total", "done", "moved", "turned_late", "late_no_longer")
    return {
        "state": rebuild.state,
        "version": rebuild.number,
        **{name: getattr(rebuild, name) for name in counts},
        "asked_at": utc_text(rebuild.asked_at),
        "finished_at": utc_text(rebuild.finished_at),
        "error": rebuild.error,
    }


def effect_answer(effect: Effect, changes: list[str]) -> dict[str, object]:
    """A preview as the API writes it."""
    return {**vars(effect), "changes": changes}


def day_answer(day: Day, calendar: BusinessCalendar) -> dict[str, object]:
    """A date as the API writes it."""
    return {
        "date": day.date.isoformat(),
        "kind": day.kind.value,
        "blocks": write_blocks(calendar.blocks_on(day.date)),
        "name": day.name,
    }
