"""Staff's side of the agreement: who has signed, a signature on paper, letting a family in once (F1-F6)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from families import agreeing
from sessions_app.models import Invitation, LetIn
from tests.factories import GuardianFactory, household, tomorrow_at
from tests.sessions_app.family_scenes import PASSCODE, invited
from tests.sessions_app.mail_scenes import family, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client, coordinator):
    """A confirmed session tomorrow, and Ada who has not signed."""
    guardian, kid = family(signed=False)
    now = timezone.now()
    session = planned(coordinator, children=[kid], now=now, start=tomorrow_at(16))
    client.force_login(coordinator)
    return client, guardian, session


def read(client, name, *args):
    return client.get(reverse(f"admin:{name}", args=args)).content.decode()


def test_the_session_says_who_has_not_signed_and_leads_to_letting_them_in(scene):
    client, guardian, session = scene
    page = read(client, "sessions_app_session_change", session.pk)
    assert f"{guardian} has not signed our agreement, and cannot join until they do." in page.replace("&#x27;", "'")
    let_in = reverse("admin:sessions_app_session_let_in", args=[session.pk, guardian.pk])
    assert let_in in page
    assert "Say why they may come in" in client.post(let_in, {"reason": ""}).content.decode()
    assert not LetIn.objects.exists()
    assert client.post(let_in, {"reason": "Lost her phone"}).status_code == 302
    assert client.post(let_in, {"reason": "Lost her phone"}).status_code == 200
    assert LetIn.objects.get().reason == "Lost her phone"
    page = read(client, "sessions_app_session_change", session.pk)
    assert "Let in once" in page
    assert "cannot join" not in page


def test_the_list_of_ways_in_finds_those_kept_back(scene):
    client, guardian, session = scene
    invited(household()[0][0])
    way = Invitation.objects.get(session=session)
    rows = reverse("admin:sessions_app_invitation_changelist")
    assert client.get(rows).content.decode().count("field-status") == 2
    kept_back = client.get(f"{rows}?agreement=missing").content.decode()
    assert kept_back.count("field-status") == 1
    assert "Not signed" in kept_back
    assert reverse("admin:paper_signature", args=[guardian.pk]) in read(
        client, "sessions_app_invitation_change", way.pk
    )
    LetIn.objects.create(session=session, guardian=guardian, reason="Why not", by=way.guardian.user, at=timezone.now())
    assert "Why not" in read(client, "sessions_app_invitation_change", way.pk)
    assert client.get(f"{rows}?agreement=let_in").content.decode().count("field-status") == 1


def test_a_signature_on_paper_is_noted_from_the_guardians_page(scene, coordinator):
    client, guardian, _session = scene
    page = read(client, "families_guardian_change", guardian.pk)
    paper = reverse("admin:paper_signature", args=[guardian.pk])
    assert paper in page
    tomorrow = timezone.localdate() + timedelta(days=1)
    refused = client.post(paper, {"typed_name": "Ada O’Neill", "paper_date": f"{tomorrow:%d/%m/%Y}"})
    assert "This day is still to come" in refused.content.decode()
    assert "Which name stands on the paper?" in client.post(paper, {"paper_date": "x"}).content.decode()
    today = timezone.localdate()
    for status in (302, 302):
        data = {"typed_name": "Ada O’Neill", "paper_date": f"{today:%d/%m/%Y}"}
        assert client.post(paper, data).status_code == status
    signature = guardian.signatures.get()
    assert (signature.kind, signature.seen_by, signature.paper_date) == ("paper", coordinator, today)
    page = read(client, "families_guardian_change", guardian.pk)
    assert f"seen by {coordinator}" in page
    assert "has signed version 1 already" in client.get(paper).content.decode()


def test_only_who_keeps_the_families_notes_paper(client, practitioner, administrator):
    guardian = GuardianFactory(signed=False)
    for person in (practitioner, administrator):
        client.force_login(person)
        assert client.post(reverse("admin:paper_signature", args=[guardian.pk]), {}).status_code == 403


def test_the_lists_show_and_filter_who_has_signed(scene):
    client, guardian, _session = scene
    other = household()[0][0]
    rows = reverse("admin:families_guardian_changelist")
    for answer, there, gone in (("no", guardian, other), ("yes", other, guardian)):
        page = client.get(f"{rows}?agreement={answer}").content.decode()
        assert there.email in page
        assert gone.email not in page
    assert "Agreement not signed" in read(client, "families_family_change", guardian.family_id)
    assert "Agreement not signed" not in read(client, "families_family_change", other.family_id)


def test_the_list_shows_the_name_that_was_signed_with_and_whether_it_is_unlike_ours(client, coordinator):
    current = agreeing.current_agreement()
    own, other = (
        GuardianFactory(first_name="Robin", last_name=last, signed=False, email=f"{last}@example.com")
        for last in ("Green", "Brown")
    )
    for guardian, name in ((own, "robin  greene"), (other, "Mark <b>Brown</b>")):
        agreeing.sign(guardian, current, typed_name=name, by=guardian.user, now=timezone.now())
    client.force_login(coordinator)
    rows = reverse("admin:families_guardian_changelist")
    page = client.get(rows).content.decode()
    assert '“<span dir="auto">robin greene</span>”' in page
    assert "Mark &lt;b&gt;Brown&lt;/b&gt;" in page
    assert page.count("Unlike our name") == 1
    unlike = client.get(f"{rows}?agreement=unlike").content.decode()
    assert (other.email in unlike, own.email in unlike) == (True, False)
    assert "This is unlike the name that we hold." in read(client, "families_guardian_change", other.pk)
    export = reverse("admin:list_export", args=["families.guardian"])
    file = b"".join(client.post(export, {"format": "csv"}).streaming_content).decode()
    assert (file.count("Signed, unlike our name"), "Mark" in file, "robin  greene" in file) == (1, False, False)


def test_the_guardians_page_shows_the_evidence(client, coordinator):
    guardian = GuardianFactory(signed=False)
    evidence = agreeing.Evidence("Phone 7", "code", timezone.now())
    current = agreeing.current_agreement()
    agreeing.sign(guardian, current, typed_name="Ada", evidence=evidence, by=guardian.user, now=timezone.now())
    client.force_login(coordinator)
    page = read(client, "families_guardian_change", guardian.pk)
    assert [shown for shown in ("Phone 7", "by code", current.sha256) if shown not in page] == []


def test_a_call_gives_no_way_in_to_who_has_not_signed(client, coordinator):
    guardian, kid = family(email="", phone="07700 900123", signed=False)
    now = timezone.now()
    session = planned(coordinator, children=[kid], now=now, start=tomorrow_at(16))
    client.force_login(coordinator)
    call = session.phone_tasks.get()
    page = read(client, "sessions_app_phonetask_change", call.pk)
    assert "Not signed yet." in page
    assert PASSCODE not in page
    current = agreeing.current_agreement()
    agreeing.record_paper(
        guardian, current, name="Ada", paper_date=timezone.localdate(), by=coordinator, now=timezone.now()
    )
    assert PASSCODE in read(client, "sessions_app_phonetask_change", call.pk)
