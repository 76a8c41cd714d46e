"""The families' walls, pushed from every side: pages, addresses typed by hand, feeds, files, mails, headers.

Each person walks all links, then tries every address of the families' pages with everything that exists. A word
of `walls_scene.py` that somebody meets who may not is a leak.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from families import archiving, registering
from families.models import Child, Guardian
from sessions_app import invitations
from sessions_app.models import Invitation
from tests.access.table import all_routes
from tests.access.test_leaks import links
from tests.access.walls_scene import GUARDIANS, Scene, build
from whippersnappers.outbox import catalogue, message
from whippersnappers.outbox.catalogue import Wanted
from whippersnappers.outbox.models import OutgoingMail

PEOPLE = (*GUARDIANS, "signed_out", "bystander", "trustee", "administrator")
# Addresses of families' pages carry a token or stand below /portal/; all else has tests of its own.
_OUTSIDE = ("admin:", "account_", "mfa_", "demo", "health", "readyz", "metrics")
_MOST_PAGES = 160


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def scene(standing: Scene, django_db_blocker: Any) -> Iterator[Scene]:
    """The scene; what a test changes is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield standing
        transaction.set_rollback(True)


def browser(scene: Scene, person: str) -> Client:
    client = Client(raise_request_exception=False)
    user = scene.people[person]
    if user is not None and user.is_active:
        client.force_login(user)
    return client


def everything(answer: HttpResponse) -> str:
    """What an answer tells: its headers, file name and address among them, and its body."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    # Session and CSRF cookies are random and may spell anything.
    headers = " ".join(f"{name}: {value}" for name, value in answer.items())
    return f"{answer.status_code} {headers} {body.decode(errors='replace')}"


def leaks(scene: Scene, person: str, text: str) -> list[str]:
    return [canary for canary, may in scene.may_read.items() if person not in may and canary in text]


def _own_tokens(scene: Scene, person: str) -> list[str]:
    guardian = scene.guardians.get(person)
    mine = Invitation.objects.filter(guardian=guardian) if guardian else Invitation.objects.none()
    return [invitations.join_token(invitation) for invitation in mine]


def walk(scene: Scene, person: str) -> dict[str, str]:
    """All that a person comes to by links from the door, the portal and the links in their own mails."""
    client = browser(scene, person)
    waiting = ["/", "/portal/", *(reverse("join", args=[token]) for token in _own_tokens(scene, person))]
    seen: dict[str, str] = {}
    while waiting and len(seen) < _MOST_PAGES:
        address = waiting.pop(0)
        if address in seen or address.startswith("/admin/"):
            continue
        answer = client.get(address)
        assert answer.status_code < 500, address
        seen[address] = everything(answer)
        if "Location" in answer:
            waiting.append(answer["Location"])
        waiting += links(address, seen[address])
    return seen


def typed_by_hand(scene: Scene) -> Iterator[str]:
    """Every address of the families' pages, with keys of Pip and Pip's people that somebody could have got hold of."""
    keys = [scene.children["pip"].pk, scene.guardians["mother"].pk, scene.sessions["alone"].pk]
    keys += Invitation.objects.filter(session=scene.sessions["alone"]).values_list("pk", flat=True)
    keys += Invitation.objects.filter(guardian=scene.guardians["stranger"]).values_list("pk", flat=True)
    for route in sorted(all_routes()):
        if route.startswith(_OUTSIDE) or ":" in route:
            continue
        for count in (0, 1):
            for arguments in itertools.product(keys, repeat=count):
                try:
                    yield reverse(route, args=arguments)
                except NoReverseMatch:
                    break


@pytest.mark.parametrize("person", PEOPLE)
def test_nobody_meets_what_is_not_theirs_by_links(scene, person):
    seen = walk(scene, person)
    assert [(address, found) for address, text in seen.items() if (found := leaks(scene, person, text))] == []


# The access table asks every address as everybody else.
@pytest.mark.parametrize("person", [*GUARDIANS, "signed_out", "bystander"])
def test_nobody_meets_what_is_not_theirs_by_typing_addresses(scene, person):
    client, found, asked = browser(scene, person), [], 0
    for address in typed_by_hand(scene):
        for ask in (client.get, client.post):
            with transaction.atomic():
                answer = ask(address)
                assert answer.status_code < 500, address
                text = everything(answer)
                transaction.set_rollback(True)
            asked += 1
            found += [(address, canary) for canary in leaks(scene, person, text)]
    assert found == []
    assert asked > 2


def test_the_walk_reaches_what_may_be_read(scene):
    """Canaries that nobody could ever meet would prove nothing."""
    read = {name: " ".join(walk(scene, name).values()) for name in ("mother", "father", "sibling_only", "stranger")}
    met = {(name, canary) for canary, may in scene.may_read.items() for name in may & set(read) if canary in read[name]}
    assert {
        ("mother", "Canary drums for one"),
        ("father", "Canary drums for one"),
        ("sibling_only", "Poppys canary painting"),
        ("mother", "Pipcanary"),
        ("stranger", "Olivecanary"),
    } <= met


def test_personal_pages_are_kept_by_no_cache(scene):
    for name in ("mother", "father", "sibling_only", "stranger"):
        for address, text in walk(scene, name).items():
            if not address.startswith("/static/"):
                assert "no-store" in text.split("<!doctype")[0], address


def _mails(scene: Scene) -> Iterator[tuple[str, str]]:
    """Whom each mail that is still wanted goes to, and its bytes as a server would get them."""
    now = timezone.now()
    by_address = {guardian.email: name for name, guardian in scene.guardians.items()}
    for mail in OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING):
        kind = catalogue.kind_of(mail.kind)
        verdict = kind.check(mail, now)
        if not isinstance(verdict, Wanted):
            continue
        to = verdict.to or mail.to
        rendered = kind.render(mail, now)
        raw = message.build(rendered, to=to, to_name=mail.to_name, message_id="<x@example.com>", now=now)
        head = raw.split(b"\r\n\r\n")[0].decode()
        calendar = (rendered.calendar or b"").decode().replace("\r\n ", "")
        names = " ".join(attachment.name for attachment in rendered.attachments)
        yield by_address.get(to, ""), f"{head} {rendered.subject} {rendered.text} {rendered.html} {calendar} {names}"


def test_mails_tell_each_guardian_only_what_is_theirs(scene):
    written = [(name, text) for name, text in _mails(scene) if name]
    assert {name for name, _text in written} == {"mother", "father", "sibling_only", "stranger"}
    # The way in of a mail is the portal's own link; Zoom's stands in none.
    assert [(name, found) for name, text in written if (found := leaks(scene, name, text))] == []


def test_no_subject_names_a_child(scene):
    names = list(Child.objects.values_list("known_as", flat=True))
    rendered = [catalogue.kind_of(m.kind).render(m, timezone.now()).subject for m in OutgoingMail.objects.all()]
    assert rendered != []
    assert [subject for subject in rendered if any(name in subject for name in names)] == []


def test_a_restriction_works_at_once_on_pages_links_and_waiting_mails(scene):
    father = scene.guardians["father"]
    assert "Canary drums for one" in " ".join(walk(scene, "father").values())
    assert "father" in [name for name, _text in _mails(scene)]
    registering.restrict(
        scene.guardianship("father", "pip"),
        reason="A court order",
        review_on=timezone.localdate(),
        by=scene.coordinator,
        now=timezone.now(),
    )
    told = " ".join([*walk(scene, "father").values(), *(text for name, text in _mails(scene) if name == "father")])
    assert [word for word in ("Pipcanary", "Canary drums for one", "Songs for all", "pass-") if word in told] == []
    assert Guardian.objects.get(pk=father.pk).archived_at is None


def test_a_guardian_who_left_cannot_come_back_by_an_old_link(scene):
    mother = scene.guardians["mother"]
    tokens = _own_tokens(scene, "mother")
    archiving.archive_guardian(mother, by=scene.coordinator, now=timezone.now())
    texts = [everything(Client().get(reverse("join", args=[token]))) for token in tokens]
    assert tokens != []
    assert [word for word in ("Pipcanary", "Canary drums for one", "pass-") if word in " ".join(texts)] == []


@pytest.mark.django_db  # also asks pytest-django for the database that the standing scene needs
def test_every_guardian_who_may_read_something_exists():
    assert set().union(*build().may_read.values()) <= set(GUARDIANS)
