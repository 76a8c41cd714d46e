"""No signature, no way in: what mails leave out, and what goes out once somebody has signed or was let in (F1-F6)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from families import agreeing, publishing
from families.agreeing import Evidence
from families.models import Agreement, Guardian
from sessions_app import digests, invitations, notices, signing
from sessions_app.invitations import WayInState, join_token
from sessions_app.models import Invitation, LetIn, PhoneTask, Session
from sessions_app.posting import FAMILY_KINDS
from tests.factories import GuardianFactory, GuardianshipFactory, PlaceFactory, household
from tests.sessions_app.mail_scenes import (
    NOW,
    PASSCODE,
    START,
    ZOOM_ID,
    deliver,
    edit,
    entry,
    family,
    from_clock,
    mails,
    part,
    planned,
    subjects,
    to,
    words,
)
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
LATER = NOW + timedelta(hours=1)
HALF_AN_HOUR = timedelta(minutes=30)


def sign(guardian: Guardian, now=LATER):
    current = agreeing.current_agreement()
    return signing.sign(
        guardian, current, typed_name=guardian.full_name, evidence=Evidence(), by=guardian.user, now=now
    )


@pytest.fixture
def unsigned(coordinator):
    """Ada, who has not signed, and the session that her child has a place in."""
    guardian, kid = family(signed=False)
    return guardian, planned(coordinator, children=[kid])


def way_in_of(session: Session) -> Invitation:
    return Invitation.objects.get(session=session)


def keys_in(message, session: Session) -> list[str]:
    """What of the way in a mail gives away."""
    shown = words(message).replace(" ", "").replace("=\n", "")
    zoom_id = session.meetings.get(is_wanted=True).zoom_id
    return [key for key in (join_token(way_in_of(session)), zoom_id, PASSCODE, "/join/") if key in shown]


def test_every_mail_to_who_has_not_signed_leaves_the_way_in_out_and_leads_to_the_agreement(coordinator, unsigned, sink):
    _guardian, session = unsigned
    deliver(NOW)
    edit(session, now=LATER, by=coordinator, starts_at=START + HALF_AN_HOUR, ends_at=START + 4 * HALF_AN_HOUR)
    from_clock(LATER, START)
    sent = to(sink, ADA)
    assert [mail.kind for mail in mails(session, *FAMILY_KINDS, state="sent")] == [
        "invitation",
        "changed",
        "presession",
        "reminder",
    ]
    assert len(sent) == 4
    leads = f"/portal/agreement/?back={way_in_of(session).pk}"
    for message in sent:
        assert keys_in(message, session) == []
        assert leads in part(message, "text/plain")
        assert leads in part(message, "text/html")
    event, method = entry(sent[0])
    assert (method, str(event["url"]).endswith(leads)) == ("REQUEST", True)


def test_who_has_signed_gets_all_of_it(coordinator, sink):
    _guardian, kid = family()
    session = planned(coordinator, children=[kid])
    deliver(NOW)
    [message] = to(sink, ADA)
    assert keys_in(message, session) == [join_token(way_in_of(session)), ZOOM_ID, PASSCODE, "/join/"]
    assert "/portal/agreement/" not in words(message)


def test_several_sessions_in_one_mail_leave_the_ways_in_out_too(coordinator, sink):
    _guardian, kid = family(signed=False)
    both = [planned(coordinator, children=[kid], start=START + timedelta(days=n)) for n in range(2)]
    digests.bundle(session.pk for session in both)
    deliver(NOW)
    [message] = to(sink, ADA)
    for session in both:
        assert keys_in(message, session) == []
    assert "/portal/agreement/?back=" in part(message, "text/plain")


def test_signing_opens_the_way_and_sends_it_once(unsigned, sink):
    guardian, session = unsigned
    deliver(NOW)
    assert invitations.way_in(way_in_of(session), START).state == WayInState.UNSIGNED
    for _ in range(2):
        sign(guardian)
    assert invitations.way_in(way_in_of(session), START).state == WayInState.OPEN
    deliver(LATER)
    first, second = to(sink, ADA)
    assert keys_in(second, session) == [join_token(way_in_of(session)), ZOOM_ID, PASSCODE, "/join/"]
    assert str(second["Subject"]).startswith("Your way in: ")
    before, after = entry(first)[0], entry(second)[0]
    assert (before["uid"], int(after["sequence"])) == (after["uid"], int(before["sequence"]) + 1)
    assert "/join/" in str(after["url"])
    from_clock(LATER, START)
    assert [s.split(":")[0] for s in subjects(sink, ADA)[2:]] == ["Getting ready", "Today"]


def test_an_invitation_that_still_waits_needs_no_second_one(unsigned, sink):
    guardian, session = unsigned
    sign(guardian)
    deliver(LATER)
    [message] = to(sink, ADA)
    assert PASSCODE in keys_in(message, session)


def test_what_is_over_or_called_off_or_withdrawn_is_not_sent(coordinator, unsigned, sink):
    guardian, session = unsigned
    deliver(NOW)
    invitations.withdraw(way_in_of(session).pk, by=coordinator, now=NOW)
    sign(guardian)
    deliver(LATER)
    assert len(to(sink, ADA)) == 1


def test_several_ways_in_that_were_held_back_go_as_one_mail(coordinator, sink):
    guardian, kid = family(signed=False)
    both = [planned(coordinator, children=[kid], start=START + timedelta(days=n)) for n in range(2)]
    deliver(NOW)
    sign(guardian)
    deliver(LATER)
    *_, last = to(sink, ADA)
    assert len(to(sink, ADA)) == 3
    for session in both:
        assert join_token(way_in_of(session)) in words(last)


def publish_again(administrator, now):
    draft = agreeing.save_draft(Agreement(text="New words.", easy_text="New."), by=administrator, now=now)
    publishing.publish(draft, by=administrator, now=now)


def test_a_new_version_shuts_the_way_until_it_is_signed_and_sends_nothing_they_have(coordinator, administrator, sink):
    guardian, kid = family()
    session = planned(coordinator, children=[kid])
    deliver(NOW)
    publish_again(administrator, LATER)
    assert invitations.way_in(way_in_of(session), START).state == WayInState.UNSIGNED
    sign(guardian, LATER + timedelta(hours=1))
    assert invitations.way_in(way_in_of(session), START).state == WayInState.OPEN
    deliver(LATER + timedelta(hours=2))
    assert [mail.kind for mail in mails(session, *FAMILY_KINDS)] == ["invitation"]


def test_a_mail_that_left_it_out_since_the_new_version_is_made_good(coordinator, administrator, sink):
    guardian, kid = family()
    session = planned(coordinator, children=[kid])
    deliver(NOW)
    publish_again(administrator, LATER)
    due = START - timedelta(hours=48)
    notices.enqueue_due(due)
    deliver(due)
    sign(guardian, due + timedelta(hours=1))
    deliver(due + timedelta(hours=1))
    assert [mail.kind for mail in mails(session, *FAMILY_KINDS)] == ["invitation", "presession", "invitation"]
    assert PASSCODE in keys_in(to(sink, ADA)[-1], session)


def test_staff_let_a_family_in_once_with_a_reason_on_record(coordinator, unsigned, sink):
    guardian, session = unsigned
    deliver(NOW)
    with pytest.raises(ValidationError, match="Say why"):
        signing.let_in(session.pk, guardian.pk, reason="  ", by=coordinator, now=LATER)
    for _ in range(2):
        signing.let_in(session.pk, guardian.pk, reason="canary: her phone is lost", by=coordinator, now=LATER)
    assert invitations.way_in(way_in_of(session), START).state == WayInState.OPEN
    deliver(LATER)
    assert PASSCODE in keys_in(to(sink, ADA)[-1], session)
    assert len(to(sink, ADA)) == 2
    event = AuditEvent.objects.get(event="session.let_in_unsigned")
    assert event.detail == {"guardian": str(guardian.pk)}
    row = LetIn.objects.get()
    assert (row.by, row.at, row.reason) == (coordinator, LATER, "canary: her phone is lost")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM sessions_app_letin")
        assert b"canary" not in bytes(cursor.fetchone()[0])
    # Signing later opens the others, and sends this one no second time.
    sign(guardian, LATER + timedelta(hours=1))
    deliver(LATER + timedelta(hours=1))
    assert len(to(sink, ADA)) == 2


def test_letting_in_holds_for_that_session_and_that_guardian_alone(coordinator, unsigned):
    guardian, session = unsigned
    other = GuardianFactory(signed=False)
    GuardianshipFactory(guardian=other, child=guardian.guardianships.get().child)
    second = planned(coordinator, children=[guardian.guardianships.get().child], start=START + timedelta(days=1))
    signing.let_in(session.pk, guardian.pk, reason="Lost phone", by=coordinator, now=NOW)
    start = START + timedelta(days=1)
    theirs = Invitation.objects.get(session=second, guardian=guardian)
    others = Invitation.objects.get(session=second, guardian=other)
    assert [invitations.way_in(way, start).state for way in (theirs, others)] == [WayInState.UNSIGNED] * 2


@pytest.mark.parametrize("why", ["signed", "draft", "uninvited"])
def test_there_must_be_something_to_let_them_into(coordinator, unsigned, why):
    guardian, session = unsigned
    if why == "signed":
        sign(guardian)
    elif why == "draft":
        Session.objects.filter(pk=session.pk).update(state="draft", confirmed_at=None)
    else:
        guardian = GuardianFactory(signed=False)
    with pytest.raises(ValidationError):
        signing.let_in(session.pk, guardian.pk, reason="Lost phone", by=coordinator, now=LATER)
    assert not LetIn.objects.exists()


def test_a_family_without_e_mail_signs_on_paper_and_is_called_once_more(coordinator):
    guardian, kid = family(email="", phone="07700 900123", signed=False)
    session = planned(coordinator, children=[kid])
    [call] = PhoneTask.objects.all()
    PhoneTask.objects.update(outcome="reached", attempts=1, done_at=NOW, done_by=coordinator)
    current = agreeing.current_agreement()
    for _ in range(2):
        signing.record_paper(guardian, current, name="Ada O’Neill", paper_date=LATER.date(), by=coordinator, now=LATER)
    signature = guardian.signatures.get()
    assert (signature.kind, signature.seen_by, signature.sha256) == ("paper", coordinator, current.sha256)
    assert invitations.way_in(way_in_of(session), START).state == WayInState.OPEN
    again = PhoneTask.objects.exclude(pk=call.pk).get()
    assert (again.purpose, again.done_at, again.guardian) == ("invite", None, guardian)


def test_a_call_still_to_make_says_it_all_after_the_paper(coordinator):
    guardian, kid = family(email="", phone="07700 900123", signed=False)
    planned(coordinator, children=[kid])
    current = agreeing.current_agreement()
    signing.record_paper(guardian, current, name="Ada", paper_date=LATER.date(), by=coordinator, now=LATER)
    assert PhoneTask.objects.count() == 1


def test_paper_needs_a_name_and_no_day_to_come(coordinator, unsigned):
    guardian, _session = unsigned
    current = agreeing.current_agreement()
    for name, day, at in (("", 0, "typed_name"), ("Ada", 1, "paper_date")):
        with pytest.raises(ValidationError) as refused:
            signing.record_paper(
                guardian, current, name=name, paper_date=(LATER + timedelta(days=day)).date(), by=coordinator, now=LATER
            )
        assert list(refused.value.message_dict) == [at]


def test_in_person_nobody_is_kept_out(coordinator, sink):
    _guardian, kid = family(signed=False)
    session = planned(coordinator, children=[kid], delivery=Session.Delivery.IN_PERSON, place=PlaceFactory())
    deliver(NOW)
    [message] = to(sink, ADA)
    assert "/join/" in words(message)
    assert "agreement" not in words(message).lower()
    assert invitations.way_in(way_in_of(session), START).state == WayInState.OPEN


def test_the_mail_follows_a_signature_of_the_same_second(coordinator, sink):
    """Mails of one round share who has signed; who had not is asked about anew."""
    guardian, kid = family(signed=False)
    _others, kids = household(signed=False)
    session = planned(coordinator, children=[kid, *kids])
    sign(guardian, NOW)
    deliver(NOW)
    [message] = to(sink, ADA)
    assert PASSCODE in keys_in_of(message, session, guardian)


def keys_in_of(message, session, guardian):
    token = join_token(Invitation.objects.get(session=session, guardian=guardian))
    return [key for key in (token, PASSCODE) if key in words(message)]
