"""A link of a mail, opened while somebody else is signed in: not a fact, and nothing happens (F7, W8)."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from families.models import Child, Guardian, HelpRequest
from sessions_app import booking, family_feed
from sessions_app.invitations import join_token
from sessions_app.models import Booking, FamilyAnswer, JoinUse
from sessions_app.offer_links import place_token
from tests.factories import GuardianshipFactory, household, tomorrow_at
from tests.sessions_app.family_scenes import PASSCODE, invited
from tests.sessions_app.offer_scenes import a_place, full_session, offers_of
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

# Each address with a token that is no guardian's, and whose it is.
NOT_GUARDIANS = {"rota_feed": "a member of staff's"}
BY_LINK = {"join", "join_answer", "join_help", "join_pictures", "join_pictures_pdf", "place", "family_feed"}
NEUTRAL = "This link belongs to somebody else"


@pytest.fixture
def hers(coordinator: Any) -> tuple[Guardian, Child, dict[str, str]]:
    """Every page behind a link of one mother's; her child has a place in one session and is offered another."""
    now = timezone.now()
    session, (kid, _next) = full_session(coordinator, starts_at=tomorrow_at(16) + timedelta(days=3), now=now)
    booking.withdraw(a_place(session).pk, by=coordinator, now=now)
    (offer,) = offers_of(session)
    mother = kid.guardianships.get().guardian
    token, calendar = join_token(invited(mother)), family_feed.new_address(mother, by=mother.user, now=now)
    addresses = {name: reverse(name, args=[token]) for name in BY_LINK if name.startswith("join")}
    addresses["place"] = reverse("place", args=[place_token(offer.pk, mother.pk)])
    addresses["family_feed"] = "/" + family_feed.feed_url(calendar).split("/", 3)[3]
    return mother, kid, addresses


@pytest.fixture
def father(hers: Any) -> Guardian:
    """Whom a court order keeps away from the child."""
    _mother, kid, _addresses = hers
    (father,), _kids = household()
    review_on = timezone.localdate() + timedelta(days=90)
    GuardianshipFactory(guardian=father, child=kid, restricted=True, restriction_review_on=review_on)
    return father


def test_every_address_with_a_token_is_guarded():
    patterns = [entry for resolver in get_resolver().url_patterns for entry in getattr(resolver, "url_patterns", [])]
    tokened = {entry.name: entry.callback for entry in patterns if ":token>" in str(entry.pattern)}
    guarded = {name for name, view in tokened.items() if getattr(view, "opens_by_link", False)}
    assert (guarded, set(tokened) - guarded) == (BY_LINK, set(NOT_GUARDIANS))


def what_happened() -> dict[str, Any]:
    """All that pressing something on these pages leaves behind."""
    return {
        "places": list(Booking.objects.order_by("pk").values_list("pk", "state")),
        "answers": FamilyAnswer.objects.count(),
        "uses": JoinUse.objects.count(),
        "help": HelpRequest.objects.count(),
        "trail": AuditEvent.objects.count(),
    }


@pytest.mark.parametrize("who", ["father", "stranger", "coordinator", "administrator"])
def test_who_else_is_signed_in_learns_nothing_and_does_nothing(who, request, client, hers, father):
    mother, kid, addresses = hers
    user = household()[0][0].user if who == "stranger" else request.getfixturevalue(who)
    client.force_login(getattr(user, "user", user))
    facts = [kid.known_as, kid.last_name, mother.first_name, PASSCODE, "Drums", "Hello song", "Zoom"]
    presses = {"answer": "take", "place": booking_of_hers(kid), "reason": "canary"}
    for name, address in addresses.items():
        before = what_happened()
        for answer in (client.get(address), client.post(address, presses)):
            page = answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
            assert (name, answer.status_code, NEUTRAL in page) == (name, 403, True)
            assert [fact for fact in facts if fact in page] == []
        assert (name, what_happened()) == (name, before)


def booking_of_hers(kid: Child) -> Any:
    return Booking.objects.filter(child=kid, state="invited").first().pk  # type: ignore[union-attr]


def test_signed_out_and_as_oneself_it_works_as_before(client, hers):
    mother, kid, addresses = hers
    for _ in range(2):
        for name in ("join", "place", "join_pictures", "join_pictures_pdf", "family_feed"):
            answer = client.get(addresses[name])
            assert (name, answer.status_code) == (name, 200)
        client.force_login(mother.user)
    client.post(addresses["place"], {"answer": "take"})
    assert sorted(Booking.objects.filter(child=kid).values_list("state", flat=True)) == ["coming", "invited"]


def test_signing_out_there_leads_on_to_the_link(client, hers, father):
    _mother, _kid, addresses = hers
    client.force_login(father.user)
    page = client.get(addresses["place"]).content.decode()
    assert f'name="next" value="{addresses["place"]}"' in page
    answer = client.post(reverse("account_logout"), {"next": addresses["place"]}, follow=True)
    assert answer.redirect_chain[-1][0] == addresses["place"]
    assert "Yes, we take it" in answer.content.decode()
