"""The pages of all sessions and of one: answering, ticking off, what was; only own things, few queries."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families.models import Guardian
from sessions_app import answering, feedback, waiting
from sessions_app.invitations import join_token
from sessions_app.models import Booking, FamilyAnswer, Feedback, Invitation, PlaceOffer, Session, SessionItem
from tests.factories import (
    BookingFactory,
    ChildFactory,
    GuardianFactory,
    GuardianshipFactory,
    SessionFactory,
    household,
)
from tests.sessions_app.family_scenes import PASSCODE, confirmed, invited
from tests.typed_forms import Page

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def guardian() -> Guardian:
    return household()[0][0]


@pytest.fixture
def parent(client: Any, guardian: Guardian) -> Any:
    client.force_login(guardian.user)
    return client


def text_of(response: Any) -> str:
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def url(name: str, invitation: Invitation, *more: Any) -> str:
    return reverse(f"portal_{name}", args=[invitation.pk, *more])


def place_of(invitation: Invitation) -> Booking:
    return invitation.session.bookings.first()


def press(client: Any, invitation: Invitation, answer: str, **more: str) -> Any:
    data = {"place": place_of(invitation).pk, "answer": answer, **more}
    return client.post(url("answer", invitation), data, follow=True)


# --- One session


def test_the_page_has_all_that_a_family_needs(parent, guardian):
    invitation = invited(guardian, starts_in=2 * DAY)
    text = text_of(parent.get(url("session", invitation)))
    kid = guardian.guardianships.get().child.known_as
    for shown in ("Starts in 2 days", f"Is {kid} coming?", PASSCODE, "A pan and a wooden spoon", "Add this session"):
        assert shown in text


def test_no_frees_the_place_and_then_asks_why(parent, guardian):
    invitation = invited(guardian, starts_in=2 * DAY)
    kid = guardian.guardianships.get().child.known_as
    page = press(parent, invitation, "no", **{"from": "home"})
    assert page.redirect_chain == [(f"{url('session', invitation)}#answer", 302)]
    assert f"Thank you for telling us. {kid} is not coming." in text_of(page)
    assert "Would you like to say why?" in text_of(page)
    assert PASSCODE not in page.content.decode()
    page = press(parent, invitation, "no", reason="canary-reason <b>")
    assert "canary-reason &lt;b&gt;" in page.content.decode()
    assert f"{kid} is coming." in text_of(press(parent, invitation, "yes"))


def test_home_still_leads_to_a_session_that_they_said_no_to(parent, guardian):
    invitation = invited(guardian, starts_in=2 * DAY)
    press(parent, invitation, "no")
    home = parent.get("/portal/")
    assert "is not coming" in text_of(home)
    assert url("session", invitation) in home.content.decode()
    assert "Your next session" not in text_of(home)


def test_yes_at_home_stays_at_home(parent, guardian):
    invitation = invited(guardian, starts_in=2 * DAY)
    assert press(parent, invitation, "yes", **{"from": "home"}).redirect_chain == [("/portal/", 302)]


def test_two_tabs_that_answer_differently_leave_the_last_answer(parent, guardian):
    invitation = invited(guardian, starts_in=2 * DAY)
    for answer in ("yes", "no", "no", "yes", "no"):
        press(parent, invitation, answer)
    assert place_of(invitation).state == Booking.State.NOT_COMING
    assert FamilyAnswer.objects.count() == 4


@pytest.mark.parametrize("reason", ["x" * 1001, "x" * 1_000_000])
def test_a_reason_that_is_too_long_is_said_at_the_field_and_kept_there(parent, guardian, reason):
    invitation = invited(guardian, starts_in=2 * DAY)
    press(parent, invitation, "no")
    page = press(parent, invitation, "no", reason=reason)
    assert page.status_code == 422
    assert "That is too long." in text_of(page)
    assert reason in page.content.decode()


@pytest.mark.parametrize("reason", ["😀🎺", "שלום", "a\x00b", "\u202eabc", "'; DROP TABLE"])
def test_any_words_are_taken(parent, guardian, reason):
    invitation = invited(guardian, starts_in=2 * DAY)
    page = press(parent, invitation, "no", reason=reason)
    assert page.status_code == 200
    assert FamilyAnswer.objects.get().reason == reason.replace("\x00", "")


@pytest.mark.parametrize(
    "data", [{}, {"answer": "no"}, {"place": "x", "answer": "no"}, {"place": "\x00", "answer": "no"}]
)
def test_a_form_that_was_tampered_with_finds_nothing(parent, guardian, data):
    invitation = invited(guardian, starts_in=2 * DAY)
    assert parent.post(url("answer", invitation), data).status_code == 404


def test_a_place_of_another_family_cannot_be_answered(parent, guardian):
    invitation = invited(guardian, starts_in=2 * DAY)
    theirs = BookingFactory(session=invitation.session, child=household()[1][0])
    answer = parent.post(url("answer", invitation), {"place": theirs.pk, "answer": "no"})
    theirs.refresh_from_db()
    assert (answer.status_code, theirs.state) == (404, Booking.State.INVITED)


def test_once_it_has_started_the_page_says_so_kindly(parent, guardian):
    invitation = invited(guardian, starts_in=-timedelta(minutes=1))
    assert "Please call us, or write to us." in text_of(press(parent, invitation, "no"))
    assert place_of(invitation).state == Booking.State.INVITED


def test_separated_parents_share_the_answer_and_not_who_gave_it_or_why(parent, guardian, client):
    kid = guardian.guardianships.get().child
    father = GuardianFactory(first_name="Canaryfather")
    GuardianshipFactory(guardian=father, child=kid)
    invitation = invited(guardian, starts_in=2 * DAY)
    his = Invitation.objects.create(session=invitation.session, guardian=father)
    press(parent, invitation, "no", reason="canary-reason")
    client.force_login(father.user)
    pages = [client.get(path).content.decode() for path in ("/portal/", "/portal/sessions/", url("session", his))]
    assert all(f"{kid.known_as} is not coming" in page for page in pages)
    found = [w for w in ("canary-reason", guardian.first_name, guardian.email) for page in pages if w in page]
    assert found == []
    press(client, his, "yes")
    assert place_of(invitation).state == Booking.State.COMING


def restricted(invitation: Invitation) -> None:
    invitation.guardian.guardianships.update(restricted=True, restriction_review_on=timezone.localdate())


def archived(invitation: Invitation) -> None:
    Guardian.objects.update(archived_at=timezone.now())


def withdrawn(invitation: Invitation) -> None:
    Invitation.objects.update(withdrawn_at=timezone.now())


def not_invited(invitation: Invitation) -> None:
    invitation.guardian.guardianships.update(may_be_invited=False)


def taken_out(invitation: Invitation) -> None:
    Booking.objects.update(state=Booking.State.WITHDRAWN)


@pytest.mark.parametrize("event", [restricted, archived, withdrawn, not_invited, taken_out])
def test_what_was_taken_away_is_gone_with_the_next_request(parent, guardian, event):
    invitation = invited(guardian, starts_in=2 * DAY)
    past = invited(guardian, starts_in=-2 * DAY)
    pages = [url("session", invitation), url("session", past), url("session_ics", invitation)]
    pages.append(url("feedback", past, place_of(past).pk))
    assert [parent.get(page).status_code for page in pages] == [200] * 4
    event(invitation)
    assert [parent.get(page).status_code for page in pages] == [404] * 4
    data = {"place": place_of(invitation).pk, "answer": "no"}
    assert parent.post(url("answer", invitation), data).status_code == 404
    assert "Drums and songs" not in parent.get("/portal/sessions/").content.decode()


# --- By the link of a mail


def test_the_mails_link_answers_without_signing_in_and_never_shows_the_reason(client, guardian):
    invitation = invited(guardian, starts_in=2 * DAY)
    link = reverse("join_answer", args=[join_token(invitation)])
    place = place_of(invitation)
    page = client.post(link, {"place": place.pk, "answer": "no", "reason": "canary-reason"}, follow=True)
    assert "is not coming" in text_of(page)
    assert "canary-reason" not in page.content.decode()
    assert PASSCODE not in page.content.decode()
    assert FamilyAnswer.objects.get().reason == "canary-reason"
    page = client.post(link, {"place": place.pk, "answer": "yes"}, follow=True)
    assert "The button to join comes at" in text_of(page)


def test_a_link_without_force_answers_nothing(client, guardian):
    invitation = invited(guardian, starts_in=2 * DAY)
    link = reverse("join_answer", args=[join_token(invitation)])
    Invitation.objects.update(token_version=2)
    page = client.post(link, {"place": place_of(invitation).pk, "answer": "no"}, follow=True)
    assert "This link no longer works" in text_of(page)
    assert place_of(invitation).state == Booking.State.INVITED


def test_a_reason_that_is_too_long_is_kept_on_the_mails_page_too(client, guardian):
    invitation = invited(guardian, starts_in=2 * DAY)
    link = reverse("join_answer", args=[join_token(invitation)])
    client.post(link, {"place": place_of(invitation).pk, "answer": "no"})
    page = client.post(link, {"place": place_of(invitation).pk, "answer": "no", "reason": "y" * 1001})
    assert (page.status_code, "y" * 1001 in page.content.decode()) == (422, True)


# --- The things to have ready


def tick(client: Any, invitation: Invitation, item: str, ready: str, **headers: str) -> Any:
    return client.post(url("ready", invitation), {"item": item, "ready": ready}, headers=headers)


def test_a_thing_is_ticked_off_and_stays_so(parent, guardian):
    invitation = invited(guardian)
    spoon = "A pan and a wooden spoon"
    for _ in range(2):
        assert tick(parent, invitation, spoon, "yes")["Location"] == f"{url('session', invitation)}#what-to-bring"
    invitation.refresh_from_db()
    assert invitation.ready_items == [spoon]
    assert b'aria-pressed="true"' in parent.get("/portal/").content
    assert tick(parent, invitation, spoon, "no", **{"X-Quietly": "1"}).status_code == 204
    assert b'aria-pressed="true"' not in parent.get("/portal/").content


def test_what_staff_change_is_not_ready_any_more_and_nonsense_changes_nothing(parent, guardian):
    invitation = invited(guardian)
    tick(parent, invitation, "A pan and a wooden spoon", "yes")
    for item in ("nonsense", "", "x" * 10_000, "\x00"):
        assert tick(parent, invitation, item, "yes").status_code == 302
    SessionItem.objects.update(name="A drum")
    assert b'aria-pressed="true"' not in parent.get("/portal/").content


# --- Afterwards


def test_home_asks_once_about_the_last_session(parent, guardian):
    invited(guardian, starts_in=-5 * DAY, title="Long ago")
    last = invited(guardian, starts_in=-DAY, title="Yesterday")
    text = text_of(parent.get("/portal/"))
    assert "How was “Yesterday”?" in text
    assert "Long ago" not in text
    parent.post(url("feedback_later", last))
    assert "How was" not in text_of(parent.get("/portal/"))


def test_one_press_at_home_says_how_it_was_and_words_can_follow(parent, guardian):
    past = invited(guardian, starts_in=-DAY)
    page = url("feedback", past, place_of(past).pk)
    answered = parent.post(page, {"face": "5"}, follow=True)
    # The box for words comes at once, with the face that was pressed.
    assert "Thank you! Do you want to say a little more?" in text_of(answered)
    form = Page(answered.content.decode()).to_write_in[0]
    assert (form.held["face"], form.held["words"]) == (["5"], [""])
    more = answered.redirect_chain[-1][0]
    assert Page(parent.post(more, form.held | {"layout": "easy"}).content.decode()).to_write_in[0].held["face"] == ["5"]
    answered = parent.post(more, form.held | {"face": "2", "words": "canary-words"}, follow=True)
    assert "You said: Not so good. “canary-words”" in text_of(answered)
    parent.post(page, {"face": "2"})
    given = Feedback.objects.get()
    assert (given.face, given.words, given.by_child) == (2, "canary-words", False)
    assert "How was" not in text_of(parent.get("/portal/"))


def test_what_was_is_told_as_what_was(parent, guardian):
    """The headings of a session that is over, and of one that comes."""
    coming = {"What will happen", "What to have ready", "Who will be there"}
    over = {"What we did", "What you needed", "Who was there"}
    for starts_in, theirs, others in ((-DAY, over, coming), (DAY, coming, over)):
        page = text_of(parent.get(url("session", invited(guardian, starts_in=starts_in))))
        assert ({each in page for each in theirs}, {each in page for each in others}) == ({True}, {False})


def test_nothing_to_bring_is_no_news_afterwards(parent, guardian):
    past = invited(guardian, starts_in=-DAY)
    SessionItem.objects.all().delete()
    page = text_of(parent.get(url("session", past)))
    assert ("What you needed" in page, "Just bring yourselves" in page) == (False, False)


def test_how_much_room_there_is_stands_there_before_anybody_types(parent, guardian):
    coming, past = invited(guardian, starts_in=DAY), invited(guardian, starts_in=-DAY)
    page = text_of(press(parent, coming, "no"))
    assert f"There is room for {answering.LONGEST_REASON:,} letters." in page
    # Who has told us need not be asked to tell us.
    assert "If you cannot come" not in page
    page = text_of(parent.get(url("feedback", past, place_of(past).pk)))
    assert f"There is room for {feedback.LONGEST_WORDS:,} letters." in page


def test_a_child_answers_with_one_press_beside_the_parent(parent, guardian):
    past = invited(guardian, starts_in=-DAY)
    page = url("feedback_child", past, place_of(past).pk)
    for face in ("1", "5", "5"):
        thanks = parent.post(page, {"face": face}, follow=True)
    assert "Thank you, " in text_of(thanks)
    parent.post(url("feedback", past, place_of(past).pk), {"face": "3"})
    assert list(Feedback.objects.order_by("by_child").values_list("by_child", "face")) == [(False, 3), (True, 5)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"words": "kept words"}, "Please choose one of the five faces."),
        ({"face": "6", "words": "kept words"}, "Please choose one of the five faces."),
        ({"face": "\x00", "words": "kept words"}, "Please choose one of the five faces."),
        ({"face": "4", "words": "kept words" + "x" * 2000}, "That is too long."),
    ],
)
def test_a_mistake_is_said_at_the_field_and_nothing_typed_is_lost(parent, guardian, data, said):
    past = invited(guardian, starts_in=-DAY)
    page = parent.post(url("feedback", past, place_of(past).pk), data)
    assert (page.status_code, said in text_of(page), data["words"] in page.content.decode()) == (422, True, True)
    assert not Feedback.objects.exists()


def cancelled(booking: Booking) -> None:
    Session.objects.update(state=Session.State.CANCELLED, cancelled_at=timezone.now())


def absent(booking: Booking) -> None:
    Booking.objects.update(attendance=Booking.Attendance.ABSENT)


def did_not_come(booking: Booking) -> None:
    Booking.objects.update(state=Booking.State.NOT_COMING)


def too_long_ago(booking: Booking) -> None:
    ended = timezone.now() - feedback.OPEN_FOR
    Session.objects.update(starts_at=ended - DAY / 24, ends_at=ended)


def still_to_come(booking: Booking) -> None:
    Session.objects.update(starts_at=timezone.now() + DAY, ends_at=timezone.now() + DAY + DAY / 4)


@pytest.mark.parametrize("event", [cancelled, absent, did_not_come, too_long_ago, still_to_come])
def test_nobody_is_asked_about_what_was_not(parent, guardian, event):
    past = invited(guardian, starts_in=-DAY, with_meeting=False)
    event(place_of(past))
    assert "How was" not in text_of(parent.get("/portal/"))
    assert parent.post(url("feedback", past, place_of(past).pk), {"face": "5"}).status_code == 404
    with pytest.raises(feedback.FeedbackClosed):
        feedback.give(place_of(past).pk, face=5, guardian=guardian, by=guardian.user, now=timezone.now())


def test_guardians_do_not_read_each_others_feedback(parent, guardian, client):
    kid = guardian.guardianships.get().child
    father = GuardianFactory()
    GuardianshipFactory(guardian=father, child=kid)
    past = invited(guardian, starts_in=-DAY)
    his = Invitation.objects.create(session=past.session, guardian=father)
    parent.post(url("feedback", past, place_of(past).pk), {"face": "1", "words": "canary-words"})
    client.force_login(father.user)
    assert "How was" in text_of(client.get("/portal/"))
    for page in (url("session", his), url("feedback", his, place_of(past).pk)):
        content = client.get(page).content.decode()
        assert "canary-words" not in content
        assert "You said" not in content


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"attendance": "attended"}, "was there."),
        ({"attendance": "absent"}, "We missed"),
        ({"state": "not_coming"}, "did not come."),
        ({}, "For "),
    ],
)
def test_what_was_says_who_was_there(parent, guardian, fields, said):
    past = invited(guardian, starts_in=-40 * DAY)
    Booking.objects.filter(session=past.session).update(**{"state": "coming", **fields})
    for page in ("/portal/sessions/", url("session", past)):
        assert said in text_of(parent.get(page))


# --- Lists and budgets


def tomorrow(title: str, **fields: Any) -> Session:
    starts_at = timezone.now() + DAY
    return confirmed(SessionFactory(title=title, starts_at=starts_at, ends_at=starts_at + DAY / 24, **fields))


def test_the_list_shows_one_child_on_request(parent, guardian):
    other = ChildFactory(known_as="Zadie", family=guardian.family)
    invited(guardian, starts_in=DAY, title="Drums only")
    GuardianshipFactory(guardian=guardian, child=other)
    session = tomorrow("Zadie alone")
    BookingFactory(session=session, child=other)
    Invitation.objects.create(session=session, guardian=guardian)
    text = text_of(parent.get(f"/portal/sessions/?child={other.pk}"))
    assert ("Zadie alone" in text, "Drums only" in text) == (True, False)
    for nonsense in ("?child=x", "?child=%00", "?page=x", "?page=99999"):
        assert parent.get(f"/portal/sessions/{nonsense}").status_code == 200


def queries(client: Any, page: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(page).status_code == 200
    return len(found)


def test_home_stays_within_twelve_queries_with_thirty_children_and_years_of_sessions(parent, guardian, coordinator):
    invitation = invited(guardian, starts_in=2 * DAY)
    invited(guardian, starts_in=-DAY, with_meeting=False)
    pages = ("/portal/", "/portal/sessions/", url("session", invitation))
    with_one = [queries(parent, page) for page in pages]
    kids = [ChildFactory(family=guardian.family) for _ in range(29)]
    for kid in kids:
        GuardianshipFactory(guardian=guardian, child=kid)
    ahead = [(number / 4 + 3) * DAY for number in range(60)]
    for starts_in in [*ahead, *(-(number * 20 + 2) * DAY for number in range(40))]:
        starts_at = timezone.now() + starts_in
        session = confirmed(SessionFactory(starts_at=starts_at, ends_at=starts_at + DAY / 24))
        Invitation.objects.create(session=session, guardian=guardian)
    Booking.objects.bulk_create(
        Booking(session=session, child=kid) for session in Session.objects.all() for kid in kids
    )
    assert with_one == [queries(parent, page) for page in pages] == [10, 10, 9]
    full = tomorrow("Full", capacity=1)
    waiting.join_waiting_list(full.pk, kids, by=coordinator, now=timezone.now())
    assert PlaceOffer.objects.open().count() == 1
    assert queries(parent, "/portal/") <= 12
