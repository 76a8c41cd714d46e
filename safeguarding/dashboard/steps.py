"""Everything that can be done with a concern: each step is a form of its own, and works without scripts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from safeguarding import acting, alerting, assessing, closing, disclosing, handling, linking, looking_after, referring
from safeguarding.dashboard import step_forms as forms
from safeguarding.dashboard.alert_forms import AlertForm
from safeguarding.dashboard.sharing_forms import ShareForm
from safeguarding.files.attaching import attach
from safeguarding.gathering import choices
from safeguarding.models import AdultAssessment, Concern, Disclosure, Referral
from safeguarding.retention import destroying, reviewing
from safeguarding.states import STEPS
from safeguarding.vocabulary import Kind, State
from whippersnappers.accounts.models import User

Do = Callable[[Concern, dict[str, Any], User, datetime], object]
Offered = Callable[[Concern, User], bool]


@dataclass(frozen=True)
class Step:
    """One thing that can be done. `done` is said when it was; `offered` is when it makes sense."""

    name: str
    word: str
    title: str
    form: type[forms.AboutConcern]
    do: Do
    done: str
    offered: Offered
    is_press: bool = False


def _is_open(concern: Concern, user: User) -> bool:
    return concern.state not in (State.CLOSED, State.ERROR)


def _in(*states: State) -> Offered:
    return lambda concern, user: concern.state in states


def _may_become(state: State) -> Offered:
    return lambda concern, user: state in STEPS[State(concern.state)]


def _may_agree(concern: Concern, user: User) -> bool:
    return concern.state == State.CLOSING and closing.proposer(concern) != user


def _may_close_alone(concern: Concern, user: User) -> bool:
    proposed_by = closing.proposer(concern)
    return proposed_by == user and not closing.could_agree(concern, proposed_by)


def _triage(concern: Concern, said: dict[str, Any], by: User, now: datetime) -> object:
    categories = said.pop("child_categories") + said.pop("adult_categories")
    judged = handling.triage(concern.pk, **said, categories=categories, by=by, now=now)
    if judged.kind == Kind.LEAD:
        looking_after.show_to_trustees(judged, now)
    return judged


def _move(concern: Concern, said: dict[str, Any], by: User, now: datetime) -> object:
    return handling.move(concern.pk, said["to"], reason=said["reason"], by=by, now=now)


def _keeper(concern: Concern, pk: str) -> User:
    return next(user for user in looking_after.keepers(concern) if str(user.pk) == pk)


def _act(concern: Concern, said: dict[str, Any], by: User, now: datetime) -> object:
    owner = _keeper(concern, said["owner"])
    return acting.add_action(concern.pk, what=said["what"], owner=owner, due_at=said["due_at"], by=by, now=now)


def _assign(concern: Concern, said: dict[str, Any], by: User, now: datetime) -> object:
    to = next(user for user in looking_after.may_be_given(concern) if str(user.pk) == said["to"])
    return looking_after.assign(concern.pk, to, reason=said["reason"], by=by, now=now)


def _refer(concern: Concern, said: dict[str, Any], by: User, now: datetime) -> object:
    return referring.refer(concern.pk, Referral(**said), by=by, now=now)


def _share(concern: Concern, said: dict[str, Any], by: User, now: datetime) -> object:
    shared = Disclosure(**said | {"decided_by": _keeper(concern, said["decided_by"])})
    return disclosing.disclose(concern.pk, shared, by=by, now=now)


def _may_alert(concern: Concern, user: User) -> bool:
    return _is_open(concern, user) and any(person.child for person in concern.people.all())


def _alert(concern: Concern, said: dict[str, Any], by: User, now: datetime) -> object:
    child = next(person.child for person in concern.people.all() if str(person.child_id) == said["child"])
    named = choices.staff().filter(pk__in=said["named"])
    return alerting.write_alert(concern.pk, **said | {"child": child, "named": named}, by=by, now=now)


def _assess(concern: Concern, said: dict[str, Any], by: User, now: datetime) -> object:
    return assessing.assess_adult(concern.pk, AdultAssessment(**said), by=by, now=now)


def _may_freeze(concern: Concern, user: User) -> bool:
    subjects = assessing.subjects_who_sign_in(concern.pk) if concern.kind == Kind.STAFF else []
    return any(person.user and person.user.is_active for person in subjects)


_ALL = [
    Step(
        "acknowledge", "Acknowledge", "Acknowledge", forms.PressForm,
        lambda c, said, by, now: handling.acknowledge(c.pk, by=by, now=now),
        "You have acknowledged it: the clock stands still.",
        lambda concern, user: concern.acknowledged_at is None and concern.state == State.SUBMITTED, is_press=True,
    ),
    Step(
        "triage", "Judge it", "What is it, and how soon must somebody act?", forms.TriageForm,
        _triage,
        "Your judgement is kept.", _in(State.ACKNOWLEDGED),
    ),
    Step(
        "agree", "Agree to close", "Close it, as the second person", forms.AgreeForm,
        lambda c, said, by, now: closing.agree(c.pk, **said, by=by, now=now),
        "It is closed.", _may_agree,
    ),
    Step(
        "alone", "Close alone", "Close it without a second person", forms.AloneForm,
        lambda c, said, by, now: closing.agree(c.pk, **said, by=by, now=now),
        "It is closed. The trustees were told.", _may_close_alone,
    ),
    Step(
        "refer", "Note a referral", "Somebody outside was told", forms.ReferralForm, _refer,
        "The referral is kept. Note what was shared, too, or make a PDF to share.",
        lambda c, user: referring.may_be_referred(c),
    ),
    Step(
        "share", "Note what was shared", "Something was shared outside", ShareForm, _share,
        "It stands in the log of what left the house.", lambda concern, user: True,
    ),
    Step("act", "Add an action", "Something to be done", forms.ActionForm, _act, "The action is kept.", _is_open),
    Step(
        "note", "Add a note", "Write down what happened", forms.NoteForm,
        lambda c, said, by, now: handling.note(c.pk, **said, by=by, now=now),
        "Your note is kept.", lambda concern, user: True,
    ),
    Step(
        "file", "Add files", "Add files", forms.FileForm,
        lambda c, said, by, now: attach(c.pk, **said, by=by, now=now),
        "The files are kept.", lambda concern, user: True,
    ),
    Step(
        "move", "Change its state", "Where it stands", forms.MoveForm, _move,
        "It has moved on.", lambda concern, user: bool(forms.moves(concern)),
    ),
    Step(
        "close", "Propose closing", "Propose to close it", forms.ProposeForm,
        lambda c, said, by, now: closing.propose(c.pk, **said, by=by, now=now),
        "Proposed. Somebody else has to agree.", _may_become(State.CLOSING),
    ),
    Step(
        "person", "Add a person", "Who is in it", forms.PersonForm,
        lambda c, said, by, now: looking_after.add_person(c.pk, **said, by=by, now=now),
        "They stand in the list.", _is_open,
    ),
    Step(
        "link", "Link a concern", "What it belongs together with", forms.LinkForm,
        lambda c, said, by, now: linking.link(c.pk, **said, by=by, now=now),
        "They are linked.", lambda concern, user: True,
    ),
    Step(
        "adult", "Adult at risk", "The section 42 test, and what they want", forms.AdultForm, _assess,
        "Your answers are kept.", lambda c, user: c.kind == Kind.ADULT and _is_open(c, user),
    ),
    Step(
        "freeze", "Freeze access", "Freeze the access of whom it is about", forms.FreezeForm,
        lambda c, said, by, now: assessing.freeze(c.pk, **said, by=by, now=now),
        "Their access is frozen.", _may_freeze,
    ),
    Step(
        "alert", "Alert staff", "Tell staff what they must know", AlertForm, _alert,
        "They see it from now on, and get a mail that something is to be read.", _may_alert,
    ),
    Step(
        "keep", "Keep it longer", "Until when it is kept", forms.KeepForm,
        lambda c, said, by, now: reviewing.keep_longer(c.pk, **said, by=by, now=now),
        "It is kept, and looked at again then.", lambda c, user: reviewing.open_review(c) is not None,
    ),
    Step(
        "hold", "Legal hold", "Keep it whatever the clocks say", forms.HoldForm,
        lambda c, said, by, now: reviewing.hold(c.pk, **said, by=by, now=now),
        "It is held.", lambda c, user: reviewing.standing_hold(c) is None,
    ),
    Step(
        "lift", "Lift the legal hold", "Lift the legal hold", forms.LiftForm,
        lambda c, said, by, now: reviewing.lift(c.pk, **said, by=by, now=now),
        "The hold is lifted.", lambda c, user: reviewing.standing_hold(c) is not None,
    ),
    Step(
        "destroy", "Propose destruction", "Have it destroyed", forms.DestroyForm,
        lambda c, said, by, now: destroying.propose_destruction(c.pk, **said, by=by, now=now),
        "Proposed. Somebody else has to agree.", destroying.may_propose,
    ),
    Step(
        "agree-to-destroy", "Agree to destroy it", "Destroy it, as the second person", forms.AgreeToDestroyForm,
        lambda c, said, by, now: destroying.destroy(c.pk, by=by, now=now),
        "It is destroyed. The certificate is kept.", destroying.may_agree,
    ),
    Step("assign", "Give it to somebody", "Give it to somebody", forms.AssignForm, _assign, "It was given.", _is_open),
    Step(
        "recuse", "Recuse yourself", "Step back from this concern", forms.RecuseForm,
        lambda c, said, by, now: looking_after.recuse(c.pk, **said, by=by, now=now),
        "You have stepped back.", lambda concern, user: True,
    ),
]  # fmt: skip
BY_NAME = {step.name: step for step in _ALL}


def offered(concern: Concern, user: User) -> list[Step]:
    """What makes sense now, the next step first."""
    return [step for step in _ALL if step.offered(concern, user)]
