"""What the call about the scorecard answers."""

from typing import Any

from rest_framework import serializers


class WeekSide(serializers.Serializer[Any]):
    """Promises of one side that fell due in a week; `due` is the sum of the other three."""

    due = serializers.IntegerField()
    met = serializers.IntegerField()
    met_late = serializers.IntegerField()
    missed_open = serializers.IntegerField()
    attainment = serializers.FloatField(allow_null=True, help_text="Percent; null below ten.")
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="95 %, from 10 to 29."
    )
    reason = serializers.CharField(allow_blank=True)
    promised = serializers.FloatField(
        allow_null=True, help_text="Percent agreed for what fell due; null where nothing was."
    )


class ScorecardChange(serializers.Serializer[Any]):
    """A version that came into force."""

    at = serializers.DateTimeField()
    version = serializers.CharField()


class ScorecardWeek(serializers.Serializer[Any]):
    """A week, by its Monday."""

    week = serializers.DateField()
    marketing = WeekSide()
    sales = WeekSide()


class PromiseAnswer(serializers.Serializer[Any]):
    """One promise over the whole period."""

    name = serializers.CharField()
    sentence = serializers.CharField()
    agreed = serializers.FloatField(allow_null=True)
    at_most = serializers.BooleanField(help_text="Less is better.")
    part = serializers.IntegerField()
    n = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Percent; null below ten.")
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    kept = serializers.BooleanField(allow_null=True)


class VolumeAnswer(serializers.Serializer[Any]):
    """The promised volume of the month that runs."""

    measure = serializers.CharField()
    per_month = serializers.IntegerField()
    so_far = serializers.DecimalField(max_digits=18, decimal_places=2)
    paced = serializers.FloatField(help_text="What an even pace would have brought by now.")
    state = serializers.CharField(help_text="on pace, ahead or behind")


class CostEach(serializers.Serializer[Any]):
    """What one on each rung cost; null where there is none or no cost is known."""

    leads = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    qualified = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    accepted = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    opportunities = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    won = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)


class LadderAnswer(serializers.Serializer[Any]):
    """Leads by when they came in, and how far they came since."""

    leads = serializers.IntegerField()
    qualified = serializers.IntegerField()
    accepted = serializers.IntegerField()
    opportunities = serializers.IntegerField()
    won = serializers.IntegerField()
    cost = serializers.DecimalField(max_digits=16, decimal_places=2)
    cost_per = CostEach()
    revenue = serializers.DecimalField(max_digits=16, decimal_places=2)
    times = serializers.DecimalField(
        max_digits=12, decimal_places=1, allow_null=True, help_text="Revenue ÷ cost."
    )
    young_opportunities = serializers.IntegerField(help_text="Leads younger than 30 days.")
    young_won = serializers.IntegerField(help_text="Leads younger than 90 days.")


class LadderOfGroup(LadderAnswer):
    """The same of one campaign or source."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField()


class ScorecardAnswer(serializers.Serializer[Any]):
    """What both sides promised and kept, and what it came to."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    weeks = ScorecardWeek(many=True)
    versions = ScorecardChange(many=True)
    marketing = PromiseAnswer(many=True)
    sales = PromiseAnswer(many=True)
    volume = VolumeAnswer(allow_null=True)
    activity = serializers.IntegerField(help_text="Attempts to reach people.")
    ladder = LadderAnswer()
    campaigns = LadderOfGroup(many=True)
    sources = LadderOfGroup(many=True)
