"""Linked concerns: with a reason, added to and never taken away, and without a trace for whom one does not exist."""

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import InternalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding import linking
from safeguarding.models import Concern, ConcernLink, ConcernPerson, Recusal
from safeguarding.vocabulary import Kind, PersonRole
from tests.factories import ChildFactory
from tests.safeguarding.scenes import REASON, deputy_named, raised
from tests.safeguarding.test_reading import stripped
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def link(one: Concern, other: Concern, by: User, reason: str = REASON) -> ConcernLink:
    return linking.link(one.pk, other.reference, reason=reason, by=by, now=timezone.now())


def page_of(client: Client, concern: Concern) -> str:
    return client.get(reverse("safeguarding_concern", args=[concern.pk])).content.decode()


def test_a_link_shows_on_both_and_parting_adds_to_it(client: Client, lead: User) -> None:
    child = ChildFactory()
    one, other, third = raised(children=[child]), raised(children=[child]), raised()
    client.force_login(lead)
    step = reverse("safeguarding_step", args=[one.pk, "link"])
    form = client.get(step).content.decode()
    assert (other.reference in form, third.reference in form) == (True, False)
    client.post(step, {"likely": other.reference, "reason": REASON})
    for seen, linked in ((one, other), (other, one)):
        assert linked.reference in page_of(client, seen)
        assert REASON in page_of(client, seen)
    assert other.reference not in client.get(step).content.decode()
    parting = reverse("safeguarding_part", args=[other.pk, one.pk])
    assert "Say why" in client.post(parting, {"reason": " "}).content.decode()
    client.post(parting, {"reason": "Another child of that name"})
    page = page_of(client, one)
    assert "None now." in page
    assert REASON in page
    assert "Another child of that name" in page
    events = AuditEvent.objects.filter(event__in=["concern.linked", "concern.parted"]).order_by("sequence")
    assert [(e.event, e.target_id, e.detail["other"]) for e in events] == [
        ("concern.linked", str(one.pk), str(other.pk)),
        ("concern.parted", str(other.pk), str(one.pk)),
    ]
    # Once more: the third row of the pair.
    link(one, other, lead)
    assert [row.number for row in linking.linked_now(linking.links(one, lead))] == [3]


def test_what_cannot_be_linked_is_refused_beside_its_field(client: Client, lead: User) -> None:
    one, other, hidden = raised(), raised(), raised(kind=Kind.LEAD)
    for reference, reason, field in (
        (other.reference, "  ", "reason"),
        (one.reference, REASON, "reference"),
        (hidden.reference, REASON, "reference"),
        ("WS-2222-2222", REASON, "reference"),
        ("=cmd()\x00", REASON, "reference"),
    ):
        with pytest.raises(ValidationError) as refused:
            linking.link(one.pk, reference, reason=reason, by=lead, now=timezone.now())
        assert list(refused.value.message_dict) == [field]
    link(one, other, lead)
    with pytest.raises(ValidationError, match="linked already"):
        link(other, one, lead)
    client.force_login(lead)
    answer = client.post(reverse("safeguarding_step", args=[one.pk, "link"]), {"reason": REASON})
    assert "Say which concern it belongs to." in answer.content.decode()
    assert ConcernLink.objects.count() == 1


@pytest.mark.parametrize("keep_away", ["subject", "recused", "about them"])
def test_for_whom_one_of_the_two_does_not_exist_there_is_no_link(client: Client, lead: User, keep_away: str) -> None:
    deputy, somebody = deputy_named(), deputy_named("Ana Bell")
    child = ChildFactory()
    seen, hidden = raised(children=[child]), raised(children=[child])
    if keep_away == "subject":
        ConcernPerson.objects.create(concern=hidden, user=deputy, role=PersonRole.SUBJECT)
    elif keep_away == "recused":
        Recusal.objects.create(concern=hidden, user=deputy, at=timezone.now())
    else:
        Concern.objects.filter(pk=hidden.pk).update(kind=Kind.LEAD)
        hidden.assignments.create(user=somebody, at=timezone.now())
    addresses = [
        reverse("safeguarding_concern", args=[seen.pk]),
        reverse("safeguarding_step", args=[seen.pk, "link"]),
        reverse("safeguarding_child", args=[child.pk]),
    ]
    with time_machine.travel(timezone.now(), tick=False):
        client.force_login(deputy)
        without = [pages(client, address) for address in addresses]
        link(seen, hidden, somebody if keep_away == "about them" else lead)
        assert [pages(client, address) for address in addresses] == without
        # Nor is it offered, though it names the same child.
        assert [address for address, page in zip(addresses, without, strict=True) if hidden.reference in page] == []
        nowhere = client.get(reverse("safeguarding_part", args=[seen.pk, "00000000-0000-0000-0000-000000000000"]))
        parting = client.get(reverse("safeguarding_part", args=[seen.pk, hidden.pk]))
        assert (parting.status_code, stripped(parting)) == (404, stripped(nowhere))
    with pytest.raises(Concern.DoesNotExist):
        linking.part(seen.pk, hidden.pk, reason=REASON, by=deputy, now=timezone.now())


def pages(client: Client, address: str) -> str:
    """The page without what counts its own readings and the form's keys."""
    text = stripped(client.get(address))
    for before in ('name="press" value="', 'aria-labelledby="readings"'):
        for piece in text.split(before)[1:]:
            text = text.replace(piece.split("</section>" if "aria" in before else '"')[0], "")
    return text


def test_what_was_linked_is_not_taken_back(lead: User) -> None:
    row = link(raised(), raised(), lead)
    for attempt in (row.delete, row.save):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            attempt()
