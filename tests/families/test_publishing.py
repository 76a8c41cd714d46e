"""Publishing a version of the agreement: frozen, asked for by mail once, and refused where it asks for secrets (N1)."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from families import agreeing, publishing
from families.models import Agreement, Guardianship
from tests.factories import GuardianFactory, household
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.catalogue import NotWanted, Wanted
from whippersnappers.outbox.models import OutgoingMail

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(administrator):
    return agreeing.save_draft(Agreement(text="Be kind.", easy_text="Be kind."), by=administrator, now=NOW)


def test_everybody_who_is_invited_is_asked_once(administrator, draft):
    (ada, bob), _ = household(guardians=2)
    household(email="")
    household(email_problem="550 unknown")
    GuardianFactory()  # stands for no child
    (away,), _ = household()
    Guardianship.objects.filter(guardian=away).update(restricted=True, restriction_review_on=NOW.date())
    assert publishing.publish(draft, by=administrator, now=NOW) == 2
    with pytest.raises(ValidationError, match="Add a new version"):
        publishing.publish(draft, by=administrator, now=NOW)
    keys = set(OutgoingMail.objects.values_list("key", flat=True))
    assert keys == {f"agreement_to_sign:2:{guardian.pk}" for guardian in (ada, bob)}


def verdict(mail):
    return catalogue.kind_of(mail.kind).check(mail, NOW)


def test_the_mail_goes_only_while_there_is_something_to_sign(administrator, draft):
    (ada,), _ = household()
    publishing.publish(draft, by=administrator, now=NOW)
    mail = OutgoingMail.objects.get()
    assert verdict(mail) == Wanted(to=ada.email)
    Guardianship.objects.filter(guardian=ada).update(restricted=True, restriction_review_on=NOW.date())
    assert isinstance(verdict(mail), NotWanted)
    Guardianship.objects.filter(guardian=ada).update(restricted=False)
    agreeing.sign(ada, draft, typed_name="Ada", by=ada.user, now=NOW)
    assert verdict(mail) == NotWanted("they have signed")


def test_a_newer_version_makes_the_older_mail_needless(administrator, draft):
    household()
    publishing.publish(draft, by=administrator, now=NOW)
    mail = OutgoingMail.objects.get()
    newer = agreeing.save_draft(Agreement(text="Be kinder.", easy_text="Be kinder."), by=administrator, now=NOW)
    publishing.publish(newer, by=administrator, now=NOW)
    assert verdict(mail) == NotWanted("there is a newer version")


@pytest.mark.parametrize("signed", [True, False])
def test_the_mail_leads_to_the_page_and_knows_who_signed_before(administrator, draft, signed):
    household(signed=signed)
    publishing.publish(draft, by=administrator, now=NOW)
    rendered = catalogue.kind_of("agreement_to_sign").render(OutgoingMail.objects.get(), NOW)
    for words in (rendered.text, rendered.html):
        assert "/portal/agreement/" in words
        assert ("has changed" in words) == signed
    assert rendered.subject == "Please sign our agreement"


@pytest.mark.parametrize("field", ["text", "easy_text"])
def test_an_agreement_never_asks_for_a_password(client, administrator, field):
    words = {"text": "Be kind.", "easy_text": "Be kind.", field: "Please send us your password."}
    with pytest.raises(ValidationError, match="N1"):
        agreeing.save_draft(Agreement(**words), by=administrator, now=NOW)
    client.force_login(administrator)
    answer = client.post(reverse("admin:families_agreement_add"), words)
    assert "We never ask families for passwords" in answer.content.decode()
    assert Agreement.objects.count() == 1


def test_pressing_publish_twice_does_no_harm(client, administrator, draft):
    client.force_login(administrator)
    page = reverse("admin:families_agreement_publish", args=[draft.pk])
    for _ in range(2):
        assert client.post(page).status_code == 302
    draft.refresh_from_db()
    assert draft.published_at is not None
