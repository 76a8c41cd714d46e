"""Mails in easy read: the same facts, short sentences, a picture for each part, large type, for who asked for it.

Whoever adds a kind of mail that families get writes a sample of it here, or the first test fails.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from families import agreeing, agreement_mails, asking_about_data
from families.emails import WELCOME
from families.models import DataRequest, Guardian
from families.welcoming import welcome
from sessions_app import family_emails, posting
from sessions_app.digest_emails import CHANGED, NEW, OFF, Piece, family_digest
from sessions_app.emails import PREVIEW_KINDS, preview
from sessions_app.family_emails import Recipient
from sessions_app.mail_facts import for_mail, session_facts
from sessions_app.models import Session
from sessions_app.session_changes import Change
from tests.factories import PlaceFactory, household, ready_session
from tests.mail_sink import Sink
from tests.sessions_app.mail_scenes import NOW, START, deliver, part, planned, to
from tests.sessions_app.test_emails import Page, reads_well
from whippersnappers.accounts import emails
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.catalogue import Rendered, all_kinds, kind_of
from whippersnappers.outbox.easy_mails import in_easy_read
from whippersnappers.outbox.explaining import preview as preview_in_log
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.reading_age import hard_sentences, reading_age, sentences

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
OLDEST = 11
LONGEST = 15  # words
# To staff only.
TO_STAFF = {
    "account_welcome", "audit_head", "clearance_warning", "concern_raised", "concern_waits", "coordinator_alert",
    "dead_mails", "help_asked", "password_reset", "policy_alert", "policy_alert_lead", "record_due", "record_overdue",
    "staff_alert", "staff_assigned", "staff_cancelled", "staff_changed", "staff_swap_asked", "staff_swap_refused",
    "staff_withdrawn",
}  # fmt: skip


def samples() -> Iterator[tuple[str, Rendered]]:
    """Every mail that a parent or carer can get, in the usual layout."""
    (adult,), kids = household(children=2, email=ADA, first_name="Siobhán", last_name="O’Neill")
    sessions = [ready_session(children=kids, starts_at=START), in_a_hall(kids)]
    for session in sessions:
        yield from ((kind, preview(session, kind, now=NOW)) for kind in PREVIEW_KINDS if kind not in TO_STAFF)
        facts = session_facts(for_mail(Session.objects.all()).get(pk=session.pk), now=NOW, preview=True)
        me = Recipient(adult.pk, "Siobhán", "Siobhán O’Neill", ADA, ("Kid",), join_url="https://example.org/join/x/")
        until, link = "Tuesday 17 November, midday", "https://example.org/place/x/"
        yield posting.PLACE_OFFERED, family_emails.place_offered(facts, me, "Kid", link=link, until=until)
        yield posting.PLACE_GONE, family_emails.place_gone(facts, me, "Kid")
        for coming, waits in ((True, False), (False, False), (False, True)):
            said = family_emails.answered(facts, me, "Kid", coming=coming, waits=waits, url="https://example.org/")
            yield posting.ANSWERED, said
        changes = (Change("When", "Tuesday 24 November, 3:00pm", facts.when),)
        pieces = [
            Piece(OFF, facts, said="We are sorry. This date will not happen."),
            Piece(CHANGED, facts, changes=changes, prepares=True),
            Piece(NEW, facts, url=me.join_url, prepares=True),
        ]
        yield "digest", family_digest(pieces, "Siobhán")
        sign = "https://example.org/portal/agreement/?back=x"
        unsigned = replace(me, join_url="", sign_url=sign, portal_url="https://example.org/portal/sessions/x/")
        yield posting.INVITATION, family_emails.invitation(facts, unsigned, prepares=True, now=NOW)
        yield posting.INVITATION, family_emails.invitation(facts, me, prepares=False, opened=True, now=NOW)
        yield "digest", family_digest([Piece(NEW, facts, sign_url=sign)], "Siobhán")
        ask = "https://example.org/portal/children/x/consent/"
        unsaid = replace(unsigned, sign_url="", ask_url=ask, without_yes=("Kid", "Ella"), may_say_yes=True)
        for who in (unsaid, replace(unsaid, may_say_yes=False), replace(me, without_yes=("Kid",))):
            yield posting.INVITATION, family_emails.invitation(facts, who, prepares=False, now=NOW)
        yield "digest", family_digest([Piece(NEW, facts, ask_url=ask)], "Siobhán")
    agreement_mails.ask_everybody(agreeing.current_agreement(), now=NOW)  # type: ignore[arg-type]
    emails.send_sign_in_code(adult.user, "314159", now=NOW)  # type: ignore[arg-type]
    emails.send_security_notice(adult.user, "email_changed", now=NOW)  # type: ignore[arg-type]
    welcome([adult], by=adult.user, now=NOW)
    asked = asking_about_data.ask(adult, "correction", "The date is wrong", press=uuid4(), by=adult.user, now=NOW)
    asking_about_data.extend(asked, "Our archive is far away", by=adult.user, now=NOW)
    asking_about_data.answer(asked, DataRequest.Outcome.DONE, "The date is right now", by=adult.user, now=NOW)
    yield from ((mail.kind, kind_of(mail.kind).render(mail, NOW)) for mail in OutgoingMail.objects.all())


def in_a_hall(kids: list[object]) -> Session:
    place = PlaceFactory(directions="Ring the green bell.")
    return ready_session(children=kids, starts_at=START, delivery="in_person", place=place)


@pytest.fixture
def usual() -> list[tuple[str, Rendered]]:
    return list(samples())


@pytest.fixture
def easy(usual) -> list[tuple[str, Rendered]]:
    return [(kind, in_easy_read(rendered)) for kind, rendered in usual]


def test_every_mail_that_families_get_has_a_sample(usual):
    assert {kind for kind, _ in usual} - {"digest"} == {kind.name for kind in all_kinds()} - TO_STAFF


def facts(rendered: Rendered) -> set[str]:
    """What must not get lost: addresses of pages, times, days and numbers."""
    found = re.findall(r"https?://[^\s\"<]+|\d[\d:]*(?:am|pm)|\d+ [A-Z][a-z]+|\d[\d ]{5,}", rendered.text)
    return {fact.strip() for fact in found}


def test_easy_read_says_the_same_facts(usual):
    for kind, rendered in usual:
        in_easy = in_easy_read(rendered)
        assert (kind, facts(rendered) - facts(in_easy)) == (kind, set())
        assert (in_easy.subject, in_easy.calendar) == (rendered.subject, rendered.calendar)


def test_both_layouts_are_held_to_reading_age_eleven(usual, easy):
    for kind, rendered in [*usual, *easy]:
        assert reading_age(rendered.text) <= OLDEST, (kind, hard_sentences(rendered.text, OLDEST))


def test_easy_read_has_short_sentences_each_on_its_line(easy):
    for kind, rendered in easy:
        for line in rendered.text.splitlines():
            assert len(sentences(line)) <= 1, (kind, line)
            assert len(line.split()) <= LONGEST, (kind, line)


def test_no_sentence_ends_twice(usual, easy):
    """“at 4:05p.m..”: a time that brings a full stop of its own."""
    for kind, rendered in [*usual, *easy]:
        for said in (rendered.text, rendered.html):
            assert (kind, re.findall(r"[ap]\.m\.|(?<!\.)\.\.(?!\.)", said)) == (kind, [])


def test_pictures_are_ones_that_old_devices_can_draw(usual):
    """Those of the last ten years show as an empty box on an old phone (docs/adr/0195)."""
    drawn = {picture for _kind, mail in usual for picture in re.findall(r'data-picture="(.)"', mail.html)}
    assert len(drawn) > 20
    assert [picture for picture in drawn if ord(picture) >= 0x1F900] == []


def test_each_part_has_its_picture_and_screen_readers_skip_it(easy):
    for kind, rendered in easy:
        headings = re.findall(r"<h[12]\b[^>]*>", rendered.html)
        rows = re.findall(r'<td class="picture" aria-hidden="true">(.)</td><td><(\w+)', rendered.html)
        assert (kind, len([tag for _, tag in rows if tag in ("h1", "h2")])) == (kind, len(headings))
        assert len(rows) >= 7
        assert "data-picture" not in rendered.html
        said = [picture for picture, _ in rows if f"\n{picture} " in f"\n{rendered.text}"]
        assert (kind, len(said)) == (kind, len(rows))


def test_it_is_sent_to_who_reads_so_and_to_nobody_else(coordinator, sink: Sink):
    adults, kids = household(guardians=2, children=1)
    Guardian.objects.filter(pk=adults[0].pk).update(easy_read=True)
    planned(coordinator, children=kids)
    deliver(NOW)
    (mine,), (other,) = to(sink, adults[0].email), to(sink, adults[1].email)
    assert ("📅 Tuesday" in part(mine, "text/plain"), "📅" in part(other, "text/plain")) == (True, False)
    reads_well(mine)
    page = Page(part(mine, "text/html"))
    sizes = [attrs["style"] or "" for tag, attrs in page.tags if tag == "td" and "card" in (attrs.get("class") or "")]
    assert "font-size: 22px" in sizes[0].replace("font-size:22px", "font-size: 22px")


def test_the_code_too(sink: Sink):
    ((adult,), _) = household()
    Guardian.objects.update(easy_read=True)
    emails.send_sign_in_code(adult.user, "314159", now=NOW)  # type: ignore[arg-type]
    deliver(NOW)
    text = part(to(sink, adult.email)[0], "text/plain")
    assert "🔢 314159\n" in text
    assert "\n🔒 Do not give this code to anybody.\nWe will never ask you for it.\n" in text


def test_the_mail_log_shows_what_was_sent(coordinator):
    Guardian.objects.update(easy_read=True)
    kids = household(email=ADA)[1]
    Guardian.objects.update(easy_read=True)
    planned(coordinator, children=kids)
    shown = preview_in_log(OutgoingMail.objects.get(kind="invitation"), NOW)
    assert "📅 Tuesday" in shown.text


def test_a_welcome_goes_once_a_day_and_only_to_who_signs_in(coordinator: User, sink: Sink):
    adult = household(email=ADA)[0][0]
    phoned = household(email="")[0][0]
    assert [welcome([adult, phoned], by=coordinator, now=NOW) for _ in range(2)] == [1, 0]
    deliver(NOW)
    (mail,) = to(sink, ADA)
    assert mail["Subject"] == "Welcome to Whippersnappers: how to see your sessions"
    assert "/accounts/login/code/" in part(mail, "text/plain")
    assert "There is no password." in part(mail, "text/plain")
    reads_well(mail)
    assert AuditEvent.objects.filter(event="guardian.welcomed").count() == 1


def test_a_welcome_is_not_sent_to_who_left_meanwhile(coordinator: User, sink: Sink):
    adult = household(email=ADA)[0][0]
    welcome([adult], by=coordinator, now=NOW)
    Guardian.objects.update(archived_at=timezone.now())
    deliver(NOW)
    assert OutgoingMail.objects.get(kind=WELCOME.name).state == OutgoingMail.State.CANCELLED
