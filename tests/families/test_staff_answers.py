"""The staff pages on which families' changes and requests about data are answered."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families import asking_about_data, confirming_details, registering
from families.models import DataRequest, DetailsConfirmed, Proposal
from families.proposing import propose_address
from tests.factories import ChildFactory, household
from tests.families.portal_scenes import parents, proposed
from whippersnappers import dates

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, coordinator):
    client.force_login(coordinator)
    return client


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode().split("</aside>")[-1]).split())


def page_of(proposal):
    return reverse("admin:families_proposal_change", args=[proposal.pk])


def press(office, proposal, decision, **fields):
    seen = office.get(page_of(proposal)).context["form"]["seen"].value()
    return office.post(page_of(proposal), {"decision": decision, "seen": seen, "reason": "", **fields}, follow=True)


def test_old_beside_new_then_accepted_and_the_way_to_the_next(office):
    (guardian,), (child,) = household()
    child.likes = "Trains"
    child.save()
    first, second = proposed(guardian, child, likes="Boats"), proposed(guardian, child, what_helps="Songs")
    page = text_of(office.get(page_of(first)))
    assert re.search("What we hold now Trains What they wrote Boats", page)
    answer = press(office, first, "accept")
    # A second press meets what became of the first, never the next family's change.
    assert answer.redirect_chain[-1][0] == page_of(first)
    assert answer.context["next_page"] == page_of(second)
    assert "Accept" not in [b.strip() for b in re.findall("<button[^>]*>([^<]*)", answer.content.decode())]
    child.refresh_from_db()
    assert child.likes == "Boats"


def test_a_change_of_staff_meanwhile_is_shown_before_it_is_replaced(office, coordinator):
    (guardian,), (child,) = household()
    made = proposed(guardian, child, likes="Boats")
    seen = office.get(page_of(made)).context["form"]["seen"].value()
    child.likes = "Horses"
    registering.save_child(child, by=coordinator, now=timezone.now())
    answer = office.post(page_of(made), {"decision": "accept", "seen": seen, "reason": "My half-written reason"})
    assert "Look again before you decide" in text_of(answer)
    assert "Replace what we hold" in text_of(answer)
    assert answer.context["form"]["reason"].value() == "My half-written reason"
    child.refresh_from_db()
    assert child.likes == "Horses"
    again = answer.context["form"]["seen"].value()
    office.post(page_of(made), {"decision": "accept", "seen": again, "reason": ""})
    child.refresh_from_db()
    assert child.likes == "Boats"


def test_a_refusal_needs_a_reason_and_a_second_press_says_so(office):
    made = proposed(*(people[0] for people in household()), likes="Boats")
    assert "Say why. The family reads it." in text_of(press(office, made, "decline"))
    press(office, made, "decline", reason="No boats")
    answer = office.post(page_of(made), {"decision": "accept", "seen": "", "reason": ""})
    assert "answered or taken back already" in text_of(answer)
    assert Proposal.objects.get().state == "declined"


def test_two_parents_about_the_same_thing_are_shown_to_staff(office):
    parents()
    page = text_of(office.get(page_of(Proposal.objects.first())))
    assert "About the same thing" in page


def test_an_address_is_accepted_after_a_call(office):
    (guardian,), _ = household(phone="07700 900123")
    made = propose_address(guardian, "new@example.org", by=guardian.user, now=timezone.now())
    assert "Ring 07700 900123" in text_of(office.get(page_of(made)))


def test_a_number_given_on_the_portal_is_not_the_one_to_ring(office):
    (guardian,), _ = household(phone="07700 900123")
    guardian.phone = "07700 900666"
    registering.save_guardian(guardian, by=guardian.user, now=timezone.now())
    made = propose_address(guardian, "new@example.org", by=guardian.user, now=timezone.now())
    page = text_of(office.get(page_of(made)))
    assert "The number 07700 900666 was given on the portal" in page
    assert "Ring 07700 900123" in page


def request_of(guardian, kind="deletion", days_ago=0):
    now = timezone.now() - timedelta(days=days_ago)
    return asking_about_data.ask(guardian, kind, "Please", press=uuid.uuid4(), by=guardian.user, now=now)


def test_a_request_is_extended_and_answered_with_reasons(office):
    (guardian,), _ = household()
    made = request_of(guardian)
    page = reverse("admin:families_datarequest_change", args=[made.pk])
    assert "Deletion is not absolute" in text_of(office.get(page))
    assert "Say why it takes longer" in text_of(office.post(page, {"step": "extend", "extension_reason": ""}))
    office.post(page, {"step": "extend", "extension_reason": "Ten years"})
    answer = office.post(page, {"step": "answer", "outcome": "", "reason": "We keep the records"})
    assert "Say what was done." in text_of(answer)
    assert answer.context["answer"]["reason"].value() == "We keep the records"
    office.post(page, {"step": "answer", "outcome": "partly", "reason": "We keep the records"})
    made.refresh_from_db()
    assert (made.outcome, made.reason, made.extension_reason) == ("partly", "We keep the records", "Ten years")
    assert "An answer is not rewritten" in text_of(
        office.post(page, {"step": "answer", "outcome": "done", "reason": "x"})
    )


def test_the_list_says_how_long_is_left(office):
    for days in (0, 29, 40):
        request_of(household()[0][0], days_ago=days)
    page = text_of(office.get(reverse("admin:families_datarequest_changelist")))
    assert re.search(r"\d+ days? late", page)
    assert re.search(r"days left", page)


def test_both_wait_on_the_home_page_and_in_the_navigation(office):
    (guardian,), (child,) = household()
    proposed(guardian, child, likes="Boats")
    request_of(guardian)
    response = office.get(reverse("admin:index"))
    page = response.content.decode()
    assert re.search(r"Changes from families.{0,900}?>\s*1\s*<", page, re.S)
    assert re.search(r"Requests about data.{0,900}?>\s*1\s*<", page, re.S)
    assert page_of(Proposal.objects.get()) in page
    words = text_of(response)
    assert re.search(rf"{child} ?: likes From {guardian}\.", words)
    assert re.search(rf"{guardian} ?: [a-z ]+ \d+ days left\.", words)


def test_who_has_not_confirmed_this_term_is_a_filter(office):
    (guardian,), (child,) = household()
    other = ChildFactory(known_as="Zed")
    confirming_details.confirm_details(child, guardian, by=guardian.user, now=timezone.now())
    longest_ago = timezone.localdate() - timedelta(days=400)
    DetailsConfirmed.objects.create(child=other, guardian=guardian, on=longest_ago)
    address = reverse("admin:families_child_changelist")
    found = {
        value: {str(row) for row in office.get(address, {"confirmed": value}).context["cl"].queryset}
        for value in ("yes", "no")
    }
    assert found == {"yes": {str(child)}, "no": {str(other)}}
    page = text_of(office.get(reverse("admin:families_child_change", args=[child.pk])))
    assert f"{guardian}, {dates.full_day(timezone.localdate())}" in page


@pytest.mark.parametrize(("model", "number"), [("proposal", 6), ("datarequest", 6)])
def test_the_lists_cost_the_same_for_one_and_for_thirty(office, model, number):
    counts = []
    for rows in (1, 29):
        for _ in range(rows):
            (guardian,), (child,) = household()
            proposed(guardian, child, likes="Boats")
            request_of(guardian)
        with CaptureQueriesContext(connection) as asked:
            office.get(reverse(f"admin:families_{model}_changelist"))
        counts.append(len(asked))
    assert counts == [number, number]
    assert DataRequest.objects.count() == 30
