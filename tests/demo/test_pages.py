"""The pages under /demo/: being anybody with one press, and reading mails safely."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from demo.mailbox import Mailbox
from demo.moving_in import lead_meetings_here
from demo.sample.people import PERSONAS
from tests.factories import UserFactory, household
from tests.sessions_app.family_scenes import invited
from whippersnappers.accounts.roles import Role

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ENTRY = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//test//\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
UID:one@whippersnappers.org\r
SEQUENCE:3\r
DTSTAMP:20261122T120000Z\r
DTSTART:20261124T160000Z\r
DTEND:20261124T164500Z\r
SUMMARY:Drums and songs\r
ORGANIZER:mailto:hello@whippersnappers.org\r
ATTENDEE:mailto:hannah.whitfield@example.com\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.fixture
def box(settings, tmp_path: Path) -> Mailbox:
    settings.DEMO_DATA = tmp_path
    return Mailbox(tmp_path / "mailbox")


WORDS = "Hello Hannah. <script>alert(1)</script> https://example.com/join/"


def put(box: Mailbox, *, html: str = "", calendar: bytes = b"", subject: str = "Tuesday", words: str = WORDS) -> int:
    mail = EmailMessage()
    mail["From"], mail["To"] = "hello@whippersnappers.org", "hannah.whitfield@example.com"
    mail["Subject"] = subject
    mail.set_content(words)
    if html:
        mail.add_alternative(html, subtype="html")
    if calendar:
        mail.add_attachment(calendar, maintype="text", subtype="calendar", filename="session.ics")
    return box.add(mail.as_bytes(), "hello@whippersnappers.org", ["hannah.whitfield@example.com"], NOW).number


@pytest.mark.django_db
def test_every_persona_of_the_design_can_be_pressed(client: Client, box):
    page = client.get(reverse("demo")).content.decode()
    names = [key for key in PERSONAS if f'name="persona" value="{key}"' in page]
    assert names == [
        "coordinator",
        "practitioner",
        "second_practitioner",
        "lead",
        "deputy",
        "trustee",
        "administrator",
        "guardian",
        "separated_guardian",
        "other_guardian",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("persona", "roles", "goes_to"),
    [("coordinator", [Role.COORDINATOR], "/admin/"), ("guardian", [Role.GUARDIAN], "/portal/")],
)
def test_pressing_a_name_signs_in_as_that_person(client: Client, box, persona, roles, goes_to):
    user = UserFactory(email=PERSONAS[persona].email, name=PERSONAS[persona].name, roles=roles)
    answer = client.post(reverse("demo_sign_in"), {"persona": persona})
    assert (answer.status_code, answer["Location"]) == (302, goes_to)
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.django_db
def test_becoming_somebody_else_leaves_nothing_of_the_first_session(client: Client, box):
    UserFactory(email=PERSONAS["coordinator"].email, roles=[Role.COORDINATOR])
    guardian = UserFactory(email=PERSONAS["guardian"].email, roles=[Role.GUARDIAN])
    client.post(reverse("demo_sign_in"), {"persona": "coordinator"})
    session = client.session
    session["left_over"] = "a secret"
    session.save()
    client.post(reverse("demo_sign_in"), {"persona": "guardian"})
    assert client.session["_auth_user_id"] == str(guardian.pk)
    assert "left_over" not in client.session


@pytest.mark.django_db
@pytest.mark.parametrize("persona", ["nobody", "", "guardian"])
def test_a_persona_who_is_not_there_is_refused(client: Client, box, persona):
    answer = client.post(reverse("demo_sign_in"), {"persona": persona})
    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_signing_in_is_a_press_never_a_link(client: Client, box):
    assert client.get(reverse("demo_sign_in")).status_code == 405


@pytest.mark.django_db
def test_the_mailbox_lists_and_finds_mails(client: Client, box):
    put(box, subject="Drums on Tuesday")
    assert "Drums on Tuesday" in client.get(reverse("demo_mails")).content.decode()
    assert "Drums on Tuesday" in client.get(reverse("demo_mails"), {"to": "whitfield"}).content.decode()
    assert "Drums on Tuesday" not in client.get(reverse("demo_mails"), {"to": "ellis"}).content.decode()


@pytest.mark.django_db
def test_a_mail_shows_text_calendar_and_source(client: Client, box):
    number = put(box, html="<html><head></head><body><p>Hello</p></body></html>", calendar=ENTRY)
    page = client.get(reverse("demo_mail", args=[number])).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert '<a href="https://example.com/join/"' in page
    assert "Tuesday 24 November, 4:00pm to 4:45pm" in page
    assert "<dt>Sequence</dt><dd>3</dd>" in page
    assert "Content-Type: multipart/" in page
    part = client.get(reverse("demo_mail_part", args=[number, 4]))
    assert part.content.replace(b"\r\n", b"\n") == ENTRY.replace(b"\r\n", b"\n")
    assert part["Content-Disposition"] == 'attachment; filename="session.ics"'


@pytest.mark.django_db
def test_html_of_a_mail_can_run_nothing_and_load_nothing(client: Client, box):
    number = put(box, html="<html><head></head><body><script>alert(1)</script></body></html>")
    answer = client.get(reverse("demo_mail_html", args=[number]))
    rules = {rule.split()[0]: rule.split()[1:] for rule in answer["Content-Security-Policy"].split("; ")}
    assert rules["default-src"] == ["'none'"]
    assert rules["sandbox"] == ["allow-top-navigation-by-user-activation"]
    assert "script-src" not in rules
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in answer.content.decode()


@pytest.mark.django_db
def test_what_is_not_there_is_not_found(client: Client, box):
    number = put(box)
    for name, arguments in [
        ("demo_mail", [number + 1]),
        ("demo_mail_html", [number]),
        ("demo_mail_part", [number, 9]),
    ]:
        assert client.get(reverse(name, args=arguments)).status_code == 404, name


@pytest.mark.django_db
def test_links_of_an_earlier_start_lead_to_where_the_demo_is_now(client: Client, box, settings):
    settings.SITE_URL = "http://localhost:9000"
    before = "http://localhost:8000/join/x/"
    entry = ENTRY.replace(b"SUMMARY:", f"URL:{before}\r\nSUMMARY:".encode())
    number = put(box, html=f'<a href="{before}">Go</a> or {before}', calendar=entry, words=f"Join here: {before}")
    page = client.get(reverse("demo_mail", args=[number])).content.decode()
    drawn = client.get(reverse("demo_mail_html", args=[number])).content.decode()
    here = "http://localhost:9000/join/x/"
    assert (drawn.count(here), drawn.count(before)) == (2, 0)
    assert page.count(f'href="{here}"') == 2
    # As it came over the wire it is left as it was.
    assert f'href="{before}"' not in page
    assert before in page


@pytest.mark.django_db
def test_meetings_of_an_earlier_start_lead_to_where_the_simulator_is_now(settings):
    settings.ZOOM_OAUTH_URL = "http://127.0.0.1:9001"
    (guardian,), _ = household()
    there = invited(guardian, join_url="http://127.0.0.1:8001/j/845?pwd=x").session.meetings.get()
    real = invited(guardian, join_url="https://us05web.zoom.us/j/845?pwd=x").session.meetings.get()
    assert [lead_meetings_here() for _ in range(2)] == [1, 0]
    there.refresh_from_db()
    real.refresh_from_db()
    assert there.join_url == "http://127.0.0.1:9001/j/845?pwd=x"
    assert real.join_url == "https://us05web.zoom.us/j/845?pwd=x"
