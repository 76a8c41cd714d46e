"""A step's picture goes where its words go, from form, series and library; nobody is written to for it."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from sessions_app.admin.pictures import BY_NAME
from sessions_app.models import Session, SessionStep
from sessions_app.planning import settle
from sessions_app.series.plans import check
from tests.factories import UserFactory, household, ready_session
from tests.sessions_app.mail_scenes import NOW as MAILS_NOW
from tests.sessions_app.mail_scenes import planned
from tests.sessions_app.series.scenes import NOW, plan, started
from tests.sessions_app.series.test_editing import edit, session_on
from tests.sessions_app.staff_forms import add_line, as_posted, errors_of
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def page_of(session: Session) -> str:
    return reverse("admin:sessions_app_session_change", args=[session.pk])


def pictures_of(thing: Any) -> list[tuple[str, str]]:
    return [(step.title, step.picture) for step in thing.steps.all()]


def test_a_new_step_gets_the_picture_its_name_asks_for_one_chosen_stays_and_none_is_none(planner: Client) -> None:
    session = ready_session()
    session.steps.all().delete()
    data = as_posted(planner.get(page_of(session)))
    for title, picture in (("Goodbye song", BY_NAME), ("Drums", "bubbles"), ("Sing", ""), ("Xyzzy", BY_NAME)):
        data = add_line(data, "steps", title=title, picture=picture, detail="", position="")
    assert planner.post(page_of(session), data).status_code == 302
    assert pictures_of(session) == [("Goodbye song", "goodbye"), ("Drums", "bubbles"), ("Sing", ""), ("Xyzzy", "")]


def test_an_untouched_new_line_is_no_step_and_a_picture_alone_asks_for_a_name(planner: Client) -> None:
    session = ready_session()
    data = as_posted(planner.get(page_of(session)))
    blank = add_line(data, "steps", title="", picture=BY_NAME, detail="", position="")
    assert planner.post(page_of(session), blank).status_code == 302
    data = as_posted(planner.get(page_of(session)))
    drawn = add_line(data, "steps", title="", picture="drum", detail="", position="")
    assert "steps" in errors_of(planner.post(page_of(session), drawn))


def test_a_made_up_key_is_refused_beside_the_field(planner: Client) -> None:
    session = ready_session()
    data = as_posted(planner.get(page_of(session))) | {"steps-0-picture": "../../secret"}
    page = planner.post(page_of(session), data)
    assert "steps" in errors_of(page)
    assert page.status_code == 200


def test_somebody_elses_picture_is_not_overwritten_unseen(planner: Client) -> None:
    session = ready_session()
    mine = as_posted(planner.get(page_of(session))) | {"title": "Mine"}
    session.steps.filter(position=1).update(picture="bubbles")
    assert "__all__" in errors_of(planner.post(page_of(session), mine))


def test_a_series_hands_its_pictures_on_and_a_new_one_reaches_what_was_not_changed_there() -> None:
    by = UserFactory(roles=["coordinator"])
    series = started(by).series
    assert {tuple(pictures_of(s)) for s in series.sessions.all()} == {(("Hello song", "hello"), ("Drums", ""))}
    own = session_on(series, "2027-01-19")
    own.steps.filter(title="Drums").update(picture="hand-drum")
    edit(series, by, steps=(("Hello song", "", "hello"), ("Drums", "We drum.", "drum")))
    assert pictures_of(own) == [("Hello song", "hello"), ("Drums", "hand-drum")]
    assert pictures_of(session_on(series, "2027-01-26")) == [("Hello song", "hello"), ("Drums", "drum")]


def test_a_series_refuses_a_made_up_picture() -> None:
    check(plan(), NOW)
    with pytest.raises(ValidationError):
        check(replace(plan(), steps=(("Drums", "", "../x"),)), NOW)


def test_nobody_is_written_to_for_a_picture(coordinator: User) -> None:
    session = planned(coordinator, children=household()[1])
    before = session.revisions.count(), OutgoingMail.objects.count()
    SessionStep.objects.filter(session=session).update(picture="bubbles")
    settle(session.pk, by=coordinator, now=MAILS_NOW)
    assert (session.revisions.count(), OutgoingMail.objects.count()) == before
