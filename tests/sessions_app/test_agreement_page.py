"""The agreement's page: reading it clause by clause, signing, coming back, and a copy to keep (F1-F6)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from families import agreeing, publishing
from families.models import Agreement, Signature
from sessions_app.invitations import join_token
from tests.factories import GuardianFactory, household
from tests.sessions_app.family_scenes import PASSCODE, invited
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

PAGE = reverse("portal_agreement")


@pytest.fixture
def guardian():
    return household(signed=False, first_name="Ada", last_name="Lovelace")[0][0]


@pytest.fixture
def at_home(client, guardian):
    client.force_login(guardian.user)
    return client


def typed(name="Ada Lovelace", **more):
    return {"typed_name": name, "text": agreeing.current_agreement().sha256, **more}


def test_easy_words_stand_beside_the_exact_ones_clause_by_clause(at_home):
    page = at_home.get(PAGE).content.decode()
    current = agreeing.current_agreement()
    parts = agreeing.points(current)
    assert len(parts) == 7
    assert (parts[3].easy, parts[3].exact) == (
        "Use kind and cheerful words in group sessions.",
        "use positive language during group sessions",
    )
    assert page.count('class="easy"') == 7
    assert page.index(parts[3].easy) < page.index(parts[3].exact) < page.index(parts[4].easy)


def test_texts_that_do_not_go_together_stand_side_by_side_as_a_whole():
    whole = agreeing.points(Agreement(text="One.\nTwo.", easy_text="All of it."))
    assert [(point.exact, point.easy) for point in whole] == [("One.\nTwo.", "All of it.")]


def test_signing_keeps_name_time_version_mark_and_device_but_no_address(at_home, guardian):
    device = {"User-Agent": "Phone 1\x07"}
    answer = at_home.post(PAGE, typed("  Ada\t Lovelace "), headers=device, REMOTE_ADDR="10.9.8.7")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    signature, current = guardian.signatures.get(), agreeing.current_agreement()
    assert (signature.typed_name, signature.device) == ("Ada Lovelace", "Phone 1")
    assert (signature.agreement, signature.sha256) == (current, current.sha256)
    assert "10.9.8.7" not in str(vars(signature))
    event = AuditEvent.objects.get(event="agreement.signed")
    assert "Lovelace" not in str(event.detail)
    assert "You have signed" in at_home.get(PAGE).content.decode()


def test_two_presses_are_one_signature(at_home, guardian):
    for name in ("Ada Lovelace", "A. Lovelace"):
        assert at_home.post(PAGE, typed(name)).status_code == 302
    assert guardian.signatures.get().typed_name == "Ada Lovelace"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("أدا", "أدا"),
        ("Ada 🎉", "Ada 🎉"),
        ("\u202eAda", "\u202eAda"),
        ("A\x00da", "A da"),
    ],
)
def test_names_of_all_kinds_are_taken(at_home, guardian, name, kept):
    assert at_home.post(PAGE, typed(name, sure=name)).status_code == 302
    assert guardian.signatures.get().typed_name == kept


def test_a_name_unlike_ours_is_asked_about_once_and_then_taken(at_home, guardian):
    asked = at_home.post(PAGE, typed("Mickey Mouse"))
    assert "We know you as Ada Lovelace. Is this your name too?" in asked.content.decode()
    assert not guardian.signatures.exists()
    # another name is another question
    assert at_home.post(PAGE, typed("Minnie Mouse", sure="Mickey Mouse")).status_code == 200
    sure = asked.context["form"]["sure"].value()
    assert at_home.post(PAGE, typed("Mickey Mouse", sure=sure)).status_code == 302
    assert guardian.signatures.get().typed_name == "Mickey Mouse"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Please type your name."),
        ("   ", "Please type your name."),
        ("\x00", "Please type your name."),
        ("🎉", "Please type your name."),
        ("x" * 1_000_000, "Please keep it under 160 letters."),
    ],
)
def test_what_is_no_name_is_said_plainly(at_home, name, said):
    answer = at_home.post(PAGE, typed(name))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Signature.objects.exists()


def test_a_text_that_changed_meanwhile_is_read_first_and_nothing_typed_is_lost(at_home, administrator):
    seen = typed()
    draft = agreeing.save_draft(Agreement(text="New.", easy_text="New."), by=administrator, now=timezone.now())
    publishing.publish(draft, by=administrator, now=timezone.now())
    answer = at_home.post(PAGE, seen)
    text = answer.content.decode()
    assert "We have just changed our agreement." in text
    assert 'value="Ada Lovelace"' in text
    assert not Signature.objects.exists()
    assert at_home.post(PAGE, typed()).status_code == 302


def test_a_new_version_says_that_they_signed_an_older_one(at_home, guardian, administrator):
    at_home.post(PAGE, typed())
    draft = agreeing.save_draft(Agreement(text="New.", easy_text="New."), by=administrator, now=timezone.now())
    publishing.publish(draft, by=administrator, now=timezone.now())
    assert "Our agreement has changed." in at_home.get(PAGE).content.decode()


def test_from_the_join_page_to_the_agreement_and_back_to_the_open_door(at_home, client, guardian):
    invitation = invited(guardian)
    door = reverse("join", args=[join_token(invitation)])
    page = client.get(door)
    shown = page.content.decode()
    leads = f"{PAGE}?back={invitation.pk}"
    assert "please sign our agreement" in shown
    assert leads in shown
    assert [secret for secret in (PASSCODE, "845 1234 5678", "Join in Zoom") if secret in shown] == []
    assert client.post(door)["Location"] == door
    assert at_home.post(leads, typed())["Location"] == door
    assert "Join in Zoom" in client.get(door).content.decode()
    assert list(invitation.uses.order_by("pk").values_list("outcome", flat=True))[:2] == ["unsigned", "unsigned"]


@pytest.mark.parametrize("page", ["portal", "portal_sessions", "portal_session"])
def test_the_portals_pages_keep_the_way_in_back_too(at_home, guardian, page):
    invitation = invited(guardian)
    address = reverse(page, args=[invitation.pk] if page == "portal_session" else [])
    shown = at_home.get(address).content.decode()
    assert [secret for secret in (PASSCODE, "845 1234 5678", "Join in Zoom") if secret in shown] == []
    assert (f"{PAGE}?back={invitation.pk}" in shown) == (page != "portal_sessions")


@pytest.mark.parametrize("back", ["other", "nonsense", "\x00", "https://evil.example/"])
def test_the_way_back_is_an_own_one_or_none(at_home, back):
    stranger = household()[0][0]
    wanted = str(invited(stranger).pk) if back == "other" else back
    answer = at_home.post(f"{PAGE}?back={wanted}", typed())
    assert answer["Location"] == PAGE


def test_the_copy_is_for_who_signed_that_version(at_home, guardian, client):
    copy = reverse("portal_agreement_copy", args=[1])
    assert at_home.get(copy).status_code == 404
    at_home.post(PAGE, typed("Ada Canary Lovelace"))
    shown = at_home.get(copy).content.decode()
    assert "Ada Canary Lovelace" in shown
    assert agreeing.current_agreement().sha256 in shown
    client.force_login(GuardianFactory().user)
    assert "Ada Canary Lovelace" not in client.get(copy).content.decode()
    assert "Ada Canary Lovelace" not in client.get(PAGE).content.decode()


def test_nobody_keeps_a_copy_of_the_page(at_home):
    assert at_home.get(PAGE)["Cache-Control"] == "no-store, private"


def test_home_asks_to_sign_where_no_way_in_says_it(at_home, guardian):
    assert "Please read our agreement and sign it." in at_home.get(reverse("portal")).content.decode()
    invited(guardian)
    assert "Please read our agreement and sign it." not in at_home.get(reverse("portal")).content.decode()
    at_home.post(PAGE, typed())
    assert "agreement" not in at_home.get(reverse("portal")).content.decode().split("<main")[1].split("</main")[0]
