"""The person who signs in."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from whippersnappers.accounts.device_names import device_kind
from whippersnappers.accounts.roles import STAFF_ROLES, Role, permissions_of
from whippersnappers.audit.trail import record
from whippersnappers.finding.words import search_index, search_text


class UserQuerySet(models.QuerySet["User"]):
    def staff(self) -> "UserQuerySet":
        """People with a staff role."""
        return self.filter(roles__overlap=sorted(STAFF_ROLES))

    def with_role(self, *roles: Role) -> "UserQuerySet":
        """People who hold any of the roles and may still sign in."""
        return self.filter(roles__overlap=list(roles), is_active=True)


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def staff(self) -> UserQuerySet:
        return self.get_queryset().staff()

    def with_role(self, *roles: Role) -> UserQuerySet:
        return self.get_queryset().with_role(*roles)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(
        self, email: str, password: str | None = None, *, name: str = "", roles: Iterable[str] = ()
    ) -> "User":
        """Add a person. Without a password they cannot sign in by password at all."""
        user = self.model(email=email.strip().lower(), name=name, roles=sorted(set(roles)))
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """What `createsuperuser` calls. There is no superuser: this makes an administrator."""
        with transaction.atomic(using=self._db):
            user = self.create_user(email, password, name=extra.get("name", ""), roles=[Role.ADMINISTRATOR])
            record("person.added", by="system:command", target=user, roles=user.roles)
        return user


class User(AbstractBaseUser):
    """A person who signs in, known by e-mail address. Roles decide what they may do (`roles.py`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail address", max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list, blank=True)
    is_active = models.BooleanField("may sign in", default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    search_text = search_text("name", "email")

    # What others have to see to since the account was closed (`people.deactivate`).
    left_undone: Sequence[str] = ()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["name", "email"]
        indexes = [search_index("user_found")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_unique", violation_error_message="This e-mail is taken."
            ),
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=[str(role) for role in Role]), name="user_roles_known"
            ),
            # A guardian's code and a member of staff's second factor are two different doors: nobody
            # may come to staff pages through the weaker one.
            models.CheckConstraint(
                condition=~models.Q(roles__contains=[Role.GUARDIAN.value]) | models.Q(roles=[Role.GUARDIAN.value]),
                name="user_guardian_holds_no_staff_role",
                violation_error_message="A parent or carer cannot hold a staff role with the same e-mail.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """May enter the staff pages (Django admin asks for it)."""
        return self.is_active and any(role in STAFF_ROLES for role in self.roles)

    @property
    def is_superuser(self) -> bool:
        """Nobody is: see `roles.py`. Third-party code asks for it."""
        return False

    def has_role(self, *roles: Role) -> bool:
        """Whether the person holds any of the roles and may sign in."""
        return self.is_active and any(role in self.roles for role in roles)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Whether a role of this person grants the permission; rows are scoped by querysets."""
        return self.is_active and perm in permissions_of(self.roles)

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether any permission of the app is granted."""
        return self.is_active and any(p.startswith(f"{app_label}.") for p in permissions_of(self.roles))

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class RateCounter(models.Model):
    """How many tries of one kind somebody made lately (`limits.py`). Says nothing about whom."""

    # An HMAC of the kind of try and the account or address.
    key = models.CharField(primary_key=True, max_length=64)
    # When all tries so far have drained away.
    clear_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class DeviceQuerySet(models.QuerySet["Device"]):
    def visible_to(self, user: User) -> "DeviceQuerySet":
        """The person's own devices that are still signed in."""
        open_sessions = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
        return self.filter(user=user, session_key__in=open_sessions)


class Device(models.Model):
    """A browser in which a parent or carer is signed in. Keeps no address and nothing that singles a device out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    # The row of the session in Postgres: without it this device is signed out.
    session_key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    signed_in_at = models.DateTimeField()
    # To the hour.
    used_at = models.DateTimeField()

    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ["-used_at", "-signed_in_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        """`phone`, `tablet`, `computer`, or empty."""
        return device_kind(self.name)
