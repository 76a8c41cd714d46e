"""Easy read: one press, remembered for the person, on every families' page, and nothing but a press changes it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from families.models import Guardian
from sessions_app.invitations import join_token
from tests.factories import household
from tests.sessions_app.family_scenes import invited
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

SWITCH = "/portal/easy-read/"
EASY = '<html lang="en-GB" class="easy"'


@pytest.fixture
def guardian() -> Guardian:
    return household()[0][0]


@pytest.fixture
def at_home(client: Client, guardian: Guardian) -> Client:
    client.force_login(guardian.user)  # type: ignore[arg-type]
    return client


def is_easy(client: Client, page: str) -> bool:
    return EASY in client.get(page).content.decode()


def test_a_press_turns_it_on_and_another_off(at_home, guardian):
    assert is_easy(at_home, "/portal/") is False
    answer = at_home.post(SWITCH, {"layout": "easy", "next": "/portal/?a=b"})
    assert (answer.status_code, answer["Location"]) == (302, "/portal/?a=b")
    assert is_easy(at_home, "/portal/") is True
    at_home.post(SWITCH, {"layout": "usual"})
    assert is_easy(at_home, "/portal/") is False


def test_a_double_press_changes_it_once(at_home, guardian):
    for _ in range(2):
        at_home.post(SWITCH, {"layout": "easy"})
    assert Guardian.objects.get().easy_read is True
    assert list(AuditEvent.objects.filter(event="guardian.changed").values_list("detail", flat=True)) == [
        {"fields": ["easy_read"]}
    ]


def test_looking_at_the_address_changes_nothing(at_home):
    assert at_home.get(SWITCH)["Location"] == "/portal/"
    assert Guardian.objects.get().easy_read is False


@pytest.mark.parametrize(
    "address", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:x", "", "\0"]
)
def test_it_leads_to_our_own_pages_only(at_home, address):
    assert at_home.post(SWITCH, {"layout": "easy", "next": address})["Location"] == "/portal/"


def test_a_link_in_a_mail_is_drawn_as_its_guardian_reads(client, guardian):
    page = f"/join/{join_token(invited(guardian, starts_in=timedelta(days=1)))}/"
    assert is_easy(client, page) is False
    Guardian.objects.update(easy_read=True)
    assert is_easy(client, page) is True


def test_what_is_chosen_on_a_device_goes_before_how_a_links_guardian_reads(client, guardian):
    Guardian.objects.update(easy_read=True)
    page = f"/join/{join_token(invited(guardian, starts_in=timedelta(days=1)))}/"
    client.post(SWITCH, {"layout": "usual", "next": page})
    assert is_easy(client, page) is False
    assert Guardian.objects.get().easy_read is True


@pytest.mark.parametrize("page", ["/", "/accounts/login/code/", "/worried/", "/portal/zoom/", "/no-such-page/"])
def test_who_is_not_signed_in_chooses_for_the_device(client, page):
    assert is_easy(client, page) is False
    assert 'name="layout" value="easy"' in client.get(page).content.decode()
    answer = client.post(SWITCH, {"layout": "easy", "next": page})
    assert (answer.status_code, answer["Location"]) == (302, page)
    kept = client.cookies["layout"]
    assert (kept.value, kept["max-age"], kept["httponly"], kept["samesite"]) == ("easy", 365 * 86400, True, "Lax")
    assert is_easy(client, page) is True
    client.post(SWITCH, {"layout": "usual", "next": page})
    assert is_easy(client, page) is False


def test_a_device_is_told_only_of_a_press(client):
    client.cookies["layout"] = "<nonsense>"
    assert is_easy(client, "/") is False
    assert client.get("/").cookies.get("layout") is None


def test_who_is_signed_in_reads_as_they_like_on_every_device(client, guardian):
    client.post(SWITCH, {"layout": "easy"})
    client.force_login(guardian.user)
    assert is_easy(client, "/portal/") is False
    # Another device, where nobody pressed anything.
    Guardian.objects.update(easy_read=True)
    other = Client()
    other.force_login(guardian.user)
    assert (is_easy(other, "/portal/"), is_easy(other, "/")) == (True, True)


def test_the_door_reads_after_signing_out_as_its_reader_likes(at_home):
    at_home.post(SWITCH, {"layout": "easy"})
    at_home.post("/accounts/logout/")
    assert is_easy(at_home, "/accounts/login/code/") is True
    # Leaving it is one parent's wish: the device then knows of nothing.
    at_home.force_login(Guardian.objects.get().user)
    at_home.post(SWITCH, {"layout": "usual"})
    assert at_home.cookies["layout"]["max-age"] == 0


def test_staff_have_nothing_to_choose(client, coordinator):
    client.cookies["layout"] = "easy"
    client.force_login(coordinator)
    assert is_easy(client, "/") is False
    assert 'name="layout"' not in client.get("/").content.decode()


def test_who_is_signed_in_reads_as_they_like(at_home, guardian):
    (other,) = household(last_name="Other")[0]
    Guardian.objects.filter(pk=other.pk).update(easy_read=True)
    page = f"/join/{join_token(invited(other))}/"
    assert is_easy(at_home, page) is False
    assert SWITCH in at_home.get(page).content.decode()


def test_each_sentence_has_its_line(at_home):
    assert '<span class="next">' not in at_home.get("/portal/").content.decode()
    Guardian.objects.update(easy_read=True)
    words = at_home.get("/portal/").content.decode()
    assert 'Were you expecting one?<span class="next"> </span>Ask us:' in words


def test_the_layout_costs_no_query(at_home):
    counts = []
    for easy in (False, True):
        Guardian.objects.update(easy_read=easy)
        with CaptureQueriesContext(connection) as queries:
            at_home.get("/portal/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_place_where_somebody_is_is_marked(at_home, guardian):
    assert '<a href="/portal/" aria-current="page">' in at_home.get("/portal/").content.decode()
    joining = at_home.get(f"/join/{join_token(invited(guardian))}/").content.decode()
    assert '<a href="/portal/" aria-current="true">' in joining
    assert "aria-current" not in at_home.get("/no-such-page/").content.decode()


def test_staff_and_strangers_see_no_families_frame(client, coordinator):
    assert 'class="places"' not in client.get("/join/nonsense/").content.decode()
    client.force_login(coordinator)
    assert 'class="places"' not in client.get("/no-such-page/").content.decode()


@pytest.mark.parametrize("layout", ["easy", "usual"])
def test_who_presses_it_while_signing_in_has_chosen_for_themselves(client, guardian, layout):
    Guardian.objects.update(easy_read=layout == "usual")
    client.post("/accounts/login/code/", {"layout": layout})
    client.post("/accounts/login/code/", {"email": guardian.email})
    code = OutgoingMail.objects.get(kind="sign_in_code").secret
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert is_easy(client, "/portal/") is (layout == "easy")
    assert Guardian.objects.get().easy_read is (layout == "easy")
    # It is told once: what they choose later stays.
    client.post(SWITCH, {"layout": "usual" if layout == "easy" else "easy"})
    assert is_easy(client, "/portal/") is (layout != "easy")
