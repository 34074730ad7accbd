"""Users, teams and who belongs to which."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


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
