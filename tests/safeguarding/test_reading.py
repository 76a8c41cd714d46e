"""The wall around the pages about concerns: who gets in, for how long, and that nothing is shown unrecorded."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding import reading
from safeguarding.models import Concern, ConcernPerson, Recusal
from safeguarding.vocabulary import Kind, PersonRole
from tests.factories import ChildFactory, UserFactory
from tests.safeguarding.scenes import WORDS, deputy_named, raised
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import Heartbeat

pytestmark = pytest.mark.django_db


def own(concern: Concern) -> list[str]:
    """The pages on which a concern could be found."""
    page = reverse("safeguarding_concern", args=[concern.pk])
    return [reverse("safeguarding_home"), reverse("safeguarding_search"), page]


def test_the_lead_reads_and_every_reading_is_kept(client: Client, lead: User) -> None:
    concern = raised()
    client.force_login(lead)
    for address in own(concern):
        answer = client.get(address)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
        assert WORDS in answer.content.decode()
        assert client.post(address).status_code == 405
    kept = AuditEvent.objects.filter(actor=f"user:{lead.pk}", event__endswith="read").order_by("sequence")
    assert [e.event for e in kept] == ["concern.overview_read", "concern.list_read", "concern.read"]
    assert kept.last().target_id == str(concern.pk)


@pytest.mark.parametrize("role", [role for role in Role if role not in reading.ROLES])
def test_for_everybody_else_the_pages_are_an_address_that_does_not_exist(client: Client, role: Role) -> None:
    concern = raised()
    with time_machine.travel(timezone.now(), tick=False):
        client.force_login(UserFactory(roles=[role]))
        nowhere = client.get("/safeguarding-nothing/")
        for address in own(concern):
            answer = client.get(address)
            assert (answer.status_code, stripped(answer)) == (404, stripped(nowhere))
            assert answer.headers == nowhere.headers


def test_a_closed_account_reads_nothing(client: Client, lead: User) -> None:
    client.force_login(lead)
    lead.is_active = False
    lead.save()
    assert client.get(reverse("safeguarding_home")).status_code == 302


def test_without_the_second_factor_nothing_opens(client: Client, lead: User, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    # The door's middleware is one lock; the pages have their own.
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "SecondFactor" not in m]
    client.force_login(lead)
    answer = client.get(reverse("safeguarding_home"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))


def test_after_fifteen_minutes_without_a_press_somebody_signs_in_again(client: Client, lead: User) -> None:
    home = reverse("safeguarding_home")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.force_login(lead)
        for _ in range(3):
            clock.shift(timedelta(minutes=14))
            assert client.get(home).status_code == 200
        # A page that waits is no press: it does not keep anybody signed in.
        clock.shift(timedelta(minutes=10))
        assert client.get(home, headers={"X-Watching": "1"}).status_code == 204
        clock.shift(timedelta(minutes=5, seconds=1))
        answer = client.get(home)
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next={home}")
    assert "_auth_user_id" not in client.session


def test_a_sign_in_of_this_morning_does_not_open_the_pages(client: Client, lead: User) -> None:
    client.force_login(lead)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert client.get(reverse("safeguarding_home")).status_code == 302


def test_looking_whether_the_page_would_differ_reads_nothing(client: Client, lead: User) -> None:
    raised()
    client.force_login(lead)
    home = reverse("safeguarding_home")
    page = client.get(home).content.decode()
    before = AuditEvent.objects.count()
    watched = client.get(home, headers={"X-Watching": "1"})
    assert (watched.status_code, watched.content) == (204, b"")
    assert f'data-watch="{watched["X-Page-State"]}"' in page
    assert AuditEvent.objects.count() == before
    raised()
    assert client.get(home, headers={"X-Watching": "1"})["X-Page-State"] != watched["X-Page-State"]


def test_no_trail_no_page(client: Client, lead: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the disk is full")

    child = ChildFactory(known_as="Canary-child")
    concern = raised(children=[child])
    client.force_login(lead)
    monkeypatch.setattr(reading, "record", broken)
    step = reverse("safeguarding_step", args=[concern.pk, "note"])
    for address in [*own(concern), step, reverse("safeguarding_child", args=[child.pk])]:
        answer = client.get(address)
        assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store, private")
        text = answer.content.decode()
        assert WORDS not in text
        assert "Canary-child" not in text
        assert concern.reference not in text
        assert "999" in text


def test_what_shows_something_past_the_trail_is_an_error(rf: Any, lead: User) -> None:
    @reading.confidential()
    def forgetful(request: Any, user: Any, now: Any) -> Any:
        return reading.HttpResponse("canary")

    request = rf.get("/")
    request.user, request.session = lead, {}
    lead.last_login = timezone.now()
    with pytest.raises(TypeError):
        forgetful(request)


@pytest.mark.parametrize("keep_away", ["subject", "recused"])
@pytest.mark.parametrize("role", [Role.LEAD, Role.DEPUTY])
def test_for_its_subject_and_who_recused_themselves_a_concern_does_not_exist(
    client: Client, role: Role, keep_away: str
) -> None:
    person = UserFactory(roles=[role])
    child = ChildFactory()
    raised(words={"what_happened": "Another one"}, children=[child])
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        client.force_login(person)
        theirs = [reverse("safeguarding_child", args=[child.pk]), reverse("safeguarding_person", args=[person.pk])]
        addresses = [reverse("safeguarding_home"), reverse("safeguarding_search"), *theirs]
        without = [stripped(client.get(a)) for a in addresses]
        concern = raised(kind=Kind.STAFF, children=[child])
        if keep_away == "subject":
            ConcernPerson.objects.create(concern=concern, user=person, role=PersonRole.SUBJECT)
        else:
            Recusal.objects.create(concern=concern, user=person, at=now)
        assert [stripped(client.get(a)) for a in addresses] == without
        nowhere = client.get("/safeguarding/concerns/00000000-0000-0000-0000-000000000000/")
        found = client.get(reverse("safeguarding_concern", args=[concern.pk]))
        assert (found.status_code, stripped(found)) == (404, stripped(nowhere))
        searched = client.get(reverse("safeguarding_search"), {"words": concern.reference})
        assert "0 found" in searched.content.decode()


def stripped(answer: Any) -> str:
    """A page without the form's token, which is masked anew each time."""
    text = answer.content.decode()
    for piece in text.split('name="csrfmiddlewaretoken" value="')[1:]:
        text = text.replace(piece.split('"')[0], "")
    return text


def test_a_trustee_sees_what_is_about_the_lead_and_what_was_given(client: Client, lead: User, trustee: User) -> None:
    hidden, about_lead = raised(), raised(kind=Kind.LEAD)
    client.force_login(trustee)
    statuses = [client.get(reverse("safeguarding_concern", args=[c.pk])).status_code for c in (hidden, about_lead)]
    assert statuses == [404, 200]
    page = client.get(reverse("safeguarding_home")).content.decode()
    assert about_lead.reference in page
    assert hidden.reference not in page


def test_what_is_about_the_lead_exists_for_neither_lead_nor_deputy(client: Client, lead: User) -> None:
    concern = raised(kind=Kind.LEAD)
    for person in (lead, deputy_named()):
        client.force_login(person)
        assert client.get(reverse("safeguarding_concern", args=[concern.pk])).status_code == 404
        assert concern.reference not in client.get(reverse("safeguarding_home")).content.decode()


@pytest.mark.parametrize("minutes", [9, 11])
def test_clocks_that_stopped_are_said(client: Client, lead: User, minutes: int) -> None:
    now = timezone.now()
    Heartbeat.objects.create(name="safeguarding clocks", at=now - timedelta(minutes=minutes))
    client.force_login(lead)
    said = "The clocks are not being watched" in client.get(reverse("safeguarding_home")).content.decode()
    assert said == (minutes >= 10)


def test_mail_that_is_down_is_said(client: Client, lead: User) -> None:
    client.force_login(lead)
    assert "The mail worker has never run" in client.get(reverse("safeguarding_home")).content.decode()


def test_search_finds_by_what_is_not_secret_alone(client: Client, lead: User) -> None:
    concern = raised()
    raised()
    client.force_login(lead)
    for words, found in ((concern.reference, 1), (concern.reference.lower().replace("-", " "), 1), ("bruise", 0)):
        assert f"{found} found" in client.get(reverse("safeguarding_search"), {"words": words}).content.decode()
    for since, until in (("yesterday", "31/02/2026"), ("0001-01-01", "9999-12-31"), ("\x00", "=1+1")):
        typed = {"since": since, "until": until, "kind": "x", "page": "no", "words": "a\x00b"}
        wrong = client.get(reverse("safeguarding_search"), typed)
        assert wrong.status_code == 200


def test_nobody_keeps_a_copy_of_what_a_stranger_gets_either(client: Client, db: Any) -> None:
    answer = client.get(reverse("safeguarding_home"))
    assert (answer.status_code, answer["Cache-Control"]) == (302, "no-store, private")
