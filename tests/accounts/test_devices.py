"""A guardian sees the own devices and signs them out; nobody else's, and nothing that singles a device out is kept."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import UserFactory, household, london
from whippersnappers.accounts import devices, people
from whippersnappers.accounts.device_names import _MACHINES, device_kind, device_name
from whippersnappers.accounts.models import Device, User
from whippersnappers.accounts.tasks import sweep_sign_in
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

PAGE = "/portal/devices/"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.1 Mobile/15E148 Safari/604.1"
)
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130.0.0.0 Mobile Safari/537.36"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
    " Edg/130.0.0.0"
)


@pytest.fixture
def parent() -> User:
    return household()[0][0].user  # type: ignore[return-value]


def came_in(user: User, user_agent: str = IPHONE) -> Client:
    """A browser in which the person has signed in with a code."""
    client = Client(headers={"user-agent": user_agent})
    client.post("/accounts/login/code/", {"email": user.email, "remember": "on"})
    code = OutgoingMail.objects.filter(kind="sign_in_code", to=user.email).latest("created_at").secret
    assert client.post("/accounts/login/code/confirm/", {"code": code}).url == "/portal/"
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_every_machine_has_its_kind():
    kinds = {machine: device_kind(f"A browser on {machine}") for machine, _pattern in _MACHINES}
    assert kinds == {
        "an iPhone": "phone",
        "an iPad": "tablet",
        "an Amazon tablet": "tablet",
        "an Android phone": "phone",
        "an Android tablet": "tablet",
        "a Chromebook": "computer",
        "a Windows computer": "computer",
        "a Mac or iPad": "computer",
        "a Linux computer": "computer",
    }
    assert device_kind(device_name("")) == ""


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (IPHONE, "Safari on an iPhone"),
        (ANDROID, "Chrome on an Android phone"),
        (WINDOWS, "Edge on a Windows computer"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "Safari on a Mac or iPad"),
        ("Mozilla/5.0 (Linux; Android 13; SM-X200) SamsungBrowser/26.0 Chrome/122 Safari/537.36",
         "Samsung Internet on an Android tablet"),
        ("Mozilla/5.0 (Linux; Android 11; KFTRWI) Silk/120 like Chrome/120", "Chrome on an Amazon tablet"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on a Linux computer"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/130.0.0.0 Safari/537.36", "Chrome on a Chromebook"),
        ("<script>alert(1)</script>\0\U0001f600" * 100_000, "A browser on a device we do not know"),
        ("", "A browser on a device we do not know"),
    ],
)  # fmt: skip
def test_a_device_has_a_name_in_our_words(user_agent, name):
    assert device_name(user_agent) == name


def test_each_device_shows_its_kind_and_its_times(parent, time_machine_at):
    time_machine_at.move_to(london("2026-11-23 16:05"))
    came_in(parent, WINDOWS)
    time_machine_at.move_to(london("2026-11-24 09:00"))
    text = page(came_in(parent, IPHONE))
    (first, second) = text.split('<li class="row">')[1:]
    assert ("#device" in first, "#computer" in second) == (True, True)
    assert "Signed in: Today, 9:00am" in first
    assert "Signed in: Yesterday, 4:05pm" in second
    assert "Last used: Yesterday, 4:05pm or later" in second


def test_each_device_is_listed_and_this_one_is_marked(parent):
    came_in(parent, ANDROID)
    here = came_in(parent, IPHONE)
    text = page(here)
    assert text.index("Safari on an iPhone") < text.index("This one") < text.index("Chrome on an Android phone")
    assert text.count("This one") == 1
    assert text.count('name="device"') == 1


def test_signing_out_one_device_leaves_the_others_in(parent):
    lost, kept, here = (came_in(parent) for _ in range(3))
    device = Device.objects.get(session_key=lost.session.session_key)
    for _ in range(2):
        assert here.post(PAGE, {"device": device.pk}).status_code == 302
    assert [is_in(client) for client in (lost, kept, here)] == [False, True, True]
    events = AuditEvent.objects.filter(event="device.signed_out")
    assert [(e.actor, e.target_id) for e in events] == [(f"user:{parent.pk}", str(device.pk))]


def test_signing_out_all_others(parent):
    lost, also_lost, here = (came_in(parent) for _ in range(3))
    here.post(PAGE, {"others": "all"})
    assert "2 devices are signed out." in page(here)
    assert [is_in(client) for client in (lost, also_lost, here)] == [False, False, True]


def test_nobody_signs_out_somebody_elses_device(parent):
    other = household(last_name="Other")[0][0].user
    theirs, mine = came_in(other), came_in(parent)
    device = Device.objects.get(user=other)
    mine.post(PAGE, {"device": device.pk})
    mine.post(PAGE, {"others": "all"})
    assert devices.sign_out(parent, [device.pk], by=parent, now=timezone.now()) == 0
    assert is_in(theirs)
    assert str(device.pk) not in page(mine)


@pytest.mark.parametrize("sent", ["", "\0", "x" * 1_000_000, "00000000-0000-0000-0000-000000000000", "\U0001f600"])
def test_what_is_no_device_signs_nobody_out(parent, sent):
    other, here = came_in(parent), came_in(parent)
    assert here.post(PAGE, {"device": sent}).url == PAGE
    assert "signed out already" in page(here)
    assert is_in(other)


def test_signing_out_here_takes_the_device_off_the_list(parent):
    gone, here = came_in(parent, ANDROID), came_in(parent)
    gone.post("/accounts/logout/")
    assert "Android" not in page(here)
    assert Device.objects.count() == 1


def test_use_is_noted_once_an_hour_and_writes_nothing_else(parent, time_machine_at):
    client = came_in(parent)
    at_first = Device.objects.get().used_at
    time_machine_at.shift(timedelta(minutes=59))
    with CaptureQueriesContext(connection) as queries:
        client.get("/portal/")
    assert [q["sql"] for q in queries if q["sql"].startswith(("UPDATE", "INSERT", "SAVEPOINT"))] == []
    assert Device.objects.get().used_at == at_first
    time_machine_at.shift(timedelta(minutes=2))
    client.get("/portal/")
    assert Device.objects.get().used_at - at_first > timedelta(hours=1)


def test_noting_use_does_not_make_thirty_days_longer(parent, time_machine_at):
    client = came_in(parent)
    ends = Session.objects.get(pk=client.session.session_key).expire_date
    time_machine_at.shift(timedelta(days=3))
    client.get("/portal/")
    assert abs(Session.objects.get(pk=client.session.session_key).expire_date - ends) < timedelta(seconds=5)
    time_machine_at.shift(timedelta(days=27))
    assert not is_in(client)


def test_another_address_signs_every_device_out(parent, coordinator):
    client = came_in(parent)
    people.change_email(parent, "new@example.com", by=coordinator, now=timezone.now())
    assert not is_in(client)
    assert Device.objects.count() == 0


def test_ended_devices_are_forgotten(parent, time_machine_at):
    came_in(parent)
    time_machine_at.shift(timedelta(days=31))
    sweep_sign_in()
    assert (Device.objects.count(), Session.objects.count()) == (0, 0)


def test_nothing_of_what_the_browser_sent_is_kept(parent):
    client = came_in(parent, f"{IPHONE} Canary/7")
    kept = [str(value) for value in Device.objects.values_list().get()] + [str(dict(client.session))]
    assert [value for value in kept if "Canary" in value or "127.0.0.1" in value] == []


def test_staff_have_no_such_list(client, coordinator):
    client.force_login(coordinator)
    assert client.get(PAGE).status_code == 404
    assert Device.objects.count() == 0


def test_the_list_asks_the_same_few_queries(parent):
    here = came_in(parent)
    counts = []
    for more in (0, 29):
        for number in range(more):
            key = f"{number:032d}"
            Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(days=1))
            now = timezone.now()
            Device.objects.create(user=parent, session_key=key, name="Safari", signed_in_at=now, used_at=now)
        with CaptureQueriesContext(connection) as queries:
            here.get(PAGE)
        counts.append(len(queries))
    assert counts == [4, 4]


def test_an_orphaned_account_can_look_at_its_devices():
    """A guardian's account without its guardian: a stale row must not end in an error."""
    user = UserFactory(email="left@example.com", roles=["guardian"])
    assert is_in(came_in(user))
