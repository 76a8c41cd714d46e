"""The way in: a token that nobody can make up, and the rule of when it opens (F7)."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from families.models import Guardianship
from sessions_app import invitations
from sessions_app.invitations import Standing, WayInState, way_in_state
from sessions_app.models import Booking, Invitation, JoinUse, Session
from tests.factories import household, london
from tests.sessions_app.family_scenes import invited
from tests.sessions_app.mail_scenes import NOW, planned
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

OPENS, CLOSES = london("2026-11-24 15:45"), london("2026-11-24 16:45")


@pytest.fixture
def invitation(db) -> Invitation:
    (adult,), _ = household()
    return invited(adult, starts_in=timedelta(minutes=10))


def state(now: datetime, **facts) -> WayInState:
    ordinary = {
        "standing": Standing.COMING,
        "session_state": "confirmed",
        "must_sign": False,
        "lacks_yes": False,
        "has_room": True,
        "opens_at": OPENS,
        "closes_at": CLOSES,
    }
    return way_in_state(**{**ordinary, **facts}, now=now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENS - timedelta(microseconds=1), WayInState.TOO_EARLY),
        (OPENS, WayInState.OPEN),
        (CLOSES - timedelta(microseconds=1), WayInState.OPEN),
        (CLOSES, WayInState.TOO_LATE),
    ],
)
def test_it_opens_and_closes_on_the_dot(now, expected):
    assert state(now) == expected


@pytest.mark.parametrize("session_state", Session.State.values)
@pytest.mark.parametrize("standing", Standing)
def test_every_state_of_a_session_has_an_answer(session_state, standing):
    expected = {
        "draft": WayInState.NOT_READY,
        "confirmed": WayInState.OPEN,
        "live": WayInState.OPEN,
        "delivered": WayInState.TOO_LATE,
        "cancelled": WayInState.CANCELLED,
    }[session_state]
    answer = state(OPENS, session_state=session_state, standing=standing)
    if standing == Standing.NOT_COMING and expected in (WayInState.OPEN, WayInState.NOT_READY):
        expected = WayInState.NOT_COMING
    assert answer == (WayInState.WITHDRAWN if standing == Standing.NONE else expected)


def test_without_a_meeting_it_is_not_ready_but_early_is_said_first():
    assert state(OPENS, has_room=False) == WayInState.NOT_READY
    assert state(OPENS - timedelta(hours=1), has_room=False) == WayInState.TOO_EARLY


def test_who_must_sign_hears_it_days_ahead_but_not_of_a_session_that_is_off():
    assert state(OPENS - timedelta(days=5), must_sign=True) == WayInState.UNSIGNED
    assert state(OPENS, must_sign=True, has_room=False) == WayInState.UNSIGNED
    assert state(CLOSES, must_sign=True) == WayInState.TOO_LATE
    assert state(OPENS, must_sign=True, session_state="cancelled") == WayInState.CANCELLED
    assert state(OPENS, must_sign=True, standing=Standing.NONE) == WayInState.WITHDRAWN
    assert state(OPENS, must_sign=True, standing=Standing.NOT_COMING) == WayInState.NOT_COMING


def test_who_lacks_a_yes_hears_it_days_ahead_and_after_the_signature():
    assert state(OPENS - timedelta(days=5), lacks_yes=True) == WayInState.NO_CONSENT
    assert state(OPENS, lacks_yes=True, has_room=False) == WayInState.NO_CONSENT
    assert state(OPENS, lacks_yes=True, must_sign=True) == WayInState.UNSIGNED
    assert state(CLOSES, lacks_yes=True) == WayInState.TOO_LATE
    assert state(OPENS, lacks_yes=True, standing=Standing.NOT_COMING) == WayInState.NOT_COMING


@pytest.mark.parametrize(
    ("start", "opens_utc"),
    [
        # The clocks go forward at 01:00 on 29 March 2026: 15 minutes before 02:05 BST is 00:50 GMT.
        ("2026-03-29 02:05", datetime(2026, 3, 29, 0, 50, tzinfo=UTC)),
        # They go back at 02:00 BST on 25 October: 01:10 in the first pass, and 01:05 after it.
        ("2026-10-25 01:10", datetime(2026, 10, 24, 23, 55, tzinfo=UTC)),
        ("2026-10-25 16:00", datetime(2026, 10, 25, 15, 45, tzinfo=UTC)),
        ("2026-03-29 16:00", datetime(2026, 3, 29, 14, 45, tzinfo=UTC)),
    ],
)
def test_it_opens_in_real_time_across_the_clock_changes(start, opens_utc):
    starts_at = london(start).astimezone(UTC)
    opens_at, closes_at = invitations.opening_hours(
        Session(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    )
    assert opens_at == opens_utc
    assert closes_at - opens_at == timedelta(hours=1, minutes=15)


def test_a_token_is_long_url_safe_and_derived(invitation):
    token = invitations.join_token(invitation)
    assert len(token) == 54
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert token == invitations.join_token(Invitation.objects.get(pk=invitation.pk))
    found = invitations.find(token)
    assert found == invitation
    assert invitations.join_url(invitation) == f"http://localhost:8000/join/{token}/"


@pytest.mark.parametrize("at", [0, 1, 20, 21, 22, 27, 30, 53])
def test_a_token_with_one_letter_changed_opens_nothing(invitation, at):
    token = invitations.join_token(invitation)
    letter = "A" if token[at] != "A" else "B"
    assert invitations.find(token[:at] + letter + token[at + 1 :]) is None


@pytest.mark.parametrize("token", ["", "x", "made-when-you-confirm", "A" * 54, "é" * 54, "A" * 5000, "....", "\x00"])
def test_rubbish_opens_nothing(invitation, token):
    assert invitations.find(token) is None


def test_a_token_of_another_key_opens_nothing_and_one_of_a_former_key_still_does(invitation, settings):
    token = invitations.join_token(invitation)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key, long enough to be taken seriously 0123456789"
    assert invitations.find(token) is None
    settings.SECRET_KEY_FALLBACKS = [former]
    assert invitations.find(token) == invitation


def test_a_token_for_nobody_opens_nothing(db):
    assert invitations.find(invitations.join_token(Invitation(pk=uuid.uuid4()))) is None


def test_reissuing_ends_the_old_link_mails_the_new_one_and_is_audited(coordinator):
    (_adult,), (kid,) = household()
    invitation = Invitation.objects.get(session=planned(coordinator, children=[kid]))
    OutgoingMail.objects.update(state="sent", sent_at=NOW)
    old = invitations.join_token(invitation)
    again = invitations.reissue(invitation.pk, by=coordinator, now=NOW)
    found = invitations.find(old)
    assert found is not None
    assert invitations.way_in(found, NOW).state == WayInState.WITHDRAWN
    new = invitations.find(invitations.join_token(again))
    assert new is not None
    assert invitations.way_in(new, NOW).state == WayInState.TOO_EARLY
    assert OutgoingMail.objects.filter(kind="invitation", state="waiting", key__endswith=":2").count() == 1
    assert AuditEvent.objects.filter(event="invitation.reissued", target_id=str(invitation.pk)).count() == 1


def test_withdrawing_ends_every_link_once(coordinator, invitation):
    token = invitations.join_token(invitation)
    invitations.withdraw(invitation.pk, by=coordinator, now=NOW)
    invitations.withdraw(invitation.pk, by=coordinator, now=NOW)
    invitation.refresh_from_db()
    assert (invitation.token_version, invitation.sequence, invitation.withdrawn_at) == (2, 1, NOW)
    for link in (token, invitations.join_token(invitation)):
        found = invitations.find(link)
        assert found is not None
        assert invitations.way_in(found, invitation.session.starts_at).state == WayInState.WITHDRAWN
    assert AuditEvent.objects.filter(event="invitation.withdrawn").count() == 1


@pytest.mark.parametrize("loss", ["restricted", "not invited", "guardian archived", "child archived", "place"])
def test_whoever_lost_their_standing_is_not_let_in(invitation, loss):
    start = invitation.session.starts_at
    assert invitations.way_in(invitation, start).is_open
    guardianship = Guardianship.objects.get(guardian=invitation.guardian)
    if loss == "restricted":
        Guardianship.objects.update(restricted=True, restriction_review_on="2027-01-01")
    elif loss == "not invited":
        Guardianship.objects.update(may_be_invited=False)
    elif loss == "guardian archived":
        type(invitation.guardian).objects.update(archived_at=NOW)
    elif loss == "child archived":
        type(guardianship.child).objects.update(archived_at=NOW)
    else:
        Booking.objects.update(state=Booking.State.WITHDRAWN)
    assert invitations.way_in(invitation, start).state == WayInState.WITHDRAWN


def test_uses_are_logged_as_they_are(invitation):
    invitations.log_use(invitation, JoinUse.Outcome.OPENED, NOW)
    invitations.log_use(invitation, "too_early", NOW + timedelta(seconds=1))
    assert list(invitation.uses.values_list("outcome", flat=True)) == ["too_early", "opened"]
    with pytest.raises(ValueError, match="broke in"):
        invitations.log_use(invitation, "broke in", NOW)
