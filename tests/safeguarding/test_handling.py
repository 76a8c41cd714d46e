"""Steps of a concern: signed, with reasons, once, and only by whom it exists for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from safeguarding import acting, handling, referring
from safeguarding.gathering import record
from safeguarding.models import Action, ChronologyEntry, Concern, ConcernPerson, Recusal, Referral
from safeguarding.vocabulary import Agency, Kind, PersonRole, Severity, State
from tests.safeguarding.scenes import REASON, deputy_named, judge, raised, triaged
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import verify

pytestmark = pytest.mark.django_db


def events(concern):
    found = AuditEvent.objects.filter(target_id=str(concern.pk)).order_by("sequence")
    return list(found.values_list("event", flat=True))


def test_from_raised_to_triaged_and_closed_is_written_down(lead):
    concern = triaged(lead)
    handling.move(concern.pk, State.OPEN, reason="", by=lead, now=timezone.now())
    concern.refresh_from_db()
    assert (concern.state, concern.severity, concern.categories) == (State.OPEN, Severity.HIGH, ["physical"])
    assert [entry.state for entry in concern.chronology.all()] == ["", "acknowledged", "triaged", "open"]
    assert [entry.words for entry in concern.chronology.all()][2] == REASON
    assert [entry.kind for entry in concern.chronology.all()] == ["submitted", "acknowledged", "state", "state"]
    assert events(concern) == ["concern.raised", "concern.moved", "concern.moved", "concern.moved"]
    assert verify()[0] > 0


def test_whoever_comes_second_is_told_who_was_first(lead):
    concern, deputy = raised(), deputy_named()
    handling.acknowledge(concern.pk, by=deputy, now=timezone.now())
    with pytest.raises(handling.AlreadyDone) as done:
        handling.acknowledge(concern.pk, by=lead, now=timezone.now())
    assert done.value.entry.author == deputy
    assert events(concern).count("concern.moved") == 1


@pytest.mark.django_db(transaction=True)
def test_of_fifty_that_acknowledge_at_once_one_wins(lead):
    concern = raised()

    def press(_number):
        try:
            handling.acknowledge(concern.pk, by=lead, now=timezone.now())
        except handling.AlreadyDone:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        won = list(pool.map(press, range(50)))
    assert won.count(True) == 1
    assert concern.chronology.filter(kind=ChronologyEntry.Kind.ACKNOWLEDGED).count() == 1
    assert verify()[0] == AuditEvent.objects.count()


def test_a_judgement_without_a_reason_is_refused_beside_its_field(lead):
    concern = raised()
    handling.acknowledge(concern.pk, by=lead, now=timezone.now())
    with pytest.raises(ValidationError) as refused:
        judge(concern, by=lead, reason="  ")
    assert list(refused.value.message_dict) == ["reason"]
    assert Concern.objects.get(pk=concern.pk).severity == ""


@pytest.mark.parametrize("to", [State.SUBMITTED, State.ACKNOWLEDGED, State.TRIAGED, State.REFERRED, State.CLOSED])
def test_steps_with_a_page_of_their_own_cannot_be_gone_round(lead, to):
    concern = triaged(lead)
    with pytest.raises(ValidationError):
        handling.move(concern.pk, to, reason=REASON, by=lead, now=timezone.now())


def test_triage_takes_only_words_from_the_lists(lead):
    concern = raised()
    handling.acknowledge(concern.pk, by=lead, now=timezone.now())
    for wrong in ({"categories": ["spite"]}, {"tags": ["<script>"]}):
        with pytest.raises(ValidationError):
            judge(concern, by=lead, **wrong)
    for wrong in ({"kind": "gossip"}, {"severity": "terrible"}):
        with pytest.raises(ValueError):
            judge(concern, by=lead, **wrong)


def _steps(concern, by):
    now = timezone.now()
    return [
        lambda: handling.acknowledge(concern.pk, by=by, now=now),
        lambda: judge(concern, by=by),
        lambda: handling.move(concern.pk, State.OPEN, reason=REASON, by=by, now=now),
        lambda: handling.note(concern.pk, "Seen", by=by, now=now),
        lambda: acting.add_action(concern.pk, what="Call", owner=by, due_at=now + timedelta(1), by=by, now=now),
        lambda: referring.refer(concern.pk, referral(), by=by, now=now),
    ]


def referral(**fields):
    facts = {"agency": Agency.CHILDREN, "how": Referral.How.PHONE, "why": REASON, "made_at": timezone.now()}
    return Referral(**(facts | fields))


@pytest.mark.parametrize("number", range(6))
def test_for_nobody_else_it_exists(lead, coordinator, administrator, practitioner, trustee, number):
    recused, subject = deputy_named(), deputy_named("Sub Ject")
    concern = raised()
    Recusal.objects.create(concern=concern, user=recused, at=timezone.now())
    ConcernPerson.objects.create(concern=concern, user=subject, role=PersonRole.SUBJECT)
    for person in (coordinator, administrator, practitioner, trustee, recused, subject):
        with pytest.raises(Concern.DoesNotExist):
            _steps(concern, person)[number]()
    assert concern.chronology.count() == 1


def test_about_the_lead_it_exists_for_the_trustee_alone(lead, trustee):
    concern = raised(kind=Kind.LEAD)
    with pytest.raises(Concern.DoesNotExist):
        handling.acknowledge(concern.pk, by=lead, now=timezone.now())
    assert handling.acknowledge(concern.pk, by=trustee, now=timezone.now()).state == State.ACKNOWLEDGED


def test_a_referral_is_kept_and_answered_once(lead):
    concern = triaged(lead)
    made = referring.refer(concern.pk, referral(), by=lead, now=timezone.now())
    assert Concern.objects.get(pk=concern.pk).state == State.REFERRED
    referring.answered(concern.pk, made.pk, answer="Strategy meeting", by=lead, now=timezone.now())
    with pytest.raises(ValidationError):
        referring.answered(concern.pk, made.pk, answer="Another", by=lead, now=timezone.now())
    assert Referral.objects.get(pk=made.pk).answer == "Strategy meeting"


def test_who_called_first_notes_it_at_once_and_judges_afterwards(lead):
    concern, now = raised(), timezone.now()
    called = referral(agency=Agency.POLICE, made_at=now - timedelta(minutes=20), told_by="Maya, by 999")
    made = referring.refer(concern.pk, called, by=lead, now=now)
    concern.refresh_from_db()
    assert (concern.state, concern.acknowledged_at) == (State.ACKNOWLEDGED, now)
    assert (made.told_by, made.made_by) == ("Maya, by 999", lead)
    assert [entry.kind for entry in record.chronology(concern, newest_first=False)] == [
        "submitted", "acknowledged", "referral",
    ]  # fmt: skip
    assert concern.chronology.get(kind="referral").words == f"Police (999 or 101): {REASON}\nTold by Maya, by 999."
    # A second call changes nothing of that; judging it makes it referred.
    referring.refer(concern.pk, referral(), by=deputy_named(), now=timezone.now())
    assert concern.chronology.filter(kind=ChronologyEntry.Kind.ACKNOWLEDGED).count() == 1
    judge(concern, by=lead)
    concern.refresh_from_db()
    assert (concern.state, concern.severity) == (State.REFERRED, Severity.HIGH)
    assert concern.chronology.filter(state=State.TRIAGED).get().words == REASON
    said = concern.chronology.filter(state=State.REFERRED).get().words
    assert said == "It was referred before it was judged: Police (999 or 101), Children's social care (MASH)."


@pytest.mark.parametrize(
    ("state", "why"), [(State.CLOSING, "proposed: open it again"), (State.CLOSED, "reopen"), (State.ERROR, "reopen")]
)
def test_what_is_over_is_not_referred(lead, state, why):
    concern = triaged(lead)
    Concern.objects.update(state=state, retention="child", closed_at=timezone.now())
    with pytest.raises(ValidationError, match=why):
        referring.refer(concern.pk, referral(), by=lead, now=timezone.now())
    assert not Referral.objects.exists()


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"made_at": timezone.now() - timedelta(days=8)}, "made_at"),
        ({"made_at": timezone.now() + timedelta(hours=1)}, "made_at"),
        ({"why": ""}, "why"),
        ({"agency": "x"}, "agency"),
    ],
)
def test_a_referral_with_a_fact_missing_is_refused_beside_its_field(lead, fields, name):
    concern = triaged(lead)
    with pytest.raises(ValidationError) as refused:
        referring.refer(concern.pk, referral(**fields), by=lead, now=timezone.now())
    assert name in refused.value.message_dict
    assert not Referral.objects.exists()


def test_only_the_lado_gives_a_lado_outcome(lead):
    concern = triaged(lead, kind=Kind.STAFF)
    made = referring.refer(concern.pk, referral(agency=Agency.POLICE), by=lead, now=timezone.now())
    with pytest.raises(ValidationError):
        referring.answered(concern.pk, made.pk, answer="x", lado_outcome="false", by=lead, now=timezone.now())


def test_an_action_has_an_owner_who_may_see_it(lead, coordinator):
    concern, now = triaged(lead), timezone.now()
    with pytest.raises(ValidationError) as refused:
        acting.add_action(concern.pk, what="Call", owner=coordinator, due_at=now + timedelta(1), by=lead, now=now)
    assert list(refused.value.message_dict) == ["owner"]
    action = acting.add_action(concern.pk, what="Call", owner=lead, due_at=now + timedelta(1), by=lead, now=now)
    with pytest.raises(ValidationError):
        acting.finish_action(concern.pk, action.pk, outcome=" ", by=lead, now=now)
    acting.finish_action(concern.pk, action.pk, outcome="She is safe", by=lead, now=now)
    acting.finish_action(concern.pk, action.pk, outcome="Again", by=lead, now=now)
    assert Action.objects.get().outcome == "She is safe"
