"""The families' pages about their children and themselves: what is shown to whom, and what bad input meets."""

import re
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families import proposing, registering
from families.archiving import archive_guardian
from families.models import Child, DetailsConfirmed, Guardian, Guardianship, Proposal
from sessions_app.models import Term
from tests.factories import GuardianshipFactory, household, london
from tests.families.portal_scenes import CANARIES, NOW, parents, proposed

pytestmark = pytest.mark.django_db


def text_of(answer):
    main = answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def pages_of(family):
    """Every page about the families' own data that has an address, for any child and proposal there is."""
    found = [reverse(f"portal_{name}") for name in ("children", "me", "contact", "address", "my_data", "my_data_all")]
    found += [reverse(f"portal_my_data_{name}") for name in ("page", "file")]
    for child in Child.objects.all():
        found += [reverse(f"portal_child{name}", args=[child.pk]) for name in ("", "_change", "_nothing_changed")]
    return found + [reverse("portal_take_back", args=[one.pk]) for one in Proposal.objects.all()]


def read_by(client, guardian, family):
    client.force_login(guardian.user)
    answers = [client.get(address, follow=True) for address in pages_of(family)]
    assert all(answer.status_code in (200, 404) for answer in answers)
    words = [f"{answer.content.decode()} {sorted(answer.headers.items())}" for answer in answers]
    return " ".join(words)


def canaries(*keys):
    return {canary for key in keys for canary in CANARIES[key]}


MAY_READ = {
    # Their own names, addresses and words, and the details of the children that they may see.
    "ann": canaries("ann", "mia", "tom"),
    "ben": canaries("ben", "mia"),
    "ron": canaries("ron") - {"canary-ron-why"},
    "other": canaries("other"),
}


@pytest.mark.parametrize("who", MAY_READ)
def test_everybody_reads_their_own_and_nothing_else(client, who):
    family = parents()
    text = read_by(client, getattr(family, who), family)
    assert {c for c in canaries(*CANARIES) | {"canary-staff-notes"} if c in text} == MAY_READ[who]


def test_a_restriction_set_now_holds_on_the_next_request(client, coordinator):
    family = parents()
    client.force_login(family.ben.user)
    page = reverse("portal_child", args=[family.mia.pk])
    assert "canary-mia-medical" in client.get(page).content.decode()
    standing = Guardianship.objects.get(guardian=family.ben, child=family.mia)
    registering.restrict(standing, reason="Order", review_on=date(2027, 1, 1), by=coordinator, now=NOW)
    text = read_by(client, family.ben, family)
    assert {c for c in canaries("mia", "ann", "tom") if c in text} == set()
    assert "canary-ben-words" not in text
    posts = ["portal_child_change", "portal_child_nothing_changed"]
    assert [client.post(reverse(name, args=[family.mia.pk]), {}).status_code for name in posts] == [404, 404]


def test_a_childs_page_has_the_full_name_and_the_birthday_as_we_hold_them(client):
    family = parents()
    Child.objects.filter(pk=family.mia.pk).update(
        first_name="Amelia", last_name="Canary", date_of_birth=date(2016, 2, 29)
    )
    page = reverse("portal_child", args=[family.mia.pk])
    client.force_login(family.ben.user)
    assert "Full name Amelia Canary Birthday 29 February 2016" in text_of(client.get(page))
    Guardianship.objects.filter(guardian=family.ben, child=family.mia).update(may_see_details=False)
    assert client.get(page).status_code == 404
    text = read_by(client, family.ben, family)
    assert [word for word in ("Amelia", "Canary", "29 February") if word in text] == []


def test_a_former_guardian_is_out(client, coordinator):
    family = parents()
    client.force_login(family.ben.user)
    family.ben.refresh_from_db()
    archive_guardian(family.ben, by=coordinator, now=NOW)
    answers = [client.get(page) for page in pages_of(family)]
    assert {answer.status_code for answer in answers} == {302}
    assert all(answer["Location"].startswith("/accounts/login/") for answer in answers)


@pytest.mark.parametrize("who", ["coordinator", "practitioner", "administrator"])
def test_staff_find_no_such_pages(client, who, request):
    family = parents()
    client.force_login(request.getfixturevalue(who))
    assert {client.get(page).status_code for page in pages_of(family)} == {404}


def test_the_other_parent_is_named_in_the_same_household_only(client):
    family = parents()
    near = household()[0][0]
    Guardian.objects.filter(pk=near.pk).update(family=family.ann.family, first_name="Nora", last_name="Near")
    GuardianshipFactory(guardian=near, child=family.mia, relationship="grandparent")
    client.force_login(family.ann.user)
    text = text_of(client.get(reverse("portal_child", args=[family.mia.pk])))
    assert "Nora Near (grandparent)" in text
    assert "Mother, in another home" in text
    assert "Step-parent" not in text


def test_what_is_sent_waits_for_staff_and_both_sides_see_it(client, coordinator):
    (guardian,), (child,) = household()
    Child.objects.filter(pk=child.pk).update(local_authority="Lambeth")
    client.force_login(guardian.user)
    form = reverse("portal_child_change", args=[child.pk])
    fields = client.get(form).context["form"].initial
    page = client.post(form, filled(client, form) | {"likes": "Boats\r\nand 🚤 אבא"}, follow=True)
    assert "We got 1 change." in text_of(page)
    assert "Boats and 🚤 אבא" in text_of(page)
    assert fields["local_authority"] == "Lambeth"
    made = Proposal.objects.get()
    assert (made.field, made.new) == ("likes", "Boats\nand 🚤 אבא")
    proposing.decline(made, "No boats here", by=coordinator, now=timezone.now())
    assert "No boats here" in text_of(client.get(reverse("portal_child", args=[child.pk])))


def filled(client, address):
    """What a browser would send back of a form that nobody touched."""
    form = client.get(address).context["form"]
    return {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}


def test_two_tabs_do_not_undo_each_other(client):
    (guardian,), (child,) = household()
    client.force_login(guardian.user)
    form = reverse("portal_child_change", args=[child.pk])
    first, second = filled(client, form), filled(client, form)
    client.post(form, first | {"likes": "Boats", "what_helps": "Songs"})
    # The second tab still shows nothing for both; it is asked once about what it also changed, and keeps the rest.
    page = client.post(form, second | {"likes": "Planes"})
    assert "It now says: “Boats”" in text_of(page)
    assert page.context["form"]["likes"].value() == "Planes"
    again = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    client.post(form, again)
    waiting = dict(Proposal.objects.waiting().values_list("field", "pk"))
    assert {field: Proposal.objects.get(pk=pk).new for field, pk in waiting.items()} == {
        "likes": "Planes",
        "what_helps": "Songs",
    }


def test_a_double_press_and_going_back_are_harmless(client):
    (guardian,), (child,) = household()
    client.force_login(guardian.user)
    form = reverse("portal_child_change", args=[child.pk])
    sent = filled(client, form) | {"likes": "Boats"}
    client.post(form, sent)
    client.post(form, sent)
    assert Proposal.objects.count() == 1
    back = reverse("portal_take_back", args=[Proposal.objects.get().pk])
    assert "You took it back." in text_of(client.post(back, follow=True))
    assert client.post(back, follow=True).status_code == 200
    assert Proposal.objects.get().state == Proposal.State.WITHDRAWN


BAD = {"long": "a" * 1_000_000, "nul": "Boats\x00", "book": "Wörter 🚤 " * 500}


@pytest.mark.parametrize("words", BAD.values(), ids=BAD)
def test_bad_words_get_a_plain_sentence_and_stay_in_the_field(client, words):
    (guardian,), (child,) = household()
    client.force_login(guardian.user)
    form = reverse("portal_child_change", args=[child.pk])
    page = client.post(form, filled(client, form) | {"likes": words, "what_helps": "Songs"})
    assert page.status_code == 200
    assert re.search(r"too long|cannot read", text_of(page))
    assert page.context["form"]["likes"].value() == words
    assert page.context["form"]["what_helps"].value() == "Songs"
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("address", "field", "value", "said"),
    [
        ("portal_contact", "phone", "📞 me", "digits only"),
        ("portal_contact", "phone", "0\x00", "cannot read"),
        ("portal_contact", "phone", "1" * 1_000_000, "too long"),
        ("portal_contact", "phone", "٠٧٧٠٠", "digits only"),
        ("portal_contact", "prefers", "pigeon", "Select a valid choice"),
        ("portal_address", "email", "nobody", "not an e-mail address"),
        ("portal_address", "email", "a\x00@example.org", "cannot read"),
        ("portal_address", "email", "a" * 1_000_000, "too long"),
        ("portal_address", "email", "", "Please write"),
    ],
)
def test_bad_contact_details_get_a_plain_sentence(client, address, field, value, said):
    (guardian,), _ = household()
    client.force_login(guardian.user)
    page = client.post(reverse(address), filled(client, reverse(address)) | {field: value})
    assert (page.status_code, said in text_of(page)) == (200, True)


def test_contact_details_apply_at_once(client):
    (guardian,), _ = household()
    client.force_login(guardian.user)
    address = reverse("portal_contact")
    page = client.post(
        address,
        filled(client, address) | {"phone": "+44 7700 900999", "prefers": "phone", "language": "so"},
        follow=True,
    )
    assert "Saved." in text_of(page)
    guardian.refresh_from_db()
    assert (guardian.phone, guardian.prefers, guardian.language) == ("+44 7700 900999", "phone", "so")


def test_who_wants_calls_needs_a_number(client):
    (guardian,), _ = household()
    client.force_login(guardian.user)
    address = reverse("portal_contact")
    assert "phone number" in text_of(client.post(address, filled(client, address) | {"prefers": "phone"}))


def test_the_address_to_sign_in_with_waits(client):
    (guardian,), _ = household()
    client.force_login(guardian.user)
    page = client.post(reverse("portal_address"), {"email": "new@example.org"}, follow=True)
    assert "We will ring you first." in text_of(page)
    guardian.refresh_from_db()
    assert guardian.email != "new@example.org"


def test_nothing_changed_is_one_press_a_term(client):
    (guardian,), (child,) = household()
    Term.objects.create(name="Autumn", first_day=date(2026, 9, 1), last_day=date(2026, 12, 18))
    Term.objects.create(name="Spring", first_day=date(2027, 1, 4), last_day=date(2027, 3, 26))
    client.force_login(guardian.user)
    page, press = (reverse(f"portal_child{name}", args=[child.pk]) for name in ("", "_nothing_changed"))
    with time_machine.travel(london("2026-11-25 10:00"), tick=False):
        client.force_login(guardian.user)
        client.post(press)
        client.post(press)
        assert "You told us that nothing has changed. That was on Wednesday 25 November." in text_of(client.get(page))
    with time_machine.travel(london("2027-01-05 10:00"), tick=False):
        client.force_login(guardian.user)
        assert "You last told us on Wednesday 25 November 2026." in text_of(client.get(page))
    assert list(DetailsConfirmed.objects.values_list("child", "guardian", "on")) == [
        (child.pk, guardian.pk, date(2026, 11, 25))
    ]


@pytest.mark.parametrize(("name", "number"), [("portal_children", 5), ("portal_me", 6), ("portal_my_data_all", 22)])
def test_pages_cost_the_same_for_one_child_and_for_thirty(client, name, number):
    counts = []
    for children in (1, 30):
        (guardian,), kids = household(children=children)
        for child in kids:
            proposed(guardian, child, likes="Boats")
        client.force_login(guardian.user)
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(name))
        counts.append(len(asked))
    assert counts == [number, number]
