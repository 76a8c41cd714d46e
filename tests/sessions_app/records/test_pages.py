"""The pages of records: written, signed by two, given back, added to, taken away; and who sees what of them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sessions_app.admin import record_pages
from sessions_app.models import Session, SessionRecord, StaffAssignment
from sessions_app.records import signing, writing
from sessions_app.records.shown import TimingLine, timing_lines, with_all
from tests.factories import PlaceFactory, StaffAssignmentFactory, StaffProfileFactory, UserFactory
from tests.sessions_app.records.scenes import Scene, over, scene
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

TYPED = {
    "came": "yes",
    "step_0": "done",
    "step_1": "partly",
    "what_was_done": "We drummed with spoons.",
    "response": "Laughed at every echo.",
    "next_time": "Bring the big pan.",
    "about_times": "",
}


@pytest.fixture
def here(db: Any) -> Scene:
    """Over since an hour."""
    return scene(timezone.now().replace(microsecond=0) - timedelta(hours=1))


def page(name: str, pk: Any) -> str:
    return reverse(f"admin:{name}", args=[pk])


def typed(html: str, **changes: str) -> dict[str, str]:
    """What a browser would send: the hidden fields as they were drawn, and what was typed."""
    hidden = dict(re.findall(r'name="(seen_\w+)" value="(\w+)"', html))
    return hidden | TYPED | changes


def test_a_record_is_written_signed_and_countersigned(client: Client, here: Scene) -> None:
    write, read = page("record_write", here.record.pk), record_pages.page_of(here.record.pk)
    client.force_login(here.lead.user)
    html = text_of(client.get(reverse("admin:my_records")))
    assert str(here.child) in html
    html = client.get(write).content.decode()
    assert "Nothing was heard" in html
    saved = client.post(write, typed(html, next_time=""), follow=True)
    assert record_pages.SAVED in text_of(saved)
    # The signature asks for what is missing, keeps all the rest, and what is typed then is no conflict.
    html = saved.content.decode()
    refused = client.post(write, typed(html, next_time="") | {"sign": "1"})
    assert writing.SAY_NEXT in text_of(refused)
    assert "Laughed at every echo." in text_of(refused)
    done = client.post(write, typed(refused.content.decode()) | {"sign": "1"}, follow=True)
    assert "Signed. Tom Brennan can countersign it now." in text_of(done)
    assert client.get(write).status_code == 302
    client.force_login(here.second.user)
    assert "Laughed at every echo." in text_of(client.get(read))
    done = client.post(page("record_countersign", here.record.pk), follow=True)
    assert record_pages.COMPLETE in text_of(done)
    assert SessionRecord.objects.get().state == "complete"
    again = client.post(page("record_countersign", here.record.pk), follow=True)
    assert again.status_code == 200


def test_two_tabs_do_not_undo_each_other(client: Client, here: Scene) -> None:
    write = page("record_write", here.record.pk)
    client.force_login(here.lead.user)
    first = client.get(write).content.decode()
    client.post(write, typed(first))
    # The other tab was drawn before, and changes one of the same fields.
    late = client.post(write, typed(first, response="Sang."))
    assert "This changed while you had the page open. It now says: “Laughed at every echo.”" in text_of(late)
    assert SessionRecord.objects.get().response == "Laughed at every echo."
    assert "Sang." in text_of(late)
    client.post(write, typed(late.content.decode(), response="Sang."))
    assert SessionRecord.objects.get().response == "Sang."


def test_whoever_it_was_taken_from_keeps_what_they_typed(client: Client, here: Scene) -> None:
    write = page("record_write", here.record.pk)
    client.force_login(here.lead.user)
    drawn = client.get(write).content.decode()
    client.force_login(here.second.user)
    assert client.get(write).status_code == 302
    assert "Write it instead of Maya Lind" in text_of(client.get(record_pages.page_of(here.record.pk)))
    client.post(page("record_take_over", here.record.pk))
    client.force_login(here.lead.user)
    late = text_of(client.post(write, typed(drawn)))
    assert "Tom Brennan writes this record now. What you typed is still here" in late
    assert "Laughed at every echo." in late


def test_it_is_given_back_with_a_reason_and_added_to_once_complete(client: Client, here: Scene) -> None:
    read = record_pages.page_of(here.record.pk)
    here.signed(timezone.now())
    client.force_login(here.second.user)
    empty = text_of(client.post(page("record_give_back", here.record.pk), {"reason": " "}))
    assert "Say in a few words what should be changed." in empty
    client.post(page("record_give_back", here.record.pk), {"reason": "She also sang."})
    client.force_login(here.lead.user)
    assert "She also sang." in text_of(client.get(page("record_write", here.record.pk)))
    here.complete(timezone.now())
    mistake = text_of(client.post(page("record_amend", here.record.pk), {"words": "It was the blue pan."}))
    assert "Say why you add it." in mistake
    assert "It was the blue pan." in mistake
    for _ in range(2):
        client.post(page("record_amend", here.record.pk), {"words": "It was the blue pan.", "reason": "Asked"})
    html = text_of(client.get(read))
    assert html.count("It was the blue pan.") == 1


def test_what_staff_type_of_the_times_of_a_session_in_person_is_shown_as_that(client: Client) -> None:
    ended = timezone.now().replace(microsecond=0, second=0) - timedelta(days=1)
    here = scene(ended, delivery=Session.Delivery.IN_PERSON, place=PlaceFactory())
    write = page("record_write", here.record.pk)
    client.force_login(here.lead.user)
    drawn = client.get(write).content.decode()
    for hands, said in (
        ({"hand_began": "10:00"}, "Say both"),
        ({"hand_began": "10:00", "hand_ended": "09:00"}, "must end after it began"),
        ({"hand_began": "lunch", "hand_ended": "11:00"}, "There is no such time"),
    ):
        answer = text_of(client.post(write, typed(drawn, **hands)))
        assert said in answer
    client.post(write, typed(drawn, hand_began="10:00", hand_ended="10:40") | {"sign": "1"})
    times = {(one.minutes, one.source, one.trouble) for one in SessionRecord.objects.get().timings.all()}
    assert times == {(40, "hand", "")}
    assert "written by hand" in text_of(client.get(record_pages.page_of(here.record.pk)))


def test_a_draft_is_read_by_the_sessions_staff_alone_and_signed_by_who_answers_for_it(
    client: Client, here: Scene, coordinator: User, lead: User
) -> None:
    read = record_pages.page_of(here.record.pk)
    here.written()
    for user in (coordinator, lead):
        client.force_login(user)
        html = text_of(client.get(read))
        assert "Laughed at every echo." not in html
        assert "still being written" in html
        assert client.get(page("record_pdf", here.record.pk)).status_code == 404
        assert client.get(page("record_write", here.record.pk)).status_code == 302
        assert client.post(page("record_write", here.record.pk), TYPED).status_code == 404
    writing.sign(here.record.pk, by=here.lead.user, now=timezone.now())
    for user in (coordinator, lead):
        client.force_login(user)
        assert "Laughed at every echo." in text_of(client.get(read))
    reads = AuditEvent.objects.filter(event="record.read", target_id=str(here.record.pk))
    assert {event.actor for event in reads} == {f"user:{coordinator.pk}", f"user:{lead.pk}"}


def test_files_hold_what_may_be_read_under_a_name_that_says_nothing(
    client: Client, here: Scene, coordinator: User
) -> None:
    one, all_ = page("record_pdf", here.record.pk), page("record_child_pdf", here.child.pk)
    client.force_login(coordinator)
    assert client.get(all_).status_code == 302
    here.complete(timezone.now())
    signing.amend(here.record.pk, "Blue pan 😀", "Asked", by=here.lead.user, now=timezone.now())
    second = scene(timezone.now() - timedelta(days=2), child=here.child)
    second.written()
    for address in (one, all_):
        answer = client.get(address)
        assert answer.content.startswith(b"%PDF")
        assert here.child.known_as not in answer["Content-Disposition"]
        assert answer["Cache-Control"] == "no-store, private"
    lines = timing_lines(with_all(SessionRecord.objects.all()).get(pk=here.record.pk))
    assert [line.summed_up for line in lines] == ["not known"] * 4
    # The draft is not in it.
    assert client.get(all_).content.count(b"/Type /Page\n") == 1
    stranger = UserFactory()
    client.force_login(stranger)
    assert [client.get(address).status_code for address in (one, all_)] == [404, 404]


def test_staff_begin_the_record_of_a_child_in_a_small_group(client: Client, here: Scene) -> None:
    Session.objects.filter(pk=here.session.pk).update(kind=Session.Kind.SMALL_GROUP)
    SessionRecord.objects.all().delete()
    address = reverse("admin:record_begin", args=[here.session.pk, here.child.pk])
    client.force_login(here.lead.user)
    assert client.get(address).status_code == 405
    for _ in range(2):
        answer = client.post(address)
    record = SessionRecord.objects.get()
    assert answer["Location"] == page("record_write", record.pk)
    Session.objects.filter(pk=here.session.pk).update(kind=Session.Kind.GROUP_ENTERTAINMENT)
    assert "No record is kept" in text_of(client.post(address, follow=True))
    client.force_login(UserFactory())
    assert client.post(address).status_code == 404


def test_the_list_is_filtered_by_what_coordinators_ask(client: Client, coordinator: User) -> None:
    now = timezone.now()
    late, done = scene(now - timedelta(days=3)), scene(now - timedelta(days=2))
    fresh = scene(now - timedelta(hours=2))
    done.complete(now)
    client.force_login(coordinator)
    whole = reverse("admin:sessions_app_sessionrecord_changelist")
    day = timezone.localdate(late.session.starts_at)

    def found(query: str) -> set[str]:
        html = text_of(client.get(f"{whole}?{query}"))
        return {name for name, one in (("late", late), ("done", done), ("fresh", fresh)) if str(one.child) in html}

    assert found("") == {"late", "done", "fresh"}
    assert found("overdue=yes") == {"late"}
    assert found("overdue=unfinished") == {"late", "fresh"}
    assert found("state__exact=complete") == {"done"}
    assert found(f"staff={done.second.pk}") == {"done"}
    assert found("staff=nonsense") == set()
    assert found(f"child={fresh.child.pk}") == {"fresh"}
    assert found("child=nonsense") == found("child=00000000-0000-0000-0000-000000000000")
    assert found("times=trouble") == {"done"}
    assert found(f"scheduled_start_from={day}&scheduled_start_to={day}") == {"late"}
    assert found(f"q={late.child.known_as}") == {"late"}


def test_practitioners_find_those_of_their_own_sessions_only(client: Client, here: Scene) -> None:
    other = scene(timezone.now() - timedelta(days=2))
    whole = reverse("admin:sessions_app_sessionrecord_changelist")
    client.force_login(here.lead.user)
    html = text_of(client.get(whole))
    assert str(here.child) in html
    assert str(other.child) not in html
    assert client.get(record_pages.page_of(other.record.pk)).status_code == 404
    StaffAssignment.objects.filter(staff=here.lead).update(withdrawn_at=timezone.now())
    assert client.get(record_pages.page_of(here.record.pk)).status_code == 404


def test_home_says_which_records_wait_and_leads_to_them(client: Client, here: Scene, coordinator: User) -> None:
    late = scene(timezone.now() - timedelta(days=3), lead=here.lead)
    here.signed(timezone.now())
    home = reverse("admin:index")
    client.force_login(here.lead.user)
    html = text_of(client.get(home))
    assert f"{late.child}</a>: to write" in html
    assert str(here.child) not in html
    client.force_login(here.second.user)
    html = text_of(client.get(home))
    assert f"{here.child}</a>: to countersign" in html
    client.force_login(coordinator)
    html = text_of(client.get(home))
    assert "Records that are overdue" in html
    assert str(late.child) in html
    assert str(here.child) not in html


def test_a_sessions_page_shows_its_records_and_where_to_begin_one(
    client: Client, here: Scene, coordinator: User
) -> None:
    address = reverse("admin:sessions_app_session_change", args=[here.session.pk])
    link = record_pages.page_of(here.record.pk)
    for user in (here.lead.user, coordinator):
        client.force_login(user)
        assert link in text_of(client.get(address))
    Session.objects.filter(pk=here.session.pk).update(kind=Session.Kind.SMALL_GROUP)
    SessionRecord.objects.all().delete()
    client.force_login(here.second.user)
    assert f'Write a record<span class="st-unseen"> of {here.child}' in text_of(client.get(address))
    client.force_login(coordinator)
    assert "Write a record" not in text_of(client.get(address))


def test_what_was_left_for_next_time_reaches_whoever_delivers_it(
    client: Client, here: Scene, coordinator: User, practitioner: User
) -> None:
    now = timezone.now()
    scene(now - timedelta(days=9), child=here.child).complete(now, next_time="Older words.")
    here.complete(now)
    scene(now - timedelta(hours=3), child=here.child).written(next_time="Only a draft.")
    ahead = over(now + timedelta(days=2), child=here.child)
    address = reverse("admin:sessions_app_session_change", args=[ahead.pk])
    StaffAssignmentFactory(session=ahead, staff=StaffProfileFactory(user=practitioner))
    client.force_login(practitioner)
    html = text_of(client.get(address))
    assert "Bring the big pan." in html
    assert [words for words in ("Older words.", "Only a draft.", "Laughed") if words in html] == []
    client.force_login(coordinator)
    assert "Bring the big pan." not in text_of(client.get(address))


def test_own_records_cost_the_same_with_one_and_with_thirty(client: Client) -> None:
    now = timezone.now()
    first = scene(now - timedelta(hours=1))
    client.force_login(first.lead.user)
    counted = []
    for more in (0, 29):
        for number in range(1, more + 1):
            one = scene(now - timedelta(hours=1 + number), lead=first.lead)
            if number % 3 == 0:
                one.complete(now)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("admin:my_records")).status_code == 200
        counted.append(len(captured))
    assert counted == [5, 5]


@pytest.mark.parametrize(
    ("began", "ended", "minutes", "said"),
    [
        ("4:00pm", "4:45pm", "45 minutes", "4:00pm to 4:45pm, 45 minutes"),
        ("4:00pm", "not known", "not known", "from 4:00pm"),
        ("not known", "4:45pm", "not known", "until 4:45pm"),
        ("not known", "not known", "not known", "not known"),
    ],
)
def test_times_are_said_as_far_as_they_are_known(began: str, ended: str, minutes: str, said: str) -> None:
    assert TimingLine("Pip", began, ended, minutes, "").summed_up == said
