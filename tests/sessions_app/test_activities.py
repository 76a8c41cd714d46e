"""The library of activities: kept, put away, read, and copied into what is planned."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app import activities
from sessions_app.models import Activity, Series, Session
from sessions_app.series.plans import lines_of
from tests.factories import SessionFactory, ready_session, tomorrow_at
from tests.sessions_app.staff_forms import add_line, as_posted, errors_of, text_of
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

ADD = "admin:sessions_app_activity_add"
SUMMARY = "We make a band from what is in the kitchen."
STEPS = (("Hello song", "We sing.", "hello"), ("The band", "", "drum"))
ITEMS = (("A pan", True, "to drum on"), ("A scarf", False, ""))


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def band() -> Activity:
    activity = Activity.objects.create(name="Kitchen band", summary=SUMMARY)
    for position, (title, detail, picture) in enumerate(STEPS, start=1):
        activity.steps.create(position=position, title=title, detail=detail, picture=picture)
    for position, (name, needed, note) in enumerate(ITEMS, start=1):
        activity.items.create(position=position, name=name, needed=needed, note=note)
    return activity


def page_of(thing: Any) -> str:
    return reverse(f"admin:sessions_app_{thing._meta.model_name}_change", args=[thing.pk])


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))


def use(planner: Client, url: str, activity: Any, **typed: Any) -> Any:
    data = as_posted(planner.get(url)) | typed | {"activity": str(activity), "_use_activity": "1"}
    return planner.post(url, data)


class TestKeeping:
    def test_an_activity_is_kept_with_its_lines(self, planner: Client) -> None:
        data = as_posted(planner.get(reverse(ADD))) | {"name": "Kitchen band", "summary": SUMMARY}
        data = add_line(data, "steps", title="Hello song", detail="We sing.", picture="hello", position="")
        data = add_line(data, "items", name="A pan", needed="on", note="to drum on", position="")
        assert planner.post(reverse(ADD), data).status_code == 302
        kept = Activity.objects.get()
        assert (kept.name, lines_of(kept)) == ("Kitchen band", (STEPS[:1], ITEMS[:1]))
        assert events() == ["activity.added"]

    def test_one_name_is_one_activity(self, planner: Client, band: Activity) -> None:
        data = as_posted(planner.get(reverse(ADD))) | {"name": "KITCHEN band"}
        assert errors_of(planner.post(reverse(ADD), data)) == {"name": ["There is an activity with this name already."]}

    def test_a_session_is_kept_as_an_activity_and_stays_as_it_is(self, planner: Client) -> None:
        session = ready_session(title="Drums", summary=SUMMARY)
        before = lines_of(session)
        keep = reverse("admin:sessions_app_session_keep", args=[session.pk])
        assert planner.get(keep).context["form"].initial == {"name": "Drums"}
        assert planner.post(keep, {"name": "Drums for all"}).url == page_of(session)
        kept = Activity.objects.get()
        assert (kept.name, kept.summary, lines_of(kept)) == ("Drums for all", SUMMARY, before)
        assert lines_of(session) == before
        again = planner.post(keep, {"name": "Drums for all"})
        assert again.context["form"].errors == {"name": ["There is an activity with this name already."]}
        assert events()[-1] == "activity.added"

    def test_a_session_of_nothing_is_not_kept(self, planner: Client, coordinator: User) -> None:
        session = SessionFactory()
        page = planner.get(reverse("admin:sessions_app_session_keep", args=[session.pk]))
        assert activities.NOTHING_TO_KEEP in text_of(page)
        with pytest.raises(ValidationError, match="no steps and no props"):
            activities.keep(session, name="Nothing", by=coordinator, now=timezone.now())

    def test_it_is_put_away_and_taken_out_again(self, planner: Client, band: Activity) -> None:
        for step, shown in (("archive", False), ("archive", False), ("restore", True)):
            response = planner.post(reverse(f"admin:sessions_app_activity_{step}", args=[band.pk]))
            assert response.url == page_of(band)
            listed = "Kitchen band" in text_of(planner.get(reverse("admin:sessions_app_activity_changelist")))
            offered = list(planner.get(reverse("admin:sessions_app_session_add")).context["activities"])
            assert (listed, offered) == (shown, [band] if shown else [])
        assert events() == ["activity.archived", "activity.restored"]
        assert "Kitchen band" in text_of(planner.get(page_of(band)))

    def test_what_was_put_away_is_found_when_one_asks(self, planner: Client, band: Activity) -> None:
        Activity.objects.update(archived_at=timezone.now())
        address = reverse("admin:sessions_app_activity_changelist")
        assert "Kitchen band" in text_of(planner.get(address, {"which": "archived"}))
        assert "Kitchen band" in text_of(planner.get(address, {"which": "all", "q": "hello"}))

    def test_those_who_deliver_read_it_and_change_nothing(
        self, client: Client, practitioner: User, band: Activity
    ) -> None:
        client.force_login(practitioner)
        page = text_of(client.get(page_of(band)))
        assert "Hello song" in page
        assert '<form method="post" novalidate' not in page
        assert "Put away" not in page
        assert client.post(page_of(band), {"name": "Mine"}).status_code == 403
        Activity.objects.update(archived_at=timezone.now())
        assert client.get(page_of(band)).status_code == 404


class TestUsing:
    @pytest.mark.parametrize("kind", ["session", "series"])
    def test_an_empty_form_is_filled_and_nothing_is_saved(self, planner: Client, band: Activity, kind: str) -> None:
        page = use(planner, reverse(f"admin:sessions_app_{kind}_add"), band.pk)
        data = as_posted(page)
        assert page.status_code == 200
        assert (data["title"], data["summary"]) == ("Kitchen band", SUMMARY)
        assert [data[f"steps-{n}-title"] for n in range(int(data["steps-TOTAL_FORMS"]))] == ["Hello song", "The band"]
        assert [data.get(f"items-{n}-needed") for n in range(int(data["items-TOTAL_FORMS"]))] == ["True", None]
        assert errors_of(page) == {}
        assert "errornote" not in text_of(page)
        assert "is in the form now. Nothing is saved yet" in text_of(page)
        assert Session.objects.count() == Series.objects.count() == 0

    def test_what_was_typed_stands_and_the_lines_come_after_it(self, planner: Client, band: Activity) -> None:
        session = ready_session(title="Ours", summary="Our own words.")
        (own,), _ = lines_of(session)[0][:1], None
        page = use(planner, page_of(session), band.pk, title="Ours, changed")
        data = as_posted(page)
        assert (data["title"], data["summary"]) == ("Ours, changed", "Our own words.")
        titles = [data[f"steps-{n}-title"] for n in range(int(data["steps-TOTAL_FORMS"]))]
        assert titles == [*(title for title, *_rest in lines_of(session)[0]), "Hello song", "The band"]
        assert titles[0] == own[0]
        assert planner.post(page_of(session), data).status_code == 302
        session.refresh_from_db()
        assert session.title == "Ours, changed"
        assert lines_of(session)[0][-2:] == STEPS

    def test_later_edits_of_the_activity_change_nothing_that_is_planned(self, planner: Client, band: Activity) -> None:
        add = reverse("admin:sessions_app_session_add")
        when = {"day": f"{tomorrow_at(16):%Y-%m-%d}", "starts": "16:00", "ends": "16:45"}
        typed = when | {"kind": "small_group", "delivery": "remote", "capacity": "6"}
        planner.post(add, as_posted(use(planner, add, band.pk, **typed)))
        band.steps.all().delete()
        band.items.update(name="A bucket")
        assert lines_of(Session.objects.get()) == (STEPS, ITEMS)

    def test_nothing_needed_comes_along_unless_props_are_listed(self, planner: Client) -> None:
        story = Activity.objects.create(name="Story", nothing_needed=True)
        add = reverse("admin:sessions_app_session_add")
        assert as_posted(use(planner, add, story.pk))["nothing_needed"]
        data = add_line(as_posted(planner.get(add)), "items", name="A pan", position="")
        page = planner.post(add, data | {"activity": str(story.pk), "_use_activity": "1"})
        assert "nothing_needed" not in as_posted(page)

    @pytest.mark.parametrize("chosen", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
    def test_nothing_chosen_is_said_and_loses_nothing(self, planner: Client, band: Activity, chosen: str) -> None:
        page = use(planner, reverse("admin:sessions_app_session_add"), chosen, title="Ours")
        assert "Choose an activity first." in text_of(page)
        assert (as_posted(page)["title"], errors_of(page)) == ("Ours", {})

    def test_a_number_of_lines_that_is_none_is_no_crash(self, planner: Client, band: Activity) -> None:
        add = reverse("admin:sessions_app_session_add")
        data = as_posted(planner.get(add)) | {"activity": str(band.pk), "_use_activity": "1"}
        page = planner.post(add, data | {"steps-TOTAL_FORMS": "many"})
        assert page.status_code == 200
