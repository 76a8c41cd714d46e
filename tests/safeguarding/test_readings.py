"""Who has read a concern: everybody, in every way, named for what it was."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding.files.attaching import attach
from safeguarding.files.opening import Opened
from safeguarding.gathering.readings import IN_A_LIST, LISTS, WAYS, readings_of
from safeguarding.models import Concern, ConcernPerson
from safeguarding.vocabulary import FileKind, PersonRole
from tests.factories import ChildFactory, UserFactory
from tests.safeguarding.scenes import deputy_named, raised, shared
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db
# What says nothing of any single concern, or is shown where it belongs: with the alert itself.
_OF_NO_CONCERN = {"figures_read", "figures_taken", "certificates_read", "paper_form_read", "own_listed", "alert_read"}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ways(concern: Concern) -> dict[str, dict[str, int]]:
    return {reader.who: {way.words: way.times for way in reader.ways} for reader in readings_of(concern)}


def test_every_way_of_reading_is_counted_and_named(lead: User, practitioner: User) -> None:
    child = ChildFactory()
    concern, other = raised(by=practitioner, children=[child]), raised()
    ConcernPerson.objects.create(concern=concern, user=practitioner, role=PersonRole.WITNESS)
    upload = Opened("note.txt", FileKind.TEXT, b"words", "0" * 64)
    (file,) = attach(concern.pk, [upload], about="", by=lead, now=timezone.now())
    client, page = browser(lead), reverse("safeguarding_concern", args=[concern.pk])
    for address in (page, page, reverse("safeguarding_home"), reverse("safeguarding_search"), f"{page}note/"):
        client.get(address)
    shared(concern, by=lead)
    for name, args in (("disclosures", []), ("child", [child.pk]), ("person", [practitioner.pk])):
        client.get(reverse(f"safeguarding_{name}", args=args))
    client.get(reverse("safeguarding_search"), {"words": other.reference})
    client.get(reverse("safeguarding_file", args=[concern.pk, file.pk]))
    browser(deputy_named("Dev Rao")).get(reverse("safeguarding_home"))
    browser(practitioner).get(reverse("concern_own", args=[concern.pk]))
    browser(practitioner).get(reverse("concern_mine"))
    assert ways(concern) == {
        "Maya Lind": {"what they sent themselves": 1},
        "Dev Rao": {IN_A_LIST: 1},
        str(lead): {"the page": 2, "a form or a PDF in the making": 1, "a file, saved": 1, IN_A_LIST: 5},
    }
    assert list(ways(concern)) == ["Maya Lind", "Dev Rao", str(lead)], "who read it last stands first"
    assert ways(other) == {"Dev Rao": {IN_A_LIST: 1}, str(lead): {IN_A_LIST: 3}}
    text = client.get(page).content.decode()
    assert "A list: the overview" in text
    assert "Dev Rao" in text


def test_many_readings_are_the_same_few_queries(lead: User) -> None:
    concern, client = raised(), browser(lead)
    client.get(reverse("safeguarding_home"))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            readings_of(concern)
        counts.append(len(asked))
        for person in (UserFactory(roles=lead.roles) for _ in range(3)):
            browser(person).get(reverse("safeguarding_concern", args=[concern.pk]))
    assert counts == [3, 3]


def test_no_page_or_file_is_forgotten() -> None:
    said = "".join(path.read_text() for path in Path("safeguarding").rglob("*.py") if path.name != "readings.py")
    found = set(re.findall(r'"concern\.((?:\w+_)?(?:read|taken|listed))"', said))
    known = {event.removeprefix("concern.") for events in (*WAYS.values(), LISTS) for event in events}
    assert found - _OF_NO_CONCERN == known
