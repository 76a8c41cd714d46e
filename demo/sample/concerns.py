"""A handful of made-up concerns: one that nobody has read, one in hand, one that was referred, one about staff."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from demo.sample.making import fixed_id
from families.models import Child
from safeguarding import acting, alerting, disclosing, handling, linking, looking_after, referring
from safeguarding.body_map import kept, mark_at
from safeguarding.files.opening import open_upload
from safeguarding.models import Concern, Disclosure, Referral
from safeguarding.paper.blank_form import blank_form
from safeguarding.paper.entering import Sheet, enter_paper
from safeguarding.raising import Report, raise_concern
from safeguarding.retention import reviewing
from safeguarding.vocabulary import Agency, IdentityCheck, Kind, LawfulBasis, PersonRole, Severity, ShareConsent
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class Sample:
    """What somebody of staff wrote, and how long ago."""

    name: str
    kind: Kind
    by: str
    ago: timedelta
    words: dict[str, str]
    danger_now: Concern.Danger = Concern.Danger.NO


_BRUISE = Sample(
    "bruise", Kind.CHILD, "maya", timedelta(minutes=25),
    {
        "what_happened": "During the drum session the sleeve slipped. There was a bruise on the left upper arm, round, "
        "about the size of a 2p coin, yellow at the edge. Nobody said anything about it.",
        "childs_words": "“Ouch” (signed), when the strap of the drum touched the arm.",
        "how_they_communicate": "Makaton. Aisha Bello, who signs, was there.",
        "when_and_where": "At the hall, at the beginning of the session.",
        "action_taken": "I moved the strap to the other side and told Aisha.",
        "parent_told": "No. I wanted to ask you first.",
        "opinion": "It may be from a fall. I am not sure.",
        "body_map": json.dumps(kept([mark_at("front_left_upper_arm", "bruise", "coin", "green")])),
    },
)  # fmt: skip
_TIRED = Sample(
    "tired", Kind.CHILD, "tom", timedelta(days=2),
    {
        "what_happened": "Came without a coat for the third week, and fell asleep on the mat. Ate two lunches.",
        "when_and_where": "At pick-up and all through the session.",
        "action_taken": "We found a coat. I said it to nobody else.",
        "parent_told": "I asked how things are at home. “It is a lot,” was the answer.",
        "opinion": "The family may need help more than anything.",
    },
)  # fmt: skip
_ONLINE = Sample(
    "online", Kind.ONLINE, "priya", timedelta(days=6),
    {
        "what_happened": "Somebody we do not know was in the room behind the child, and turned the camera away.",
        "when_and_where": "In the remote story session, at about a quarter past four.",
        "action_taken": "I asked who else was there. The call dropped.",
        "parent_told": "Not reached by phone yet.",
    },
)  # fmt: skip
_SHORT = Sample(
    "short", Kind.LOW_LEVEL, "aisha", timedelta(days=4),
    {"what_happened": "Spoke sharply to a child who would not stop drumming, and said sorry afterwards."},
)  # fmt: skip
_ALLEGATION = Sample(
    "allegation", Kind.STAFF, "zofia", timedelta(hours=3),
    {"what_happened": "A parent says that a member of our team sent her son messages late in the evening."},
)  # fmt: skip


def make_concerns(now: datetime) -> None:
    """Raise them as their reporters did, and see to them as the Lead would."""
    children = list(Child.objects.filter(archived_at=None).order_by("reference")[:3])
    lead, rhys, jonah = (_staff(name) for name in ("lena", "rhys", "jonah"))
    bruise = _raise(_BRUISE, children[:1], now)
    tired = _raise(_TIRED, children[:1], now)
    _in_hand(tired, children[0], lead, now - timedelta(days=1))
    reviewing.hold(tired.pk, reason="The family court has asked for the notes.", by=lead, now=now)
    linking.link(tired.pk, bruise.reference, reason="The same child in one week.", by=lead, now=now)
    _referred(_raise(_ONLINE, children[1:2], now), lead, now - timedelta(days=5))
    for sample, subject in ((_SHORT, rhys), (_ALLEGATION, jonah)):
        concern = _raise(sample, [], now)
        looking_after.add_person(concern.pk, role=PersonRole.SUBJECT, user=subject, by=lead, now=now)
    _on_paper(lead, now)


def _staff(name: str) -> User:
    return User.objects.get(email=f"{name}@whippersnappers.org")


def _raise(sample: Sample, children: list[Child], now: datetime) -> Concern:
    report = Report(
        kind=sample.kind,
        source=Concern.Source.STAFF,
        form_key=fixed_id("concern", sample.name),
        danger_now=sample.danger_now,
        words=sample.words,
        children=children,
    )
    return raise_concern(report, by=_staff(sample.by), now=now - sample.ago)


def _on_paper(lead: User, now: datetime) -> None:
    """A volunteer without a sign-in wrote it by hand; the Lead typed it in, with a scan."""
    report = Report(
        kind=Kind.ADULT,
        source=Concern.Source.PAPER,
        form_key=fixed_id("concern", "paper"),
        danger_now=Concern.Danger.NO,
        words={
            "who": "The grandmother who brings Sami. I do not know her name.",
            "what_happened": "She said that her nephew “keeps the card”, and that she has no money for the bus.",
            "when_and_where": "In the kitchen, while the children were singing.",
            "action_taken": "I gave her a cup of tea and the bus fare.",
        },
    )
    sheet = Sheet(now - timedelta(hours=27), now - timedelta(hours=26), reporter_words="Vera Quist, volunteer")
    scan = open_upload(SimpleUploadedFile("Vera’s sheet.pdf", blank_form()))
    enter_paper(report, sheet, [scan], about="Both sides of her sheet.", by=lead, now=now - timedelta(hours=25))


def _judged(concern: Concern, lead: User, severity: Severity, reason: str, now: datetime) -> None:
    handling.acknowledge(concern.pk, by=lead, now=now)
    handling.triage(
        concern.pk,
        kind=concern.kind,
        severity=severity,
        categories=["neglect"],
        tags=[],
        reason=reason,
        by=lead,
        now=now,
    )


def _in_hand(concern: Concern, child: Child, lead: User, now: datetime) -> None:
    _judged(concern, lead, Severity.MEDIUM, "Three weeks in a row. No injury; the child is fed here.", now)
    told = "Do not let anybody but the two parents collect them. Call me before you open the door to somebody else."
    alerting.write_alert(
        concern.pk,
        child=child,
        words=told,
        for_deliverers=False,
        named=[_staff("maya")],
        last_day=(now + timedelta(days=28)).date(),
        by=lead,
        now=now,
    )
    what, due_at = "Call the school: have they noticed the same?", now + timedelta(hours=4)
    acting.add_action(concern.pk, what=what, owner=lead, due_at=due_at, by=lead, now=now)


def _referred(concern: Concern, lead: User, now: datetime) -> None:
    _judged(concern, lead, Severity.HIGH, "Nobody could tell us who that was, and nobody answers the phone.", now)
    told = Referral(
        pk=uuid.uuid5(concern.form_key, "referral"),
        agency=Agency.CHILDREN,
        how=Referral.How.PHONE,
        officer="J. Hart, duty desk",
        their_reference="MASH-20871",
        why="An unknown adult in the child’s room, and the family cannot be reached.",
        made_at=now + timedelta(minutes=30),
    )
    referring.refer(concern.pk, told, by=lead, now=now + timedelta(minutes=40))
    disclosing.disclose(concern.pk, _shared(concern, lead, told.made_at), by=lead, now=now + timedelta(minutes=45))


def _shared(concern: Concern, lead: User, at: datetime) -> Disclosure:
    return Disclosure(
        pk=uuid.uuid5(concern.form_key, "shared"),
        what="What the member of staff saw and heard, the family’s address and phone number.",
        recipient=Agency.CHILDREN,
        person="J. Hart, duty desk",
        identity=IdentityCheck.CALLED_BACK,
        how=Disclosure.How.PHONE,
        basis=LawfulBasis.SAFEGUARDING,
        consent=ShareConsent.NOT_ASKED,
        consent_words="The unknown adult could hear it.",
        decided_by=lead,
        shared_at=at,
    )
