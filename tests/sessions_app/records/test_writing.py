"""A record from its opening to its second signature, what Postgres refuses afterwards, and what the trail says."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, connection, transaction

from sessions_app.models import Booking, RecordAmendment, RecordTiming, Session, SessionRecord, StaffAssignment
from sessions_app.records import opening, signing, writing
from tests.factories import BookingFactory, StaffAssignmentFactory, StaffProfileFactory, UserFactory
from tests.sessions_app.records.scenes import ENDED, SOON, WORDS, over, scene
from whippersnappers import rotating
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.keysets import retired, rotated

pytestmark = pytest.mark.django_db
LATER = SOON + timedelta(hours=2)


def refused(act, *args, **kwargs) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        act(*args, **kwargs)
    return caught.value.message_dict if hasattr(caught.value, "error_dict") else {"": caught.value.messages}


def events(record: SessionRecord) -> list[str]:
    return list(
        AuditEvent.objects.filter(target_id=str(record.pk)).order_by("sequence").values_list("event", flat=True)
    )


class TestOpening:
    def test_each_child_of_a_1_1_that_is_over_has_a_record_to_write_once(self):
        session = over()
        lead = StaffAssignmentFactory(session=session, role=StaffAssignment.Role.LEAD)
        StaffAssignmentFactory(session=session)
        assert opening.open_due(ENDED - timedelta(seconds=1)) == 0
        assert opening.open_due(ENDED) == 1
        assert opening.open_due(LATER) == 0
        record = SessionRecord.objects.get()
        assert (record.session, record.author, record.state) == (session, lead.staff, "to_write")
        assert events(record) == ["record.opened"]

    def test_it_is_there_at_once_when_staff_end_the_session_early(self):
        session = over()
        StaffAssignmentFactory(session=session)
        Session.objects.filter(pk=session.pk).update(state=Session.State.DELIVERED)
        assert opening.open_due(ENDED - timedelta(minutes=5)) == 1

    def test_without_a_lead_whoever_is_there_writes_it(self):
        only = StaffAssignmentFactory(session=over())
        opening.open_due(SOON)
        assert SessionRecord.objects.get().author == only.staff

    def test_nothing_else_asks_for_one_by_itself(self):
        over(kind=Session.Kind.SMALL_GROUP)
        over(kind=Session.Kind.GROUP_ENTERTAINMENT)
        over(ENDED - timedelta(days=8))
        cancelled = over()
        Session.objects.filter(pk=cancelled.pk).update(state=Session.State.CANCELLED, cancelled_at=ENDED)
        Booking.objects.filter(session=over()).update(state=Booking.State.NOT_COMING)
        assert opening.open_due(SOON) == 0

    def test_staff_begin_one_for_a_small_group_and_nobody_else_does(self):
        session = over(kind=Session.Kind.SMALL_GROUP, capacity=5)
        mine = StaffAssignmentFactory(session=session)
        child = session.bookings.get().child
        record = opening.begin(session.pk, child.pk, by=mine.staff.user, now=SOON)
        assert opening.begin(session.pk, child.pk, by=mine.staff.user, now=SOON) == record
        stranger = BookingFactory().child
        assert refused(opening.begin, session.pk, stranger.pk, by=mine.staff.user, now=SOON) == {"": [opening.NO_PLACE]}
        assert refused(opening.begin, session.pk, child.pk, by=UserFactory(), now=SOON)
        show = over(kind=Session.Kind.GROUP_ENTERTAINMENT)
        StaffAssignmentFactory(session=show, staff=StaffProfileFactory(user=(by := UserFactory())))
        there = show.bookings.get().child
        assert refused(opening.begin, show.pk, there.pk, by=by, now=SOON) == {"": [opening.NO_RECORD]}
        early = ENDED - timedelta(hours=1)
        assert refused(opening.begin, session.pk, child.pk, by=mine.staff.user, now=early) == {"": [opening.NOT_BEGUN]}


class TestWriting:
    def test_a_draft_is_kept_and_saving_it_again_changes_nothing(self):
        here = scene()
        here.written()
        draft = here.written()
        assert (draft.state, draft.response, draft.steps) == ("draft", WORDS["response"], WORDS["steps"])
        assert events(here.record) == ["record.opened", "record.draft_saved"]

    def test_words_are_sealed_in_the_table_and_absent_from_the_trail(self):
        here = scene()
        here.complete()
        signing.amend(here.record.pk, "The pan was blue.", "Left out", by=here.lead.user, now=LATER)
        with connection.cursor() as cursor:
            for table in ("sessionrecord", "recordamendment"):
                cursor.execute(f"SELECT t::text FROM sessions_app_{table} t")
                row = cursor.fetchone()[0]
                hidden = ("spoons", "echo", "big pan", "blue", "Left out", "Hello song")
                assert [w for w in hidden if w in row or w.encode().hex() in row] == []
        trail = str(list(AuditEvent.objects.values_list("detail", flat=True)))
        assert [w for w in ("spoons", "echo", "blue", here.child.known_as) if w in trail] == []

    def test_only_its_author_writes_until_somebody_of_the_session_takes_it_over(self):
        here = scene()
        assert (
            "Maya Lind writes this record"
            in refused(writing.save_draft, here.record.pk, WORDS, by=here.second.user, now=SOON)[""][0]
        )
        writing.take_over(here.record.pk, by=here.second.user, now=SOON)
        assert writing.save_draft(here.record.pk, WORDS, by=here.second.user, now=SOON).author == here.second
        assert refused(writing.save_draft, here.record.pk, WORDS, by=here.lead.user, now=SOON)
        assert refused(writing.take_over, here.record.pk, by=UserFactory(), now=SOON)

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"came": ""}, {"came"}),
            ({"steps": [("Hello song", "done"), ("Drums", "")]}, {"step_1"}),
            ({"steps": [], "what_was_done": ""}, {"what_was_done"}),
            ({"response": "", "next_time": ""}, {"response", "next_time"}),
            ({"came": "no", "what_was_done": ""}, {"what_was_done"}),
        ],
    )
    def test_it_is_not_signed_before_all_is_said(self, changes, fields):
        here = scene()
        here.written(**changes)
        assert set(refused(writing.sign, here.record.pk, by=here.lead.user, now=SOON)) == fields

    def test_it_is_not_signed_before_the_session_is_over(self):
        here = scene()
        here.written()
        during = ENDED - timedelta(minutes=1)
        assert refused(writing.sign, here.record.pk, by=here.lead.user, now=during) == {"": [writing.NOT_OVER]}

    def test_a_session_that_did_not_take_place_needs_only_why(self):
        here = scene()
        record = here.signed(came="no", what_was_done="Ill that morning.", response="", next_time="", steps=[])
        assert record.state == "signed"

    def test_times_that_nobody_heard_of_are_kept_as_missing(self):
        here = scene()
        here.signed()
        rows = [(one.whose, one.staff, one.minutes, one.trouble) for one in here.record.timings.all()]
        assert rows[:2] == [("meeting", None, None, "missing"), ("family", None, None, "missing")]
        assert {staff for _, staff, *_ in rows[2:]} == {here.lead, here.second}


class TestSigning:
    def test_two_sign_and_pressing_twice_does_nothing_more(self):
        here = scene()
        here.complete()
        again = signing.countersign(here.record.pk, by=here.second.user, now=LATER)
        assert writing.sign(here.record.pk, by=here.lead.user, now=LATER) == again
        assert (again.state, again.signed_at, again.countersigned_at) == ("complete", SOON, SOON)
        assert events(here.record)[-2:] == ["record.signed", "record.countersigned"]

    def test_the_second_signature_is_another_persons_who_was_on_the_session(self):
        here = scene()
        here.signed()
        for by in (here.lead.user, UserFactory(), UserFactory(roles=["coordinator"]), UserFactory(roles=["lead"])):
            assert refused(signing.countersign, here.record.pk, by=by, now=SOON)
        StaffAssignment.objects.filter(staff=here.second).update(withdrawn_at=SOON)
        assert refused(signing.countersign, here.record.pk, by=here.second.user, now=SOON)

    def test_it_can_be_given_back_with_a_reason_and_signed_again(self):
        here = scene()
        here.signed()
        assert refused(signing.give_back, here.record.pk, "  ", by=here.second.user, now=SOON) == {
            "reason": [signing.SAY_WHY]
        }
        back = signing.give_back(here.record.pk, "She also sang.", by=here.second.user, now=SOON)
        assert (back.state, back.given_back_reason, back.timings.count()) == ("draft", "She also sang.", 0)
        here.complete(LATER, response="Sang and laughed.")
        assert SessionRecord.objects.get().response == "Sang and laughed."

    def test_a_complete_record_is_added_to_once_for_each_thing(self):
        here = scene()
        assert refused(signing.amend, here.record.pk, "More", "Forgot", by=here.lead.user, now=LATER)
        here.complete()
        assert refused(signing.amend, here.record.pk, "", "", by=here.lead.user, now=LATER).keys() == {
            "words",
            "reason",
        }
        for _ in range(2):
            signing.amend(here.record.pk, "More", "Forgot", by=here.lead.user, now=LATER)
        assert RecordAmendment.objects.count() == 1
        coordinator = UserFactory(roles=["coordinator"])
        signing.amend(here.record.pk, "The family says …", "They asked us to", by=coordinator, now=LATER)
        assert refused(signing.amend, here.record.pk, "More", "Why", by=UserFactory(), now=LATER)


class TestFrozen:
    """What Postgres refuses, whoever asks and by whatever code."""

    def refuses(self, sql: str) -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            # What waits for the end of the transaction would refuse TRUNCATE by itself.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            try:
                cursor.execute(sql)
            except InternalError as error:
                transaction.set_rollback(True)
                return "pgtrigger: Cannot" in str(error)
            transaction.set_rollback(True)
            return False

    def test_complete(self):
        here = scene()
        here.complete()
        signing.amend(here.record.pk, "More", "Forgot", by=here.lead.user, now=LATER)
        changes = [
            "UPDATE sessions_app_sessionrecord SET state = 'draft', signed_at = NULL, countersigned_at = NULL",
            "UPDATE sessions_app_sessionrecord SET response = ''::bytea",
            "UPDATE sessions_app_sessionrecord SET countersigned_at = now()",
            "DELETE FROM sessions_app_sessionrecord",
            "UPDATE sessions_app_recordtiming SET minutes = 45",
            "DELETE FROM sessions_app_recordtiming",
            "INSERT INTO sessions_app_recordtiming (id, record_id, position, whose, source, trouble, by_name) SELECT "
            "gen_random_uuid(), record_id, 99, 'family', 'hand', '', false FROM sessions_app_recordtiming LIMIT 1",
            "UPDATE sessions_app_recordamendment SET words = ''::bytea",
            "DELETE FROM sessions_app_recordamendment",
            *(f"TRUNCATE sessions_app_{t} CASCADE" for t in ("sessionrecord", "recordtiming", "recordamendment")),
        ]
        assert [sql for sql in changes if not self.refuses(sql)] == []

    def test_what_waits_for_the_second_signature_cannot_change_below_it(self):
        here = scene()
        here.signed()
        changes = [
            "UPDATE sessions_app_sessionrecord SET response = ''::bytea",
            "UPDATE sessions_app_sessionrecord SET signed_at = now()",
            "DELETE FROM sessions_app_sessionrecord",
        ]
        assert [sql for sql in changes if not self.refuses(sql)] == []

    def test_the_author_alone_does_not_complete_it(self):
        here = scene()
        here.signed()
        with pytest.raises(Exception, match="sessionrecord_two_people_sign"), transaction.atomic():
            SessionRecord.objects.update(state="complete", countersigned_by=here.lead, countersigned_at=SOON)

    def test_keys_are_changed_all_the_same(self, settings):
        complete, signed = scene(), scene(ENDED - timedelta(hours=3))
        complete.complete()
        signed.signed()
        signing.amend(complete.record.pk, "More", "Forgot", by=complete.lead.user, now=LATER)
        settings.FIELD_ENCRYPTION_KEYS = rotated(settings.FIELD_ENCRYPTION_KEYS)
        done = rotating.rotate(now=LATER)
        assert (done["sessions_app.SessionRecord.response"], done["sessions_app.RecordAmendment.words"]) == (2, 1)
        settings.FIELD_ENCRYPTION_KEYS = retired(settings.FIELD_ENCRYPTION_KEYS)
        assert {one.response for one in SessionRecord.objects.all()} == {WORDS["response"]}


class TestSeeing:
    def test_staff_see_those_of_their_sessions_and_who_answers_for_them_all(
        self, practitioner: User, coordinator: User
    ):
        here = scene()
        other = StaffProfileFactory(user=practitioner)
        people = {
            here.lead.user: True, here.second.user: True, practitioner: False, coordinator: True,
            UserFactory(roles=["lead"]): True, UserFactory(roles=["deputy"]): True,
            UserFactory(roles=["trustee"]): False, UserFactory(roles=["administrator"]): False,
            UserFactory(roles=["guardian"]): False,
        }  # fmt: skip
        seen = {user: SessionRecord.objects.visible_to(user).exists() for user in people}
        assert seen == people
        StaffAssignmentFactory(session=here.session, staff=other)
        assert SessionRecord.objects.visible_to(practitioner).exists()
        assert RecordTiming.objects.count() == 0
