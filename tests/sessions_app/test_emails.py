"""How mails read: the whole catalogue, with the names and titles that life brings."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from sessions_app import booking, confirming, staff_notices
from sessions_app.emails import PREVIEW_KINDS, preview
from sessions_app.mail_facts import grouped, listed, one_line
from sessions_app.models import Booking, Invitation, Session
from sessions_app.staff_emails import ALERTS, coordinator_alert
from tests.factories import PlaceFactory, household, ready_session
from tests.sessions_app.mail_scenes import NOW, START, deliver, entry, from_clock, part, planned, to, words
from whippersnappers.outbox.catalogue import all_kinds
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.reading_age import hard_sentences, reading_age

pytestmark = pytest.mark.django_db
ADA = "ada@example.com"
OLDEST = 11


class Page(HTMLParser):
    """What a screen reader and a browser with images off would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def everything(coordinator, sink, **fields):
    """Every mail that one family and its staff can get about a session, as received."""
    (adult,), (kid, sibling) = household(children=2, email=ADA, first_name="Siobhán", last_name="O’Neill")
    session = planned(coordinator, children=[kid, sibling], **fields)
    from_clock(NOW, START - timedelta(hours=5))
    later = {"starts_at": START + timedelta(hours=1), "ends_at": START + timedelta(hours=2)}
    confirming.reschedule(session.pk, **later, by=coordinator, now=START - timedelta(hours=5))
    deliver(START - timedelta(hours=4))
    booking.withdraw(Booking.objects.get(session=session, child=kid).pk, by=coordinator, now=START - timedelta(hours=4))
    deliver(START - timedelta(hours=4))
    confirming.cancel(session.pk, reason="The drummer is ill", by=coordinator, now=START - timedelta(hours=3))
    deliver(START - timedelta(hours=3))
    return session, adult, (kid, sibling)


def test_every_kind_of_mail_is_in_the_catalogue_with_a_label_and_a_check(db):
    ours = {kind.name: kind for kind in all_kinds() if kind.render.__module__ == "sessions_app.emails"}
    assert set(ours) == {*PREVIEW_KINDS, staff_notices.COORDINATOR_ALERT}
    assert all(kind.label and kind.check.__module__ == "sessions_app.mail_checks" for kind in ours.values())


def test_nothing_in_a_subject_or_calendar_names_a_child(coordinator, sink):
    _, _, kids = everything(coordinator, sink)
    received = to(sink, ADA)
    assert [str(message["Subject"]).split(":")[0] for message in received] == [
        "Your invitation",
        "Getting ready",
        "Today",
        "Changed",
        "A change to your place",
        "Cancelled",
    ]
    for message in received:
        outside = f"{message['Subject']}\n{part(message, 'text/calendar')}"
        assert not [kid for kid in kids if kid.known_as in outside or kid.last_name in outside]


def test_a_title_with_a_childs_name_stays_inside_the_mail(coordinator, sink):
    (_adult,), (kid,) = household(email=ADA)
    kid.known_as = "Zephyrine"
    kid.save()
    planned(coordinator, children=[kid], title="Drums with zephyrine")
    deliver(NOW)
    (message,) = to(sink, ADA)
    assert message["Subject"] == "Your invitation: a session with us, Tuesday 24 November, 4:00pm"
    assert "ephyrine" not in part(message, "text/calendar")
    assert "Drums with zephyrine" in part(message, "text/plain")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(minutes=16), "The link opens at 3:45pm."),
        (timedelta(minutes=15), "The link is open now."),
        (timedelta(minutes=-5), "The link is open now."),
    ],
)
def test_a_mail_that_goes_after_the_way_in_opened_says_that_it_is_open(before, said):
    session = ready_session(children=household()[1], starts_at=START)
    mail = preview(session, "invitation", now=START - before)
    for words_of in (mail.text, mail.html):
        found = re.findall(r"The link (?:opens at [\w:]+|is open now)\.", words_of)
        assert found == [said]


def test_the_calendar_has_the_link_but_neither_id_nor_passcode(coordinator, sink):
    everything(coordinator, sink)
    entries = [part(message, "text/calendar").replace("\n ", "") for message in to(sink, ADA)]
    assert [bool(each) for each in entries] == [True, False, False, True, False, True]
    for each in filter(None, entries):
        assert "drum42" not in each
        assert "84512345678" not in re.sub(r"\s", "", each)
    assert ["/join/" in each for each in entries] == [True, False, False, True, False, False]
    events = [entry(message)[0] for message in to(sink, ADA) if part(message, "text/calendar")]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [event["SEQUENCE"] for event in events] == sorted({event["SEQUENCE"] for event in events})


def test_every_mail_reads_well_without_pictures_and_on_a_narrow_screen(coordinator, sink):
    session, _, _ = everything(coordinator, sink)
    staff = session.assignments.first().staff.user.email
    received = [*to(sink, ADA), *to(sink, staff)]
    assert len(received) >= 9
    for message in received:
        reads_well(message)


def reads_well(message):
    """Both forms, no pictures, one thing to press, and the foot that every mail has."""
    kinds = [each.get_content_type() for each in message.walk()]
    # A file that comes with it stands around what it says.
    assert kinds[kinds[0] == "multipart/mixed" :][:3] == ["multipart/alternative", "text/plain", "text/html"]
    assert (kinds[0] == "multipart/mixed") == (kinds[-1] == "application/pdf")
    page = Page(part(message, "text/html"))
    tags = [tag for tag, _ in page.tags]
    assert not {"img", "script", "link", "iframe", "form"} & set(tags)
    assert page.tags[0][0] == "html"
    assert (page.tags[0][1]["lang"], page.tags[0][1]["dir"]) == ("en-GB", "ltr")
    assert tags.count("h1") == 1
    assert len([attrs for tag, attrs in page.tags if "button" in (attrs.get("class") or "")]) <= 1
    assert "prefers-color-scheme: dark" in part(message, "text/html")
    assert max(map(len, part(message, "text/plain").splitlines())) < 998
    for body in (part(message, "text/plain"), " ".join(page.text)):
        assert "We will never ask for your password." in body
        assert "support@whippersnappers.org" in body
        assert "0808 800 5000" in body


def test_templates_are_held_to_reading_age_eleven(coordinator, sink):
    session, _, _ = everything(coordinator, sink)
    received = [*to(sink, ADA), *to(sink, session.assignments.first().staff.user.email)]
    assert len(received) >= 9
    texts = [part(message, "text/plain") for message in received]
    texts += [coordinator_alert(session, "Cora", what, [], now=NOW).text for what in ALERTS]
    for text in texts:
        assert reading_age(text) <= OLDEST, hard_sentences(text, OLDEST)


@pytest.mark.parametrize(
    "title", ['Drums <b>&</b> "songs" O’Clock\'s', "<script>alert(1)</script>", "مرحبا بالموسيقى", "Café ☕ déjà-vu"]
)
def test_titles_and_names_as_life_brings_them(coordinator, sink, title):
    (adult,), (kid,) = household(email=ADA, first_name="D'Arcy <i>", last_name="O’Neill")
    kid.known_as = "Zoë & <u>محمد</u>"
    kid.save()
    planned(coordinator, children=[kid], title=title)
    deliver(NOW)
    (message,) = to(sink, ADA)
    assert title in str(message["Subject"])
    text, page = part(message, "text/plain"), Page(part(message, "text/html"))
    assert title in text
    assert "Hello D'Arcy <i>,\n\nZoë & <u>محمد</u> is invited!" in text
    assert title in " ".join(page.text)
    assert not {"b", "i", "u", "script"} & {tag for tag, _ in page.tags}
    assert "&amp;" not in text
    assert "&#x27;" not in text
    assert adult.full_name in str(message["To"])


@pytest.mark.parametrize(
    "title", ["Drums\r\nBcc: thief@example.com", "Drums\nBcc: thief@example.com", "Drums\u2028Bcc: thief@example.com"]
)
def test_a_title_cannot_add_a_header(coordinator, sink, title):
    _, kids = household(email=ADA)
    session = ready_session(children=kids, starts_at=START)
    Session.objects.filter(pk=session.pk).update(title=title)
    confirming.confirm(session.pk, by=coordinator, now=NOW)
    deliver(START - timedelta(hours=1))
    (message,) = to(sink, ADA)
    assert message["Bcc"] is None
    assert message["Subject"] == "Your invitation: Drums Bcc: thief@example.com, Tuesday 24 November, 4:00pm"
    assert not to(sink, "thief@example.com")


def test_one_line_drops_what_turns_writing_round():
    assert one_line("a\u202eb\tc\x00d\u2066e \r\n f") == "ab c de f"


@pytest.mark.parametrize(
    ("digits", "shown"),
    [("84512345678", "845 1234 5678"), ("8451234567", "845 1234 567"), ("123456789", "123 456 789")],
)
def test_meeting_ids_are_grouped_as_zoom_shows_them(digits, shown):
    assert grouped(digits) == shown


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["Sam"], "Sam"), (["Sam", "Ada"], "Sam and Ada"), (["Sam", "Ada", "Jo"], "Sam, Ada and Jo")],
)
def test_names_are_listed_as_people_say_them(names, said):
    assert listed(names) == said


def test_in_person_mails_say_where_and_never_zoom(coordinator, sink):
    place = PlaceFactory(name="The Hall", address="1 Station Road\nLondon", directions="Use the side door.")
    everything(coordinator, sink, delivery="in_person", place=place)
    received = to(sink, ADA)
    assert len(received) == 6
    for message in received:
        assert "Zoom" not in words(message)
    assert "At The Hall, 1 Station Road, London\n" in part(received[0], "text/plain")
    assert "Use the side door." in part(received[2], "text/plain")


def test_every_mail_can_be_previewed_before_confirming_and_nothing_is_written(django_assert_num_queries, coordinator):
    session = ready_session(starts_at=START)
    for kind in PREVIEW_KINDS:
        rendered = preview(session, kind, now=NOW)
        assert rendered.subject.startswith("Preview: ")
        assert rendered.calendar is None
        assert session.title in rendered.text
        assert session.title in rendered.html
    invitation = preview(session, "invitation", now=NOW)
    assert "/join/made-when-you-confirm/" in invitation.text
    assert "Meeting ID: 000 0000 0000" in invitation.text
    assert (Invitation.objects.count(), OutgoingMail.objects.count()) == (0, 0)


def test_a_preview_of_a_session_with_nobody_in_it_still_reads(coordinator):
    session = ready_session(children=[], starts_at=START)
    session.assignments.all().delete()
    assert "Your child is invited!" in preview(session, "invitation", now=NOW).text
    assert "Hello Member of staff," in preview(session, "staff_assigned", now=NOW).text


def test_preview_and_mail_say_the_same(coordinator, sink):
    _, kids = household(email=ADA)
    session = planned(coordinator, children=kids)
    deliver(NOW)
    said = preview(session, "invitation", now=NOW).text
    received = part(to(sink, ADA)[0], "text/plain")
    without_links = [re.sub(r"http://localhost:8000/join/\S+", "LINK", text).split() for text in (said, received)]
    assert without_links[0] == without_links[1]
