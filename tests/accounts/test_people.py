"""People come, change and go; each change is audited, told and safe."""

import threading

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from tests.factories import UserFactory
from whippersnappers.accounts import people
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import verify
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def events() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("sequence").values_list("event", "actor"))


def addresses(user: User) -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.filter(user=user).values_list("email", "primary", "verified"))


def test_new_staff_are_audited_and_welcomed(administrator):
    user = people.create_staff(
        " Sam@Whippersnappers.org", " Sam  Okoro ", [Role.LEAD, Role.PRACTITIONER], administrator, NOW
    )
    assert (user.email, user.name, user.roles) == ("sam@whippersnappers.org", "Sam Okoro", ["lead", "practitioner"])
    assert addresses(user) == [("sam@whippersnappers.org", True, True)]
    assert not user.has_usable_password()
    assert events() == [("person.added", f"user:{administrator.pk}")]
    assert AuditEvent.objects.get().detail == {"roles": ["lead", "practitioner"]}
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.to, mail.secret) == ("account_welcome", user.email, "")


@pytest.mark.parametrize(
    ("email", "roles", "field"),
    [
        ("not an address", [Role.LEAD], "email"),
        ("ADA@whippersnappers.org", [Role.LEAD], "email"),
        ("new@whippersnappers.org", [], "roles"),
        ("new@whippersnappers.org", [Role.GUARDIAN], "roles"),
        ("new@whippersnappers.org", ["king"], "roles"),
    ],
)
def test_wrong_staff_are_refused_with_a_sentence_at_the_field(administrator, email, roles, field):
    with pytest.raises(ValidationError) as refusal:
        people.create_staff(email, "New", roles, administrator, NOW)
    assert list(refusal.value.message_dict) == [field]
    assert (User.objects.count(), AuditEvent.objects.count(), OutgoingMail.objects.count()) == (1, 0, 0)


def test_a_guardian_is_made_once_and_not_mailed(coordinator):
    first = people.ensure_guardian_user("Parent@Example.com", "Pat Adeyemi", coordinator, NOW)
    again = people.ensure_guardian_user("parent@example.com", "Other Name", coordinator, NOW)
    assert first.pk == again.pk
    assert (again.name, again.roles, OutgoingMail.objects.count()) == ("Pat Adeyemi", ["guardian"], 0)
    assert events() == [("person.added", f"user:{coordinator.pk}")]
    assert addresses(first) == [("parent@example.com", True, True)]


def test_staff_do_not_become_guardians(coordinator):
    with pytest.raises(ValidationError, match="member of staff"):
        people.ensure_guardian_user(coordinator.email, "Cora", coordinator, NOW)


def test_a_guardian_who_comes_back_may_sign_in_again(coordinator):
    parent = people.ensure_guardian_user("parent@example.com", "Pat", coordinator, NOW)
    people.deactivate(parent, by=coordinator, now=NOW)
    assert people.ensure_guardian_user("parent@example.com", "Pat", coordinator, NOW).is_active
    assert [event for event, _ in events()] == ["person.added", "person.deactivated", "person.reactivated"]


def test_a_new_address_ends_sessions_and_tells_the_old_one(client, coordinator):
    parent = people.ensure_guardian_user("parent@example.com", "Pat", coordinator, NOW)
    client.force_login(parent)
    people.change_email(parent, "New@Example.com", by=coordinator, now=NOW)
    assert addresses(parent) == [("new@example.com", True, True)]
    assert list(OutgoingMail.objects.values_list("kind", "to")) == [("security_notice", "parent@example.com")]
    assert client.get("/portal/").status_code == 302
    assert User.objects.get(pk=parent.pk).email == "new@example.com"


def test_changing_nothing_leaves_no_trace(administrator, coordinator):
    people.change_email(coordinator, coordinator.email.upper(), administrator, NOW)
    people.change_roles(coordinator, coordinator.roles, administrator, NOW)
    people.change_name(coordinator, coordinator.name, administrator, NOW)
    people.reactivate(coordinator, administrator, NOW)
    assert (AuditEvent.objects.count(), OutgoingMail.objects.count()) == (0, 0)


def test_changed_roles_are_audited_with_before_and_after(administrator, coordinator):
    people.change_roles(coordinator, [Role.COORDINATOR, Role.DEPUTY], administrator, NOW)
    assert AuditEvent.objects.get().detail == {"before": ["coordinator"], "after": ["coordinator", "deputy"]}
    assert verify()[0] == 1


def test_administrators_do_not_take_away_their_own_role_or_account(administrator):
    UserFactory(roles=[Role.ADMINISTRATOR])
    with pytest.raises(ValidationError, match="your own administrator role"):
        people.change_roles(administrator, [Role.TRUSTEE], administrator, NOW)
    with pytest.raises(ValidationError, match="your own account"):
        people.deactivate(administrator, administrator, NOW)


def test_the_last_administrator_stays(administrator):
    with pytest.raises(ValidationError, match="last administrator"):
        people.change_roles(administrator, [Role.TRUSTEE], "system:command", NOW)
    with pytest.raises(ValidationError, match="last administrator"):
        people.deactivate(administrator, "system:command", NOW)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_once():
    first, second = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.ADMINISTRATOR])
    start, refused = threading.Barrier(2), []

    def remove(one: User, by: User) -> None:
        start.wait()
        try:
            people.deactivate(one, by, NOW)
        except ValidationError as error:
            refused.append(error.messages)
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.with_role(Role.ADMINISTRATOR).count() == 1
    assert len(refused) == 1


def test_guardians_are_not_made_staff(administrator):
    parent = UserFactory(roles=[Role.GUARDIAN])
    with pytest.raises(ValidationError):
        people.change_roles(parent, [Role.COORDINATOR], administrator, NOW)
    with pytest.raises(ValidationError, match="Only staff"):
        people.start_over(parent, administrator, NOW)


def test_the_first_administrator_comes_from_the_command_line(capsys):
    call_command("create_administrator", "Ada@Whippersnappers.org", name="Ada Marsh")
    user = User.objects.get()
    assert (user.email, user.roles) == ("ada@whippersnappers.org", ["administrator"])
    assert f"/accounts/password/reset/key/{user.pk.hex}-" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Somebody else signs in"):
        call_command("create_administrator", "ada@whippersnappers.org", name="Ada Marsh")


def test_createsuperuser_makes_an_administrator_and_no_superuser(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "drums and songs on Tuesday")
    call_command("createsuperuser", email="ada@whippersnappers.org", interactive=False, verbosity=0)
    user = User.objects.get()
    assert (user.roles, user.is_superuser, user.is_staff) == (["administrator"], False, True)
    assert events() == [("person.added", "system:command")]
