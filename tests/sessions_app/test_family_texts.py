"""Every text of staff that families read refuses requests for secrets (N1), and stands with its reading age (W3)."""

import logging
import re
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app import venues
from sessions_app.bulk import choosing
from sessions_app.models import (
    Activity,
    ActivityItem,
    ActivityStep,
    Place,
    Series,
    SeriesItem,
    SeriesStep,
    Session,
    SessionItem,
    SessionStep,
    StaffProfile,
)
from sessions_app.series.editing import change
from sessions_app.series.plans import plan_of
from sessions_app.series.starting import start
from sessions_app.text_advice import LONGEST, advise
from tests.factories import SessionFactory, ready_session
from tests.sessions_app.series.scenes import NOW, plan, started
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

ASKS = "Please send us your password."
SAID = f"We never ask families for passwords or login details (N1). Change this: “{ASKS}”"
EASY = "We sing a song. Then we play the drums with Maya."
HARD = (
    "Participants are encouraged to accumulate appropriate percussion instruments in advance of the scheduled "
    "activity, in consultation with Maya."
)

# What families read of each model, and what they do not: a new field of text belongs in one of the two.
READ: dict[type[models.Model], set[str]] = {
    Session: {"title", "summary", "cancel_reason"},
    SessionStep: {"title", "detail"},
    SessionItem: {"name", "note"},
    Series: {"title", "summary"},
    SeriesStep: {"title", "detail"},
    SeriesItem: {"name", "note"},
    Activity: {"name", "summary"},
    ActivityStep: {"title", "detail"},
    ActivityItem: {"name", "note"},
    Place: {"name", "address", "directions"},
    StaffProfile: {"first_name"},
}
# A picture is one of a library: nobody types it.
NOT_READ = {"rule", "dbs_number", "zoom_email", "picture"}


def texts_of(model: type[models.Model]) -> set[str]:
    """The fields in which somebody can type what they like."""
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices and not field.generated
    }


@pytest.mark.parametrize("model", READ, ids=lambda model: model.__name__)
def test_every_field_of_text_is_known(model: type[models.Model]) -> None:
    assert texts_of(model) - NOT_READ == READ[model]


@pytest.mark.parametrize(
    ("model", "name"), [(model, name) for model, names in READ.items() for name in sorted(names)], ids=str
)
def test_a_text_that_families_read_refuses_a_request_for_secrets(model: type[models.Model], name: str) -> None:
    thing = model(**{name: ASKS})
    with pytest.raises(ValidationError) as refused:
        thing.clean_fields()
    assert SAID in refused.value.message_dict[name]


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.mark.django_db
class TestReadAlong:
    def look(self, client: Client, text: str) -> Any:
        return client.post(reverse("admin:text_advice"), {"text": text})

    def test_an_easy_text(self, planner: Client) -> None:
        assert text_of(self.look(planner, EASY)).endswith(">Reading age 5: easy to read</p>")

    def test_a_hard_text_names_what_to_shorten_and_marks_the_long_words(self, planner: Client) -> None:
        said = text_of(self.look(planner, f"{EASY} {HARD}"))
        assert 'data-state="hard"' in said
        assert "<mark>Participants</mark> are <mark>encouraged</mark> to <mark>accumulate</mark>" in said
        assert "We sing" not in said
        assert "<mark>Maya" not in said

    def test_a_request_for_secrets_is_refused_with_its_clause(self, planner: Client) -> None:
        said = text_of(self.look(planner, f"{EASY} {ASKS}"))
        assert 'data-state="refused"' in said
        assert f"“{ASKS}”" in said
        assert ">N1</abbr>" in said

    def test_of_a_refused_text_the_reading_age_is_said_too(self, planner: Client) -> None:
        easy, hard = (text_of(self.look(planner, f"{text} {ASKS}")) for text in (EASY, HARD))
        assert re.findall(r'data-state="(\w+)"', easy + hard) == ["refused", "easy", "refused", "hard"]
        assert re.findall(r">Reading age \d+: ([\w ]+)", easy + hard) == ["easy to read", "shorten this "]
        assert "<mark>accumulate</mark>" in hard

    def test_nothing_of_a_text_is_kept(self, planner: Client, caplog: pytest.LogCaptureFixture) -> None:
        events = AuditEvent.objects.count()
        with caplog.at_level(logging.DEBUG):
            response = self.look(planner, "Canary told us something that nobody else should ever have to read.")
        assert "no-store" in response.headers["Cache-Control"]
        assert "Canary" not in caplog.text
        assert AuditEvent.objects.count() == events

    def test_what_is_typed_is_text_and_not_markup(self, planner: Client) -> None:
        assert "<script>" not in text_of(self.look(planner, f"<script>alert(1)</script> {HARD}"))

    @pytest.mark.parametrize(("length", "status"), [(LONGEST, 200), (LONGEST + 1, 413)])
    def test_a_text_has_a_size(self, planner: Client, length: int, status: int) -> None:
        assert self.look(planner, "a" * length).status_code == status

    def test_it_needs_the_forms_token(self, coordinator: User) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(coordinator)
        assert self.look(strict, EASY).status_code == 403

    def test_the_page_says_it_without_a_script(self, planner: Client) -> None:
        session = SessionFactory(summary=HARD)
        page = text_of(planner.get(reverse("admin:sessions_app_session_change", args=[session.pk])))
        assert "families may find this hard" in page
        assert "<mark>accumulate</mark>" in page

    def test_a_hard_text_does_not_keep_a_session_from_being_confirmed(self, planner: Client) -> None:
        session = ready_session(summary=HARD)
        page = planner.post(reverse("admin:sessions_app_session_confirm", args=[session.pk]))
        session.refresh_from_db()
        assert (page.status_code, session.state) == (302, "confirmed")

    def test_a_reason_that_asks_for_secrets_is_refused_at_its_field(self, planner: Client) -> None:
        cancel = reverse("admin:sessions_app_session_cancel", args=[SessionFactory().pk])
        assert planner.post(cancel, {"reason": ASKS}).context["form"].errors == {"reason": [SAID]}

    @pytest.mark.parametrize(
        ("route", "field"),
        [("session", "summary"), ("series", "title"), ("activity", "name"), ("place", "directions")],
    )
    def test_the_fields_are_read_along(self, planner: Client, route: str, field: str) -> None:
        page = text_of(planner.get(reverse(f"admin:sessions_app_{route}_add")))
        assert "staff/texts.js" in page
        assert f'id="id_{field}_advice"' in page

    def test_the_reason_for_many_is_read_along(self, planner: Client, coordinator: User) -> None:
        run = choosing.choose("cancel", [SessionFactory().pk], by=coordinator, now=timezone.now())
        page = text_of(planner.get(reverse("admin:sessions_app_session_bulk_run", args=[run.pk])))
        assert "staff/texts.js" in page
        assert 'id="id_reason_advice"' in page


@pytest.mark.django_db
class TestServices:
    """Not only the forms: what stores a text refuses it too."""

    @pytest.mark.parametrize("lines", [{"steps": (("Hello", ASKS, ""),)}, {"items": (("A pan", True, ASKS),)}])
    def test_a_series_is_not_started_with_them(self, coordinator: User, lines: Any) -> None:
        with pytest.raises(ValidationError, match="never ask families"):
            start(replace(plan(), **lines), by=coordinator, now=NOW)

    def test_why_a_series_is_changed(self, coordinator: User) -> None:
        series = started(coordinator, children=()).series
        with pytest.raises(ValidationError) as refused:
            change(plan_of(series), from_day=None, reason=ASKS, by=coordinator, now=NOW)
        assert refused.value.message_dict == {"reason": [SAID]}

    def test_a_place(self, coordinator: User) -> None:
        place = Place(name="Hall", address="1 Road", directions=ASKS)
        with pytest.raises(ValidationError) as refused:
            venues.save_place(place, by=coordinator, now=timezone.now())
        assert refused.value.message_dict == {"directions": [SAID]}


def test_a_title_has_no_age_but_its_long_words_are_named() -> None:
    title = advise("Percussion accessibility")
    assert title is not None
    assert (title.age, title.long_words, title.state) == (None, ("accessibility",), "easy")


def test_long_words_that_everybody_knows_are_not_named() -> None:
    known = advise("Everybody brings instruments")
    assert known is not None
    assert known.long_words == ()


def test_a_text_without_words_needs_no_advice() -> None:
    assert advise(" 16:00 ") is None
