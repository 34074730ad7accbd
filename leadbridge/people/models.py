"""Users, teams and who belongs to which."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q


class Side(models.TextChoices):
    """The two sides of the bridge."""

    MARKETING = "marketing", "Marketing"
    SALES = "sales", "Sales"


class Role(models.TextChoices):
    """What a person is here for. One person has one role."""

    MARKETER = "marketer", "Marketer"
    MARKETING_HEAD = "marketing_head", "Head of marketing"
    SELLER = "seller", "Seller"
    SALES_HEAD = "sales_head", "Head of sales"
    ADMINISTRATOR = "administrator", "Administrator"


MARKETING_ROLES = frozenset({Role.MARKETER, Role.MARKETING_HEAD})
SALES_ROLES = frozenset({Role.SELLER, Role.SALES_HEAD})


class User(AbstractUser):
    """A person who works with leads."""

    role = models.CharField(max_length=20, choices=Role.choices, default=Role.SELLER)
    time_zone = models.CharField(max_length=64, blank=True)

    class Meta(AbstractUser.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="people_user_role_known", condition=Q(role__in=Role.values)
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_marketing(self) -> bool:
        """Works on marketing's side."""
        return self.role in MARKETING_ROLES

    @property
    def is_sales(self) -> bool:
        """Works on sales' side."""
        return self.role in SALES_ROLES

    @property
    def is_administrator(self) -> bool:
        """Keeps LeadBridge running; decides nothing about leads by role alone."""
        return self.role == Role.ADMINISTRATOR


class Team(models.Model):
    """People of one side who share leads, hours and a manager."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    side = models.CharField(max_length=10, choices=Side.choices)
    manager = models.ForeignKey(User, on_delete=models.PROTECT, related_name="manages")
    members = models.ManyToManyField(User, through="Membership", related_name="teams")
    takes_unrouted = models.BooleanField(
        default=False, help_text="Leads that no rule can place go to this team's pool."
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="people_team_side_known", condition=Q(side__in=Side.values)
            ),
            models.UniqueConstraint(
                name="people_team_one_takes_unrouted",
                fields=["takes_unrouted"],
                condition=Q(takes_unrouted=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person in one team."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="people_membership_once", fields=["user", "team"]),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Absence(models.Model):
    """When somebody is away, and who stands in for them.

    Two live absences of one person never overlap; that is decided under the lock of the person.
    `handled_at` is when a worker had gone through what they held as it began.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cover = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="covers")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="people_absence_forward", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="people_absence_cover_another",
                condition=Q(cover=None) | ~Q(cover=F("user")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="people_absence_live", fields=["ends_at"], condition=Q(cancelled_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} away {self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"


class Departure(models.Model):
    """Somebody left, and everything they held has to find new hands at that very instant.

    `successor` takes over what they answered for on marketing's side; `leads` is how many there
    were to move. A person who comes back ends their departure, which stays told.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="departures")
    left_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    successor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    leads = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["left_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="people_departure_one_open",
                fields=["user"],
                condition=Q(returned_at=None),
            ),
            models.CheckConstraint(
                name="people_departure_successor_another",
                condition=Q(successor=None) | ~Q(successor=F("user")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} left {self.left_at:%Y-%m-%d}"


class SavedView(models.Model):
    """The filters of a page under a name: one's own, or shared with a team by who leads it.

    `usual`: what its owner sees on opening the page without filters.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="saved_views")
    page = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    usual = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="people_savedview_name_once", fields=["owner", "page", "name"]
            ),
            models.UniqueConstraint(
                name="people_savedview_one_usual",
                fields=["owner", "page"],
                condition=Q(usual=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A key by which a program acts as a person. Only the hash of the key is kept."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        WRITE = "write", "Read and write"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.READ)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="people_apikey_name_once",
                fields=["user", "name"],
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="people_apikey_scope_known", condition=Q(scope__in=["read", "write"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"


class IdempotentAnswer(models.Model):
    """The first answer to a POST that carried an `Idempotency-Key`, given again on repeats."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="people_idempotent_once", fields=["user", "key"]),
        ]

    def __str__(self) -> str:
        return self.key
